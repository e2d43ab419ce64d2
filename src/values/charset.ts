/**
 * Character sets: the lists of MySQL's character sets and collations, text between client bytes and strings, and which
 * characters a character set holds. Strings are UTF-16 in memory and UTF-8 in storage; a column's character set only
 * limits the characters and names the bytes that functions such as HEX and LENGTH see.
 */
import iconv from "iconv-lite";
import { codePointsOfCharset } from "./code-pages.ts";
import { CHARSET_TABLE, COLLATION_TABLE } from "./data/charset-table.ts";
import { sqlError } from "./sql-error.ts";

export interface CharsetInfo {
  readonly name: string;
  readonly defaultCollation: string;
  readonly description: string;
  /** bytes per character at most */
  readonly maxLength: number;
}

export interface CollationInfo {
  readonly name: string;
  readonly charset: string;
  /** the number in the protocol's handshake and column definitions */
  readonly id: number;
  readonly isDefault: boolean;
  readonly isCompiled: boolean;
  readonly sortLength: number;
  readonly padSpace: boolean;
}

export const CHARSETS: readonly CharsetInfo[] = CHARSET_TABLE.split("\n").map((line) => {
  const [name = "", defaultCollation = "", description = "", maxLength = ""] = line.split("\t");
  return { name, defaultCollation, description, maxLength: Number(maxLength) };
});

export const COLLATIONS: readonly CollationInfo[] = COLLATION_TABLE.split("\n").map((line) => {
  const [name = "", charset = "", id = "", isDefault = "", compiled = "", sortLength = "", pad = ""] =
    line.split("\t");
  return {
    name,
    charset,
    id: Number(id),
    isDefault: isDefault === "Yes",
    isCompiled: compiled === "Yes",
    sortLength: Number(sortLength),
    padSpace: pad === "PAD SPACE",
  };
});

const charsetsByName = new Map(CHARSETS.map((charset) => [charset.name, charset]));
const collationsByName = new Map(COLLATIONS.map((collation) => [collation.name, collation]));
const collationsById = new Map(COLLATIONS.map((collation) => [collation.id, collation]));
const UTF8MB3 = "utf8mb3";

/** The character set of this name in any case; `utf8` is utf8mb3. Undefined when there is none. */
export function findCharset(name: string): CharsetInfo | undefined {
  const lower = name.toLowerCase();
  return charsetsByName.get(lower === "utf8" ? UTF8MB3 : lower);
}

/** As {@link findCharset}; 1115 when there is none. */
export function charsetInfo(name: string): CharsetInfo {
  const charset = findCharset(name);
  if (charset === undefined) throw sqlError("ER_UNKNOWN_CHARACTER_SET", name);
  return charset;
}

/** The collation of this name in any case; `utf8_…` is utf8mb3_…. Undefined when there is none. */
export function findCollation(name: string): CollationInfo | undefined {
  const lower = name.toLowerCase();
  return collationsByName.get(lower.startsWith("utf8_") ? `${UTF8MB3}${lower.slice(4)}` : lower);
}

/** As {@link findCollation}; 1273 when there is none. */
export function collationInfo(name: string): CollationInfo {
  const collation = findCollation(name);
  if (collation === undefined) throw sqlError("ER_UNKNOWN_COLLATION", name);
  return collation;
}

export function collationInfoById(id: number): CollationInfo | undefined {
  return collationsById.get(id);
}

export function charsetOfCollation(collation: CollationInfo): CharsetInfo {
  return charsetInfo(collation.charset);
}

/** The code by which iconv-lite knows our multi-byte character sets. */
const ICONV_NAMES: Readonly<Record<string, string>> = {
  big5: "big5",
  cp932: "cp932",
  sjis: "shiftjis",
  eucjpms: "eucjp",
  ujis: "eucjp",
  euckr: "euckr",
  gb18030: "gb18030",
  gb2312: "gb2312",
  gbk: "gbk",
};

interface ByteMap {
  readonly codePoints: Uint16Array;
  readonly byteOf: ReadonlyMap<number, number>;
}

const byteMaps = new Map<string, ByteMap>();

function byteMapOf(charset: string): ByteMap | undefined {
  let map = byteMaps.get(charset);
  if (map === undefined) {
    const codePoints = codePointsOfCharset(charset);
    if (codePoints === undefined) return undefined;
    const byteOf = new Map<number, number>();
    for (let byte = 255; byte >= 0; byte--) {
      if (codePoints[byte] !== 0xfffd) byteOf.set(codePoints[byte] as number, byte);
    }
    map = { codePoints, byteOf };
    byteMaps.set(charset, map);
  }
  return map;
}

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Text out of bytes in `charset`; what is malformed becomes U+FFFD. `binary` reads as latin1 byte for byte. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  // Wrapping the bytes would cost more than decoding them does where texts are short.
  if (charset === "utf8mb4") return Buffer.prototype.utf8Slice.call(bytes, 0, bytes.length);
  const buffer = asBuffer(bytes);
  switch (charset) {
    case UTF8MB3:
      return buffer.toString("utf8");
    case "binary":
      return buffer.toString("latin1");
    case "ucs2":
    case "utf16":
      return Buffer.from(buffer)
        .subarray(0, buffer.length & ~1)
        .swap16()
        .toString("utf16le")
        .replaceAll(new RegExp(LONE_SURROGATES, "g"), "\ufffd");
    case "utf16le":
      return buffer.toString("utf16le").replaceAll(new RegExp(LONE_SURROGATES, "g"), "\ufffd");
    case "utf32": {
      let text = "";
      for (let at = 0; at + 4 <= buffer.length; at += 4) {
        const codePoint = buffer.readUInt32BE(at);
        text +=
          codePoint > 0x10ffff || (codePoint & 0x1ff800) === 0xd800
            ? "\ufffd"
            : String.fromCodePoint(codePoint);
      }
      return text;
    }
    default: {
      const map = byteMapOf(charset);
      if (map === undefined) return iconv.decode(buffer, ICONV_NAMES[charset] ?? charset);
      let text = "";
      for (const byte of buffer) text += String.fromCharCode(map.codePoints[byte] as number);
      return text;
    }
  }
}

/** The bytes of `text` in `charset`; a character that it does not hold becomes `?`. */
export function encodeText(text: string, charset: string): Buffer {
  switch (charset) {
    case "utf8mb4":
      return Buffer.from(text, "utf8");
    case UTF8MB3:
      return Buffer.from(text.replace(/[\u{10000}-\u{10ffff}]/gu, "?"), "utf8");
    case "binary":
      return Buffer.from(text, "utf8");
    case "ucs2":
      return Buffer.from(text.replace(/[\u{10000}-\u{10ffff}]/gu, "?"), "utf16le").swap16();
    case "utf16":
      return Buffer.from(text, "utf16le").swap16();
    case "utf16le":
      return Buffer.from(text, "utf16le");
    case "utf32": {
      const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 63);
      const bytes = Buffer.alloc(codePoints.length * 4);
      codePoints.forEach((codePoint, i) => {
        bytes.writeUInt32BE(codePoint, i * 4);
      });
      return bytes;
    }
    default: {
      const map = byteMapOf(charset);
      if (map === undefined) return iconv.encode(text, ICONV_NAMES[charset] ?? charset);
      const bytes = Buffer.alloc(text.length);
      let size = 0;
      for (const character of text) bytes[size++] = map.byteOf.get(character.codePointAt(0) ?? 63) ?? 63;
      return bytes.subarray(0, size);
    }
  }
}

/** The bytes `text` takes in `charset`, as LENGTH() counts them. */
export function encodedLength(text: string, charset: string): number {
  if (charset === "utf8mb4" || charset === UTF8MB3) return Buffer.byteLength(text, "utf8");
  return encodeText(text, charset).length;
}

/** Characters (code points), as CHAR_LENGTH() counts them. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** The index in `text` of the first character that `charset` does not hold, or -1. */
export function findUnencodable(text: string, charset: string): number {
  switch (charset) {
    case "utf8mb4":
    case "utf16":
    case "utf16le":
    case "utf32":
    case "gb18030":
    case "binary":
      return -1;
    case UTF8MB3:
    case "ucs2":
      return text.search(/[\u{10000}-\u{10ffff}]/u);
    default: {
      const map = byteMapOf(charset);
      for (let i = 0; i < text.length; i++) {
        const codePoint = text.codePointAt(i) ?? 0;
        if (codePoint >= 0x80 || map !== undefined) {
          const held = map === undefined ? roundTrips(codePoint, charset) : map.byteOf.has(codePoint);
          if (!held) return i;
        }
        if (codePoint > 0xffff) i++;
      }
      return -1;
    }
  }
}

function roundTrips(codePoint: number, charset: string): boolean {
  const character = String.fromCodePoint(codePoint);
  return decodeText(encodeText(character, charset), charset) === character;
}

/**
 * The offset of the first byte that does not belong to a well-formed character of `charset`, or -1. Only Unicode sets
 * and ascii can be malformed here; of the others every byte string is accepted.
 */
export function findMalformed(bytes: Uint8Array, charset: string): number {
  switch (charset) {
    case "utf8mb4":
      return malformedUtf8(bytes, 4);
    case UTF8MB3:
      return malformedUtf8(bytes, 3);
    case "ascii":
      return bytes.findIndex((byte) => byte >= 0x80);
    case "ucs2":
      return bytes.length % 2 === 0 ? -1 : bytes.length - 1;
    case "utf16":
    case "utf16le": {
      if (bytes.length % 2 !== 0) return bytes.length - 1;
      const text =
        charset === "utf16"
          ? Buffer.from(bytes).swap16().toString("utf16le")
          : asBuffer(bytes).toString("utf16le");
      return LONE_SURROGATES.test(text) ? 0 : -1;
    }
    case "utf32":
      for (let at = 0; at < bytes.length; at += 4) {
        if (at + 4 > bytes.length) return at;
        const codePoint = asBuffer(bytes).readUInt32BE(at);
        if (codePoint > 0x10ffff || (codePoint & 0x1ff800) === 0xd800) return at;
      }
      return -1;
    default:
      return -1;
  }
}

function malformedUtf8(bytes: Uint8Array, maxLength: number): number {
  let at = 0;
  const size = bytes.length;
  while (at < size) {
    const first = bytes[at] as number;
    if (first < 0x80) {
      at++;
      continue;
    }
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > maxLength || at + length > size) return at;
    for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return at;
    const second = bytes[at + 1] as number;
    if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return at;
    if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return at;
    at += length;
  }
  return -1;
}

/** Bytes as MySQL shows them in messages: printable ASCII as it is, the rest as \xHH, at most `limit` bytes. */
export function escapedBytes(bytes: Uint8Array, limit = 6): string {
  let text = "";
  for (const byte of bytes.subarray(0, limit)) {
    text +=
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return bytes.length > limit ? `${text}...` : text;
}

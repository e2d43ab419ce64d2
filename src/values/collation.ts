/**
 * Collations: comparison of strings, and keys whose byte order is that of the strings.
 *
 * A key is self-delimiting. Under NO PAD the UCA weights (two bytes each, never 0000) of each level end with 0000; bytes
 * (binary, utf8mb4_0900_bin) are escaped. Under PAD SPACE a string compares as if followed by endless spaces, so trailing
 * spaces are left out of the key and the terminator T stands between "space, then something below space" and "space, then
 * something above": weights below the space's weight s stay, SPACE is s or s + 2 by what follows its run, T is s + 1, and
 * weights above s grow by 2 (those that no longer fit are the greatest unit followed by one more).
 */
import { assert } from "../base/assert.ts";
import { compareRanges } from "../bytes/compare.ts";
import { type CollationInfo, charsetOfCollation, collationInfo } from "./charset.ts";
import { escapeBytes, skipEscaped } from "./codec/escaped-bytes.ts";
import { FieldWriter } from "./codec/field-writer.ts";
import { appendPaddedAscii, paddedKeyWriter, plainKeyWriter } from "./collation-key.ts";
import { sqlError } from "./sql-error.ts";
import {
  encodedWeigher,
  generalWeigher,
  singleByteWeigher,
  uca0400Weigher,
  uca0520Weigher,
  uca0900Weigher,
  utf8Weigher,
  type Weigher,
} from "./weighers.ts";
import { WeightBuffer } from "./weight-table.ts";

export interface Collation {
  readonly info: CollationInfo;
  readonly name: string;
  readonly charset: string;
  /** Trailing spaces do not count. */
  readonly padSpace: boolean;
  /** Strings compare by their UTF-8 bytes and nothing is equal but what is identical (apart from padding). */
  readonly binary: boolean;
  /** The string can be read back from its key (codec/escaped-bytes.ts). */
  readonly reversible: boolean;
  /** Negative, 0 or positive. */
  compare(left: string, right: string): number;
  /** As {@link compare}, on UTF-8 ranges. */
  compareUtf8(
    left: Uint8Array,
    leftStart: number,
    leftEnd: number,
    right: Uint8Array,
    rightStart: number,
    rightEnd: number,
  ): number;
  /**
   * A number that orders texts by how they begin: when the numbers of two texts differ, so do the texts, in the same
   * order. NaN where the beginning does not tell.
   */
  leadingNumber(bytes: Uint8Array, start: number, end: number): number;
  /** A short string that is equal exactly for texts that are equal; its order says nothing. */
  groupKey(bytes: Uint8Array, start: number, end: number): string;
  /** Appends the key of a string: equal for equal strings, so it also serves hashing and grouping. */
  appendKey(text: string, into: FieldWriter): void;
  appendKeyUtf8(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void;
  /** Appends what the keys of all strings that begin with `prefix` begin with. */
  appendPrefixKey(prefix: string, into: FieldWriter): void;
  /** The end of the key that begins at `at`; `mask` is ff when its bytes lie inverted. */
  skipKey(bytes: Uint8Array, at: number, mask: number): number;
  /** The bytes of WEIGHT_STRING(text). */
  weightString(text: string): Uint8Array;
}

const loaded = new Map<string, Collation>();

/** The collation of this name. 1273 when MySQL knows none; 1235 when it is one whose order is not built. */
export function collationByName(name: string): Collation {
  let collation = loaded.get(name);
  if (collation === undefined) {
    const info = collationInfo(name);
    collation = loaded.get(info.name) ?? makeCollation(info);
    loaded.set(info.name, collation);
    loaded.set(name, collation);
  }
  return collation;
}

function makeCollation(info: CollationInfo): Collation {
  if (info.name === "binary" || info.name === "utf8mb4_0900_bin") return bytesCollation(info);
  const weigher = weigherFor(info);
  if (weigher === undefined) throw sqlError("ER_NOT_SUPPORTED_YET", `collation ${info.name}`);
  return weightCollation(info, weigher);
}

/** In the fold table: a character whose weights are none or several. */
const NO_FOLD = 0xff;
/** Before a key that is no folded text, which is ASCII. */
const NOT_FOLDED = "\x80";
const { latin1Slice } = Buffer.prototype as unknown as {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
};

function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** As many as a double holds exactly. */
const LEADING_BYTES = 6;
const LEADING_CHARACTERS = 7;
/** Ranks of ASCII weights are below this. */
const RANK_LIMIT = 128;

const UNICODE_CHARSETS = new Set(["utf8mb4", "utf8mb3", "ucs2", "utf16", "utf16le", "utf32"]);

function weigherFor(info: CollationInfo): Weigher | undefined {
  const charset = charsetOfCollation(info);
  if (UNICODE_CHARSETS.has(charset.name)) {
    switch (info.name.slice(charset.name.length)) {
      case "_0900_ai_ci":
        return uca0900Weigher(1);
      case "_0900_as_ci":
        return uca0900Weigher(2);
      case "_0900_as_cs":
        return uca0900Weigher(3);
      case "_bin":
        return utf8Weigher();
      case "_general_ci":
        return generalWeigher();
      case "_unicode_ci":
        return uca0400Weigher();
      case "_unicode_520_ci":
        return uca0520Weigher();
      default:
        return undefined;
    }
  }
  if (charset.maxLength === 1) return singleByteWeigher(info.name, charset.name);
  return info.name.endsWith("_bin") ? encodedWeigher(charset.name) : undefined;
}

const textScratch = new FieldWriter(1024);

/** `text` as UTF-8 in the shared scratch buffer; valid until the next call. */
function toScratch(text: string): FieldWriter {
  textScratch.reset();
  textScratch.writeUtf8(text);
  return textScratch;
}

function bytesCollation(info: CollationInfo): Collation {
  return {
    info,
    name: info.name,
    charset: info.charset,
    padSpace: false,
    binary: true,
    reversible: true,
    compare(left, right) {
      return left === right ? 0 : Buffer.compare(Buffer.from(left, "utf8"), Buffer.from(right, "utf8"));
    },
    compareUtf8: compareRanges,
    groupKey: (bytes, start, end) => latin1Text(bytes, start, end),
    leadingNumber(bytes, start, end) {
      let number = 0;
      for (let i = start; i < start + LEADING_BYTES; i++)
        number = number * 256 + (i < end ? (bytes[i] as number) : 0);
      return number;
    },
    appendKey(text, into) {
      const { bytes, size } = toScratch(text);
      escapeBytes(bytes, 0, size, into);
    },
    appendKeyUtf8: escapeBytes,
    appendPrefixKey(prefix, into) {
      this.appendKey(prefix, into);
      into.size -= 2;
    },
    skipKey: skipEscaped,
    weightString: (text) => Buffer.from(text, "utf8"),
  };
}

const leftKey = new FieldWriter(1024);
const rightKey = new FieldWriter(1024);
const weightScratch = new WeightBuffer();

function weightCollation(info: CollationInfo, weigher: Weigher): Collation {
  const { padSpace } = info;
  const { levels } = weigher;
  const ascii = asciiWeights(weigher);
  const space = ascii[32] as number;
  const ranks = asciiRanks(ascii);
  const padRank = padSpace ? (ranks[32] as number) : 0;
  const fold = Uint8Array.from(ascii, (weight) => (weight === 0 ? NO_FOLD : ascii.indexOf(weight)));
  const keyWriter = padSpace ? paddedKeyWriter(weigher.unitBytes, space) : plainKeyWriter();

  /** The weights of plain ASCII text go straight into the key. Returns where something else begins. */
  function appendAscii(bytes: Uint8Array, start: number, end: number, into: FieldWriter): number {
    into.reserve((end - start) * 2 + 2);
    const target = into.bytes;
    let size = into.size;
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      const weight = byte < 0x80 ? (ascii[byte] as number) : 0;
      if (weight === 0) break;
      target[size] = weight >>> 8;
      target[size + 1] = weight;
      size += 2;
    }
    into.size = size;
    return at;
  }

  function appendKeyUtf8(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void {
    if (padSpace && levels === 1 && appendPaddedAscii(ascii, weigher.unitBytes, bytes, start, end, into))
      return;
    let from = start;
    if (levels === 1 && !padSpace) {
      from = appendAscii(bytes, start, end, into);
      if (from === end) {
        keyWriter.terminate(into);
        return;
      }
    }
    for (let level = 0; level < levels; level++) {
      weightScratch.size = 0;
      weigher.weigh(bytes, from, end, level, weightScratch);
      keyWriter.append(weightScratch, into);
      keyWriter.terminate(into);
    }
  }

  function compareKeys(
    left: Uint8Array,
    leftStart: number,
    leftEnd: number,
    right: Uint8Array,
    rightStart: number,
    rightEnd: number,
  ): number {
    leftKey.reset();
    rightKey.reset();
    appendKeyUtf8(left, leftStart, leftEnd, leftKey);
    appendKeyUtf8(right, rightStart, rightEnd, rightKey);
    return compareRanges(leftKey.bytes, 0, leftKey.size, rightKey.bytes, 0, rightKey.size);
  }

  /** The order of text that has ended against the rest of the other: spaces count as the padding. */
  function comparePadding(bytes: Uint8Array, start: number, end: number): number | undefined {
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      const weight = byte < 0x80 ? (ascii[byte] as number) : 0;
      if (weight === 0) return undefined;
      if (weight !== space) return space - weight;
    }
    return 0;
  }

  /** Compares ASCII text weight by weight; at the first character that needs more, what is left by keys. */
  function compareUtf8(
    left: Uint8Array,
    leftStart: number,
    leftEnd: number,
    right: Uint8Array,
    rightStart: number,
    rightEnd: number,
  ): number {
    if (levels > 1) return compareKeys(left, leftStart, leftEnd, right, rightStart, rightEnd);
    let leftAt = leftStart;
    let rightAt = rightStart;
    while (leftAt < leftEnd && rightAt < rightEnd) {
      const leftByte = left[leftAt] as number;
      const rightByte = right[rightAt] as number;
      if ((leftByte | rightByte) >= 0x80) return compareKeys(left, leftAt, leftEnd, right, rightAt, rightEnd);
      const leftWeight = ascii[leftByte] as number;
      const rightWeight = ascii[rightByte] as number;
      if (leftWeight === 0 || rightWeight === 0) {
        return compareKeys(left, leftAt, leftEnd, right, rightAt, rightEnd);
      }
      if (leftWeight !== rightWeight) return leftWeight - rightWeight;
      leftAt++;
      rightAt++;
    }
    const leftRest = leftEnd - leftAt;
    const rightRest = rightEnd - rightAt;
    if (leftRest === 0 && rightRest === 0) return 0;
    if (padSpace) {
      const rest =
        leftRest > 0 ? comparePadding(left, leftAt, leftEnd) : comparePadding(right, rightAt, rightEnd);
      if (rest !== undefined) return leftRest > 0 ? -rest : rest;
    }
    return compareKeys(left, leftAt, leftEnd, right, rightAt, rightEnd);
  }

  /** Text that ASCII can stand for is that ASCII text, each character the first of its weight; other text its key. */
  function groupKey(bytes: Uint8Array, start: number, end: number): string {
    leftKey.reset();
    if (levels === 1 && !padSpace) {
      if (appendFolded(bytes, start, end)) return latin1Text(leftKey.bytes, 0, leftKey.size);
      leftKey.reset();
    }
    appendKeyUtf8(bytes, start, end, leftKey);
    return `${NOT_FOLDED}${latin1Text(leftKey.bytes, 0, leftKey.size)}`;
  }

  /** False when some weight is of no ASCII character. */
  function appendFolded(bytes: Uint8Array, start: number, end: number): boolean {
    leftKey.reserve(end - start);
    const target = leftKey.bytes;
    let size = leftKey.size;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      const folded = byte < 0x80 ? (fold[byte] as number) : NO_FOLD;
      if (folded === NO_FOLD) {
        leftKey.size = size;
        return appendFoldedWeights(bytes, at, end);
      }
      target[size++] = folded;
    }
    leftKey.size = size;
    return true;
  }

  function appendFoldedWeights(bytes: Uint8Array, start: number, end: number): boolean {
    weightScratch.size = 0;
    weigher.weigh(bytes, start, end, 0, weightScratch);
    const { weights, size } = weightScratch;
    for (let i = 0; i < size; i++) {
      const character = ascii.indexOf(weights[i] as number);
      if (character < 0) return false;
      leftKey.writeByte(character);
    }
    return true;
  }

  /** The ranks of the first characters' weights; what is missing at the end ranks as the padding does. */
  function leadingNumber(bytes: Uint8Array, start: number, end: number): number {
    let number = 0;
    for (let i = start; i < start + LEADING_CHARACTERS; i++) {
      let rank = padRank;
      if (i < end) {
        const byte = bytes[i] as number;
        rank = byte < 0x80 ? (ranks[byte] as number) : 0;
        if (rank === 0) return Number.NaN;
      }
      number = number * RANK_LIMIT + rank;
    }
    return number;
  }

  return {
    info,
    name: info.name,
    charset: info.charset,
    padSpace,
    groupKey,
    leadingNumber,
    binary: info.name.endsWith("_bin"),
    reversible: false,
    compare(left, right) {
      if (left === right) return 0;
      const leftBytes = Buffer.from(left, "utf8");
      const rightBytes = Buffer.from(right, "utf8");
      return compareUtf8(leftBytes, 0, leftBytes.length, rightBytes, 0, rightBytes.length);
    },
    compareUtf8,
    appendKey(text, into) {
      const { bytes, size } = toScratch(text);
      appendKeyUtf8(bytes, 0, size, into);
    },
    appendKeyUtf8,
    appendPrefixKey(prefix, into) {
      const { bytes, size } = toScratch(prefix);
      weightScratch.size = 0;
      weigher.weigh(bytes, 0, size, 0, weightScratch);
      keyWriter.append(weightScratch, into);
    },
    skipKey(bytes, at, mask) {
      let end = at;
      for (let level = 0; level < levels; level++) end = keyWriter.skip(bytes, end, mask);
      return end;
    },
    weightString(text) {
      const bytes = Buffer.from(text, "utf8");
      const into = new FieldWriter(bytes.length * 2);
      for (let level = 0; level < levels; level++) {
        weightScratch.size = 0;
        weigher.weigh(bytes, 0, bytes.length, level, weightScratch);
        if (level > 0) into.writeUint16(0);
        for (let i = 0; i < weightScratch.size; i++) {
          const weight = weightScratch.weights[i] as number;
          if (weigher.unitBytes === 1) into.writeByte(weight);
          else into.writeUint16(weight);
        }
      }
      return into.toBytes();
    },
  };
}

/** First-level weight of each ASCII character that has exactly one; 0 for the rest. */
function asciiWeights(weigher: Weigher): Uint16Array {
  const weights = new Uint16Array(128);
  const character = new Uint8Array(1);
  const buffer = new WeightBuffer();
  for (let code = 0; code < 128; code++) {
    character[0] = code;
    buffer.size = 0;
    weigher.weigh(character, 0, 1, 0, buffer);
    if (buffer.size === 1) weights[code] = buffer.weights[0] as number;
  }
  return weights;
}

/** The place of each weight among those of ASCII characters, from 1; 0 for characters without one. */
function asciiRanks(weights: Uint16Array): Uint8Array {
  const sorted = [...new Set(weights)].filter((weight) => weight > 0).sort((left, right) => left - right);
  assert(sorted.length < RANK_LIMIT, "ASCII has at most 127 different weights above 0");
  return Uint8Array.from(weights, (weight) => sorted.indexOf(weight) + 1);
}

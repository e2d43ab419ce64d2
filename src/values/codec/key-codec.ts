/**
 * How a value lies in a key tuple: bytes whose order is the SQL order of the values, self-delimiting so that parts can
 * be joined.
 *
 * - A nullable part begins with 00 (NULL, nothing follows) or 01; a NOT NULL part has no marker.
 * - Fixed-width types: the field encoding of fixed-width.ts.
 * - Strings: the collation's weights with its own terminator (see collation.ts).
 * - Binary strings, geometry, JSON text: bytes with 00 written as 00 FF, ended by 00 00.
 * - A descending part has all its bits inverted, marker included.
 */
import { assert } from "../../base/assert.ts";
import { type Collation, collationByName } from "../collation.ts";
import type { SqlType, StringType } from "../sql-type.ts";
import type { Value } from "../value.ts";
import { escapeBytes, skipEscaped, unescapeBytes } from "./escaped-bytes.ts";
import { fieldCodecFor } from "./field-codec.ts";
import type { FieldWriter } from "./field-writer.ts";

export interface KeyPartOptions {
  readonly nullable: boolean;
  readonly descending: boolean;
  /** Only this many characters (strings) or bytes (binary) of the value are in the key. */
  readonly prefixLength?: number;
}

export interface KeyCodec {
  readonly type: SqlType;
  readonly options: KeyPartOptions;
  /** The size of every key part, or undefined when it varies (also when nullable). */
  readonly fixedWidth: number | undefined;
  /** The value can be read back from the key. */
  readonly reversible: boolean;
  encode(value: Value, into: FieldWriter): void;
  /** Encodes a field as it is stored in a value tuple (not NULL), without making a JavaScript value of it. */
  encodeField(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void;
  /** The end of the part that begins at `at`. */
  skip(bytes: Uint8Array, at: number): number;
  /** Only when {@link reversible}. */
  decode(bytes: Uint8Array, start: number, end: number): Value;
  /**
   * The bytes that the keys of all strings beginning with `prefix` begin with (LIKE 'prefix%'); for ascending parts of
   * string and binary types.
   */
  encodePrefix(prefix: string | Uint8Array, into: FieldWriter): void;
}

/** The part's body: no marker, ascending. `mask` is ff when the bytes lie inverted. */
interface KeyBody {
  readonly fixedWidth: number | undefined;
  readonly reversible: boolean;
  encode(value: Value, into: FieldWriter): void;
  encodeField(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void;
  skip(bytes: Uint8Array, at: number, mask: number): number;
  decode(bytes: Uint8Array, start: number, end: number): Value;
  encodePrefix(prefix: string | Uint8Array, into: FieldWriter): void;
}

export function keyCodecFor(type: SqlType, options: KeyPartOptions): KeyCodec {
  const body = bodyFor(type, options.prefixLength);
  const mask = options.descending ? 0xff : 0;
  const { nullable } = options;
  const nullMark = mask;
  const valueMark = 1 ^ mask;

  function invertFrom(start: number, into: FieldWriter): void {
    const bytes = into.bytes;
    for (let i = start; i < into.size; i++) bytes[i] = (bytes[i] as number) ^ 0xff;
  }

  return {
    type,
    options,
    fixedWidth: nullable ? undefined : body.fixedWidth,
    reversible: body.reversible,
    encode(value, into) {
      if (nullable) into.writeByte(value === null ? nullMark : valueMark);
      if (value === null) {
        assert(nullable, "a key part that is NOT NULL has a value");
        return;
      }
      const start = into.size;
      body.encode(value, into);
      if (mask !== 0) invertFrom(start, into);
    },
    encodeField(bytes, start, end, into) {
      if (nullable) into.writeByte(valueMark);
      const from = into.size;
      body.encodeField(bytes, start, end, into);
      if (mask !== 0) invertFrom(from, into);
    },
    skip(bytes, at) {
      if (!nullable) return body.skip(bytes, at, mask);
      return bytes[at] === nullMark ? at + 1 : body.skip(bytes, at + 1, mask);
    },
    decode(bytes, start, end) {
      assert(body.reversible, "a key part that can be read back");
      if (nullable && bytes[start] === nullMark) return null;
      const from = nullable ? start + 1 : start;
      if (mask === 0) return body.decode(bytes, from, end);
      const upright = Uint8Array.prototype.slice.call(bytes, from, end).map((byte) => byte ^ 0xff);
      return body.decode(upright, 0, upright.length);
    },
    encodePrefix(prefix, into) {
      assert(!options.descending, "prefix ranges are for ascending parts");
      if (nullable) into.writeByte(valueMark);
      body.encodePrefix(prefix, into);
    },
  };
}

function bodyFor(type: SqlType, prefixLength: number | undefined): KeyBody {
  switch (type.kind) {
    case "string":
      return stringBody(type, prefixLength);
    case "binary":
    case "geometry":
      return bytesBody(prefixLength);
    case "json":
      return jsonBody();
    default:
      return fixedBody(type);
  }
}

function fixedBody(type: SqlType): KeyBody {
  const codec = fieldCodecFor(type);
  const width = codec.fixedWidth;
  assert(width !== undefined, "a fixed-width type");
  return {
    fixedWidth: width,
    reversible: true,
    // -0 and 0 are equal in SQL, so they must be one key.
    encode: (value, into) => codec.encode(value === 0 ? 0 : value, into),
    encodeField: (bytes, start, end, into) => {
      if (type.kind === "float") codec.encode((codec.decode(bytes, start, end) as number) + 0, into);
      else into.writeBytes(bytes, start, end);
    },
    skip: (_bytes, at) => at + width,
    decode: (bytes, start, end) => codec.decode(bytes, start, end),
    encodePrefix: () => assert(false, "prefix ranges are for strings"),
  };
}

function bytesBody(prefixLength: number | undefined): KeyBody {
  const limit = prefixLength ?? Number.POSITIVE_INFINITY;
  return {
    fixedWidth: undefined,
    reversible: prefixLength === undefined,
    encode(value, into) {
      const bytes = value as Uint8Array;
      escapeBytes(bytes, 0, Math.min(bytes.length, limit), into);
    },
    encodeField: (bytes, start, end, into) => escapeBytes(bytes, start, Math.min(end, start + limit), into),
    skip: skipEscaped,
    decode: unescapeBytes,
    encodePrefix(prefix, into) {
      const bytes = typeof prefix === "string" ? Buffer.from(prefix, "utf8") : prefix;
      escapeBytes(bytes, 0, bytes.length, into);
      into.size -= 2;
    },
  };
}

/** JSON in keys serves equality only (grouping, DISTINCT): the stored text is canonical. */
function jsonBody(): KeyBody {
  const codec = fieldCodecFor({ kind: "json" });
  return {
    ...bytesBody(undefined),
    reversible: false,
    encode(value, into) {
      const start = into.size;
      codec.encode(value, into);
      const text = Uint8Array.prototype.slice.call(into.bytes, start, into.size);
      into.size = start;
      escapeBytes(text, 0, text.length, into);
    },
  };
}

/** The end of the first `count` characters of UTF-8 text. */
function endOfCharacters(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < end; left--) {
    at++;
    while (at < end && ((bytes[at] as number) & 0xc0) === 0x80) at++;
  }
  return at;
}

function stringBody(type: StringType, prefixLength: number | undefined): KeyBody {
  const collation: Collation = collationByName(type.collation);
  return {
    fixedWidth: undefined,
    reversible: prefixLength === undefined && collation.reversible,
    encode(value, into) {
      const text = value as string;
      if (prefixLength === undefined || text.length <= prefixLength) {
        collation.appendKey(text, into);
        return;
      }
      const bytes = Buffer.from(text, "utf8");
      collation.appendKeyUtf8(bytes, 0, endOfCharacters(bytes, 0, bytes.length, prefixLength), into);
    },
    encodeField(bytes, start, end, into) {
      const stop = prefixLength === undefined ? end : endOfCharacters(bytes, start, end, prefixLength);
      collation.appendKeyUtf8(bytes, start, stop, into);
    },
    skip: (bytes, at, mask) => collation.skipKey(bytes, at, mask),
    decode(bytes, start, end) {
      return Buffer.from(unescapeBytes(bytes, start, end)).toString("utf8");
    },
    encodePrefix(prefix, into) {
      collation.appendPrefixKey(
        typeof prefix === "string" ? prefix : Buffer.from(prefix).toString("utf8"),
        into,
      );
    },
  };
}

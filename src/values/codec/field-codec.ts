/**
 * How a value lies in a value tuple, by column type. Fixed-width encodings are those of fixed-width.ts (also used for
 * ascending key parts); string = UTF-8 whatever the column charset; binary and geometry = the bytes; json = the text of
 * json-storage.ts. NULL never reaches a codec: the tuple flags it.
 *
 * TIMESTAMP values pass through here in UTC. The SQL layer converts to and from the session's time zone (it may read
 * `readEpochMicros` directly and add the zone's offset).
 */

import { assert, unreachable } from "../../base/assert.ts";
import type { DateTime } from "../datetime.ts";
import type { Decimal } from "../decimal.ts";
import type { JsonValue } from "../json.ts";
import { decodeStoredJson, encodeStoredJson } from "../json-storage.ts";
import type { IntegerName, SqlType } from "../sql-type.ts";
import type { SqlInteger, Value } from "../value.ts";
import type { FieldWriter } from "./field-writer.ts";
import * as fixed from "./fixed-width.ts";

/**
 * What a result row can do with stored bytes: copy them as UTF-8 text or as binary, copy them as JSON text unless they
 * begin with JSON_TYPED_MARK, or decode and format.
 */
export type WireCopy = "utf8" | "bytes" | "json" | "decode";

export interface FieldCodec {
  readonly type: SqlType;
  /** The size of every field of this type, or undefined when it varies. */
  readonly fixedWidth: number | undefined;
  readonly wireCopy: WireCopy;
  /** `value` is not null and already of this type (see conversion-store.ts). */
  encode(value: Value, into: FieldWriter): void;
  decode(bytes: Uint8Array, start: number, end: number): Value;
}

const INTEGER_WIDTH: Readonly<Record<IntegerName, number>> = {
  tinyint: 1,
  smallint: 2,
  mediumint: 3,
  int: 4,
  bigint: 8,
};

interface FixedWidthForm {
  readonly width: number;
  readonly read: (bytes: Uint8Array, at: number) => Value;
  readonly write: (value: Value, bytes: Uint8Array, at: number) => void;
}

function fixedCodec(type: SqlType, { width, read, write }: FixedWidthForm): FieldCodec {
  return {
    type,
    fixedWidth: width,
    wireCopy: "decode",
    encode(value, into) {
      into.reserve(width);
      write(value, into.bytes, into.size);
      into.size += width;
    },
    decode(bytes, start) {
      return read(bytes, start);
    },
  };
}

function unsignedForm(width: number): FixedWidthForm {
  return {
    width,
    read: (bytes, at) => fixed.readUnsigned(bytes, at, width),
    write: (value, bytes, at) => fixed.writeUnsigned(value as SqlInteger, bytes, at, width),
  };
}

function integerForm(width: number, unsigned: boolean): FixedWidthForm {
  if (unsigned) return unsignedForm(width);
  return {
    width,
    read: (bytes, at) => fixed.readSigned(bytes, at, width),
    write: (value, bytes, at) => fixed.writeSigned(value as SqlInteger, bytes, at, width),
  };
}

function decimalForm(precision: number, scale: number): FixedWidthForm {
  const width = fixed.decimalWidth(precision);
  return {
    width,
    read: (bytes, at) => fixed.readDecimal(bytes, at, width, scale),
    write: (value, bytes, at) => fixed.writeDecimal(value as Decimal, bytes, at, width, scale),
  };
}

const DOUBLE_FORM: FixedWidthForm = {
  width: 8,
  read: fixed.readDouble,
  write: (value, bytes, at) => fixed.writeDouble(value as number, bytes, at),
};
const FLOAT_FORM: FixedWidthForm = {
  width: 4,
  read: fixed.readFloat,
  write: (value, bytes, at) => fixed.writeFloat(value as number, bytes, at),
};
const DATE_FORM: FixedWidthForm = {
  width: 3,
  read: fixed.readDate,
  write: (value, bytes, at) => fixed.writeDate(value as DateTime, bytes, at),
};
const DATETIME_FORM: FixedWidthForm = {
  width: 8,
  read: fixed.readDateTime,
  write: (value, bytes, at) => fixed.writeDateTime(value as DateTime, bytes, at),
};
const TIMESTAMP_FORM: FixedWidthForm = {
  width: 8,
  read: fixed.readTimestamp,
  write: (value, bytes, at) => fixed.writeTimestamp(value as DateTime, bytes, at),
};
const TIME_FORM: FixedWidthForm = {
  width: 6,
  read: fixed.readTime,
  write: (value, bytes, at) => fixed.writeTime(value as number, bytes, at),
};
const YEAR_FORM: FixedWidthForm = {
  width: 1,
  read: (bytes, at) => (bytes[at] === 0 ? 0 : 1900 + (bytes[at] as number)),
  write: (value, bytes, at) => {
    bytes[at] = value === 0 ? 0 : (value as number) - 1900;
  },
};

/** The fixed-width form of a type, or undefined for types of varying size. */
function fixedForm(type: SqlType): FixedWidthForm | undefined {
  switch (type.kind) {
    case "integer":
      return integerForm(INTEGER_WIDTH[type.name], type.unsigned);
    case "float":
      return type.name === "float" ? FLOAT_FORM : DOUBLE_FORM;
    case "decimal":
      return decimalForm(type.precision, type.scale);
    case "bit":
      return unsignedForm((type.width + 7) >> 3);
    case "enum":
      return unsignedForm(2);
    case "set":
      return unsignedForm(8);
    case "date":
      return DATE_FORM;
    case "datetime":
      return DATETIME_FORM;
    case "timestamp":
      return TIMESTAMP_FORM;
    case "time":
      return TIME_FORM;
    case "year":
      return YEAR_FORM;
    default:
      return undefined;
  }
}

/** A string out of UTF-8 bytes. */
function utf8Slice(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
}

/** The codec of a column type. Cheap enough to call once per plan, not per row. */
export function fieldCodecFor(type: SqlType): FieldCodec {
  const form = fixedForm(type);
  if (form !== undefined) return fixedCodec(type, form);
  switch (type.kind) {
    case "string":
      return {
        type,
        fixedWidth: undefined,
        wireCopy: "utf8",
        encode: (value, into) => into.writeUtf8(value as string),
        decode: utf8Slice,
      };
    case "binary":
    case "geometry":
      return {
        type,
        fixedWidth: undefined,
        wireCopy: "bytes",
        encode: (value, into) => into.writeBytes(value as Uint8Array),
        decode: (bytes, start, end) => bytes.subarray(start, end),
      };
    case "json":
      return {
        type,
        fixedWidth: undefined,
        wireCopy: "json",
        encode: (value, into) => into.writeUtf8(encodeStoredJson(value as JsonValue)),
        decode: (bytes, start, end) => decodeStoredJson(utf8Slice(bytes, start, end)),
      };
    case "null":
      return {
        type,
        fixedWidth: 0,
        wireCopy: "decode",
        encode: () => assert(false, "NULL has no field"),
        decode: () => null,
      };
    default:
      assert(false, `a codec for ${type.kind}`);
      return unreachable(type as never);
  }
}

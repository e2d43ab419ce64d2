/**
 * The parameters of COM_STMT_EXECUTE, decoded to SQL values of the types the client names. The client may name them only
 * with the first execution: {@link StatementParameters} remembers them, and long data sent before.
 */
import { isUtf8 } from "node:buffer";
import { DateTime, ZERO_DATE } from "../values/datetime.ts";
import { parseDecimal } from "../values/decimal.ts";
import type { SqlType } from "../values/sql-type.ts";
import type { SqlInteger, Value } from "../values/value.ts";
import type { PayloadReader } from "./payload-reader.ts";
import * as protocol from "./protocol.ts";
import { WireError } from "./wire-error.ts";

const FLAG_CURSOR_READ_ONLY = 1;
const FLAG_PARAMETER_COUNT_AVAILABLE = 8;
const UNSIGNED_BIT = 0x8000;
const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;
/** Of all long data of one statement; beyond it the execution fails. */
const LONG_DATA_SIZE_MAX = 1024 * 1024 * 1024;

/** One bound parameter: the same object is filled again by the next execution. */
export interface DecodedParameter {
  type: SqlType;
  value: Value;
}

export interface DecodeOptions {
  /** CLIENT_QUERY_ATTRIBUTES */
  readonly withAttributes: boolean;
  /** Text as the client's character set has it; undefined when that is UTF-8. */
  readonly decodeText: ((bytes: Uint8Array) => string) | undefined;
}

const BIGINT: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const BIGINT_UNSIGNED: SqlType = { kind: "integer", name: "bigint", unsigned: true, zerofill: false };
const DOUBLE: SqlType = { kind: "float", name: "double", unsigned: false, zerofill: false };
const FLOAT: SqlType = { kind: "float", name: "float", unsigned: false, zerofill: false };
const DATE: SqlType = { kind: "date" };
const DATETIME: SqlType = { kind: "datetime", fraction: 6 };
const TIME: SqlType = { kind: "time", fraction: 6 };
const NULL: SqlType = { kind: "null" };
const BLOB: SqlType = { kind: "binary", name: "longblob", length: 0xffffffff };
/** The binder gives it the connection's collation, as it does with a literal. */
const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 16_383,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

export class StatementParameters {
  readonly count: number;
  readonly #decoded: DecodedParameter[] = [];
  /** Type codes with {@link UNSIGNED_BIT}, once the client has named them. */
  #types: Uint16Array | undefined;
  #longData: Map<number, { readonly parts: Buffer[]; size: number }> | undefined;

  constructor(count: number) {
    this.count = count;
    for (let i = 0; i < count; i++) this.#decoded.push({ type: NULL, value: null });
  }

  /** What {@link StatementParameters.decode} gave last. */
  get decoded(): readonly DecodedParameter[] {
    return this.#decoded;
  }

  /** COM_STMT_SEND_LONG_DATA. An error of it is told by the next execution, since the command has no answer. */
  addLongData(index: number, bytes: Buffer): void {
    this.#longData ??= new Map();
    const data = this.#longData.get(index) ?? { parts: [], size: 0 };
    this.#longData.set(index, data);
    data.size += bytes.length;
    // What is too long is not kept: its size alone makes the execution fail.
    if (data.size <= LONG_DATA_SIZE_MAX) data.parts.push(Buffer.from(bytes));
  }

  /** COM_STMT_RESET, and the end of each execution. */
  forgetLongData(): void {
    this.#longData = undefined;
  }

  /** Decodes the message after its statement id; `reader` is at the flags. */
  decode(reader: PayloadReader, options: DecodeOptions): readonly DecodedParameter[] {
    const flags = reader.uint8();
    reader.skip(4); // iteration count, always 1
    const { withAttributes } = options;
    let count = this.count;
    if (withAttributes && (count > 0 || (flags & FLAG_PARAMETER_COUNT_AVAILABLE) !== 0)) {
      // Query attributes follow the statement's own parameters.
      count = reader.length();
      if (count < this.count) throw new WireError("bad_parameter", "too few parameters");
    }
    if (count === 0) return this.#decoded;
    const { bytes, at: bitmapAt } = reader;
    reader.skip((count + 7) >>> 3);
    const types = reader.uint8() === 1 ? readTypes(reader, count, withAttributes) : this.#types;
    if (types === undefined) throw new WireError("bad_parameter", "the parameters have no types yet");
    this.#types = types;
    for (let i = 0; i < this.count; i++) {
      const parameter = this.#decoded[i] as DecodedParameter;
      const isNull = ((bytes[bitmapAt + (i >>> 3)] as number) & (1 << (i & 7))) !== 0;
      const longData = this.#longData?.get(i);
      if (longData !== undefined) decodeLongData(longData, types[i] as number, options, parameter);
      else if (isNull) setParameter(parameter, NULL, null);
      else decodeValue(reader, types[i] as number, options, parameter);
    }
    return this.#decoded;
  }
}

/** Whether the client asks for a cursor; `flags` is the byte after the statement id. */
export function asksForCursor(flags: number): boolean {
  return (flags & FLAG_CURSOR_READ_ONLY) !== 0;
}

/** Skips the query attributes before the text of COM_QUERY. */
export function skipQueryAttributes(reader: PayloadReader): void {
  const count = reader.length();
  reader.length(); // number of parameter sets, always 1
  if (count === 0) return;
  const bitmap = reader.take((count + 7) >>> 3);
  if (reader.uint8() !== 1) throw new WireError("malformed_packet", "query attributes have no types");
  const types = readTypes(reader, count, true);
  const ignored: DecodedParameter = { type: NULL, value: null };
  for (let i = 0; i < count; i++) {
    if (((bitmap[i >>> 3] as number) & (1 << (i & 7))) !== 0) continue;
    decodeValue(reader, types[i] as number, { withAttributes: true, decodeText: undefined }, ignored);
  }
}

function readTypes(reader: PayloadReader, count: number, withNames: boolean): Uint16Array {
  if (count > 0xffff) throw new WireError("malformed_packet", "too many parameters");
  const types = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    types[i] = reader.uint16();
    if (withNames) reader.skip(reader.length());
  }
  return types;
}

function setParameter(parameter: DecodedParameter, type: SqlType, value: Value): void {
  parameter.type = type;
  parameter.value = value;
}

function decodeValue(
  reader: PayloadReader,
  typeAndSign: number,
  options: DecodeOptions,
  parameter: DecodedParameter,
): void {
  const unsigned = (typeAndSign & UNSIGNED_BIT) !== 0;
  const typeCode = typeAndSign & 0xff;
  switch (typeCode) {
    case protocol.TYPE_NULL:
      setParameter(parameter, NULL, null);
      break;
    case protocol.TYPE_TINY:
    case protocol.TYPE_BOOL:
      setInteger(parameter, unsigned, unsigned ? reader.uint8() : (reader.uint8() << 24) >> 24);
      break;
    case protocol.TYPE_SHORT:
    case protocol.TYPE_YEAR:
      setInteger(parameter, unsigned, unsigned ? reader.uint16() : (reader.uint16() << 16) >> 16);
      break;
    case protocol.TYPE_LONG:
    case protocol.TYPE_INT24:
      setInteger(parameter, unsigned, unsigned ? reader.uint32() : reader.uint32() | 0);
      break;
    case protocol.TYPE_LONGLONG:
      setInteger(parameter, unsigned, readInteger64(reader, unsigned));
      break;
    case protocol.TYPE_FLOAT:
      setParameter(parameter, FLOAT, reader.take(4).readFloatLE());
      break;
    case protocol.TYPE_DOUBLE:
      setParameter(parameter, DOUBLE, reader.take(8).readDoubleLE());
      break;
    case protocol.TYPE_DATE:
    case protocol.TYPE_NEWDATE:
      setParameter(parameter, DATE, readDateTime(reader));
      break;
    case protocol.TYPE_DATETIME:
    case protocol.TYPE_TIMESTAMP:
      setParameter(parameter, DATETIME, readDateTime(reader));
      break;
    case protocol.TYPE_TIME:
      setParameter(parameter, TIME, readTime(reader));
      break;
    case protocol.TYPE_VARCHAR:
    case protocol.TYPE_VAR_STRING:
    case protocol.TYPE_STRING: {
      const size = reader.length();
      reader.skip(size);
      if (options.decodeText === undefined) setUtf8(parameter, reader.bytes, reader.at - size, reader.at);
      else setText(parameter, reader.bytes.subarray(reader.at - size, reader.at), options);
      break;
    }
    default:
      setBytes(parameter, typeCode, reader.lengthBytes(), options);
      break;
  }
}

function decodeLongData(
  data: { readonly parts: readonly Buffer[]; readonly size: number },
  typeAndSign: number,
  options: DecodeOptions,
  parameter: DecodedParameter,
): void {
  if (data.size > LONG_DATA_SIZE_MAX) {
    throw new WireError("bad_parameter", "a parameter's long data is over 1 GiB");
  }
  setBytes(parameter, typeAndSign & 0xff, Buffer.concat(data.parts), options);
}

function setInteger(parameter: DecodedParameter, unsigned: boolean, value: SqlInteger): void {
  setParameter(parameter, unsigned ? BIGINT_UNSIGNED : BIGINT, value);
}

/** Parameters that come as a length and bytes: text, binary strings, decimals. */
function setBytes(
  parameter: DecodedParameter,
  typeCode: number,
  bytes: Buffer,
  options: DecodeOptions,
): void {
  switch (typeCode) {
    case protocol.TYPE_DECIMAL:
    case protocol.TYPE_NEWDECIMAL: {
      const decimal = parseDecimal(bytes.toString("latin1"));
      if (decimal === undefined) {
        setText(parameter, bytes, options);
        break;
      }
      const type: SqlType = {
        kind: "decimal",
        precision: 65,
        scale: decimal.scale,
        unsigned: false,
        zerofill: false,
      };
      setParameter(parameter, type, decimal);
      break;
    }
    case protocol.TYPE_TINY_BLOB:
    case protocol.TYPE_MEDIUM_BLOB:
    case protocol.TYPE_LONG_BLOB:
    case protocol.TYPE_BLOB:
    case protocol.TYPE_BIT:
    case protocol.TYPE_GEOMETRY:
      setParameter(parameter, BLOB, bytes);
      break;
    case protocol.TYPE_VARCHAR:
    case protocol.TYPE_VAR_STRING:
    case protocol.TYPE_STRING:
    case protocol.TYPE_ENUM:
    case protocol.TYPE_SET:
    case protocol.TYPE_JSON:
      setText(parameter, bytes, options);
      break;
    default:
      throw new WireError("bad_parameter", `parameter type ${typeCode} is unknown`);
  }
}

function setText(parameter: DecodedParameter, bytes: Buffer, options: DecodeOptions): void {
  if (options.decodeText !== undefined) setParameter(parameter, TEXT, options.decodeText(bytes));
  else setUtf8(parameter, bytes, 0, bytes.length);
}

/** Some clients send binary strings as text. Bytes that are no UTF-8 are such: they must reach a BLOB unchanged. */
function setUtf8(parameter: DecodedParameter, bytes: Buffer, start: number, end: number): void {
  const text = bytes.toString("utf8", start, end);
  // What is malformed decodes to U+FFFD, which may stand for itself as well.
  if (!text.includes("\uFFFD") || isUtf8(bytes.subarray(start, end))) setParameter(parameter, TEXT, text);
  else setParameter(parameter, BLOB, bytes.subarray(start, end));
}

function readInteger64(reader: PayloadReader, unsigned: boolean): SqlInteger {
  reader.skip(8);
  const { bytes, at } = reader;
  const high = unsigned ? bytes.readUInt32LE(at - 4) : bytes.readInt32LE(at - 4);
  const value = high * 0x100000000 + bytes.readUInt32LE(at - 8);
  if (Number.isSafeInteger(value)) return value;
  return unsigned ? bytes.readBigUInt64LE(at - 8) : bytes.readBigInt64LE(at - 8);
}

function readDateTime(reader: PayloadReader): DateTime {
  const size = reader.uint8();
  if (size === 0) return ZERO_DATE;
  if (size !== 4 && size !== 7 && size !== 11)
    throw new WireError("malformed_packet", "a date has a wrong length");
  const year = reader.uint16();
  const month = reader.uint8();
  const day = reader.uint8();
  if (size === 4) return checkedDateTime(new DateTime(year, month, day));
  const hour = reader.uint8();
  const minute = reader.uint8();
  const second = reader.uint8();
  return checkedDateTime(
    new DateTime(year, month, day, hour, minute, second, size === 11 ? reader.uint32() : 0),
  );
}

/** Bytes can say month 200: that is no date, and nothing above expects one. */
function checkedDateTime(value: DateTime): DateTime {
  const valid =
    value.year <= 9999 &&
    value.month <= 12 &&
    value.day <= 31 &&
    value.hour <= 23 &&
    value.minute <= 59 &&
    value.second <= 59 &&
    value.microsecond < MICROS_PER_SECOND;
  if (!valid) throw new WireError("bad_parameter", "a date parameter is out of range");
  return value;
}

function readTime(reader: PayloadReader): number {
  const size = reader.uint8();
  if (size === 0) return 0;
  if (size !== 8 && size !== 12) throw new WireError("malformed_packet", "a time has a wrong length");
  const negative = reader.uint8() === 1;
  const days = reader.uint32();
  const hours = reader.uint8();
  const minutes = reader.uint8();
  const seconds = reader.uint8();
  const micros = size === 12 ? reader.uint32() : 0;
  if (days > 34 || hours > 23 || minutes > 59 || seconds > 59 || micros >= MICROS_PER_SECOND) {
    throw new WireError("bad_parameter", "a time parameter is out of range");
  }
  const total = (days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND + micros;
  return negative ? -total : total;
}

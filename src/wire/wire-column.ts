/** A result column as one connection sees it: its type on the wire, and how its text is encoded. */
import { unreachable } from "../base/assert.ts";
import { type CharsetInfo, charsetInfo, collationInfo, encodeText } from "../values/charset.ts";
import type { ResultColumn } from "../values/row-writer.ts";
import type { EnumType, IntegerName, SetType, SqlType, StringType } from "../values/sql-type.ts";
import * as protocol from "./protocol.ts";

export interface WireColumn {
  readonly typeCode: number;
  readonly flags: number;
  /** Digits after the point; 31 = not fixed. */
  readonly decimals: number;
  readonly length: number;
  readonly collationId: number;
  /** FLOAT: printed with single precision */
  readonly single: boolean;
  /** Integers are padded with zeros to this many digits; 0 = not padded. */
  readonly zeroFillWidth: number;
  /** BIT: size of the value; 0 for other types. */
  readonly bitBytes: number;
  /** How the text of this column is encoded; undefined = UTF-8. */
  readonly encodeText: ((text: string) => Uint8Array) | undefined;
}

const FLAG_NOT_NULL = 1;
const FLAG_PRIMARY_KEY = 2;
const FLAG_UNIQUE_KEY = 4;
const FLAG_MULTIPLE_KEY = 8;
const FLAG_BLOB = 16;
const FLAG_UNSIGNED = 32;
const FLAG_ZEROFILL = 64;
const FLAG_BINARY = 128;
const FLAG_ENUM = 256;
const FLAG_AUTO_INCREMENT = 512;
const FLAG_TIMESTAMP = 1024;
const FLAG_SET = 2048;
const FLAG_NO_DEFAULT = 4096;
const FLAG_ON_UPDATE_NOW = 8192;
const FLAG_PART_KEY = 16384;
const DECIMALS_NOT_FIXED = 31;
const LENGTH_MAX = 0xffffffff;

interface TypeOnWire {
  readonly typeCode: number;
  readonly length: number;
  readonly decimals: number;
  readonly flags: number;
}

export function toWireColumn(column: ResultColumn, resultsCharset: string | undefined): WireColumn {
  const { type } = column;
  const charset = charsetInfo(charsetOnWire(type, resultsCharset));
  const wire = typeOnWire(type, lengthFactors(resultsCharset, charset));
  let flags = wire.flags | binaryFlag(column);
  if (!column.nullable) flags |= FLAG_NOT_NULL;
  if (column.primaryKey) flags |= FLAG_PRIMARY_KEY | FLAG_PART_KEY;
  if (column.uniqueKey) flags |= FLAG_UNIQUE_KEY | FLAG_PART_KEY;
  if (column.multipleKey) flags |= FLAG_MULTIPLE_KEY | FLAG_PART_KEY;
  if (column.autoIncrement) flags |= FLAG_AUTO_INCREMENT;
  if (column.noDefault) flags |= FLAG_NO_DEFAULT;
  if (column.onUpdateNow) flags |= FLAG_ON_UPDATE_NOW | FLAG_TIMESTAMP;
  return {
    typeCode: wire.typeCode,
    flags,
    decimals: column.decimals ?? wire.decimals,
    length: column.displayLength ?? wire.length,
    collationId: collationIdOf(type, resultsCharset, charset),
    single: type.kind === "float" && type.name === "float",
    zeroFillWidth: type.kind === "integer" && type.zerofill ? (type.displayWidth ?? wire.length) : 0,
    bitBytes: type.kind === "bit" ? (type.width + 7) >>> 3 : 0,
    encodeText: encoderOf(charset.name),
  };
}

/** With the digits (and sign) that the largest value takes. */
const INTEGER_WIRE: Readonly<
  Record<IntegerName, readonly [typeCode: number, signed: number, unsigned: number]>
> = {
  tinyint: [protocol.TYPE_TINY, 4, 3],
  smallint: [protocol.TYPE_SHORT, 6, 5],
  mediumint: [protocol.TYPE_INT24, 9, 8],
  int: [protocol.TYPE_LONG, 11, 10],
  bigint: [protocol.TYPE_LONGLONG, 20, 20],
};

/** What the length of a type is multiplied with: TEXT has bytes already, which grow by the conversion. */
interface LengthFactors {
  readonly characters: number;
  readonly textBytes: number;
}

function lengthFactors(resultsCharset: string | undefined, charset: CharsetInfo): LengthFactors {
  if (resultsCharset === "binary") return { characters: 1, textBytes: 1 };
  return { characters: charset.maxLength, textBytes: resultsCharset === undefined ? 1 : charset.maxLength };
}

/** Computed values other than text, and text of binary collations. */
function binaryFlag({ type, originalTable }: ResultColumn): number {
  if (isText(type)) return type.collation.endsWith("_bin") ? FLAG_BINARY : 0;
  return originalTable === "" ? FLAG_BINARY : 0;
}

function isText(type: SqlType): type is StringType | EnumType | SetType {
  return type.kind === "string" || type.kind === "enum" || type.kind === "set";
}

function typeOnWire(type: SqlType, factors: LengthFactors): TypeOnWire {
  switch (type.kind) {
    case "integer": {
      const [typeCode, signed, unsigned] = INTEGER_WIRE[type.name];
      const length = type.unsigned ? unsigned : signed;
      return { typeCode, length: type.displayWidth ?? length, decimals: 0, flags: numberFlags(type) };
    }
    case "float": {
      const single = type.name === "float";
      return {
        typeCode: single ? protocol.TYPE_FLOAT : protocol.TYPE_DOUBLE,
        length: type.precision ?? (single ? 12 : 22),
        decimals: type.scale ?? DECIMALS_NOT_FIXED,
        flags: numberFlags(type),
      };
    }
    case "decimal": {
      const sign = type.unsigned ? 0 : 1;
      const length = type.precision + sign + (type.scale > 0 ? 1 : 0);
      return { typeCode: protocol.TYPE_NEWDECIMAL, length, decimals: type.scale, flags: numberFlags(type) };
    }
    case "bit":
      return { typeCode: protocol.TYPE_BIT, length: type.width, decimals: 0, flags: FLAG_UNSIGNED };
    case "year":
      return {
        typeCode: protocol.TYPE_YEAR,
        length: 4,
        decimals: 0,
        flags: FLAG_UNSIGNED | FLAG_ZEROFILL,
      };
    case "string":
      return textOnWire(type.name, type.length, factors);
    case "binary":
      if (type.name === "binary") return binaryOnWire(protocol.TYPE_STRING, type.length);
      if (type.name === "varbinary") return binaryOnWire(protocol.TYPE_VAR_STRING, type.length);
      return { ...binaryOnWire(protocol.TYPE_BLOB, type.length), flags: FLAG_BINARY | FLAG_BLOB };
    case "enum":
    case "set": {
      const flag = type.kind === "enum" ? FLAG_ENUM : FLAG_SET;
      const sizes = type.members.map((member) => [...member].length);
      const characters =
        type.kind === "enum"
          ? Math.max(0, ...sizes)
          : sizes.reduce((sum, size) => sum + size, Math.max(0, sizes.length - 1));
      return {
        typeCode: protocol.TYPE_STRING,
        length: characters * factors.characters,
        decimals: 0,
        flags: flag,
      };
    }
    case "date":
      return { typeCode: protocol.TYPE_DATE, length: 10, decimals: 0, flags: FLAG_BINARY };
    case "time":
      return temporalOnWire(protocol.TYPE_TIME, 10, type.fraction, FLAG_BINARY);
    case "datetime":
      return temporalOnWire(protocol.TYPE_DATETIME, 19, type.fraction, FLAG_BINARY);
    case "timestamp":
      return temporalOnWire(protocol.TYPE_TIMESTAMP, 19, type.fraction, FLAG_BINARY);
    case "json":
      return { ...binaryOnWire(protocol.TYPE_JSON, 0xffffffff), flags: FLAG_BINARY | FLAG_BLOB };
    case "geometry":
      return { ...binaryOnWire(protocol.TYPE_GEOMETRY, 0xffffffff), flags: FLAG_BINARY | FLAG_BLOB };
    case "null":
      return { typeCode: protocol.TYPE_NULL, length: 0, decimals: 0, flags: FLAG_BINARY };
    default:
      return unreachable(type);
  }
}

function numberFlags(type: { readonly unsigned: boolean; readonly zerofill: boolean }): number {
  return (type.unsigned ? FLAG_UNSIGNED : 0) | (type.zerofill ? FLAG_ZEROFILL : 0);
}

function textOnWire(name: string, length: number, factors: LengthFactors): TypeOnWire {
  const sized = Math.min(length * factors.characters, LENGTH_MAX);
  if (name === "char") return { typeCode: protocol.TYPE_STRING, length: sized, decimals: 0, flags: 0 };
  if (name === "varchar") return { typeCode: protocol.TYPE_VAR_STRING, length: sized, decimals: 0, flags: 0 };
  const bytes = Math.min(length * factors.textBytes, LENGTH_MAX);
  return { typeCode: protocol.TYPE_BLOB, length: bytes, decimals: 0, flags: FLAG_BLOB };
}

function binaryOnWire(typeCode: number, length: number): TypeOnWire {
  return { typeCode, length, decimals: 0, flags: FLAG_BINARY };
}

function temporalOnWire(typeCode: number, length: number, fraction: number, flags: number): TypeOnWire {
  return { typeCode, length: fraction === 0 ? length : length + 1 + fraction, decimals: fraction, flags };
}

/** The character set that a column's text is sent in: the session's for results; its own when there is none. */
function charsetOnWire(type: SqlType, resultsCharset: string | undefined): string {
  if (resultsCharset !== undefined && resultsCharset !== "binary") return resultsCharset;
  return isText(type) ? type.charset : "utf8mb4";
}

/** Text is UTF-8 inside, so both UTF-8 character sets need no conversion. */
function encoderOf(charset: string): ((text: string) => Uint8Array) | undefined {
  if (charset === "utf8mb4" || charset === "utf8mb3" || charset === "binary") return undefined;
  return (text) => encodeText(text, charset);
}

function collationIdOf(type: SqlType, resultsCharset: string | undefined, charset: CharsetInfo): number {
  if (!isText(type) || resultsCharset === "binary") return protocol.BINARY_COLLATION_ID;
  return collationInfo(resultsCharset === undefined ? type.collation : charset.defaultCollation).id;
}

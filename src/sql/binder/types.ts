/** Frequently used types, widths of values as text, and constructors of string types by length. */
import type {
  BinaryType,
  DecimalType,
  FloatType,
  IntegerType,
  NullType,
  SqlType,
  StringType,
} from "../../values/sql-type.ts";
import type { BoundBase, BoundExpression } from "./bound-expression.ts";
import { charsetOfCollation } from "./collation-aggregation.ts";

export const BIGINT: IntegerType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
export const BIGINT_UNSIGNED: IntegerType = {
  kind: "integer",
  name: "bigint",
  unsigned: true,
  zerofill: false,
};
export const DOUBLE: FloatType = { kind: "float", name: "double", unsigned: false, zerofill: false };
export const FLOAT: FloatType = { kind: "float", name: "float", unsigned: false, zerofill: false };
export const NULL_TYPE: NullType = { kind: "null" };
export const JSON_TYPE: SqlType = { kind: "json" };
export const DATE: SqlType = { kind: "date" };
export const YEAR: SqlType = { kind: "year" };

export const LONG_TEXT_BYTES = 4294967295;

export function decimalType(precision: number, scale: number, unsigned = false): DecimalType {
  const limitedScale = Math.min(scale, 30);
  return {
    kind: "decimal",
    precision: Math.max(1, Math.min(65, Math.max(precision, limitedScale))),
    scale: limitedScale,
    unsigned,
    zerofill: false,
  };
}

export function timeType(fraction: number): SqlType {
  return { kind: "time", fraction };
}

export function datetimeType(fraction: number): SqlType {
  return { kind: "datetime", fraction };
}

const MAX_BYTES_PER_CHARACTER: Readonly<Record<string, number>> = {
  utf8mb4: 4,
  utf16: 4,
  utf16le: 4,
  utf32: 4,
  gb18030: 4,
  utf8mb3: 3,
  ujis: 3,
  eucjpms: 3,
  ucs2: 2,
  gbk: 2,
  gb2312: 2,
  big5: 2,
  sjis: 2,
  cp932: 2,
  euckr: 2,
};

function maxBytesPerCharacter(charset: string): number {
  return MAX_BYTES_PER_CHARACTER[charset] ?? 1;
}

/** A text type for at most `length` characters: VARCHAR, or the TEXT type that holds them. */
export function textType(length: number, collation: string): StringType | BinaryType {
  if (collation === "binary") return binaryType(length);
  const charset = charsetOfCollation(collation);
  const bytes = length * maxBytesPerCharacter(charset);
  if (bytes <= 65535) return { kind: "string", name: "varchar", length, charset, collation };
  if (bytes <= 16777215) return { kind: "string", name: "mediumtext", length: 16777215, charset, collation };
  return { kind: "string", name: "longtext", length: LONG_TEXT_BYTES, charset, collation };
}

export function binaryType(length: number): BinaryType {
  if (length <= 65535) return { kind: "binary", name: "varbinary", length };
  if (length <= 16777215) return { kind: "binary", name: "mediumblob", length: 16777215 };
  return { kind: "binary", name: "longblob", length: LONG_TEXT_BYTES };
}

const INTEGER_DIGITS = { tinyint: 3, smallint: 5, mediumint: 7, int: 10, bigint: 19 } as const;

/** Decimal digits that every value of an integer type fits in. */
export function integerDigitsOf(type: IntegerType): number {
  if (type.name === "bigint") return type.unsigned ? 20 : 19;
  if (type.name === "mediumint") return type.unsigned ? 8 : 7;
  return INTEGER_DIGITS[type.name];
}

/** Width of a value as text in characters: Item::max_char_length(). */
export function displayWidth(base: BoundBase): number {
  if (base.displayLength !== undefined) return base.displayLength;
  const type = base.type;
  switch (type.kind) {
    case "integer": {
      if (type.displayWidth !== undefined) return type.displayWidth;
      const digits = integerDigitsOf(type);
      return type.name === "bigint" ? 20 : type.unsigned ? digits : digits + 1;
    }
    case "float":
      return type.precision ?? (type.name === "float" ? 12 : 22);
    case "decimal":
      return type.precision + (type.scale > 0 ? 1 : 0) + (type.unsigned ? 0 : 1);
    case "bit":
      return type.width;
    case "string":
      return type.name === "char" || type.name === "varchar"
        ? type.length
        : Math.floor(type.length / (type.name === "longtext" ? maxBytesPerCharacter(type.charset) : 1));
    case "binary":
      return type.length;
    case "enum":
      return type.members.reduce((longest, member) => Math.max(longest, [...member].length), 0);
    case "set":
      return type.members.reduce(
        (sum, member) => sum + [...member].length,
        Math.max(0, type.members.length - 1),
      );
    case "date":
      return 10;
    case "time":
      return type.fraction > 0 ? 11 + type.fraction : 10;
    case "datetime":
    case "timestamp":
      return type.fraction > 0 ? 20 + type.fraction : 19;
    case "year":
      return 4;
    case "json":
    case "geometry":
      return LONG_TEXT_BYTES / (type.kind === "json" ? 4 : 1);
    case "null":
      return 0;
  }
}

/** Digits of the second that a value has in a temporal context; a constant text has as many as it is written with. */
export function fractionOf(base: BoundBase | BoundExpression): number {
  const type = base.type;
  switch (type.kind) {
    case "time":
    case "datetime":
    case "timestamp":
      return type.fraction;
    case "decimal":
      return Math.min(6, type.scale);
    case "string":
      if ("kind" in base && base.kind === "constant" && typeof base.value === "string") {
        return /\.(\d{1,6})/.exec(base.value)?.[1]?.length ?? 0;
      }
      return 6;
    case "float":
    case "binary":
    case "enum":
    case "set":
    case "json":
      return 6;
    default:
      return 0;
  }
}

export function isNumericType(type: SqlType): boolean {
  return (
    type.kind === "integer" ||
    type.kind === "decimal" ||
    type.kind === "float" ||
    type.kind === "year" ||
    type.kind === "bit"
  );
}

export function isStringType(type: SqlType): boolean {
  return type.kind === "string" || type.kind === "binary" || type.kind === "enum" || type.kind === "set";
}

export function isTemporalType(type: SqlType): boolean {
  return (
    type.kind === "date" || type.kind === "time" || type.kind === "datetime" || type.kind === "timestamp"
  );
}

/** As what kind of number an operand takes part in arithmetic. */
export type NumericClass = "integer" | "decimal" | "double";

export function numericClass(type: SqlType): NumericClass {
  switch (type.kind) {
    case "integer":
    case "year":
    case "bit":
      return "integer";
    case "decimal":
      return "decimal";
    case "date":
      return "integer";
    case "time":
    case "datetime":
    case "timestamp":
      return type.fraction > 0 ? "decimal" : "integer";
    default:
      return "double";
  }
}

export function isUnsigned(type: SqlType): boolean {
  switch (type.kind) {
    case "integer":
    case "decimal":
    case "float":
      return type.unsigned;
    case "bit":
    case "year":
    case "set":
    case "enum":
      return true;
    default:
      return false;
  }
}

/** The precision and scale an operand has as a decimal. */
export function decimalShape(base: BoundBase): { readonly precision: number; readonly scale: number } {
  const type = base.type;
  if (base.binaryLiteral === true) return { precision: 20, scale: 0 };
  switch (type.kind) {
    case "decimal":
      return { precision: type.precision, scale: type.scale };
    case "integer": {
      const digits = integerDigitsOf(type);
      const shown = base.displayLength;
      return { precision: shown === undefined ? digits : Math.min(digits, Math.max(1, shown)), scale: 0 };
    }
    case "year":
      return { precision: 4, scale: 0 };
    case "bit":
      return { precision: 20, scale: 0 };
    case "date":
      return { precision: 8, scale: 0 };
    case "time":
      return { precision: 7 + type.fraction, scale: type.fraction };
    case "datetime":
    case "timestamp":
      return { precision: 14 + type.fraction, scale: type.fraction };
    case "null":
      return { precision: 1, scale: 0 };
    default:
      return { precision: 65, scale: 30 };
  }
}

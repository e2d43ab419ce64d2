/** CAST, CONVERT and BINARY: values as another type, with MySQL's rounding, clipping and warnings. */

import { characterCount, decodeText, encodeText, findCharset } from "../../values/charset.ts";
import {
  type DateTime,
  dateOf,
  dateTimeFromMicros,
  formatDate,
  MAX_TIME_MICROS,
  microsOfDateTime,
} from "../../values/datetime.ts";
import {
  canonicalInteger,
  type Decimal,
  integerDigits,
  largestDecimal,
  negateDecimal,
  roundDecimal,
} from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { CastType } from "../ast/data-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { charsetOfCollation } from "../binder/collation-aggregation.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { printBound } from "../binder/print-bound.ts";
import {
  BIGINT,
  BIGINT_UNSIGNED,
  binaryType,
  DATE,
  DOUBLE,
  decimalType,
  displayWidth,
  FLOAT,
  isStringType,
  JSON_TYPE,
  LONG_TEXT_BYTES,
  textType,
  YEAR,
} from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { INT64_MAX, warnTruncated } from "../expression/number-conversion.ts";
import {
  readBytes,
  readDateTime,
  readDecimal,
  readDocument,
  readDouble,
  readInteger,
  readJson,
  readText,
  readTime,
} from "../expression/readers.ts";
import { warnTruncatedDate, warnWrongValue } from "../expression/temporal-conversion.ts";
import { boundCall, type ResultShape } from "./function-definition.ts";

const PRECISION_MAX = 65;
const SCALE_MAX = 30;

export function bindCast(
  operand: BoundExpression,
  type: CastType,
  environment: BindEnvironment,
  timeZone?: string,
): BoundExpression {
  if (timeZone !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "CAST … AT TIME ZONE");
  const shape = castShape(operand, type, environment);
  return boundCall({
    name: `cast_as_${type.name}`,
    args: [operand],
    result: shape,
    build: ([evaluate]) => castEvaluator(operand, type, shape.type, evaluate as Evaluator),
  });
}

function castShape(operand: BoundExpression, type: CastType, environment: BindEnvironment): ResultShape {
  const nullable = operand.nullable;
  switch (type.name) {
    case "signed":
      return { type: BIGINT, nullable };
    case "unsigned":
      return { type: BIGINT_UNSIGNED, nullable };
    case "decimal": {
      const precision = type.length ?? 10;
      const scale = type.scale ?? 0;
      if (precision < scale) throw sqlError("ER_M_BIGGER_THAN_D", "");
      const shownOperand = printBound(operand);
      if (precision > PRECISION_MAX) {
        throw sqlError("ER_TOO_BIG_PRECISION", precision, shownOperand, PRECISION_MAX);
      }
      if (scale > SCALE_MAX) throw sqlError("ER_TOO_BIG_SCALE", scale, shownOperand, SCALE_MAX);
      return { type: decimalType(precision === 0 ? 10 : precision, scale), nullable };
    }
    case "double":
      return { type: DOUBLE, nullable };
    case "float": {
      if ((type.length ?? 0) > 53) throw sqlError("ER_TOO_BIG_PRECISION", type.length ?? 0, "CAST", 53);
      return { type: (type.length ?? 0) > 24 ? DOUBLE : FLOAT, nullable };
    }
    case "date":
      return { type: DATE, nullable: true };
    case "time":
      return { type: { kind: "time", fraction: fractionDigits(type, "cast") }, nullable: true };
    case "datetime":
      return { type: { kind: "datetime", fraction: fractionDigits(type, "cast") }, nullable: true };
    case "year":
      return { type: YEAR, nullable: true };
    case "json":
      return { type: JSON_TYPE, nullable };
    case "binary":
      return {
        type: binaryType(type.length ?? displayWidth(operand) * bytesPer(operand)),
        coercibility: 2,
        nullable,
      };
    case "char": {
      if (type.charset === "binary") {
        return {
          type: binaryType(type.length ?? displayWidth(operand) * bytesPer(operand)),
          coercibility: 2,
          nullable,
        };
      }
      const collation = castCollation(operand, type, environment);
      return { type: textType(type.length ?? displayWidth(operand), collation), coercibility: 2, nullable };
    }
    default:
      throw sqlError("ER_NOT_SUPPORTED_YET", `CAST(… AS ${type.name.toUpperCase()})`);
  }
}

function bytesPer(operand: BoundExpression): number {
  return operand.type.kind === "string" ? 4 : 1;
}

function castCollation(_operand: BoundExpression, type: CastType, environment: BindEnvironment): string {
  if (type.charset === undefined) return environment.connectionCollation;
  const charset = findCharset(type.charset);
  if (charset === undefined) throw sqlError("ER_UNKNOWN_CHARACTER_SET", type.charset);
  return charset.name === charsetOfCollation(environment.connectionCollation)
    ? environment.connectionCollation
    : charset.defaultCollation;
}

function fractionDigits(type: CastType, name: string): number {
  const digits = type.length ?? 0;
  if (digits > 6) throw sqlError("ER_TOO_BIG_PRECISION", digits, name.toUpperCase(), 6);
  return digits;
}

function castEvaluator(
  operand: BoundExpression,
  type: CastType,
  target: SqlType,
  evaluate: Evaluator,
): Evaluator {
  switch (type.name) {
    case "signed":
    case "unsigned":
      return castInteger(operand, type.name === "unsigned", evaluate);
    case "decimal":
      return castDecimal(operand, target, evaluate);
    case "double":
      return readDouble(operand, evaluate);
    case "float": {
      const read = readDouble(operand, evaluate);
      if (target.kind === "float" && target.name === "double") return read;
      return (frame) => {
        const value = read(frame);
        return value === null ? null : Math.fround(value);
      };
    }
    case "date": {
      const read = readDateTime(operand, evaluate, true);
      return (frame) => {
        const value = read(frame);
        return value === null ? null : checkedDate(dateOf(value), "date", frame.context);
      };
    }
    case "datetime": {
      const read = readDateTime(operand, evaluate);
      const digits = type.length ?? 0;
      return (frame) => {
        const value = read(frame);
        if (value === null) return null;
        return checkedDate(roundDateTime(value, digits), "datetime", frame.context);
      };
    }
    case "time": {
      const read = readTime(operand, evaluate);
      const digits = type.length ?? 0;
      return (frame) => {
        const value = read(frame);
        return value === null ? null : roundTime(value, digits);
      };
    }
    case "year":
      return castYear(operand, evaluate);
    case "json":
      return isStringType(operand.type) && operand.type.kind !== "binary"
        ? readDocument(operand, evaluate, 1, "cast_as_json")
        : readJson(operand, evaluate);
    case "binary":
      return castBinary(operand, type.length, evaluate);
    case "char":
      return type.charset === "binary"
        ? castBinary(operand, type.length, evaluate)
        : castText(operand, type, evaluate);
    default:
      return evaluate;
  }
}

/** Zero dates and dates with zero parts are refused by NO_ZERO_DATE and NO_ZERO_IN_DATE: NULL with a warning. */
export function checkedDate(value: DateTime, kind: string, context: StatementContext): DateTime | null {
  if (!value.hasZeroPart) return value;
  const zero = value.year === 0 && value.month === 0 && value.day === 0;
  const refused = zero ? context.sqlMode.has("NO_ZERO_DATE") : context.sqlMode.has("NO_ZERO_IN_DATE");
  if (!refused) return value;
  if (kind === "date") warnTruncatedDate(context, formatDate(value));
  else warnWrongValue(context, "datetime", String(value));
  return null;
}

/** Rounds the fraction to `digits` digits, carrying into the date. */
function roundDateTime(value: DateTime, digits: number): DateTime {
  const unit = 10 ** (6 - digits);
  if (value.microsecond % unit === 0 || value.hasZeroPart) return value;
  const micros = microsOfDateTime(value);
  return dateTimeFromMicros(Math.floor((micros + unit / 2) / unit) * unit);
}

function roundTime(micros: number, digits: number): number {
  const unit = 10 ** (6 - digits);
  const magnitude = Math.min(MAX_TIME_MICROS, Math.floor((Math.abs(micros) + unit / 2) / unit) * unit);
  return micros < 0 ? -magnitude : magnitude;
}

function castInteger(operand: BoundExpression, unsigned: boolean, evaluate: Evaluator): Evaluator {
  const read = readInteger(operand, evaluate);
  const text = isStringType(operand.type) && operand.binaryLiteral !== true;
  return (frame) => {
    const value = read(frame);
    if (value === null) return null;
    if (unsigned) {
      if (value >= 0) return value;
      if (text)
        frame.context.warn(
          "Warning",
          1105,
          "Cast to unsigned converted negative integer to its positive complement",
        );
      return canonicalInteger(BigInt.asUintN(64, BigInt(value)));
    }
    if (value > INT64_MAX) {
      if (text)
        frame.context.warn(
          "Warning",
          1105,
          "Cast to signed converted positive out-of-range integer to its negative complement",
        );
      return canonicalInteger(BigInt.asIntN(64, BigInt(value)));
    }
    return value;
  };
}

function castDecimal(operand: BoundExpression, target: SqlType, evaluate: Evaluator): Evaluator {
  const read = readDecimal(operand, evaluate);
  const { precision, scale } = target.kind === "decimal" ? target : { precision: 10, scale: 0 };
  return (frame) => {
    const value = read(frame);
    return value === null ? null : fitDecimal(value, precision, scale, frame.context);
  };
}

/** Rounds to the scale; what is too large becomes the largest value, with warning 1264. */
function fitDecimal(value: Decimal, precision: number, scale: number, context: StatementContext): Decimal {
  const rounded = roundDecimal(value, scale);
  if (integerDigits(rounded) <= precision - scale) return rounded;
  const error = sqlError("ER_WARN_DATA_OUT_OF_RANGE", "cast_as_decimal", 1);
  context.warn("Warning", error.errno, `Out of range value for column '${value}' at row 1`);
  const largest = largestDecimal(precision, scale);
  return value.isNegative ? negateDecimal(largest) : largest;
}

const YEAR_MIN = 1901;
const YEAR_MAX = 2155;

function castYear(operand: BoundExpression, evaluate: Evaluator): Evaluator {
  if (operand.type.kind === "date" || operand.type.kind === "datetime" || operand.type.kind === "timestamp") {
    return (frame) => (evaluate(frame) as DateTime | null)?.year ?? null;
  }
  const read = readInteger(operand, evaluate);
  const fromText = isStringType(operand.type);
  const readWritten = readText(operand, evaluate);
  return (frame) => {
    if (fromText) {
      const written = readWritten(frame);
      if (written !== null && !/^\s*[+-]?\d/.test(written)) {
        const error = sqlError("ER_WRONG_VALUE", "YEAR", written);
        frame.context.warn("Warning", error.errno, error.message);
        return null;
      }
    }
    const value = read(frame);
    if (value === null) return null;
    const year = toYear(value, fromText);
    if (year === undefined) {
      warnTruncated(frame.context, "YEAR", String(value));
      return null;
    }
    return year;
  };
}

function toYear(value: SqlInteger, fromText: boolean): number | undefined {
  const number = Number(value);
  if (number === 0) return fromText ? 2000 : 0;
  if (number > 0 && number < 70) return 2000 + number;
  if (number >= 70 && number < 100) return 1900 + number;
  return number >= YEAR_MIN && number <= YEAR_MAX ? number : undefined;
}

function castBinary(operand: BoundExpression, length: number | undefined, evaluate: Evaluator): Evaluator {
  const read = readBytes(operand, evaluate);
  if (length === undefined) return read;
  return (frame) => {
    const bytes = read(frame);
    if (bytes === null || bytes.length === length) return bytes;
    if (bytes.length > length) {
      warnTruncated(frame.context, `BINARY(${length})`, Buffer.from(bytes).toString("utf8"));
      return bytes.subarray(0, length);
    }
    const padded = new Uint8Array(length);
    padded.set(bytes);
    return padded;
  };
}

function castText(operand: BoundExpression, type: CastType, evaluate: Evaluator): Evaluator {
  const read = readText(operand, evaluate);
  const { length } = type;
  const charset = type.charset === undefined ? undefined : findCharset(type.charset)?.name;
  return (frame): Value => {
    let text = read(frame);
    if (text === null) return null;
    if (charset !== undefined && charset !== "utf8mb4") text = decodeText(encodeText(text, charset), charset);
    if (length !== undefined && characterCount(text) > length) {
      warnTruncated(frame.context, `CHAR(${length})`, text);
      text = [...text].slice(0, length).join("");
    }
    return text;
  };
}

/** CONVERT(x USING charset) */
export function bindConvertCharset(
  operand: BoundExpression,
  charset: string,
  environment: BindEnvironment,
): BoundExpression {
  const width = Math.min(displayWidth(operand), LONG_TEXT_BYTES);
  const collation =
    charset === charsetOfCollation(environment.connectionCollation)
      ? environment.connectionCollation
      : (findCharset(charset)?.defaultCollation ?? "binary");
  return boundCall({
    name: "convert",
    args: [operand],
    result: { type: textType(width, collation), coercibility: 2 },
    build: ([evaluate]) => {
      if (charset === "binary") return readBytes(operand, evaluate as Evaluator);
      return castText(operand, { name: "char", charset }, evaluate as Evaluator);
    },
  });
}

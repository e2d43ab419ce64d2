/** Any value as a number, the way MySQL's expressions read it. */
import {
  type DateTime,
  dateTimeToNumber,
  dateToNumber,
  MICROS_PER_SECOND,
  timeToNumber,
} from "../../values/datetime.ts";
import {
  canonicalInteger,
  type Decimal,
  decimalFromDouble,
  decimalFromInteger,
  decimalOf,
  decimalToInteger,
  parseDecimalPrefix,
} from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { bytesToText } from "./text-conversion.ts";

export const INT64_MIN: bigint = -9223372036854775808n;
export const INT64_MAX: bigint = 9223372036854775807n;
export const UINT64_MAX: bigint = 18446744073709551615n;

/** Longest text quoted in a warning. */
const QUOTED_MAX = 128;

/** Warning 1292 `Truncated incorrect DOUBLE value: 'x'`; an error while a strict statement changes data. */
export function warnTruncated(context: StatementContext, kind: string, text: string): void {
  const error = sqlError("ER_TRUNCATED_WRONG_VALUE", kind, text.slice(0, QUOTED_MAX));
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);
}

const DOUBLE_TEXT = /^[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/;
const INTEGER_TEXT = /^[ \t\n\v\f\r]*([+-]?\d+)/;

/** The number at the start of `text`, with a warning when there is more than that. */
function textToDouble(text: string, context: StatementContext): number {
  const match = DOUBLE_TEXT.exec(text);
  if (match === null) {
    // Nothing at all is 0 without a complaint.
    if (text.trim() !== "") warnTruncated(context, "DOUBLE", text);
    return 0;
  }
  if (match[0].length < text.length && text.slice(match[0].length).trim() !== "")
    warnTruncated(context, "DOUBLE", text);
  const value = Number(match[0]);
  return Number.isFinite(value) ? value : value > 0 ? Number.MAX_VALUE : -Number.MAX_VALUE;
}

/** The integer at the start of `text`, limited to 64 bits; a fraction is cut off. */
function textToInteger(text: string, context: StatementContext): SqlInteger {
  const match = INTEGER_TEXT.exec(text);
  if (match === null) {
    warnTruncated(context, "INTEGER", text);
    return 0;
  }
  const digits = match[1] as string;
  if (text.slice(match[0].length).trim() !== "") warnTruncated(context, "INTEGER", text);
  if (digits.length < 16) return Number(digits) + 0;
  const exact = BigInt(digits.startsWith("+") ? digits.slice(1) : digits);
  if (exact < INT64_MIN || exact > UINT64_MAX) {
    warnTruncated(context, "INTEGER", text);
    return exact < 0n ? INT64_MIN : UINT64_MAX;
  }
  return canonicalInteger(exact);
}

function textToDecimal(text: string, context: StatementContext): Decimal {
  const parsed = parseDecimalPrefix(text);
  if (text.slice(parsed.length).trim() !== "" || parsed.length === 0) warnTruncated(context, "DECIMAL", text);
  return parsed.value;
}

/** Rounds to the nearest 64-bit integer, halves to even, limits at the ends. */
function doubleToInteger(value: number): SqlInteger {
  const floor = Math.floor(value);
  const rest = value - floor;
  const rounded = rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  if (Number.isSafeInteger(rounded)) return rounded + 0;
  if (rounded >= 2 ** 63) return INT64_MAX;
  if (rounded <= -(2 ** 63)) return INT64_MIN;
  return canonicalInteger(BigInt(rounded));
}

/** Bytes as a big-endian unsigned integer: how x'…' literals are numbers. */
export function bytesToInteger(bytes: Uint8Array): SqlInteger {
  let value = 0n;
  for (const byte of bytes.subarray(Math.max(0, bytes.length - 8))) value = (value << 8n) | BigInt(byte);
  return canonicalInteger(value);
}

function fractionSeconds(microsecond: number): number {
  return microsecond / MICROS_PER_SECOND;
}

export function valueToDouble(value: Exclude<Value, null>, type: SqlType, context: StatementContext): number {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
    case "enum":
    case "set":
    case "float":
      return Number(value);
    case "decimal":
      return (value as Decimal).toNumber();
    case "string":
      return textToDouble(value as string, context);
    case "binary":
    case "geometry":
      return textToDouble(bytesToText(value as Uint8Array), context);
    case "date":
      return dateToNumber(value as DateTime);
    case "datetime":
    case "timestamp":
      return dateTimeToNumber(value as DateTime) + fractionSeconds((value as DateTime).microsecond);
    case "time": {
      const micros = value as number;
      return timeToNumber(micros) + fractionSeconds(micros % MICROS_PER_SECOND);
    }
    case "json":
      return jsonToDouble(value as JsonValue, context);
    case "null":
      return 0;
  }
}

function jsonToDouble(value: JsonValue, context: StatementContext): number {
  switch (value.kind) {
    case "integer":
    case "unsigned":
    case "double":
      return Number(value.value);
    case "boolean":
      return value.value ? 1 : 0;
    case "decimal":
      return value.value.toNumber();
    case "string":
      return textToDouble(value.value, context);
    default: {
      const error = sqlError("ER_INVALID_JSON_VALUE_FOR_CAST", "DOUBLE", "", "", 1);
      context.warn(
        "Warning",
        error.errno,
        "Invalid JSON value for CAST to DOUBLE from column cast_as_json at row 1",
      );
      return 0;
    }
  }
}

export function valueToInteger(
  value: Exclude<Value, null>,
  type: SqlType,
  context: StatementContext,
): SqlInteger {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
    case "enum":
    case "set":
      return value as SqlInteger;
    case "float":
      return doubleToInteger(value as number);
    case "decimal":
      return clampInteger(decimalToInteger(value as Decimal));
    case "string":
      return textToInteger(value as string, context);
    case "binary":
    case "geometry":
      return textToInteger(bytesToText(value as Uint8Array), context);
    case "date":
      return dateToNumber(value as DateTime);
    case "datetime":
    case "timestamp": {
      const moment = value as DateTime;
      return roundSeconds(dateTimeToNumber(moment), moment.microsecond);
    }
    case "time": {
      const micros = value as number;
      const number = timeToNumber(micros);
      const fraction = Math.abs(micros) % MICROS_PER_SECOND;
      return number + (fraction >= 500_000 ? (micros < 0 ? -1 : 1) : 0);
    }
    case "json":
      return jsonToInteger(value as JsonValue, context);
    case "null":
      return 0;
  }
}

function roundSeconds(number: number, microsecond: number): number {
  return microsecond >= 500_000 ? number + 1 : number;
}

function clampInteger(value: SqlInteger): SqlInteger {
  if (typeof value === "number") return value;
  return value < INT64_MIN ? INT64_MIN : value > UINT64_MAX ? UINT64_MAX : value;
}

function jsonToInteger(value: JsonValue, context: StatementContext): SqlInteger {
  switch (value.kind) {
    case "integer":
    case "unsigned":
      return value.value;
    case "decimal":
      return clampInteger(decimalToInteger(value.value));
    case "string":
      return textToInteger(value.value, context);
    case "double":
      return doubleToInteger(value.value);
    case "boolean":
      return value.value ? 1 : 0;
    default: {
      const error = sqlError("ER_INVALID_JSON_VALUE_FOR_CAST", "INTEGER", "", "", 1);
      context.warn(
        "Warning",
        error.errno,
        "Invalid JSON value for CAST to INTEGER from column cast_as_json at row 1",
      );
      return 0;
    }
  }
}

export function valueToDecimal(
  value: Exclude<Value, null>,
  type: SqlType,
  context: StatementContext,
): Decimal {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
    case "enum":
    case "set":
      return decimalFromInteger(value as SqlInteger);
    case "float":
      return decimalFromDouble(value as number);
    case "decimal":
      return value as Decimal;
    case "string":
      return textToDecimal(value as string, context);
    case "binary":
    case "geometry":
      return textToDecimal(bytesToText(value as Uint8Array), context);
    case "date":
      return decimalFromInteger(dateToNumber(value as DateTime));
    case "datetime":
    case "timestamp": {
      const moment = value as DateTime;
      return scaledDecimal(dateTimeToNumber(moment), moment.microsecond, type.fraction);
    }
    case "time": {
      const micros = value as number;
      return scaledDecimal(timeToNumber(micros), micros % MICROS_PER_SECOND, type.fraction);
    }
    case "json": {
      const json = value as JsonValue;
      if (json.kind === "decimal") return json.value;
      if (json.kind === "integer" || json.kind === "unsigned") return decimalFromInteger(json.value);
      return decimalFromDouble(jsonToDouble(json, context));
    }
    case "null":
      return decimalFromInteger(0);
  }
}

function scaledDecimal(whole: number, microsecond: number, fraction: number): Decimal {
  if (fraction === 0) return decimalFromInteger(whole);
  const digits =
    BigInt(whole) * 10n ** BigInt(fraction) + BigInt(Math.trunc(microsecond / 10 ** (6 - fraction)));
  return decimalOf(digits, fraction);
}

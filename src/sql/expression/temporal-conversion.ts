/** Any value as a date and time, or as a time of day. */
import {
  DateTime,
  dateTimeFromMicros,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
  microsOfDateTime,
} from "../../values/datetime.ts";
import { type Decimal, decimalFromDouble } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import {
  type DateRules,
  dateRulesOf,
  dateTimeFromNumber,
  LENIENT_DATES,
  parseDateTime,
  parseTime,
  roundDateTime,
  timeFromNumber,
} from "../../values/temporal-parse.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { bytesToText, valueToText } from "./text-conversion.ts";

export interface TemporalOptions {
  readonly context: StatementContext;
  /** In a comparison unreadable text is error 1525, naming this type, rather than NULL. */
  readonly comparing: string | undefined;
  /** Functions of dates say "Truncated incorrect date value" of unreadable text, others "Incorrect datetime value". */
  readonly asDate?: boolean;
}

/** Warning 1292 `Incorrect datetime value: 'x'`; an error while a strict statement changes data. */
export function warnWrongValue(context: StatementContext, kind: string, text: string): void {
  const error = sqlError("ER_TRUNCATED_WRONG_VALUE", kind, text);
  const message = error.message.replace(/^Truncated incorrect/, "Incorrect");
  if (context.strict) throw new SqlError("ER_TRUNCATED_WRONG_VALUE", message);
  context.warn("Warning", error.errno, message);
}

/** The session's local time at the statement's start, to the microsecond. */
export function localNow(context: StatementContext): DateTime {
  return dateTimeFromMicros(context.nowMicros + context.timeZoneOffsetMicros(context.nowMicros));
}

/** A time of day on the current date. */
function timeOnCurrentDate(micros: number, context: StatementContext): DateTime {
  const now = context.nowMicros + context.timeZoneOffsetMicros(context.nowMicros);
  return dateTimeFromMicros(Math.floor(now / MICROS_PER_DAY) * MICROS_PER_DAY + micros);
}

const INVALID_DATES: DateRules = { ...LENIENT_DATES, allowInvalidDates: true };

/** Expressions let zero parts through; ALLOW_INVALID_DATES also lets 31 February through. */
function rulesOf(context: StatementContext): DateRules {
  return context.sqlMode.has("ALLOW_INVALID_DATES") ? INVALID_DATES : LENIENT_DATES;
}

/** Text as a date and time in the session's zone; undefined when it is none. `warn` hears of text left over. */
function readDateTimeText(
  text: string,
  context: StatementContext,
  warn?: (kind: string, text: string) => void,
): DateTime | undefined {
  const parsed = parseDateTime(text, rulesOf(context));
  if (parsed === undefined) return undefined;
  let value: DateTime | undefined = parsed.value;
  if (parsed.truncated) warn?.(parsed.hasTime ? "datetime" : "date", text);
  if (parsed.zoneMinutes !== undefined && !value.hasZeroPart) {
    const utc = microsOfDateTime(value) - parsed.zoneMinutes * 60 * MICROS_PER_SECOND;
    value = dateTimeFromMicros(utc + context.timeZoneOffsetMicros(utc));
  }
  if (parsed.seventhDigit >= 5) {
    value = roundDateTime(value, 6, dateRulesOf(context.sqlMode).truncateFraction, parsed.seventhDigit);
  }
  return value;
}

export function valueToDateTime(
  value: Exclude<Value, null>,
  type: SqlType,
  options: TemporalOptions,
): DateTime | null {
  const { context } = options;
  switch (type.kind) {
    case "date":
    case "datetime":
    case "timestamp":
      return value as DateTime;
    case "time":
      return timeOnCurrentDate(value as number, context);
    case "string":
    case "binary":
    case "enum":
    case "set":
    case "geometry": {
      const text =
        type.kind === "binary" || type.kind === "geometry"
          ? bytesToText(value as Uint8Array)
          : valueToText(value, { type, nullable: false, coercibility: 4 });
      return textToDateTime(text, options);
    }
    case "integer":
    case "bit":
    case "year":
      return numberToDateTime(value as SqlInteger, 0, String(value), options);
    case "decimal":
      return decimalToDateTime(value as Decimal, options);
    case "float":
      return decimalToDateTime(decimalFromDouble(value as number), options);
    case "json": {
      const json = value as JsonValue;
      if (json.kind === "date" || json.kind === "datetime" || json.kind === "timestamp") return json.value;
      if (json.kind === "time") return timeOnCurrentDate(json.value, context);
      return json.kind === "string" ? textToDateTime(json.value, options) : null;
    }
    case "null":
      return null;
  }
}

/** Warning 1292 `Truncated incorrect date value: 'x'`; an error while a strict statement changes data. */
export function warnTruncatedDate(context: StatementContext, text: string): void {
  const error = sqlError("ER_TRUNCATED_WRONG_VALUE", "date", text);
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);
}

function textToDateTime(text: string, { context, comparing, asDate }: TemporalOptions): DateTime | null {
  const value = readDateTimeText(text, context, (kind, whole) => {
    const error = sqlError("ER_TRUNCATED_WRONG_VALUE", kind, whole);
    context.warn("Warning", error.errno, error.message);
  });
  if (value !== undefined && (comparing === undefined || !isRefused(value, context))) return value;
  if (comparing !== undefined) throw sqlError("ER_WRONG_VALUE", comparing, text);
  if (asDate === true) warnTruncatedDate(context, text);
  else warnWrongValue(context, "datetime", text);
  return null;
}

/** Zero dates and dates with zero parts that sql_mode does not let be. */
function isRefused(value: DateTime, context: StatementContext): boolean {
  if (!value.hasZeroPart) return false;
  const zero = value.year === 0 && value.month === 0 && value.day === 0;
  return context.sqlMode.has(zero ? "NO_ZERO_DATE" : "NO_ZERO_IN_DATE");
}

function decimalToDateTime(value: Decimal, options: TemporalOptions): DateTime | null {
  const { whole, microsecond } = splitSeconds(value);
  return numberToDateTime(whole, microsecond, value.toString(), options);
}

/** The whole part and the fraction in microseconds of a decimal, halves rounded away. */
export function splitSeconds(value: Decimal): { readonly whole: number; readonly microsecond: number } {
  const unit = 10n ** BigInt(value.scale);
  const digits = BigInt(value.digits);
  const whole = digits / unit;
  const rest = digits % unit;
  const scaled = ((rest < 0n ? -rest : rest) * 10_000_000n) / unit;
  return { whole: Number(whole), microsecond: Math.min(999_999, Math.round(Number(scaled) / 10)) };
}

function numberToDateTime(
  whole: SqlInteger,
  microsecond: number,
  text: string,
  { context, comparing }: TemporalOptions,
): DateTime | null {
  const read = dateTimeFromNumber(Number(whole), rulesOf(context));
  if (read !== undefined) {
    const { year, month, day, hour, minute, second } = read.value;
    return microsecond === 0 ? read.value : new DateTime(year, month, day, hour, minute, second, microsecond);
  }
  if (comparing !== undefined) throw sqlError("ER_WRONG_VALUE", comparing, text);
  warnWrongValue(context, "datetime", text);
  return null;
}

export function valueToTime(
  value: Exclude<Value, null>,
  type: SqlType,
  context: StatementContext,
): number | null {
  switch (type.kind) {
    case "time":
      return value as number;
    case "date":
      return 0;
    case "datetime":
    case "timestamp":
      return (value as DateTime).timeOfDayMicros;
    case "integer":
    case "bit":
    case "year":
      return settle(withFraction(Number(value as SqlInteger), 0), String(value), context);
    case "decimal":
      return decimalToTime(value as Decimal, context);
    case "float":
      return decimalToTime(decimalFromDouble(value as number), context);
    case "json": {
      const json = value as JsonValue;
      if (json.kind === "time") return json.value;
      if (json.kind === "date" || json.kind === "datetime" || json.kind === "timestamp")
        return json.value.timeOfDayMicros;
      return json.kind === "string" ? settle(readTimeText(json.value), json.value, context) : null;
    }
    case "null":
      return null;
    default: {
      const text =
        type.kind === "binary" || type.kind === "geometry"
          ? bytesToText(value as Uint8Array)
          : valueToText(value, { type, nullable: false, coercibility: 4 });
      return settle(readTimeText(text), text, context);
    }
  }
}

function decimalToTime(value: Decimal, context: StatementContext): number | null {
  const { whole, microsecond } = splitSeconds(value);
  const signed = whole === 0 && value.isNegative ? -microsecond : undefined;
  return signed ?? settle(withFraction(whole, microsecond), value.toString(), context);
}

interface ReadTime {
  readonly value: number | undefined;
  readonly truncated: boolean;
  readonly outOfRange: boolean;
}

function withFraction(whole: number, microsecond: number): ReadTime {
  const read = timeFromNumber(whole);
  if (read === undefined) return { value: undefined, truncated: true, outOfRange: false };
  // A number beyond the range is no time at all, unlike text, which is clipped.
  if (read.outOfRange) return { value: undefined, truncated: true, outOfRange: true };
  return {
    value: read.value + (whole < 0 ? -microsecond : microsecond),
    truncated: false,
    outOfRange: false,
  };
}

function readTimeText(text: string): ReadTime {
  const read = parseTime(text);
  if (read === undefined) return { value: undefined, truncated: true, outOfRange: false };
  const roundUp = read.seventhDigit >= 5 ? (read.value < 0 ? -1 : 1) : 0;
  return { value: read.value + roundUp, truncated: read.truncated, outOfRange: read.outOfRange };
}

/** Gives the value of a time that was read and warns of what is wrong with it. */
function settle(read: ReadTime, text: string, context: StatementContext): number | null {
  if (read.value === undefined || read.truncated || read.outOfRange) {
    const error = sqlError("ER_TRUNCATED_WRONG_VALUE", "time", text);
    if (context.strict) throw error;
    context.warn("Warning", error.errno, error.message);
  }
  return read.value ?? null;
}

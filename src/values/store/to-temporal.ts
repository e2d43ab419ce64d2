/** Assignment to date, datetime, timestamp and time columns. */
import {
  DateTime,
  dateOf,
  dateTimeFromMicros,
  formatDateTime,
  formatTime,
  MICROS_PER_SECOND,
  microsOfDateTime,
  ZERO_DATE,
} from "../datetime.ts";
import { type Decimal, decimalToInteger } from "../decimal.ts";
import type { JsonValue } from "../json.ts";
import type { DateType, DatetimeType, SqlType, TimeType } from "../sql-type.ts";
import {
  type DateRules,
  dateTimeFromNumber,
  isDateAllowed,
  LENIENT_DATES,
  type ParsedDateTime,
  parseDateTime,
  parseTime,
  plainDateTime,
  readTimeText,
  roundDateTime,
  roundTime,
  type TimeFailure,
  timeFromNumber,
} from "../temporal-parse.ts";
import type { Value } from "../value.ts";
import { exactNumber, sourceText } from "./source-value.ts";
import {
  dataTruncated,
  incorrectTemporal,
  outOfRange,
  type StoreContext,
  type StoreTarget,
  storeNote,
  storeProblem,
} from "./store-context.ts";
import { shownText } from "./to-number.ts";

type Stored = Exclude<Value, null>;
type DateColumn = DateType | DatetimeType;

/** A value read for a date column: the date, or why there is none. */
type ReadDate =
  | {
      readonly kind: "read";
      readonly value: DateTime;
      readonly seventhDigit: number;
      readonly truncated: boolean;
    }
  | { readonly kind: "unreadable" }
  /** It is a date, but not one the column or sql_mode accepts. */
  | { readonly kind: "refused" };

const UNREADABLE: ReadDate = { kind: "unreadable" };
const REFUSED: ReadDate = { kind: "refused" };

function readDate(value: DateTime, seventhDigit = 0, truncated = false): ReadDate {
  return { kind: "read", value, seventhDigit, truncated };
}

export function storeDateTime(
  value: Stored,
  from: SqlType,
  to: DateColumn,
  target: StoreTarget,
  context: StoreContext,
): DateTime | null {
  const plain = from.kind === "string" ? plainDateTime(value as string) : undefined;
  // What most rows hold needs none of the rules below.
  if (plain !== undefined) {
    if (to.kind === "datetime") return plain;
    if (to.kind === "date" && plain.timeOfDayMicros === 0) return plain;
  }
  if (from.kind === "json") return storeJsonDate(value as JsonValue, to, target, context);
  // A TIMESTAMP has no zero parts, whatever sql_mode allows for DATE and DATETIME.
  const rules =
    to.kind === "timestamp"
      ? { ...context.rules, noZeroInDate: true, allowInvalidDates: false }
      : context.rules;
  const read = readSource(value, from, rules, context);
  const kind = to.kind === "date" ? "date" : "datetime";
  const shown = (): string => shownValue(value, from);
  if (read.kind !== "read") return refuse(read.kind);
  if (read.truncated && context.strict) return refuse("unreadable");
  const fraction = to.kind === "date" ? 0 : to.fraction;
  const rounded = roundDateTime(read.value, fraction, context.rules.truncateFraction, read.seventhDigit);
  if (rounded === undefined) {
    storeProblem(context, "ER_DATETIME_FUNCTION_OVERFLOW", "datetime");
    return refuse("refused");
  }
  if (read.truncated) dataTruncated(context, target);
  if (to.kind === "date") {
    if (rounded.timeOfDayMicros !== 0 && !read.truncated) {
      if (context.strict) noteIncorrect(context, target, shown());
      else storeNote(context, "Note", "WARN_DATA_TRUNCATED", target.name, context.rowNumber);
    }
    return dateOf(rounded);
  }
  if (to.kind === "timestamp" && rounded.hasZeroPart && !rounded.isZero) return refuse("unreadable");
  if (to.kind === "timestamp" && !isTimestamp(rounded, context)) return refuse("refused");
  return rounded;

  function refuse(why: "unreadable" | "refused"): DateTime {
    if (context.strict) incorrectTemporal(context, target, kind, shown());
    else if (why === "refused") outOfRange(context, target);
    else dataTruncated(context, target);
    return ZERO_DATE;
  }
}

/** A value in a message: temporal values without their fraction. */
function shownValue(value: Stored, from: SqlType): string {
  if (from.kind === "time") return formatTime(value as number, 0);
  if (from.kind === "datetime" || from.kind === "timestamp") {
    return formatDateTime(roundDateTime(value as DateTime, 0, false) ?? (value as DateTime), 0);
  }
  return shownText(sourceText(value, from), from);
}

function noteIncorrect(context: StoreContext, target: StoreTarget, text: string): void {
  context.warn(
    "Note",
    1292,
    `Incorrect date value: '${text}' for column '${target.name}' at row ${context.rowNumber}`,
  );
}

const FIRST_TIMESTAMP = 1_000_000;
const AFTER_LAST_TIMESTAMP = 2_147_483_648_000_000;

/** Whether a local date and time is an instant that TIMESTAMP holds; the zero value is. */
function isTimestamp(value: DateTime, context: StoreContext): boolean {
  if (value.isZero) return true;
  if (value.hasZeroPart) return false;
  const utc = context.localToUtc(value);
  if (utc === undefined) return false;
  const micros = microsOfDateTime(utc);
  return micros >= FIRST_TIMESTAMP && micros < AFTER_LAST_TIMESTAMP;
}

function readSource(value: Stored, from: SqlType, rules: DateRules, context: StoreContext): ReadDate {
  switch (from.kind) {
    case "date":
    case "datetime":
    case "timestamp":
      return isDateAllowed(value as DateTime, rules) ? readDate(value as DateTime) : REFUSED;
    case "time":
      return readDate(dateTimeFromMicros(microsOfDateTime(dateOf(context.today())) + (value as number)));
    case "float":
      return readNumber(Math.trunc(value as number), (value as number) % 1, rules);
    case "year":
    case "integer":
    case "decimal":
    case "bit":
    case "set":
    case "enum": {
      const exact = exactNumber(value, from) as Decimal;
      const whole = Number(decimalToInteger(exact, "truncate"));
      return readNumber(whole, exact.scale === 0 ? 0 : exact.toNumber() - whole, rules, exact);
    }
    default:
      return readText(sourceText(value, from), rules, context);
  }
}

/** YYYYMMDDhhmmss with a fraction behind it. */
function readNumber(whole: number, fraction: number, rules: DateRules, exact?: Decimal): ReadDate {
  if (whole < 0 || fraction < 0 || whole > 99991231235959) return REFUSED;
  const read = dateTimeFromNumber(whole, LENIENT_DATES);
  if (read === undefined) return UNREADABLE;
  if (!isDateAllowed(read.value, rules)) return UNREADABLE;
  if (fraction === 0) return readDate(read.value);
  if (!read.hasTime && whole !== 0) return readDate(read.value, 0, true);
  const digits = exact === undefined ? fraction.toFixed(7).slice(2) : fractionDigits(exact);
  const { year, month, day, hour, minute, second } = read.value;
  const microsecond = Number(digits.slice(0, 6));
  return readDate(new DateTime(year, month, day, hour, minute, second, microsecond), Number(digits[6] ?? 0));
}

function fractionDigits(value: Decimal): string {
  return (value.toString().split(".")[1] ?? "").padEnd(7, "0");
}

function readText(text: string, rules: DateRules, context: StoreContext): ReadDate {
  const parsed = parseDateTime(text, { ...LENIENT_DATES, allowInvalidDates: true });
  if (parsed === undefined) return /^\s*0+$/.test(text) ? REFUSED : UNREADABLE;
  if (!isDateAllowed(parsed.value, rules))
    return parsed.value.isZero && !rules.noZeroDate ? readDate(ZERO_DATE) : REFUSED;
  if (parsed.zoneMinutes !== undefined && parsed.value.hasZeroPart) return UNREADABLE;
  return readDate(inSessionZone(parsed, context), parsed.seventhDigit, parsed.truncated);
}

/** Text with an offset of its own is an instant, shown in the session's zone. */
function inSessionZone(parsed: ParsedDateTime, context: StoreContext): DateTime {
  if (parsed.zoneMinutes === undefined) return parsed.value;
  const micros = microsOfDateTime(parsed.value) - parsed.zoneMinutes * 60 * MICROS_PER_SECOND;
  return context.utcToLocal(dateTimeFromMicros(micros));
}

function storeJsonDate(
  json: JsonValue,
  to: DateColumn,
  target: StoreTarget,
  context: StoreContext,
): DateTime | null {
  if (json.kind === "date" || json.kind === "datetime" || json.kind === "timestamp") {
    return storeDateTime(json.value, { kind: "datetime", fraction: 6 }, to, target, context);
  }
  if (json.kind === "time")
    return storeDateTime(json.value, { kind: "time", fraction: 6 }, to, target, context);
  if (json.kind === "string") {
    const parsed = parseDateTime(json.value, LENIENT_DATES);
    if (parsed !== undefined && !parsed.truncated) {
      return storeDateTime(parsed.value, { kind: "datetime", fraction: 6 }, to, target, context);
    }
  }
  storeProblem(
    context,
    "ER_INVALID_JSON_VALUE_FOR_CAST",
    to.kind === "date" ? "DATE" : "DATETIME/TIMESTAMP",
    "",
    "cast_as_json",
    context.rowNumber,
  );
  return null;
}

export function storeTime(
  value: Stored,
  from: SqlType,
  to: TimeType,
  target: StoreTarget,
  context: StoreContext,
): number | null {
  const truncate = context.rules.truncateFraction;
  switch (from.kind) {
    case "time":
      return roundTime(value as number, to.fraction, truncate);
    case "date":
      return 0;
    case "datetime":
    case "timestamp":
      return roundTime((value as DateTime).timeOfDayMicros, to.fraction, truncate);
    case "json":
      return storeJsonTime(value as JsonValue);
    case "string":
    case "binary":
    case "geometry":
      return storeText(sourceText(value, from));
    default:
      return storeNumber();
  }

  /** The date is lost, which is noted. */
  function storeTimeOfDay(dateTime: DateTime, seventhDigit: number): number {
    const { name } = target;
    if (context.strict) {
      const text = `Incorrect time value: '${shownValue(value, from)}' for column '${name}' at row ${context.rowNumber}`;
      context.warn("Note", 1292, text);
    } else {
      storeNote(context, "Note", "WARN_DATA_TRUNCATED", name, context.rowNumber);
    }
    return roundTime(dateTime.timeOfDayMicros, to.fraction, truncate, seventhDigit);
  }

  function refuse(why: TimeFailure): number {
    if (context.strict) incorrectTemporal(context, target, "time", shownValue(value, from));
    else if (why === "out of range") outOfRange(context, target);
    else dataTruncated(context, target);
    return 0;
  }

  function storeText(text: string): number {
    if (text === "" || text === "-") return 0;
    const parsed = readTimeText(text);
    if (typeof parsed === "string") return refuse(parsed);
    if (context.strict && (parsed.truncated || parsed.outOfRange)) return refuse("unreadable");
    if (parsed.dateTime !== undefined && !parsed.truncated && !parsed.dateTime.value.isZero) {
      return storeTimeOfDay(inSessionZone(parsed.dateTime, context), parsed.seventhDigit);
    }
    if (parsed.outOfRange) outOfRange(context, target);
    else if (parsed.truncated) dataTruncated(context, target);
    return roundTime(parsed.value, to.fraction, truncate, parsed.seventhDigit);
  }

  function storeNumber(): number {
    const exact = exactNumber(value, from);
    const whole =
      exact === undefined ? Math.trunc(value as number) : Number(decimalToInteger(exact, "truncate"));
    const fraction = Math.abs((exact === undefined ? (value as number) : exact.toNumber()) - whole);
    const read = timeFromNumber(whole);
    if (read === undefined) return refuse("out of range");
    if (read.outOfRange) {
      refuse("out of range");
      return read.value;
    }
    const digits = exact === undefined ? fraction.toFixed(7).slice(2) : fractionDigits(exact);
    const negative = exact === undefined ? (value as number) < 0 : exact.isNegative;
    const part = Number(digits.slice(0, 6)) + ((digits[6] ?? "0") >= "5" ? 1 : 0);
    const micros = negative ? read.value - part : read.value + part;
    if (read.fromDateTime) return storeTimeOfDay(dateTimeFromMicros(micros), 0);
    return roundTime(micros, to.fraction, truncate);
  }

  function storeJsonTime(json: JsonValue): number | null {
    if (json.kind === "time") return roundTime(json.value, to.fraction, truncate);
    if (json.kind === "datetime" || json.kind === "timestamp" || json.kind === "date") {
      return roundTime(json.value.timeOfDayMicros, to.fraction, truncate);
    }
    if (json.kind === "string") {
      const parsed = parseTime(json.value);
      if (parsed !== undefined && !parsed.truncated) return roundTime(parsed.value, to.fraction, truncate);
    }
    storeProblem(context, "ER_INVALID_JSON_VALUE_FOR_CAST", "TIME", "", "cast_as_json", context.rowNumber);
    return null;
  }
}

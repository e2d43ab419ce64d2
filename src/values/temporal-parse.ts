/**
 * Reads DATE, DATETIME and TIME values from text and numbers by MySQL's rules: any punctuation as delimiter, two-digit
 * years, digits without delimiters, `T`, fractions, zone offsets; `d hh:mm:ss` and HHMMSS numbers for TIME.
 * A value that cannot be read is `undefined`; what was ignored behind a value is reported as `truncated`.
 */
import {
  DateTime,
  dateTimeFromMicros,
  daysInMonth,
  MAX_TIME_MICROS,
  MICROS_PER_SECOND,
  microsOfDateTime,
} from "./datetime.ts";

/** What sql_mode says about dates. */
export interface DateRules {
  readonly noZeroDate: boolean;
  readonly noZeroInDate: boolean;
  readonly allowInvalidDates: boolean;
  /** TIME_TRUNCATE_FRACTIONAL */
  readonly truncateFraction: boolean;
}

/** Zero and partial dates pass, days are checked: what expressions accept. */
export const LENIENT_DATES: DateRules = {
  noZeroDate: false,
  noZeroInDate: false,
  allowInvalidDates: false,
  truncateFraction: false,
};

export function dateRulesOf(sqlMode: ReadonlySet<string>): DateRules {
  return {
    noZeroDate: sqlMode.has("NO_ZERO_DATE"),
    noZeroInDate: sqlMode.has("NO_ZERO_IN_DATE"),
    allowInvalidDates: sqlMode.has("ALLOW_INVALID_DATES"),
    truncateFraction: sqlMode.has("TIME_TRUNCATE_FRACTIONAL"),
  };
}

export interface ParsedDateTime {
  readonly value: DateTime;
  /** A time of day was written, so it is a DATETIME. */
  readonly hasTime: boolean;
  /** Digits of the fraction as written, at most 6. */
  readonly fraction: number;
  /** The first digit after the sixth of the fraction, for rounding. */
  readonly seventhDigit: number;
  /** The zone offset written after the time, in minutes. */
  readonly zoneMinutes: number | undefined;
  /** Something that is not blank stands behind the value. */
  readonly truncated: boolean;
}

export interface ParsedTime {
  /** signed microseconds, clipped to MAX_TIME_MICROS */
  readonly value: number;
  readonly fraction: number;
  readonly seventhDigit: number;
  readonly truncated: boolean;
  /** It was beyond 838:59:59 and has been clipped. */
  readonly outOfRange: boolean;
  /** The text was a whole DATETIME, of which this is the time of day. */
  readonly dateTime: ParsedDateTime | undefined;
}

/** Why text is no TIME: it cannot be read, or minutes or seconds are above 59. */
export type TimeFailure = "unreadable" | "out of range";

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}

/** Whether a date that was read is one, month and day aside from 0: real days unless ALLOW_INVALID_DATES. */
export function isDateAllowed(value: DateTime, rules: DateRules): boolean {
  if (value.year === 0 && value.month === 0 && value.day === 0 && value.timeOfDayMicros === 0)
    return !rules.noZeroDate;
  if (value.hasZeroPart) {
    if (rules.noZeroInDate) return false;
    return value.month === 0 || value.day <= daysInMonth(value.year, value.month);
  }
  return rules.allowInvalidDates || value.day <= daysInMonth(value.year, value.month);
}

/** The date parts of text as written, before any check of the calendar. */
interface ScannedDateTime {
  readonly parts: readonly number[];
  readonly fieldCount: number;
  readonly yearLength: number;
  readonly fractionLength: number;
  readonly end: number;
  readonly foundSpace: boolean;
  readonly foundDelimiter: boolean;
}

const SECOND_FIELD = 5;
const FRACTION_FIELD = 6;

function scanDateTime(text: string, start: number): ScannedDateTime | undefined {
  const size = text.length;
  let at = start;
  while (at < size && (isDigit(text.charCodeAt(at)) || text[at] === "T")) at++;
  const digits = at - start;
  const undelimited = at === size || text[at] === ".";
  let yearLength = undelimited ? (digits === 4 || digits === 8 || digits >= 14 ? 4 : 2) : 0;
  let fieldLength = undelimited ? yearLength : 4;
  const parts = [0, 0, 0, 0, 0, 0, 0];
  let fractionLength = 0;
  let foundSpace = false;
  let foundDelimiter = false;
  let field = 0;
  let end = start;
  at = start;
  while (field <= FRACTION_FIELD && at < size && isDigit(text.charCodeAt(at))) {
    const from = at;
    let value = 0;
    const fixed = undelimited || field === FRACTION_FIELD;
    while (at < size && isDigit(text.charCodeAt(at)) && (!fixed || at - from < fieldLength)) {
      value = value * 10 + text.charCodeAt(at) - 48;
      if (value > 999999) return undefined;
      at++;
    }
    parts[field] = value;
    if (field === 0 && !undelimited) yearLength = at - from;
    if (field === FRACTION_FIELD) fractionLength = at - from;
    fieldLength = 2;
    end = at;
    field++;
    if (at === size || field > FRACTION_FIELD) break;
    if (field === 3 && text[at] === "T") {
      at++;
      continue;
    }
    if (field === FRACTION_FIELD) {
      if (text[at] !== ".") break;
      at++;
      end = at;
      fieldLength = 6;
      continue;
    }
    // Blanks may separate only the date from the time.
    while (at < size) {
      const code = text.charCodeAt(at);
      if (isBlank(code)) {
        if (field !== 3) break;
        foundSpace = true;
      } else if (!isPunctuation(code)) break;
      else foundDelimiter = true;
      at++;
    }
    if (isBlank(text.charCodeAt(at))) break;
    end = at;
  }
  return {
    parts,
    fieldCount: Math.min(field, SECOND_FIELD + 2),
    yearLength,
    fractionLength,
    end,
    foundSpace,
    foundDelimiter,
  };
}

/**
 * The value of `YYYY-MM-DD` or `YYYY-MM-DD hh:mm:ss` and nothing else, with a day that every month has: as
 * {@link parseDateTime} reads it under any rules, but much faster. Undefined for any other text.
 */
export function plainDateTime(text: string): DateTime | undefined {
  const size = text.length;
  if (size !== 10 && size !== 19) return undefined;
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const century = twoDigits(text, 0);
  const years = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1 || day > 28) return undefined;
  const year = century * 100 + years;
  if (size === 10) return new DateTime(year, month, day);
  if (text.charCodeAt(10) !== 32 || text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58)
    return undefined;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  return new DateTime(year, month, day, hour, minute, second);
}

/** -1 when they are no digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

/** Reads a DATE or DATETIME. `rules` settle zero parts and impossible days. */
export function parseDateTime(text: string, rules: DateRules): ParsedDateTime | undefined {
  let start = 0;
  while (isBlank(text.charCodeAt(start))) start++;
  if (!isDigit(text.charCodeAt(start))) return undefined;
  const scanned = scanDateTime(text, start);
  if (scanned === undefined || scanned.fieldCount < 3) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = scanned.parts;
  if (month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const notZero = scanned.parts.some((part) => part !== 0);
  const fullYear = scanned.yearLength === 2 && notZero ? year + (year < 70 ? 2000 : 1900) : year;
  if (fullYear > 9999) return undefined;
  const microsecond = fraction * 10 ** (6 - scanned.fractionLength);
  const value = new DateTime(fullYear, month, day, hour, minute, second, microsecond);
  if (!isDateAllowed(value, rules)) return undefined;
  let at = scanned.end;
  let seventhDigit = 0;
  if (scanned.fractionLength === 6 && isDigit(text.charCodeAt(at))) {
    seventhDigit = text.charCodeAt(at) - 48;
    while (isDigit(text.charCodeAt(at))) at++;
  }
  const zone = scanned.fieldCount >= 6 ? parseZone(text, at) : undefined;
  if (zone === "invalid") return undefined;
  if (zone !== undefined) at += 6;
  while (isBlank(text.charCodeAt(at))) at++;
  return {
    value,
    hasTime: scanned.fieldCount > 3,
    fraction: scanned.fractionLength,
    seventhDigit,
    zoneMinutes: zone,
    truncated: at < text.length,
  };
}

/** `+hh:mm` or `-hh:mm` from -13:59 to +14:00 at `at`. */
function parseZone(text: string, at: number): number | "invalid" | undefined {
  const sign = text[at];
  if (sign !== "+" && sign !== "-") return undefined;
  const match = /^[+-](\d\d):(\d\d)$/.exec(text.slice(at).trimEnd());
  if (match === null) return "invalid";
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  if (
    Number(match[2]) > 59 ||
    minutes > 14 * 60 ||
    (sign === "-" && (minutes === 0 || minutes > 13 * 60 + 59))
  ) {
    return "invalid";
  }
  return sign === "-" ? -minutes : minutes;
}

/** Reads a DATE or DATETIME written as a whole number: YYMMDD, YYYYMMDD, YYMMDDhhmmss, YYYYMMDDhhmmss. */
export function dateTimeFromNumber(
  number: number,
  rules: DateRules,
): { readonly value: DateTime; readonly hasTime: boolean } | undefined {
  const expanded = expandNumber(number);
  if (expanded === undefined) return undefined;
  const date = Math.floor(expanded.number / 1_000_000);
  const time = expanded.number % 1_000_000;
  const value = new DateTime(
    Math.floor(date / 10000),
    Math.floor(date / 100) % 100,
    date % 100,
    Math.floor(time / 10000),
    Math.floor(time / 100) % 100,
    time % 100,
  );
  if (value.month > 12 || value.day > 31 || value.hour > 23 || value.minute > 59 || value.second > 59)
    return undefined;
  return isDateAllowed(value, rules) ? { value, hasTime: expanded.hasTime } : undefined;
}

/** Brings a number to YYYYMMDDhhmmss. */
function expandNumber(number: number): { readonly number: number; readonly hasTime: boolean } | undefined {
  if (number < 0 || number > 99991231235959) return undefined;
  if (number === 0 || number >= 10000101000000) return { number, hasTime: number !== 0 };
  if (number < 101) return undefined;
  if (number <= 691231) return { number: (number + 20000000) * 1_000_000, hasTime: false };
  if (number < 700101) return undefined;
  if (number <= 991231) return { number: (number + 19000000) * 1_000_000, hasTime: false };
  if (number < 10000101) return undefined;
  if (number <= 99991231) return { number: number * 1_000_000, hasTime: false };
  if (number < 101000000) return undefined;
  if (number <= 691231235959) return { number: number + 20000000000000, hasTime: true };
  if (number < 700101000000) return undefined;
  if (number <= 991231235959) return { number: number + 19000000000000, hasTime: true };
  return undefined;
}

/** `value` with `fraction` digits of the second, rounded half up or cut. Undefined beyond 9999-12-31. */
export function roundDateTime(
  value: DateTime,
  fraction: number,
  truncate: boolean,
  seventhDigit = 0,
): DateTime | undefined {
  const unit = 10 ** (6 - fraction);
  const rest = value.microsecond % unit;
  const up = !truncate && (fraction === 6 ? seventhDigit >= 5 : rest * 2 >= unit);
  if (rest === 0 && !up) return value;
  const microsecond = value.microsecond - rest + (up ? unit : 0);
  const { year, month, day, hour, minute, second } = value;
  if (microsecond < MICROS_PER_SECOND)
    return new DateTime(year, month, day, hour, minute, second, microsecond);
  if (second < 59) return new DateTime(year, month, day, hour, minute, second + 1);
  if (minute < 59) return new DateTime(year, month, day, hour, minute + 1);
  if (hour < 23) return new DateTime(year, month, day, hour + 1);
  if (value.hasZeroPart) return undefined;
  const next = dateTimeFromMicros(microsOfDateTime(new DateTime(year, month, day)) + 86_400_000_000);
  return next.year > 9999 ? undefined : next;
}

/** Microseconds of a TIME with `fraction` digits of the second, rounded half away from zero or cut. */
export function roundTime(micros: number, fraction: number, truncate: boolean, seventhDigit = 0): number {
  const unit = 10 ** (6 - fraction);
  const magnitude = Math.abs(micros);
  const rest = magnitude % unit;
  const up = !truncate && (fraction === 6 ? seventhDigit >= 5 : rest * 2 >= unit);
  const rounded = Math.min(magnitude - rest + (up ? unit : 0), MAX_TIME_MICROS);
  return micros < 0 ? -rounded : rounded;
}

const DAYS_AND_TIME = /^(\d+)[ \t\n\v\f\r]+(\d+)(?::(\d+))?(?::(\d+))?/;
const CLOCK_TIME = /^(\d+):(\d+)(?::(\d+))?/;
const LONGEST_PLAIN_TIME = 12;

/** Beyond this a number without delimiters reads as zero. */
const MAX_PLAIN_TIME = 4294967295;

/** Reads a TIME; undefined when the text is none. Text of a whole DATETIME gives its time of day. */
export function parseTime(text: string): ParsedTime | undefined {
  const read = readTimeText(text);
  return typeof read === "string" ? undefined : read;
}

/** As {@link parseTime}, with the reason when the text is no TIME. */
export function readTimeText(text: string): ParsedTime | TimeFailure {
  const trimmed = text.trim();
  const negative = trimmed.startsWith("-");
  const body = negative ? trimmed.slice(1) : trimmed;
  if (!isDigit(body.charCodeAt(0)) && !/^\.\d/.test(body)) return "unreadable";
  if (!negative && body.length >= LONGEST_PLAIN_TIME) {
    const dateTime = timeOfDateTimeText(body);
    if (dateTime !== undefined) return dateTime;
  }
  let match = DAYS_AND_TIME.exec(body);
  let parts: readonly number[];
  if (match !== null) {
    parts = [Number(match[1]) * 24 + Number(match[2]), Number(match[3] ?? 0), Number(match[4] ?? 0)];
  } else {
    match = CLOCK_TIME.exec(body);
    if (match !== null) parts = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
    else {
      match = /^\d*/.exec(body);
      const number = Number(match?.[0] ?? 0);
      if (number > MAX_PLAIN_TIME) return finishTime([0, 0, 0], body, body.length, negative);
      parts = [Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100];
    }
  }
  return finishTime(parts, body, match?.[0].length ?? 0, negative);
}

/** Undefined when the text does not look like a DATETIME; it may still be a TIME. */
function timeOfDateTimeText(text: string): ParsedTime | TimeFailure | undefined {
  const scanned = scanDateTime(text, 0);
  if (scanned === undefined || (scanned.foundDelimiter && !scanned.foundSpace)) return undefined;
  if (scanned.fieldCount < 3) return undefined;
  const parsed = parseDateTime(text, LENIENT_DATES);
  if (parsed === undefined) return "unreadable";
  return {
    value: parsed.value.timeOfDayMicros,
    fraction: parsed.fraction,
    seventhDigit: parsed.seventhDigit,
    truncated: parsed.truncated,
    outOfRange: false,
    dateTime: parsed,
  };
}

/** Reads the fraction behind hours, minutes and seconds and puts all together. */
function finishTime(
  [hours = 0, minutes = 0, seconds = 0]: readonly number[],
  body: string,
  end: number,
  negative: boolean,
): ParsedTime | TimeFailure {
  const fraction = /^\.(\d*)/.exec(body.slice(end));
  const digits = fraction?.[1] ?? "";
  const rest = body.slice(end + (fraction?.[0].length ?? 0));
  const exponent = /^[eE][+-]?\d/.test(rest);
  if (!exponent && (minutes > 59 || seconds > 59)) return "out of range";
  // A number in exponent form reads as zero, without complaint.
  const whole = exponent ? 0 : (hours * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND;
  const micros = whole + Number((exponent ? "" : digits).slice(0, 6).padEnd(6, "0"));
  const outOfRange = micros > MAX_TIME_MICROS;
  const clipped = outOfRange ? MAX_TIME_MICROS : micros;
  return {
    value: negative && clipped !== 0 ? -clipped : clipped,
    fraction: Math.min(digits.length, 6),
    seventhDigit: digits.length > 6 ? digits.charCodeAt(6) - 48 : 0,
    truncated: !exponent && rest.trim() !== "",
    outOfRange,
    dateTime: undefined,
  };
}

export interface TimeOfNumber {
  readonly value: number;
  readonly outOfRange: boolean;
  /** The number was a whole DATETIME. */
  readonly fromDateTime: boolean;
}

/** Reads a TIME written as a whole number hhmmss (or YYYYMMDDhhmmss). */
export function timeFromNumber(number: number): TimeOfNumber | undefined {
  const magnitude = Math.abs(number);
  if (magnitude > 8385959) {
    if (number >= 10_000_000_000) {
      const dateTime = dateTimeFromNumber(number, LENIENT_DATES);
      if (dateTime !== undefined)
        return { value: dateTime.value.timeOfDayMicros, outOfRange: false, fromDateTime: true };
    }
    return { value: number < 0 ? -MAX_TIME_MICROS : MAX_TIME_MICROS, outOfRange: true, fromDateTime: false };
  }
  const minutes = Math.floor(magnitude / 100) % 100;
  const seconds = magnitude % 100;
  if (minutes > 59 || seconds > 59) return undefined;
  const micros = (Math.floor(magnitude / 10000) * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND;
  return { value: number < 0 && micros !== 0 ? -micros : micros, outOfRange: false, fromDateTime: false };
}

/** A year column's value of a number: two digits are 2000..2069 and 1970..1999. Undefined when out of range. */
export function yearFromNumber(number: number, fromText: boolean): number | undefined {
  if (number === 0) return fromText ? 2000 : 0;
  if (number > 0 && number < 70) return number + 2000;
  if (number >= 70 && number < 100) return number + 1900;
  return number >= 1901 && number <= 2155 ? number : undefined;
}

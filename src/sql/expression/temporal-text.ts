/** Reads dates and times out of text and numbers in all of MySQL's literal forms. */
import { DateTime, daysInMonth, MAX_TIME_MICROS, MICROS_PER_SECOND } from "../../values/datetime.ts";

export interface ParsedDateTime {
  /** Undefined when the text is no date. Parts may be zero. */
  readonly value: DateTime | undefined;
  /** Only a date was written. */
  readonly dateOnly: boolean;
  /** The text goes on after the value. */
  readonly truncated: boolean;
  /** `+05:30` at the end: minutes east of UTC. */
  readonly offsetMinutes?: number;
  /** the first discarded digit of the fraction was 5 or more: round up by one microsecond */
  readonly roundUp: boolean;
}

const NOTHING: ParsedDateTime = { value: undefined, dateOnly: false, truncated: false, roundUp: false };

/** Is it a day of the calendar? Zero month or day are let through. */
export function isValidDate(year: number, month: number, day: number, allowInvalid = false): boolean {
  if (month > 12 || day > 31 || year > 9999) return false;
  if (month === 0 || allowInvalid) return true;
  return day <= daysInMonth(year, month);
}

function fullYear(year: number, digits: number): number {
  return digits <= 2 ? (year < 70 ? year + 2000 : year + 1900) : year;
}

const DELIMITED =
  /^\s*(\d{1,4})([^\w\s])(\d{1,2})[^\w\s](\d{1,2})(?:(?:[ \t]+|T|[^\w\s])(\d{1,2})(?:[^\w\s.](\d{1,2})(?:[^\w\s.](\d{1,2}))?)?(?:\.(\d*))?)?/i;
const COMPACT =
  /^\s*(\d{14}|\d{12}|\d{8}|\d{6}|\d{5})(?:(?:T|[ \t]+)?(\d{6}|\d{4}|\d{2})(?!\d))?(?:\.(\d*))?/i;
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;

function micros(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 6).padEnd(6, "0"));
}

/** Reads a date or date and time. */
export function parseDateTimeText(text: string, allowInvalid = false): ParsedDateTime {
  const delimited = DELIMITED.exec(text);
  let parts: number[];
  let fraction: string | undefined;
  let used: number;
  let dateOnly: boolean;
  if (delimited !== null) {
    const yearText = delimited[1] as string;
    parts = [
      fullYear(Number(yearText), yearText.length),
      ...delimited.slice(3, 8).map((part) => Number(part ?? 0)),
    ];
    fraction = delimited[8];
    used = delimited[0].length;
    dateOnly = delimited[5] === undefined;
  } else {
    const compact = COMPACT.exec(text);
    if (compact === null) return NOTHING;
    const digits = (compact[1] as string) + (compact[2] ?? "");
    const yearDigits = (compact[1] as string).length === 8 || digits.length === 14 ? 4 : 2;
    const padded = digits.length === 5 ? `0${digits}` : digits;
    parts = [fullYear(Number(padded.slice(0, yearDigits)), yearDigits)];
    for (let at = yearDigits; at < padded.length; at += 2) parts.push(Number(padded.slice(at, at + 2)));
    fraction = compact[3];
    used = compact[0].length;
    dateOnly = parts.length <= 3;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const isAllZero =
    parts.every((part) => part === 0 || part === 2000) && /^[\s0]*[^\w]?[0\W]*$/.test(text.slice(0, used));
  const realYear = isAllZero ? 0 : year;
  if (hour > 23 || minute > 59 || second > 59 || !isValidDate(realYear, month, day, allowInvalid))
    return NOTHING;
  if (realYear === 0 && month === 0 && day > 0) return NOTHING;
  let rest = text.slice(used).trimEnd();
  const offset = OFFSET.exec(rest.trimStart());
  let offsetMinutes: number | undefined;
  if (offset !== null && !dateOnly) {
    offsetMinutes = (Number(offset[2]) * 60 + Number(offset[3])) * (offset[1] === "-" ? -1 : 1);
    if (Math.abs(offsetMinutes) > 14 * 60) return NOTHING;
    rest = "";
  }
  return {
    value: new DateTime(realYear, month, day, hour, minute, second, micros(fraction)),
    dateOnly,
    truncated: rest !== "",
    roundUp: fraction !== undefined && fraction.length > 6 && (fraction[6] as string) >= "5",
    ...(offsetMinutes === undefined ? {} : { offsetMinutes }),
  };
}

/** A number as date or date and time: YYMMDD, YYYYMMDD, YYMMDDhhmmss, YYYYMMDDhhmmss. */
export function dateTimeFromNumber(
  value: number,
  microsecond: number,
  allowInvalid = false,
): DateTime | undefined {
  if (value === 0) return new DateTime(0, 0, 0);
  let date = value;
  let time = 0;
  if (value < 0 || (value < 101 && value > 0)) return undefined;
  if (value <= 691231) date = value + 20_000_000;
  else if (value < 700101) return undefined;
  else if (value <= 991231) date = value + 19_000_000;
  else if (value < 10_000_101 && value > 991231) return undefined;
  else if (value > 99_991_231) {
    if (value < 101_000_000) return undefined;
    let whole = value;
    if (whole <= 691_231_235_959) whole += 20_000_000_000_000;
    else if (whole < 700_101_000_000) return undefined;
    else if (whole <= 991_231_235_959) whole += 19_000_000_000_000;
    date = Math.floor(whole / 1_000_000);
    time = whole % 1_000_000;
  }
  const year = Math.floor(date / 10000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const hour = Math.floor(time / 10000);
  const minute = Math.floor(time / 100) % 100;
  const second = time % 100;
  if (hour > 23 || minute > 59 || second > 59 || !isValidDate(year, month, day, allowInvalid))
    return undefined;
  return new DateTime(year, month, day, hour, minute, second, microsecond);
}

export interface ParsedTime {
  /** Signed microseconds, limited to the range of TIME; undefined when the text is no time. */
  readonly value: number | undefined;
  readonly truncated: boolean;
  readonly outOfRange: boolean;
}

const NO_TIME: ParsedTime = { value: undefined, truncated: true, outOfRange: false };
const TIME_TEXT = /^\s*(-?)(?:(\d+)[ \t]+)?(\d+)(?::(\d{1,2})(?::(\d{1,2}))?)?(?:\.(\d*))?/;

/** Reads `[-][d ]hh:mm:ss.f`, `hhmmss`, or a date and time of which the time is taken. */
export function parseTimeText(text: string): ParsedTime {
  // Twelve digits and more, or a delimited date before a time, are dates with times.
  if (/^\s*\d{1,4}[^\w\s:.]\d{1,2}[^\w\s]\d{1,2}[ T]/.test(text) || /^\s*\d{12}/.test(text)) {
    const parsed = parseDateTimeText(text);
    if (parsed.value === undefined) return NO_TIME;
    return { value: parsed.value.timeOfDayMicros, truncated: parsed.truncated, outOfRange: false };
  }
  const match = TIME_TEXT.exec(text);
  if (match === null) return NO_TIME;
  const [all, sign, days, first = "0", second, third, fraction] = match;
  let hours: number;
  let minutes: number;
  let seconds: number;
  if (second === undefined && days === undefined) {
    const number = Number(first);
    hours = Math.floor(number / 10000);
    minutes = Math.floor(number / 100) % 100;
    seconds = number % 100;
  } else {
    hours = Number(days ?? 0) * 24 + Number(first);
    minutes = Number(second ?? 0);
    seconds = Number(third ?? 0);
  }
  if (minutes > 59 || seconds > 59) return NO_TIME;
  let value = (hours * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND + micros(fraction);
  if (fraction !== undefined && fraction.length > 6 && (fraction[6] as string) >= "5") value++;
  const outOfRange = value > MAX_TIME_MICROS;
  if (outOfRange) value = MAX_TIME_MICROS;
  return {
    value: sign === "-" ? -value + 0 : value,
    truncated: text.slice(all.length).trim() !== "",
    outOfRange,
  };
}

/** A number as a time: hhmmss, or the time of a YYYYMMDDhhmmss. */
export function timeFromNumber(value: number, microsecond: number): ParsedTime {
  const magnitude = Math.abs(value);
  if (magnitude > 8_385_959) {
    if (magnitude >= 10_000_000_000) {
      const moment = dateTimeFromNumber(magnitude, microsecond);
      if (moment !== undefined) return { value: moment.timeOfDayMicros, truncated: false, outOfRange: false };
    }
    return { value: Math.sign(value) * MAX_TIME_MICROS, truncated: false, outOfRange: true };
  }
  const minutes = Math.floor(magnitude / 100) % 100;
  const seconds = magnitude % 100;
  if (minutes > 59 || seconds > 59) return NO_TIME;
  const total =
    (Math.floor(magnitude / 10000) * 3600 + minutes * 60 + seconds) * MICROS_PER_SECOND + microsecond;
  return { value: value < 0 ? -total : total, truncated: false, outOfRange: false };
}

/**
 * `DateTime`: a calendar date with time of day, immutable, in no time zone. It stands for DATE (time zero), DATETIME
 * and TIMESTAMP values, including MySQL's zero date 0000-00-00 and dates with zero month or day. Arithmetic works on
 * proleptic Gregorian days as MySQL's does (day number 1 is 0000-01-01, 719528 is 1970-01-01).
 */
export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400_000_000;
/** 838:59:59.000000, the largest TIME. */
export const MAX_TIME_MICROS: number = (838 * 3600 + 59 * 60 + 59) * MICROS_PER_SECOND;
/** TO_DAYS('1970-01-01') */
const EPOCH_DAY_NUMBER = 719528;
/** TO_DAYS('9999-12-31') */
export const MAX_DAY_NUMBER = 3652424;

export class DateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;

  constructor(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, microsecond = 0) {
    this.year = year;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.microsecond = microsecond;
  }

  /** 0000-00-00 00:00:00 */
  get isZero(): boolean {
    return this.month === 0 && this.day === 0 && this.year === 0 && this.timeOfDayMicros === 0;
  }

  /** Month or day is zero: no day number exists. */
  get hasZeroPart(): boolean {
    return this.month === 0 || this.day === 0;
  }

  get timeOfDayMicros(): number {
    return (this.hour * 3600 + this.minute * 60 + this.second) * MICROS_PER_SECOND + this.microsecond;
  }

  /** `YYYY-MM-DD hh:mm:ss[.ffffff]`, the fraction only when not zero. */
  toString(): string {
    return formatDateTime(this, this.microsecond === 0 ? 0 : 6);
  }
}

export const ZERO_DATE: DateTime = new DateTime(0, 0, 0);

const DAYS_IN_MONTH: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || (year % 400 === 0 && year !== 0);
}

/** Days of a month (1..12). Year 0 counts as a common year, as in MySQL. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 31);
}

/** TO_DAYS: days since year 0, MySQL's count; 0 for the zero date. */
export function dayNumber(year: number, month: number, day: number): number {
  if (year === 0 && month === 0) return 0;
  let days = 365 * year + 31 * (month - 1) + day;
  let years = year;
  if (month <= 2) years--;
  else days -= Math.trunc((month * 4 + 23) / 10);
  const centuries = Math.trunc(((Math.trunc(years / 100) + 1) * 3) / 4);
  return days + Math.trunc(years / 4) - centuries;
}

/** The date of a day number, time zero; the zero date below day 366 or above 9999-12-31, as FROM_DAYS gives. */
export function dateFromDayNumber(days: number): DateTime {
  if (days <= 365 || days > MAX_DAY_NUMBER) return ZERO_DATE;
  let year = Math.trunc((days * 100) / 36525);
  const centuries = Math.trunc(((Math.trunc((year - 1) / 100) + 1) * 3) / 4);
  let dayOfYear = days - year * 365 - Math.trunc((year - 1) / 4) + centuries;
  let length = isLeapYear(year) ? 366 : 365;
  while (dayOfYear > length) {
    dayOfYear -= length;
    year++;
    length = isLeapYear(year) ? 366 : 365;
  }
  let month = 1;
  while (dayOfYear > daysInMonth(year, month)) {
    dayOfYear -= daysInMonth(year, month);
    month++;
  }
  return new DateTime(year, month, dayOfYear);
}

/** The instant `micros` microseconds after 1970-01-01 00:00:00, as a calendar date of the same zone. */
export function dateTimeFromMicros(micros: number): DateTime {
  const days = Math.floor(micros / MICROS_PER_DAY);
  const rest = micros - days * MICROS_PER_DAY;
  const seconds = Math.floor(rest / MICROS_PER_SECOND);
  const hour = (seconds / 3600) | 0;
  const minute = ((seconds - hour * 3600) / 60) | 0;
  // Civil date of a day count (era arithmetic on years that begin in March).
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const marchMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return new DateTime(
    yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    dayOfYear - (((153 * marchMonth + 2) / 5) | 0) + 1,
    hour,
    minute,
    seconds - hour * 3600 - minute * 60,
    rest - seconds * MICROS_PER_SECOND,
  );
}

/** Microseconds since 1970-01-01 00:00:00 of the same zone. The date must not have zero parts. */
export function microsOfDateTime(value: DateTime): number {
  return (
    (dayNumber(value.year, value.month, value.day) - EPOCH_DAY_NUMBER) * MICROS_PER_DAY +
    value.timeOfDayMicros
  );
}

/** Chronological order; works for zero and partial dates too. */
export function compareDateTimes(left: DateTime, right: DateTime): number {
  return (
    left.year - right.year ||
    left.month - right.month ||
    left.day - right.day ||
    left.hour - right.hour ||
    left.minute - right.minute ||
    left.second - right.second ||
    left.microsecond - right.microsecond
  );
}

/** The date alone, time zero. */
export function dateOf(value: DateTime): DateTime {
  return value.timeOfDayMicros === 0 ? value : new DateTime(value.year, value.month, value.day);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function fractionText(microsecond: number, fraction: number): string {
  return fraction === 0 ? "" : `.${String(microsecond).padStart(6, "0").slice(0, fraction)}`;
}

/** `YYYY-MM-DD` */
export function formatDate(value: DateTime): string {
  return `${String(value.year).padStart(4, "0")}-${two(value.month)}-${two(value.day)}`;
}

/** `YYYY-MM-DD hh:mm:ss` with `fraction` (0..6) digits of the second; digits beyond are cut off. */
export function formatDateTime(value: DateTime, fraction: number): string {
  return `${formatDate(value)} ${two(value.hour)}:${two(value.minute)}:${two(value.second)}${fractionText(value.microsecond, fraction)}`;
}

/** `[-]hh:mm:ss` with `fraction` digits, hours at least two digits. */
export function formatTime(micros: number, fraction: number): string {
  const magnitude = Math.abs(micros);
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  const hour = Math.floor(seconds / 3600);
  const minute = Math.floor((seconds % 3600) / 60);
  const text = `${two(hour)}:${two(minute)}:${two(seconds % 60)}${fractionText(magnitude % MICROS_PER_SECOND, fraction)}`;
  return micros < 0 ? `-${text}` : text;
}

/** YYYYMMDDhhmmss as a number, without the fraction: what a DATETIME is in a numeric context. */
export function dateTimeToNumber(value: DateTime): number {
  return (
    (value.year * 10000 + value.month * 100 + value.day) * 1_000_000 +
    value.hour * 10000 +
    value.minute * 100 +
    value.second
  );
}

/** YYYYMMDD as a number. */
export function dateToNumber(value: DateTime): number {
  return value.year * 10000 + value.month * 100 + value.day;
}

/** hhmmss as a signed number, without the fraction. */
export function timeToNumber(micros: number): number {
  const seconds = Math.floor(Math.abs(micros) / MICROS_PER_SECOND);
  const number =
    Math.floor(seconds / 3600) * 10000 + Math.floor((seconds % 3600) / 60) * 100 + (seconds % 60);
  return micros < 0 ? -number : number;
}

/** Calendar arithmetic behind the date functions: weeks, intervals, month ends. */
import {
  DateTime,
  dateFromDayNumber,
  dayNumber,
  daysInMonth,
  isLeapYear,
  MAX_DAY_NUMBER,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
} from "../../values/datetime.ts";
import type { IntervalUnit } from "../ast/expression.ts";

export function dayNumberOf(value: DateTime): number {
  return dayNumber(value.year, value.month, value.day);
}

/** Monday is 0. */
export function weekday(days: number): number {
  return (days + 5) % 7;
}

export function dayOfYear(value: DateTime): number {
  return dayNumberOf(value) - dayNumber(value.year, 1, 1) + 1;
}

const WEEK_MONDAY_FIRST = 1;
const WEEK_YEAR = 2;
const WEEK_FIRST_WEEKDAY = 4;

/** WEEK(date, mode) and YEARWEEK: MySQL's calc_week. */
export function weekOf(value: DateTime, mode: number): { readonly week: number; readonly year: number } {
  // Modes with Monday first count weeks by their first four days, the others by their first Sunday, but for bit 2.
  let flags = mode & 7;
  if ((flags & WEEK_MONDAY_FIRST) === 0) flags ^= WEEK_FIRST_WEEKDAY;
  const mondayFirst = (flags & WEEK_MONDAY_FIRST) !== 0;
  let weekYear = (flags & WEEK_YEAR) !== 0;
  const firstWeekday = (flags & WEEK_FIRST_WEEKDAY) !== 0;
  const days = dayNumberOf(value);
  let first = dayNumber(value.year, 1, 1);
  let start = weekdayFrom(first, mondayFirst);
  let year = value.year;
  if (value.month === 1 && value.day <= 7 - start) {
    if (!weekYear && ((firstWeekday && start !== 0) || (!firstWeekday && start >= 4)))
      return { week: 0, year };
    weekYear = true;
    year--;
    const size = isLeapYear(year) ? 366 : 365;
    first -= size;
    start = (start + 53 * 7 - size) % 7;
  }
  const since =
    (firstWeekday && start !== 0) || (!firstWeekday && start >= 4)
      ? days - (first + (7 - start))
      : days - (first - start);
  if (weekYear && since >= 52 * 7) {
    const next = (start + (isLeapYear(year) ? 366 : 365)) % 7;
    if ((!firstWeekday && next < 4) || (firstWeekday && next === 0)) return { week: 1, year: year + 1 };
  }
  return { week: Math.floor(since / 7) + 1, year };
}

function weekdayFrom(days: number, mondayFirst: boolean): number {
  return (days + 5 + (mondayFirst ? 0 : 1)) % 7;
}

/** A span of time: months, and microseconds on top. Both carry the sign. */
export interface Span {
  readonly months: number;
  readonly micros: number;
}

const UNIT_MICROS: Readonly<Record<string, number>> = {
  microsecond: 1,
  second: MICROS_PER_SECOND,
  minute: 60 * MICROS_PER_SECOND,
  hour: 3600 * MICROS_PER_SECOND,
  day: MICROS_PER_DAY,
  week: 7 * MICROS_PER_DAY,
};
const UNIT_MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** Parts of the compound units, from the largest. */
const COMPOUND: Readonly<Record<string, readonly string[]>> = {
  second_microsecond: ["second", "microsecond"],
  minute_microsecond: ["minute", "second", "microsecond"],
  minute_second: ["minute", "second"],
  hour_microsecond: ["hour", "minute", "second", "microsecond"],
  hour_second: ["hour", "minute", "second"],
  hour_minute: ["hour", "minute"],
  day_microsecond: ["day", "hour", "minute", "second", "microsecond"],
  day_second: ["day", "hour", "minute", "second"],
  day_minute: ["day", "hour", "minute"],
  day_hour: ["day", "hour"],
  year_month: ["year", "month"],
};

export function isCompoundUnit(unit: IntervalUnit): boolean {
  return COMPOUND[unit] !== undefined;
}

/** Is the unit one of whole days or more? DATE ± such a unit stays a DATE. */
export function isDateUnit(unit: IntervalUnit): boolean {
  return (
    unit === "day" ||
    unit === "week" ||
    unit === "month" ||
    unit === "quarter" ||
    unit === "year" ||
    unit === "year_month"
  );
}

export function hasMicroseconds(unit: IntervalUnit): boolean {
  return unit.endsWith("microsecond");
}

/** A span of a simple unit; `fraction` is in microseconds and belongs to SECOND. */
export function simpleSpan(unit: IntervalUnit, amount: number, fraction: number): Span {
  const months = UNIT_MONTHS[unit];
  if (months !== undefined) return { months: amount * months, micros: 0 };
  return { months: 0, micros: amount * (UNIT_MICROS[unit] ?? 0) + (unit === "second" ? fraction : 0) };
}

/** A span of a compound unit written as text: groups of digits, the last one for the smallest part. */
export function compoundSpan(unit: IntervalUnit, text: string): Span {
  const names = COMPOUND[unit] ?? [];
  const negative = /^\s*-/.test(text);
  const groups = text.match(/\d+/g) ?? [];
  const used = groups.slice(0, names.length);
  // Fewer groups than parts: the leading parts are missing.
  const offset = names.length - used.length;
  let months = 0;
  let micros = 0;
  used.forEach((group, at) => {
    const name = names[at + offset] as string;
    let amount = Number(group);
    if (name === "microsecond" && group.length < 6) amount *= 10 ** (6 - group.length);
    if (UNIT_MONTHS[name] !== undefined) months += amount * UNIT_MONTHS[name];
    else micros += amount * (UNIT_MICROS[name] ?? 0);
  });
  return negative ? { months: -months, micros: -micros } : { months, micros };
}

const MAX_MONTHS = 120_000;

/** `value` moved by a span; undefined beyond the years 0..9999. */
export function addSpan(value: DateTime, span: Span): DateTime | undefined {
  if (span.months !== 0) {
    const months = value.year * 12 + value.month - 1 + span.months;
    if (months < 0 || months >= MAX_MONTHS) return undefined;
    const year = Math.floor(months / 12);
    const month = (months % 12) + 1;
    const day = Math.min(value.day, daysInMonth(year, month));
    const moved = new DateTime(year, month, day, value.hour, value.minute, value.second, value.microsecond);
    return span.micros === 0 ? moved : addMicros(moved, span.micros);
  }
  return addMicros(value, span.micros);
}

/** Moves by microseconds; undefined when the day leaves the calendar. */
export function addMicros(value: DateTime, micros: number): DateTime | undefined {
  if (!Number.isFinite(micros) || Math.abs(micros) > 1e18) return undefined;
  let days = dayNumberOf(value) + Math.trunc(micros / MICROS_PER_DAY);
  let time = value.timeOfDayMicros + (micros % MICROS_PER_DAY);
  if (time < 0) {
    time += MICROS_PER_DAY;
    days--;
  } else if (time >= MICROS_PER_DAY) {
    time -= MICROS_PER_DAY;
    days++;
  }
  if (days < 1 || days > MAX_DAY_NUMBER) return undefined;
  if (days <= 365) return undefined;
  const date = dateFromDayNumber(days);
  return withTime(date, time);
}

/** The date with another time of day. */
function withTime(date: DateTime, micros: number): DateTime {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  return new DateTime(
    date.year,
    date.month,
    date.day,
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
    micros % MICROS_PER_SECOND,
  );
}

/** Microseconds from `from` to `to`. */
export function microsBetween(from: DateTime, to: DateTime): number {
  return (dayNumberOf(to) - dayNumberOf(from)) * MICROS_PER_DAY + to.timeOfDayMicros - from.timeOfDayMicros;
}

/** Whole months from `from` to `to`, towards zero. */
export function monthsBetween(from: DateTime, to: DateTime): number {
  const forward = microsBetween(from, to) >= 0;
  const [early, late] = forward ? [from, to] : [to, from];
  let months = (late.year - early.year) * 12 + late.month - early.month;
  const earlyRest = early.day * MICROS_PER_DAY + early.timeOfDayMicros;
  const lateRest = late.day * MICROS_PER_DAY + late.timeOfDayMicros;
  if (lateRest < earlyRest) months--;
  return forward ? months : -months;
}

/** The date of a day of a year; undefined when there is none. */
export function dateOfYearDay(year: number, day: number): DateTime | undefined {
  if (day < 1) return undefined;
  const days = dayNumber(year, 1, 1) + day - 1;
  return days > 365 && days <= MAX_DAY_NUMBER ? dateFromDayNumber(days) : undefined;
}

/** Places of dates and times among the values of temporal columns. */
import { DateTime, dateOf, dateTimeFromMicros, microsOfDateTime, ZERO_DATE } from "../../values/datetime.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { type Place, placeAbove, placeAt, UNKNOWN_PLACE } from "./key-place.ts";
import type { PlaceOf } from "./number-places.ts";

export const placeAmongDates: PlaceOf = (value) => {
  const date = dateOf(value as DateTime);
  return (value as DateTime).timeOfDayMicros === 0 ? placeAt(date) : placeAbove(date);
};

export function placeAmongDateTimes(fraction: number): PlaceOf {
  const step = 10 ** (6 - fraction);
  return (value) => {
    const given = value as DateTime;
    const rest = given.microsecond % step;
    if (rest === 0) return placeAt(given);
    const { year, month, day, hour, minute, second, microsecond } = given;
    return placeAbove(new DateTime(year, month, day, hour, minute, second, microsecond - rest));
  };
}

export function placeAmongTimes(fraction: number): PlaceOf {
  const step = 10 ** (6 - fraction);
  return (value) => {
    const floor = Math.floor((value as number) / step) * step;
    return floor === value ? placeAt(floor) : placeAbove(floor);
  };
}

const MICROS_PER_DAY = 86_400_000_000;

/**
 * Timestamps are stored in UTC and compared in the session's time zone. These are the earliest and the latest instant
 * that a local time can be: two where a change of the clock is near.
 */
export function instantsOf(local: DateTime, context: StatementContext): readonly [number, number] {
  const micros = microsOfDateTime(local);
  const before = context.timeZoneOffsetMicros(micros - MICROS_PER_DAY);
  const after = context.timeZoneOffsetMicros(micros + MICROS_PER_DAY);
  return [micros - Math.max(before, after), micros - Math.min(before, after)];
}

export function placeOfInstant(micros: number, fraction: number): Place {
  // Only the zero timestamp lies below the epoch.
  if (micros <= 0) return placeAbove(ZERO_DATE);
  return placeAmongDateTimes(fraction)(dateTimeFromMicros(micros));
}

/** `end` says which of the two instants bounds a range. */
export function placeAmongTimestamps(
  local: DateTime,
  fraction: number,
  end: "earliest" | "latest",
  context: StatementContext,
): Place {
  if (local.isZero) return placeAt(ZERO_DATE);
  if (local.hasZeroPart) return UNKNOWN_PLACE;
  const [earliest, latest] = instantsOf(local, context);
  return placeOfInstant(end === "earliest" ? earliest : latest, fraction);
}

/** Offsets of time zones: 'SYSTEM', '+hh:mm', and names that the runtime's time-zone database knows. */
import { sqlError } from "../../values/sql-error.ts";

const MICROS_PER_MINUTE = 60_000_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** Offsets that are the same at every instant, by what names them. */
const fixedOffsets = new Map<string, number | undefined>([["UTC", 0]]);
const FIXED_OFFSETS_MAX = 10_000;

/** The offset from UTC at an instant, in microseconds. 1298 for an unknown zone. */
export function zoneOffsetMicros(zone: string, epochMicros: number): number {
  if (zone === "SYSTEM") return -new Date(epochMicros / 1000).getTimezoneOffset() * MICROS_PER_MINUTE;
  return fixedOffset(zone) ?? namedOffset(zone, epochMicros);
}

function fixedOffset(zone: string): number | undefined {
  if (fixedOffsets.has(zone)) return fixedOffsets.get(zone);
  const fixed = /^([+-])(\d{1,2}):(\d{2})$/.exec(zone);
  let offset: number | undefined;
  if (fixed !== null) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3]);
    offset = (fixed[1] === "-" ? -minutes : minutes) * MICROS_PER_MINUTE;
  }
  if (fixedOffsets.size < FIXED_OFFSETS_MAX) fixedOffsets.set(zone, offset);
  return offset;
}

function namedOffset(zone: string, epochMicros: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
    } catch (cause) {
      throw sqlErrorWithCause(zone, cause);
    }
    formats.set(zone, format);
  }
  const seconds = Math.floor(epochMicros / 1_000_000);
  const parts = new Map(
    format.formatToParts(new Date(seconds * 1000)).map((part) => [part.type, Number(part.value)]),
  );
  const get = (type: string) => parts.get(type as Intl.DateTimeFormatPartTypes) ?? 0;
  const local = Date.UTC(
    get("year"),
    get("month") - 1,
    get("day"),
    get("hour"),
    get("minute"),
    get("second"),
  );
  return (local / 1000 - seconds) * 1_000_000;
}

function sqlErrorWithCause(zone: string, cause: unknown): Error {
  const error = sqlError("ER_UNKNOWN_TIME_ZONE", zone);
  error.cause = cause;
  return error;
}

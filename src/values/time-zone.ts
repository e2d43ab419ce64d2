/**
 * Time zones: 'SYSTEM', '+hh:mm' and the names of the runtime's time-zone database. Offsets are cached by quarter hour,
 * the unit in which zones change, so that converting many rows costs one map look-up each.
 */

const MICROS_PER_MINUTE = 60_000_000;
const SLOT_MICROS = 15 * MICROS_PER_MINUTE;
const CACHED_SLOTS = 16384;
const MICROS_PER_MILLISECOND = 1000;

export interface TimeZone {
  /** As written; what SELECT @@time_zone gives. */
  readonly name: string;
  /** The zone's offset from UTC at an instant, in microseconds. */
  offsetAt(epochMicros: number): number;
  /**
   * The instant of a local time (microseconds since the epoch as if it were UTC). Of two, the earlier; in the gap of a
   * clock put forward, undefined.
   */
  toEpoch(localMicros: number): number | undefined;
}

const zones = new Map<string, TimeZone>();

/** The zone of this name; undefined when there is none. */
export function findTimeZone(name: string): TimeZone | undefined {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = makeZone(name);
  // Only zones that exist are kept: any text may be asked for.
  if (zone !== undefined) zones.set(name, zone);
  return zone;
}

function makeZone(name: string): TimeZone | undefined {
  const fixed = /^([+-])(\d{1,2}):(\d{2})$/.exec(name);
  if (fixed !== null) return fixedZone(name, fixed[1] === "-", Number(fixed[2]), Number(fixed[3]));
  const offsetOf = name.toUpperCase() === "SYSTEM" ? systemOffset : namedOffset(name);
  return offsetOf === undefined ? undefined : cachedZone(name, offsetOf);
}

/** From -13:59 to +14:00. */
function fixedZone(name: string, negative: boolean, hours: number, minutes: number): TimeZone | undefined {
  const total = hours * 60 + minutes;
  if (minutes > 59 || total > (negative ? 13 * 60 + 59 : 14 * 60)) return undefined;
  const offset = (negative ? -total : total) * MICROS_PER_MINUTE;
  return { name, offsetAt: () => offset, toEpoch: (localMicros) => localMicros - offset };
}

function systemOffset(epochMicros: number): number {
  return -new Date(epochMicros / MICROS_PER_MILLISECOND).getTimezoneOffset() * MICROS_PER_MINUTE;
}

/** Undefined when the runtime knows no zone of this name. */
function namedOffset(name: string): ((epochMicros: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return (epochMicros) => {
    const seconds = Math.floor(epochMicros / 1_000_000);
    const parts = new Map(
      format.formatToParts(new Date(seconds * 1000)).map((part) => [part.type, Number(part.value)]),
    );
    const local = Date.UTC(
      parts.get("year") ?? 0,
      (parts.get("month") ?? 1) - 1,
      parts.get("day") ?? 1,
      parts.get("hour") ?? 0,
      parts.get("minute") ?? 0,
      parts.get("second") ?? 0,
    );
    return (local / 1000 - seconds) * 1_000_000;
  };
}

function cachedZone(name: string, offsetOf: (epochMicros: number) => number): TimeZone {
  const offsets = new Map<number, number>();
  function offsetAt(epochMicros: number): number {
    const slot = Math.floor(epochMicros / SLOT_MICROS);
    let offset = offsets.get(slot);
    if (offset === undefined) {
      if (offsets.size >= CACHED_SLOTS) offsets.clear();
      offset = offsetOf(slot * SLOT_MICROS);
      offsets.set(slot, offset);
    }
    return offset;
  }
  const DAY = 86_400_000_000;
  return {
    name,
    offsetAt,
    toEpoch(localMicros) {
      const before = localMicros - offsetAt(localMicros - DAY);
      if (before + offsetAt(before) === localMicros) return before;
      const after = localMicros - offsetAt(localMicros + DAY);
      return after + offsetAt(after) === localMicros ? after : undefined;
    },
  };
}

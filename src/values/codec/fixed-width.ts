/**
 * Fixed-width field encodings. Each is order-preserving (byte order = value order), so that a value field and an
 * ascending key part are the same bytes and one decoder reads both:
 *
 * - integer: big-endian, 1/2/3/4/8 bytes by type, sign bit flipped when signed;
 * - double, float: IEEE 754, all bits inverted when negative, else the sign bit set (8 and 4 bytes);
 * - decimal(p,s): digits at scale s as a big-endian integer offset by half the range, least bytes that hold 10^p;
 * - date: u24 year << 9 | month << 5 | day; datetime: u64 with (year*13+month)<<22 | day<<17 | h<<12 | m<<6 | s above
 *   24 bits of microseconds; timestamp: u64 microseconds since the epoch (UTC), 0 = the zero value;
 * - time: signed microseconds + 2^47 in 6 bytes; year: u8, 0 or year - 1900;
 * - enum: u16; set: u64; bit(n): ceil(n / 8) bytes.
 */

import { DateTime, dateTimeFromMicros, microsOfDateTime, ZERO_DATE } from "../datetime.ts";
import { canonicalInteger, Decimal, decimalOf, powerOfTen, roundDecimal } from "../decimal.ts";
import type { SqlInteger } from "../value.ts";

const TWO_32 = 2 ** 32;
const HALF_48 = 2 ** 47;
/** What flips the sign of an integer of so many bytes. */
const SIGN_BITS: readonly number[] = [0, 2 ** 7, 2 ** 15, 2 ** 23, 2 ** 31];

/** Reads `width` (1..8) big-endian bytes as an unsigned integer. */
export function readUnsigned(bytes: Uint8Array, at: number, width: number): SqlInteger {
  let high = 0;
  let i = 0;
  for (const highBytes = width - 4; i < highBytes; i++) high = high * 256 + (bytes[at + i] as number);
  let low = 0;
  for (; i < width; i++) low = low * 256 + (bytes[at + i] as number);
  if (high < 0x200000) return high * TWO_32 + low;
  return canonicalInteger((BigInt(high) << 32n) | BigInt(low));
}

/** Writes an unsigned integer in `width` big-endian bytes. */
export function writeUnsigned(value: SqlInteger, bytes: Uint8Array, at: number, width: number): void {
  let high: number;
  let low: number;
  if (typeof value === "number") {
    high = Math.floor(value / TWO_32);
    low = value % TWO_32;
  } else {
    high = Number(value >> 32n);
    low = Number(value & 0xffffffffn);
  }
  for (let i = width - 1; i >= 0; i--) {
    if (i >= width - 4) {
      bytes[at + i] = low;
      low = Math.floor(low / 256);
    } else {
      bytes[at + i] = high;
      high = Math.floor(high / 256);
    }
  }
}

/** Reads a sign-flipped integer of 1, 2, 3, 4 or 8 bytes. */
export function readSigned(bytes: Uint8Array, at: number, width: number): SqlInteger {
  switch (width) {
    case 1:
      return (bytes[at] as number) - 0x80;
    case 2:
      return (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) - 0x8000;
    case 3:
      return (
        (((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)) -
        0x800000
      );
    case 4:
      return (
        (((bytes[at] as number) << 24) |
          ((bytes[at + 1] as number) << 16) |
          ((bytes[at + 2] as number) << 8) |
          (bytes[at + 3] as number)) ^
        -0x80000000
      );
    default: {
      const high = (readSigned(bytes, at, 4) as number) | 0;
      const low =
        (((bytes[at + 4] as number) << 24) |
          ((bytes[at + 5] as number) << 16) |
          ((bytes[at + 6] as number) << 8) |
          (bytes[at + 7] as number)) >>>
        0;
      if (high >= -0x200000 && high < 0x200000) {
        const value = high * TWO_32 + low;
        if (value >= -9007199254740991) return value;
      }
      return canonicalInteger((BigInt(high) << 32n) | BigInt(low));
    }
  }
}

export function writeSigned(value: SqlInteger, bytes: Uint8Array, at: number, width: number): void {
  if (width <= 4) {
    writeUnsigned((value as number) + (SIGN_BITS[width] as number), bytes, at, width);
    return;
  }
  let high: number;
  let low: number;
  if (typeof value === "number") {
    high = Math.floor(value / TWO_32);
    low = value - high * TWO_32;
  } else {
    high = Number(value >> 32n);
    low = Number(value & 0xffffffffn);
  }
  writeUint32(high ^ -0x80000000, bytes, at);
  writeUint32(low, bytes, at + 4);
}

function writeUint32(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

const scratch = new DataView(new ArrayBuffer(8));

export function readDouble(bytes: Uint8Array, at: number): number {
  const flip = (bytes[at] as number) >= 0x80 ? 0 : 0xff;
  for (let i = 0; i < 8; i++) scratch.setUint8(i, (bytes[at + i] as number) ^ flip);
  if (flip === 0) scratch.setUint8(0, (bytes[at] as number) ^ 0x80);
  return scratch.getFloat64(0);
}

export function writeDouble(value: number, bytes: Uint8Array, at: number): void {
  scratch.setFloat64(0, value);
  const flip = scratch.getUint8(0) >= 0x80 ? 0xff : 0;
  for (let i = 0; i < 8; i++) bytes[at + i] = scratch.getUint8(i) ^ flip;
  if (flip === 0) bytes[at] = scratch.getUint8(0) ^ 0x80;
}

export function readFloat(bytes: Uint8Array, at: number): number {
  const flip = (bytes[at] as number) >= 0x80 ? 0 : 0xff;
  for (let i = 0; i < 4; i++) scratch.setUint8(i, (bytes[at + i] as number) ^ flip);
  if (flip === 0) scratch.setUint8(0, (bytes[at] as number) ^ 0x80);
  return scratch.getFloat32(0);
}

export function writeFloat(value: number, bytes: Uint8Array, at: number): void {
  scratch.setFloat32(0, value);
  const flip = scratch.getUint8(0) >= 0x80 ? 0xff : 0;
  for (let i = 0; i < 4; i++) bytes[at + i] = scratch.getUint8(i) ^ flip;
  if (flip === 0) bytes[at] = scratch.getUint8(0) ^ 0x80;
}

/** Bytes of a DECIMAL(precision, …): the least that hold 10^precision and a sign. */
export function decimalWidth(precision: number): number {
  let bits = 1;
  for (let limit = powerOfTen(precision); limit > 0n; limit >>= 1n) bits++;
  return (bits + 7) >> 3;
}

/** Widths up to 6 bytes stay within safe integers even with the offset. */
const NUMBER_DECIMAL_WIDTH = 6;
/** Half the range of so many bytes: a table, for computing a power costs more than all the rest of reading. */
const HALF_RANGES: readonly number[] = Array.from(
  { length: NUMBER_DECIMAL_WIDTH + 1 },
  (_, width) => 2 ** (width * 8 - 1),
);

export function readDecimal(bytes: Uint8Array, at: number, width: number, scale: number): Decimal {
  if (width <= NUMBER_DECIMAL_WIDTH) {
    return new Decimal((readUnsigned(bytes, at, width) as number) - (HALF_RANGES[width] as number), scale);
  }
  let digits = 0n;
  for (let i = 0; i < width; i += 4) {
    const count = Math.min(4, width - i);
    digits = (digits << BigInt(8 * count)) | BigInt(readUnsigned(bytes, at + i, count));
  }
  return decimalOf(digits - (1n << BigInt(width * 8 - 1)), scale);
}

/** `value` is brought to `scale` first; it must fit. */
export function writeDecimal(
  value: Decimal,
  bytes: Uint8Array,
  at: number,
  width: number,
  scale: number,
): void {
  const digits = value.scale === scale ? value.digits : roundDecimal(value, scale).digits;
  if (width <= NUMBER_DECIMAL_WIDTH) {
    writeUnsigned((digits as number) + (HALF_RANGES[width] as number), bytes, at, width);
    return;
  }
  let offset = BigInt(digits) + (1n << BigInt(width * 8 - 1));
  for (let i = width - 1; i >= 0; i--) {
    bytes[at + i] = Number(offset & 0xffn);
    offset >>= 8n;
  }
}

export function readDate(bytes: Uint8Array, at: number): DateTime {
  const packed = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
  return new DateTime(packed >> 9, (packed >> 5) & 15, packed & 31);
}

export function writeDate(value: DateTime, bytes: Uint8Array, at: number): void {
  writeUnsigned((value.year << 9) | (value.month << 5) | value.day, bytes, at, 3);
}

export function readDateTime(bytes: Uint8Array, at: number): DateTime {
  const high =
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0;
  const day = (high >>> 10) & 31;
  const yearMonth = high >>> 15;
  const clock = ((high & 0x3ff) << 7) | ((bytes[at + 4] as number) & 0x7f);
  const micro =
    ((bytes[at + 5] as number) << 16) | ((bytes[at + 6] as number) << 8) | (bytes[at + 7] as number);
  const year = (yearMonth / 13) | 0;
  return new DateTime(year, yearMonth - year * 13, day, clock >> 12, (clock >> 6) & 63, clock & 63, micro);
}

export function writeDateTime(value: DateTime, bytes: Uint8Array, at: number): void {
  const clock = (value.hour << 12) | (value.minute << 6) | value.second;
  writeUint32(((value.year * 13 + value.month) * 32 + value.day) * 1024 + (clock >> 7), bytes, at);
  bytes[at + 4] = clock & 0x7f;
  bytes[at + 5] = value.microsecond >> 16;
  bytes[at + 6] = value.microsecond >> 8;
  bytes[at + 7] = value.microsecond;
}

/** Microseconds since the epoch of a stored timestamp; 0 stands for '0000-00-00 00:00:00'. */
function readEpochMicros(bytes: Uint8Array, at: number): number {
  return readUnsigned(bytes, at, 8) as number;
}

/** A stored timestamp as the calendar date in UTC. */
export function readTimestamp(bytes: Uint8Array, at: number): DateTime {
  const micros = readEpochMicros(bytes, at);
  return micros === 0 ? ZERO_DATE : dateTimeFromMicros(micros);
}

/** `value` is in UTC. */
export function writeTimestamp(value: DateTime, bytes: Uint8Array, at: number): void {
  writeUnsigned(value.isZero ? 0 : microsOfDateTime(value), bytes, at, 8);
}

export function readTime(bytes: Uint8Array, at: number): number {
  return (readUnsigned(bytes, at, 6) as number) - HALF_48;
}

export function writeTime(value: number, bytes: Uint8Array, at: number): void {
  writeUnsigned(value + HALF_48, bytes, at, 6);
}

/** Numbers, dates and times as ASCII digits written straight into a packet, without strings in between. */
import type { DateTime } from "../values/datetime.ts";
import type { SqlInteger } from "../values/value.ts";
import type { PacketWriter } from "./packet-writer.ts";

const ZERO = 0x30;
const MINUS = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const SPACE = 0x20;
/** Numbers below this are handled by 32-bit arithmetic. */
const BILLION = 1_000_000_000;
const BILLION_DIGITS = 9;
const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;
/** Length byte, sign and 20 digits. */
const INTEGER_TEXT_SIZE_MAX = 24;
const DATE_TEXT_SIZE = 10;
const DATETIME_TEXT_SIZE = 19;

/** An integer as length-encoded text, padded with zeros to `width` digits. */
export function writeIntegerText(writer: PacketWriter, value: SqlInteger, width: number): void {
  if (typeof value === "bigint") {
    const text = value.toString();
    writer.writeLengthText(width > text.length ? text.padStart(width, "0") : text);
    return;
  }
  const negative = value < 0;
  const magnitude = negative ? -value : value;
  const digits = countDigits(magnitude);
  const padded = Math.max(digits, width);
  const size = negative ? padded + 1 : padded;
  writer.reserve(INTEGER_TEXT_SIZE_MAX + padded);
  const bytes = writer.bytes;
  let at = writer.size;
  bytes[at++] = size;
  if (negative) bytes[at++] = MINUS;
  if (magnitude < BILLION) {
    writeDigits(bytes, at, magnitude, padded);
  } else {
    const high = Math.floor(magnitude / BILLION);
    writeWideDigits(bytes, at, high, padded - BILLION_DIGITS);
    writeDigits(bytes, at + padded - BILLION_DIGITS, magnitude - high * BILLION, BILLION_DIGITS);
  }
  writer.size += 1 + size;
}

/** `YYYY-MM-DD` as length-encoded text. */
export function writeDateText(writer: PacketWriter, value: DateTime): void {
  writer.reserve(1 + DATE_TEXT_SIZE);
  writer.bytes[writer.size++] = DATE_TEXT_SIZE;
  putDate(writer, value);
}

/** `YYYY-MM-DD hh:mm:ss[.f…]` with `fraction` digits, as length-encoded text. */
export function writeDateTimeText(writer: PacketWriter, value: DateTime, fraction: number): void {
  const size = fraction === 0 ? DATETIME_TEXT_SIZE : DATETIME_TEXT_SIZE + 1 + fraction;
  writer.reserve(1 + size);
  writer.bytes[writer.size++] = size;
  putDate(writer, value);
  writer.bytes[writer.size++] = SPACE;
  putClock(writer, value.hour, 2, value.minute, value.second);
  putFraction(writer, value.microsecond, fraction);
}

/** `[-]hh[h]:mm:ss[.f…]` as length-encoded text. */
export function writeTimeText(writer: PacketWriter, microseconds: number, fraction: number): void {
  const negative = microseconds < 0;
  const magnitude = negative ? -microseconds : microseconds;
  const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
  const hours = Math.floor(seconds / SECONDS_PER_HOUR);
  const hourDigits = hours > 99 ? 3 : 2;
  const size = (negative ? 1 : 0) + hourDigits + 6 + (fraction === 0 ? 0 : 1 + fraction);
  writer.reserve(1 + size);
  writer.bytes[writer.size++] = size;
  if (negative) writer.bytes[writer.size++] = MINUS;
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE) % 60;
  putClock(writer, hours, hourDigits, minutes, seconds % 60);
  putFraction(writer, magnitude % MICROS_PER_SECOND, fraction);
}

function putDate(writer: PacketWriter, value: DateTime): void {
  const { bytes, size } = writer;
  writeDigits(bytes, size, value.year, 4);
  bytes[size + 4] = MINUS;
  writeDigits(bytes, size + 5, value.month, 2);
  bytes[size + 7] = MINUS;
  writeDigits(bytes, size + 8, value.day, 2);
  writer.size = size + DATE_TEXT_SIZE;
}

function putClock(
  writer: PacketWriter,
  hour: number,
  hourDigits: number,
  minute: number,
  second: number,
): void {
  const { bytes } = writer;
  let at = writer.size;
  writeDigits(bytes, at, hour, hourDigits);
  at += hourDigits;
  bytes[at] = COLON;
  writeDigits(bytes, at + 1, minute, 2);
  bytes[at + 3] = COLON;
  writeDigits(bytes, at + 4, second, 2);
  writer.size = at + 6;
}

function putFraction(writer: PacketWriter, microsecond: number, fraction: number): void {
  if (fraction === 0) return;
  writer.bytes[writer.size] = POINT;
  writeDigits(writer.bytes, writer.size + 1, Math.floor(microsecond / 10 ** (6 - fraction)), fraction);
  writer.size += 1 + fraction;
}

function countDigits(value: number): number {
  let digits = 1;
  let limit = 10;
  while (value >= limit) {
    digits++;
    limit *= 10;
  }
  return digits;
}

/** Writes exactly `count` digits of a number below a billion, with leading zeros. */
function writeDigits(bytes: Buffer, at: number, value: number, count: number): void {
  let rest = value | 0;
  for (let i = at + count - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
}

function writeWideDigits(bytes: Buffer, at: number, value: number, count: number): void {
  let rest = value;
  for (let i = at + count - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
}

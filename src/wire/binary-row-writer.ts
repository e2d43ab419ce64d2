/**
 * Rows of the binary protocol: a zero byte, a bitmap of NULLs that starts at bit 2, then the fields that are not NULL,
 * each in the form of its column's type.
 */
import { assert } from "../base/assert.ts";
import type { DateTime } from "../values/datetime.ts";
import type { RowWriter } from "../values/row-writer.ts";
import type { SqlInteger } from "../values/value.ts";
import { writeIntegerText } from "./ascii-digits.ts";
import type { PacketWriter } from "./packet-writer.ts";
import {
  TYPE_DATE,
  TYPE_DOUBLE,
  TYPE_FLOAT,
  TYPE_INT24,
  TYPE_LONG,
  TYPE_LONGLONG,
  TYPE_SHORT,
  TYPE_TINY,
  TYPE_YEAR,
} from "./protocol.ts";
import { doubleText, writeBits, writeColumnText, writeColumnUtf8 } from "./row-fields.ts";
import type { WireColumn } from "./wire-column.ts";

const NULL_BITMAP_OFFSET = 2;
const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

export class BinaryRowWriter implements RowWriter {
  readonly #packets: PacketWriter;
  readonly #onRow: () => void;
  readonly #columns: readonly WireColumn[];
  readonly #bitmapSize: number;
  #field = 0;

  constructor(packets: PacketWriter, columns: readonly WireColumn[], onRow: () => void) {
    this.#packets = packets;
    this.#columns = columns;
    this.#onRow = onRow;
    this.#bitmapSize = (columns.length + NULL_BITMAP_OFFSET + 7) >>> 3;
  }

  beginRow(): void {
    this.#packets.begin();
    this.#packets.writeZeros(1 + this.#bitmapSize);
    this.#field = 0;
  }

  writeNull(): void {
    const bit = this.#field++ + NULL_BITMAP_OFFSET;
    const at = this.#packets.payloadStart + 1 + (bit >>> 3);
    this.#packets.bytes[at] = (this.#packets.bytes[at] as number) | (1 << (bit & 7));
  }

  writeInteger(value: SqlInteger): void {
    const column = this.#nextColumn();
    const packets = this.#packets;
    switch (column.typeCode) {
      case TYPE_TINY:
        packets.writeUint8(Number(value) & 0xff);
        break;
      case TYPE_SHORT:
      case TYPE_YEAR:
        packets.writeUint16(Number(value) & 0xffff);
        break;
      case TYPE_INT24:
      case TYPE_LONG:
        packets.writeUint32(Number(value));
        break;
      case TYPE_LONGLONG:
        packets.writeInteger64(value);
        break;
      case TYPE_FLOAT:
        packets.writeFloat(Number(value));
        break;
      case TYPE_DOUBLE:
        packets.writeDouble(Number(value));
        break;
      default:
        if (column.bitBytes > 0) writeBits(packets, value, column.bitBytes);
        else writeIntegerText(packets, value, 0);
    }
  }

  writeDouble(value: number): void {
    const column = this.#nextColumn();
    if (column.typeCode === TYPE_DOUBLE) this.#packets.writeDouble(value);
    else if (column.typeCode === TYPE_FLOAT) this.#packets.writeFloat(value);
    else this.#packets.writeLengthText(doubleText(value, column));
  }

  writeText(value: string): void {
    writeColumnText(this.#packets, this.#nextColumn(), value);
  }

  writeUtf8(bytes: Uint8Array, start: number, end: number): void {
    writeColumnUtf8(this.#packets, this.#nextColumn(), bytes, start, end);
  }

  writeBytes(bytes: Uint8Array, start: number, end: number): void {
    this.#field++;
    this.#packets.writeLengthBytes(bytes, start, end);
  }

  /** 0, 4, 7 or 11 bytes: the parts that are zero at the end are left out. */
  writeDateTime(value: DateTime): void {
    const column = this.#nextColumn();
    const packets = this.#packets;
    const withMicros = value.microsecond !== 0;
    const withTime =
      column.typeCode !== TYPE_DATE &&
      (withMicros || value.hour !== 0 || value.minute !== 0 || value.second !== 0);
    const withDate = withTime || value.year !== 0 || value.month !== 0 || value.day !== 0;
    if (!withDate) {
      packets.writeUint8(0);
      return;
    }
    packets.writeUint8(withTime ? (withMicros ? 11 : 7) : 4);
    packets.writeUint16(value.year);
    packets.writeUint8(value.month);
    packets.writeUint8(value.day);
    if (!withTime) return;
    packets.writeUint8(value.hour);
    packets.writeUint8(value.minute);
    packets.writeUint8(value.second);
    if (withMicros) packets.writeUint32(value.microsecond);
  }

  /** 0, 8 or 12 bytes: sign, days, hours, minutes, seconds, microseconds. */
  writeTime(microseconds: number): void {
    this.#field++;
    const packets = this.#packets;
    if (microseconds === 0) {
      packets.writeUint8(0);
      return;
    }
    const magnitude = Math.abs(microseconds);
    const micros = magnitude % MICROS_PER_SECOND;
    const seconds = Math.floor(magnitude / MICROS_PER_SECOND);
    const secondOfDay = seconds % SECONDS_PER_DAY;
    packets.writeUint8(micros === 0 ? 8 : 12);
    packets.writeUint8(microseconds < 0 ? 1 : 0);
    packets.writeUint32(Math.floor(seconds / SECONDS_PER_DAY));
    packets.writeUint8(Math.floor(secondOfDay / 3600));
    packets.writeUint8(Math.floor(secondOfDay / 60) % 60);
    packets.writeUint8(secondOfDay % 60);
    if (micros !== 0) packets.writeUint32(micros);
  }

  endRow(): void {
    assert(this.#field === this.#columns.length, "a row has one field for each column");
    this.#packets.end();
    this.#onRow();
  }

  #nextColumn(): WireColumn {
    const column = this.#columns[this.#field++];
    assert(column !== undefined, "a row has no more fields than columns");
    return column;
  }
}

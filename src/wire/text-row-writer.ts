/** Rows of the text protocol: each field as length-encoded text, NULL as one byte. */
import { assert } from "../base/assert.ts";
import type { DateTime } from "../values/datetime.ts";
import type { RowWriter } from "../values/row-writer.ts";
import type { SqlInteger } from "../values/value.ts";
import { writeDateText, writeDateTimeText, writeIntegerText, writeTimeText } from "./ascii-digits.ts";
import type { PacketWriter } from "./packet-writer.ts";
import { TYPE_DATE } from "./protocol.ts";
import { doubleText, writeBits, writeColumnText, writeColumnUtf8 } from "./row-fields.ts";
import type { WireColumn } from "./wire-column.ts";

const NULL_FIELD = 0xfb;
const LONG_TEXT_FRACTION_MAX = 6;

export class TextRowWriter implements RowWriter {
  readonly #packets: PacketWriter;
  /** Called after each row, to send what has gathered. */
  readonly #onRow: () => void;
  #columns: readonly WireColumn[];
  #field = 0;

  constructor(packets: PacketWriter, columns: readonly WireColumn[], onRow: () => void) {
    this.#packets = packets;
    this.#columns = columns;
    this.#onRow = onRow;
  }

  beginRow(): void {
    this.#packets.begin();
    this.#field = 0;
  }

  writeNull(): void {
    this.#field++;
    this.#packets.writeUint8(NULL_FIELD);
  }

  writeInteger(value: SqlInteger): void {
    const column = this.#nextColumn();
    if (column.bitBytes > 0) writeBits(this.#packets, value, column.bitBytes);
    else writeIntegerText(this.#packets, value, column.zeroFillWidth);
  }

  writeDouble(value: number): void {
    this.#packets.writeLengthText(doubleText(value, this.#nextColumn()));
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

  writeDateTime(value: DateTime): void {
    const column = this.#nextColumn();
    if (column.typeCode === TYPE_DATE) writeDateText(this.#packets, value);
    else writeDateTimeText(this.#packets, value, fractionOf(column));
  }

  writeTime(microseconds: number): void {
    writeTimeText(this.#packets, microseconds, fractionOf(this.#nextColumn()));
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

/** Dates and times in a column whose definition does not fix their fraction have none. */
function fractionOf(column: WireColumn): number {
  return column.decimals > LONG_TEXT_FRACTION_MAX ? 0 : column.decimals;
}

/** Fields that both row protocols write alike. */
import { formatDouble, formatFixed, formatFloat } from "../values/number-text.ts";
import type { SqlInteger } from "../values/value.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { WireColumn } from "./wire-column.ts";

const DECIMALS_NOT_FIXED = 31;

/** A BIT value: big-endian bytes. */
export function writeBits(packets: PacketWriter, value: SqlInteger, byteCount: number): void {
  packets.reserve(1 + byteCount);
  packets.writeUint8(byteCount);
  let rest = BigInt(value);
  for (let at = packets.size + byteCount - 1; at >= packets.size; at--) {
    packets.bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  packets.size += byteCount;
}

export function writeColumnText(packets: PacketWriter, column: WireColumn, value: string): void {
  if (column.encodeText === undefined) {
    packets.writeLengthText(value);
    return;
  }
  const bytes = column.encodeText(value);
  packets.writeLengthBytes(bytes, 0, bytes.length);
}

export function writeColumnUtf8(
  packets: PacketWriter,
  column: WireColumn,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (column.encodeText === undefined) {
    packets.writeLengthBytes(bytes, start, end);
    return;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("utf8");
  writeColumnText(packets, column, text);
}

/** A FLOAT or DOUBLE as MySQL prints it. */
export function doubleText(value: number, column: WireColumn): string {
  if (column.decimals < DECIMALS_NOT_FIXED) return formatFixed(value, column.decimals);
  return column.single ? formatFloat(value) : formatDouble(value);
}

/**
 * A row of some slots and registers as bytes, for temporary files. Per slot: u8 present, u32 key size, u32 value size,
 * key, value. Per register: a tag, then what the tag says. Integers are little-endian.
 */

import { FieldWriter } from "../../values/codec/field-writer.ts";
import { DateTime } from "../../values/datetime.ts";
import { Decimal, decimalOf } from "../../values/decimal.ts";
import type { JsonValue } from "../../values/json.ts";
import { decodeStoredJson, encodeStoredJson } from "../../values/json-storage.ts";
import type { Value } from "../../values/value.ts";
import type { Frame, RowSlot } from "./frame.ts";
import type { RowShape } from "./row-buffer.ts";

const TAG_NULL = 0;
const TAG_NUMBER = 1;
const TAG_BIGINT = 2;
const TAG_STRING = 3;
const TAG_BYTES = 4;
const TAG_DECIMAL = 5;
const TAG_DATE_TIME = 6;
const TAG_JSON = 7;

export class RowImage {
  readonly #shape: RowShape;
  readonly #writer = new FieldWriter(1024);
  #at = 0;

  constructor(shape: RowShape) {
    this.#shape = shape;
  }

  /** The frame's current row; valid until the next call. */
  write(frame: Frame): FieldWriter {
    const writer = this.#writer;
    writer.reset();
    for (const slot of this.#shape.slots) writeSlot(frame.slots[slot] as RowSlot, writer);
    for (const register of this.#shape.registers) writeValue(frame.registers[register] as Value, writer);
    return writer;
  }

  /** Makes the row at `start` the frame's current row. It keeps `bytes`. */
  read(bytes: Uint8Array, start: number, frame: Frame): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    for (const slot of this.#shape.slots) this.#readSlot(view, frame.slots[slot] as RowSlot);
    for (const register of this.#shape.registers) frame.registers[register] = this.#readValue(view);
  }

  #readSlot(bytes: Buffer, slot: RowSlot): void {
    const at = this.#at;
    slot.present = bytes[at] === 1;
    const key = at + 9;
    const value = key + bytes.readUInt32LE(at + 1);
    this.#at = value + bytes.readUInt32LE(at + 5);
    slot.keyBytes = bytes;
    slot.keyStart = key;
    slot.keyEnd = value;
    slot.valueBytes = bytes;
    slot.valueStart = value;
    slot.valueEnd = this.#at;
  }

  #readValue(bytes: Buffer): Value {
    const at = this.#at;
    const tag = bytes[at] as number;
    switch (tag) {
      case TAG_NULL:
        this.#at = at + 1;
        return null;
      case TAG_NUMBER:
        this.#at = at + 9;
        return bytes.readDoubleLE(at + 1);
      case TAG_DATE_TIME:
        this.#at = at + 12;
        return new DateTime(
          bytes.readUInt16LE(at + 1),
          bytes[at + 3] as number,
          bytes[at + 4] as number,
          bytes[at + 5] as number,
          bytes[at + 6] as number,
          bytes[at + 7] as number,
          bytes.readUInt32LE(at + 8),
        );
      default: {
        const start = at + 5;
        const end = start + bytes.readUInt32LE(at + 1);
        this.#at = end;
        if (tag === TAG_BYTES) return Uint8Array.prototype.slice.call(bytes, start, end);
        return valueOfText(tag, bytes.toString("utf8", start, end));
      }
    }
  }
}

function valueOfText(tag: number, text: string): Value {
  if (tag === TAG_STRING) return text;
  if (tag === TAG_BIGINT) return BigInt(text);
  if (tag === TAG_JSON) return decodeStoredJson(text);
  const [scale = "0", digits = "0"] = text.split(":");
  return decimalOf(BigInt(digits), Number(scale));
}

function writeSlot(slot: RowSlot, into: FieldWriter): void {
  const keySize = slot.present ? slot.keyEnd - slot.keyStart : 0;
  const valueSize = slot.present ? slot.valueEnd - slot.valueStart : 0;
  into.reserve(9 + keySize + valueSize);
  into.bytes[into.size] = slot.present ? 1 : 0;
  into.bytes.writeUInt32LE(keySize, into.size + 1);
  into.bytes.writeUInt32LE(valueSize, into.size + 5);
  into.size += 9;
  if (!slot.present) return;
  into.writeBytes(slot.keyBytes, slot.keyStart, slot.keyEnd);
  into.writeBytes(slot.valueBytes, slot.valueStart, slot.valueEnd);
}

function writeValue(value: Value, into: FieldWriter): void {
  if (value === null || value === undefined) into.writeByte(TAG_NULL);
  else if (typeof value === "number") {
    into.reserve(9);
    into.bytes[into.size] = TAG_NUMBER;
    into.bytes.writeDoubleLE(value, into.size + 1);
    into.size += 9;
  } else if (typeof value === "bigint") writeText(TAG_BIGINT, String(value), into);
  else if (typeof value === "string") writeText(TAG_STRING, value, into);
  else if (value instanceof Uint8Array) {
    into.writeByte(TAG_BYTES);
    into.reserve(4);
    into.bytes.writeUInt32LE(value.length, into.size);
    into.size += 4;
    into.writeBytes(value);
  } else if (value instanceof Decimal) writeText(TAG_DECIMAL, `${value.scale}:${value.digits}`, into);
  else if (value instanceof DateTime) writeDateTime(value, into);
  else writeText(TAG_JSON, encodeStoredJson(value as JsonValue), into);
}

function writeText(tag: number, text: string, into: FieldWriter): void {
  into.writeByte(tag);
  const at = into.size;
  into.reserve(4);
  into.size += 4;
  into.writeUtf8(text);
  into.bytes.writeUInt32LE(into.size - at - 4, at);
}

function writeDateTime(value: DateTime, into: FieldWriter): void {
  into.reserve(12);
  const { bytes, size } = into;
  bytes[size] = TAG_DATE_TIME;
  bytes.writeUInt16LE(value.year, size + 1);
  bytes[size + 3] = value.month;
  bytes[size + 4] = value.day;
  bytes[size + 5] = value.hour;
  bytes[size + 6] = value.minute;
  bytes[size + 7] = value.second;
  bytes.writeUInt32LE(value.microsecond, size + 8);
  into.size += 12;
}

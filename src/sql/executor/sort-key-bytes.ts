/**
 * ORDER BY keys as bytes that are ordered as the keys are, for sorts of many rows. Each part begins with 00 (NULL) or 01,
 * delimits itself, and has all its bits inverted when it is descending.
 */
import { FIELD_NULL, type FieldReader } from "../../tables/row-codec.ts";
import { escapeBytes } from "../../values/codec/escaped-bytes.ts";
import type { FieldWriter } from "../../values/codec/field-writer.ts";
import { writeDouble } from "../../values/codec/fixed-width.ts";
import type { Collation } from "../../values/collation.ts";
import type { Evaluator, Frame, RowSlot } from "./frame.ts";
import type { SortValue, ToSortValue } from "./sort-value.ts";
import type { TextColumn } from "./text-column.ts";

/** Appends the current row's value without its marker; false when it is NULL. */
export type AppendSortKey = (frame: Frame, into: FieldWriter) => boolean;

export interface SortKeyPart {
  readonly append: AppendSortKey;
  readonly descending: boolean;
}

/** Appends the current row's key. */
export function appendSortKey(parts: readonly SortKeyPart[], frame: Frame, into: FieldWriter): void {
  for (let i = 0; i < parts.length; i++) {
    const { append, descending } = parts[i] as SortKeyPart;
    const start = into.size;
    into.writeByte(1);
    if (!append(frame, into)) {
      into.size = start;
      into.writeByte(0);
    }
    if (!descending) continue;
    const { bytes, size } = into;
    for (let at = start; at < size; at++) bytes[at] = (bytes[at] as number) ^ 0xff;
  }
}

/** A stored column whose fields have one width and the order of the values. */
export function fixedFieldKey(slot: number, reader: FieldReader): AppendSortKey {
  return (frame, into) => {
    const row = frame.slots[slot] as RowSlot;
    if (!row.present || reader.locate(row) === FIELD_NULL) return false;
    into.writeBytes(reader.bytes, reader.start, reader.end);
    return true;
  };
}

export function textFieldKey(text: TextColumn): AppendSortKey {
  return (frame, into) => {
    if (!text.locate(frame)) return false;
    text.collation.appendKeyUtf8(text.bytes, text.start, text.end, into);
    return true;
  };
}

export function textValueKey(evaluate: Evaluator, collation: Collation): AppendSortKey {
  return (frame, into) => {
    const value = evaluate(frame) as string | null;
    if (value === null) return false;
    collation.appendKey(value, into);
    return true;
  };
}

export function valueKey(evaluate: Evaluator, toSortValue: ToSortValue): AppendSortKey {
  return (frame, into) => {
    const value = toSortValue(evaluate(frame));
    if (value === null) return false;
    appendSortValue(value, into);
    return true;
  };
}

const NO_MORE = 0;
const EXACT_FOLLOWS = 1;
/** More than the digits of any decimal, so that all exact forms are positive and of one length. */
const EXACT_OFFSET = 1n << 240n;

/** Numbers by the nearest double; integers beyond the doubles' exact ones by their digits after that. */
function appendSortValue(value: Exclude<SortValue, null>, into: FieldWriter): void {
  if (typeof value === "string") {
    const units = Buffer.from(value, "utf16le").swap16();
    escapeBytes(units, 0, units.length, into);
    return;
  }
  into.reserve(9);
  // Adding 0 makes -0 and 0 one key.
  writeDouble(Number(value) + 0, into.bytes, into.size);
  into.size += 8;
  if (typeof value === "number") {
    into.writeByte(NO_MORE);
    return;
  }
  into.writeByte(EXACT_FOLLOWS);
  into.writeUtf8((value + EXACT_OFFSET).toString(16));
}

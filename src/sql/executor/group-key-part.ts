/** The kinds of key parts: stored fields of fixed width, stored text, and values of expressions. */
import { FIELD_NULL, type FieldReader } from "../../tables/row-codec.ts";
import type { FieldWriter } from "../../values/codec/field-writer.ts";
import { writeDouble } from "../../values/codec/fixed-width.ts";
import type { Collation } from "../../values/collation.ts";
import type { Evaluator, Frame, RowSlot } from "./frame.ts";
import type { GroupKeyPart } from "./group-key.ts";
import type { SortValue, ToSortValue } from "./sort-value.ts";
import type { TextColumn } from "./text-column.ts";

/** What a part begins with, so that parts of different forms are never equal. */
const NULL_MARK = 0;
const FIELD_MARK = 1;
const INTEGER_MARK = 2;
const DOUBLE_MARK = 3;
const BIG_MARK = 4;
const TEXT_MARK = 5;

/** A stored column whose equal values have equal fields, all of one width. */
export class FixedFieldPart implements GroupKeyPart {
  readonly folds = false;
  readonly #slot: number;
  readonly #reader: FieldReader;

  constructor(slot: number, reader: FieldReader) {
    this.#slot = slot;
    this.#reader = reader;
  }

  appendStored(frame: Frame, into: FieldWriter): boolean {
    const row = frame.slots[this.#slot] as RowSlot;
    const reader = this.#reader;
    if (!row.present || reader.locate(row) === FIELD_NULL) {
      into.writeByte(NULL_MARK);
      return false;
    }
    const { bytes, end } = reader;
    into.reserve(end - reader.start + 1);
    const target = into.bytes;
    let size = into.size;
    target[size++] = FIELD_MARK;
    for (let at = reader.start; at < end; at++) target[size++] = bytes[at] as number;
    into.size = size;
    return true;
  }

  appendFolded(frame: Frame, into: FieldWriter): boolean {
    return this.appendStored(frame, into);
  }
}

/** A stored text column. */
export class TextFieldPart implements GroupKeyPart {
  readonly folds: boolean;
  readonly #text: TextColumn;

  constructor(text: TextColumn) {
    this.#text = text;
    this.folds = !text.collation.reversible;
  }

  appendStored(frame: Frame, into: FieldWriter): boolean {
    const text = this.#text;
    if (!text.locate(frame)) {
      into.writeByte(NULL_MARK);
      return false;
    }
    appendSized(text.bytes, text.start, text.end, into);
    return true;
  }

  appendFolded(frame: Frame, into: FieldWriter): boolean {
    if (!this.folds) return this.appendStored(frame, into);
    const text = this.#text;
    if (!text.locate(frame)) {
      into.writeByte(NULL_MARK);
      return false;
    }
    into.writeByte(TEXT_MARK);
    text.collation.appendKeyUtf8(text.bytes, text.start, text.end, into);
    return true;
  }
}

/** Text that an expression gives. */
export class TextValuePart implements GroupKeyPart {
  readonly folds: boolean;
  readonly #evaluate: Evaluator;
  readonly #collation: Collation;
  /** Evaluated once per row: the folded form is of the same text even when the expression is not deterministic. */
  #text: string | null = null;

  constructor(evaluate: Evaluator, collation: Collation) {
    this.#evaluate = evaluate;
    this.#collation = collation;
    this.folds = !collation.reversible;
  }

  appendStored(frame: Frame, into: FieldWriter): boolean {
    const value = this.#evaluate(frame) as string | null;
    this.#text = value;
    if (value === null) {
      into.writeByte(NULL_MARK);
      return false;
    }
    appendMarked(TEXT_MARK, value, into);
    return true;
  }

  appendFolded(_frame: Frame, into: FieldWriter): boolean {
    const value = this.#text;
    if (value === null) {
      into.writeByte(NULL_MARK);
      return false;
    }
    if (this.folds) {
      into.writeByte(TEXT_MARK);
      this.#collation.appendKey(value, into);
    } else appendMarked(TEXT_MARK, value, into);
    return true;
  }
}

/** A value of any other type, by what it sorts as. */
export class ValuePart implements GroupKeyPart {
  readonly folds = false;
  readonly #evaluate: Evaluator;
  readonly #toSortValue: ToSortValue;
  /** See {@link TextValuePart}. */
  #value: SortValue = null;

  constructor(evaluate: Evaluator, toSortValue: ToSortValue) {
    this.#evaluate = evaluate;
    this.#toSortValue = toSortValue;
  }

  appendStored(frame: Frame, into: FieldWriter): boolean {
    this.#value = this.#toSortValue(this.#evaluate(frame));
    return this.appendFolded(frame, into);
  }

  appendFolded(_frame: Frame, into: FieldWriter): boolean {
    const value = this.#value;
    if (value === null) {
      into.writeByte(NULL_MARK);
      return false;
    }
    if (typeof value === "number") appendNumber(value, into);
    else if (typeof value === "bigint") appendMarked(BIG_MARK, String(value), into);
    else appendMarked(TEXT_MARK, value, into);
    return true;
  }
}

/** One form for each number: -0 is 0. */
function appendNumber(value: number, into: FieldWriter): void {
  into.reserve(9);
  const target = into.bytes;
  const at = into.size;
  if ((value | 0) === value) {
    target[at] = INTEGER_MARK;
    target[at + 1] = value;
    target[at + 2] = value >>> 8;
    target[at + 3] = value >>> 16;
    target[at + 4] = value >>> 24;
    into.size = at + 5;
    return;
  }
  target[at] = DOUBLE_MARK;
  writeDouble(value, target, at + 1);
  into.size = at + 9;
}

function appendMarked(mark: number, text: string, into: FieldWriter): void {
  into.writeByte(mark);
  const at = into.size;
  into.reserve(4);
  into.size += 4;
  into.writeUtf8(text);
  into.bytes.writeUInt32LE(into.size - at - 4, at);
}

function appendSized(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void {
  const length = end - start;
  into.reserve(length + 5);
  const target = into.bytes;
  let size = into.size;
  target[size] = TEXT_MARK;
  target[size + 1] = length;
  target[size + 2] = length >>> 8;
  target[size + 3] = length >>> 16;
  target[size + 4] = length >>> 24;
  size += 5;
  for (let at = start; at < end; at++) target[size++] = bytes[at] as number;
  into.size = size;
}

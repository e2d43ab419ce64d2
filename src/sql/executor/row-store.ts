/**
 * Many rows set aside, to be shown again in any order: what a {@link RowBuffer} is for, but rows are only added, and tuples
 * of one tree node share one reference to it. A row costs 24 bytes per slot, which the collector need not look at.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Frame, RowSlot } from "./frame.ts";
import { BUFFERED_VALUES_MAX, type RowShape, registerSize, valuesPerRow } from "./row-buffer.ts";

/** Per slot: the number of the key's node, the key's start (-1: no row) and end, and the same of the value. */
const FIELDS_PER_SLOT = 6;
const ROWS_MIN = 16;
/** Arrays up to this length are used again after {@link RowStore.clear}. */
const FIELDS_KEPT_MAX = 4096;
const FIELD_SIZE = 4;
const REFERENCE_SIZE = 8;
const NO_BYTES: Uint8Array = new Uint8Array(0);

export class RowStore {
  readonly #slots: readonly number[];
  readonly #registers: readonly number[];
  readonly #fieldsPerRow: number;
  /** As a {@link RowBuffer} counts them. */
  readonly #valuesPerRow: number;
  #fields: Int32Array;
  /** The arrays that the tuples lie in. */
  #nodes: Uint8Array[] = [];
  #values: Value[] = [];
  #count = 0;
  #touched = 0;
  /** What the rows keep in memory beyond the arrays here. */
  #heldBytes = 0;
  /** By slot: the array of the last key and value, and their numbers. */
  readonly #lastKeys: Uint8Array[];
  readonly #lastValues: Uint8Array[];
  readonly #keyNumbers: Int32Array;
  readonly #valueNumbers: Int32Array;

  constructor({ slots, registers }: RowShape) {
    this.#slots = slots;
    this.#registers = registers;
    this.#fieldsPerRow = slots.length * FIELDS_PER_SLOT;
    this.#valuesPerRow = valuesPerRow({ slots, registers });
    this.#fields = new Int32Array(ROWS_MIN * this.#fieldsPerRow);
    this.#lastKeys = slots.map(() => NO_BYTES);
    this.#lastValues = slots.map(() => NO_BYTES);
    this.#keyNumbers = new Int32Array(slots.length);
    this.#valueNumbers = new Int32Array(slots.length);
  }

  get count(): number {
    return this.#count;
  }

  /** About what the rows hold. */
  get sizeBytes(): number {
    const references = (this.#nodes.length + this.#count * this.#registers.length) * REFERENCE_SIZE;
    return this.#heldBytes + this.#count * this.#fieldsPerRow * FIELD_SIZE * 1.5 + references;
  }

  clear(): void {
    if (this.#count === 0) return;
    if (this.#fields.length > FIELDS_KEPT_MAX) this.#fields = new Int32Array(ROWS_MIN * this.#fieldsPerRow);
    this.#nodes = [];
    this.#values = [];
    this.#count = 0;
    this.#heldBytes = 0;
    this.#lastKeys.fill(NO_BYTES);
    this.#lastValues.fill(NO_BYTES);
  }

  /** Appends the frame's current row and returns its position. */
  push(frame: Frame): number {
    const position = this.#count++;
    if (position * this.#valuesPerRow > BUFFERED_VALUES_MAX) throw sqlError("ER_OUT_OF_SORTMEMORY");
    let at = position * this.#fieldsPerRow;
    if (at + this.#fieldsPerRow > this.#fields.length) this.#grow();
    const fields = this.#fields;
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      const slot = frame.slots[slots[i] as number] as RowSlot;
      if (slot.keyBytes !== this.#lastKeys[i] || slot.valueBytes !== this.#lastValues[i])
        this.#enter(slot, i);
      fields[at] = this.#keyNumbers[i] as number;
      fields[at + 1] = slot.present ? slot.keyStart : -1;
      fields[at + 2] = slot.keyEnd;
      fields[at + 3] = this.#valueNumbers[i] as number;
      fields[at + 4] = slot.valueStart;
      fields[at + 5] = slot.valueEnd;
      at += FIELDS_PER_SLOT;
    }
    const registers = this.#registers;
    for (let i = 0; i < registers.length; i++) {
      const value = frame.registers[registers[i] as number] as Value;
      this.#values.push(value);
      this.#heldBytes += registerSize(value);
    }
    return position;
  }

  /** The nodes of a slot's present row. */
  #enter(slot: RowSlot, i: number): void {
    const { keyBytes, valueBytes } = slot;
    if (keyBytes !== this.#lastKeys[i]) {
      this.#lastKeys[i] = keyBytes;
      this.#keyNumbers[i] = this.#nodes.push(keyBytes) - 1;
    }
    if (valueBytes === this.#lastValues[i]) return;
    this.#lastValues[i] = valueBytes;
    this.#valueNumbers[i] =
      valueBytes === keyBytes ? (this.#keyNumbers[i] as number) : this.#nodes.push(valueBytes) - 1;
    this.#heldBytes += valueBytes.length;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#fields.length);
    grown.set(this.#fields);
    this.#fields = grown;
  }

  /**
   * Reads a byte of the tuples of the rows at `positions[from, to)`. Rows in sorted order lie anywhere, and to wait for the
   * memory of one after the other is most of what showing them costs; here the processor waits for many at once.
   */
  touch(positions: Int32Array, from: number, to: number): void {
    const fields = this.#fields;
    const nodes = this.#nodes;
    const width = this.#fieldsPerRow;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const row = (positions[i] as number) * width;
      for (let at = row; at < row + width; at += FIELDS_PER_SLOT) {
        const keyStart = fields[at + 1] as number;
        if (keyStart < 0) continue;
        const key = nodes[fields[at] as number] as Uint8Array;
        const value = nodes[fields[at + 3] as number] as Uint8Array;
        sum += (key[keyStart] ?? 0) + (value[fields[at + 4] as number] ?? 0);
      }
    }
    this.#touched = sum;
  }

  /** What {@link touch} read last, kept lest it be left out. */
  get touched(): number {
    return this.#touched;
  }

  /** Makes row `position` the frame's current row. */
  restore(position: number, frame: Frame): void {
    const fields = this.#fields;
    const nodes = this.#nodes;
    const slots = this.#slots;
    let at = position * this.#fieldsPerRow;
    for (let i = 0; i < slots.length; i++) {
      const slot = frame.slots[slots[i] as number] as RowSlot;
      const keyStart = fields[at + 1] as number;
      slot.present = keyStart >= 0;
      slot.keyBytes = nodes[fields[at] as number] as Uint8Array;
      slot.keyStart = keyStart < 0 ? 0 : keyStart;
      slot.keyEnd = fields[at + 2] as number;
      slot.valueBytes = nodes[fields[at + 3] as number] as Uint8Array;
      slot.valueStart = fields[at + 4] as number;
      slot.valueEnd = fields[at + 5] as number;
      at += FIELDS_PER_SLOT;
    }
    const registers = this.#registers;
    const base = position * registers.length;
    for (let i = 0; i < registers.length; i++)
      frame.registers[registers[i] as number] = this.#values[base + i] as Value;
  }
}

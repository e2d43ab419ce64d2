/**
 * Rows set aside by blocking operators (sort, join build sides, materialised derived tables): references to the
 * encoded tuples of some slots and copies of some registers, in growing flat arrays, without an object per row.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Frame } from "./frame.ts";

/** What a subtree of a plan sets for each row. */
export interface RowShape {
  readonly slots: readonly number[];
  readonly registers: readonly number[];
}

/** Above this many values held in one buffer the statement fails with 1038 rather than exhaust memory. */
export const BUFFERED_VALUES_MAX = 80_000_000;
const OFFSETS_PER_SLOT = 4;
const VALUE_SIZE = 8;
const OBJECT_SIZE = 64;
/** Arrays of up to so many rows are used again after {@link RowBuffer.clear}. */
const ROWS_KEPT_MAX = 1024;
const NO_BYTES: Uint8Array = new Uint8Array(0);

export class RowBuffer {
  readonly #slots: readonly number[];
  readonly #registers: readonly number[];
  readonly #offsetsPerRow: number;
  readonly #valuesPerRow: number;
  #bytes: Uint8Array[] = [];
  #offsets: number[] = [];
  #values: Value[] = [];
  #count = 0;
  /** What the rows keep in memory beyond the arrays: nodes and texts. */
  #heldBytes = 0;
  #lastBytes: Uint8Array = NO_BYTES;

  constructor(shape: RowShape) {
    this.#slots = shape.slots;
    this.#registers = shape.registers;
    this.#offsetsPerRow = shape.slots.length * OFFSETS_PER_SLOT;
    this.#valuesPerRow = valuesPerRow(shape);
  }

  get count(): number {
    return this.#count;
  }

  /** About what the rows hold. Tuples that lie in one node and follow one another count it once. */
  get sizeBytes(): number {
    return this.#heldBytes + this.#count * VALUE_SIZE * (this.#offsetsPerRow * 1.5 + this.#registers.length);
  }

  /** Lets go of the rows; the room of a few is kept for the next ones. */
  clear(): void {
    if (this.#count <= ROWS_KEPT_MAX) {
      const bytes = this.#bytes;
      for (let i = this.#count * this.#slots.length * 2 - 1; i >= 0; i--) bytes[i] = NO_BYTES;
      const values = this.#values;
      for (let i = this.#count * this.#registers.length - 1; i >= 0; i--) values[i] = null;
    } else {
      this.#bytes = [];
      this.#offsets = [];
      this.#values = [];
    }
    this.#count = 0;
    this.#heldBytes = 0;
    this.#lastBytes = NO_BYTES;
  }

  /** Appends the frame's current row and returns its position. */
  push(frame: Frame): number {
    const position = this.#count++;
    this.replace(position, frame);
    this.#account(frame);
    if (this.#count * this.#valuesPerRow > BUFFERED_VALUES_MAX) throw sqlError("ER_OUT_OF_SORTMEMORY");
    return position;
  }

  #account(frame: Frame): void {
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      const { valueBytes } = frame.slots[slots[i] as number] as Frame["slots"][number];
      if (valueBytes === this.#lastBytes) continue;
      this.#lastBytes = valueBytes;
      this.#heldBytes += valueBytes.length;
    }
    const registers = this.#registers;
    for (let i = 0; i < registers.length; i++) {
      this.#heldBytes += registerSize(frame.registers[registers[i] as number] as Value);
    }
  }

  /** Makes row `position` the frame's current row. */
  restore(position: number, frame: Frame): void {
    const slots = this.#slots;
    let offset = position * this.#offsetsPerRow;
    let bytes = position * slots.length * 2;
    for (let i = 0; i < slots.length; i++) {
      const slot = frame.slots[slots[i] as number] as Frame["slots"][number];
      const keyStart = this.#offsets[offset] as number;
      slot.present = keyStart >= 0;
      slot.keyBytes = this.#bytes[bytes] as Uint8Array;
      slot.valueBytes = this.#bytes[bytes + 1] as Uint8Array;
      slot.keyStart = keyStart < 0 ? 0 : keyStart;
      slot.keyEnd = this.#offsets[offset + 1] as number;
      slot.valueStart = this.#offsets[offset + 2] as number;
      slot.valueEnd = this.#offsets[offset + 3] as number;
      offset += OFFSETS_PER_SLOT;
      bytes += 2;
    }
    const registers = this.#registers;
    const base = position * registers.length;
    for (let i = 0; i < registers.length; i++) {
      frame.registers[registers[i] as number] = this.#values[base + i] as Value;
    }
  }

  /** Overwrites row `position` with the frame's current row. */
  replace(position: number, frame: Frame): void {
    const slots = this.#slots;
    let offset = position * this.#offsetsPerRow;
    let bytes = position * slots.length * 2;
    for (let i = 0; i < slots.length; i++) {
      const slot = frame.slots[slots[i] as number] as Frame["slots"][number];
      this.#bytes[bytes] = slot.keyBytes;
      this.#bytes[bytes + 1] = slot.valueBytes;
      this.#offsets[offset] = slot.present ? slot.keyStart : -1;
      this.#offsets[offset + 1] = slot.keyEnd;
      this.#offsets[offset + 2] = slot.valueStart;
      this.#offsets[offset + 3] = slot.valueEnd;
      offset += OFFSETS_PER_SLOT;
      bytes += 2;
    }
    const registers = this.#registers;
    const base = position * registers.length;
    for (let i = 0; i < registers.length; i++) {
      this.#values[base + i] = frame.registers[registers[i] as number] as Value;
    }
  }
}

/** What counts towards {@link BUFFERED_VALUES_MAX}. */
export function valuesPerRow({ slots, registers }: RowShape): number {
  return slots.length * OFFSETS_PER_SLOT + registers.length;
}

/** About what a register's value takes besides the reference to it. */
export function registerSize(value: Value): number {
  if (typeof value === "string" || value instanceof Uint8Array) return 2 * value.length;
  return typeof value === "object" && value !== null ? OBJECT_SIZE : 0;
}

/** Shows the null-extended row of an outer join for these slots and registers. */
export function setNullRow(shape: RowShape, frame: Frame): void {
  for (const slot of shape.slots) (frame.slots[slot] as Frame["slots"][number]).present = false;
  for (const register of shape.registers) frame.registers[register] = null;
}

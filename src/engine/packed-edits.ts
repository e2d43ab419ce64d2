/**
 * Many row edits as they lie in byte buffers, five numbers for each and no object: how a log is replayed. They are
 * appended in the order in which they were made; {@link PackedEdits.sort} then puts them in key order and keeps the newest
 * of each key. The buffers are shared, not copied, and must not change.
 */
import { assert } from "../base/assert.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { type ByteRanges, orderKeys, RANGE_NUMBERS } from "./range-order.ts";

const FIRST_CAPACITY = 64;
/** Bytes that an edit takes here beside its key and value. */
export const PACKED_EDIT_BYTES: number = (RANGE_NUMBERS + 1) * Uint32Array.BYTES_PER_ELEMENT;

/** Of {@link ByteRanges}: where the value is, and its size + 1 (0: the key is deleted). */
const VALUE_START = 3;
const VALUE_SIZE = 4;

const ARENA_SIZE = 256 * 1024;

export class PackedEdits implements ByteRanges {
  readonly sources: Uint8Array[] = [];
  numbers: Uint32Array = new Uint32Array(FIRST_CAPACITY * RANGE_NUMBERS);
  /** Appended so far. */
  length = 0;
  /** Edits by key, after {@link sort}. */
  #order: Uint32Array | undefined;
  #arena: Uint8Array = NO_BYTES;
  #arenaSize = 0;

  /** Edits in key order. */
  get count(): number {
    return this.#sorted.length;
  }

  /** An edit whose key and value lie in `source`; `valueEnd` below `valueStart`: the key is deleted. */
  append(source: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    const { sources } = this;
    if (sources[sources.length - 1] !== source) sources.push(source);
    const at = this.length++ * RANGE_NUMBERS;
    if (at === this.numbers.length) this.#grow();
    const { numbers } = this;
    numbers[at] = sources.length - 1;
    numbers[at + 1] = keyStart;
    numbers[at + 2] = keyEnd;
    numbers[at + VALUE_START] = valueStart;
    numbers[at + VALUE_SIZE] = valueEnd < valueStart ? 0 : valueEnd - valueStart + 1;
  }

  /** An edit of a secondary index, whose key is copied. */
  appendKey(key: Uint8Array, present: boolean): void {
    const size = key.length;
    if (this.#arenaSize + size > this.#arena.length) {
      this.#arena = new Uint8Array(Math.max(ARENA_SIZE, size));
      this.#arenaSize = 0;
    }
    const start = this.#arenaSize;
    this.#arena.set(key, start);
    this.#arenaSize = start + size;
    this.append(this.#arena, start, start + size, start, present ? start : start - 1);
  }

  /** Puts the edits in key order; of several with one key only the last one appended remains. */
  sort(): void {
    this.#order = orderKeys(this);
  }

  /** Keeps those edits, by their place in key order, of which `keep` says so; it is asked in this order. */
  filter(keep: (at: number) => boolean): void {
    const order = this.#sorted;
    let kept = 0;
    for (let at = 0; at < order.length; at++) {
      if (keep(at)) order[kept++] = order[at] as number;
    }
    if (kept < order.length) this.#order = order.subarray(0, kept);
  }

  isDeleted(at: number): boolean {
    return this.numbers[this.#numbersAt(at) + VALUE_SIZE] === 0;
  }

  /** Shows the key of an edit, and its value unless it is a deletion. */
  show(at: number, into: TupleSlot): void {
    const { numbers } = this;
    const from = this.#numbersAt(at);
    const source = this.sources[numbers[from] as number] as Uint8Array;
    into.keyBytes = source;
    into.keyStart = numbers[from + 1] as number;
    into.keyEnd = numbers[from + 2] as number;
    const size = numbers[from + VALUE_SIZE] as number;
    if (size === 0) return;
    const start = numbers[from + VALUE_START] as number;
    into.valueBytes = source;
    into.valueStart = start;
    into.valueEnd = start + size - 1;
  }

  /** Visits the edits in key order: the number of the source, and what lies where in it; `valueSize` is the size + 1, or 0
   *  of a deletion. */
  forEach(
    visit: (source: number, keyStart: number, keyEnd: number, valueStart: number, valueSize: number) => void,
  ): void {
    const { numbers } = this;
    for (let at = 0; at < this.count; at++) {
      const from = this.#numbersAt(at);
      visit(
        numbers[from] as number,
        numbers[from + 1] as number,
        numbers[from + 2] as number,
        numbers[from + VALUE_START] as number,
        numbers[from + VALUE_SIZE] as number,
      );
    }
  }

  /** Bytes of all keys and values in key order. */
  contentBytes(): { readonly keys: number; readonly values: number } {
    const { numbers } = this;
    let [keys, values] = [0, 0];
    for (let at = 0; at < this.count; at++) {
      const from = this.#numbersAt(at);
      keys += (numbers[from + 2] as number) - (numbers[from + 1] as number);
      const size = numbers[from + VALUE_SIZE] as number;
      if (size > 0) values += size - 1;
    }
    return { keys, values };
  }

  get #sorted(): Uint32Array {
    assert(this.#order !== undefined, "the edits are sorted");
    return this.#order;
  }

  #numbersAt(at: number): number {
    return ((this.#order as Uint32Array)[at] as number) * RANGE_NUMBERS;
  }

  #grow(): void {
    const larger = new Uint32Array(this.numbers.length * 2);
    larger.set(this.numbers);
    this.numbers = larger;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

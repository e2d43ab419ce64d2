/**
 * The values of one ORDER BY key for the rows of a sort, by position. A value is first *staged* (taken from the frame's
 * row), so that it can be compared with what is kept before it takes a place.
 */
import type { Evaluator, Frame } from "./frame.ts";
import type { SortValue, ToSortValue } from "./sort-value.ts";
import type { TextColumn } from "./text-column.ts";

/** Arrays of up to so many values are used again after a sort. */
const VALUES_KEPT_MAX = 1024;
const NO_BYTES: Uint8Array = new Uint8Array(0);

export interface SortColumn {
  clear(): void;
  stage(frame: Frame): void;
  /** Appends the staged value. */
  push(): void;
  /** Puts the staged value in the place of another. */
  replace(position: number): void;
  /** The order of two kept values: negative, 0 or positive. */
  compare(left: number, right: number): number;
  compareStaged(position: number): number;
}

/** Values of any type as something that JavaScript orders. */
export class ValueSortColumn implements SortColumn {
  readonly #evaluate: Evaluator;
  readonly #toSortValue: ToSortValue;
  #values: SortValue[] = [];
  #staged: SortValue = null;

  constructor(evaluate: Evaluator, toSortValue: ToSortValue) {
    this.#evaluate = evaluate;
    this.#toSortValue = toSortValue;
  }

  clear(): void {
    this.#values = [];
    this.#staged = null;
  }

  stage(frame: Frame): void {
    this.#staged = this.#toSortValue(this.#evaluate(frame));
  }

  push(): void {
    this.#values.push(this.#staged);
  }

  replace(position: number): void {
    this.#values[position] = this.#staged;
  }

  compare(left: number, right: number): number {
    return compareSortValues(this.#values[left] as SortValue, this.#values[right] as SortValue);
  }

  compareStaged(position: number): number {
    return compareSortValues(this.#staged, this.#values[position] as SortValue);
  }
}

/** Stored text, compared where it lies: most texts differ early, so no key is made of them. */
export class TextSortColumn implements SortColumn {
  readonly #text: TextColumn;
  #count = 0;
  #bytes: Uint8Array[] = [];
  /** Start and end of each text; a NULL starts at -1. */
  #ranges: number[] = [];
  /** The texts' leading numbers, which decide most comparisons; NaN decides none. */
  #leading: number[] = [];
  #stagedNull = true;
  #stagedLeading = Number.NaN;

  constructor(text: TextColumn) {
    this.#text = text;
  }

  clear(): void {
    if (this.#count <= VALUES_KEPT_MAX) {
      for (let i = 0; i < this.#count; i++) this.#bytes[i] = NO_BYTES;
    } else {
      this.#bytes = [];
      this.#ranges = [];
      this.#leading = [];
    }
    this.#count = 0;
  }

  stage(frame: Frame): void {
    const text = this.#text;
    this.#stagedNull = !text.locate(frame);
    this.#stagedLeading = this.#stagedNull
      ? Number.NaN
      : text.collation.leadingNumber(text.bytes, text.start, text.end);
  }

  push(): void {
    this.replace(this.#count++);
  }

  replace(position: number): void {
    const { bytes, start, end } = this.#text;
    this.#bytes[position] = bytes;
    this.#leading[position] = this.#stagedLeading;
    this.#ranges[2 * position] = this.#stagedNull ? -1 : start;
    this.#ranges[2 * position + 1] = end;
  }

  compare(left: number, right: number): number {
    const difference = (this.#leading[left] as number) - (this.#leading[right] as number);
    if (difference < 0 || difference > 0) return difference;
    const ranges = this.#ranges;
    const leftStart = ranges[2 * left] as number;
    const rightStart = ranges[2 * right] as number;
    if (leftStart < 0) return rightStart < 0 ? 0 : -1;
    if (rightStart < 0) return 1;
    return this.#text.collation.compareUtf8(
      this.#bytes[left] as Uint8Array,
      leftStart,
      ranges[2 * left + 1] as number,
      this.#bytes[right] as Uint8Array,
      rightStart,
      ranges[2 * right + 1] as number,
    );
  }

  compareStaged(position: number): number {
    const difference = this.#stagedLeading - (this.#leading[position] as number);
    if (difference < 0 || difference > 0) return difference;
    const ranges = this.#ranges;
    const rightStart = ranges[2 * position] as number;
    if (this.#stagedNull) return rightStart < 0 ? 0 : -1;
    if (rightStart < 0) return 1;
    const { bytes, start, end, collation } = this.#text;
    const other = this.#bytes[position] as Uint8Array;
    return collation.compareUtf8(bytes, start, end, other, rightStart, ranges[2 * position + 1] as number);
  }
}

/** NULL sorts before everything. Both values come from the same `ToSortValue`, so they are comparable. */
function compareSortValues(left: SortValue, right: SortValue): number {
  if (left === null) return right === null ? 0 : -1;
  if (right === null) return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

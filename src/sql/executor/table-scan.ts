/** Reads the entries of an index as they are, all of them or some ranges, in either direction: the rows of a table by
 *  its primary index, or what a covering secondary index holds of them. */
import type { KeyRange, ScanDirection, TupleCursor } from "../../prolly/tuple-cursor.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW } from "./frame.ts";

/** Computes the ranges to read from parameters and outer rows. Ranges are disjoint and in scan order. */
export type RangeBuilder = (frame: Frame) => readonly KeyRange[];

const WHOLE: readonly KeyRange[] = [{}];

export class TableScan implements Operator {
  readonly #slot: number;
  readonly #ranges: RangeBuilder | undefined;
  readonly #direction: ScanDirection;
  readonly #index: number;
  #pending: readonly KeyRange[] = WHOLE;
  #at = 0;
  #cursor: TupleCursor | undefined;
  #row: RowSlot | undefined;

  constructor(slot: number, ranges: RangeBuilder | undefined, direction: ScanDirection, index = 0) {
    this.#slot = slot;
    this.#ranges = ranges;
    this.#direction = direction;
    this.#index = index;
  }

  open(frame: Frame): void {
    this.#pending = this.#ranges === undefined ? WHOLE : this.#ranges(frame);
    this.#at = 0;
    this.#cursor = undefined;
    this.#row = frame.slots[this.#slot];
  }

  next(frame: Frame): Step {
    const row = this.#row as RowSlot;
    for (;;) {
      const cursor = this.#cursor;
      if (cursor?.next()) {
        row.keyBytes = cursor.keyBytes;
        row.keyStart = cursor.keyStart;
        row.keyEnd = cursor.keyEnd;
        row.valueBytes = cursor.valueBytes;
        row.valueStart = cursor.valueStart;
        row.valueEnd = cursor.valueEnd;
        row.present = true;
        return STEP_ROW;
      }
      const range = this.#pending[this.#at++];
      if (range === undefined) {
        this.#cursor = undefined;
        return STEP_DONE;
      }
      this.#cursor = frame.tables[this.#slot]?.openCursor(this.#index, range, this.#direction);
    }
  }

  close(_frame: Frame): void {
    this.#cursor = undefined;
    this.#pending = WHOLE;
  }
}

/** Reads rows by ranges of a secondary index: each entry's primary key is looked up in the primary index. */
import { AssertionError } from "../../base/assert.ts";
import type { TableView } from "../../engine/api.ts";
import type { KeyRange, ScanDirection, TupleCursor } from "../../prolly/tuple-cursor.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW } from "./frame.ts";
import type { RangeBuilder } from "./table-scan.ts";

/** Cuts the primary key out of a secondary index key. */
export type PrimaryKeyOf = (bytes: Uint8Array, start: number, end: number) => Uint8Array;

export interface IndexScanOptions {
  readonly slot: number;
  /** 1-based: `schema.indexes[index - 1]` */
  readonly index: number;
  readonly ranges: RangeBuilder | undefined;
  readonly direction: ScanDirection;
  readonly primaryKeyOf: PrimaryKeyOf;
}

const WHOLE: readonly KeyRange[] = [{}];

export class IndexScan implements Operator {
  readonly #options: IndexScanOptions;
  #pending: readonly KeyRange[] = WHOLE;
  #at = 0;
  #cursor: TupleCursor | undefined;

  constructor(options: IndexScanOptions) {
    this.#options = options;
  }

  open(frame: Frame): void {
    const ranges = this.#options.ranges;
    this.#pending = ranges === undefined ? WHOLE : ranges(frame);
    this.#at = 0;
    this.#cursor = undefined;
  }

  next(frame: Frame): Step {
    const { slot, index, direction, primaryKeyOf } = this.#options;
    const view = frame.tables[slot] as TableView;
    for (;;) {
      const cursor = this.#cursor;
      if (cursor?.next()) {
        const row = frame.slots[slot] as RowSlot;
        const key = primaryKeyOf(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
        if (!view.lookup(0, key, row)) throw new AssertionError("every index entry has its row");
        row.present = true;
        return STEP_ROW;
      }
      const range = this.#pending[this.#at++];
      if (range === undefined) {
        this.#cursor = undefined;
        return STEP_DONE;
      }
      this.#cursor = view.openCursor(index, range, direction);
    }
  }

  close(_frame: Frame): void {
    this.#cursor = undefined;
    this.#pending = WHOLE;
  }
}

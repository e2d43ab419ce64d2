/**
 * Reads rows to be locked by ranges of an index, guarding what it has passed against phantoms. Where another transaction
 * has put a row that it has not decided yet, the scan waits and goes on from its last key.
 */
import { AssertionError } from "../../base/assert.ts";
import type { LockWaitPolicy, RangeLock, TableView, TableWriter } from "../../engine/api.ts";
import type { KeyRange, ScanDirection, TupleCursor } from "../../prolly/tuple-cursor.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW, STEP_WAIT } from "./frame.ts";
import type { PrimaryKeyOf } from "./index-scan.ts";
import type { RangeBuilder } from "./table-scan.ts";

export interface GuardedScanOptions {
  readonly slot: number;
  /** 0 for the primary index. */
  readonly index: number;
  readonly ranges: RangeBuilder | undefined;
  readonly direction: ScanDirection;
  readonly policy: LockWaitPolicy;
  readonly primaryKeyOf: PrimaryKeyOf;
}

const WHOLE: readonly KeyRange[] = [{}];

export class GuardedScan implements Operator {
  readonly #options: GuardedScanOptions;
  #pending: readonly KeyRange[] = WHOLE;
  #at = 0;
  #lock: RangeLock | undefined;
  #cursor: TupleCursor | undefined;

  constructor(options: GuardedScanOptions) {
    this.#options = options;
  }

  open(frame: Frame): void {
    const { ranges } = this.#options;
    this.#pending = ranges === undefined ? WHOLE : ranges(frame);
    this.#at = 0;
    this.#lock = undefined;
    this.#cursor = undefined;
  }

  next(frame: Frame): Step {
    const { slot, index, direction, policy } = this.#options;
    for (;;) {
      if (this.#lock === undefined) {
        const range = this.#pending[this.#at++];
        if (range === undefined) return STEP_DONE;
        this.#lock = (frame.writers[slot] as TableWriter).lockRange(index, { range, direction, policy });
      }
      this.#cursor ??= (frame.tables[slot] as TableView).openCursor(index, this.#lock.rest, direction);
      const cursor = this.#cursor;
      const found = cursor.next();
      const key = found ? cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd) : undefined;
      const outcome = this.#lock.extend(key);
      if (outcome.kind === "wait") {
        this.#cursor = undefined;
        frame.waitFor = outcome;
        return STEP_WAIT;
      }
      if (found) {
        this.#show(cursor, frame);
        return STEP_ROW;
      }
      this.#lock = undefined;
      this.#cursor = undefined;
    }
  }

  #show(cursor: TupleCursor, frame: Frame): void {
    const { slot, index, primaryKeyOf } = this.#options;
    const row = frame.slots[slot] as RowSlot;
    row.present = true;
    if (index === 0) {
      row.keyBytes = cursor.keyBytes;
      row.keyStart = cursor.keyStart;
      row.keyEnd = cursor.keyEnd;
      row.valueBytes = cursor.valueBytes;
      row.valueStart = cursor.valueStart;
      row.valueEnd = cursor.valueEnd;
      return;
    }
    const key = primaryKeyOf(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
    if (!(frame.tables[slot] as TableView).lookup(0, key, row)) {
      throw new AssertionError("every index entry has its row");
    }
  }

  close(_frame: Frame): void {
    this.#lock = undefined;
    this.#cursor = undefined;
    this.#pending = WHOLE;
  }
}

/**
 * FOR UPDATE / FOR SHARE and the reads of UPDATE and DELETE: locks the current row of some slots, shows its newest
 * committed version (another transaction may have changed it while this one waited), and checks the conditions again.
 */
import type { LockWaitPolicy, TableWriter } from "../../engine/api.ts";
import { keyOf } from "./execution-frame.ts";
import type { Frame, Operator, Predicate, RowSlot, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_ROW, STEP_WAIT } from "./frame.ts";

export interface LockedSlot {
  readonly slot: number;
  readonly strength: "share" | "update";
  readonly policy: LockWaitPolicy;
}

export interface RowLockOptions {
  readonly input: Operator;
  readonly slots: readonly LockedSlot[];
  /** All conditions on the row, checked again on what the lock protects. */
  readonly recheck: Predicate | undefined;
}

const ROWS_PER_SLICE = 256;

export class RowLock implements Operator {
  readonly #input: Operator;
  readonly #slots: readonly LockedSlot[];
  readonly #recheck: Predicate | undefined;
  /** The row being locked, while a lock is waited for: the slot to go on with; -1 when a new row is needed. */
  #at = -1;
  /** The row is still as the input has shown it: it was newest then, and nothing was waited for since. */
  #isNewest = false;

  constructor({ input, slots, recheck }: RowLockOptions) {
    this.#input = input;
    this.#slots = slots;
    this.#recheck = recheck;
  }

  open(frame: Frame): void {
    this.#at = -1;
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      if (this.#at < 0) {
        const step = this.#input.next(frame);
        if (step !== STEP_ROW) return step;
        this.#at = 0;
        this.#isNewest = this.#input.showsNewest === true;
      }
      const outcome = this.#lockSlots(frame);
      if (outcome === "wait") return STEP_WAIT;
      this.#at = -1;
      if (outcome === "gone") continue;
      const recheck = this.#recheck;
      if (this.#isNewest || recheck === undefined || recheck(frame)) return STEP_ROW;
    }
    return STEP_AGAIN;
  }

  #lockSlots(frame: Frame): "locked" | "wait" | "gone" {
    const slots = this.#slots;
    while (this.#at < slots.length) {
      const { slot, strength, policy } = slots[this.#at] as LockedSlot;
      const row = frame.slots[slot] as RowSlot;
      if (row.present) {
        const writer = frame.writers[slot] as TableWriter;
        const key = keyOf(row);
        const outcome = writer.lockRow(key, strength, policy);
        if (outcome.kind === "wait") {
          frame.waitFor = outcome;
          this.#isNewest = false;
          return "wait";
        }
        if (outcome.kind === "skipped") return "gone";
        if (!this.#isNewest && !writer.current.lookup(0, key, row)) return "gone";
      }
      this.#at++;
    }
    return "locked";
  }

  close(frame: Frame): void {
    this.#input.close(frame);
    this.#at = -1;
  }
}

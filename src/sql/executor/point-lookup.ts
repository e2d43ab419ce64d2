/** Reads at most one row by its complete primary key. */
import type { LockWaitPolicy, TableView, TableWriter } from "../../engine/api.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW, STEP_WAIT } from "./frame.ts";

/** The encoded key to look up, or undefined when no row can match (a NULL, a value out of the type's range). */
export type KeyBuilder = (frame: Frame) => Uint8Array | undefined;

/** How a locking read protects the key against phantoms. */
export interface PointGuard {
  readonly policy: LockWaitPolicy;
  /** `missing`: the row itself is locked afterwards when it is there. `always`: further conditions may pass it over. */
  readonly when: "missing" | "always";
}

export class PointLookup implements Operator {
  readonly #slot: number;
  readonly #key: KeyBuilder;
  readonly #guard: PointGuard | undefined;
  #done = true;

  constructor(slot: number, key: KeyBuilder, guard?: PointGuard) {
    this.#slot = slot;
    this.#key = key;
    this.#guard = guard;
  }

  open(_frame: Frame): void {
    this.#done = false;
  }

  next(frame: Frame): Step {
    if (this.#done) return STEP_DONE;
    this.#done = true;
    const key = this.#key(frame);
    if (key === undefined) return STEP_DONE;
    const row = frame.slots[this.#slot] as RowSlot;
    const view = frame.tables[this.#slot] as TableView;
    let found = view.lookup(0, key, row);
    if (this.#guard !== undefined && (!found || this.#guard.when === "always")) {
      if (this.#mustWait(this.#guard, key, frame)) {
        this.#done = false;
        return STEP_WAIT;
      }
      found = view.lookup(0, key, row);
    }
    if (!found) return STEP_DONE;
    row.present = true;
    return STEP_ROW;
  }

  #mustWait({ policy }: PointGuard, key: Uint8Array, frame: Frame): boolean {
    const range = { lower: key, upper: key, upperInclusive: true };
    const writer = frame.writers[this.#slot] as TableWriter;
    const outcome = writer.lockRange(0, { range, direction: "forward", policy }).extend(undefined);
    if (outcome.kind !== "wait") return false;
    frame.waitFor = outcome;
    return true;
  }

  close(_frame: Frame): void {
    this.#done = true;
  }
}

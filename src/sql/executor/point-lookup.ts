/** Reads at most one row by its complete primary key. */
import type { LockOutcome, LockWaitPolicy, TableView, TableWriter } from "../../engine/api.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW, STEP_WAIT } from "./frame.ts";

/** The encoded key to look up, or undefined when no row can match (a NULL, a value out of the type's range). */
export type KeyBuilder = (frame: Frame) => Uint8Array | undefined;

/** How a locking read protects the key against phantoms, at levels that do. */
export interface PointGuard {
  readonly strength: "share" | "update";
  readonly policy: LockWaitPolicy;
  /** `always`: the row is locked although further conditions may pass it over. `missing`: when it is there, those who
   *  come after lock it. */
  readonly when: "missing" | "always";
}

export class PointLookup implements Operator {
  /** With a guard: then the table is read through its writer. */
  readonly showsNewest: boolean;
  readonly #slot: number;
  readonly #key: KeyBuilder;
  readonly #guard: PointGuard | undefined;
  #done = true;

  constructor(slot: number, key: KeyBuilder, guard?: PointGuard) {
    this.#slot = slot;
    this.#key = key;
    this.#guard = guard;
    this.showsNewest = guard !== undefined;
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
    const found = view.lookup(0, key, row);
    const guard = this.#guard;
    if (guard !== undefined && (!found || guard.when === "always")) {
      const writer = frame.writers[this.#slot] as TableWriter;
      const outcome = found ? lockPassed(writer, key, guard) : guardMissing(writer, key, guard);
      if (outcome.kind === "wait") {
        this.#done = false;
        frame.waitFor = outcome;
        return STEP_WAIT;
      }
    }
    if (!found) return STEP_DONE;
    if (guard !== undefined) {
      // The key itself instead of its place in a node: whoever locks and changes the row needs no view of it then.
      row.keyBytes = key;
      row.keyStart = 0;
      row.keyEnd = key.length;
    }
    row.present = true;
    return STEP_ROW;
  }

  close(_frame: Frame): void {
    this.#done = true;
  }
}

const GRANTED: LockOutcome = { kind: "granted" };

function lockPassed(writer: TableWriter, key: Uint8Array, { strength, policy }: PointGuard): LockOutcome {
  return writer.guardsRanges ? writer.lockRow(key, strength, policy) : GRANTED;
}

function guardMissing(writer: TableWriter, key: Uint8Array, { policy }: PointGuard): LockOutcome {
  const range = { lower: key, upper: key, upperInclusive: true };
  return writer.lockRange(0, { range, direction: "forward", policy }).extend(undefined);
}

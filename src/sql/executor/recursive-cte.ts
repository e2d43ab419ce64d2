/**
 * WITH RECURSIVE: rows of the seed, then of the recursive part run over the rows of the round before, until a round
 * adds none. `UNION DISTINCT` drops rows seen before. The rounds are limited by cte_max_recursion_depth (3636).
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";

export interface RecursiveCteOptions {
  readonly seed: Operator;
  readonly recursive: Operator;
  /** Registers that seed and recursive part fill. */
  readonly shape: RowShape;
  /** Set when duplicates are dropped. */
  readonly distinctKey: GroupKey | undefined;
  /** The scan of the round before, inside `recursive`. */
  readonly working: WorkingRows;
  /** LIMIT inside the CTE: ends the recursion. */
  readonly limit: number | undefined;
}

/** The reference of a recursive CTE to itself: shows the rows of the round before. */
export class WorkingRows implements Operator {
  #rows: RowBuffer | undefined;
  #from = 0;
  #until = 0;
  #at = 0;

  /** Its registers are those the CTE fills; the reading side copies them with a Compute. */
  setRound(rows: RowBuffer, from: number, until: number): void {
    this.#rows = rows;
    this.#from = from;
    this.#until = until;
  }

  open(_frame: Frame): void {
    this.#at = this.#from;
  }

  next(frame: Frame): Step {
    if (this.#rows === undefined || this.#at >= this.#until) return STEP_DONE;
    this.#rows.restore(this.#at++, frame);
    return STEP_ROW;
  }

  close(_frame: Frame): void {
    this.#at = this.#until;
  }
}

export class RecursiveCte implements Operator {
  readonly #options: RecursiveCteOptions;
  readonly #rows: RowBuffer;
  readonly #seen: KeyNumbers | undefined;
  #current: Operator | undefined;
  #roundStart = 0;
  #rounds = 0;
  #roundsMax = 0;

  constructor(options: RecursiveCteOptions) {
    this.#options = options;
    this.#rows = new RowBuffer(options.shape);
    this.#seen = options.distinctKey === undefined ? undefined : new KeyNumbers(options.distinctKey);
  }

  open(frame: Frame): void {
    this.#rows.clear();
    this.#seen?.clear();
    this.#roundStart = 0;
    this.#rounds = 0;
    this.#roundsMax = Number(frame.context.getSystemVariable("cte_max_recursion_depth", "session"));
    this.#current = this.#options.seed;
    this.#current.open(frame);
  }

  next(frame: Frame): Step {
    for (;;) {
      const current = this.#current;
      if (current === undefined) return STEP_DONE;
      const step = current.next(frame);
      if (step === STEP_ROW) {
        if (this.#rows.count >= (this.#options.limit ?? Number.POSITIVE_INFINITY)) return STEP_DONE;
        if (this.#isNew(frame)) {
          this.#rows.push(frame);
          return STEP_ROW;
        }
        return STEP_AGAIN;
      }
      if (step !== STEP_DONE) return step;
      current.close(frame);
      this.#startRound(frame);
    }
  }

  #isNew(frame: Frame): boolean {
    const seen = this.#seen;
    if (seen === undefined) return true;
    seen.numberOf(frame);
    return seen.added;
  }

  #startRound(frame: Frame): void {
    const from = this.#roundStart;
    const until = this.#rows.count;
    if (until === from) {
      this.#current = undefined;
      return;
    }
    if (++this.#rounds > this.#roundsMax) {
      throw sqlError("ER_CTE_MAX_RECURSION_DEPTH", this.#rounds);
    }
    this.#roundStart = until;
    this.#options.working.setRound(this.#rows, from, until);
    this.#current = this.#options.recursive;
    this.#current.open(frame);
  }

  close(frame: Frame): void {
    this.#current?.close(frame);
    this.#current = undefined;
    this.#rows.clear();
    this.#seen?.clear();
  }
}

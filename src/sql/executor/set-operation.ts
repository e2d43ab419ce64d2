/**
 * UNION, EXCEPT and INTERSECT, all and distinct. Both inputs put their columns (converted to the common types by the
 * planner) into the same registers.
 */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";

const ROWS_PER_SLICE = 4096;

/** One input after the other, duplicates and all. */
export class UnionAll implements Operator {
  readonly #inputs: readonly Operator[];
  #at = 0;

  constructor(inputs: readonly Operator[]) {
    this.#inputs = inputs;
  }

  open(frame: Frame): void {
    this.#at = 0;
    this.#inputs[0]?.open(frame);
  }

  next(frame: Frame): Step {
    for (;;) {
      const input = this.#inputs[this.#at];
      if (input === undefined) return STEP_DONE;
      const step = input.next(frame);
      if (step !== STEP_DONE) return step;
      input.close(frame);
      this.#at++;
      this.#inputs[this.#at]?.open(frame);
    }
  }

  close(frame: Frame): void {
    this.#inputs[this.#at]?.close(frame);
    this.#at = this.#inputs.length;
  }
}

/** EXCEPT and INTERSECT: counts the rows of the right input by key, then filters the left one. */
export class CountedSetOperation implements Operator {
  readonly #operator: "except" | "intersect";
  readonly #distinct: boolean;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #keys: KeyNumbers;
  /** Rows by the number of their key. */
  #counts: number[] = [];
  #phase: "right" | "left" = "right";

  constructor(
    operator: "except" | "intersect",
    options: {
      readonly distinct: boolean;
      readonly left: Operator;
      readonly right: Operator;
      readonly key: GroupKey;
    },
  ) {
    this.#operator = operator;
    this.#distinct = options.distinct;
    this.#left = options.left;
    this.#right = options.right;
    this.#keys = new KeyNumbers(options.key);
  }

  open(frame: Frame): void {
    this.#forget();
    this.#phase = "right";
    this.#right.open(frame);
  }

  next(frame: Frame): Step {
    const counts = this.#counts;
    const keys = this.#keys;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      if (this.#phase === "right") {
        const step = this.#right.next(frame);
        if (step === STEP_ROW) {
          const key = keys.numberOf(frame);
          counts[key] = keys.added ? 1 : (counts[key] as number) + 1;
          continue;
        }
        if (step !== STEP_DONE) return step;
        this.#right.close(frame);
        this.#phase = "left";
        this.#left.open(frame);
        continue;
      }
      const step = this.#left.next(frame);
      if (step !== STEP_ROW) return step;
      if (this.#keeps(frame)) return STEP_ROW;
    }
    return STEP_AGAIN;
  }

  #keeps(frame: Frame): boolean {
    const counts = this.#counts;
    const keys = this.#keys;
    const key = keys.numberOf(frame);
    if (keys.added) counts[key] = 0;
    const count = counts[key] as number;
    if (this.#operator === "intersect") {
      if (count === 0) return false;
      counts[key] = this.#distinct ? 0 : count - 1;
      return true;
    }
    // Further equal rows of the left side are duplicates.
    if (this.#distinct) return keys.added;
    if (count === 0) return true;
    counts[key] = count - 1;
    return false;
  }

  close(frame: Frame): void {
    (this.#phase === "right" ? this.#right : this.#left).close(frame);
    this.#forget();
  }

  #forget(): void {
    this.#keys.clear();
    this.#counts = [];
  }
}

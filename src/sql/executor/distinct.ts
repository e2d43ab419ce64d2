/** Lets each combination of values through once, in input order. */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";

const ROWS_PER_SLICE = 4096;

export class Distinct implements Operator {
  readonly #input: Operator;
  readonly #seen: KeyNumbers;

  constructor(input: Operator, key: GroupKey) {
    this.#input = input;
    this.#seen = new KeyNumbers(key);
  }

  open(frame: Frame): void {
    this.#seen.clear();
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    const seen = this.#seen;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#input.next(frame);
      if (step !== STEP_ROW) return step;
      seen.numberOf(frame);
      if (seen.added) return STEP_ROW;
    }
    return STEP_AGAIN;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
    this.#seen.clear();
  }
}

/** Passes on the rows for which a condition is true. */
import type { Frame, Operator, Predicate, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_ROW } from "./frame.ts";

/** Rows looked at before the driver gets a chance to yield. */
const ROWS_PER_SLICE = 4096;

export class Filter implements Operator {
  readonly showsNewest: boolean;
  readonly #input: Operator;
  readonly #condition: Predicate;

  constructor(input: Operator, condition: Predicate) {
    this.showsNewest = input.showsNewest === true;
    this.#input = input;
    this.#condition = condition;
  }

  open(frame: Frame): void {
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    const input = this.#input;
    const condition = this.#condition;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = input.next(frame);
      if (step !== STEP_ROW || condition(frame)) return step;
    }
    return STEP_AGAIN;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
  }
}

/** A condition that depends on no row: decided once, before the input opens. */
export class ConstantFilter implements Operator {
  readonly showsNewest: boolean;
  readonly #input: Operator;
  readonly #condition: Predicate;
  #passing = false;

  constructor(input: Operator, condition: Predicate) {
    this.showsNewest = input.showsNewest === true;
    this.#input = input;
    this.#condition = condition;
  }

  open(frame: Frame): void {
    this.#passing = this.#condition(frame);
    if (this.#passing) this.#input.open(frame);
  }

  next(frame: Frame): Step {
    return this.#passing ? this.#input.next(frame) : 0;
  }

  close(frame: Frame): void {
    if (this.#passing) this.#input.close(frame);
    this.#passing = false;
  }
}

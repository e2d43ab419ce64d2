/** LIMIT and OFFSET. With `countAll` (SQL_CALC_FOUND_ROWS) the input is drained after the last row, to count it. */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";

export interface LimitOptions {
  readonly offset: (frame: Frame) => number;
  readonly count: (frame: Frame) => number;
  readonly countAll: boolean;
}

const ROWS_PER_SLICE = 4096;

export class Limit implements Operator {
  readonly #input: Operator;
  readonly #options: LimitOptions;
  #skip = 0;
  #left = 0;
  #seen = 0;

  constructor(input: Operator, options: LimitOptions) {
    this.#input = input;
    this.#options = options;
  }

  /** Input rows of the last execution: what FOUND_ROWS() tells after SQL_CALC_FOUND_ROWS. */
  get inputRows(): number {
    return this.#seen;
  }

  open(frame: Frame): void {
    this.#skip = this.#options.offset(frame);
    this.#left = this.#options.count(frame);
    this.#seen = 0;
    this.#input.open(frame);
    if (this.#skip === 0 || this.#options.countAll || this.#input.skipRows === undefined) return;
    this.#input.skipRows(this.#skip);
    this.#skip = 0;
  }

  next(frame: Frame): Step {
    if (this.#left <= 0 && !this.#options.countAll) return STEP_DONE;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#input.next(frame);
      if (step !== STEP_ROW) return step;
      this.#seen++;
      if (this.#skip > 0) {
        this.#skip--;
        continue;
      }
      if (this.#left > 0) {
        this.#left--;
        return STEP_ROW;
      }
    }
    return STEP_AGAIN;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
  }
}

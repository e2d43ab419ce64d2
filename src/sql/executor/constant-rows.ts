/** A fixed number of rows that are computed from nothing: SELECT without FROM (one empty row), VALUES ROW(…). */
import type { Evaluator, Frame, Operator, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW } from "./frame.ts";

export class ConstantRows implements Operator {
  readonly #rows: readonly (readonly Evaluator[])[];
  readonly #registers: readonly number[];
  #at = 0;

  constructor(rows: readonly (readonly Evaluator[])[], registers: readonly number[]) {
    this.#rows = rows;
    this.#registers = registers;
  }

  open(_frame: Frame): void {
    this.#at = 0;
  }

  next(frame: Frame): Step {
    const row = this.#rows[this.#at++];
    if (row === undefined) return STEP_DONE;
    for (let i = 0; i < row.length; i++) {
      frame.registers[this.#registers[i] as number] = (row[i] as Evaluator)(frame);
    }
    return STEP_ROW;
  }

  close(_frame: Frame): void {
    this.#at = 0;
  }
}

/** Evaluates expressions into registers for each row: derived columns, select-list values that later steps need. */
import type { Evaluator, Frame, Operator, Step } from "./frame.ts";
import { STEP_ROW } from "./frame.ts";

export interface ComputedRegister {
  readonly register: number;
  readonly evaluate: Evaluator;
}

export class Compute implements Operator {
  readonly #input: Operator;
  readonly #computed: readonly ComputedRegister[];

  constructor(input: Operator, computed: readonly ComputedRegister[]) {
    this.#input = input;
    this.#computed = computed;
  }

  open(frame: Frame): void {
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    const step = this.#input.next(frame);
    if (step !== STEP_ROW) return step;
    const computed = this.#computed;
    for (let i = 0; i < computed.length; i++) {
      const item = computed[i] as ComputedRegister;
      frame.registers[item.register] = item.evaluate(frame);
    }
    return STEP_ROW;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
  }
}

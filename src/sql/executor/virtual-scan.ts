/** Shows the rows of a computed table (information_schema, dolt_ system tables, SHOW) in registers. */
import type { Value } from "../../values/value.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW } from "./frame.ts";

/** Starts producing rows, given the frame for equality hints. */
export type RowSource = (frame: Frame) => Iterable<readonly Value[]>;

export class VirtualScan implements Operator {
  readonly #source: RowSource;
  readonly #registers: readonly number[];
  #rows: Iterator<readonly Value[]> | undefined;

  constructor(source: RowSource, registers: readonly number[]) {
    this.#source = source;
    this.#registers = registers;
  }

  open(frame: Frame): void {
    this.#rows = this.#source(frame)[Symbol.iterator]();
  }

  next(frame: Frame): Step {
    const result = this.#rows?.next();
    if (result === undefined || result.done) return STEP_DONE;
    const registers = this.#registers;
    for (let i = 0; i < registers.length; i++) {
      frame.registers[registers[i] as number] = result.value[i] ?? null;
    }
    return STEP_ROW;
  }

  close(_frame: Frame): void {
    this.#rows?.return?.();
    this.#rows = undefined;
  }
}

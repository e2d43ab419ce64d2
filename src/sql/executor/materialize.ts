/**
 * Runs its input once, keeps the rows, and shows them as often as it is opened: derived tables, CTEs and the inner
 * side of a join without an index. Refills when `dependsOnOuter` (a LATERAL or correlated input).
 */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { RowShape } from "./row-buffer.ts";
import { RowStore } from "./row-store.ts";

const ROWS_PER_SLICE = 4096;

export class Materialize implements Operator {
  readonly #input: Operator;
  readonly #buffer: RowStore;
  readonly #dependsOnOuter: boolean;
  #filled = false;
  #filling = false;
  #at = 0;
  #execution = -1;

  constructor(input: Operator, shape: RowShape, dependsOnOuter: boolean) {
    this.#input = input;
    this.#buffer = new RowStore(shape);
    this.#dependsOnOuter = dependsOnOuter;
  }

  open(frame: Frame): void {
    this.#at = 0;
    if (this.#dependsOnOuter || this.#execution !== frame.execution) this.forget();
    this.#execution = frame.execution;
  }

  next(frame: Frame): Step {
    if (!this.#filled) {
      const step = this.#fill(frame);
      if (step !== STEP_DONE) return step;
    }
    if (this.#at >= this.#buffer.count) return STEP_DONE;
    this.#buffer.restore(this.#at++, frame);
    return STEP_ROW;
  }

  #fill(frame: Frame): Step {
    if (!this.#filling) {
      this.#filling = true;
      this.#buffer.clear();
      this.#input.open(frame);
    }
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#input.next(frame);
      if (step === STEP_ROW) {
        this.#buffer.push(frame);
        continue;
      }
      if (step !== STEP_DONE) return step;
      this.#input.close(frame);
      this.#filling = false;
      this.#filled = true;
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  /** Reads its input again at the next opening. */
  forget(): void {
    this.#buffer.clear();
    this.#filled = false;
    this.#filling = false;
  }

  /** Keeps its rows: a join closes and opens its inner side again and again. */
  close(_frame: Frame): void {
    this.#at = 0;
  }
}

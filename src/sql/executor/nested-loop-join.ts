/**
 * Joins by opening the inner side again for each outer row; the inner side reads the outer row through the frame
 * (an index look-up, mostly). Serves inner, left outer, semi and anti joins.
 */
import type { Frame, Operator, Predicate, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { type RowShape, setNullRow } from "./row-buffer.ts";

export type JoinKind = "inner" | "left" | "semi" | "anti";

export interface NestedLoopOptions {
  readonly kind: JoinKind;
  readonly outer: Operator;
  readonly inner: Operator;
  /** The ON condition, as far as the inner side doesn't already apply it. */
  readonly condition: Predicate | undefined;
  /** What the inner side sets: null-extended by a left join. */
  readonly innerShape: RowShape;
  /** The inner side's kept rows, which are void when the join is opened again for other rows of an enclosing query. */
  readonly kept?: { forget(): void };
}

const ROWS_PER_SLICE = 4096;

export class NestedLoopJoin implements Operator {
  readonly #kind: JoinKind;
  readonly #outer: Operator;
  readonly #inner: Operator;
  readonly #condition: Predicate | undefined;
  readonly #innerShape: RowShape;
  readonly #kept: { forget(): void } | undefined;
  #innerOpen = false;
  #matched = false;

  constructor(options: NestedLoopOptions) {
    this.#kind = options.kind;
    this.#outer = options.outer;
    this.#inner = options.inner;
    this.#condition = options.condition;
    this.#innerShape = options.innerShape;
    this.#kept = options.kept;
  }

  open(frame: Frame): void {
    this.#innerOpen = false;
    this.#kept?.forget();
    this.#outer.open(frame);
  }

  next(frame: Frame): Step {
    const inner = this.#inner;
    const condition = this.#condition;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      if (!this.#innerOpen) {
        const step = this.#outer.next(frame);
        if (step !== STEP_ROW) return step;
        inner.open(frame);
        this.#innerOpen = true;
        this.#matched = false;
      }
      const step = inner.next(frame);
      if (step === STEP_ROW) {
        if (condition !== undefined && !condition(frame)) continue;
        this.#matched = true;
        if (this.#kind === "inner" || this.#kind === "left") return STEP_ROW;
        this.#closeInner(frame);
        if (this.#kind === "semi") return STEP_ROW;
        continue;
      }
      if (step !== STEP_DONE) return step;
      this.#closeInner(frame);
      if (this.#matched) continue;
      if (this.#kind === "left") {
        setNullRow(this.#innerShape, frame);
        return STEP_ROW;
      }
      if (this.#kind === "anti") return STEP_ROW;
    }
    return STEP_AGAIN;
  }

  close(frame: Frame): void {
    if (this.#innerOpen) this.#closeInner(frame);
    this.#outer.close(frame);
  }

  #closeInner(frame: Frame): void {
    this.#innerOpen = false;
    this.#inner.close(frame);
  }
}

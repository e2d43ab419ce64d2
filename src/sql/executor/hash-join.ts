/**
 * Equi-join without an index: the inner side is read once into a hash table, each outer row looks its key up. The
 * table lists row positions per key in chains (two number arrays), so a row costs no object.
 */
import type { Frame, Operator, Predicate, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { type GroupKey, joinKeyOf } from "./group-key.ts";
import type { JoinKind } from "./nested-loop-join.ts";
import { RowBuffer, type RowShape, setNullRow } from "./row-buffer.ts";

export interface HashJoinOptions {
  readonly kind: JoinKind;
  readonly outer: Operator;
  readonly inner: Operator;
  readonly outerKey: GroupKey;
  readonly innerKey: GroupKey;
  /** What remains to be checked of a pair with equal keys. */
  readonly condition: Predicate | undefined;
  readonly innerShape: RowShape;
  /** The inner side reads outer rows of an enclosing query and must be read again at each opening. */
  readonly dependsOnOuter: boolean;
}

const ROWS_PER_SLICE = 4096;
const END = -1;

export class HashJoin implements Operator {
  readonly #options: HashJoinOptions;
  readonly #buffer: RowBuffer;
  #heads = new Map<unknown, number>();
  #tails = new Map<unknown, number>();
  #chain: number[] = [];
  #built = false;
  #building = false;
  #execution = -1;
  #candidate = END;
  #outerActive = false;
  #matched = false;

  constructor(options: HashJoinOptions) {
    this.#options = options;
    this.#buffer = new RowBuffer(options.innerShape);
  }

  open(frame: Frame): void {
    if (this.#options.dependsOnOuter || this.#execution !== frame.execution) {
      this.#built = false;
      this.#building = false;
    }
    this.#execution = frame.execution;
    this.#outerActive = false;
    this.#options.outer.open(frame);
  }

  next(frame: Frame): Step {
    if (!this.#built) {
      const step = this.#build(frame);
      if (step !== STEP_DONE) return step;
    }
    return this.#probe(frame);
  }

  close(frame: Frame): void {
    this.#options.outer.close(frame);
  }

  #build(frame: Frame): Step {
    const { inner, innerKey } = this.#options;
    if (!this.#building) {
      this.#building = true;
      this.#buffer.clear();
      this.#heads = new Map();
      this.#tails = new Map();
      this.#chain = [];
      inner.open(frame);
    }
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = inner.next(frame);
      if (step === STEP_ROW) {
        const key = joinKeyOf(innerKey, frame);
        if (key === undefined) continue;
        const position = this.#buffer.push(frame);
        this.#chain.push(END);
        const tail = this.#tails.get(key);
        if (tail === undefined) this.#heads.set(key, position);
        else this.#chain[tail] = position;
        this.#tails.set(key, position);
        continue;
      }
      if (step !== STEP_DONE) return step;
      inner.close(frame);
      this.#tails = new Map();
      this.#built = true;
      this.#building = false;
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  #probe(frame: Frame): Step {
    const { kind, outer, outerKey, condition, innerShape } = this.#options;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      if (!this.#outerActive) {
        const step = outer.next(frame);
        if (step !== STEP_ROW) return step;
        const key = joinKeyOf(outerKey, frame);
        this.#candidate = key === undefined ? END : (this.#heads.get(key) ?? END);
        this.#outerActive = true;
        this.#matched = false;
      }
      while (this.#candidate !== END) {
        const position = this.#candidate;
        this.#candidate = this.#chain[position] as number;
        this.#buffer.restore(position, frame);
        if (condition !== undefined && !condition(frame)) continue;
        this.#matched = true;
        if (kind === "inner" || kind === "left") return STEP_ROW;
        break;
      }
      this.#outerActive = false;
      if (this.#matched) {
        if (kind === "semi") return STEP_ROW;
      } else if (kind === "left") {
        setNullRow(innerShape, frame);
        return STEP_ROW;
      } else if (kind === "anti") return STEP_ROW;
    }
    return STEP_AGAIN;
  }
}

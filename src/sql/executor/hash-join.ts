/**
 * Equi-join without an index: the inner side is read once into a hash table, each outer row looks its key up. Keys are
 * numbered; rows of one key are chained by position (number arrays), so a row costs no object.
 */
import type { Frame, Operator, Predicate, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";
import type { JoinKind } from "./nested-loop-join.ts";
import { type RowShape, setNullRow } from "./row-buffer.ts";
import { RowStore } from "./row-store.ts";

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
  readonly #buffer: RowStore;
  readonly #keys: KeyNumbers;
  /** First and last row of each key. */
  #heads: number[] = [];
  #tails: number[] = [];
  /** The next row with the same key, by row. */
  #chain: number[] = [];
  #built = false;
  #building = false;
  #execution = -1;
  #candidate = END;
  #outerActive = false;
  #matched = false;

  constructor(options: HashJoinOptions) {
    this.#options = options;
    this.#buffer = new RowStore(options.innerShape);
    this.#keys = new KeyNumbers(options.innerKey);
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
    const { inner } = this.#options;
    const keys = this.#keys;
    if (!this.#building) {
      this.#building = true;
      this.#buffer.clear();
      keys.clear();
      this.#heads = [];
      this.#tails = [];
      this.#chain = [];
      inner.open(frame);
    }
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = inner.next(frame);
      if (step === STEP_ROW) {
        const key = keys.numberOf(frame);
        if (keys.hasNull) {
          // NULL equals nothing: the key keeps its number, and no row.
          if (keys.added) this.#heads[key] = END;
          continue;
        }
        const position = this.#buffer.push(frame);
        this.#chain.push(END);
        if (keys.added) this.#heads[key] = position;
        else this.#chain[this.#tails[key] as number] = position;
        this.#tails[key] = position;
        continue;
      }
      if (step !== STEP_DONE) return step;
      inner.close(frame);
      this.#tails = [];
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
        const key = this.#keys.find(frame, outerKey);
        this.#candidate = key < 0 || this.#keys.hasNull ? END : (this.#heads[key] as number);
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

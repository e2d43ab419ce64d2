/**
 * GROUP BY by hashing, and aggregation without GROUP BY. Each group keeps its first row, so that expressions over the
 * group's columns are simply evaluated on it, and one state per aggregate. Groups come out in order of first rows.
 */
import type { AggregateFactory, AggregateState } from "../aggregates/aggregate.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";
import { RowBuffer, type RowShape, setNullRow } from "./row-buffer.ts";

export interface AggregateColumn {
  readonly register: number;
  readonly factory: AggregateFactory;
}

export interface HashAggregateOptions {
  readonly input: Operator;
  /** undefined: no GROUP BY; there is always exactly one group then. */
  readonly key: GroupKey | undefined;
  readonly aggregates: readonly AggregateColumn[];
  /** What later expressions read of the group's first row. */
  readonly shape: RowShape;
}

const ROWS_PER_SLICE = 4096;

export class HashAggregate implements Operator {
  readonly #input: Operator;
  readonly #keys: KeyNumbers | undefined;
  readonly #aggregates: readonly AggregateColumn[];
  readonly #shape: RowShape;
  readonly #rows: RowBuffer;
  #states: AggregateState[] = [];
  #count = 0;
  #at = 0;
  #reading = true;

  constructor(options: HashAggregateOptions) {
    this.#input = options.input;
    this.#keys = options.key === undefined ? undefined : new KeyNumbers(options.key);
    this.#aggregates = options.aggregates;
    this.#shape = options.shape;
    this.#rows = new RowBuffer(options.shape);
  }

  open(frame: Frame): void {
    this.#forget();
    this.#input.open(frame);
  }

  next(frame: Frame): Step {
    if (this.#reading) {
      const step = this.#read(frame);
      if (step !== STEP_DONE) return step;
    }
    if (this.#at >= this.#count) return STEP_DONE;
    const group = this.#at++;
    if (group < this.#rows.count) this.#rows.restore(group, frame);
    else setNullRow(this.#shape, frame);
    const aggregates = this.#aggregates;
    for (let i = 0; i < aggregates.length; i++) {
      const state = this.#states[group * aggregates.length + i] as AggregateState;
      frame.registers[(aggregates[i] as AggregateColumn).register] = state.result(frame);
    }
    return STEP_ROW;
  }

  #read(frame: Frame): Step {
    const aggregates = this.#aggregates;
    const width = aggregates.length;
    const states = this.#states;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#input.next(frame);
      if (step === STEP_ROW) {
        const base = this.#groupOf(frame) * width;
        for (let a = 0; a < width; a++) (states[base + a] as AggregateState).add(frame);
        continue;
      }
      if (step !== STEP_DONE) return step;
      if (this.#keys === undefined && this.#count === 0) this.#addStates();
      this.#reading = false;
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  #groupOf(frame: Frame): number {
    const keys = this.#keys;
    if (keys === undefined) return this.#count === 0 ? this.#addGroup(frame) : 0;
    const group = keys.numberOf(frame);
    return keys.added ? this.#addGroup(frame) : group;
  }

  #addGroup(frame: Frame): number {
    this.#rows.push(frame);
    return this.#addStates();
  }

  #addStates(): number {
    for (const aggregate of this.#aggregates) this.#states.push(aggregate.factory());
    return this.#count++;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
    this.#forget();
  }

  #forget(): void {
    this.#rows.clear();
    this.#keys?.clear();
    this.#states = [];
    this.#count = 0;
    this.#at = 0;
    this.#reading = true;
  }
}

/**
 * GROUP BY by hashing, and aggregation without GROUP BY. Each group keeps its first row, so that expressions over the
 * group's columns are simply evaluated on it, and one state per aggregate. Groups come out in order of first rows.
 */
import type { AggregateFactory, AggregateState } from "../aggregates/aggregate.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { type GroupKey, groupKeyOf } from "./group-key.ts";
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
  readonly #key: GroupKey | undefined;
  readonly #aggregates: readonly AggregateColumn[];
  readonly #shape: RowShape;
  readonly #rows: RowBuffer;
  #groups = new Map<unknown, number>();
  #states: AggregateState[] = [];
  #count = 0;
  #at = 0;
  #reading = true;

  constructor(options: HashAggregateOptions) {
    this.#input = options.input;
    this.#key = options.key;
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
      if (this.#key === undefined && this.#count === 0) this.#addStates();
      this.#reading = false;
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  #groupOf(frame: Frame): number {
    if (this.#key === undefined) {
      if (this.#count === 0) this.#addGroup(frame);
      return 0;
    }
    const key = groupKeyOf(this.#key, frame);
    const found = this.#groups.get(key);
    if (found !== undefined) return found;
    this.#groups.set(key, this.#count);
    return this.#addGroup(frame);
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
    this.#groups = new Map();
    this.#states = [];
    this.#count = 0;
    this.#at = 0;
    this.#reading = true;
  }
}

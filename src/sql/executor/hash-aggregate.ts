/**
 * GROUP BY by hashing, and aggregation without GROUP BY. Each group keeps its first row, so that expressions over the
 * group's columns are simply evaluated on it, and one state per aggregate. Groups come out in order of first rows, while
 * all may be held in memory; rows of further groups are set aside in temporary files and grouped file by file.
 */
import type { SpillShare } from "../../tables/spill-space.ts";
import type { AggregateFactory, AggregateState } from "../aggregates/aggregate.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import { KeyNumbers } from "./key-numbers.ts";
import { type RowShape, setNullRow } from "./row-buffer.ts";
import { RowPartitions } from "./row-partitions.ts";
import { RowStore } from "./row-store.ts";

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

const SET_ASIDE = -1;
const ROWS_PER_SLICE = 4096;
/** Memory is asked for after so many more groups. */
const GROUPS_PER_CLAIM = 256;
/** About what an aggregate's state takes. */
const STATE_SIZE_BYTES = 100;

export class HashAggregate implements Operator {
  readonly #input: Operator;
  readonly #key: GroupKey | undefined;
  readonly #keys: KeyNumbers | undefined;
  #share: SpillShare | undefined;
  /** Set once not all groups could be held. */
  #partitions: RowPartitions | undefined;
  #isFull = false;
  #inputOver = false;
  readonly #aggregates: readonly AggregateColumn[];
  readonly #shape: RowShape;
  readonly #rows: RowStore;
  #states: AggregateState[] = [];
  #count = 0;
  #at = 0;
  #reading = true;

  constructor(options: HashAggregateOptions) {
    this.#input = options.input;
    this.#key = options.key;
    this.#keys = options.key === undefined ? undefined : new KeyNumbers(options.key);
    this.#aggregates = options.aggregates;
    this.#shape = options.shape;
    this.#rows = new RowStore(options.shape);
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
    if (this.#at >= this.#count) {
      if (this.#partitions?.openNext() !== true) return STEP_DONE;
      this.#forgetGroups();
      return STEP_AGAIN;
    }
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
      const step = this.#nextInput(frame);
      if (step === STEP_ROW) {
        const group = this.#groupOf(frame);
        if (group === SET_ASIDE) continue;
        const base = group * width;
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

  #nextInput(frame: Frame): Step {
    if (!this.#inputOver) {
      const step = this.#input.next(frame);
      if (step === STEP_DONE) this.#inputOver = true;
      return step;
    }
    return this.#partitions?.next(frame) ? STEP_ROW : STEP_DONE;
  }

  /** The group of the current row, or SET_ASIDE. */
  #groupOf(frame: Frame): number {
    const keys = this.#keys;
    if (keys === undefined) return this.#count === 0 ? this.#addGroup(frame) : 0;
    if (this.#isFull) {
      const found = keys.find(frame, this.#key as GroupKey);
      if (found >= 0) return found;
      this.#partitions?.write(frame, keys.lastHash);
      return SET_ASIDE;
    }
    const group = keys.numberOf(frame);
    if (!keys.added) return group;
    this.#addGroup(frame);
    if (this.#count % GROUPS_PER_CLAIM === 0) this.#claim(frame, keys);
    return group;
  }

  /** Asks for the memory of the groups; when it is not to be had, no group is added to these. */
  #claim(frame: Frame, keys: KeyNumbers): void {
    if (this.#partitions?.isDivisible === false) return;
    this.#share ??= frame.context.spill.open();
    const states = this.#states.length * STATE_SIZE_BYTES;
    if (this.#share.holds(keys.sizeBytes + this.#rows.sizeBytes + states)) return;
    this.#partitions ??= new RowPartitions(this.#share, this.#shape);
    this.#isFull = true;
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
    this.#forgetGroups();
    this.#partitions?.close();
    this.#partitions = undefined;
    this.#share?.release();
    this.#share = undefined;
    this.#inputOver = false;
  }

  #forgetGroups(): void {
    this.#rows.clear();
    this.#keys?.clear();
    this.#states = [];
    this.#count = 0;
    this.#at = 0;
    this.#reading = true;
    this.#isFull = false;
  }
}

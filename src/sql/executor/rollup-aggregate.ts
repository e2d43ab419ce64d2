/**
 * GROUP BY … WITH ROLLUP over input sorted by the group keys: besides each group, the totals of every shorter prefix
 * of the keys, in which the other keys are NULL, and the grand total.
 */

import type { Value } from "../../values/value.ts";
import type { AggregateState } from "../aggregates/aggregate.ts";
import type { Evaluator, Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { AggregateColumn } from "./hash-aggregate.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";
import type { SortValue, ToSortValue } from "./sort-value.ts";

export interface RollupKey {
  readonly evaluate: Evaluator;
  readonly toSortValue: ToSortValue;
  /** Where later expressions read the key: NULL in rows that total over it. */
  readonly register: number;
}

export interface RollupOptions {
  readonly input: Operator;
  readonly keys: readonly RollupKey[];
  readonly aggregates: readonly AggregateColumn[];
  readonly shape: RowShape;
}

const ROWS_PER_SLICE = 4096;

export class RollupAggregate implements Operator {
  readonly #options: RollupOptions;
  readonly #rows: RowBuffer;
  /** Results: per row the representative's position, then keys, then aggregates. */
  #results: { readonly row: number; readonly keys: readonly Value[]; readonly values: readonly Value[] }[] =
    [];
  /** By number of keys kept: 0 is the grand total. */
  #levels: AggregateState[][] = [];
  #current: { readonly sort: SortValue[]; readonly keys: Value[]; readonly row: number } | undefined;
  #at = 0;
  #reading = true;

  constructor(options: RollupOptions) {
    this.#options = options;
    this.#rows = new RowBuffer(options.shape);
  }

  open(frame: Frame): void {
    this.#rows.clear();
    this.#results = [];
    this.#current = undefined;
    this.#at = 0;
    this.#reading = true;
    this.#levels = [];
    for (let level = 0; level <= this.#options.keys.length; level++) {
      this.#levels.push(this.#options.aggregates.map((aggregate) => aggregate.factory()));
    }
    this.#options.input.open(frame);
  }

  next(frame: Frame): Step {
    if (this.#reading) {
      const step = this.#read(frame);
      if (step !== STEP_DONE) return step;
    }
    const result = this.#results[this.#at++];
    if (result === undefined) return STEP_DONE;
    this.#rows.restore(result.row, frame);
    this.#options.keys.forEach((key, i) => {
      frame.registers[key.register] = result.keys[i] as Value;
    });
    this.#options.aggregates.forEach((aggregate, i) => {
      frame.registers[aggregate.register] = result.values[i] as Value;
    });
    return STEP_ROW;
  }

  #read(frame: Frame): Step {
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#options.input.next(frame);
      if (step === STEP_ROW) {
        this.#add(frame);
        continue;
      }
      if (step !== STEP_DONE) return step;
      if (this.#current !== undefined) this.#emit(0, frame);
      this.#reading = false;
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  #add(frame: Frame): void {
    const { keys } = this.#options;
    const values = keys.map((key) => key.evaluate(frame));
    const sort = keys.map((key, i) => key.toSortValue(values[i] as Value));
    if (this.#current !== undefined) {
      const before = this.#current.sort;
      const changed = sort.findIndex((value, i) => value !== before[i]);
      if (changed >= 0) this.#emit(changed + 1, frame);
      if (changed >= 0) this.#current = { sort, keys: values, row: this.#rows.push(frame) };
    } else {
      this.#current = { sort, keys: values, row: this.#rows.push(frame) };
    }
    for (const level of this.#levels) for (const state of level) state.add(frame);
  }

  /** Ends the groups that keep at least `lowest` keys. */
  #emit(lowest: number, frame: Frame): void {
    const current = this.#current;
    if (current === undefined) return;
    for (let level = this.#options.keys.length; level >= lowest; level--) {
      const states = this.#levels[level] as AggregateState[];
      this.#results.push({
        row: current.row,
        keys: current.keys.map((key, i) => (i < level ? key : null)),
        values: states.map((state) => state.result(frame)),
      });
      this.#levels[level] = this.#options.aggregates.map((aggregate) => aggregate.factory());
    }
  }

  close(frame: Frame): void {
    this.#options.input.close(frame);
    this.#rows.clear();
    this.#results = [];
    this.#levels = [];
  }
}

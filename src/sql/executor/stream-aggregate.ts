/**
 * GROUP BY over rows that come group by group, as an index gives them: a group is shown as soon as the next one begins,
 * and only one is held. Expressions over the group's columns are evaluated on its first row.
 */
import { compareRanges } from "../../bytes/compare.ts";
import { FieldWriter } from "../../values/codec/field-writer.ts";
import type { AggregateState } from "../aggregates/aggregate.ts";
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";
import type { AggregateColumn } from "./hash-aggregate.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";

export interface StreamAggregateOptions {
  readonly input: Operator;
  readonly key: GroupKey;
  readonly aggregates: readonly AggregateColumn[];
  /** What later expressions read of the group's first row, and the input of its own last one. */
  readonly shape: RowShape;
}

const ROWS_PER_SLICE = 4096;

export class StreamAggregate implements Operator {
  readonly #options: StreamAggregateOptions;
  readonly #states: readonly AggregateState[];
  /** The first row of the group, and the one that ended it. */
  readonly #first: RowBuffer;
  readonly #pending: RowBuffer;
  /** The group's key in both forms, and the present row's. */
  readonly #stored = new FieldWriter(64);
  readonly #folded = new FieldWriter(64);
  readonly #other = new FieldWriter(64);
  #phase: "before" | "within" | "between" | "after" = "before";

  constructor(options: StreamAggregateOptions) {
    this.#options = options;
    this.#states = options.aggregates.map((aggregate) => aggregate.factory());
    this.#first = new RowBuffer(options.shape);
    this.#pending = new RowBuffer(options.shape);
  }

  open(frame: Frame): void {
    this.#phase = "before";
    this.#options.input.open(frame);
  }

  next(frame: Frame): Step {
    const { input } = this.#options;
    if (this.#phase === "after") return STEP_DONE;
    if (this.#phase === "between") {
      // The input goes on from the row that it gave last.
      this.#pending.restore(0, frame);
      this.#begin(frame);
    }
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = input.next(frame);
      if (step === STEP_DONE) {
        const isEmpty = this.#phase === "before";
        this.#phase = "after";
        return isEmpty ? STEP_DONE : this.#show(frame);
      }
      if (step !== STEP_ROW) return step;
      if (this.#phase === "before") this.#begin(frame);
      else if (this.#belongs(frame)) this.#add(frame);
      else {
        this.#pending.clear();
        this.#pending.push(frame);
        this.#phase = "between";
        return this.#show(frame);
      }
    }
    return STEP_AGAIN;
  }

  #begin(frame: Frame): void {
    const { key } = this.#options;
    key.writeStored(frame, this.#stored);
    if (key.folds) key.writeFolded(frame, this.#folded);
    this.#first.clear();
    this.#first.push(frame);
    for (const state of this.#states) state.reset();
    this.#add(frame);
    this.#phase = "within";
  }

  #belongs(frame: Frame): boolean {
    const { key } = this.#options;
    const other = this.#other;
    key.writeStored(frame, other);
    if (haveSameBytes(this.#stored, other)) return true;
    if (!key.folds) return false;
    key.writeFolded(frame, other);
    return haveSameBytes(this.#folded, other);
  }

  #add(frame: Frame): void {
    const states = this.#states;
    for (let i = 0; i < states.length; i++) (states[i] as AggregateState).add(frame);
  }

  #show(frame: Frame): Step {
    this.#first.restore(0, frame);
    const { aggregates } = this.#options;
    for (let i = 0; i < aggregates.length; i++) {
      const state = this.#states[i] as AggregateState;
      frame.registers[(aggregates[i] as AggregateColumn).register] = state.result(frame);
    }
    return STEP_ROW;
  }

  close(frame: Frame): void {
    this.#options.input.close(frame);
    this.#first.clear();
    this.#pending.clear();
    this.#phase = "after";
  }
}

function haveSameBytes(left: FieldWriter, right: FieldWriter): boolean {
  return compareRanges(left.bytes, 0, left.size, right.bytes, 0, right.size) === 0;
}

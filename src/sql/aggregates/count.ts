/** COUNT(*) and COUNT(a, …): rows, or rows in which no argument is NULL. */
import type { Value } from "../../values/value.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { AggregateState } from "./aggregate.ts";

export class CountRows implements AggregateState {
  #count = 0;

  add(): void {
    this.#count++;
  }

  result(): Value {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

export class CountValues implements AggregateState {
  readonly #arguments: readonly Evaluator[];
  #count = 0;

  constructor(args: readonly Evaluator[]) {
    this.#arguments = args;
  }

  add(frame: Frame): void {
    const args = this.#arguments;
    for (let i = 0; i < args.length; i++) if ((args[i] as Evaluator)(frame) === null) return;
    this.#count++;
  }

  result(): Value {
    return this.#count;
  }

  reset(): void {
    this.#count = 0;
  }
}

/** STD, STDDEV_SAMP, VARIANCE and VAR_SAMP by Welford's recurrence, as MySQL computes them. */
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { Read } from "../expression/readers.ts";
import type { AggregateState } from "./aggregate.ts";

export type VarianceName = "std" | "stddev_samp" | "variance" | "var_samp";

export class Variance implements AggregateState {
  readonly #read: Read<number>;
  readonly #name: VarianceName;
  #count = 0;
  #mean = 0;
  #squares = 0;

  constructor(read: Read<number>, name: VarianceName) {
    this.#read = read;
    this.#name = name;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    this.#count++;
    const before = this.#mean;
    this.#mean += (value - before) / this.#count;
    this.#squares += (value - before) * (value - this.#mean);
  }

  result(): Value {
    const sample = this.#name === "stddev_samp" || this.#name === "var_samp";
    const divisor = sample ? this.#count - 1 : this.#count;
    if (divisor <= 0) return null;
    const variance = this.#squares / divisor;
    return this.#name === "std" || this.#name === "stddev_samp" ? Math.sqrt(variance) : variance;
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
  }
}

/** SUM and AVG over integers, decimals and doubles. Exact sums stay in a `number` while it is safe. */
import {
  addDecimals,
  DECIMAL_ZERO,
  type Decimal,
  Decimal as DecimalValue,
  decimalFromInteger,
  decimalOf,
  divideDecimals,
} from "../../values/decimal.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { Read } from "../expression/readers.ts";
import type { AggregateState } from "./aggregate.ts";

export class DoubleSum implements AggregateState {
  readonly #read: Read<number>;
  readonly #average: boolean;
  #sum = 0;
  #count = 0;

  constructor(read: Read<number>, average: boolean) {
    this.#read = read;
    this.#average = average;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    this.#sum += value;
    this.#count++;
  }

  result(): Value {
    if (this.#count === 0) return null;
    return this.#average ? this.#sum / this.#count : this.#sum;
  }

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }
}

/** `averageScale` undefined: SUM. */
export class IntegerSum implements AggregateState {
  readonly #read: Read<SqlInteger>;
  readonly #averageScale: number | undefined;
  #sum = 0;
  /** What no longer fits a safe integer. */
  #big = 0n;
  #count = 0;

  constructor(read: Read<SqlInteger>, averageScale: number | undefined) {
    this.#read = read;
    this.#averageScale = averageScale;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    this.#count++;
    if (typeof value === "number") {
      const sum = this.#sum + value;
      if (Number.isSafeInteger(sum)) {
        this.#sum = sum;
        return;
      }
    }
    this.#big += BigInt(this.#sum) + BigInt(value);
    this.#sum = 0;
  }

  result(): Value {
    if (this.#count === 0) return null;
    const total =
      this.#big === 0n ? new DecimalValue(this.#sum, 0) : decimalOf(this.#big + BigInt(this.#sum), 0);
    if (this.#averageScale === undefined) return total;
    return divideDecimals(total, decimalFromInteger(this.#count), this.#averageScale) ?? null;
  }

  reset(): void {
    this.#sum = 0;
    this.#big = 0n;
    this.#count = 0;
  }
}

export class DecimalSum implements AggregateState {
  readonly #read: Read<Decimal>;
  readonly #averageScale: number | undefined;
  /** Digits at `#scale`, while all values have that scale and the sum is safe. */
  #digits = 0;
  #scale = -1;
  #rest: Decimal = DECIMAL_ZERO;
  #count = 0;

  constructor(read: Read<Decimal>, options: { readonly resultScale: number | undefined }) {
    this.#read = read;
    this.#averageScale = options.resultScale;
  }

  add(frame: Frame): void {
    const value = this.#read(frame);
    if (value === null) return;
    if (this.#count++ === 0) this.#scale = value.scale;
    const { digits } = value;
    if (typeof digits === "number" && value.scale === this.#scale) {
      const sum = this.#digits + digits;
      if (Number.isSafeInteger(sum)) {
        this.#digits = sum;
        return;
      }
    }
    this.#rest = addDecimals(this.#rest, value);
  }

  result(): Value {
    if (this.#count === 0) return null;
    const total = addDecimals(new DecimalValue(this.#digits, this.#scale), this.#rest);
    if (this.#averageScale === undefined) return total;
    return divideDecimals(total, decimalFromInteger(this.#count), this.#averageScale) ?? null;
  }

  reset(): void {
    this.#digits = 0;
    this.#scale = -1;
    this.#rest = DECIMAL_ZERO;
    this.#count = 0;
  }
}

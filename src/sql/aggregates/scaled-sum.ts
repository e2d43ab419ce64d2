/**
 * SUM and AVG of what is integers and decimals throughout, such as `price * quantity`: no object is made of a row. Digits
 * are added in a double while that is exact; what outgrows it moves to a bigint.
 */
import {
  addDecimals,
  DECIMAL_ZERO,
  type Decimal,
  decimalFromInteger,
  decimalOf,
  divideDecimals,
} from "../../values/decimal.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Frame } from "../executor/frame.ts";
import type { Read } from "../expression/readers.ts";
import type { RowLayout } from "../expression/row-layout.ts";
import { compileScaledNumber, type ScaledNumber, type ScaledState } from "../expression/scaled-number.ts";
import type { AggregateFactory, AggregateState } from "./aggregate.ts";

/**
 * SUM or (with `averageScale`) AVG of the argument, undefined when it is something else. `read` is the general way, for
 * rows whose numbers are too big.
 */
export function scaledSum(
  argument: BoundExpression,
  read: Read<Decimal>,
  averageScale: number | undefined,
  layout: RowLayout,
): AggregateFactory | undefined {
  const state: ScaledState = { exceeded: false };
  const number = compileScaledNumber(argument, layout, state);
  if (number === undefined) return undefined;
  return () => new ScaledSum({ number, state, read, averageScale });
}

interface ScaledSumOptions {
  readonly number: ScaledNumber;
  readonly state: ScaledState;
  readonly read: Read<Decimal>;
  readonly averageScale: number | undefined;
}

class ScaledSum implements AggregateState {
  readonly #options: ScaledSumOptions;
  readonly #readDigits: ScaledNumber["read"];
  readonly #state: ScaledState;
  #digits = 0;
  #big = 0n;
  /** What was read the general way. */
  #rest: Decimal = DECIMAL_ZERO;
  #count = 0;

  constructor(options: ScaledSumOptions) {
    this.#options = options;
    this.#readDigits = options.number.read;
    this.#state = options.state;
  }

  add(frame: Frame): void {
    const digits = this.#readDigits(frame);
    if (this.#state.exceeded) {
      this.#addExceeding(frame);
      return;
    }
    // NaN: NULL.
    if (Number.isNaN(digits)) return;
    this.#count++;
    const sum = this.#digits + digits;
    if (sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER) {
      this.#digits = sum;
      return;
    }
    this.#big += BigInt(this.#digits) + BigInt(digits);
    this.#digits = 0;
  }

  #addExceeding(frame: Frame): void {
    this.#state.exceeded = false;
    const value = this.#options.read(frame);
    if (value === null) return;
    this.#count++;
    this.#rest = addDecimals(this.#rest, value);
  }

  result(): Value {
    if (this.#count === 0) return null;
    const { number, averageScale } = this.#options;
    const total = addDecimals(decimalOf(this.#big + BigInt(this.#digits), number.scale), this.#rest);
    if (averageScale === undefined) return total;
    return divideDecimals(total, decimalFromInteger(this.#count), averageScale) ?? null;
  }

  reset(): void {
    this.#digits = 0;
    this.#big = 0n;
    this.#rest = DECIMAL_ZERO;
    this.#count = 0;
  }
}

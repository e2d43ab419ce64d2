/** MIN and MAX. Enumerations and sets compare by index as columns do, and show their text. */
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { valueToText } from "../expression/text-conversion.ts";
import { orderOf } from "../expression/type-order.ts";
import type { AggregateState } from "./aggregate.ts";

export class Extreme implements AggregateState {
  readonly #argument: BoundExpression;
  readonly #evaluate: Evaluator;
  readonly #sign: 1 | -1;
  readonly #order: ReturnType<typeof orderOf>;
  #best: Value = null;

  constructor(argument: BoundExpression, evaluate: Evaluator, sign: 1 | -1) {
    this.#argument = argument;
    this.#evaluate = evaluate;
    this.#sign = sign;
    this.#order = orderOf(argument.type);
  }

  add(frame: Frame): void {
    const value = this.#evaluate(frame);
    if (value === null) return;
    if (this.#best === null || this.#order(value, this.#best) * this.#sign > 0) this.#best = value;
  }

  result(): Value {
    const best = this.#best;
    if (best === null) return null;
    const { kind } = this.#argument.type;
    return kind === "enum" || kind === "set" ? valueToText(best, this.#argument) : best;
  }

  reset(): void {
    this.#best = null;
  }
}

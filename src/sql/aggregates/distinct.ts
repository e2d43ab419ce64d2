/** DISTINCT inside an aggregate: passes each combination of argument values on once. */

import { FieldWriter } from "../../values/codec/field-writer.ts";
import type { JsonValue } from "../../values/json.ts";
import { printJson } from "../../values/json-print.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import type { GroupKey } from "../executor/group-key.ts";
import { KeyNumbers } from "../executor/key-numbers.ts";
import type { Read } from "../expression/readers.ts";
import { ownRule } from "../expression/type-order.ts";
import { comparisonKeyReader } from "../expression/value-order.ts";
import type { AggregateFactory, AggregateState } from "./aggregate.ts";

type KeyReader = Read<number | bigint | string>;

/** The reader of a key that is equal for equal values; JSON documents are keyed by their text. */
export function groupKeyReader(argument: BoundExpression, evaluate: Evaluator): KeyReader {
  return (
    comparisonKeyReader(ownRule(argument.type), argument, evaluate) ??
    ((frame) => {
      const value = evaluate(frame);
      return value === null ? null : printJson(value as JsonValue);
    })
  );
}

export function distinctFilter(inner: AggregateFactory, key: GroupKey): AggregateFactory {
  // Written and read within one call: all groups share it.
  const writer = new FieldWriter();
  return () => new DistinctState(inner(), new KeyNumbers(key, { writer, expected: "few" }));
}

class DistinctState implements AggregateState {
  readonly #inner: AggregateState;
  readonly #seen: KeyNumbers;

  constructor(inner: AggregateState, seen: KeyNumbers) {
    this.#inner = inner;
    this.#seen = seen;
  }

  /** Rows in which any argument is NULL don't count. */
  add(frame: Frame): void {
    this.#seen.numberOf(frame);
    if (this.#seen.added && !this.#seen.hasNull) this.#inner.add(frame);
  }

  result(frame: Frame): Value {
    return this.#inner.result(frame);
  }

  reset(): void {
    this.#seen.clear();
    this.#inner.reset();
  }
}

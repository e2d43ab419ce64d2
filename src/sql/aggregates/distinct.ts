/** DISTINCT inside an aggregate: passes each combination of argument values on once. */

import type { JsonValue } from "../../values/json.ts";
import { printJson } from "../../values/json-print.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Read, readDouble } from "../expression/readers.ts";
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

/** `asNumbers`: SUM and AVG of text tell values apart by their numbers. */
export function distinctFilter(
  inner: AggregateFactory,
  args: readonly BoundExpression[],
  evaluators: readonly Evaluator[],
  asNumbers = false,
): AggregateFactory {
  const readers = args.map((argument, at): KeyReader => {
    const evaluate = evaluators[at] as Evaluator;
    return asNumbers ? readDouble(argument, evaluate) : groupKeyReader(argument, evaluate);
  });
  return () => new DistinctState(inner(), readers);
}

class DistinctState implements AggregateState {
  readonly #inner: AggregateState;
  readonly #readers: readonly KeyReader[];
  #seen = new Set<unknown>();

  constructor(inner: AggregateState, readers: readonly KeyReader[]) {
    this.#inner = inner;
    this.#readers = readers;
  }

  add(frame: Frame): void {
    const key = this.#key(frame);
    if (key === null || this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#inner.add(frame);
  }

  /** Combined keys carry their lengths, so that ('a', 'bc') and ('ab', 'c') differ. NULL when any argument is. */
  #key(frame: Frame): unknown {
    const [first] = this.#readers;
    if (this.#readers.length === 1 && first !== undefined) return first(frame);
    let joined = "";
    for (const read of this.#readers) {
      const key = read(frame);
      if (key === null) return null;
      const text = String(key);
      joined += `${text.length}:${text}`;
    }
    return joined;
  }

  result(frame: Frame): Value {
    return this.#inner.result(frame);
  }

  reset(): void {
    this.#seen = new Set();
    this.#inner.reset();
  }
}

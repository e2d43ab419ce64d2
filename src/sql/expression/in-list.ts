/** `x IN (…)`: constant lists are looked up in a hash set built once per execution, others compared one by one. */
import { type BoundIn, volatilityOf } from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Comparator, comparator } from "./comparison.ts";
import { isExactPair, readExactNumber } from "./exact-number.ts";
import { ExecutionMark } from "./execution-mark.ts";
import { comparisonKeyReader } from "./value-order.ts";

/** Shorter lists are compared one by one: that is as fast as hashing. */
const HASHED_COUNT_MIN = 5;

export function compileIn(bound: BoundIn, subject: Evaluator, items: readonly Evaluator[]): Evaluator {
  const rule = bound.rules[0];
  const uniform = rule !== undefined && bound.rules.every((other) => other.kind === rule.kind);
  if (
    uniform &&
    bound.items.length >= HASHED_COUNT_MIN &&
    bound.items.every((item) => volatilityOf(item) !== "row")
  ) {
    const keyed = hashedIn(bound, subject, items);
    if (keyed !== undefined) return keyed;
  }
  const comparators = bound.items.map((item, at) =>
    comparator(
      bound.rules[at] as BoundIn["rules"][number],
      bound.subject,
      item,
      subject,
      items[at] as Evaluator,
    ),
  );
  return linearIn(bound.negated, comparators);
}

function linearIn(negated: boolean, comparators: readonly Comparator[]): Evaluator {
  const yes = negated ? 0 : 1;
  const no = negated ? 1 : 0;
  return (frame) => {
    let unknown = false;
    for (let i = 0; i < comparators.length; i++) {
      const order = (comparators[i] as Comparator)(frame);
      if (order === 0) return yes;
      if (Number.isNaN(order)) unknown = true;
    }
    return unknown ? null : no;
  };
}

function hashedIn(bound: BoundIn, subject: Evaluator, items: readonly Evaluator[]): Evaluator | undefined {
  const rule = bound.rules[0] as BoundIn["rules"][number];
  const exact = rule.kind === "double" && bound.items.every((item) => isExactPair(bound.subject, item));
  const subjectKey = exact ? subject : comparisonKeyReader(rule, bound.subject, subject);
  const itemKeys = bound.items.map((item, at) =>
    exact
      ? readExactNumber(item, items[at] as Evaluator)
      : comparisonKeyReader(rule, item, items[at] as Evaluator),
  );
  if (subjectKey === undefined) return undefined;
  const yes = bound.negated ? 0 : 1;
  const no = bound.negated ? 1 : 0;
  const mark = new ExecutionMark();
  let members = new Set<unknown>();
  let hasNull = false;
  const fill = (frame: Frame): void => {
    members = new Set();
    hasNull = false;
    for (const key of itemKeys) {
      const value = key?.(frame) ?? null;
      if (value === null) hasNull = true;
      else members.add(value);
    }
    mark.set(frame);
  };
  return (frame) => {
    const key = subjectKey(frame);
    if (key === null) return null;
    if (!mark.isCurrent(frame)) fill(frame);
    return members.has(key) ? yes : hasNull ? null : no;
  };
}

/** Comparisons of any two evaluated expressions under a rule. */

import { compareBytes } from "../../bytes/compare.ts";
import { collationByName } from "../../values/collation.ts";
import { compareDateTimes, formatTime } from "../../values/datetime.ts";
import { compareDecimals } from "../../values/decimal.ts";
import { parseTime } from "../../values/temporal-parse.ts";
import type { Value } from "../../values/value.ts";
import type {
  BoundComparison,
  BoundExpression,
  ComparisonOperator,
  ComparisonRule,
} from "../binder/bound-expression.ts";
import type { Evaluator, Frame, Predicate } from "../executor/frame.ts";
import { isExactPair, readExactNumber } from "./exact-number.ts";
import { compareJson } from "./json-order.ts";
import {
  readBytes,
  readComparedDateTime,
  readDecimal,
  readDouble,
  readInteger,
  readJson,
  readText,
  readTime,
} from "./readers.ts";

/** Negative, 0 or positive; NaN when a side is NULL. */
export type Comparator = (frame: Frame) => number;

type Read<T> = (frame: Frame) => T | null;

function over<T>(left: Read<T>, right: Read<T>, compare: (a: T, b: T) => number): Comparator {
  return (frame) => {
    const a = left(frame);
    if (a === null) return Number.NaN;
    const b = right(frame);
    return b === null ? Number.NaN : compare(a, b);
  };
}

function compareScalars<T extends number | bigint>(left: Read<T>, right: Read<T>): Comparator {
  return (frame) => {
    const a = left(frame);
    if (a === null) return Number.NaN;
    const b = right(frame);
    return b === null ? Number.NaN : a < b ? -1 : a > b ? 1 : 0;
  };
}

/** Compares the values of two evaluators as `rule` says. */
export function comparator(
  rule: ComparisonRule,
  left: BoundExpression,
  right: BoundExpression,
  leftValue: Evaluator,
  rightValue: Evaluator,
): Comparator {
  switch (rule.kind) {
    case "integer":
      return compareScalars(readInteger(left, leftValue), readInteger(right, rightValue));
    case "double":
      if (isExactPair(left, right))
        return compareScalars(readInteger(left, leftValue), readExactNumber(right, rightValue));
      if (isExactPair(right, left))
        return compareScalars(readExactNumber(left, leftValue), readInteger(right, rightValue));
      return compareScalars(readDouble(left, leftValue), readDouble(right, rightValue));
    case "time":
      return timeComparator(left, right, leftValue, rightValue);
    case "decimal":
      return over(readDecimal(left, leftValue), readDecimal(right, rightValue), compareDecimals);
    case "text": {
      const collation = collationByName(rule.collation);
      return over(readText(left, leftValue), readText(right, rightValue), (a, b) =>
        a === b ? 0 : collation.compare(a, b),
      );
    }
    case "bytes":
      return over(readBytes(left, leftValue), readBytes(right, rightValue), compareBytes);
    case "date":
    case "datetime":
      return over(
        readComparedDateTime(left, leftValue, dateName(right)),
        readComparedDateTime(right, rightValue, dateName(left)),
        compareDateTimes,
      );
    case "json":
      return over(readJson(left, leftValue), readJson(right, rightValue), compareJson);
  }
}

/** Text that is no complete time compares with the time's text. */
function timeComparator(
  left: BoundExpression,
  right: BoundExpression,
  leftValue: Evaluator,
  rightValue: Evaluator,
): Comparator {
  const textLeft = left.type.kind === "string" || left.type.kind === "binary";
  const textRight = right.type.kind === "string" || right.type.kind === "binary";
  if (textLeft === textRight) return compareScalars(readTime(left, leftValue), readTime(right, rightValue));
  const text = textLeft ? readText(left, leftValue) : readText(right, rightValue);
  const other = textLeft ? right : left;
  const otherTime = textLeft ? readTime(right, rightValue) : readTime(left, leftValue);
  const sign = textLeft ? 1 : -1;
  return (frame) => {
    const written = text(frame);
    const time = otherTime(frame);
    if (written === null || time === null) return Number.NaN;
    const parsed = parseTime(written);
    if (parsed !== undefined && !parsed.truncated) return Math.sign(parsed.value - time) * sign;
    const shown = formatTime(time, other.type.kind === "time" ? other.type.fraction : 0);
    return (written < shown ? -1 : written > shown ? 1 : 0) * sign;
  };
}

/** What error 1525 calls the value that a side is compared with. */
function dateName(other: BoundExpression): string {
  return other.type.kind === "date" ? "DATE" : other.type.kind === "timestamp" ? "TIMESTAMP" : "DATETIME";
}

/** Whether `operator` holds for a comparator's answer; NULL (NaN) makes every one of them false. */
export function testOf(operator: Exclude<ComparisonOperator, "<=>">, compare: Comparator): Predicate {
  switch (operator) {
    case "=":
      return (frame) => compare(frame) === 0;
    case "<>":
      return (frame) => {
        const order = compare(frame);
        return order < 0 || order > 0;
      };
    case "<":
      return (frame) => compare(frame) < 0;
    case "<=":
      return (frame) => compare(frame) <= 0;
    case ">":
      return (frame) => compare(frame) > 0;
    case ">=":
      return (frame) => compare(frame) >= 0;
  }
}

/** Whether a known order satisfies `operator`. */
export function satisfies(operator: ComparisonOperator, order: number): boolean {
  switch (operator) {
    case "=":
    case "<=>":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

/** The comparison as a value: 1, 0 or NULL. */
export function compileComparison(bound: BoundComparison, left: Evaluator, right: Evaluator): Evaluator {
  const compare = comparator(bound.rule, bound.left, bound.right, left, right);
  const { operator } = bound;
  if (operator === "<=>") {
    return (frame): Value => {
      const order = compare(frame);
      if (order === 0) return 1;
      if (!Number.isNaN(order)) return 0;
      return left(frame) === null && right(frame) === null ? 1 : 0;
    };
  }
  return (frame) => {
    const order = compare(frame);
    return Number.isNaN(order) ? null : satisfies(operator, order) ? 1 : 0;
  };
}

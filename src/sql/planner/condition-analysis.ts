/** Finds, among the conditions on a table, those that an index on one of its columns can answer. */

import type { SqlType } from "../../values/sql-type.ts";
import type { BoundColumn, BoundExpression, ComparisonRule } from "../binder/bound-expression.ts";
import { type KeyConversion, keyConversion } from "./key-conversion.ts";
import type { KnownRows } from "./relation.ts";
import { isEvaluable } from "./relation.ts";
import { isDeterministic } from "./same-expression.ts";

/** A value that bounds a column, with its conversion to the column's type. */
export interface KeyValue {
  readonly expression: BoundExpression;
  readonly conversion: KeyConversion;
}

export type ColumnCondition =
  /** column = any of these */
  | { readonly kind: "equal"; readonly values: readonly KeyValue[]; readonly nullSafe: boolean }
  | { readonly kind: "null" }
  | {
      readonly kind: "range";
      readonly lower?: { readonly value: KeyValue; readonly inclusive: boolean };
      readonly upper?: { readonly value: KeyValue; readonly inclusive: boolean };
    }
  /** column LIKE 'prefix%' */
  | { readonly kind: "prefix"; readonly prefix: string };

export interface IndexableCondition {
  readonly column: number;
  readonly condition: ColumnCondition;
  readonly source: BoundExpression;
  /** The index range says exactly what the condition says: it need not be checked again. */
  readonly exact: boolean;
}

export interface AnalysisContext {
  readonly slot: number;
  readonly columnType: (column: number) => SqlType;
  /** Rows that are known before this table is read, and all rows of the query. */
  readonly known: KnownRows;
  readonly all: KnownRows;
}

export function analyseCondition(
  condition: BoundExpression,
  context: AnalysisContext,
): IndexableCondition | undefined {
  switch (condition.kind) {
    case "comparison":
      return (
        comparison(condition, condition.left, condition.right, condition.operator, context) ??
        comparison(condition, condition.right, condition.left, mirrored(condition.operator), context)
      );
    case "is-null": {
      const column = ownColumn(condition.operand, context);
      if (column === undefined || condition.negated) return undefined;
      return { column: column.column, condition: { kind: "null" }, source: condition, exact: true };
    }
    case "between":
      return between(condition, context);
    case "in":
      return inList(condition, context);
    case "like":
      return like(condition, context);
    case "or":
      return sameColumnOr(condition.operands, condition, context);
    default:
      return undefined;
  }
}

function ownColumn(expression: BoundExpression, context: AnalysisContext): BoundColumn | undefined {
  return expression.kind === "column" && expression.slot === context.slot ? expression : undefined;
}

function mirrored(operator: string): string {
  return { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }[operator] ?? operator;
}

function keyValue(
  column: BoundColumn,
  value: BoundExpression,
  rule: ComparisonRule,
  context: AnalysisContext,
): KeyValue | undefined {
  if (!isEvaluable(value, context.known, context.all) || !isDeterministic(value)) return undefined;
  const conversion = keyConversion(context.columnType(column.column), value, rule);
  return conversion === undefined ? undefined : { expression: value, conversion };
}

function comparison(
  source: BoundExpression & { kind: "comparison" },
  side: BoundExpression,
  other: BoundExpression,
  operator: string,
  context: AnalysisContext,
): IndexableCondition | undefined {
  const column = ownColumn(side, context);
  if (column === undefined) return undefined;
  const value = keyValue(column, other, source.rule, context);
  if (value === undefined) return undefined;
  const { exact } = value.conversion;
  const range = (condition: ColumnCondition): IndexableCondition => ({
    column: column.column,
    condition,
    source,
    exact: false,
  });
  switch (operator) {
    case "=":
    case "<=>": {
      const condition: ColumnCondition = { kind: "equal", values: [value], nullSafe: operator === "<=>" };
      return { column: column.column, condition, source, exact };
    }
    case "<":
    case "<=":
      return range({ kind: "range", upper: { value, inclusive: !exact || operator === "<=" } });
    case ">":
    case ">=":
      return range({ kind: "range", lower: { value, inclusive: !exact || operator === ">=" } });
    default:
      return undefined;
  }
}

function between(
  source: BoundExpression & { kind: "between" },
  context: AnalysisContext,
): IndexableCondition | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined || source.negated) return undefined;
  const low = keyValue(column, source.low, source.lowRule, context);
  const high = keyValue(column, source.high, source.highRule, context);
  if (low === undefined && high === undefined) return undefined;
  const condition: ColumnCondition = {
    kind: "range",
    ...(low !== undefined ? { lower: { value: low, inclusive: true } } : {}),
    ...(high !== undefined ? { upper: { value: high, inclusive: true } } : {}),
  };
  return { column: column.column, condition, source, exact: false };
}

function inList(
  source: BoundExpression & { kind: "in" },
  context: AnalysisContext,
): IndexableCondition | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined || source.negated) return undefined;
  const values: KeyValue[] = [];
  for (const [at, item] of source.items.entries()) {
    const value = keyValue(column, item, source.rules[at] as ComparisonRule, context);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const condition: ColumnCondition = { kind: "equal", values, nullSafe: false };
  return { column: column.column, condition, source, exact: values.every((value) => value.conversion.exact) };
}

function like(
  source: BoundExpression & { kind: "like" },
  context: AnalysisContext,
): IndexableCondition | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined || source.negated || source.pattern.kind !== "constant") return undefined;
  const type = context.columnType(column.column);
  // Only where weights are bytes does a prefix of the text give a prefix of the key.
  if (type.kind !== "string" || !type.collation.endsWith("_bin") || source.collation !== type.collation)
    return undefined;
  if (typeof source.pattern.value !== "string") return undefined;
  const prefix = literalPrefix(source.pattern.value, source.escape);
  if (prefix === "") return undefined;
  return { column: column.column, condition: { kind: "prefix", prefix }, source, exact: false };
}

function literalPrefix(pattern: string, escapeCharacter: string): string {
  const wild = [...pattern].findIndex(
    (character) => character === "%" || character === "_" || character === escapeCharacter,
  );
  return wild < 0 ? pattern : [...pattern].slice(0, wild).join("");
}

/** `a = 1 OR a = 5 OR a IN (7, 8)` is an IN list. */
function sameColumnOr(
  operands: readonly BoundExpression[],
  source: BoundExpression,
  context: AnalysisContext,
): IndexableCondition | undefined {
  const values: KeyValue[] = [];
  let column: number | undefined;
  let exact = true;
  for (const operand of operands) {
    const found = analyseCondition(operand, context);
    if (found === undefined || found.condition.kind !== "equal" || found.condition.nullSafe) return undefined;
    if (column !== undefined && found.column !== column) return undefined;
    column = found.column;
    exact &&= found.exact;
    values.push(...found.condition.values);
  }
  if (column === undefined) return undefined;
  return { column, condition: { kind: "equal", values, nullSafe: false }, source, exact };
}

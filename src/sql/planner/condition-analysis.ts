/** Finds, among the conditions on a table, those that an index on one of its columns can answer. */

import type { SqlType } from "../../values/sql-type.ts";
import type {
  BoundColumn,
  BoundExpression,
  BoundLike,
  BoundSubquery,
  ComparisonOperator,
  ComparisonRule,
} from "../binder/bound-expression.ts";
import { mirrored } from "../binder/comparison-rule.ts";
import { type KeyConversion, keyConversion } from "./key-conversion.ts";
import type { KnownRows } from "./relation.ts";
import { isEvaluable } from "./relation.ts";
import { isDeterministic, isRowIndependent } from "./same-expression.ts";

/** A value that bounds a column, with its conversion to the column's type. */
export interface KeyValue {
  readonly expression: BoundExpression;
  readonly conversion: KeyConversion;
}

export interface KeyBound {
  readonly value: KeyValue;
  readonly inclusive: boolean;
}

export type ColumnCondition =
  /** column = any of these */
  | { readonly kind: "equal"; readonly values: readonly KeyValue[]; readonly nullSafe: boolean }
  /** column = any of the rows of a subquery that reads no row of this query */
  | {
      readonly kind: "member";
      readonly subquery: BoundSubquery;
      readonly conversion: KeyConversion;
    }
  | { readonly kind: "null" }
  /** With no bound: every value, but not NULL. */
  | { readonly kind: "range"; readonly lower?: KeyBound; readonly upper?: KeyBound }
  /** column LIKE 'prefix%' */
  | { readonly kind: "prefix"; readonly like: BoundLike }
  /** Any of these, none of them "any". */
  | { readonly kind: "any"; readonly of: readonly ColumnCondition[] };

export interface IndexableCondition {
  readonly column: number;
  readonly condition: ColumnCondition;
  /** The conditions of the query that it stands for. */
  readonly sources: readonly BoundExpression[];
  /** The index range says exactly what they say: they need not be checked again. */
  readonly exact: boolean;
}

export interface AnalysisContext {
  readonly slot: number;
  readonly columnType: (column: number) => SqlType;
  readonly isNullable: (column: number) => boolean;
  /** Rows that are known before this table is read, and all rows of the query. */
  readonly known: KnownRows;
  readonly all: KnownRows;
}

interface Found {
  readonly column: number;
  readonly condition: ColumnCondition;
  readonly exact: boolean;
}

export function analyseCondition(
  condition: BoundExpression,
  context: AnalysisContext,
): IndexableCondition | undefined {
  const found = analyse(condition, context);
  return found === undefined ? undefined : { ...found, sources: [condition] };
}

function analyse(condition: BoundExpression, context: AnalysisContext): Found | undefined {
  switch (condition.kind) {
    case "comparison": {
      const { left, right, operator, rule } = condition;
      return (
        comparison({ side: left, other: right, operator, rule }, context) ??
        comparison({ side: right, other: left, operator: mirrored(operator), rule }, context)
      );
    }
    case "is-null": {
      const column = ownColumn(condition.operand, context);
      if (column === undefined || !context.isNullable(column)) return undefined;
      const kind = condition.negated ? "range" : "null";
      return { column, condition: { kind }, exact: true };
    }
    case "between":
      return between(condition, context);
    case "in":
      return condition.negated ? undefined : inList(condition, context);
    case "like":
      return like(condition, context);
    case "or":
      return sameColumnOr(condition.operands, context);
    case "subquery":
      return member(condition, context);
    default:
      return undefined;
  }
}

function ownColumn(expression: BoundExpression, context: AnalysisContext): number | undefined {
  return expression.kind === "column" && expression.slot === context.slot ? expression.column : undefined;
}

function keyValue(
  column: number,
  value: BoundExpression,
  rule: ComparisonRule,
  context: AnalysisContext,
): KeyValue | undefined {
  if (!isEvaluable(value, context.known, context.all) || !isDeterministic(value)) return undefined;
  const conversion = keyConversion(context.columnType(column), value, rule);
  return conversion === undefined ? undefined : { expression: value, conversion };
}

interface Sides {
  readonly side: BoundExpression;
  readonly other: BoundExpression;
  readonly operator: ComparisonOperator;
  readonly rule: ComparisonRule;
}

function comparison({ side, other, operator, rule }: Sides, context: AnalysisContext): Found | undefined {
  const column = ownColumn(side, context);
  if (column === undefined) return undefined;
  const value = keyValue(column, other, rule, context);
  if (value === undefined) return undefined;
  const { exactEqual, exactRange, place } = value.conversion;
  if (operator === "=" || operator === "<=>") {
    const nullSafe = operator === "<=>";
    return { column, condition: { kind: "equal", values: [value], nullSafe }, exact: exactEqual };
  }
  if (place === undefined) return undefined;
  const range = (bounds: { readonly lower?: KeyBound; readonly upper?: KeyBound }): ColumnCondition => ({
    kind: "range",
    ...bounds,
  });
  switch (operator) {
    case "<":
    case "<=":
      return {
        column,
        condition: range({ upper: { value, inclusive: operator === "<=" } }),
        exact: exactRange,
      };
    case ">":
    case ">=":
      return {
        column,
        condition: range({ lower: { value, inclusive: operator === ">=" } }),
        exact: exactRange,
      };
    case "<>": {
      const bound: KeyBound = { value, inclusive: false };
      const condition: ColumnCondition = {
        kind: "any",
        of: [range({ upper: bound }), range({ lower: bound })],
      };
      return exactRange ? { column, condition, exact: true } : undefined;
    }
  }
}

function between(source: BoundExpression & { kind: "between" }, context: AnalysisContext): Found | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined || source.negated) return undefined;
  const ordered = (value: KeyValue | undefined): KeyValue | undefined =>
    value?.conversion.place === undefined ? undefined : value;
  const low = ordered(keyValue(column, source.low, source.lowRule, context));
  const high = ordered(keyValue(column, source.high, source.highRule, context));
  if (low === undefined && high === undefined) return undefined;
  return {
    column,
    condition: {
      kind: "range",
      ...(low !== undefined ? { lower: { value: low, inclusive: true } } : {}),
      ...(high !== undefined ? { upper: { value: high, inclusive: true } } : {}),
    },
    exact: low?.conversion.exactRange === true && high?.conversion.exactRange === true,
  };
}

function inList(source: BoundExpression & { kind: "in" }, context: AnalysisContext): Found | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined) return undefined;
  const values: KeyValue[] = [];
  for (const [at, item] of source.items.entries()) {
    const value = keyValue(column, item, source.rules[at] as ComparisonRule, context);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return {
    column,
    condition: { kind: "equal", values, nullSafe: false },
    exact: values.every((value) => value.conversion.exactEqual),
  };
}

/** The characters of a prefix weigh as those that match them, so that all matches lie in one range of weights. */
function like(source: BoundLike, context: AnalysisContext): Found | undefined {
  const column = ownColumn(source.subject, context);
  if (column === undefined || source.negated || !isRowIndependent(source.pattern)) return undefined;
  if (!isDeterministic(source.pattern)) return undefined;
  const type = context.columnType(column);
  const fits =
    (type.kind === "string" && source.collation === type.collation) ||
    (type.kind === "binary" && source.collation === "binary");
  return fits ? { column, condition: { kind: "prefix", like: source }, exact: false } : undefined;
}

/** `a = 1 OR a IN (7, 8)` is an IN list; other alternatives are ranges side by side. */
function sameColumnOr(operands: readonly BoundExpression[], context: AnalysisContext): Found | undefined {
  const found: Found[] = [];
  for (const operand of operands) {
    const one = operand.kind === "and" ? undefined : analyse(operand, context);
    if (one === undefined || one.condition.kind === "member") return undefined;
    if (found[0] !== undefined && found[0].column !== one.column) return undefined;
    found.push(one);
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const exact = found.every((one) => one.exact);
  const values: KeyValue[] = [];
  let onlyValues = true;
  for (const { condition } of found) {
    if (condition.kind === "equal" && !condition.nullSafe) values.push(...condition.values);
    else onlyValues = false;
  }
  const condition: ColumnCondition = onlyValues
    ? { kind: "equal", values, nullSafe: false }
    : {
        kind: "any",
        of: found.flatMap(({ condition: one }) => (one.kind === "any" ? one.of : [one])),
      };
  return { column: first.column, condition, exact };
}

/** `column IN (SELECT …)` */
function member(source: BoundSubquery, context: AnalysisContext): Found | undefined {
  const { form, plan } = source;
  if (form.kind !== "quantified" || form.operator !== "=" || form.quantifier !== "any") return undefined;
  if (plan.correlated || form.left.length !== 1) return undefined;
  const column = ownColumn(form.left[0] as BoundColumn, context);
  const [selected] = plan.columns;
  const [rule] = form.rules;
  if (column === undefined || selected === undefined || rule === undefined) return undefined;
  const conversion = keyConversion(
    context.columnType(column),
    { ...selected, kind: "register", register: -1 },
    rule,
  );
  if (conversion === undefined) return undefined;
  return {
    column,
    condition: { kind: "member", subquery: source, conversion },
    exact: conversion.exactEqual,
  };
}

/**
 * Bound expressions: what the binder makes of an expression's AST. Every node knows its SQL type, whether it can be
 * NULL, and how strong its collation is, so that nothing about types is left to decide when rows are read. Nodes
 * that the planner looks into (comparisons, AND, BETWEEN, IN, LIKE, IS NULL) have kinds of their own; every other
 * operator and function is a `call` which carries its implementation.
 */
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Evaluator } from "../executor/frame.ts";

/** MySQL's COERCIBILITY(): the lower, the stronger. */
export const COERCIBILITY_EXPLICIT = 0;
export const COERCIBILITY_NONE = 1;
export const COERCIBILITY_SYSTEM = 3;
export const COERCIBILITY_NUMERIC = 5;
export const COERCIBILITY_IGNORABLE = 6;
export type Coercibility = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/**
 * When a node's value can change: `constant` never, `statement` per execution (NOW(), parameters, @@variables),
 * `row` with the row it is read for (columns, RAND(), user variables).
 */
export type Volatility = "constant" | "statement" | "row";

export interface BoundBase {
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly coercibility: Coercibility;
  /** Width of the value as text, in characters, where the type does not say it (see ResultColumn.displayLength). */
  readonly displayLength?: number;
  /** A x'…', 0x… or b'…' literal: a byte string that is an unsigned integer where a number is asked for. */
  readonly binaryLiteral?: boolean;
  /** TRUE or FALSE: a JSON boolean where JSON is asked for. */
  readonly boolean?: boolean;
  /** Digits after the point of a double with a fixed number of them; see ResultColumn.decimals. */
  readonly decimals?: number;
}

export interface BoundConstant extends BoundBase {
  readonly kind: "constant";
  readonly value: Value;
}

/** A literal taken out of the statement's text or a prepared statement's parameter. */
export interface BoundParameter extends BoundBase {
  readonly kind: "parameter";
  readonly index: number;
}

/** What the protocol says of a column that an expression is a plain reference to. */
export interface ColumnOrigin {
  readonly database: string;
  /** alias, or the table's name */
  readonly table: string;
  readonly originalTable: string;
  readonly originalName: string;
  readonly primaryKey?: boolean;
  readonly uniqueKey?: boolean;
  readonly multipleKey?: boolean;
  readonly autoIncrement?: boolean;
  readonly noDefault?: boolean;
  readonly onUpdateNow?: boolean;
}

/** A column of a row shown in a frame's slot. Its reader comes from the {@link RowLayout} at compile time. */
export interface BoundColumn extends BoundBase {
  readonly kind: "column";
  readonly slot: number;
  /** Index into the columns of the slot's row. */
  readonly column: number;
  readonly name: string;
  readonly origin?: ColumnOrigin;
}

/** A value computed before: an aggregate's result, a group key, a column of a derived table. */
export interface BoundRegister extends BoundBase {
  readonly kind: "register";
  readonly register: number;
  readonly name?: string;
  readonly origin?: ColumnOrigin;
}

export type ComparisonOperator = "=" | "<=>" | "<>" | "<" | "<=" | ">" | ">=";

/** As what two values are compared; MySQL decides it from the two static types. */
export type ComparisonRule =
  | { readonly kind: "integer" }
  | { readonly kind: "decimal" }
  | { readonly kind: "double" }
  | { readonly kind: "text"; readonly collation: string }
  | { readonly kind: "bytes" }
  | { readonly kind: "datetime" }
  | { readonly kind: "date" }
  | { readonly kind: "time" }
  | { readonly kind: "json" };

export interface BoundComparison extends BoundBase {
  readonly kind: "comparison";
  readonly operator: ComparisonOperator;
  readonly left: BoundExpression;
  readonly right: BoundExpression;
  readonly rule: ComparisonRule;
}

/** AND or OR of two or more operands, flattened. */
export interface BoundLogical extends BoundBase {
  readonly kind: "and" | "or";
  readonly operands: readonly BoundExpression[];
}

export interface BoundNot extends BoundBase {
  readonly kind: "not";
  readonly operand: BoundExpression;
}

export interface BoundIsNull extends BoundBase {
  readonly kind: "is-null";
  readonly operand: BoundExpression;
  readonly negated: boolean;
}

export interface BoundBetween extends BoundBase {
  readonly kind: "between";
  readonly subject: BoundExpression;
  readonly low: BoundExpression;
  readonly high: BoundExpression;
  readonly negated: boolean;
  readonly lowRule: ComparisonRule;
  readonly highRule: ComparisonRule;
}

export interface BoundIn extends BoundBase {
  readonly kind: "in";
  readonly subject: BoundExpression;
  readonly items: readonly BoundExpression[];
  /** One per item. */
  readonly rules: readonly ComparisonRule[];
  readonly negated: boolean;
}

export interface BoundLike extends BoundBase {
  readonly kind: "like";
  readonly subject: BoundExpression;
  readonly pattern: BoundExpression;
  /** One character, or '' for none. */
  readonly escape: string;
  /** `binary` compares bytes. */
  readonly collation: string;
  readonly negated: boolean;
}

/** Any other operator or function. */
export interface BoundCall extends BoundBase {
  readonly kind: "call";
  /** Lower case: `+`, `concat`, `json_extract` … */
  readonly name: string;
  readonly args: readonly BoundExpression[];
  /** Of the function itself; its arguments may change more often. */
  readonly volatility: Volatility;
  readonly build: (args: readonly Evaluator[]) => Evaluator;
}

/** `(a, b)`: only as an operand of a comparison or IN, never a value. */
export interface BoundRow extends BoundBase {
  readonly kind: "row";
  readonly items: readonly BoundExpression[];
}

export type SubqueryForm =
  /** The value of the one column of the at most one row; 1242 when there are more. */
  | { readonly kind: "scalar" }
  | { readonly kind: "exists"; readonly negated: boolean }
  /** `left operator ANY/ALL (subquery)`; `IN` is `= ANY`, `NOT IN` is `<> ALL`. One rule per column. */
  | {
      readonly kind: "quantified";
      readonly left: readonly BoundExpression[];
      readonly operator: ComparisonOperator;
      readonly quantifier: "any" | "all";
      readonly rules: readonly ComparisonRule[];
    }
  /** `(a, b) = (SELECT x, y …)`: at most one row. */
  | {
      readonly kind: "row-comparison";
      readonly left: readonly BoundExpression[];
      readonly operator: ComparisonOperator;
      readonly rules: readonly ComparisonRule[];
    };

export interface BoundSubquery extends BoundBase {
  readonly kind: "subquery";
  readonly form: SubqueryForm;
  readonly plan: SubqueryPlan;
}

/** A planned subquery, opaque to expressions; the planner makes it. Execution is synchronous. */
export interface SubqueryPlan {
  readonly columns: readonly BoundBase[];
  /** It reads columns or registers of an outer query, so it runs again for every outer row. */
  readonly correlated: boolean;
  /** The outer slots and registers it reads. */
  readonly outerReferences: readonly (BoundColumn | BoundRegister)[];
  /**
   * Runs it for the frame's current outer row, calling `visit` with each result row until it returns true. The row
   * array is only valid during the call.
   */
  forEachRow(frame: import("../executor/frame.ts").Frame, visit: (row: readonly Value[]) => boolean): void;
}

export type BoundExpression =
  | BoundConstant
  | BoundParameter
  | BoundColumn
  | BoundRegister
  | BoundComparison
  | BoundLogical
  | BoundNot
  | BoundIsNull
  | BoundBetween
  | BoundIn
  | BoundLike
  | BoundCall
  | BoundRow
  | BoundSubquery;

/** The direct operands of a node, in order. */
export function childrenOf(expression: BoundExpression): readonly BoundExpression[] {
  switch (expression.kind) {
    case "constant":
    case "parameter":
    case "column":
    case "register":
      return [];
    case "comparison":
      return [expression.left, expression.right];
    case "and":
    case "or":
      return expression.operands;
    case "not":
    case "is-null":
      return [expression.operand];
    case "between":
      return [expression.subject, expression.low, expression.high];
    case "in":
      return [expression.subject, ...expression.items];
    case "like":
      return [expression.subject, expression.pattern];
    case "call":
      return expression.args;
    case "row":
      return expression.items;
    case "subquery":
      return "left" in expression.form ? expression.form.left : [];
  }
}

/** When the value of the whole expression can change. */
export function volatilityOf(expression: BoundExpression): Volatility {
  switch (expression.kind) {
    case "constant":
      return "constant";
    case "parameter":
      return "statement";
    case "column":
    case "register":
      return "row";
    case "subquery":
      // An uncorrelated subquery gives the same answer throughout a statement, but not at bind time.
      if (expression.plan.correlated) return "row";
      break;
    default:
      break;
  }
  let volatility: Volatility =
    expression.kind === "call"
      ? expression.volatility
      : expression.kind === "subquery"
        ? "statement"
        : "constant";
  for (const child of childrenOf(expression)) {
    const of = volatilityOf(child);
    if (of === "row") return "row";
    if (of === "statement") volatility = volatility === "row" ? "row" : "statement";
  }
  return volatility;
}

/** Calls `visit` with every column and register the expression reads, also from inside correlated subqueries. */
export function visitReferences(
  expression: BoundExpression,
  visit: (reference: BoundColumn | BoundRegister) => void,
): void {
  if (expression.kind === "column" || expression.kind === "register") visit(expression);
  else if (expression.kind === "subquery") expression.plan.outerReferences.forEach(visit);
  for (const child of childrenOf(expression)) visitReferences(child, visit);
}

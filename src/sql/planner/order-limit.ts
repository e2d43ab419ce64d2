/** ORDER BY, LIMIT and locking clauses: the steps around the body of a query. */
import { sqlError } from "../../values/sql-error.ts";
import type { Expression } from "../ast/expression.ts";
import type { Limit as LimitClause, LockingClause, OrderItem } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator, Frame, Operator } from "../executor/frame.ts";
import { Limit } from "../executor/limit.ts";
import { SmallSort } from "../executor/small-sort.ts";
import { Sort } from "../executor/sort.ts";
import { compileExpression } from "../expression/compile.ts";
import { type OrderKey, sortKeyPartsFor, sortKeysFor } from "./key-compilation.ts";
import type { PlanNode } from "./plan-node.ts";
import type { QueryContext } from "./query-planner.ts";
import { type QueryLevel, QueryScope } from "./query-scope.ts";
import { isRowIndependent, sameExpression } from "./same-expression.ts";

export interface OrderAndLimit {
  readonly orderBy: readonly OrderItem[];
  readonly limit: LimitClause | undefined;
  readonly locking: readonly LockingClause[];
}

export type CountRows = (frame: Frame) => number;

/** A row count of LIMIT or OFFSET: a literal or a parameter. */
function compileCount(expression: Expression, context: QueryContext, level: QueryLevel): CountRows {
  const scope = new QueryScope(level, {
    clause: "field list",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  const bound = bindExpression(expression, scope, context.builder.environment);
  let evaluate: Evaluator | undefined;
  return (frame) => {
    evaluate ??= compileExpression(bound, context.builder);
    const value = evaluate(frame);
    const count = Number(value);
    if (value === null || !Number.isFinite(count) || count < 0) throw sqlError("ER_WRONG_ARGUMENTS", "LIMIT");
    return Math.floor(count);
  };
}

/** DISTINCT below a sort. */
export interface Deduplication {
  /** What is made distinct. */
  readonly input: PlanNode;
  readonly columns: readonly BoundExpression[];
  readonly apply: (input: Operator) => Operator;
}

/** `input` has its duplicates taken out already; `deduplication` says how, so that sorting may do it instead. */
export function sortNode(
  input: PlanNode,
  keys: readonly OrderKey[],
  limit: LimitClause | undefined,
  context: QueryContext,
  level: QueryLevel,
  deduplication?: Deduplication,
): PlanNode {
  const varying = keys.filter((key) => !isRowIndependent(key.expression));
  if (varying.length === 0) return input;
  const count = limit && compileCount(limit.count, context, level);
  const offset = limit?.offset && compileCount(limit.offset, context, level);
  const { builder } = context;
  const { shape } = input;
  const merged =
    deduplication !== undefined && sortsBy(varying, deduplication.columns) ? deduplication : undefined;
  const large = (rows: Operator): Sort =>
    new Sort({
      input: merged === undefined ? rows : merged.apply(rows),
      keys: sortKeysFor(varying, builder),
      keyParts: sortKeyPartsFor(varying, builder),
      shape,
      limit: count === undefined ? undefined : (frame) => count(frame) + (offset?.(frame) ?? 0),
    });
  return {
    shape,
    rows: input.rows,
    explain: { text: "Sort", rows: input.rows, children: [input.explain] },
    build: () =>
      new SmallSort({
        input: (merged?.input ?? input).build(),
        keys: sortKeysFor(varying, builder),
        shape,
        distinct: merged !== undefined,
        large,
      }),
  };
}

/** COLLATE can give one column two orders. */
function collationOf({ type }: BoundExpression): string {
  return type.kind === "string" ? type.collation : "";
}

/** Whether rows that the keys call equal are those that are equal in the columns. */
function sortsBy(keys: readonly OrderKey[], columns: readonly BoundExpression[]): boolean {
  const same = (left: BoundExpression, right: BoundExpression): boolean =>
    sameExpression(left, right) && collationOf(left) === collationOf(right);
  return (
    columns.every((column) => keys.some((key) => same(key.expression, column))) &&
    keys.every((key) => columns.some((column) => same(key.expression, column)))
  );
}

export function limitNode(
  input: PlanNode,
  limit: LimitClause | undefined,
  options: { readonly countAll: boolean },
  context: QueryContext,
  level: QueryLevel,
): PlanNode {
  if (limit === undefined && !options.countAll) return input;
  const count =
    limit === undefined ? () => Number.POSITIVE_INFINITY : compileCount(limit.count, context, level);
  const offset = limit?.offset === undefined ? () => 0 : compileCount(limit.offset, context, level);
  return {
    shape: input.shape,
    rows: input.rows,
    explain: { text: "Limit", rows: input.rows, children: [input.explain] },
    build: () => {
      const operator = new Limit(input.build(), { offset, count, countAll: options.countAll });
      if (options.countAll) context.builder.foundRows = operator;
      return operator;
    },
  };
}

/**
 * What binding an expression needs from outside: names and subqueries from the query it stands in (implemented by the
 * planner), and the session's settings that types and meanings depend on. Whatever `BindEnvironment` gives is part of
 * the plan cache's key.
 */

import type { SqlType } from "../../values/sql-type.ts";
import type { AggregateName, ColumnReference, SystemVariable, WindowReference } from "../ast/expression.ts";
import type { Query } from "../ast/query.ts";
import type { BoundExpression, SubqueryPlan } from "./bound-expression.ts";

/** An aggregate call with bound arguments, to be given a register by the planner. */
export interface BoundAggregate {
  readonly name: AggregateName;
  readonly distinct: boolean;
  /** Empty for COUNT(*). */
  readonly args: readonly BoundExpression[];
  /** GROUP_CONCAT's ORDER BY */
  readonly orderBy: readonly { readonly expression: BoundExpression; readonly descending: boolean }[];
  /** GROUP_CONCAT's separator */
  readonly separator: string;
  /** Of the result; see `aggregates/aggregate.ts` for the computation. */
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly displayLength?: number;
  readonly decimals?: number;
}

export type WindowFunctionName =
  | "row_number"
  | "rank"
  | "dense_rank"
  | "cume_dist"
  | "percent_rank"
  | "ntile"
  | "lead"
  | "lag"
  | "first_value"
  | "last_value"
  | "nth_value";

/** A window function, or an aggregate with OVER. */
export interface BoundWindowCall {
  readonly function: WindowFunctionName | BoundAggregate;
  readonly args: readonly BoundExpression[];
  readonly over: WindowReference;
  readonly type: SqlType;
  readonly nullable: boolean;
}

export interface NameScope {
  /** A column, a select-list alias where the clause allows one, or a column of an outer query (whose rows are in the
   *  same frame). Throws 1054 `Unknown column 'x' in 'where clause'` or 1052. */
  resolveColumn(reference: ColumnReference): BoundExpression;
  /** The scope that an aggregate's arguments are bound in; throws 1111 where aggregates are not allowed. */
  aggregateArguments(): NameScope;
  /** Gives the aggregate a register (the same one for equal aggregates). */
  placeAggregate(aggregate: BoundAggregate): BoundExpression;
  /** Throws 3593 where window functions are not allowed. */
  placeWindowCall(call: BoundWindowCall): BoundExpression;
  /** ORDER BY items of GROUP_CONCAT may be positions among its arguments; the binder handles that itself. */
  planSubquery(query: Query): SubqueryPlan;
  /** VALUES(column) in ON DUPLICATE KEY UPDATE; elsewhere NULL. */
  valuesOf(reference: ColumnReference): BoundExpression;
  /** DEFAULT(column); throws 1364 without a default. */
  defaultOf(reference: ColumnReference): BoundExpression;
}

/** Session settings that binding depends on. */
export interface BindEnvironment {
  readonly sqlMode: ReadonlySet<string>;
  /** character_set_client: what string literals' bytes are in */
  readonly clientCharset: string;
  readonly connectionCharset: string;
  readonly connectionCollation: string;
  readonly database: string | undefined;
  readonly divPrecisionIncrement: number;
  readonly defaultWeekFormat: number;
  readonly groupConcatMaxLen: number;
  readonly lcTimeNames: string;
  /** Types of the `?` of a prepared statement, as bound by the client; string when not known yet. */
  readonly parameterTypes: readonly SqlType[];
  /** The type of what a user variable holds now; undefined when it was never set. */
  userVariableType(name: string): SqlType | undefined;
  /** Throws 1193 for an unknown variable, 1238 for a wrong scope. */
  systemVariableType(variable: SystemVariable): SqlType;
  /** True for functions that `StatementContext.callEngineFunction` answers, and their result type. */
  engineFunctionType(name: string): SqlType | undefined;
  /** A note or warning found while binding. */
  warn(level: "Note" | "Warning", errno: number, message: string): void;
}

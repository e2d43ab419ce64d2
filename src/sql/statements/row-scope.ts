/** Names in the expressions of INSERT: the columns of the row being made, and what a clause adds to them. */

import type { Column } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { ColumnReference } from "../ast/expression.ts";
import type { Query } from "../ast/query.ts";
import type { BoundExpression, SubqueryPlan } from "../binder/bound-expression.ts";
import type { NameScope } from "../binder/name-scope.ts";
import type { Clause, QueryLevel } from "../planner/query-scope.ts";
import type { Source, SourceColumn } from "../planner/source.ts";
import { coercibilityOf } from "../planner/table-source.ts";
import type { TargetTable } from "./target-table.ts";

export interface RowScopeOptions {
  readonly valuesOf?: (reference: ColumnReference) => BoundExpression;
  /** Another row that names reach: the row alias. */
  readonly more?: Source;
}

export function rowScope(
  columns: readonly SourceColumn[],
  level: QueryLevel,
  clause: Clause,
  target: TargetTable,
  options: RowScopeOptions = {},
): NameScope {
  const find = (list: readonly SourceColumn[], name: string) =>
    list.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const scope: NameScope = {
    resolveColumn(reference) {
      const { more } = options;
      if (more !== undefined && reference.table === more.alias) {
        const found = find(more.columns, reference.name);
        if (found !== undefined) return found.expression;
      }
      if (reference.table === undefined || reference.table === target.name) {
        const found = find(columns, reference.name);
        const other =
          more === undefined || reference.table !== undefined
            ? undefined
            : find(more.columns, reference.name);
        if (found !== undefined && other !== undefined)
          throw sqlError("ER_NON_UNIQ_ERROR", reference.name, clause);
        if (found !== undefined) return found.expression;
        if (other !== undefined) return other.expression;
      }
      const name = [reference.database, reference.table, reference.name]
        .filter((part) => part !== undefined)
        .join(".");
      throw sqlError("ER_BAD_FIELD_ERROR", name, clause);
    },
    aggregateArguments(): never {
      throw sqlError("ER_INVALID_GROUP_FUNC_USE");
    },
    placeAggregate(): never {
      throw sqlError("ER_INVALID_GROUP_FUNC_USE");
    },
    placeWindowCall(): never {
      throw sqlError("ER_NOT_SUPPORTED_YET", "window functions");
    },
    planSubquery: (query: Query): SubqueryPlan => level.planSubquery(query, scope),
    valuesOf(reference) {
      if (options.valuesOf !== undefined) return options.valuesOf(reference);
      return { kind: "constant", value: null, type: { kind: "null" }, nullable: true, coercibility: 6 };
    },
    defaultOf: (reference) => defaultConstant(target, reference),
  };
  return scope;
}

/** DEFAULT(column): literal defaults only, as in MySQL. */
export function defaultConstant(target: TargetTable, reference: ColumnReference): BoundExpression {
  const column = target.schema.columns[target.columnIndex(reference.name, "field list")] as Column;
  const { default: given, type } = column;
  if (given === undefined && !column.nullable) throw sqlError("ER_NO_DEFAULT_FOR_FIELD", column.name);
  if (given?.kind === "expression")
    throw sqlError("ER_DEFAULT_VAL_GENERATED_FUNCTION_IS_NOT_ALLOWED", column.name, "DEFAULT");
  const value = given?.kind === "literal" ? given.value : null;
  return { kind: "constant", value, type, nullable: value === null, coercibility: coercibilityOf(type) };
}

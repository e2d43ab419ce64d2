/** The select list: expands `*` and binds the items under the names that results and later clauses know. */
import { sqlError } from "../../values/sql-error.ts";
import type { Select, SelectItem } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { OutputColumn } from "./query-planner.ts";
import { type QueryLevel, QueryScope } from "./query-scope.ts";

export function bindItems(select: Select, level: QueryLevel, builder: PlanBuilder): OutputColumn[] {
  const scope = new QueryScope(level, {
    clause: "field list",
    aggregates: "allowed",
    windows: true,
    aliases: "none",
  });
  return select.items.flatMap((item) => {
    if (item.kind === "star") {
      return expandStar(item, level);
    }
    const expression = bindExpression(item.expression, scope, builder.environment);
    const manyColumns =
      expression.kind === "subquery" &&
      expression.form.kind === "scalar" &&
      expression.plan.columns.length !== 1;
    if (expression.kind === "row" || manyColumns) throw sqlError("ER_OPERAND_COLUMNS", 1);
    return [{ name: itemName(item), expression }];
  });
}

function itemName(item: SelectItem & { readonly kind: "item" }): string {
  if (item.alias !== undefined) return item.alias;
  return item.expression.kind === "column" ? item.expression.name : item.text;
}

function expandStar(item: SelectItem & { readonly kind: "star" }, level: QueryLevel): OutputColumn[] {
  if (level.sources.length === 0) throw sqlError("ER_NO_TABLES_USED");
  const { table, database } = item;
  const chosen = level.sources.filter(
    (source) =>
      (table === undefined || source.alias === table) &&
      (database === undefined || source.database === undefined || source.database === database),
  );
  if (chosen.length === 0) {
    const name = database === undefined ? table : `${database}.${table}`;
    throw sqlError("ER_BAD_TABLE_ERROR", name ?? "");
  }
  const columns: OutputColumn[] = [];
  const covered = new Set<BoundExpression>();
  // Common columns of NATURAL and USING joins come first, once; a later join's cover those of the joins inside it.
  if (table === undefined) {
    const merged = level.merged.filter(
      (candidate) =>
        !level.merged.some(
          (other) =>
            other !== candidate &&
            candidate.of.every((of) => other.of.includes(of)) &&
            other.of.length > candidate.of.length,
        ),
    );
    for (const { name, expression, of } of merged) {
      columns.push({ name, expression });
      for (const one of of) covered.add(one);
    }
  }
  for (const source of chosen) {
    for (const column of source.columns) {
      if (!column.hidden && !covered.has(column.expression))
        columns.push({ name: column.name, expression: column.expression });
    }
  }
  return columns;
}

/** Binds one SELECT: its sources, conditions, groups, items and order, and the rules that hold between them. */
import { sqlError } from "../../values/sql-error.ts";
import type { Expression } from "../ast/expression.ts";
import type { Select } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { type BoundExpression, type BoundRegister, visitReferences } from "../binder/bound-expression.ts";
import { bindFrom } from "./from-clause.ts";
import { DeterminedColumns, requireDetermined } from "./full-group-by.ts";
import type { OrderKey } from "./key-compilation.ts";
import type { OrderAndLimit } from "./order-limit.ts";
import { simplifyOuterJoins } from "./outer-join-rules.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { type OutputColumn, type QueryContext, subqueryPlanner } from "./query-planner.ts";
import { QueryLevel, QueryScope } from "./query-scope.ts";
import { conjunctsOf, type RelationGroup } from "./relation.ts";
import { sameExpression } from "./same-expression.ts";
import { bindItems } from "./select-items.ts";

export interface BoundSelect {
  readonly select: Select;
  readonly around: OrderAndLimit;
  readonly level: QueryLevel;
  readonly group: RelationGroup;
  readonly where: readonly BoundExpression[];
  readonly grouping: Grouping;
  readonly having: readonly BoundExpression[];
  readonly order: readonly OrderKey[];
  readonly isGrouped: boolean;
}

export function bindSelect(select: Select, context: QueryContext, around: OrderAndLimit): BoundSelect {
  const { builder } = context;
  if (select.windows.length > 0) throw sqlError("ER_NOT_SUPPORTED_YET", "WINDOW clause");
  if (select.qualify !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "QUALIFY");
  const level = new QueryLevel(context.outer, () => builder.addRegister(), subqueryPlanner(context));
  const boundGroup = bindFrom(select.from, {
    builder,
    level,
    commonTables: context.commonTables,
    // What is locked is what the query itself names.
    canMerge: around.locking.length === 0,
  });
  if (select.straightJoin) boundGroup.fixedOrder = true;
  const where = bindWhere(select, level, builder);
  const group = simplifyOuterJoins(boundGroup, where);
  const grouping = bindGrouping(select, level, builder);
  const order = bindOrder(around, grouping.columns, level, builder);
  if (select.distinct) checkDistinctOrder(grouping.columns, order, builder);
  const isGrouped = select.groupBy.length > 0 || level.aggregates.length > 0;
  const having = conjunctsOf(grouping.having);
  if (isGrouped) checkGrouping({ select, level, grouping, order, where, group, builder });
  return { select, around, level, group, where, grouping, having, order, isGrouped };
}

function bindWhere(select: Select, level: QueryLevel, builder: PlanBuilder): BoundExpression[] {
  if (select.where === undefined) return [];
  const scope = new QueryScope(level, {
    clause: "where clause",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  return conjunctsOf(bindExpression(select.where, scope, builder.environment));
}

export interface Grouping {
  readonly columns: readonly OutputColumn[];
  readonly keys: readonly BoundExpression[];
  readonly having: BoundExpression | undefined;
}

function bindGrouping(select: Select, level: QueryLevel, builder: PlanBuilder): Grouping {
  let columns = bindItems(select, level, builder);
  level.items = columns;
  const keys = select.groupBy.map((item) => bindGroupKey(item.expression, columns, level, builder));
  level.groupKeys = keys;
  if (select.rollup) {
    level.rollupKeys = keys.map((key) => ({ key, register: rollupRegister(key, builder) }));
    // Bound again, now reading the group keys from where rollup rows have their NULLs.
    columns = bindItems(select, level, builder).map((column, at) => {
      const before = level.items[at]?.expression;
      const found = level.rollupKeys.find(({ key }) => key === before);
      return found === undefined ? column : { ...column, expression: found.register };
    });
    level.items = columns;
  }
  const scope = new QueryScope(level, {
    clause: "having clause",
    aggregates: "allowed",
    windows: false,
    aliases: "having",
  });
  const having =
    select.having === undefined ? undefined : bindExpression(select.having, scope, builder.environment);
  return { columns, keys, having };
}

function rollupRegister(key: BoundExpression, builder: PlanBuilder): BoundRegister {
  return {
    kind: "register",
    register: builder.addRegister(),
    type: key.type,
    nullable: true,
    coercibility: key.coercibility,
    ...(key.kind === "column" && key.origin !== undefined ? { origin: key.origin } : {}),
  };
}

function bindGroupKey(
  expression: Expression,
  columns: readonly OutputColumn[],
  level: QueryLevel,
  builder: PlanBuilder,
): BoundExpression {
  if (expression.kind === "number" && expression.form === "integer") {
    const column = columns[Number(expression.text) - 1];
    if (column === undefined) throw sqlError("ER_BAD_FIELD_ERROR", expression.text, "group statement");
    return column.expression;
  }
  const scope = new QueryScope(level, {
    clause: "group statement",
    aggregates: "forbidden",
    windows: false,
    aliases: "after",
  });
  const bound = bindExpression(expression, scope, builder.environment);
  if (level.aggregates.some((placed) => placed.register === bound))
    throw sqlError("ER_WRONG_GROUP_FIELD", columns.find((c) => c.expression === bound)?.name ?? "");
  return bound;
}

function bindOrder(
  around: OrderAndLimit,
  columns: readonly OutputColumn[],
  level: QueryLevel,
  builder: PlanBuilder,
): OrderKey[] {
  return around.orderBy.map(({ expression, descending }) => {
    if (expression.kind === "number" && expression.form === "integer") {
      const column = columns[Number(expression.text) - 1];
      if (column === undefined) throw sqlError("ER_BAD_FIELD_ERROR", expression.text, "order clause");
      return { expression: column.expression, descending };
    }
    const aliases = expression.kind === "column" ? "before" : "after";
    const scope = new QueryScope(level, {
      clause: "order clause",
      aggregates: "allowed",
      windows: true,
      aliases,
    });
    return { expression: bindExpression(expression, scope, builder.environment), descending };
  });
}

/** 3065: rows that DISTINCT makes one can't be ordered by what they differ in. */
function checkDistinctOrder(
  columns: readonly OutputColumn[],
  order: readonly OrderKey[],
  builder: PlanBuilder,
): void {
  if (!builder.environment.sqlMode.has("ONLY_FULL_GROUP_BY")) return;
  order.forEach((key, at) => {
    if (columns.some((column) => sameExpression(column.expression, key.expression))) return;
    visitReferences(key.expression, (reference) => {
      if (
        reference.kind === "column" &&
        !columns.some((column) => sameExpression(column.expression, reference))
      ) {
        const { origin } = reference;
        const name =
          origin === undefined ? reference.name : `${origin.database}.${origin.table}.${origin.originalName}`;
        throw sqlError("ER_FIELD_IN_ORDER_NOT_SELECT", at + 1, name, "DISTINCT");
      }
    });
  });
}

interface GroupingCheck {
  readonly select: Select;
  readonly level: QueryLevel;
  readonly grouping: Grouping;
  readonly order: readonly OrderKey[];
  readonly where: readonly BoundExpression[];
  readonly group: RelationGroup;
  readonly builder: PlanBuilder;
}

function checkGrouping({ select, level, grouping, order, where, group, builder }: GroupingCheck): void {
  if (!builder.environment.sqlMode.has("ONLY_FULL_GROUP_BY")) return;
  const registers = [
    ...level.aggregates.map((placed) => placed.register.register),
    ...level.rollupKeys.map((item) => item.register.register),
  ];
  const determined = new DeterminedColumns({
    keys: grouping.keys,
    conditions: [...where, ...group.conditions],
    aggregateRegisters: new Set(registers),
    builder,
  });
  const grouped = select.groupBy.length > 0;
  requireDetermined(
    grouping.columns.map((column) => column.expression),
    determined,
    { place: "SELECT list", grouped },
  );
  if (grouping.having !== undefined)
    requireDetermined([grouping.having], determined, { place: "HAVING clause", grouped });
  if (grouped)
    requireDetermined(
      order.map((key) => key.expression),
      determined,
      { place: "ORDER BY", grouped },
    );
}

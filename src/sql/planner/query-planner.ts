/** Plans query expressions: WITH, the body (SELECT, set operations, VALUES, TABLE), ORDER BY and LIMIT around it. */
import { sqlError } from "../../values/sql-error.ts";
import type { Query, QueryBody, Select, TableRows, ValuesRows } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type {
  BoundColumn,
  BoundExpression,
  BoundRegister,
  SubqueryPlan,
} from "../binder/bound-expression.ts";
import type { NameScope } from "../binder/name-scope.ts";
import { ConstantRows } from "../executor/constant-rows.ts";
import { compileExpression } from "../expression/compile.ts";
import type { CommonTables } from "./derived-table.ts";
import { mergedColumns } from "./merged-columns.ts";
import { limitNode, type OrderAndLimit, sortNode } from "./order-limit.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import { QueryLevel, QueryScope } from "./query-scope.ts";
import { bindSelect } from "./select-binder.ts";
import { planBoundSelect, planSelect } from "./select-planner.ts";
import { rememberSubquery } from "./semijoin.ts";
import { planSetOperation } from "./set-operation-planner.ts";
import { makeSubqueryPlan } from "./subquery.ts";

export interface OutputColumn {
  readonly name: string;
  /** Its value, on the row that the plan's root shows. */
  readonly expression: BoundExpression;
}

export interface PlannedQuery {
  readonly node: PlanNode;
  readonly columns: readonly OutputColumn[];
  /** Columns and registers of enclosing queries that it reads. */
  readonly outerReferences: readonly (BoundColumn | BoundRegister)[];
}

export interface QueryContext {
  readonly builder: PlanBuilder;
  /** Names of the enclosing query, for a subquery. */
  readonly outer: NameScope | undefined;
  readonly commonTables: CommonTables;
}

export function planQuery(query: Query, context: QueryContext): PlannedQuery {
  const inner: QueryContext = { ...context, commonTables: context.commonTables.withClause(query.with) };
  const around: OrderAndLimit = { orderBy: query.orderBy, limit: query.limit, locking: query.locking };
  return planBody(query.body, inner, around);
}

/** A SELECT of rows as they are, but for aggregates, which only binding finds. */
export function isPlain({ body, orderBy, limit, locking }: Query): boolean {
  return (
    body.kind === "select" &&
    orderBy.length === 0 &&
    limit === undefined &&
    locking.length === 0 &&
    body.from.length > 0 &&
    !body.distinct &&
    !body.straightJoin &&
    !body.calcFoundRows &&
    body.groupBy.length === 0 &&
    body.having === undefined
  );
}

export const NOTHING_AROUND: OrderAndLimit = { orderBy: [], limit: undefined, locking: [] };

export function planBody(
  body: QueryBody,
  context: QueryContext,
  around: OrderAndLimit = NOTHING_AROUND,
): PlannedQuery {
  switch (body.kind) {
    case "select":
      return planSelect(body, context, around);
    case "set-operation":
      return orderedOutput(planSetOperation(body, context), context, around);
    case "nested":
      return orderedOutput(planQuery(body.query, context), context, around);
    case "values":
      return orderedOutput(planValues(body, context), context, around);
    case "table-rows":
      return planSelect(selectAll(body), context, around);
  }
}

function selectAll(rows: TableRows): Select {
  const { table } = rows;
  return {
    kind: "select",
    distinct: false,
    straightJoin: false,
    calcFoundRows: false,
    options: [],
    items: [{ kind: "star" }],
    from: [{ ...table, kind: "table", partitions: [], hints: [] }],
    groupBy: [],
    rollup: false,
    windows: [],
  };
}

/** ORDER BY and LIMIT around something whose output columns are all that names can mean. */
function orderedOutput(planned: PlannedQuery, context: QueryContext, around: OrderAndLimit): PlannedQuery {
  if (around.orderBy.length === 0 && around.limit === undefined) return planned;
  const { builder } = context;
  const level = new QueryLevel(context.outer, () => builder.addRegister(), subqueryPlanner(context));
  level.items = planned.columns.map((column) => ({ name: column.name, expression: column.expression }));
  const scope = new QueryScope(level, {
    clause: "order clause",
    aggregates: "forbidden",
    windows: false,
    aliases: "before",
  });
  const keys = around.orderBy.map((item) => {
    const { expression } = item;
    if (expression.kind === "number" && expression.form === "integer") {
      const column = planned.columns[Number(expression.text) - 1];
      if (column === undefined) throw sqlError("ER_BAD_FIELD_ERROR", expression.text, "order clause");
      return { expression: column.expression, descending: item.descending };
    }
    return {
      expression: bindExpression(expression, scope, builder.environment),
      descending: item.descending,
    };
  });
  const sorted = sortNode(planned.node, keys, around.limit, context, level);
  const node = limitNode(sorted, around.limit, { countAll: false }, context, level);
  return {
    node,
    columns: planned.columns,
    outerReferences: [...planned.outerReferences, ...level.outerReferences],
  };
}

function planValues(values: ValuesRows, context: QueryContext): PlannedQuery {
  const { builder } = context;
  const width = values.rows[0]?.length ?? 0;
  if (width === 0) throw sqlError("ER_TABLE_VALUE_CONSTRUCTOR_MUST_HAVE_COLUMNS");
  const level = new QueryLevel(context.outer, () => builder.addRegister(), subqueryPlanner(context));
  const scope = new QueryScope(level, {
    clause: "field list",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  const rows = values.rows.map((row, at) => {
    if (row.length !== width) throw sqlError("ER_WRONG_VALUE_COUNT_ON_ROW", at + 1);
    return row.map((item) => bindExpression(item, scope, builder.environment));
  });
  const registers = builder.addRegisters(width);
  const { columns, conversions } = mergedColumns(
    rows.map((row) => row.map((expression, at) => ({ name: `column_${at}`, expression }))),
    registers,
    builder.environment.connectionCollation,
  );
  const shape = { slots: [], registers };
  const converted = rows.map((row) =>
    row.map((expression, at) => (conversions[at] as (e: BoundExpression) => BoundExpression)(expression)),
  );
  return {
    columns,
    outerReferences: level.outerReferences,
    node: {
      shape,
      rows: rows.length,
      explain: { text: "Rows fetched before execution", rows: rows.length, children: [] },
      build: () =>
        new ConstantRows(
          converted.map((row) => row.map((expression) => compileExpression(expression, builder))),
          registers,
        ),
    },
  };
}

/** How the subqueries of a query's expressions are planned. */
export function subqueryPlanner(context: QueryContext): (query: Query, scope: NameScope) => SubqueryPlan {
  const { builder, commonTables } = context;
  return (query, scope) => {
    const inner: QueryContext = { builder, outer: scope, commonTables };
    const { body } = query;
    if (!isPlain(query) || body.kind !== "select") return makeSubqueryPlan(planQuery(query, inner), builder);
    const bound = bindSelect(
      body,
      { ...inner, commonTables: commonTables.withClause(query.with) },
      NOTHING_AROUND,
    );
    const plan = makeSubqueryPlan(planBoundSelect(bound, inner), builder);
    if (!bound.isGrouped) rememberSubquery(plan, bound);
    return plan;
  };
}

/** Plans one SELECT: FROM and WHERE, grouping, HAVING, DISTINCT, and the ORDER BY and LIMIT that stand around it. */
import { sqlError } from "../../values/sql-error.ts";
import type { Expression } from "../ast/expression.ts";
import type { Select } from "../ast/query.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { type BoundExpression, type BoundRegister, visitReferences } from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import { Distinct } from "../executor/distinct.ts";
import { compileExpression } from "../expression/compile.ts";
import { aggregateNode } from "./aggregate-node.ts";
import { filterNode } from "./filter-node.ts";
import { bindFrom } from "./from-clause.ts";
import { DeterminedColumns, requireDetermined } from "./full-group-by.ts";
import { indexAggregateNode } from "./index-aggregate-node.ts";
import { type PlannedGroup, planGroup } from "./join-planner.ts";
import { groupKeyFor, type OrderKey } from "./key-compilation.ts";
import { lockNode, markLocked } from "./lock-node.ts";
import { chooseOrder } from "./order-choice.ts";
import { type Deduplication, limitNode, type OrderAndLimit, sortNode } from "./order-limit.ts";
import { simplifyOuterJoins } from "./outer-join-rules.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { NO_SHAPE, type PlanNode } from "./plan-node.ts";
import { type OutputColumn, type PlannedQuery, type QueryContext, subqueryPlanner } from "./query-planner.ts";
import { QueryLevel, QueryScope } from "./query-scope.ts";
import { conjunctsOf, groupShape, KnownRows, type RelationGroup, readsOfRelation } from "./relation.ts";
import { isDeterministic, sameExpression } from "./same-expression.ts";
import { bindItems } from "./select-items.ts";

export function planSelect(select: Select, context: QueryContext, around: OrderAndLimit): PlannedQuery {
  const { builder } = context;
  if (select.windows.length > 0) throw sqlError("ER_NOT_SUPPORTED_YET", "WINDOW clause");
  if (select.qualify !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "QUALIFY");
  const level = new QueryLevel(context.outer, () => builder.addRegister(), subqueryPlanner(context));
  const boundGroup = bindFrom(select.from, { builder, level, commonTables: context.commonTables });
  if (select.straightJoin) boundGroup.fixedOrder = true;
  const where = bindWhere(select, level, builder);
  const group = simplifyOuterJoins(boundGroup, where);
  const grouping = bindGrouping(select, level, builder);
  const order = bindOrder(around, grouping.columns, level, builder);
  if (select.distinct) checkDistinctOrder(grouping.columns, order, builder);
  const isGrouped = select.groupBy.length > 0 || level.aggregates.length > 0;
  const having = conjunctsOf(grouping.having);
  if (isGrouped) checkGrouping({ select, level, grouping, order, where, group, builder });

  const locked = markLocked(around.locking, group, level, builder);
  const conditions = [...where, ...group.conditions];
  const others = [
    ...grouping.columns.map((column) => column.expression),
    ...having,
    ...order.map((key) => key.expression),
  ];
  noteReads({ level, group, conditions, others: [...others, ...grouping.keys] }, builder);
  const all = new KnownRows(groupShape(group));
  const counted =
    isGrouped && select.groupBy.length === 0
      ? indexAggregateNode({ group, conditions, aggregates: level.aggregates, others, all }, builder)
      : undefined;
  const wanted = !isGrouped && !select.distinct ? order : [];
  const choice = chooseOrder(wanted, group, where, { builder, all, limited: around.limit !== undefined });
  const first = choice.first !== undefined ? { first: choice.first } : {};
  const planned: PlannedGroup =
    counted === undefined
      ? planGroup(group, where, NO_SHAPE, { builder, all, ...first })
      : { node: counted, leading: undefined };
  let node: PlanNode = planned.node;
  if (locked.length > 0) node = lockNode(node, locked, conditions, builder);
  if (isGrouped && counted === undefined) {
    const keys = select.groupBy.length > 0 ? grouping.keys : undefined;
    node = aggregateNode(
      { input: node, keys, aggregates: level.aggregates, rollup: level.rollupKeys },
      builder,
    );
  }
  node = filterNode(node, having, builder);
  const output = evaluateOnce(node, grouping.columns, order, select.distinct, builder);
  node = output.node;
  const deduplication = select.distinct ? deduplicationOf(node, output.columns, builder) : undefined;
  if (deduplication !== undefined) node = distinctNode(deduplication);
  const isOrdered = wanted.length === order.length && choice.isOrderedBy(planned.leading);
  if (!isOrdered)
    node = sortNode(
      node,
      output.order,
      select.calcFoundRows ? undefined : around.limit,
      context,
      level,
      deduplication,
    );
  node = limitNode(node, around.limit, { countAll: select.calcFoundRows }, context, level);
  return { node, columns: output.columns, outerReferences: level.outerReferences };
}

/** All that a query reads of its tables, so that indexes can be found that hold it. */
function noteReads(
  query: {
    readonly level: QueryLevel;
    readonly group: RelationGroup;
    readonly conditions: readonly BoundExpression[];
    readonly others: readonly BoundExpression[];
  },
  builder: PlanBuilder,
): void {
  const aggregated = query.level.aggregates.flatMap(({ aggregate }) => [
    ...aggregate.args,
    ...aggregate.orderBy.map((item) => item.expression),
  ]);
  builder.noteReads(groupShape(query.group).slots, {
    expressions: [...query.others, ...aggregated, ...query.group.relations.flatMap(readsOfRelation)],
    conditions: query.conditions,
  });
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

interface Grouping {
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

interface Output {
  readonly node: PlanNode;
  readonly columns: readonly OutputColumn[];
  readonly order: readonly OrderKey[];
}

/** Items that would give another value each time (RAND(), @a := …) are evaluated once per row, before sorting. */
function evaluateOnce(
  node: PlanNode,
  columns: readonly OutputColumn[],
  order: readonly OrderKey[],
  distinct: boolean,
  builder: PlanBuilder,
): Output {
  if (order.length === 0 && !distinct) return { node, columns, order };
  const computed = new Map<BoundExpression, BoundRegister>();
  for (const { expression } of [...columns, ...order]) {
    if (isDeterministic(expression) || computed.has(expression)) continue;
    const { type, nullable, coercibility } = expression;
    computed.set(expression, {
      kind: "register",
      register: builder.addRegister(),
      type,
      nullable,
      coercibility,
    });
  }
  if (computed.size === 0) return { node, columns, order };
  const stand = (expression: BoundExpression): BoundExpression => computed.get(expression) ?? expression;
  return {
    columns: columns.map((column) => ({ name: column.name, expression: stand(column.expression) })),
    order: order.map((key) => ({ expression: stand(key.expression), descending: key.descending })),
    node: {
      ...node,
      shape: {
        slots: node.shape.slots,
        registers: [...node.shape.registers, ...[...computed.values()].map((r) => r.register)],
      },
      build: () =>
        new Compute(
          node.build(),
          [...computed].map(([expression, register]) => ({
            register: register.register,
            evaluate: compileExpression(expression, builder),
          })),
        ),
    },
  };
}

function deduplicationOf(
  input: PlanNode,
  columns: readonly OutputColumn[],
  builder: PlanBuilder,
): Deduplication {
  const expressions = columns.map((column) => column.expression);
  return {
    input,
    columns: expressions,
    apply: (rows) => new Distinct(rows, groupKeyFor(expressions, builder)),
  };
}

function distinctNode({ input, apply }: Deduplication): PlanNode {
  return {
    shape: input.shape,
    rows: input.rows,
    explain: { text: "Deduplicate", rows: input.rows, children: [input.explain] },
    build: () => apply(input.build()),
  };
}

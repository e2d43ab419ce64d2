/** Plans one SELECT: FROM and WHERE, grouping, HAVING, DISTINCT, and the ORDER BY and LIMIT that stand around it. */
import type { Select } from "../ast/query.ts";
import type { BoundExpression, BoundRegister } from "../binder/bound-expression.ts";
import { Compute } from "../executor/compute.ts";
import { Distinct } from "../executor/distinct.ts";
import { compileExpression } from "../expression/compile.ts";
import { aggregateNode } from "./aggregate-node.ts";
import { filterNode } from "./filter-node.ts";
import { indexAggregateNode } from "./index-aggregate-node.ts";
import { type PlannedGroup, planGroup } from "./join-planner.ts";
import { groupKeyFor, type OrderKey } from "./key-compilation.ts";
import { lockNode, markLocked } from "./lock-node.ts";
import { chooseOrder } from "./order-choice.ts";
import { type Deduplication, limitNode, type OrderAndLimit, sortNode } from "./order-limit.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { NO_SHAPE, type PlanNode } from "./plan-node.ts";
import type { OutputColumn, PlannedQuery, QueryContext } from "./query-planner.ts";
import type { QueryLevel } from "./query-scope.ts";
import { groupShape, KnownRows, type RelationGroup, readsOfRelation } from "./relation.ts";
import { isDeterministic, sameExpression } from "./same-expression.ts";
import { type BoundSelect, bindSelect } from "./select-binder.ts";
import { planWithSemijoins } from "./semijoin.ts";

export function planSelect(select: Select, context: QueryContext, around: OrderAndLimit): PlannedQuery {
  return planBoundSelect(bindSelect(select, context, around), context);
}

/** The query with the order and limit that stand around it, its names bound and its expressions typed. */
export function planBoundSelect(bound: BoundSelect, context: QueryContext): PlannedQuery {
  const { builder } = context;
  const { select, around, level, group, where, grouping, order, having, isGrouped } = bound;
  const locked = markLocked(around.locking, group, builder);
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
  const grouped = isGrouped && counted === undefined ? groupOrder(bound) : undefined;
  const wanted = grouped?.keys ?? (!isGrouped && !select.distinct ? order : []);
  const limited =
    around.limit !== undefined && (grouped === undefined || (grouped.isWholeOrder && having.length === 0));
  const choice = chooseOrder(wanted, group, where, { builder, all, limited });
  const first = choice.first !== undefined ? { first: choice.first } : {};
  const plan = (conditions: readonly BoundExpression[]): PlannedGroup =>
    planGroup(group, conditions, NO_SHAPE, { builder, all, ...first });
  const planned: PlannedGroup =
    counted !== undefined
      ? { node: counted, leading: undefined, orderedBy: undefined }
      : locked.length > 0
        ? plan(where)
        : planWithSemijoins(where, { builder, group, plan });
  const inOrder = choice.isOrderedBy(planned.orderedBy);
  let node: PlanNode = planned.node;
  if (locked.length > 0) node = lockNode(node, locked, conditions, builder);
  if (isGrouped && counted === undefined) {
    const keys = select.groupBy.length > 0 ? grouping.keys : undefined;
    const streamed = grouped !== undefined && inOrder;
    node = aggregateNode(
      { input: node, keys, aggregates: level.aggregates, rollup: level.rollupKeys, streamed },
      builder,
    );
  }
  node = filterNode(node, having, builder);
  const output = evaluateOnce(node, grouping.columns, order, select.distinct, builder);
  node = output.node;
  const deduplication = select.distinct ? deduplicationOf(node, output.columns, builder) : undefined;
  if (deduplication !== undefined) node = distinctNode(deduplication);
  const isOrdered =
    inOrder && (grouped === undefined ? wanted.length === order.length : grouped.isWholeOrder);
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

/**
 * The order of rows in which groups come one after the other, and in the order that the query wants them if it is one
 * of group keys (`isWholeOrder`). Undefined when groups can't be streamed.
 */
function groupOrder({
  select,
  grouping,
  order,
}: BoundSelect): { readonly keys: readonly OrderKey[]; readonly isWholeOrder: boolean } | undefined {
  if (select.groupBy.length === 0 || select.rollup) return undefined;
  const isKey = (key: OrderKey) =>
    grouping.keys.some((expression) => sameExpression(expression, key.expression));
  const isWholeOrder = !select.distinct && order.every(isKey);
  const wanted = isWholeOrder ? order : [];
  const others = grouping.keys.filter(
    (expression) => !wanted.some((key) => sameExpression(expression, key.expression)),
  );
  const keys = [...wanted, ...others.map((expression) => ({ expression, descending: false }))];
  return { keys, isWholeOrder };
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
    apply: (rows) => new Distinct(rows, groupKeyFor(expressions, builder), input.shape),
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

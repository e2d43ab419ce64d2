/**
 * EXISTS and NOT EXISTS as joins: where the subquery finds its rows by equality with the outer row, its tables are read
 * once into a hash table instead of once for every outer row, when that is cheaper.
 */
import type { BoundExpression, BoundSubquery } from "../binder/bound-expression.ts";
import { filterNode } from "./filter-node.ts";
import { type EqualityPair, equalityPairs, hashJoin } from "./join-nodes.ts";
import { type PlannedGroup, planGroup } from "./join-planner.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { joinShapes, NO_SHAPE, type PlanNode } from "./plan-node.ts";
import { groupShape, isEvaluable, KnownRows, type RelationGroup } from "./relation.ts";
import { isDeterministic } from "./same-expression.ts";
import type { BoundSelect } from "./select-binder.ts";

/** Bound subqueries by the plans that were made of them. */
const boundSubqueries = new WeakMap<object, BoundSelect>();

/** Remembers of what a subquery was planned, so that it may be joined instead. */
export function rememberSubquery(plan: object, bound: BoundSelect): void {
  boundSubqueries.set(plan, bound);
}

interface Semijoin {
  readonly condition: BoundSubquery;
  readonly inner: PlannedGroup;
  readonly pairs: readonly EqualityPair[];
  readonly rest: readonly BoundExpression[];
  /** Of one look for one outer row, and of reading the tables once. */
  readonly costPerRow: number;
  readonly costOnce: number;
}

export interface SemijoinContext {
  readonly builder: PlanBuilder;
  readonly group: RelationGroup;
  plan(where: readonly BoundExpression[]): PlannedGroup;
}

/** Plans the group under conditions, some of which may be better as joins. */
export function planWithSemijoins(where: readonly BoundExpression[], context: SemijoinContext): PlannedGroup {
  const found = where.flatMap((condition) => semijoinOf(condition, context) ?? []);
  if (found.length === 0) return context.plan(where);
  const without = new Set<BoundExpression>(found.map((item) => item.condition));
  const plain = context.plan(where.filter((condition) => !without.has(condition)));
  const outerRows = plain.node.rows;
  const chosen = found.filter((item) => outerRows * item.costPerRow > item.costOnce + outerRows);
  if (chosen.length === 0) return context.plan(where);
  let { node } = plain;
  for (const item of found) {
    node = chosen.includes(item)
      ? semijoinNode(node, item, context.builder)
      : filterNode(node, [item.condition], context.builder);
  }
  return { ...plain, node };
}

function semijoinOf(condition: BoundExpression, context: SemijoinContext): Semijoin | undefined {
  if (condition.kind !== "subquery" || condition.form.kind !== "exists") return undefined;
  const bound = boundSubqueries.get(condition.plan);
  if (bound === undefined) return undefined;
  const { group, where } = bound;
  const { builder } = context;
  const conditions = [...where, ...group.conditions];
  if (!conditions.every(isDeterministic)) return undefined;
  const own = new KnownRows(groupShape(group));
  const outer = new KnownRows(groupShape(context.group));
  const all = new KnownRows(joinShapes(groupShape(group), groupShape(context.group)));
  const alone = where.filter((item) => isEvaluable(item, own, all));
  const between = where.filter((item) => !alone.includes(item));
  // ON conditions that read the outer row would have to be taken out of their joins.
  if (group.conditions.some((item) => !isEvaluable(item, own, all))) return undefined;
  if (group.relations.some((item) => item.kind !== "stored")) return undefined;
  const pairs = equalityPairs(between, outer, own, { all }) ?? [];
  if (pairs.length === 0) return undefined;
  const paired = new Set(pairs.map((pair) => pair.condition));
  // What it selects is never looked at.
  builder.noteReads(groupShape(group).slots, { expressions: between, conditions });
  const once = planGroup(group, alone, NO_SHAPE, { builder, all: own });
  const perRow = planGroup(group, where, NO_SHAPE, { builder, all: own });
  return {
    condition,
    inner: once,
    pairs,
    rest: between.filter((item) => !paired.has(item)),
    costPerRow: perRow.leading?.path.cost ?? perRow.node.rows,
    costOnce: (once.leading?.path.cost ?? once.node.rows) * 1.5,
  };
}

function semijoinNode(outer: PlanNode, item: Semijoin, builder: PlanBuilder): PlanNode {
  const { form } = item.condition;
  const isAnti = form.kind === "exists" && form.negated;
  const joined = hashJoin(
    {
      kind: isAnti ? "anti" : "semi",
      outer,
      inner: item.inner.node,
      pairs: item.pairs,
      rest: item.rest,
      rows: Math.max(1, outer.rows / 2),
      dependsOnOuter: true,
    },
    builder,
  );
  return { ...joined, shape: outer.shape };
}

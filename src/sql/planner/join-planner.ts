/**
 * Orders the relations of a group and chooses how each is read. Greedy: start with the relation that gives the fewest
 * rows, then always add the one that is cheapest to join to what is there (an index look-up, a hash join, or a loop).
 */
import { assert } from "../../base/assert.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { RowShape } from "../executor/row-buffer.ts";
import { type AccessPath, bestPath } from "./access-path.ts";
import { filterNode } from "./filter-node.ts";
import {
  type EqualityPair,
  equalityPairs,
  hashJoin,
  loopJoin,
  materialized,
  materializedPerOpening,
} from "./join-nodes.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { joinShapes, NO_SHAPE, type PlanNode } from "./plan-node.ts";
import {
  groupShape,
  isEvaluable,
  KnownRows,
  type Relation,
  type RelationGroup,
  refersTo,
} from "./relation.ts";
import { constantRowNode } from "./simple-nodes.ts";
import { tableAccessNode } from "./table-access-node.ts";

export interface JoinContext {
  readonly builder: PlanBuilder;
  /** All rows of the SELECT; references to anything else are to enclosing queries. */
  readonly all: KnownRows;
  /** Read this relation first, by this path (an index that gives the wanted order). */
  readonly first?: { readonly relation: Relation; readonly path: AccessPath };
}

export interface PlannedGroup {
  readonly node: PlanNode;
  /** The relation read first and how, when it is a stored table. */
  readonly leading: { readonly relation: Relation; readonly path: AccessPath } | undefined;
  /** {@link leading}, when its order is the order of the result. */
  readonly orderedBy: PlannedGroup["leading"];
}

/** Plans a group given the rows known before it (outer side of a join) and the conditions on it. */
export function planGroup(
  group: RelationGroup,
  conditions: readonly BoundExpression[],
  before: RowShape,
  context: JoinContext,
): PlannedGroup {
  const pending = new Set([...group.conditions, ...conditions]);
  const remaining = new Set(group.relations);
  let leading: PlannedGroup["leading"];
  let keepsOrder = true;
  let node: PlanNode | undefined;
  let shape = before;
  while (remaining.size > 0) {
    const known = new KnownRows(shape);
    const step = chooseNext([...remaining], { pending, known, node, group, context, before: shape });
    remaining.delete(step.relation);
    for (const condition of step.used) pending.delete(condition);
    if (node === undefined) {
      node = step.node;
      if (step.path !== undefined) leading = { relation: step.relation, path: step.path };
    } else {
      if (step.losesOrder) keepsOrder = false;
      node = step.join(node);
    }
    shape = joinShapes(shape, step.relation.shape);
    const now = new KnownRows(shape);
    const ready = [...pending].filter((condition) => isEvaluable(condition, now, context.all));
    for (const condition of ready) pending.delete(condition);
    node = filterNode(node, ready, context.builder);
  }
  node ??= constantRowNode();
  assert(
    pending.size === 0 || group.relations.length === 0,
    "every condition of a group can be evaluated at its end",
  );
  return {
    node: filterNode(node, [...pending], context.builder),
    leading,
    orderedBy: keepsOrder ? leading : undefined,
  };
}

interface Step {
  readonly relation: Relation;
  readonly node: PlanNode;
  readonly path: AccessPath | undefined;
  readonly used: readonly BoundExpression[];
  readonly cost: number;
  readonly rows: number;
  /** The rows of the join do not come in the order of the outer side. */
  readonly losesOrder?: boolean;
  join(outer: PlanNode): PlanNode;
}

interface StepContext {
  readonly pending: ReadonlySet<BoundExpression>;
  readonly known: KnownRows;
  readonly node: PlanNode | undefined;
  readonly group: RelationGroup;
  readonly context: JoinContext;
  readonly before: RowShape;
}

function chooseNext(candidates: readonly Relation[], stepContext: StepContext): Step {
  const { group, context, node } = stepContext;
  if (node === undefined && context.first !== undefined && candidates.includes(context.first.relation)) {
    return planStep(context.first.relation, stepContext);
  }
  const allowed = candidates.filter((relation) => !waitsForOthers(relation, candidates));
  const [first] = allowed;
  assert(first !== undefined, "lateral tables refer to tables before them");
  if (group.fixedOrder) return planStep(first, stepContext);
  let best: Step | undefined;
  for (const relation of allowed) {
    const step = planStep(relation, stepContext);
    if (best === undefined || step.cost < best.cost || (step.cost === best.cost && step.rows < best.rows))
      best = step;
  }
  assert(best !== undefined, "there is a relation to join next");
  return best;
}

/** A lateral table can't be read before the tables it refers to. */
function waitsForOthers(relation: Relation, remaining: readonly Relation[]): boolean {
  const references = lateralReferences(relation);
  if (references.length === 0) return false;
  return remaining.some((other) => {
    if (other === relation) return false;
    const rows = new KnownRows(other.shape);
    return references.some((reference) => rows.has(reference));
  });
}

function lateralReferences(
  relation: Relation,
): readonly (BoundExpression & { readonly kind: "column" | "register" })[] {
  switch (relation.kind) {
    case "stored":
      return [];
    case "registers":
      return relation.lateral;
    case "left-join": {
      const inside = new KnownRows(relation.shape);
      return [...relation.left.relations, ...relation.right.relations]
        .flatMap(lateralReferences)
        .filter((reference) => !inside.has(reference));
    }
  }
}

function planStep(relation: Relation, stepContext: StepContext): Step {
  const { pending, known, node, context, before } = stepContext;
  const outerRows = node === undefined ? 1 : Math.max(1, node.rows);
  const own = new KnownRows(relation.shape);
  const withOwn = new KnownRows(joinShapes(before, relation.shape));
  const applicable = [...pending].filter(
    (condition) => refersTo(condition, own) && isEvaluable(condition, withOwn, context.all),
  );
  if (relation.kind === "stored") {
    const forced =
      node === undefined && context.first?.relation === relation ? context.first.path : undefined;
    const path =
      forced ?? bestPath(relation, applicable, { builder: context.builder, known, all: context.all });
    const hashed =
      node === undefined || path.dependent ? undefined : equalityPairs(applicable, known, own, context);
    if (node !== undefined && !path.dependent) {
      return scanJoinStep({ relation, path, applicable, stepContext, outerRows, pairs: hashed ?? [] });
    }
    const rest = applicable.filter((condition) => !path.consumed.has(condition));
    const access = tableAccessNode(relation, path, rest, context.builder);
    return {
      relation,
      node: access,
      path,
      used: applicable,
      cost: outerRows * path.cost,
      rows: outerRows * access.rows,
      join: (outer) => loopJoin("inner", outer, access, [], context.builder),
    };
  }
  if (relation.kind === "registers") {
    const alone = applicable.filter((condition) => isEvaluable(condition, own, context.all));
    relation.offerHints?.(applicable);
    const dependent = relation.lateral.length > 0;
    const inner = filterNode(relation.plan(), dependent ? [] : alone, context.builder);
    return otherStep({
      relation,
      inner,
      applicable,
      alone: dependent ? [] : alone,
      stepContext,
      outerRows,
      dependent,
      correlated: relation.correlated,
    });
  }
  const alone = applicable.filter((condition) => isEvaluable(condition, own, context.all));
  const inner = planLeftJoin(relation, alone, node === undefined ? before : NO_SHAPE, context);
  return otherStep({
    relation,
    inner,
    applicable,
    alone,
    stepContext,
    outerRows,
    dependent: false,
    // It may read rows of an enclosing query somewhere inside.
    correlated: true,
  });
}

/** A hash table of fewer rows costs next to nothing, whichever side it is made of. */
const HASHED_ROWS_MIN = 1000;

interface ScanJoin {
  readonly relation: Relation & { readonly kind: "stored" };
  readonly path: AccessPath;
  readonly applicable: readonly BoundExpression[];
  readonly stepContext: StepContext;
  readonly outerRows: number;
  readonly pairs: readonly EqualityPair[];
}

/** A table that is read the same way for every outer row: hashed when there is an equality, else kept in memory. */
function scanJoinStep({ relation, path, applicable, stepContext, outerRows, pairs }: ScanJoin): Step {
  const { context } = stepContext;
  const { builder } = context;
  const own = new KnownRows(relation.shape);
  const alone = applicable.filter((condition) => isEvaluable(condition, own, context.all));
  const inner = tableAccessNode(
    relation,
    path,
    alone.filter((condition) => !path.consumed.has(condition)),
    builder,
  );
  const between = applicable.filter((condition) => !alone.includes(condition));
  if (pairs.length > 0) {
    const paired = new Set(pairs.map((pair) => pair.condition));
    const rest = between.filter((condition) => !paired.has(condition));
    const rows = Math.max(1, (outerRows * inner.rows) / Math.max(1, Math.max(outerRows, inner.rows)));
    const base = { relation, node: inner, path: undefined, used: applicable, rows };
    if (hashesOuter(inner.rows, stepContext)) {
      const flipped = pairs.map(({ condition, outer, inner }) => ({ condition, outer: inner, inner: outer }));
      return {
        ...base,
        cost: path.cost + outerRows * 1.5,
        losesOrder: true,
        // What is hashed may read rows of an enclosing query.
        join: (outer) =>
          hashJoin(
            { kind: "inner", outer: inner, inner: outer, pairs: flipped, rest, rows, dependsOnOuter: true },
            builder,
          ),
      };
    }
    return {
      ...base,
      cost: path.cost * 1.5 + outerRows,
      join: (outer) =>
        hashJoin({ kind: "inner", outer, inner, pairs, rest, rows, dependsOnOuter: false }, builder),
    };
  }
  return {
    relation,
    node: inner,
    path: undefined,
    used: applicable,
    // A cross product is a last resort.
    cost: path.cost + outerRows * Math.max(1, inner.rows) * 2 + (between.length === 0 ? 1e6 : 0),
    rows: outerRows * inner.rows * (between.length > 0 ? 0.3 : 1),
    join: (outer) =>
      loopJoin("inner", outer, inner.rows > 50 ? materialized(inner, false) : inner, between, builder),
  };
}

/** Whether the smaller side is the one that is there already, by so much that hashing it is worth losing its order. */
function hashesOuter(innerRows: number, { node, group, context }: StepContext): boolean {
  if (node === undefined || group.fixedOrder || context.first !== undefined) return false;
  return innerRows >= HASHED_ROWS_MIN && node.rows * 2 < innerRows;
}

interface OtherJoin {
  readonly relation: Relation;
  readonly inner: PlanNode;
  readonly applicable: readonly BoundExpression[];
  readonly alone: readonly BoundExpression[];
  readonly stepContext: StepContext;
  readonly outerRows: number;
  /** Must run again for every outer row. */
  readonly dependent: boolean;
  /** Must run again whenever the enclosing query's row changes. */
  readonly correlated: boolean;
}

function otherStep(options: OtherJoin): Step {
  const { relation, inner, applicable, alone, stepContext, outerRows, dependent, correlated } = options;
  const { context, known } = stepContext;
  const { builder } = context;
  const between = applicable.filter((condition) => !alone.includes(condition));
  const base = {
    relation,
    node: inner,
    path: undefined,
    used: applicable,
    rows: outerRows * inner.rows * (between.length > 0 ? 0.1 : 1),
  };
  if (dependent) {
    return {
      ...base,
      cost: outerRows * inner.rows * 2,
      join: (outer) => loopJoin("inner", outer, inner, between, builder),
    };
  }
  const pairs =
    stepContext.node === undefined
      ? []
      : (equalityPairs(applicable, known, new KnownRows(relation.shape), context) ?? []);
  if (pairs.length > 0) {
    const paired = new Set(pairs.map((pair) => pair.condition));
    const rest = between.filter((condition) => !paired.has(condition));
    return {
      ...base,
      cost: inner.rows * 2 + outerRows,
      join: (outer) =>
        hashJoin(
          { kind: "inner", outer, inner, pairs, rest, rows: base.rows, dependsOnOuter: correlated },
          builder,
        ),
    };
  }
  return {
    ...base,
    cost: inner.rows * 2 + outerRows * inner.rows,
    join: (outer) => loopJoin("inner", outer, materializedPerOpening(inner, correlated), between, builder),
  };
}

/** The left side is planned as usual; the right side as the inner side of a loop or hash join, under the ON
 *  conditions. Conditions of WHERE (`alone`) are applied to the left side where they can, else after the join. */
function planLeftJoin(
  relation: Relation & { readonly kind: "left-join" },
  conditions: readonly BoundExpression[],
  before: RowShape,
  context: JoinContext,
): PlanNode {
  const { builder, all } = context;
  const leftShape = groupShape(relation.left);
  const rightShape = groupShape(relation.right);
  const leftRows = new KnownRows(leftShape);
  const rightRows = new KnownRows(rightShape);
  for (const slot of rightShape.slots) builder.nullableSlots.add(slot);
  const onLeft = conditions.filter((condition) => !refersTo(condition, rightRows));
  const left = planGroup(relation.left, onLeft, before, context).node;
  const inside = relation.conditions.filter(
    (condition) => isEvaluable(condition, rightRows, all) && refersTo(condition, rightRows),
  );
  const between = relation.conditions.filter((condition) => !inside.includes(condition));
  const pairs = equalityPairs(between, leftRows, rightRows, context) ?? [];
  // First as a loop with look-ups by the left row; if that finds no index, as a hash join or a kept inner side.
  const looped = planGroup(relation.right, [...relation.conditions], joinShapes(before, leftShape), context);
  // Whether the right side, planned with the left row at hand, reads it through an index.
  const dependent = relation.right.relations.length > 0 && looped.leading?.path.dependent === true;
  let joined: PlanNode;
  if (dependent || relation.right.relations.some((item) => lateralReferences(item).length > 0)) {
    joined = loopJoin("left", left, looped.node, [], builder);
  } else {
    const right = planGroup(relation.right, inside, NO_SHAPE, context).node;
    const paired = new Set(pairs.map((pair) => pair.condition));
    const rest = between.filter((condition) => !paired.has(condition));
    joined =
      pairs.length > 0
        ? hashJoin(
            { kind: "left", outer: left, inner: right, pairs, rest, rows: left.rows, dependsOnOuter: true },
            builder,
          )
        : loopJoin("left", left, materializedPerOpening(right, true), between, builder);
  }
  const after = conditions.filter((condition) => refersTo(condition, rightRows));
  return filterNode(joined, after, builder);
}

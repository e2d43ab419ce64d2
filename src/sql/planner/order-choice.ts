/** Chooses an index that already gives the rows in the order that ORDER BY wants, when that pays. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import { type AccessPath, bestPath, candidatePaths, fullScan, indexParts } from "./access-path.ts";
import type { OrderKey } from "./key-compilation.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { NO_SHAPE } from "./plan-node.ts";
import { KnownRows, type Relation, type RelationGroup, type StoredRelation } from "./relation.ts";
import { isRowIndependent } from "./same-expression.ts";

export interface OrderChoice {
  readonly first?: { readonly relation: Relation; readonly path: AccessPath };
  /** Whether a plan that reads `leading` first needs no sort. */
  isOrderedBy(leading: { readonly relation: Relation; readonly path: AccessPath } | undefined): boolean;
}

export interface OrderContext {
  readonly builder: PlanBuilder;
  readonly all: KnownRows;
  /** There is a LIMIT: reading in order pays even when rows are looked up one by one. */
  readonly limited: boolean;
}

export function chooseOrder(
  order: readonly OrderKey[],
  group: RelationGroup,
  where: readonly BoundExpression[],
  context: OrderContext,
): OrderChoice {
  const keys = order.filter((key) => !isRowIndependent(key.expression));
  if (keys.length === 0) return { isOrderedBy: () => true };
  const isOrderedBy: OrderChoice["isOrderedBy"] = (leading) =>
    leading !== undefined &&
    leading.relation.kind === "stored" &&
    directionFor(leading.relation, leading.path, keys) === leading.path.direction;
  const slot = keys[0]?.expression.kind === "column" ? keys[0].expression.slot : undefined;
  const relation = group.relations.find(
    (item): item is StoredRelation => item.kind === "stored" && item.slot === slot,
  );
  // Reading another table first might be better for the join; only the plain case is decided here.
  if (relation === undefined || (group.relations.length > 1 && !context.limited)) return { isOrderedBy };
  const pathContext = { builder: context.builder, known: new KnownRows(NO_SHAPE), all: context.all };
  const conditions = [...where, ...group.conditions];
  const best = bestPath(relation, conditions, pathContext);
  const scans = relation.table.view.schema.indexes.flatMap((index, at) =>
    index.visible && (index.kind === "index" || index.kind === "unique")
      ? [fullScan(relation, context.builder, at + 1)]
      : [],
  );
  const candidates = [
    best,
    ...candidatePaths(relation, conditions, pathContext),
    fullScan(relation, context.builder),
    ...scans,
  ];
  let chosen: AccessPath | undefined;
  for (const path of candidates) {
    const direction = directionFor(relation, path, keys);
    if (direction === undefined) continue;
    const isFullIndexScan = path.parts.length === 0 && path.index > 0 && !path.covering;
    // Without LIMIT, looking every row up through a secondary index costs more than sorting.
    if (isFullIndexScan && !context.limited) continue;
    if (context.limited || path.cost <= best.cost * 1.2) {
      if (chosen === undefined || path.cost < chosen.cost) chosen = { ...path, direction };
    }
  }
  if (chosen === undefined) return { isOrderedBy };
  // A selective other index and a small sort beat walking most of this one for a few matches.
  if (chosen.parts.length === 0 && best.parts.length > 0 && best.rows * 20 < chosen.rows)
    return { isOrderedBy };
  return { first: { relation, path: chosen }, isOrderedBy };
}

/** The direction in which the path gives the order; undefined when it doesn't. */
function directionFor(
  relation: StoredRelation,
  path: AccessPath,
  keys: readonly OrderKey[],
): "forward" | "backward" | undefined {
  const { schema } = relation.table.view;
  const parts = indexParts(schema, path.index);
  const fixed = new Set<number>();
  path.parts.forEach((part) => {
    const { condition } = part;
    if (condition.kind === "null" || (condition.kind === "equal" && condition.values.length === 1))
      fixed.add(part.column);
  });
  // Behind several values of a part, the parts after it begin anew with each.
  const hasLists = path.parts
    .slice(0, -1)
    .some(({ column, condition }) => !fixed.has(column) && condition.kind !== "range");
  if (hasLists) return undefined;
  let at = 0;
  let direction: "forward" | "backward" | undefined;
  for (const key of keys) {
    const { expression } = key;
    if (expression.kind !== "column" || expression.slot !== relation.slot) {
      // Once every part of a unique index is used up there is one row, and any further key is decided.
      return isUniqueIndex(relation, path.index) && at >= parts.length ? direction : undefined;
    }
    if (fixed.has(expression.column)) continue;
    while (at < parts.length && fixed.has(columnOf(schema, parts[at]?.columnId))) at++;
    const part = parts[at];
    if (part === undefined) return isUniqueIndex(relation, path.index) ? direction : undefined;
    if (part.prefixLength !== undefined || columnOf(schema, part.columnId) !== expression.column)
      return undefined;
    const needed = part.descending === key.descending ? "forward" : "backward";
    if (direction !== undefined && direction !== needed) return undefined;
    direction = needed;
    at++;
  }
  return direction ?? "forward";
}

function columnOf(schema: StoredRelation["table"]["view"]["schema"], columnId: number | undefined): number {
  return schema.columns.findIndex((column) => column.id === columnId);
}

function isUniqueIndex(relation: StoredRelation, index: number): boolean {
  return index === 0 && relation.table.view.schema.primaryKey.length > 0;
}

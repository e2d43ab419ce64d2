/**
 * How one table is read: its primary index or a secondary one, with equality on the first parts and perhaps a range
 * on the next. Candidates are costed from exact counts and range estimates.
 */

import type { IndexPart, TableSchema } from "../../tables/schema.ts";
import type { IndexHint } from "../ast/query.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import {
  type AnalysisContext,
  analyseCondition,
  type ColumnCondition,
  type IndexableCondition,
} from "./condition-analysis.ts";
import { estimateRange, makeRangeBuilder } from "./key-range-builder.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { type KnownRows, refersTo, type StoredRelation } from "./relation.ts";

export interface AccessPath {
  /** 0: primary */
  readonly index: number;
  /** One per leading index part. Only the last may be a range or prefix. */
  readonly parts: readonly IndexableCondition[];
  /** At most one row per set of values. */
  readonly unique: boolean;
  /** Conditions that the ranges make true. */
  readonly consumed: ReadonlySet<BoundExpression>;
  /** Rows read per execution, estimated. */
  readonly rows: number;
  readonly cost: number;
  /** Reads values of rows joined before. */
  readonly dependent: boolean;
  readonly direction: "forward" | "backward";
}

/** Relative to reading the next row of a scan. */
const SEEK_COST = 4;
const LOOKUP_COST = 3;
const LOCKED_SCAN_FACTOR = 10;
const UNKNOWN_RANGE_FRACTION = 0.1;
const UNKNOWN_REF_ROWS = 10;

export function indexParts(schema: TableSchema, index: number): readonly IndexPart[] {
  return index === 0 ? schema.primaryKey : (schema.indexes[index - 1]?.parts ?? []);
}

export interface PathContext {
  readonly builder: PlanBuilder;
  readonly known: KnownRows;
  readonly all: KnownRows;
}

export function fullScan(
  relation: StoredRelation,
  index = 0,
  direction: "forward" | "backward" = "forward",
): AccessPath {
  const rows = relation.table.view.rowCount();
  return {
    index,
    parts: [],
    unique: false,
    consumed: new Set(),
    rows,
    cost: SEEK_COST + rows * (index === 0 ? 1 : LOOKUP_COST + 1),
    dependent: false,
    direction,
  };
}

/** The cheapest path under the conditions whose values are known. */
export function bestPath(
  relation: StoredRelation,
  conditions: readonly BoundExpression[],
  context: PathContext,
): AccessPath {
  const whole = fullScan(relation);
  // A scan that locks keeps others from all that it passes over.
  const isLocked = context.builder.tables[relation.slot]?.lock !== undefined;
  const wholeCost = isLocked ? whole.cost * LOCKED_SCAN_FACTOR : whole.cost;
  let best: AccessPath | undefined;
  for (const path of candidatePaths(relation, conditions, context)) {
    if (best === undefined || path.cost < best.cost) best = path;
  }
  if (best === undefined) return whole;
  return best.cost < wholeCost || forcedIndexes(relation) !== undefined ? best : whole;
}

/** USE/FORCE INDEX: the indexes allowed; IGNORE INDEX is looked at apart. */
function forcedIndexes(relation: StoredRelation): ReadonlySet<number> | undefined {
  const named = relation.hints.filter((hint) => hint.action === "force" && hint.indexes.length > 0);
  return named.length === 0 ? undefined : new Set(named.flatMap((hint) => hintIndexes(hint, relation)));
}

function hintIndexes(hint: IndexHint, relation: StoredRelation): number[] {
  const { indexes } = relation.table.view.schema;
  return hint.indexes.map((name) =>
    name.toUpperCase() === "PRIMARY"
      ? 0
      : indexes.findIndex((index) => index.name.toLowerCase() === name.toLowerCase()) + 1,
  );
}

function isAllowed(relation: StoredRelation, index: number): boolean {
  const { hints } = relation;
  const named = (action: IndexHint["action"]) => hints.filter((hint) => hint.action === action);
  if (named("ignore").some((hint) => hintIndexes(hint, relation).includes(index))) return false;
  const wanted = [...named("use"), ...named("force")];
  if (wanted.length > 0 && !wanted.some((hint) => hintIndexes(hint, relation).includes(index))) return false;
  return index === 0 || relation.table.view.schema.indexes[index - 1]?.visible === true;
}

export function candidatePaths(
  relation: StoredRelation,
  conditions: readonly BoundExpression[],
  context: PathContext,
): AccessPath[] {
  const { schema } = relation.table.view;
  const analysis: AnalysisContext = {
    slot: relation.slot,
    columnType: (column) => (schema.columns[column] as TableSchema["columns"][number]).type,
    known: context.known,
    all: context.all,
  };
  const indexable = conditions.flatMap((condition) => analyseCondition(condition, analysis) ?? []);
  if (indexable.length === 0) return [];
  const paths: AccessPath[] = [];
  for (let index = 0; index <= schema.indexes.length; index++) {
    if (!isAllowed(relation, index)) continue;
    const kind = index === 0 ? "unique" : schema.indexes[index - 1]?.kind;
    if (kind !== "unique" && kind !== "index") continue;
    const path = pathOnIndex(relation, index, indexable, context);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

function pathOnIndex(
  relation: StoredRelation,
  index: number,
  indexable: readonly IndexableCondition[],
  context: PathContext,
): AccessPath | undefined {
  const { schema } = relation.table.view;
  const parts = indexParts(schema, index);
  const chosen: IndexableCondition[] = [];
  const consumed = new Set<BoundExpression>();
  for (const part of parts) {
    const column = schema.columns.findIndex((item) => item.id === part.columnId);
    const condition = bestForPart(indexable.filter((item) => item.column === column));
    if (condition === undefined) break;
    chosen.push(condition);
    if (condition.exact && part.prefixLength === undefined) consumed.add(condition.source);
    if (
      condition.condition.kind === "range" ||
      condition.condition.kind === "prefix" ||
      part.prefixLength !== undefined
    )
      break;
  }
  if (chosen.length === 0) return undefined;
  const complete =
    chosen.length === parts.length &&
    parts.every((part) => part.prefixLength === undefined) &&
    chosen.every((item) => item.condition.kind === "equal");
  const isUnique =
    complete &&
    (index === 0 || schema.indexes[index - 1]?.kind === "unique") &&
    chosen.every(
      (item) =>
        item.condition.kind === "equal" && !item.condition.nullSafe && item.condition.values.length === 1,
    );
  const dependent = chosen.some((item) => refersTo(item.source, context.known));
  const rows = isUnique ? 1 : estimateRows(relation, index, chosen, dependent, context);
  return {
    index,
    parts: chosen,
    unique: isUnique,
    consumed,
    rows,
    cost: SEEK_COST + rows * (index === 0 ? 1 : LOOKUP_COST),
    dependent,
    direction: "forward",
  };
}

/** Equality before IS NULL before ranges; two half-open ranges on a column become one. */
function bestForPart(found: readonly IndexableCondition[]): IndexableCondition | undefined {
  const single = found.find((item) => item.condition.kind === "equal" && item.condition.values.length === 1);
  if (single !== undefined) return single;
  const rank: Record<ColumnCondition["kind"], number> = { null: 0, equal: 1, range: 2, prefix: 3 };
  const [first, ...rest] = [...found].sort(
    (left, right) => rank[left.condition.kind] - rank[right.condition.kind],
  );
  if (first === undefined || first.condition.kind !== "range") return first;
  let merged = first.condition;
  for (const item of rest) {
    if (item.condition.kind !== "range") continue;
    merged = {
      kind: "range",
      ...((merged.lower ?? item.condition.lower)
        ? { lower: (merged.lower ?? item.condition.lower) as NonNullable<typeof merged.lower> }
        : {}),
      ...((merged.upper ?? item.condition.upper)
        ? { upper: (merged.upper ?? item.condition.upper) as NonNullable<typeof merged.upper> }
        : {}),
    };
  }
  return { ...first, condition: merged };
}

function estimateRows(
  relation: StoredRelation,
  index: number,
  parts: readonly IndexableCondition[],
  dependent: boolean,
  context: PathContext,
): number {
  const total = relation.table.view.rowCount();
  if (!dependent) {
    const estimated = estimateRange(
      relation,
      makeRangeBuilder(relation, index, parts, context.builder),
      context.builder,
      index,
    );
    if (estimated !== undefined) return estimated;
  }
  const equalities = parts.filter((item) => item.condition.kind === "equal").length;
  if (equalities > 0) return Math.min(total, Math.max(1, Math.ceil(UNKNOWN_REF_ROWS / equalities)));
  return Math.max(1, Math.ceil(total * UNKNOWN_RANGE_FRACTION));
}

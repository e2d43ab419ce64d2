/**
 * How one table is read: its primary index or a secondary one, with equality on the first parts and perhaps a range
 * on the next. Candidates are costed from exact counts and range estimates.
 */

import { hasEntries } from "../../tables/row-codec.ts";
import type { IndexPart, TableSchema } from "../../tables/schema.ts";
import type { IndexHint } from "../ast/query.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import {
  type AnalysisContext,
  analyseCondition,
  type ColumnCondition,
  type IndexableCondition,
} from "./condition-analysis.ts";
import { estimateRange } from "./key-range-builder.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import { type KnownRows, refersTo, type StoredRelation } from "./relation.ts";
import { noteChoice } from "./value-check.ts";

export interface AccessPath {
  /** 0: primary */
  readonly index: number;
  /** One per leading index part. Only the last may be something else than values. */
  readonly parts: readonly IndexableCondition[];
  /** At most one row per set of values. */
  readonly unique: boolean;
  /** Conditions that the ranges make true. */
  readonly consumed: ReadonlySet<BoundExpression>;
  /** The entries of the index hold all that the query needs: rows are not looked up. */
  readonly covering: boolean;
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
/** An entry of a covering index is small beside a row. */
const ENTRY_COST = 0.8;
const LOCKED_SCAN_FACTOR = 10;
const UNKNOWN_RANGE_FRACTION = 0.1;
const UNKNOWN_MEMBERS = 100;
/** More combinations of values than this are read by the first lists only. */
const COMBINATIONS_MAX = 20_000;

export function indexParts(schema: TableSchema, index: number): readonly IndexPart[] {
  return index === 0 ? schema.primaryKey : (schema.indexes[index - 1]?.parts ?? []);
}

export interface PathContext {
  readonly builder: PlanBuilder;
  readonly known: KnownRows;
  readonly all: KnownRows;
}

/** All rows, in the order of an index. */
export function fullScan(
  relation: StoredRelation,
  builder: PlanBuilder,
  index = 0,
  direction: "forward" | "backward" = "forward",
): AccessPath {
  const rows = relation.table.view.rowCount();
  const consumed: ReadonlySet<BoundExpression> = new Set();
  const covering = isCovering(relation, index, consumed, builder);
  return {
    index,
    parts: [],
    unique: false,
    consumed,
    covering,
    rows,
    cost: SEEK_COST + rows * rowCost(index, covering),
    dependent: false,
    direction,
  };
}

function rowCost(index: number, covering: boolean): number {
  return index === 0 ? 1 : covering ? ENTRY_COST : LOOKUP_COST + 1;
}

/** The cheapest path under the conditions whose values are known. */
export function bestPath(
  relation: StoredRelation,
  conditions: readonly BoundExpression[],
  context: PathContext,
): AccessPath {
  const whole = cheapestScan(relation, context.builder);
  // A scan that locks keeps others from all that it passes over.
  const isLocked = context.builder.tables[relation.slot]?.lock !== undefined;
  const wholeCost = isLocked ? whole.cost * LOCKED_SCAN_FACTOR : whole.cost;
  const candidates = candidatePaths(relation, conditions, context);
  let best: AccessPath | undefined;
  for (const path of candidates) if (best === undefined || path.cost < best.cost) best = path;
  const chosen =
    best !== undefined && (best.cost < wholeCost || forcedIndexes(relation) !== undefined) ? best : whole;
  noteChoice(relation, chosen, candidates, context.builder);
  return chosen;
}

/** Through a covering index where there is a cheaper one. */
function cheapestScan(relation: StoredRelation, builder: PlanBuilder): AccessPath {
  let best = fullScan(relation, builder);
  for (let index = 1; index <= relation.table.view.schema.indexes.length; index++) {
    if (!isUsable(relation, index)) continue;
    const path = fullScan(relation, builder, index);
    if (path.covering && path.cost < best.cost) best = path;
  }
  return best;
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

/** There are entries to read, and no hint forbids it. */
export function isUsable(relation: StoredRelation, index: number): boolean {
  if (!isAllowed(relation, index)) return false;
  const definition = index === 0 ? undefined : relation.table.view.schema.indexes[index - 1];
  return index === 0 || (definition !== undefined && hasEntries(definition));
}

/** Whether the entries of an index hold every column that the query reads, but for conditions already made true. */
function isCovering(
  relation: StoredRelation,
  index: number,
  consumed: ReadonlySet<BoundExpression>,
  builder: PlanBuilder,
): boolean {
  if (index === 0) return false;
  const columns = builder.columnsRead(relation.slot, consumed);
  if (columns === undefined) return false;
  const { codec, view } = relation.table;
  for (const column of columns) {
    // Keys do not tell -0 from 0.
    if (view.schema.columns[column]?.type.kind === "float") return false;
    if (codec.indexFieldReader(index, column) === undefined) return false;
  }
  return true;
}

export function candidatePaths(
  relation: StoredRelation,
  conditions: readonly BoundExpression[],
  context: PathContext,
): AccessPath[] {
  const { schema } = relation.table.view;
  const columnAt = (column: number) => schema.columns[column] as TableSchema["columns"][number];
  const analysis: AnalysisContext = {
    slot: relation.slot,
    columnType: (column) => columnAt(column).type,
    isNullable: (column) => columnAt(column).nullable,
    known: context.known,
    all: context.all,
  };
  const indexable = conditions.flatMap((condition) => analyseCondition(condition, analysis) ?? []);
  if (indexable.length === 0) return [];
  const paths: AccessPath[] = [];
  for (let index = 0; index <= schema.indexes.length; index++) {
    if (!isUsable(relation, index)) continue;
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
  let combinations = 1;
  for (const part of parts) {
    const column = schema.columns.findIndex((item) => item.id === part.columnId);
    const condition = bestForPart(
      indexable.filter((item) => item.column === column && isFor(item.condition, part)),
    );
    if (condition === undefined) break;
    combinations *= valueCount(condition.condition);
    if (combinations > COMBINATIONS_MAX && chosen.length > 0) break;
    chosen.push(condition);
    if (condition.exact && part.prefixLength === undefined)
      for (const source of condition.sources) consumed.add(source);
    if (!isValues(condition.condition) || part.prefixLength !== undefined) break;
  }
  if (chosen.length === 0) return undefined;
  const complete = chosen.length === parts.length && parts.every((part) => part.prefixLength === undefined);
  const isUnique =
    complete &&
    (index === 0 || schema.indexes[index - 1]?.kind === "unique") &&
    chosen.every((item) => isOneValue(item.condition));
  const dependent = chosen.some((item) => item.sources.some((source) => refersTo(source, context.known)));
  const estimate = isUnique
    ? { rows: 1, ranges: 1 }
    : estimateRows(relation, index, chosen, dependent, context);
  const covering = isCovering(relation, index, consumed, context.builder);
  return {
    index,
    parts: chosen,
    unique: isUnique,
    consumed,
    covering,
    rows: estimate.rows,
    cost:
      SEEK_COST * Math.max(1, estimate.ranges) +
      estimate.rows * (index === 0 ? 1 : covering ? ENTRY_COST : LOOKUP_COST),
    dependent,
    direction: "forward",
  };
}

/** A prefix of text is a range of ascending keys only. */
function isFor(condition: ColumnCondition, part: IndexPart): boolean {
  if (condition.kind === "any") return condition.of.every((one) => isFor(one, part));
  return condition.kind !== "prefix" || !part.descending;
}

/** Further parts of the index can follow. */
function isValues({ kind }: ColumnCondition): boolean {
  return kind === "equal" || kind === "null" || kind === "member";
}

function valueCount(condition: ColumnCondition): number {
  switch (condition.kind) {
    case "equal":
      return condition.values.length;
    case "member":
      return UNKNOWN_MEMBERS;
    default:
      return 1;
  }
}

/** An equality with one value, which is never NULL. */
export function isOneValue(condition: ColumnCondition): boolean {
  return (
    condition.kind === "equal" &&
    !condition.nullSafe &&
    condition.values.length === 1 &&
    condition.values[0]?.conversion.toOtherEqual === undefined
  );
}

const PREFERENCE: Record<ColumnCondition["kind"], number> = {
  null: 0,
  equal: 1,
  member: 2,
  range: 3,
  prefix: 4,
  any: 5,
};

/** Equality before ranges; a lower and an upper bound on a column become one range. */
function bestForPart(found: readonly IndexableCondition[]): IndexableCondition | undefined {
  const single = found.find((item) => isOneValue(item.condition));
  if (single !== undefined) return single;
  const [first, ...rest] = [...found].sort(
    (left, right) => PREFERENCE[left.condition.kind] - PREFERENCE[right.condition.kind],
  );
  if (first === undefined || first.condition.kind !== "range") return first;
  let merged: IndexableCondition = first;
  for (const item of rest) merged = withBound(merged, item);
  return merged;
}

/** The range with the other's bound, where it has none itself. */
function withBound(range: IndexableCondition, other: IndexableCondition): IndexableCondition {
  const { condition } = range;
  const further = other.condition;
  if (condition.kind !== "range" || further.kind !== "range") return range;
  if (condition.lower !== undefined && further.lower !== undefined) return range;
  if (condition.upper !== undefined && further.upper !== undefined) return range;
  const lower = condition.lower ?? further.lower;
  const upper = condition.upper ?? further.upper;
  return {
    column: range.column,
    condition: { kind: "range", ...(lower ? { lower } : {}), ...(upper ? { upper } : {}) },
    sources: [...range.sources, ...other.sources],
    exact: range.exact && other.exact,
  };
}

interface Estimate {
  readonly rows: number;
  readonly ranges: number;
}

function estimateRows(
  relation: StoredRelation,
  index: number,
  parts: readonly IndexableCondition[],
  dependent: boolean,
  context: PathContext,
): Estimate {
  const total = relation.table.view.rowCount();
  if (!dependent) {
    const estimated = estimateRange(relation, index, parts, context.builder);
    if (estimated !== undefined) return estimated;
  }
  const values = parts.filter((item) => isValues(item.condition)).length;
  const ranges = parts.reduce((count, item) => count * valueCount(item.condition), 1);
  if (values > 0) {
    const each = relation.table.view.rowsPerKey(index, values);
    const share = values < parts.length ? UNKNOWN_RANGE_FRACTION : 1;
    return { rows: Math.min(total, Math.max(1, each * share * ranges)), ranges };
  }
  return { rows: Math.max(1, Math.ceil(total * UNKNOWN_RANGE_FRACTION)), ranges };
}

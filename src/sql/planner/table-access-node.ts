/** The plan node that reads a stored table by an access path and applies the conditions on it alone. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Operator } from "../executor/frame.ts";
import { GuardedScan } from "../executor/guarded-scan.ts";
import { IndexScan, type PrimaryKeyOf } from "../executor/index-scan.ts";
import { type PointGuard, PointLookup } from "../executor/point-lookup.ts";
import { TableScan } from "../executor/table-scan.ts";
import { type AccessPath, indexParts } from "./access-path.ts";
import type { IndexableCondition } from "./condition-analysis.ts";
import { filterNode } from "./filter-node.ts";
import { makeKeyBuilder, makeRangeBuilder } from "./key-range-builder.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { ExplainTable, PlanNode } from "./plan-node.ts";
import type { StoredRelation } from "./relation.ts";

export function tableAccessNode(
  relation: StoredRelation,
  path: AccessPath,
  conditions: readonly BoundExpression[],
  builder: PlanBuilder,
): PlanNode {
  const table = explainTable(relation, path, conditions);
  const node: PlanNode = {
    shape: relation.shape,
    rows: path.rows,
    explain: { text: accessText(relation, path), rows: path.rows, children: [], table },
    build: () => buildAccess(relation, path, builder, conditions.length > 0),
  };
  return filterNode(node, conditions, builder);
}

function buildAccess(
  relation: StoredRelation,
  path: AccessPath,
  builder: PlanBuilder,
  filtered: boolean,
): Operator {
  const { slot } = relation;
  const lock = builder.tables[slot]?.lock;
  const guarded = lock?.policy === "skip locked" ? undefined : lock;
  if (path.index === 0 && path.unique && path.parts.length > 0) {
    const guard: PointGuard | undefined =
      guarded === undefined ? undefined : { ...guarded, when: filtered ? "always" : "missing" };
    return new PointLookup(slot, makeKeyBuilder(relation, path, builder), guard);
  }
  const ranges =
    path.parts.length === 0
      ? undefined
      : makeRangeBuilder(relation, path.index, path.parts, builder, path.direction);
  const { codec } = relation.table;
  const { index, direction } = path;
  const primaryKeyOf: PrimaryKeyOf = (bytes, start, end) =>
    bytes.subarray(codec.primaryKeyStart(index, bytes, start, end), end);
  if (guarded !== undefined) {
    return new GuardedScan({ slot, index, ranges, direction, policy: guarded.policy, primaryKeyOf });
  }
  if (index === 0) return new TableScan(slot, ranges, direction);
  if (path.covering) {
    builder.readThrough(slot, index);
    return new TableScan(slot, ranges, direction, index);
  }
  return new IndexScan({ slot, index, ranges, direction, primaryKeyOf });
}

function indexName(relation: StoredRelation, index: number): string {
  return index === 0 ? "PRIMARY" : (relation.table.view.schema.indexes[index - 1]?.name ?? "");
}

function accessText(relation: StoredRelation, path: AccessPath): string {
  const { alias } = relation;
  const reverse = path.direction === "backward" ? " (reverse)" : "";
  if (path.parts.length === 0) {
    return path.index === 0
      ? `Table scan on ${alias}${reverse}`
      : `${path.covering ? "Covering index" : "Index"} scan on ${alias} using ${indexName(relation, path.index)}${reverse}`;
  }
  const name = indexName(relation, path.index);
  const index = path.covering ? "Covering index" : "Index";
  if (path.unique) return `Single-row ${index.toLowerCase()} lookup on ${alias} using ${name}`;
  return isRange(path)
    ? `${index} range scan on ${alias} using ${name}${reverse}`
    : `${index} lookup on ${alias} using ${name}${reverse}`;
}

function isRange(path: AccessPath): boolean {
  return path.parts.some(
    ({ condition }) =>
      (condition.kind !== "equal" && condition.kind !== "null") ||
      (condition.kind === "equal" && condition.values.length > 1),
  );
}

function explainTable(
  relation: StoredRelation,
  path: AccessPath,
  conditions: readonly BoundExpression[],
): ExplainTable {
  const reads = path.parts.length > 0;
  const accessType = !reads
    ? path.index === 0
      ? "ALL"
      : "index"
    : isRange(path)
      ? "range"
      : path.unique
        ? path.dependent
          ? "eq_ref"
          : "const"
        : "ref";
  const { schema } = relation.table.view;
  const possible = [
    ...(schema.primaryKey.length > 0 ? ["PRIMARY"] : []),
    ...schema.indexes.map((index) => index.name),
  ];
  return {
    name: relation.alias,
    accessType,
    possibleKeys: reads ? possible.filter((name) => name === indexName(relation, path.index)) : [],
    key: reads || path.index > 0 ? indexName(relation, path.index) : undefined,
    keyLength: reads ? keyLength(relation, path) : undefined,
    ref: reads && !isRange(path) ? path.parts.map((part) => refText(part)).join(",") : undefined,
    filtered: conditions.length > 0 ? 33.33 : 100,
    extra: [...(conditions.length > 0 ? ["Using where"] : []), ...(path.covering ? ["Using index"] : [])],
  };
}

function refText({ sources: [condition] }: IndexableCondition): string {
  if (condition?.kind !== "comparison") return "const";
  const sides = [condition.left, condition.right];
  const other = sides.find(
    (side) => side.kind === "column" && side.origin !== undefined && sides.every((s) => s.kind === "column"),
  );
  return other?.kind === "column" && other.origin !== undefined
    ? `${other.origin.database}.${other.origin.table}.${other.name}`
    : "const";
}

function keyLength(relation: StoredRelation, path: AccessPath): number {
  const { schema } = relation.table.view;
  const parts = indexParts(schema, path.index).slice(0, path.parts.length);
  let length = 0;
  for (const part of parts) {
    const column = schema.columns.find((item) => item.id === part.columnId);
    if (column === undefined) continue;
    const { type } = column;
    length += column.nullable ? 1 : 0;
    if (type.kind === "integer")
      length += { tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8 }[type.name];
    else if (type.kind === "string")
      length += (part.prefixLength ?? type.length) * 4 + (type.name === "char" ? 0 : 2);
    else if (type.kind === "binary")
      length += (part.prefixLength ?? type.length) + (type.name === "binary" ? 0 : 2);
    else length += type.kind === "date" ? 3 : 8;
  }
  return length;
}

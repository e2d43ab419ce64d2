/**
 * Three-way merge of root values: table by table, row by row, cell by cell. What only one side changed is taken from it.
 * The result holds ours wherever there is a conflict, so callers must look at the conflicts first.
 */
import { EMPTY_HASH } from "../bytes/hash.ts";
import { hasVirtualPart } from "../tables/check-table.ts";
import { createRowCodec } from "../tables/row-codec.ts";
import type { TableSchema } from "../tables/schema.ts";
import { readSchema, writeSchema } from "../tables/schema-codec.ts";
import { conversionObstacle, convertRows, rebuildIndex, renumberRows } from "./convert-rows.ts";
import { countUniqueViolations, findForeignKeyViolations } from "./merge-constraints.ts";
import { mergeRows } from "./merge-rows.ts";
import { mergeSchemas } from "./merge-schema.ts";
import { type RootValue, type TableRecord, tablesEqual, withTables } from "./root-value.ts";
import type { MergeStore, TableRoots } from "./table-access.ts";

export type TableConflictKind = "schema" | "rows" | "unique key" | "foreign key";

export interface TableConflict {
  readonly table: string;
  readonly kind: TableConflictKind;
  /** Number of rows, 1 for a schema. */
  readonly count: number;
  /** For people. */
  readonly description: string;
}

export interface RootMerge {
  readonly root: RootValue;
  readonly conflicts: readonly TableConflict[];
}

export interface RootMergeInput {
  readonly base: RootValue;
  readonly ours: RootValue;
  readonly theirs: RootValue;
}

export function mergeRoots(store: MergeStore, input: RootMergeInput): RootMerge {
  const { base, ours, theirs } = input;
  const conflicts: TableConflict[] = [];
  const changes = new Map<string, TableRecord | undefined>();
  for (const name of new Set([...ours.tables.keys(), ...theirs.tables.keys()])) {
    const sides = {
      base: base.tables.get(name),
      ours: ours.tables.get(name),
      theirs: theirs.tables.get(name),
    };
    const merged = mergeTable(store, name, sides, conflicts);
    if (merged !== sides.ours) changes.set(name, merged);
  }
  const defaults = theirs.charset !== base.charset || theirs.collation !== base.collation ? theirs : ours;
  const root: RootValue = {
    ...withTables(ours, changes),
    charset: defaults.charset,
    collation: defaults.collation,
  };
  for (const { table, foreignKey, count } of findForeignKeyViolations(store, root, [ours, theirs])) {
    const description = `${count} rows of table ${table} lost the parent that ${foreignKey} refers to`;
    conflicts.push({ table, kind: "foreign key", count, description });
  }
  return { root, conflicts };
}

interface TableSides {
  readonly base: TableRecord | undefined;
  readonly ours: TableRecord | undefined;
  readonly theirs: TableRecord | undefined;
}

function mergeTable(
  store: MergeStore,
  name: string,
  sides: TableSides,
  conflicts: TableConflict[],
): TableRecord | undefined {
  const { base, ours, theirs } = sides;
  if (tablesEqual(base, theirs)) return withCounters(ours, theirs);
  if (tablesEqual(ours, theirs)) return withCounters(ours, theirs);
  if (tablesEqual(base, ours)) return withCounters(theirs, ours);
  if (ours === undefined || theirs === undefined) {
    const description = `table ${name} was dropped on one side and changed on the other`;
    conflicts.push({ table: name, kind: "schema", count: 1, description });
    return ours;
  }
  return mergeChangedTable(store, name, { base, ours, theirs }, conflicts);
}

/** The record with counters at least as high as the other side's: values handed out there must not come again. */
function withCounters(
  record: TableRecord | undefined,
  other: TableRecord | undefined,
): TableRecord | undefined {
  if (record === undefined || other === undefined) return record;
  if (record.autoIncrement >= other.autoIncrement && record.nextRowId >= other.nextRowId) return record;
  let { autoIncrement } = record;
  if (other.autoIncrement > autoIncrement) autoIncrement = other.autoIncrement;
  return { ...record, autoIncrement, nextRowId: Math.max(record.nextRowId, other.nextRowId) };
}

interface ChangedTable {
  readonly base: TableRecord | undefined;
  readonly ours: TableRecord;
  readonly theirs: TableRecord;
}

function mergeChangedTable(
  store: MergeStore,
  name: string,
  { base, ours, theirs }: ChangedTable,
  conflicts: TableConflict[],
): TableRecord {
  const ourSchema = readSchema(store.chunks, ours.schema);
  const theirSchema = readSchema(store.chunks, theirs.schema);
  const baseSchema = base === undefined ? undefined : readSchema(store.chunks, base.schema);
  const refuse = (description: string): TableRecord => {
    conflicts.push({ table: name, kind: "schema", count: 1, description: `table ${name}: ${description}` });
    return ours;
  };
  if (base === undefined && ours.schema !== theirs.schema) return refuse("both sides added it differently");
  const merge = mergeSchemas(baseSchema ?? ourSchema, ourSchema, theirSchema);
  if (merge.kind === "conflict") return refuse(merge.description);
  const { schema } = merge;
  const codec = createRowCodec(schema);
  const sameSchema = ours.schema === theirs.schema && (base === undefined || base.schema === ours.schema);
  const virtual = schema.indexes.some((_, at) => hasVirtualPart(codec, at + 1));
  if (!sameSchema && virtual) return refuse("an index over a virtual column cannot be rebuilt in a merge");
  const froms = [ourSchema, merge.theirs, ...(baseSchema === undefined ? [] : [baseSchema])];
  const obstacle = froms.map((from) => conversionObstacle(from, schema)).find((found) => found !== undefined);
  if (obstacle !== undefined) return refuse(obstacle);
  const side = (record: TableRecord | undefined, from: TableSchema): TableRoots => ({
    primary: record === undefined ? EMPTY_HASH : convertRows(store, record.primary, from, schema),
    indexes: record?.indexes ?? schema.indexes.map(() => EMPTY_HASH),
  });
  const ourSide = side(ours, ourSchema);
  const nextRowIds = { base: base?.nextRowId ?? 1, ours: ours.nextRowId, theirs: theirs.nextRowId };
  const theirSide = side(theirs, merge.theirs);
  const input = {
    base: side(base, baseSchema ?? schema),
    ours: ourSide,
    theirs: codec.keyless ? renumberRows(store, theirSide, nextRowIds) : theirSide,
  };
  const rows = sameSchema
    ? mergeRows(store, { codec, ...input })
    : mergeWithRebuild(store, { ...schema, indexes: [] }, schema, input);
  const before = sameSchema ? ourSide.indexes : schema.indexes.map(() => EMPTY_HASH);
  reportRows(name, rows.conflictCount, countUniqueViolations(store, codec, before, rows.indexes), conflicts);
  const record = withCounters(ours, theirs) ?? ours;
  return {
    ...record,
    schema: writeSchema(store.chunks, schema),
    primary: rows.primary,
    indexes: rows.indexes,
    nextRowId: nextRowIds.ours + Math.max(0, nextRowIds.theirs - nextRowIds.base),
  };
}

/** Merges the rows alone and builds all indexes anew. */
function mergeWithRebuild(
  store: MergeStore,
  rowsOnly: TableSchema,
  schema: TableSchema,
  { base, ours, theirs }: Readonly<Record<"base" | "ours" | "theirs", TableRoots>>,
): TableRoots & { readonly conflictCount: number } {
  const alone = ({ primary }: TableRoots): TableRoots => ({ primary, indexes: [] });
  const merged = mergeRows(store, {
    codec: createRowCodec(rowsOnly),
    base: alone(base),
    ours: alone(ours),
    theirs: alone(theirs),
  });
  const codec = createRowCodec(schema);
  const indexes = schema.indexes.map((_, at) => rebuildIndex(store, codec, merged.primary, at + 1));
  return { ...merged, indexes };
}

function reportRows(table: string, rowCount: number, uniqueCount: number, conflicts: TableConflict[]): void {
  if (rowCount > 0) {
    const description = `both sides changed ${rowCount} rows of table ${table} differently`;
    conflicts.push({ table, kind: "rows", count: rowCount, description });
  }
  if (uniqueCount > 0) {
    const description = `${uniqueCount} rows of table ${table} have a unique key that another row has`;
    conflicts.push({ table, kind: "unique key", count: uniqueCount, description });
  }
}

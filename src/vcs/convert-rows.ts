/** Rows of one schema rewritten for another one with the same primary key; columns correspond by id. */
import { isDeepStrictEqual } from "node:util";
import type { Hash } from "../bytes/hash.ts";
import { buildTree, TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS } from "../prolly/tree-node.ts";
import { KeySorter } from "../tables/key-sorter.ts";
import { createRowCodec, decodeRowId, encodeRowId, hasEntries, type RowCodec } from "../tables/row-codec.ts";
import type { Column, TableSchema } from "../tables/schema.ts";
import type { Value } from "../values/value.ts";
import { blobReader, blobWriter, type MergeStore, openRows, type TableRoots } from "./table-access.ts";

const NO_VALUE = new Uint8Array(0);

/** Why rows cannot be taken over, for people; undefined when they can. */
export function conversionObstacle(from: TableSchema, to: TableSchema): string | undefined {
  if (sameStorage(from, to)) return undefined;
  if (!isDeepStrictEqual(from.primaryKey, to.primaryKey)) return "the primary key differs";
  for (const column of to.columns) {
    const old = from.columns.find(({ id }) => id === column.id);
    if (old === undefined) {
      if (valueForNewColumn(column) === undefined)
        return `column ${column.name} has no value for existing rows`;
    } else if (
      !isDeepStrictEqual(old.type, column.type) ||
      !isDeepStrictEqual(old.generated, column.generated)
    ) {
      return `column ${column.name} has another type`;
    } else if (old.nullable && !column.nullable) {
      return `column ${column.name} became NOT NULL`;
    }
  }
  return undefined;
}

/** The rows at `primary` in the form of the schema `to`. There must be no {@link conversionObstacle}. */
export function convertRows(store: MergeStore, primary: Hash, from: TableSchema, to: TableSchema): Hash {
  if (sameStorage(from, to)) return primary;
  const source = createRowCodec(from);
  const target = createRowCodec(to);
  const sources = to.columns.map(({ id }) => from.columns.findIndex((old) => old.id === id));
  const added = to.columns.map((column) => valueForNewColumn(column) ?? null);
  const readBlob = blobReader(store.nodes);
  const writeBlob = blobWriter(store.chunks);
  const builder = new TreeBuilder(store.chunks, CONTENT_ROWS);
  const cursor = openRows(store.nodes, primary).openCursor({}, "forward");
  while (cursor.next()) {
    const old = source.decodeRow(cursor, readBlob);
    const values = sources.map((at, index) => (at < 0 ? (added[index] as Value) : (old[at] as Value)));
    const value = target.externalizeValue(target.encodeValue(values), writeBlob);
    builder.appendRange(cursor.keyBytes, cursor.keyStart, cursor.keyEnd, value, 0, value.length);
  }
  return builder.finish();
}

/** Builds secondary index `index` of the rows at `primary`. */
export function rebuildIndex(store: MergeStore, codec: RowCodec, primary: Hash, index: number): Hash {
  const definition = codec.schema.indexes[index - 1];
  if (definition === undefined || !hasEntries(definition))
    return new TreeBuilder(store.chunks, CONTENT_OPAQUE).finish();
  const sorter = new KeySorter({ folder: store.spillFolder });
  try {
    const readBlob = blobReader(store.nodes);
    const cursor = openRows(store.nodes, primary).openCursor({}, "forward");
    while (cursor.next()) {
      const key = cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd);
      sorter.add(codec.encodeIndexKey(index, codec.decodeRow(cursor, readBlob), key), NO_VALUE);
    }
    return buildTree(store.chunks, CONTENT_OPAQUE, sorter.sorted());
  } finally {
    sorter.close();
  }
}

/**
 * Their rows of a table without primary key with ids that ours does not use. Ids are given out per side, so a row that
 * they added since the base may have the id of another row that we added; it moves behind all of ours.
 */
export function renumberRows(
  store: MergeStore,
  theirs: TableRoots,
  nextRowIds: { readonly base: number; readonly ours: number },
): TableRoots {
  const offset = nextRowIds.ours - nextRowIds.base;
  if (offset <= 0) return theirs;
  const builder = new TreeBuilder(store.chunks, CONTENT_ROWS);
  const cursor = openRows(store.nodes, theirs.primary).openCursor({}, "forward");
  while (cursor.next()) {
    const { keyBytes, keyStart, valueBytes, valueStart, valueEnd } = cursor;
    const rowId = decodeRowId(keyBytes, keyStart);
    const key = encodeRowId(rowId < nextRowIds.base ? rowId : rowId + offset);
    builder.appendRange(key, 0, key.length, valueBytes, valueStart, valueEnd);
  }
  return { ...theirs, primary: builder.finish() };
}

/** Whether rows of both schemas are the same bytes: the same stored columns in the same order below the same key. */
function sameStorage(left: TableSchema, right: TableSchema): boolean {
  const storage = ({ columns, primaryKey }: TableSchema): unknown => [
    primaryKey,
    columns.map(({ id, type, generated, absentValue, nullable }) => [
      id,
      type,
      generated,
      absentValue,
      nullable,
    ]),
  ];
  return isDeepStrictEqual(storage(left), storage(right));
}

function valueForNewColumn(column: Column): Value | undefined {
  if (column.generated !== undefined) return column.generated.stored ? undefined : null;
  if (column.absentValue !== undefined) return column.absentValue;
  if (column.default?.kind === "literal") return column.default.value;
  return column.nullable && column.default === undefined ? null : undefined;
}

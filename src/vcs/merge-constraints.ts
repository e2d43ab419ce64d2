/**
 * Constraints that a merge can break although both sides kept them: two new rows with the same unique key, and a row
 * that lost the parent it refers to. Only what differs from either side is looked at.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import { DIFF_REMOVED, diffTrees } from "../prolly/tree-diff.ts";
import { createRowCodec, hasEntries, prefixSuccessor, type RowCodec } from "../tables/row-codec.ts";
import type { ForeignKey, TableSchema } from "../tables/schema.ts";
import { readSchema } from "../tables/schema-codec.ts";
import type { Value } from "../values/value.ts";
import type { RootValue, TableRecord } from "./root-value.ts";
import { blobReader, type MergeStore, openIndex, openRows } from "./table-access.ts";

/** Entries of ours' side plus the merge's changes that share a unique key with another row. */
export function countUniqueViolations(
  store: MergeStore,
  codec: RowCodec,
  ours: readonly Hash[],
  merged: readonly Hash[],
): number {
  let count = 0;
  codec.schema.indexes.forEach((definition, at) => {
    const from = ours[at];
    const to = merged[at];
    if (definition.kind !== "unique" || !hasEntries(definition) || from === undefined || to === undefined)
      return;
    const tree = openIndex(store.nodes, to);
    const diff = diffTrees(openIndex(store.nodes, from), tree);
    while (diff.next()) {
      if (diff.kind === DIFF_REMOVED) continue;
      const { keyBytes, keyStart, keyEnd } = diff.to;
      const end = codec.primaryKeyStart(at + 1, keyBytes, keyStart, keyEnd);
      if (hasNullPart(codec, at + 1, keyBytes, keyStart)) continue;
      if (countWithPrefix(tree, keyBytes.subarray(keyStart, end)) > 1) count++;
    }
  });
  return count;
}

function hasNullPart(codec: RowCodec, index: number, bytes: Uint8Array, start: number): boolean {
  let at = start;
  for (const part of codec.keyCodecs(index)) {
    const { nullable, descending } = part.options;
    if (nullable && bytes[at] === (descending ? 0xff : 0)) return true;
    at = part.skip(bytes, at);
  }
  return false;
}

function countWithPrefix(tree: ProllyTree, prefix: Uint8Array): number {
  const upper = prefixSuccessor(prefix);
  return tree.estimateCount(upper === undefined ? { lower: prefix } : { lower: prefix, upper });
}

export interface ForeignKeyViolation {
  readonly table: string;
  readonly foreignKey: string;
  readonly count: number;
}

/** Rows of the merged root, new to one of the sides, whose parent row is not there. */
export function findForeignKeyViolations(
  store: MergeStore,
  merged: RootValue,
  sides: readonly RootValue[],
): readonly ForeignKeyViolation[] {
  const found: ForeignKeyViolation[] = [];
  for (const [table, record] of merged.tables) {
    const schema = readSchema(store.chunks, record.schema);
    for (const key of schema.foreignKeys) {
      if (key.parentDatabase !== undefined) continue;
      const count = countOrphans(store, { table, record, schema, key, merged, sides });
      if (count > 0) found.push({ table, foreignKey: key.name, count });
    }
  }
  return found;
}

interface ForeignKeyCheck {
  readonly table: string;
  readonly record: TableRecord;
  readonly schema: TableSchema;
  readonly key: ForeignKey;
  readonly merged: RootValue;
  readonly sides: readonly RootValue[];
}

function countOrphans(store: MergeStore, check: ForeignKeyCheck): number {
  const { table, record, key, merged, sides } = check;
  const parent = merged.tables.get(key.parentTable);
  // A side that has both tables as they are now has vouched for them.
  const vouched = sides.some(
    ({ tables }) =>
      tables.get(table)?.primary === record.primary &&
      tables.get(key.parentTable)?.primary === parent?.primary,
  );
  if (vouched || parent === undefined) return 0;
  const hasParent = parentFinder(store, check, parent);
  if (hasParent === undefined) return 0;
  const orphans = new Set<string>();
  const codec = createRowCodec(check.schema);
  const readBlob = blobReader(store.nodes);
  const rows = openRows(store.nodes, record.primary);
  const columns = key.columnIds.map((id) => check.schema.columns.findIndex((column) => column.id === id));
  for (const { tables } of sides) {
    const side = tables.get(table);
    // Rows in another form than the side's own are all looked at.
    const from = side?.schema === record.schema ? side.primary : EMPTY_HASH;
    const diff = diffTrees(openRows(store.nodes, from), rows);
    while (diff.next()) {
      if (diff.kind === DIFF_REMOVED) continue;
      const values = codec.decodeRow(diff.to, readBlob);
      const referring = columns.map((at) => values[at] as Value);
      if (referring.includes(null) || hasParent(referring)) continue;
      const { keyBytes, keyStart, keyEnd } = diff.to;
      orphans.add(Buffer.from(keyBytes.subarray(keyStart, keyEnd)).toString("latin1"));
    }
  }
  return orphans.size;
}

/** Looks parents up by the primary key or index that begins with the parent columns; undefined without one. */
function parentFinder(
  store: MergeStore,
  { key }: ForeignKeyCheck,
  parent: TableRecord,
): ((values: readonly Value[]) => boolean) | undefined {
  const schema = readSchema(store.chunks, parent.schema);
  const ids = key.parentColumns.map(
    (name) => schema.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.id,
  );
  const serves = (parts: TableSchema["primaryKey"]): boolean =>
    ids.every(
      (id, at) => id !== undefined && parts[at]?.columnId === id && parts[at]?.prefixLength === undefined,
    );
  const position = schema.indexes.findIndex(
    (definition) => hasEntries(definition) && serves(definition.parts),
  );
  const index = serves(schema.primaryKey) ? 0 : position + 1;
  const root = index === 0 ? parent.primary : parent.indexes[position];
  if ((index === 0 && !serves(schema.primaryKey)) || root === undefined) return undefined;
  const codec = createRowCodec(schema);
  const tree = index === 0 ? openRows(store.nodes, root) : openIndex(store.nodes, root);
  return (values) => countWithPrefix(tree, codec.encodeKeyPrefix(index, values)) > 0;
}

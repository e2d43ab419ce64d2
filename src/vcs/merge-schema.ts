/** Three-way merge of table schemas: columns and indexes by id, constraints by name, the rest as a whole. */
import { isDeepStrictEqual } from "node:util";
import type { Column, IndexDefinition, TableSchema } from "../tables/schema.ts";

export type SchemaMerge =
  | {
      readonly kind: "merged";
      readonly schema: TableSchema;
      /** Their schema with ids that ours does not use for something else; rows of theirs are decoded with it. */
      readonly theirs: TableSchema;
    }
  | { readonly kind: "conflict"; readonly description: string };

export function mergeSchemas(base: TableSchema, ours: TableSchema, theirs: TableSchema): SchemaMerge {
  if (isDeepStrictEqual(ours, theirs) || isDeepStrictEqual(base, theirs)) return merged(ours, theirs);
  if (isDeepStrictEqual(base, ours)) return merged(theirs, theirs);
  try {
    const renumbered = renumber(base, ours, theirs);
    return merged(mergeParts(base, ours, renumbered), renumbered);
  } catch (error) {
    if (error instanceof PartConflict) return { kind: "conflict", description: error.message };
    throw error;
  }
}

function merged(schema: TableSchema, theirs: TableSchema): SchemaMerge {
  return { kind: "merged", schema, theirs };
}

/** Leaves the merge from deep inside; never escapes this file. */
class PartConflict extends Error {}

function mergeParts(base: TableSchema, ours: TableSchema, theirs: TableSchema): TableSchema {
  const byId = ({ id }: { readonly id: number }): number => id;
  const byName = ({ name }: { readonly name: string }): string => name;
  const columns = mergeList("column", byId, base.columns, ours.columns, theirs.columns);
  const indexes = mergeList("index", byId, base.indexes, ours.indexes, theirs.indexes);
  refuseSameNames("column", columns);
  refuseSameNames("index", indexes);
  const known = new Set(columns.map(byId));
  for (const { name, parts } of indexes) {
    if (!parts.every(({ columnId }) => known.has(columnId))) {
      throw new PartConflict(`index ${name} needs a column that the other side dropped`);
    }
  }
  return {
    columns,
    primaryKey: mergeValue("primary key", base.primaryKey, ours.primaryKey, theirs.primaryKey),
    indexes,
    foreignKeys: mergeList("foreign key", byName, base.foreignKeys, ours.foreignKeys, theirs.foreignKeys),
    checks: mergeList("check constraint", byName, base.checks, ours.checks, theirs.checks),
    charset: mergeValue("character set", base.charset, ours.charset, theirs.charset),
    collation: mergeValue("collation", base.collation, ours.collation, theirs.collation),
    engine: mergeValue("engine", base.engine, ours.engine, theirs.engine),
    comment: mergeValue("comment", base.comment, ours.comment, theirs.comment),
    options: mergeValue("table options", base.options, ours.options, theirs.options),
    nextId: Math.max(ours.nextId, theirs.nextId),
  };
}

function mergeValue<T>(what: string, base: T, ours: T, theirs: T): T {
  if (isDeepStrictEqual(base, theirs) || isDeepStrictEqual(ours, theirs)) return ours;
  if (isDeepStrictEqual(base, ours)) return theirs;
  throw new PartConflict(`both sides changed the ${what}`);
}

/** Ours in its order, with what theirs changed, dropped and (at the end) added. */
function mergeList<T extends { readonly name: string }, K>(
  what: string,
  keyOf: (item: T) => K,
  base: readonly T[],
  ours: readonly T[],
  theirs: readonly T[],
): readonly T[] {
  const find = (items: readonly T[], key: K): T | undefined => items.find((item) => keyOf(item) === key);
  const keys = [...ours, ...theirs].map(keyOf);
  const result: T[] = [];
  for (const key of new Set(keys)) {
    const our = find(ours, key);
    const their = find(theirs, key);
    const name = our?.name ?? their?.name ?? "";
    const item = mergeValue<T | undefined>(`${what} ${name}`, find(base, key), our, their);
    if (item !== undefined) result.push(item);
  }
  return result;
}

function refuseSameNames(what: string, items: readonly { readonly name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of items) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw new PartConflict(`both sides added a ${what} named ${name}`);
    seen.add(folded);
  }
}

/** Ids are given out per side, so columns and indexes added on both sides may share one: theirs get fresh ones. */
function renumber(base: TableSchema, ours: TableSchema, theirs: TableSchema): TableSchema {
  let nextId = Math.max(ours.nextId, theirs.nextId);
  const baseIds = new Set([...base.columns, ...base.indexes].map(({ id }) => id));
  const ourItems = new Map<number, Column | IndexDefinition>(
    [...ours.columns, ...ours.indexes].map((item) => [item.id, item]),
  );
  const fresh = new Map<number, number>();
  for (const item of [...theirs.columns, ...theirs.indexes]) {
    const our = ourItems.get(item.id);
    if (baseIds.has(item.id) || our === undefined || isDeepStrictEqual(our, item)) continue;
    fresh.set(item.id, nextId++);
  }
  if (fresh.size === 0) return theirs;
  const renumbered = (id: number): number => fresh.get(id) ?? id;
  const parts = (list: IndexDefinition["parts"]): IndexDefinition["parts"] =>
    list.map((part) => ({ ...part, columnId: renumbered(part.columnId) }));
  return {
    ...theirs,
    columns: theirs.columns.map((item) => ({ ...item, id: renumbered(item.id) })),
    primaryKey: parts(theirs.primaryKey),
    indexes: theirs.indexes.map((item) => ({ ...item, id: renumbered(item.id), parts: parts(item.parts) })),
    foreignKeys: theirs.foreignKeys.map((key) => ({ ...key, columnIds: key.columnIds.map(renumbered) })),
    nextId,
  };
}

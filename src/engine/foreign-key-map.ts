/** Which tables of a generation refer to which: computed once per set of schemas. */
import type { ForeignKey, TableSchema } from "../tables/schema.ts";
import type { Generation } from "./branch-state.ts";

export interface ReferencingKey {
  readonly childTable: string;
  readonly key: ForeignKey;
}

export interface ForeignKeyMap {
  /** The foreign keys of other tables (or its own) that refer to a table, by its name. */
  readonly referencing: ReadonlyMap<string, readonly ReferencingKey[]>;
}

const NONE: readonly ReferencingKey[] = [];

export function buildForeignKeyMap(tables: Iterable<readonly [string, TableSchema]>): ForeignKeyMap {
  const referencing = new Map<string, ReferencingKey[]>();
  for (const [childTable, schema] of tables) {
    for (const key of schema.foreignKeys) {
      if (key.parentDatabase !== undefined) continue;
      const known = referencing.get(key.parentTable);
      if (known === undefined) referencing.set(key.parentTable, [{ childTable, key }]);
      else known.push({ childTable, key });
    }
  }
  return { referencing };
}

export function referencingKeys(generation: Generation, table: string): readonly ReferencingKey[] {
  return generation.foreignKeys.referencing.get(table) ?? NONE;
}

/** What {@link relatedTables} says of a table without foreign keys, its own or to it. */
export const UNRELATED: { readonly children: readonly string[]; readonly parents: readonly string[] } = {
  children: [],
  parents: [],
};

/** The tables that a write to `table` may have to change (by cascades) and to look at. */
export function relatedTables(
  generation: Generation,
  table: string,
): { readonly children: readonly string[]; readonly parents: readonly string[] } {
  const { referencing } = generation.foreignKeys;
  const ownKeys = generation.schemaOf(table)?.foreignKeys ?? [];
  if (ownKeys.length === 0 && !referencing.has(table)) return UNRELATED;
  const children = new Set<string>();
  const queue = [table];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const { childTable } of referencing.get(name) ?? NONE) {
      if (children.has(childTable) || childTable === table) continue;
      children.add(childTable);
      queue.push(childTable);
    }
  }
  const parents = new Set<string>();
  for (const name of [table, ...children]) {
    for (const key of generation.schemaOf(name)?.foreignKeys ?? []) {
      if (key.parentTable !== table && !children.has(key.parentTable)) parents.add(key.parentTable);
    }
  }
  return {
    children: [...children],
    parents: [...parents].filter((name) => generation.root.tables.has(name)),
  };
}

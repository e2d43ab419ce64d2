/**
 * Which trees of a table must be built when its schema changes. Rows are rewritten when their stored form changes; an
 * index is built when its definition, its columns' key form or the primary key changes.
 */
import { isDeepStrictEqual } from "node:util";
import { hasEntries } from "../tables/row-codec.ts";
import type { Column, IndexDefinition, IndexPart, TableSchema } from "../tables/schema.ts";

export interface RebuildPlan {
  /** Every row is written anew. */
  readonly rewrite: boolean;
  /** Rows that are written anew keep their keys, and so their order. */
  readonly keepsKeys: boolean;
  /** For each index of the new schema its place among the old ones when it stays as it is, else -1. */
  readonly oldPlaces: readonly number[];
  /** Numbers of the indexes to build, from 1. */
  readonly builds: readonly number[];
}

export function planRebuild(before: TableSchema, after: TableSchema, converts: boolean): RebuildPlan {
  const rewrite = converts || !sameRowForm(before, after);
  const oldPlaces = after.indexes.map((index) =>
    rewrite
      ? -1
      : before.indexes.findIndex((old) =>
          sameIndexForm({ schema: before, index: old }, { schema: after, index }),
        ),
  );
  const builds = after.indexes.flatMap((definition, at) =>
    oldPlaces[at] === -1 && hasEntries(definition) ? [at + 1] : [],
  );
  return { rewrite, keepsKeys: hasSameKeys(before, after), oldPlaces, builds };
}

/** True when value tuples and keys of the old schema can be read with the new one. */
function sameRowForm(before: TableSchema, after: TableSchema): boolean {
  const old = before.columns.filter(isStored);
  const next = after.columns.filter(isStored);
  if (next.length < old.length || !sameParts(before, after, [before.primaryKey, after.primaryKey]))
    return false;
  return old.every((column, at) => sameColumnForm(column, next[at]));
}

/** True when every row keeps its primary key, whatever becomes of its other columns. */
function hasSameKeys(before: TableSchema, after: TableSchema): boolean {
  const computed = after.primaryKey.some(({ columnId }) =>
    after.columns.some(({ id, generated }) => id === columnId && generated !== undefined),
  );
  return !computed && sameParts(before, after, [before.primaryKey, after.primaryKey]);
}

function isStored(column: Column): boolean {
  return column.generated?.stored !== false;
}

function sameColumnForm(left: Column | undefined, right: Column | undefined): boolean {
  return (
    left !== undefined &&
    right !== undefined &&
    left.id === right.id &&
    isDeepStrictEqual(left.type, right.type)
  );
}

function sameParts(
  before: TableSchema,
  after: TableSchema,
  [left, right]: readonly [readonly IndexPart[], readonly IndexPart[]],
): boolean {
  if (left.length !== right.length) return false;
  return left.every((part, at) => {
    const other = right[at];
    if (other === undefined || part.columnId !== other.columnId) return false;
    const column = before.columns.find(({ id }) => id === part.columnId);
    const next = after.columns.find(({ id }) => id === part.columnId);
    return (
      part.descending === other.descending &&
      part.prefixLength === other.prefixLength &&
      sameColumnForm(column, next) &&
      column?.nullable === next?.nullable &&
      isDeepStrictEqual(column?.generated, next?.generated)
    );
  });
}

interface IndexOf {
  readonly schema: TableSchema;
  readonly index: IndexDefinition;
}

/** An index that becomes unique must be checked, so it is built again. */
function sameIndexForm(old: IndexOf, next: IndexOf): boolean {
  const uniqueness =
    old.index.kind === next.index.kind || (old.index.kind === "unique" && next.index.kind === "index");
  return uniqueness && sameParts(old.schema, next.schema, [old.index.parts, next.index.parts]);
}

/**
 * Checks a version of a table against another one of the same schema that is known to be sound: only what differs is read, so
 * a long history costs what its commits changed. It proves soundness and nothing else: whatever is not proved is
 * for the full check to judge and to describe.
 *
 * With the base sound, a version is sound when its trees are, when each entry that an index has gained is that of a row, when each
 * row that was added or changed has its entries, when no row that was removed or changed left one behind, and when the
 * counts agree: then no entry is stale and none is missing.
 */
import { AssertionError } from "../base/assert.ts";
import { AppError } from "../base/errors.ts";
import { compareBytes, compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import { DIFF_ADDED, DIFF_REMOVED, diffTrees } from "../prolly/tree-diff.ts";
import { emptySlot, type TupleSlot } from "../prolly/tuple-cursor.ts";
import { areBlobsWhole, hasVirtualPart, type TableTrees, uniqueKey } from "./check-table.ts";
import { areNodesSound } from "./check-tree-nodes.ts";
import { hasEntries } from "./row-codec.ts";

const DIFFERENCES_PER_STEP = 512;

/** True when `table` is proved to be sound. `soundNodes` are tree nodes checked before, and grows. */
export function* isChangeSound(
  base: TableTrees,
  table: TableTrees,
  soundNodes: Set<Hash>,
): Generator<void, boolean> {
  try {
    return yield* check(base, table, soundNodes);
  } catch (error) {
    if (!(error instanceof AppError || error instanceof AssertionError || error instanceof RangeError))
      throw error;
    return false;
  }
}

/** Notes the nodes of a table that was checked in full; false when it cannot serve as a base. */
export function* noteSoundNodes(table: TableTrees, soundNodes: Set<Hash>): Generator<void, boolean> {
  for (const tree of [table.primary, ...table.indexes]) {
    if (!(yield* areNodesSound(tree, soundNodes))) return false;
  }
  return true;
}

function* check(base: TableTrees, table: TableTrees, soundNodes: Set<Hash>): Generator<void, boolean> {
  const { codec, primary, indexes } = table;
  const definitions = codec.schema.indexes;
  if (indexes.length !== definitions.length || base.indexes.length !== definitions.length) return false;
  if (!(yield* noteSoundNodes(table, soundNodes))) return false;
  for (const [at, definition] of definitions.entries()) {
    // The values of virtual columns are not stored, so what a row's entry was is not known.
    if (hasVirtualPart(codec, at + 1)) return false;
    if (indexes[at]?.count !== (hasEntries(definition) ? primary.count : 0)) return false;
  }
  const filled = definitions.flatMap((definition, at) => (hasEntries(definition) ? [at + 1] : []));
  if (!(yield* areRowChangesSound(base, table, filled))) return false;
  for (const index of filled) if (!(yield* areEntryChangesSound(base, table, index))) return false;
  return true;
}

function* areRowChangesSound(
  base: TableTrees,
  table: TableTrees,
  filled: readonly number[],
): Generator<void, boolean> {
  const diff = diffTrees(base.primary, table.primary);
  for (let at = 1; diff.next(); at++) {
    if (at % DIFFERENCES_PER_STEP === 0) yield;
    const now = diff.kind === DIFF_REMOVED ? undefined : entriesOf(table, diff.to, filled);
    const before = diff.kind === DIFF_ADDED ? undefined : entriesOf(base, diff.from, filled);
    if (now !== undefined && !isRowWhole(table, diff.to)) return false;
    for (const [place, index] of filled.entries()) {
      const tree = table.indexes[index - 1] as ProllyTree;
      const entry = now?.[place];
      const old = before?.[place];
      if (entry !== undefined && !tree.lookup(entry, emptySlot())) return false;
      const gone = old !== undefined && (entry === undefined || compareBytes(old, entry) !== 0);
      if (gone && tree.lookup(old, emptySlot())) return false;
    }
  }
  return true;
}

/** The keys of a row's entries in the filled indexes. */
function entriesOf(
  { codec, readBlob }: TableTrees,
  row: TupleSlot,
  filled: readonly number[],
): readonly Uint8Array[] {
  const values = codec.decodeRow(row, readBlob);
  return filled.map((index) => codec.encodeIndexKey(index, values, keyOf(row)));
}

function isRowWhole({ codec, readBlob }: TableTrees, row: TupleSlot): boolean {
  if (!areBlobsWhole(row, readBlob)) return false;
  return (
    codec.keyless || compareBytes(codec.encodePrimaryKey(codec.decodeRow(row, readBlob)), keyOf(row)) === 0
  );
}

/** Each entry that the index has gained is that of a row, and a unique one has no twin beside it. */
function* areEntryChangesSound(base: TableTrees, table: TableTrees, index: number): Generator<void, boolean> {
  const tree = table.indexes[index - 1] as ProllyTree;
  const unique = table.codec.schema.indexes[index - 1]?.kind === "unique";
  const diff = diffTrees(base.indexes[index - 1] as ProllyTree, tree);
  for (let at = 1; diff.next(); at++) {
    if (at % DIFFERENCES_PER_STEP === 0) yield;
    if (diff.kind === DIFF_REMOVED) continue;
    const key = uniqueKeyOfRow(table, index, diff.to);
    if (key === false) return false;
    if (!unique || key === undefined) continue;
    const rank = tree.rank(keyOf(diff.to));
    for (const other of [rank - 1, rank + 1]) {
      const beside = emptySlot();
      if (!tree.select(other, beside)) continue;
      const twin = uniqueKeyOfRow(table, index, beside);
      if (twin === false || (twin !== undefined && compareBytes(twin, key) === 0)) return false;
    }
  }
  return true;
}

/** The unique part of the entry, undefined when it has a NULL; false when the entry is not that of a row. */
function uniqueKeyOfRow(
  { codec, primary, readBlob }: TableTrees,
  index: number,
  entry: TupleSlot,
): Uint8Array | undefined | false {
  const { keyBytes, keyStart, keyEnd } = entry;
  const primaryKey = keyBytes.subarray(codec.primaryKeyStart(index, keyBytes, keyStart, keyEnd), keyEnd);
  const row = emptySlot();
  if (!primary.lookup(primaryKey, row)) return false;
  const values = codec.decodeRow(row, readBlob);
  const expected = codec.encodeIndexKey(index, values, primaryKey);
  if (compareRanges(expected, 0, expected.length, keyBytes, keyStart, keyEnd) !== 0) return false;
  return uniqueKey(codec, index, values);
}

function keyOf({ keyBytes, keyStart, keyEnd }: TupleSlot): Uint8Array {
  return keyBytes.subarray(keyStart, keyEnd);
}

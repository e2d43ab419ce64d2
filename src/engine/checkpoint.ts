/**
 * A checkpoint folds the committed edits of all branches of a database into their trees, in one sorted pass per tree,
 * without stopping readers or writers:
 *
 *   1. freeze: in one step, every edit committed so far becomes the frozen layer and new commits go to a fresh one;
 *   2. fold the frozen layers into new trees, yielding to other work every few milliseconds;
 *   3. the caller makes the new roots durable together with the log position, then calls `install`, which replaces the
 *      frozen layers by the new trees in one step.
 *
 * When 2 or 3 fails nothing is lost: the frozen layers stay and the next attempt folds them again.
 */
import { assert } from "../base/assert.ts";
import { type Clock, yieldToOthers } from "../base/clock.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { writeBlob } from "../prolly/blob.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { openTree, type ProllyTree } from "../prolly/prolly-tree.ts";
import { TreeEditor } from "../prolly/tree-editor.ts";
import { type RootValue, type TableRecord, writeRootValue } from "../vcs/root-value.ts";
import type { BranchState } from "./branch-state.ts";
import type { RowDelta } from "./row-delta.ts";
import { TableDelta, type TableLayers, type TableState } from "./table-state.ts";

const SLICE_MS = 5;
const EDITS_BETWEEN_CLOCK_READS = 64;

export interface FoldedBranch {
  readonly branch: BranchState;
  readonly rootAddress: Hash;
  readonly root: RootValue;
  readonly tables: ReadonlyMap<TableState, FoldedTable>;
}

interface FoldedTable {
  readonly record: TableRecord;
  readonly trees: readonly ProllyTree[];
}

/** Step 1, for one branch. */
export function freezeBranch(branch: BranchState): void {
  const { generation } = branch;
  const tables = new Map<string, TableLayers>();
  for (const layers of generation.loadedTables()) {
    const { state, trees, active } = layers;
    assert(layers.frozen === undefined, "one checkpoint at a time");
    const next = active.empty ? layers : { ...layers, frozen: active, active: new TableDelta(trees.length) };
    tables.set(state.definition.name, next);
  }
  branch.generation = generation.replace(generation.rootAddress, generation.root, tables);
  branch.markFrozen();
}

/** How much of what is frozen inserts rows rather than changing or removing them: 0 to 1. */
export function insertedShare(branches: Iterable<BranchState>): number {
  let edits = 0;
  let inserted = 0;
  for (const { generation } of branches) {
    for (const { frozen } of generation.loadedTables()) {
      edits += frozen?.indexes[0]?.count ?? 0;
      inserted += Math.max(0, frozen?.countChange(Number.MAX_SAFE_INTEGER) ?? 0);
    }
  }
  return edits === 0 ? 0 : Math.min(1, inserted / edits);
}

/** Step 2, for one branch. */
export async function foldBranch(branch: BranchState, into: FoldTarget): Promise<FoldedBranch> {
  const { generation } = branch;
  const records = new Map(generation.root.tables);
  const tables = new Map<TableState, FoldedTable>();
  for (const layers of [...generation.loadedTables()]) {
    const { state, record } = layers;
    const countersMoved =
      state.autoIncrement !== record.autoIncrement || state.nextRowId !== record.nextRowId;
    if (layers.frozen === undefined && !countersMoved) continue;
    const folded = await foldTable(layers, into);
    records.set(state.definition.name, folded.record);
    tables.set(state, folded);
  }
  const root: RootValue = { ...generation.root, tables: records };
  return { branch, root, rootAddress: writeRootValue(into.chunks, root), tables };
}

/** Step 3, for one branch; synchronous. */
export function installFolded(folded: FoldedBranch): void {
  const { branch } = folded;
  const tables = new Map<string, TableLayers>();
  for (const layers of branch.generation.loadedTables()) {
    const { state, active } = layers;
    const done = folded.tables.get(state);
    const next: TableLayers = done === undefined ? layers : { state, ...done, frozen: undefined, active };
    assert(next.frozen === undefined, "every frozen layer was folded");
    tables.set(state.definition.name, next);
  }
  branch.generation = branch.generation.replace(folded.rootAddress, folded.root, tables);
}

export interface FoldTarget {
  readonly chunks: ChunkStore;
  readonly nodes: NodeReader;
  readonly clock: Clock;
}

async function foldTable(layers: TableLayers, into: FoldTarget): Promise<FoldedTable> {
  const { state, frozen, trees, record } = layers;
  const roots: Hash[] = [];
  for (const [index, tree] of trees.entries()) {
    const delta = frozen?.indexes[index];
    const changed = delta !== undefined && delta.count > 0;
    roots.push(changed ? await foldTree(tree, delta, index === 0 ? state : undefined, into) : tree.root);
  }
  const [primary, ...indexes] = roots;
  assert(primary !== undefined, "a table has a primary index");
  const { autoIncrement, nextRowId } = state;
  return {
    record: { ...record, primary, indexes, autoIncrement, nextRowId },
    trees: trees.map((tree, index) => openTree(into.nodes, roots[index] ?? primary, tree.content)),
  };
}

/** `rowsOf` is given for the primary index, whose long values move to blobs on the way. */
async function foldTree(
  tree: ProllyTree,
  delta: RowDelta,
  rowsOf: TableState | undefined,
  into: FoldTarget,
): Promise<Hash> {
  const { chunks, clock } = into;
  const editor = new TreeEditor(tree, chunks);
  const codec = rowsOf?.definition.codec;
  const putBlob = (bytes: Uint8Array): Hash => writeBlob(chunks, bytes);
  let sliceEnd = clock.monotonicMs() + SLICE_MS;
  let untilClock = EDITS_BETWEEN_CLOCK_READS;
  for (const entry of delta.entries()) {
    const { value } = entry.head;
    const stored =
      value === undefined || codec === undefined ? value : codec.externalizeValue(value, putBlob);
    editor.edit(entry.keyBytes, stored);
    if (--untilClock > 0) continue;
    untilClock = EDITS_BETWEEN_CLOCK_READS;
    if (clock.monotonicMs() < sliceEnd) continue;
    await yieldToOthers();
    sliceEnd = clock.monotonicMs() + SLICE_MS;
  }
  return editor.finish();
}

/**
 * A checkpoint folds the committed edits of all branches of a database into their trees, in one sorted pass per tree,
 * without stopping readers or writers:
 *
 *   1. freeze: in one step, every edit committed so far becomes the frozen layer and new commits go to a fresh one;
 *   2. fold the frozen layers into new trees: in a background thread, or when there is little to do in this one, which
 *      then yields to other work every millisecond;
 *   3. the caller makes the new roots durable together with the log position, then calls `install`, which replaces the
 *      frozen layers by the new trees in one step.
 *
 * When 2 or 3 fails nothing is lost: the frozen layers stay and the next attempt folds them again.
 */
import { assert } from "../base/assert.ts";
import { type Clock, yieldToOthers } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { WorkerFailure } from "../base/worker-pool.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileChunkStore } from "../chunks/file-chunk-store.ts";
import { writeBlob } from "../prolly/blob.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { openTree, type ProllyTree } from "../prolly/prolly-tree.ts";
import { TreeEditor } from "../prolly/tree-editor.ts";
import { type RootValue, type TableRecord, writeRootValue } from "../vcs/root-value.ts";
import type { BackgroundJobs } from "./background/background-jobs.ts";
import { foldInBackground } from "./background/fold-in-background.ts";
import { type BranchState, NEWEST } from "./branch-state.ts";
import type { RowDelta } from "./row-delta.ts";
import { TableDelta, type TableLayers, type TableState } from "./table-state.ts";

const SLICE_MS = 1;
const EDITS_BETWEEN_CLOCK_READS = 16;

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

/** The new root of each tree that has frozen edits, by these. */
export type FoldedRoots = ReadonlyMap<RowDelta, Hash>;

/** A tree with the edits to fold into it. */
export interface TreeToFold {
  readonly tree: ProllyTree;
  readonly delta: RowDelta;
  /** Given for the primary index, whose long values move to blobs on the way. */
  readonly rowsOf: TableState | undefined;
}

/** Step 2. */
export async function foldBranches(
  branches: readonly BranchState[],
  into: FoldTarget,
): Promise<readonly FoldedBranch[]> {
  const roots = await foldEdits(branches, into);
  return branches.map((branch) => foldBranch(branch, roots, into));
}

async function foldEdits(branches: Iterable<BranchState>, into: FoldTarget): Promise<FoldedRoots> {
  const folds: TreeToFold[] = [];
  let editCount = 0;
  for (const { generation } of branches) {
    for (const { state, trees, frozen } of generation.loadedTables()) {
      for (const [index, delta] of (frozen?.indexes ?? []).entries()) {
        const tree = trees[index];
        assert(tree !== undefined, "edits are of an index that the table has");
        if (delta.count > 0) folds.push({ tree, delta, rowsOf: index === 0 ? state : undefined });
        editCount += delta.count;
      }
    }
  }
  if (editCount >= into.background.limits.editsMin) {
    try {
      return await foldInBackground(folds, into);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      into.logger.error("folding edits in this thread instead", { error: error.message });
    }
  }
  const roots = new Map<RowDelta, Hash>();
  for (const fold of folds) roots.set(fold.delta, await foldTree(fold, into));
  return roots;
}

function foldBranch(branch: BranchState, roots: FoldedRoots, into: FoldTarget): FoldedBranch {
  const { generation } = branch;
  const records = new Map(generation.root.tables);
  const tables = new Map<TableState, FoldedTable>();
  for (const layers of generation.loadedTables()) {
    const { state, record } = layers;
    const countersMoved =
      state.autoIncrement !== record.autoIncrement || state.nextRowId !== record.nextRowId;
    if (layers.frozen === undefined && !countersMoved) continue;
    const folded = foldTable(layers, roots, into);
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
  readonly chunks: FileChunkStore;
  readonly nodes: NodeReader;
  readonly clock: Clock;
  readonly background: BackgroundJobs;
  readonly logger: Logger;
}

function foldTable(layers: TableLayers, folded: FoldedRoots, into: FoldTarget): FoldedTable {
  const { state, frozen, trees, record } = layers;
  const roots = trees.map((tree, index) => {
    const delta = frozen?.indexes[index];
    if (delta === undefined || delta.count === 0) return tree.root;
    const root = folded.get(delta);
    assert(root !== undefined, "all frozen edits were folded");
    return root;
  });
  const [primary, ...indexes] = roots;
  assert(primary !== undefined, "a table has a primary index");
  const { autoIncrement, nextRowId } = state;
  return {
    record: { ...record, primary, indexes, autoIncrement, nextRowId },
    trees: trees.map((tree, index) => openTree(into.nodes, roots[index] ?? primary, tree.content)),
  };
}

async function foldTree({ tree, delta, rowsOf }: TreeToFold, into: FoldTarget): Promise<Hash> {
  const { chunks, clock } = into;
  const editor = new TreeEditor(tree, chunks);
  const codec = rowsOf?.definition.codec;
  const putBlob = (bytes: Uint8Array): Hash => writeBlob(chunks, bytes);
  let sliceEnd = clock.monotonicMs() + SLICE_MS;
  let untilClock = EDITS_BETWEEN_CLOCK_READS;
  const cursor = delta.openCursor({}, "forward", NEWEST);
  while (cursor.next()) {
    const value = cursor.deleted ? undefined : cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd);
    const stored =
      value === undefined || codec === undefined ? value : codec.externalizeValue(value, putBlob);
    editor.edit(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd), stored);
    if (--untilClock > 0) continue;
    untilClock = EDITS_BETWEEN_CLOCK_READS;
    if (clock.monotonicMs() < sliceEnd) continue;
    await yieldToOthers();
    sliceEnd = clock.monotonicMs() + SLICE_MS;
  }
  return editor.finish();
}

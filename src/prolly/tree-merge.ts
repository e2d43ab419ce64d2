/**
 * Three-way merge of trees: their changes since the base are applied to ours. Where both sides changed a key to the
 * same end nothing happens; where they differ the caller decides.
 */
import { compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { ProllyTree } from "./prolly-tree.ts";
import { DIFF_ADDED, DIFF_REMOVED, diffTrees, type TreeDiff } from "./tree-diff.ts";
import { TreeEditor } from "./tree-editor.ts";

/** One key that both sides changed differently; an absent value means that there is no such entry. */
export interface MergeConflict {
  readonly key: Uint8Array;
  readonly base: Uint8Array | undefined;
  readonly ours: Uint8Array | undefined;
  readonly theirs: Uint8Array | undefined;
}

/** The value that goes into the result (undefined: no entry). Callers that cannot decide note the conflict and give
 *  back `conflict.ours`. */
type ResolveConflict = (conflict: MergeConflict) => Uint8Array | undefined;

/** One side's value for a changed key: what the merge of other trees (indexes) must follow. */
export interface MergeOptions {
  readonly base: ProllyTree;
  readonly ours: ProllyTree;
  readonly theirs: ProllyTree;
  readonly onConflict: ResolveConflict;
  /** Told of each entry of ours that the merge changes. */
  readonly onChange?: (key: Uint8Array, ours: Uint8Array | undefined, merged: Uint8Array | undefined) => void;
}

/** Gives the root of the merged tree. */
export function mergeTrees(chunks: ChunkStore, options: MergeOptions): Hash {
  const { base, ours, theirs } = options;
  const editor = new TreeEditor(ours, chunks);
  const theirChanges = diffTrees(base, theirs);
  const ourChanges = diffTrees(base, ours);
  let ourPending = ourChanges.next();
  while (theirChanges.next()) {
    while (ourPending && compareDiffKeys(ourChanges, theirChanges) < 0) ourPending = ourChanges.next();
    const key = diffKey(theirChanges);
    const baseValue = valueBefore(theirChanges);
    const theirValue = valueAfter(theirChanges);
    let ourValue = baseValue;
    let merged = theirValue;
    if (ourPending && compareDiffKeys(ourChanges, theirChanges) === 0) {
      ourValue = valueAfter(ourChanges);
      if (sameValue(ourValue, theirValue)) continue;
      merged = options.onConflict({ key, base: baseValue, ours: ourValue, theirs: theirValue });
    }
    if (sameValue(ourValue, merged)) continue;
    editor.edit(key, merged);
    options.onChange?.(key, ourValue, merged);
  }
  return editor.finish();
}

function diffKey(diff: TreeDiff): Uint8Array {
  const slot = diff.kind === DIFF_ADDED ? diff.to : diff.from;
  return slot.keyBytes.subarray(slot.keyStart, slot.keyEnd);
}

function valueBefore({ kind, from }: TreeDiff): Uint8Array | undefined {
  return kind === DIFF_ADDED ? undefined : from.valueBytes.subarray(from.valueStart, from.valueEnd);
}

function valueAfter({ kind, to }: TreeDiff): Uint8Array | undefined {
  return kind === DIFF_REMOVED ? undefined : to.valueBytes.subarray(to.valueStart, to.valueEnd);
}

function compareDiffKeys(left: TreeDiff, right: TreeDiff): number {
  const l = left.kind === DIFF_ADDED ? left.to : left.from;
  const r = right.kind === DIFF_ADDED ? right.to : right.from;
  return compareRanges(l.keyBytes, l.keyStart, l.keyEnd, r.keyBytes, r.keyStart, r.keyEnd);
}

function sameValue(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return compareRanges(left, 0, left.length, right, 0, right.length) === 0;
}

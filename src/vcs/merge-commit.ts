/** Merging a commit into a branch: up to date, fast-forward, or a merge of root values with a commit of two parents. */
import type { Hash } from "../bytes/hash.ts";
import type { Branch } from "./branch.ts";
import { readCommit, type Signature, writeCommit } from "./commit.ts";
import { findMergeBase } from "./commit-graph.ts";
import { mergeRoots, type TableConflict } from "./merge-roots.ts";
import { diffRoots } from "./root-diff.ts";
import { type RootValue, readRootValue, rootsEqual, writeRootValue } from "./root-value.ts";
import { copyTables } from "./staging.ts";
import type { MergeStore } from "./table-access.ts";
import { VersionError } from "./version-error.ts";

export interface MergeRequest {
  /** The commit to merge in. */
  readonly commit: Hash;
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  /** Makes a merge commit even where the branch could just move. */
  readonly noFastForward: boolean;
  /** Refuses anything but a fast-forward. */
  readonly fastForwardOnly: boolean;
}

export type MergeResult =
  | { readonly kind: "up to date" }
  | { readonly kind: "fast forward" | "merged"; readonly branch: Branch };

/**
 * The branch after the merge. Uncommitted changes of tables that the merge does not touch are kept. VersionError:
 * `no_common_ancestor`, `not_fast_forward`, `uncommitted_changes`, `merge_conflict` (naming tables and counts; nothing
 * changes then).
 */
export function mergeCommit(store: MergeStore, branch: Branch, request: MergeRequest): MergeResult {
  const { nodes } = store;
  if (branch.workingSet.merge !== undefined) {
    const message = "merging is not possible because you have not committed an active merge";
    throw new VersionError("uncommitted_changes", branch.name, message);
  }
  const base = findMergeBase(nodes.chunks, branch.commit, request.commit);
  if (base === undefined) {
    throw new VersionError("no_common_ancestor", branch.name, "the histories have no commit in common");
  }
  if (base === request.commit) return { kind: "up to date" };
  const theirRoot = readRootValue(nodes, readCommit(nodes.chunks, request.commit).root);
  if (base === branch.commit && !request.noFastForward) {
    return { kind: "fast forward", branch: moveBranch(store, branch, request.commit, theirRoot) };
  }
  if (request.fastForwardOnly) {
    throw new VersionError("not_fast_forward", branch.name, "fatal: Not possible to fast-forward, aborting");
  }
  const merged = mergeRoots(store, {
    base: readRootValue(nodes, readCommit(nodes.chunks, base).root),
    ours: readRootValue(nodes, readCommit(nodes.chunks, branch.commit).root),
    theirs: theirRoot,
  });
  if (merged.conflicts.length > 0) throw conflictError(merged.conflicts);
  const commit = writeCommit(store.chunks, {
    root: writeRootValue(store.chunks, merged.root),
    parents: [branch.commit, request.commit],
    author: request.author,
    committer: request.committer,
    message: request.message,
  });
  return { kind: "merged", branch: moveBranch(store, branch, commit, merged.root) };
}

function conflictError(conflicts: readonly TableConflict[]): VersionError {
  const tables = [...new Set(conflicts.map(({ table }) => table))].join(", ");
  const details = conflicts.map(({ description }) => description).join("; ");
  return new VersionError(
    "merge_conflict",
    tables,
    `Merge conflict detected, nothing was merged: ${details}`,
  );
}

/** The branch at another commit, with its uncommitted changes on top. */
function moveBranch(store: MergeStore, branch: Branch, commit: Hash, target: RootValue): Branch {
  const { nodes, chunks } = store;
  const head = readRootValue(nodes, readCommit(nodes.chunks, branch.commit).root);
  const { workingSet } = branch;
  const moved = changedTables(head, target);
  const carry = (address: Hash): Hash => {
    const root = readRootValue(nodes, address);
    if (rootsEqual(head, root)) return writeRootValue(chunks, target);
    const changed = changedTables(head, root);
    const stomped = [...changed].filter((name) => moved.has(name));
    if (stomped.length > 0) {
      const list = stomped.join(", ");
      throw new VersionError(
        "uncommitted_changes",
        list,
        `error: local changes would be stomped by merge: ${list}. Please commit your changes before you merge.`,
      );
    }
    return writeRootValue(chunks, copyTables(root, target, [...changed]));
  };
  return {
    ...branch,
    commit,
    workingSet: { ...workingSet, staged: carry(workingSet.staged), working: carry(workingSet.working) },
  };
}

function changedTables(from: RootValue, to: RootValue): ReadonlySet<string> {
  return new Set(
    diffRoots(from, to).flatMap(({ name, oldName }) => (oldName === undefined ? [name] : [name, oldName])),
  );
}

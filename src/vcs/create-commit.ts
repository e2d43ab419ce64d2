/** Commits what is staged on a branch, and moves branches. Pure: the results are new branch states to be stored. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import type { Branch } from "./branch.ts";
import { readCommit, type Signature, writeCommit } from "./commit.ts";
import { readRootValue, rootsEqual, writeRootValue } from "./root-value.ts";
import { VersionError } from "./version-error.ts";
import type { WorkingSet } from "./working-set.ts";

export interface CommitRequest {
  /** undefined only when amending: the amended commit's message is kept */
  readonly message: string | undefined;
  readonly author: Signature;
  readonly committer: Signature;
  readonly allowEmpty: boolean;
  /** Replaces the head commit instead of following it. */
  readonly amend: boolean;
}

/** The branch after the commit of its staged root. VersionError `nothing_to_commit`, `empty_message`, or
 *  `uncommitted_changes` for amending in the middle of a merge. */
export function commitStaged(
  nodes: NodeReader,
  chunks: ChunkStore,
  branch: Branch,
  request: CommitRequest,
): Branch {
  const head = readCommit(nodes.chunks, branch.commit);
  const { workingSet } = branch;
  const { merge } = workingSet;
  if (request.amend && merge !== undefined) {
    throw new VersionError(
      "uncommitted_changes",
      branch.name,
      "you are in the middle of a merge -- cannot amend",
    );
  }
  const message = request.message ?? (request.amend ? head.message : "");
  if (message.trim() === "")
    throw new VersionError("empty_message", branch.name, "Must provide commit message.");
  const fresh = request.allowEmpty || request.amend || merge !== undefined;
  if (!fresh && sameTables(nodes, head.root, workingSet.staged)) {
    throw new VersionError("nothing_to_commit", branch.name, "nothing to commit");
  }
  const parents = request.amend
    ? head.parents
    : [branch.commit, ...(merge === undefined ? [] : [merge.commit])];
  const commit = writeCommit(chunks, {
    root: workingSet.staged,
    parents,
    author: request.author,
    committer: request.committer,
    message,
  });
  return { ...branch, commit, workingSet: withoutMerge(workingSet) };
}

function sameTables(nodes: NodeReader, left: Hash, right: Hash): boolean {
  return left === right || rootsEqual(readRootValue(nodes, left), readRootValue(nodes, right));
}

export type ResetMode = "soft" | "mixed" | "hard";

/**
 * The branch moved to another commit. Soft keeps staged and working roots; mixed resets the staged root; hard resets
 * both, but keeps tables that neither the old head nor the staged root nor the new commit has (untracked ones), as
 * git keeps untracked files.
 */
export function resetBranch(
  nodes: NodeReader,
  chunks: ChunkStore,
  branch: Branch,
  { mode, commit }: { readonly mode: ResetMode; readonly commit: Hash },
): Branch {
  const target = readCommit(nodes.chunks, commit).root;
  const { workingSet } = branch;
  switch (mode) {
    case "soft":
      return { ...branch, commit };
    case "mixed":
      return { ...branch, commit, workingSet: { ...withoutMerge(workingSet), staged: target } };
    case "hard": {
      const working = withUntracked(nodes, chunks, branch, target);
      return { ...branch, commit, workingSet: { ...withoutMerge(workingSet), staged: target, working } };
    }
  }
}

function withUntracked(nodes: NodeReader, chunks: ChunkStore, branch: Branch, target: Hash): Hash {
  const head = readRootValue(nodes, readCommit(nodes.chunks, branch.commit).root);
  const staged = readRootValue(nodes, branch.workingSet.staged);
  const working = readRootValue(nodes, branch.workingSet.working);
  const next = readRootValue(nodes, target);
  const untracked = [...working.tables].filter(
    ([name]) => !head.tables.has(name) && !staged.tables.has(name) && !next.tables.has(name),
  );
  if (untracked.length === 0) return target;
  return writeRootValue(chunks, { ...next, tables: new Map([...next.tables, ...untracked]) });
}

function withoutMerge({ working, staged, walPosition }: WorkingSet): WorkingSet {
  return { working, staged, walPosition };
}

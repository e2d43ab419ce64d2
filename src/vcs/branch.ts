/** A branch: a head commit and a working set, both found by the branch's name in the refs. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";
import { readCommit } from "./commit.ts";
import { HEADS_PREFIX, type RefChanges, type Refs, WORKING_SETS_PREFIX } from "./refs.ts";
import { VersionError } from "./version-error.ts";
import { readWorkingSet, type WorkingSet, writeWorkingSet } from "./working-set.ts";

export interface Branch {
  readonly name: string;
  readonly commit: Hash;
  readonly workingSet: WorkingSet;
}

export function getBranchCommit(refs: Refs, name: string): Hash | undefined {
  return refs.get(HEADS_PREFIX + name);
}

export function branchNames(refs: Refs): readonly string[] {
  return refs.list(HEADS_PREFIX).map((ref) => ref.name.slice(HEADS_PREFIX.length));
}

/** A branch without a stored working set (just fetched or cloned) has a clean one. */
function getBranch(chunks: ChunkReader, refs: Refs, name: string): Branch | undefined {
  const commit = getBranchCommit(refs, name);
  if (commit === undefined) return undefined;
  const stored = refs.get(WORKING_SETS_PREFIX + name);
  const workingSet = stored === undefined ? cleanWorkingSet(chunks, commit) : readWorkingSet(chunks, stored);
  return { name, commit, workingSet };
}

/** VersionError `ref_not_found`. */
export function mustGetBranch(chunks: ChunkReader, refs: Refs, name: string): Branch {
  const branch = getBranch(chunks, refs, name);
  if (branch === undefined) throw new VersionError("ref_not_found", name, `branch not found: ${name}`);
  return branch;
}

/** Nothing staged, nothing changed. */
export function cleanWorkingSet(chunks: ChunkReader, commit: Hash): WorkingSet {
  const { root } = readCommit(chunks, commit);
  return { working: root, staged: root, walPosition: 0 };
}

/** The ref changes that store a branch's state. */
export function storeBranch(chunks: ChunkStore, { name, commit, workingSet }: Branch): RefChanges {
  return new Map([
    [HEADS_PREFIX + name, commit],
    [WORKING_SETS_PREFIX + name, writeWorkingSet(chunks, workingSet)],
  ]);
}

export function removeBranch(name: string): RefChanges {
  return new Map([
    [HEADS_PREFIX + name, undefined],
    [WORKING_SETS_PREFIX + name, undefined],
  ]);
}

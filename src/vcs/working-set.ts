/** A branch's working set: the working and the staged root value, and how far the write-ahead log is contained. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";

export interface WorkingSet {
  readonly working: Hash;
  readonly staged: Hash;
  /** Log records of this branch up to and including this LSN are in `working`. */
  readonly walPosition: number;
  /** A merge that waits for its commit. */
  readonly merge?: MergeState;
}

export interface MergeState {
  /** The commit being merged in: the second parent of the commit to come. */
  readonly commit: Hash;
  /** The working root before the merge, for `--abort`. */
  readonly workingBefore: Hash;
  /** The revision as the user wrote it. */
  readonly source: string;
}

export declare function readWorkingSet(chunks: ChunkReader, address: Hash): WorkingSet;
export declare function writeWorkingSet(chunks: ChunkStore, workingSet: WorkingSet): Hash;

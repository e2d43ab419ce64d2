/** A commit: a root value, its parents, who and when. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** milliseconds since the epoch */
  readonly dateMs: number;
}

export interface Commit {
  readonly root: Hash;
  readonly parents: readonly Hash[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** 1 + the highest height of the parents; 1 for the first commit. */
  readonly height: number;
}

export declare function readCommit(chunks: ChunkReader, address: Hash): Commit;
/** Stores a commit (height computed from its parents) and gives its address. */
export declare function writeCommit(chunks: ChunkStore, commit: Omit<Commit, "height">): Hash;

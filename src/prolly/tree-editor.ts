/** Changes a tree in one sorted pass; only nodes on the way to a changed entry are rewritten. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { ProllyTree } from "./prolly-tree.ts";

export interface TreeEdit {
  readonly key: Uint8Array;
  /** undefined = delete (nothing happens when the key is not there) */
  readonly value: Uint8Array | undefined;
}

/** The same entries give the same root, whatever edits led to them. */
export declare class TreeEditor {
  constructor(tree: ProllyTree, chunks: ChunkStore);
  /** Keys must come in ascending order, each once. Callers may pause between edits. */
  edit(key: Uint8Array, value: Uint8Array | undefined): void;
  /** The root of the changed tree (EMPTY_HASH when nothing is left). */
  finish(): Hash;
}

/** Applies ascending edits and gives the new root. */
export declare function applyEdits(chunks: ChunkStore, tree: ProllyTree, edits: Iterable<TreeEdit>): Hash;

/** A stored table opened for reading and rewriting by the operations of this layer. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { readBlob, writeBlob } from "../prolly/blob.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { openTree, type ProllyTree } from "../prolly/prolly-tree.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS } from "../prolly/tree-node.ts";
import type { ReadBlob, WriteBlob } from "../tables/row-codec.ts";

/** What merges read from and write to, and where they may spill. */
export interface MergeStore {
  readonly nodes: NodeReader;
  readonly chunks: ChunkStore;
  /** An existing folder for temporary files. */
  readonly spillFolder: string;
}

/** The trees of a table. */
export interface TableRoots {
  readonly primary: Hash;
  readonly indexes: readonly Hash[];
}

export function openRows(nodes: NodeReader, root: Hash): ProllyTree {
  return openTree(nodes, root, CONTENT_ROWS);
}

export function openIndex(nodes: NodeReader, root: Hash): ProllyTree {
  return openTree(nodes, root, CONTENT_OPAQUE);
}

export function blobReader({ chunks }: NodeReader): ReadBlob {
  return (hash) => readBlob(chunks, hash);
}

export function blobWriter(chunks: ChunkStore): WriteBlob {
  return (bytes) => writeBlob(chunks, bytes);
}

/**
 * Decoded tree nodes of one database by address, within a budget of bytes. Reading is synchronous. Nodes are
 * immutable, so one reader is shared by everything that reads the database.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import { TreeNode } from "./tree-node.ts";

const CACHE_SIZE_DEFAULT_BYTES = 256 * 1024 * 1024;
/** What a decoded node costs besides its chunk: the object, its map entry and hash strings. */
const NODE_OVERHEAD_BYTES = 250;

export class NodeReader {
  readonly chunks: ChunkReader;
  readonly #sizeMaxBytes: number;
  readonly #nodes = new Map<Hash, TreeNode>();
  #sizeBytes = 0;

  constructor(chunks: ChunkReader, options?: { readonly cacheSizeBytes?: number }) {
    this.chunks = chunks;
    this.#sizeMaxBytes = options?.cacheSizeBytes ?? CACHE_SIZE_DEFAULT_BYTES;
  }

  /** The node at `hash`. Throws StorageError when the chunk is missing or damaged, ChunkFormatError when it is no node. */
  getNode(hash: Hash): TreeNode {
    const kept = this.#nodes.get(hash);
    if (kept !== undefined) {
      kept.used = true;
      return kept;
    }
    const node = new TreeNode(this.chunks.mustGetChunk(hash));
    this.#nodes.set(hash, node);
    this.#sizeBytes += costOf(node);
    if (this.#sizeBytes > this.#sizeMaxBytes) this.#evict();
    return node;
  }

  /** Bytes held, for status variables. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Second chance: in order of arrival, nodes used since the last visit go to the end, others go. */
  #evict(): void {
    for (const [hash, node] of this.#nodes) {
      if (this.#sizeBytes <= this.#sizeMaxBytes || this.#nodes.size <= 1) return;
      this.#nodes.delete(hash);
      if (node.used) {
        node.used = false;
        this.#nodes.set(hash, node);
      } else {
        this.#sizeBytes -= costOf(node);
      }
    }
  }
}

function costOf(node: TreeNode): number {
  return node.bytes.length + node.positions.byteLength + NODE_OVERHEAD_BYTES;
}

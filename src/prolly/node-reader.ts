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
    node.cached = true;
    this.#sizeBytes += costOf(node);
    if (this.#sizeBytes > this.#sizeMaxBytes) this.#evict();
    return node;
  }

  /**
   * Child `index` of an internal node. A link from the parent saves the map look-up. A child is linked in one parent
   * only and unlinked when it leaves the cache, and so are the children of a parent that leaves: links keep nothing in
   * memory that the budget does not count.
   */
  getChild(parent: TreeNode, index: number): TreeNode {
    const linked = parent.children[index];
    if (linked !== undefined) {
      linked.used = true;
      return linked;
    }
    const child = this.getNode(parent.childHash(index));
    if (child.linkedIn === undefined && parent.cached && child.cached) {
      // Filled at once: a sparse array would be slow to read.
      while (parent.children.length < parent.count) parent.children.push(undefined);
      parent.children[index] = child;
      child.linkedIn = parent;
      child.linkedAt = index;
    }
    return child;
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
        unlink(node);
      }
    }
  }
}

/** Takes a node that leaves the cache out of all links. */
function unlink(node: TreeNode): void {
  node.cached = false;
  const { linkedIn, linkedAt } = node;
  if (linkedIn !== undefined) linkedIn.children[linkedAt] = undefined;
  node.linkedIn = undefined;
  for (const child of node.children) if (child !== undefined) child.linkedIn = undefined;
  node.children.length = 0;
}

function costOf(node: TreeNode): number {
  return node.bytes.length + node.positions.byteLength + NODE_OVERHEAD_BYTES;
}

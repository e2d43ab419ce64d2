/**
 * Decoded tree nodes of one database by address, within a budget of bytes that several readers may share. Reading is
 * synchronous. Nodes are immutable, so one reader is shared by everything that reads the database.
 */
import { bufferMemory } from "../base/buffer-memory.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import { NodeBudget, type NodeHolder } from "./node-budget.ts";
import { TreeNode } from "./tree-node.ts";

/** Of a reader with a budget of its own, and of a server for all its databases. */
export const NODE_CACHE_DEFAULT_BYTES: number = 320 * 1024 * 1024;
/** What a decoded node costs besides its bytes and positions, as measured by what the process holds: objects, map entry
 *  and hash strings on the heap (650 bytes, and as much garbage as the collector allows for them), and what lies around
 *  each of its two buffers. */
const NODE_OVERHEAD_BYTES = 1300;

interface NodeReaderOptions {
  /** Of a budget of its own. */
  readonly cacheSizeBytes?: number;
  /** Shared; such a reader must be closed. */
  readonly budget?: NodeBudget;
}

export class NodeReader implements NodeHolder {
  readonly chunks: ChunkReader;
  readonly #budget: NodeBudget;
  readonly #nodes = new Map<Hash, TreeNode>();
  #sizeBytes = 0;
  #closed = false;

  constructor(chunks: ChunkReader, options: NodeReaderOptions = {}) {
    this.chunks = chunks;
    this.#budget = options.budget ?? new NodeBudget(options.cacheSizeBytes ?? NODE_CACHE_DEFAULT_BYTES);
    this.#budget.join(this);
  }

  /** The node at `hash`. Throws StorageError when the chunk is missing or damaged, ChunkFormatError when it is no node. */
  getNode(hash: Hash): TreeNode {
    const kept = this.#nodes.get(hash);
    if (kept !== undefined) {
      kept.used = true;
      return kept;
    }
    const node = new TreeNode(this.#readChunk(hash));
    if (this.#closed) return node;
    this.#nodes.set(hash, node);
    node.cached = true;
    const cost = costOf(node);
    this.#sizeBytes += cost;
    this.#budget.take(cost);
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

  /** Bytes held by this reader. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** Second chance: in order of arrival, nodes used since the last visit go to the end, others go. */
  sweep(count: number, budget: NodeBudget): number {
    let unvisited = count;
    for (const [hash, node] of this.#nodes) {
      if (unvisited === 0 || this.#nodes.size <= 1) return 0;
      if (budget.hasRoom) return unvisited;
      unvisited--;
      this.#nodes.delete(hash);
      if (node.used) {
        node.used = false;
        this.#nodes.set(hash, node);
      } else {
        const cost = costOf(node);
        this.#sizeBytes -= cost;
        budget.giveBack(cost);
        unlink(node);
      }
    }
    return 0;
  }

  /** Lets all nodes go, and keeps none from now on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#budget.leave(this);
    this.#budget.giveBack(this.#sizeBytes);
    this.#sizeBytes = 0;
    for (const node of this.#nodes.values()) unlink(node);
    this.#nodes.clear();
  }

  /** A chunk that stays here as a node need not stay in a cache below as well. */
  #readChunk(hash: Hash): Uint8Array {
    const taken = this.#budget.sizeMaxBytes > 0 ? this.chunks.takeChunk?.(hash) : undefined;
    return taken ?? this.chunks.mustGetChunk(hash);
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
  return bufferMemory(node.bytes.length + node.positions.byteLength) + NODE_OVERHEAD_BYTES;
}

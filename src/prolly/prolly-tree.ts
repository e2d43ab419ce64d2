/** An immutable ordered map of byte strings, stored as a tree of content-addressed nodes. */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import { ChunkFormatError } from "./chunk-kinds.ts";
import type { NodeReader } from "./node-reader.ts";
import { openTreeCursor } from "./tree-cursor.ts";
import type { TreeContent, TreeNode } from "./tree-node.ts";
import type { KeyRange, OrderedMap, ScanDirection, TupleCursor, TupleSlot } from "./tuple-cursor.ts";

/** Opens the tree at `root`; EMPTY_HASH is the empty tree. Reads the root node. */
export function openTree(nodes: NodeReader, root: Hash, content: TreeContent): ProllyTree {
  return new ProllyTree(nodes, root, content);
}

export class ProllyTree implements OrderedMap {
  /** EMPTY_HASH for the empty tree. */
  readonly root: Hash;
  readonly content: TreeContent;
  readonly nodes: NodeReader;
  readonly count: number;
  readonly #rootNode: TreeNode | undefined;

  constructor(nodes: NodeReader, root: Hash, content: TreeContent) {
    const rootNode = root === EMPTY_HASH ? undefined : nodes.getNode(root);
    if (rootNode !== undefined && rootNode.content !== content) {
      throw new ChunkFormatError(
        "malformed_chunk",
        `a tree holds content ${rootNode.content}, expected ${content}`,
      );
    }
    this.nodes = nodes;
    this.root = root;
    this.content = content;
    this.count = rootNode?.entryCount ?? 0;
    this.#rootNode = rootNode;
  }

  lookup(key: Uint8Array, into: TupleSlot): boolean {
    let node = this.#rootNode;
    if (node === undefined) return false;
    // The root is held here, not fetched, so the cache must be told that it is in use.
    node.used = true;
    const { length } = key;
    let at = node.lowerBound(key, 0, length);
    while (node.level > 0) {
      if (at === node.count) return false;
      node = this.nodes.getChild(node, at);
      at = node.lowerBound(key, 0, length);
    }
    if (at === node.count || node.compareKey(at, key, 0, length) !== 0) return false;
    node.show(at, into);
    return true;
  }

  openCursor(range: KeyRange, direction: ScanDirection): TupleCursor {
    return openTreeCursor(this.nodes, this.root, range, direction);
  }

  /** Number of entries in a range (exact), in O(log n). */
  estimateCount(range: KeyRange): number {
    const end =
      range.upper === undefined ? this.count : this.rank(range.upper, range.upperInclusive === true);
    const start = range.lower === undefined ? 0 : this.rank(range.lower, range.lowerInclusive === false);
    return Math.max(0, end - start);
  }

  /** Number of entries whose key is < `key` (≤ when `inclusive`). */
  rank(key: Uint8Array, inclusive = false): number {
    let node = this.#rootNode;
    if (node === undefined) return 0;
    let before = 0;
    for (;;) {
      const at = inclusive ? node.upperBound(key, 0, key.length) : node.lowerBound(key, 0, key.length);
      if (node.level === 0) return before + at;
      for (let index = 0; index < at; index++) before += node.childCount(index);
      if (at === node.count) return before;
      node = this.nodes.getChild(node, at);
    }
  }

  /** Shows the entry at 0-based position `rank`; false when there is none. */
  select(rank: number, into: TupleSlot): boolean {
    let node = this.#rootNode;
    if (node === undefined || rank < 0 || rank >= this.count) return false;
    let rest = rank;
    while (node.level > 0) {
      let index = 0;
      for (let count = node.childCount(0); rest >= count; count = node.childCount(index)) {
        rest -= count;
        index++;
      }
      node = this.nodes.getChild(node, index);
    }
    node.show(rest, into);
    return true;
  }
}

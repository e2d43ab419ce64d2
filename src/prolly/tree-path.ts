/** A position on one level of a tree: a node with its ancestors, and steps to its neighbours on the same level. */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import type { NodeReader } from "./node-reader.ts";
import type { TreeNode } from "./tree-node.ts";

export class TreePath {
  readonly #nodes: NodeReader;
  readonly #root: TreeNode;
  readonly #rootHash: Hash;
  /** Steps from the root to the level. */
  readonly #depth: number;
  /** The node at each depth, the root first, and the child taken from it. */
  readonly #ancestors: TreeNode[];
  readonly #indexes: number[];
  #node: TreeNode;

  constructor(nodes: NodeReader, rootHash: Hash, level: number) {
    this.#nodes = nodes;
    this.#rootHash = rootHash;
    this.#root = nodes.getNode(rootHash);
    assert(level <= this.#root.level, "the level exists in this tree");
    this.#depth = this.#root.level - level;
    this.#ancestors = [this.#root];
    this.#indexes = [0];
    this.#node = this.#root;
  }

  get node(): TreeNode {
    return this.#node;
  }

  get hash(): Hash {
    const { parent, index } = this.#parent();
    return parent === undefined ? this.#rootHash : parent.childHash(index);
  }

  /** Goes to the node that holds the first key ≥ `key` (> when `after`), or else to the last node. */
  seek(key: Uint8Array, after: boolean): void {
    const { length } = key;
    let node = this.#root;
    for (let depth = 0; depth < this.#depth; depth++) {
      const found = after ? node.upperBound(key, 0, length) : node.lowerBound(key, 0, length);
      node = this.#descend(depth, node, found < node.count ? found : node.count - 1);
    }
    this.#node = node;
  }

  seekFirst(): void {
    let node = this.#root;
    for (let depth = 0; depth < this.#depth; depth++) node = this.#descend(depth, node, 0);
    this.#node = node;
  }

  seekLast(): void {
    let node = this.#root;
    for (let depth = 0; depth < this.#depth; depth++) node = this.#descend(depth, node, node.count - 1);
    this.#node = node;
  }

  /** Whether the level has a node after this one. */
  get hasNext(): boolean {
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      if ((this.#indexes[depth] as number) + 1 < (this.#ancestors[depth] as TreeNode).count) return true;
    }
    return false;
  }

  /** Goes to the next node of the level; false (and stays) at the last one. */
  next(): boolean {
    let depth = this.#depth - 1;
    while (depth >= 0 && (this.#indexes[depth] as number) + 1 >= (this.#ancestors[depth] as TreeNode).count)
      depth--;
    if (depth < 0) return false;
    let node = this.#descend(depth, this.#ancestors[depth] as TreeNode, (this.#indexes[depth] as number) + 1);
    for (depth++; depth < this.#depth; depth++) node = this.#descend(depth, node, 0);
    this.#node = node;
    return true;
  }

  /** Goes to the previous node of the level; false (and stays) at the first one. */
  previous(): boolean {
    let depth = this.#depth - 1;
    while (depth >= 0 && this.#indexes[depth] === 0) depth--;
    if (depth < 0) return false;
    let node = this.#descend(depth, this.#ancestors[depth] as TreeNode, (this.#indexes[depth] as number) - 1);
    for (depth++; depth < this.#depth; depth++) node = this.#descend(depth, node, node.count - 1);
    this.#node = node;
    return true;
  }

  #descend(depth: number, node: TreeNode, index: number): TreeNode {
    this.#ancestors[depth] = node;
    this.#indexes[depth] = index;
    return this.#nodes.getChild(node, index);
  }

  #parent(): { readonly parent: TreeNode | undefined; readonly index: number } {
    if (this.#depth === 0) return { parent: undefined, index: 0 };
    return { parent: this.#ancestors[this.#depth - 1], index: this.#indexes[this.#depth - 1] as number };
  }
}

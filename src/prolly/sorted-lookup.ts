/**
 * Looks up many keys of one tree in ascending order: a key in the leaf of the one before is found there, and behind the
 * last leaf nothing is looked for.
 */
import { EMPTY_HASH } from "../bytes/hash.ts";
import type { ProllyTree } from "./prolly-tree.ts";
import type { TreeNode } from "./tree-node.ts";
import type { TupleSlot } from "./tuple-cursor.ts";

export class SortedLookup {
  readonly #tree: ProllyTree;
  #leaf: TreeNode | undefined;
  #ended: boolean;

  constructor(tree: ProllyTree) {
    this.#tree = tree;
    this.#ended = tree.root === EMPTY_HASH;
  }

  /** As the tree's own look-up; `key` must not be below the one asked for before. */
  lookup(key: Uint8Array, into: TupleSlot): boolean {
    const leaf = this.#leafOf(key);
    if (leaf === undefined) return false;
    const at = leaf.lowerBound(key, 0, key.length);
    if (at === leaf.count || leaf.compareKey(at, key, 0, key.length) !== 0) return false;
    leaf.show(at, into);
    return true;
  }

  #leafOf(key: Uint8Array): TreeNode | undefined {
    if (this.#ended) return undefined;
    const known = this.#leaf;
    if (known !== undefined && known.compareKey(known.count - 1, key, 0, key.length) >= 0) return known;
    const { nodes, root } = this.#tree;
    let node = nodes.getNode(root);
    while (node.level > 0) {
      const at = node.lowerBound(key, 0, key.length);
      if (at === node.count) {
        this.#ended = true;
        return undefined;
      }
      node = nodes.getChild(node, at);
    }
    this.#leaf = node;
    return node;
  }
}

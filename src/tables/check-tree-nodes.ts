/**
 * Checks the structure of a tree node by node: keys ascend, and what an inner node says of a child (level, last key, entries)
 * is so. A node that was found sound once is not looked at again, in whatever tree it stands: its address vouches for it.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import type { TreeNode } from "../prolly/tree-node.ts";

const NODES_PER_STEP = 64;

/** Adds the nodes that are sound to `sound`. False when one is not. Throws what reading nodes throws. */
export function* areNodesSound(tree: ProllyTree, sound: Set<Hash>): Generator<void, boolean> {
  const { nodes, root } = tree;
  const stack: Hash[] = [];
  const added: Hash[] = [];
  const visit = (address: Hash): void => {
    if (sound.has(address)) return;
    sound.add(address);
    added.push(address);
    stack.push(address);
  };
  if (root !== EMPTY_HASH) visit(root);
  let count = 0;
  for (let address = stack.pop(); address !== undefined; address = stack.pop()) {
    const node = nodes.getNode(address);
    if (!isNodeSound(nodes, node)) {
      // Nor are those above it, nor what was not visited yet.
      for (const other of added) sound.delete(other);
      return false;
    }
    if (node.level > 0) for (let index = 0; index < node.count; index++) visit(node.childHash(index));
    if (++count % NODES_PER_STEP === 0) yield;
  }
  return true;
}

function isNodeSound(nodes: NodeReader, node: TreeNode): boolean {
  for (let index = 1; index < node.count; index++) {
    if (!isBefore(node, index - 1, node, index)) return false;
  }
  for (let index = 0; node.level > 0 && index < node.count; index++) {
    const child = nodes.getNode(node.childHash(index));
    const fits = child.level === node.level - 1 && child.count > 0 && child.content === node.content;
    if (!fits || child.entryCount !== node.childCount(index)) return false;
    const key = node.key(index);
    if (child.compareKey(child.count - 1, key, 0, key.length) !== 0) return false;
    if (index > 0 && !isBefore(node, index - 1, firstLeaf(nodes, child), 0)) return false;
  }
  return true;
}

function isBefore(left: TreeNode, leftIndex: number, right: TreeNode, rightIndex: number): boolean {
  const key = left.key(leftIndex);
  return right.compareKey(rightIndex, key, 0, key.length) > 0;
}

function firstLeaf(nodes: NodeReader, node: TreeNode): TreeNode {
  let leaf = node;
  while (leaf.level > 0) leaf = nodes.getNode(leaf.childHash(0));
  return leaf;
}

/**
 * Changes a tree in one sorted pass. Level by level the same thing happens: a run of old nodes around the edits is
 * re-cut until the new nodes end where an old one ended; the old nodes of the run and the new ones are the edits of
 * the level above. Only nodes on the way to a changed entry are read and written, and the result is the tree that
 * building from scratch would give.
 */
import { compareBytes } from "../bytes/compare.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { type ChildEntry, encodeChildValue, NodeWriter } from "./node-writer.ts";
import type { ProllyTree } from "./prolly-tree.ts";
import { LevelStack, TreeBuilder } from "./tree-builder.ts";
import type { TreeNode } from "./tree-node.ts";
import { TreePath } from "./tree-path.ts";

export interface TreeEdit {
  readonly key: Uint8Array;
  /** undefined = delete (nothing happens when the key is not there) */
  readonly value: Uint8Array | undefined;
}

/** Applies ascending edits and gives the new root. */
export function applyEdits(chunks: ChunkStore, tree: ProllyTree, edits: Iterable<TreeEdit>): Hash {
  const editor = new TreeEditor(tree, chunks);
  for (const { key, value } of edits) editor.edit(key, value);
  return editor.finish();
}

/** The streaming form of {@link applyEdits}: callers may pause between edits. */
export class TreeEditor {
  readonly #tree: ProllyTree;
  readonly #chunks: ChunkStore;
  readonly #leaves: LevelEditor | undefined;
  readonly #builder: TreeBuilder | undefined;

  /** `chunks` is the store that the tree is read from. */
  constructor(tree: ProllyTree, chunks: ChunkStore) {
    this.#tree = tree;
    this.#chunks = chunks;
    if (tree.root === EMPTY_HASH) this.#builder = new TreeBuilder(chunks, tree.content);
    else this.#leaves = new LevelEditor(tree, chunks, 0);
  }

  /** Keys must come in ascending order, each once. */
  edit(key: Uint8Array, value: Uint8Array | undefined): void {
    if (this.#leaves !== undefined) this.#leaves.edit(key, value, 1);
    else if (value !== undefined) this.#builder?.append(key, value);
  }

  /** The root of the changed tree (EMPTY_HASH when nothing is left). */
  finish(): Hash {
    let editor = this.#leaves;
    if (editor === undefined) return this.#builder?.finish() ?? EMPTY_HASH;
    const { root, nodes } = this.#tree;
    const rootLevel = nodes.getNode(root).level;
    for (let level = 0; ; level++) {
      editor.finish();
      const changes = editor.changes();
      if (changes.length === 0) return root;
      // At the root's level the run of old nodes was the root, so the new nodes are the whole level.
      if (level === rootLevel) return this.#rootOf(editor.produced, level);
      editor = new LevelEditor(this.#tree, this.#chunks, level + 1);
      for (const { key, child } of changes) {
        const value = child && encodeChildValue(child.hash, child.entryCount);
        editor.edit(key, value, child?.entryCount ?? 0);
      }
    }
  }

  #rootOf(level: readonly ChildEntry[], levelNumber: number): Hash {
    const [first] = level;
    if (first === undefined) return EMPTY_HASH;
    if (level.length > 1) {
      const stack = new LevelStack(this.#chunks, this.#tree.content, levelNumber + 1);
      for (const child of level) stack.addChild(0, child);
      return stack.finish()?.hash ?? EMPTY_HASH;
    }
    let { hash } = first;
    for (;;) {
      const node = this.#tree.nodes.getNode(hash);
      if (node.level === 0 || node.count > 1) return hash;
      hash = node.childHash(0);
    }
  }
}

interface ChildChange {
  readonly key: Uint8Array;
  /** undefined = the old child with this last key is gone */
  readonly child: ChildEntry | undefined;
}

/** Re-cuts the nodes of one level. */
class LevelEditor {
  readonly #path: TreePath;
  readonly #writer: NodeWriter;
  readonly #level: number;
  /** Old nodes that were taken apart, in order. */
  readonly #taken: ChildEntry[] = [];
  /** The nodes that replace them, in order. */
  readonly produced: ChildEntry[] = [];
  /** The old node being taken apart, and its first entry that is not yet copied. Undefined between two runs: then
   *  the writer is empty, because the last run ended at an old boundary. */
  #node: TreeNode | undefined;
  #at = 0;

  constructor(tree: ProllyTree, chunks: ChunkStore, level: number) {
    this.#path = new TreePath(tree.nodes, tree.root, level);
    this.#writer = new NodeWriter(chunks, level, tree.content);
    this.#level = level;
  }

  edit(key: Uint8Array, value: Uint8Array | undefined, weight: number): void {
    const node = this.#nodeFor(key);
    this.#copyUntil(node, node.lowerBound(key, 0, key.length));
    if (this.#at < node.count && node.compareKey(this.#at, key, 0, key.length) === 0) this.#at++;
    if (value === undefined) return;
    if (this.#writer.append(key, 0, key.length, value, 0, value.length, weight)) this.#cut();
  }

  finish(): void {
    while (this.#node !== undefined) {
      this.#copyUntil(this.#node, this.#node.count);
      if (this.#writer.empty) break;
      if (!this.#path.next()) {
        this.#cut();
        break;
      }
      this.#take();
    }
    this.#writer.release();
  }

  /** What the level above has to change, in key order. */
  changes(): readonly ChildChange[] {
    const changes: ChildChange[] = [];
    let at = 0;
    for (const child of this.produced) {
      let old = this.#taken[at];
      while (old !== undefined && compareBytes(old.key, child.key) < 0) {
        changes.push({ key: old.key, child: undefined });
        old = this.#taken[++at];
      }
      if (old !== undefined && compareBytes(old.key, child.key) === 0) {
        at++;
        if (old.hash === child.hash) continue;
      }
      changes.push({ key: child.key, child });
    }
    for (; at < this.#taken.length; at++) {
      const old = this.#taken[at];
      if (old !== undefined) changes.push({ key: old.key, child: undefined });
    }
    return changes;
  }

  /** The old node that holds `key` or would, with everything before it in the run copied. */
  #nodeFor(key: Uint8Array): TreeNode {
    while (this.#node !== undefined) {
      const node = this.#node;
      if (node.compareKey(node.count - 1, key, 0, key.length) >= 0) return node;
      this.#copyUntil(node, node.count);
      if (!this.#path.hasNext) return node;
      if (this.#writer.empty) break;
      this.#path.next();
      this.#take();
    }
    this.#path.seek(key, false);
    return this.#take();
  }

  #take(): TreeNode {
    const { node, hash } = this.#path;
    this.#taken.push({ key: node.key(node.count - 1), hash, entryCount: node.entryCount });
    this.#node = node;
    this.#at = 0;
    return node;
  }

  #copyUntil(node: TreeNode, end: number): void {
    // Up to the node's last entry the old node had no boundary, and where ours is as large as it was, nor has ours.
    const runEnd = Math.min(end, node.count - 1);
    if (this.#at < runEnd && this.#writer.matches(node, this.#at)) {
      this.#writer.appendRun(node, this.#at, runEnd);
      this.#at = runEnd;
    }
    const { bytes } = node;
    for (; this.#at < end; this.#at++) {
      const at = this.#at;
      const weight = this.#level === 0 ? 1 : node.childCount(at);
      const complete = this.#writer.append(
        bytes,
        node.keyStart(at),
        node.keyStart(at + 1),
        bytes,
        node.valueStart(at),
        node.valueStart(at + 1),
        weight,
      );
      if (complete) this.#cut();
    }
  }

  #cut(): void {
    this.produced.push(this.#writer.cut());
  }
}

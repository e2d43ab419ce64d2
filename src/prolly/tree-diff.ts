/**
 * The differences between two trees, in key order. Subtrees with equal addresses are skipped unread, so the cost
 * follows the size of the difference. Resumable: each {@link TreeDiff.next} does only the work to the next difference.
 */
import { compareRanges } from "../bytes/compare.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { NodeReader } from "./node-reader.ts";
import type { ProllyTree } from "./prolly-tree.ts";
import type { TreeNode } from "./tree-node.ts";
import { emptySlot, type TupleSlot } from "./tuple-cursor.ts";

export const DIFF_ADDED = 1;
export const DIFF_REMOVED = 2;
const DIFF_MODIFIED = 3;
export type DiffKind = 1 | 2 | 3;

export function diffTrees(from: ProllyTree, to: ProllyTree): TreeDiff {
  return new TreeDiff(from, to);
}

export class TreeDiff {
  kind: DiffKind = DIFF_MODIFIED;
  /** The entry in the first tree; meaningless when added. */
  readonly from: TupleSlot = emptySlot();
  /** The entry in the second tree; meaningless when removed. */
  readonly to: TupleSlot = emptySlot();
  readonly #from: DiffSide;
  readonly #to: DiffSide;
  #fromShown = false;
  #toShown = false;

  constructor(from: ProllyTree, to: ProllyTree) {
    this.#from = new DiffSide(from.nodes, from.root);
    this.#to = new DiffSide(to.nodes, to.root);
  }

  /** Moves to the next difference; false at the end. */
  next(): boolean {
    const from = this.#from;
    const to = this.#to;
    if (this.#fromShown) from.skip();
    if (this.#toShown) to.skip();
    this.#fromShown = false;
    this.#toShown = false;
    for (;;) {
      const fromLevel = from.level;
      const toLevel = to.level;
      if (fromLevel === ENDED && toLevel === ENDED) return false;
      if (fromLevel === ENTRY && toLevel === ENDED) return this.#showRemoved();
      if (fromLevel === ENDED && toLevel === ENTRY) return this.#showAdded();
      if (fromLevel === ENTRY && toLevel === ENTRY) {
        if (this.#compareEntries()) return true;
      } else if (fromLevel === toLevel && from.hash === to.hash) {
        from.skip();
        to.skip();
      } else {
        // The taller one comes apart first, so that equal subtrees meet at equal levels.
        if (fromLevel >= toLevel) from.descend();
        if (toLevel >= fromLevel) to.descend();
      }
    }
  }

  /** True when the two current entries are a difference; else steps over what is equal. */
  #compareEntries(): boolean {
    const { node: left, index: leftIndex } = this.#from;
    const { node: right, index: rightIndex } = this.#to;
    const order = compareRanges(
      left.bytes,
      left.keyStart(leftIndex),
      left.keyStart(leftIndex + 1),
      right.bytes,
      right.keyStart(rightIndex),
      right.keyStart(rightIndex + 1),
    );
    if (order < 0) return this.#showRemoved();
    if (order > 0) return this.#showAdded();
    const values = compareRanges(
      left.bytes,
      left.valueStart(leftIndex),
      left.valueStart(leftIndex + 1),
      right.bytes,
      right.valueStart(rightIndex),
      right.valueStart(rightIndex + 1),
    );
    if (values === 0) {
      this.#from.skip();
      this.#to.skip();
      return false;
    }
    this.kind = DIFF_MODIFIED;
    this.#from.show(this.from);
    this.#to.show(this.to);
    this.#fromShown = true;
    this.#toShown = true;
    return true;
  }

  #showRemoved(): true {
    this.kind = DIFF_REMOVED;
    this.#from.show(this.from);
    this.#fromShown = true;
    return true;
  }

  #showAdded(): true {
    this.kind = DIFF_ADDED;
    this.#to.show(this.to);
    this.#toShown = true;
    return true;
  }
}

const ENTRY = -1;
const ENDED = -2;

/** A position before an entry or before a whole subtree. */
class DiffSide {
  readonly #nodes: NodeReader;
  readonly #path: TreeNode[] = [];
  readonly #indexes: number[] = [];
  /** The root itself as the item, before anything was taken apart. */
  #root: Hash | undefined;

  constructor(nodes: NodeReader, root: Hash) {
    this.#nodes = nodes;
    this.#root = root === EMPTY_HASH ? undefined : root;
  }

  /** Level of the subtree at the position, {@link ENTRY} for an entry, {@link ENDED} at the end. */
  get level(): number {
    if (this.#root !== undefined) return this.#nodes.getNode(this.#root).level;
    const depth = this.#path.length - 1;
    return depth < 0 ? ENDED : (this.#path[depth] as TreeNode).level - 1;
  }

  get hash(): Hash {
    return this.#root ?? this.node.childHash(this.index);
  }

  get node(): TreeNode {
    return this.#path[this.#path.length - 1] as TreeNode;
  }

  get index(): number {
    return this.#indexes[this.#indexes.length - 1] as number;
  }

  descend(): void {
    const node = this.#nodes.getNode(this.hash);
    this.#root = undefined;
    this.#path.push(node);
    this.#indexes.push(0);
  }

  /** Goes behind the entry or subtree at the position. */
  skip(): void {
    if (this.#root !== undefined) {
      this.#root = undefined;
      return;
    }
    for (let depth = this.#path.length - 1; depth >= 0; depth--) {
      const index = (this.#indexes[depth] as number) + 1;
      this.#indexes[depth] = index;
      if (index < (this.#path[depth] as TreeNode).count) return;
      this.#path.pop();
      this.#indexes.pop();
    }
  }

  show(slot: TupleSlot): void {
    this.node.show(this.index, slot);
  }
}

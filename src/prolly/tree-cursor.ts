/**
 * Cursors over a range of a tree's entries. The bounds are compared once per leaf, so moving within a leaf is a few
 * loads. A cursor keeps the nodes on its path alive and is not affected by the node cache.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { NodeReader } from "./node-reader.ts";
import type { TreeNode } from "./tree-node.ts";
import { TreePath } from "./tree-path.ts";
import type { KeyRange, ScanDirection, TupleCursor } from "./tuple-cursor.ts";

const NO_BYTES = new Uint8Array(0);
const NO_POSITIONS = new Int32Array(1);

export function openTreeCursor(
  nodes: NodeReader,
  root: Hash,
  range: KeyRange,
  direction: ScanDirection,
): TupleCursor {
  if (root === EMPTY_HASH) return new EmptyCursor();
  const path = new TreePath(nodes, root, 0);
  return direction === "forward" ? new ForwardCursor(path, range) : new BackwardCursor(path, range);
}

/** Shows nothing. */
class EmptyCursor implements TupleCursor {
  readonly keyBytes: Uint8Array = NO_BYTES;
  readonly keyStart: number = 0;
  readonly keyEnd: number = 0;
  readonly valueBytes: Uint8Array = NO_BYTES;
  readonly valueStart: number = 0;
  readonly valueEnd: number = 0;

  next(): boolean {
    return false;
  }
}

class ForwardCursor implements TupleCursor {
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;
  readonly #path: TreePath;
  readonly #range: KeyRange;
  #positions: Int32Array = NO_POSITIONS;
  #count = 0;
  /** The entry shown; one before the first at the start of a leaf. */
  #at = -1;
  /** The first entry of this leaf that is out of range. */
  #limit = 0;
  #started = false;
  #lastLeaf = false;

  constructor(path: TreePath, range: KeyRange) {
    this.#path = path;
    this.#range = range;
  }

  next(): boolean {
    const at = this.#at + 1;
    if (at >= this.#limit) return this.#nextLeaf();
    this.#at = at;
    const positions = this.#positions;
    const valueAt = this.#count + at;
    this.keyStart = positions[at] as number;
    this.keyEnd = positions[at + 1] as number;
    this.valueStart = positions[valueAt] as number;
    this.valueEnd = positions[valueAt + 1] as number;
    return true;
  }

  #nextLeaf(): boolean {
    while (!this.#lastLeaf) {
      if (!this.#started) {
        this.#started = true;
        this.#enter(this.#seekLower());
      } else if (this.#path.next()) {
        this.#enter(0);
      } else {
        break;
      }
      if (this.#at + 1 < this.#limit) return this.next();
    }
    this.#lastLeaf = true;
    this.#at = this.#limit;
    return false;
  }

  /** The index of the first entry in range in the path's leaf. */
  #seekLower(): number {
    const { lower, lowerInclusive } = this.#range;
    if (lower === undefined) {
      this.#path.seekFirst();
      return 0;
    }
    const after = lowerInclusive === false;
    this.#path.seek(lower, after);
    const leaf = this.#path.node;
    return after ? leaf.upperBound(lower, 0, lower.length) : leaf.lowerBound(lower, 0, lower.length);
  }

  #enter(first: number): void {
    const leaf = this.#path.node;
    this.keyBytes = leaf.bytes;
    this.valueBytes = leaf.bytes;
    this.#positions = leaf.positions;
    this.#count = leaf.count;
    this.#at = first - 1;
    this.#limit = this.#limitOf(leaf);
    this.#lastLeaf = this.#limit < leaf.count;
  }

  #limitOf(leaf: TreeNode): number {
    const { upper, upperInclusive } = this.#range;
    if (upper === undefined) return leaf.count;
    const order = leaf.compareKey(leaf.count - 1, upper, 0, upper.length);
    if (order < 0) return leaf.count;
    return upperInclusive === true
      ? leaf.upperBound(upper, 0, upper.length)
      : leaf.lowerBound(upper, 0, upper.length);
  }
}

class BackwardCursor implements TupleCursor {
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;
  readonly #path: TreePath;
  readonly #range: KeyRange;
  #positions: Int32Array = NO_POSITIONS;
  #count = 0;
  /** The entry shown; one after the first to show at the start of a leaf. */
  #at = 0;
  /** The lowest entry of this leaf that is in range. */
  #limit = 0;
  #started = false;
  #lastLeaf = false;

  constructor(path: TreePath, range: KeyRange) {
    this.#path = path;
    this.#range = range;
  }

  next(): boolean {
    const at = this.#at - 1;
    if (at < this.#limit) return this.#nextLeaf();
    this.#at = at;
    const positions = this.#positions;
    const valueAt = this.#count + at;
    this.keyStart = positions[at] as number;
    this.keyEnd = positions[at + 1] as number;
    this.valueStart = positions[valueAt] as number;
    this.valueEnd = positions[valueAt + 1] as number;
    return true;
  }

  #nextLeaf(): boolean {
    while (!this.#lastLeaf) {
      if (!this.#started) {
        this.#started = true;
        this.#enter(this.#seekUpper());
      } else if (this.#path.previous()) {
        this.#enter(this.#path.node.count);
      } else {
        break;
      }
      if (this.#at - 1 >= this.#limit) return this.next();
    }
    this.#lastLeaf = true;
    this.#at = this.#limit;
    return false;
  }

  /** The index after the last entry in range in the path's leaf; 0 sends the cursor on to the leaf before. */
  #seekUpper(): number {
    const { upper, upperInclusive } = this.#range;
    if (upper === undefined) {
      this.#path.seekLast();
      return this.#path.node.count;
    }
    this.#path.seek(upper, false);
    const leaf = this.#path.node;
    return upperInclusive === true
      ? leaf.upperBound(upper, 0, upper.length)
      : leaf.lowerBound(upper, 0, upper.length);
  }

  #enter(end: number): void {
    const leaf = this.#path.node;
    this.keyBytes = leaf.bytes;
    this.valueBytes = leaf.bytes;
    this.#positions = leaf.positions;
    this.#count = leaf.count;
    this.#at = end;
    this.#limit = this.#limitOf(leaf);
    this.#lastLeaf = this.#limit > 0;
  }

  #limitOf(leaf: TreeNode): number {
    const { lower, lowerInclusive } = this.#range;
    if (lower === undefined) return 0;
    return lowerInclusive === false
      ? leaf.upperBound(lower, 0, lower.length)
      : leaf.lowerBound(lower, 0, lower.length);
  }
}

/** An immutable ordered map of byte strings, stored as a tree of content-addressed nodes. */
import type { Hash } from "../bytes/hash.ts";
import type { NodeReader } from "./node-reader.ts";
import type { TreeContent } from "./tree-node.ts";
import type { KeyRange, OrderedMap, TupleSlot } from "./tuple-cursor.ts";

export interface ProllyTree extends OrderedMap {
  /** EMPTY_HASH for the empty tree. */
  readonly root: Hash;
  readonly content: TreeContent;
  readonly nodes: NodeReader;
  /** Number of entries in a range (exact here), in O(log n). */
  estimateCount(range: KeyRange): number;
  /** Number of entries whose key is < `key` (≤ when `inclusive`). */
  rank(key: Uint8Array, inclusive?: boolean): number;
  /** Shows the entry at 0-based position `rank`; false when there is none. */
  select(rank: number, into: TupleSlot): boolean;
}

export declare function openTree(nodes: NodeReader, root: Hash, content: TreeContent): ProllyTree;

/** Builds a tree bottom-up from sorted entries. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { TreeContent } from "./tree-node.ts";
import type { TupleCursor } from "./tuple-cursor.ts";

export declare class TreeBuilder {
  constructor(chunks: ChunkStore, content: TreeContent);
  /** Keys must come in strictly ascending order. */
  append(key: Uint8Array, value: Uint8Array): void;
  finish(): Hash;
}

export declare function buildTree(chunks: ChunkStore, content: TreeContent, entries: TupleCursor): Hash;

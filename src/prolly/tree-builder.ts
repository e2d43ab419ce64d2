/**
 * Builds a tree bottom-up from sorted entries, in one pass and with one open node per level.
 */
import { assert } from "../base/assert.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { type ChildEntry, NodeWriter } from "./node-writer.ts";
import type { TreeContent } from "./tree-node.ts";
import type { TupleCursor } from "./tuple-cursor.ts";

/** Levels of open nodes from `firstLevel` up. The root is the only node of the lowest level that has just one. */
export class LevelStack {
  readonly #chunks: ChunkStore;
  readonly #content: TreeContent;
  readonly #firstLevel: number;
  readonly #writers: NodeWriter[] = [];
  /** Per level: the only node finished so far, not yet given to the level above. */
  readonly #single: (ChildEntry | undefined)[] = [];
  readonly #finishedCount: number[] = [];

  constructor(chunks: ChunkStore, content: TreeContent, firstLevel: number) {
    this.#chunks = chunks;
    this.#content = content;
    this.#firstLevel = firstLevel;
  }

  /** The open node of the lowest level; after an append that completes it call {@link cut} with 0. */
  get lowest(): NodeWriter {
    return this.#writer(0);
  }

  /** Ends the open node `depth` levels above the lowest and hands it upwards. */
  cut(depth: number): void {
    const child = this.#writer(depth).cut();
    const count = (this.#finishedCount[depth] ?? 0) + 1;
    this.#finishedCount[depth] = count;
    // A single node may turn out to be the root: it goes up only when a second one follows.
    if (count === 1) {
      this.#single[depth] = child;
      return;
    }
    const first = this.#single[depth];
    if (first !== undefined) {
      this.#single[depth] = undefined;
      this.addChild(depth + 1, first);
    }
    this.addChild(depth + 1, child);
  }

  addChild(depth: number, child: ChildEntry): void {
    if (this.#writer(depth).appendChild(child)) this.cut(depth);
  }

  /** Ends all open nodes and gives the root; undefined when nothing was appended. */
  finish(): ChildEntry | undefined {
    let root: ChildEntry | undefined;
    for (let depth = 0; depth < this.#writers.length && root === undefined; depth++) {
      if (!this.#writer(depth).empty) this.cut(depth);
      root = this.#single[depth];
    }
    for (const writer of this.#writers) writer.release();
    return root;
  }

  #writer(depth: number): NodeWriter {
    const kept = this.#writers[depth];
    if (kept !== undefined) return kept;
    assert(depth === this.#writers.length, "levels are opened one after the other");
    const opened = new NodeWriter(this.#chunks, this.#firstLevel + depth, this.#content);
    this.#writers.push(opened);
    return opened;
  }
}

export class TreeBuilder {
  readonly #levels: LevelStack;
  #finished = false;

  constructor(chunks: ChunkStore, content: TreeContent) {
    this.#levels = new LevelStack(chunks, content, 0);
  }

  /** Keys must come in strictly ascending order. */
  append(key: Uint8Array, value: Uint8Array): void {
    this.appendRange(key, 0, key.length, value, 0, value.length);
  }

  appendRange(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const complete = this.#levels.lowest.append(key, keyStart, keyEnd, value, valueStart, valueEnd, 1);
    if (complete) this.#levels.cut(0);
  }

  /** The root; EMPTY_HASH for no entries. */
  finish(): Hash {
    assert(!this.#finished, "a tree is finished once");
    this.#finished = true;
    return this.#levels.finish()?.hash ?? EMPTY_HASH;
  }
}

/** Builds a tree of all entries that `entries` shows. */
export function buildTree(chunks: ChunkStore, content: TreeContent, entries: TupleCursor): Hash {
  const builder = new TreeBuilder(chunks, content);
  while (entries.next()) {
    builder.appendRange(
      entries.keyBytes,
      entries.keyStart,
      entries.keyEnd,
      entries.valueBytes,
      entries.valueStart,
      entries.valueEnd,
    );
  }
  return builder.finish();
}

/**
 * One node under construction at one level: takes entries in key order and says after each whether the node is
 * complete. Buffers are reused from node to node.
 */
import { assert } from "../base/assert.ts";
import { compareRanges } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, writeHash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { isBoundary } from "./splitter.ts";
import { CHILD_VALUE_SIZE, encodeNode, type TreeContent } from "./tree-node.ts";

/** What an entry costs besides its bytes: two positions. */
const ENTRY_OVERHEAD_SIZE = 4;

/** A finished node as its parent sees it. */
export interface ChildEntry {
  /** the last key below */
  readonly key: Uint8Array;
  readonly hash: Hash;
  /** entries below */
  readonly entryCount: number;
}

export class NodeWriter {
  readonly level: number;
  readonly #chunks: ChunkStore;
  readonly #content: TreeContent;
  #data: Uint8Array = new Uint8Array(8192);
  #ends: Int32Array = new Int32Array(256);
  #dataSize = 0;
  #size = 0;
  #count = 0;
  #entryCount = 0;
  /** The last key's bytes stay in `#data` after a cut until the next key is written. */
  #started = false;
  #lastKeyStart = 0;
  #lastKeyEnd = 0;

  constructor(chunks: ChunkStore, level: number, content: TreeContent) {
    this.#chunks = chunks;
    this.level = level;
    this.#content = content;
  }

  /** No entry since the last {@link cut}. */
  get empty(): boolean {
    return this.#count === 0;
  }

  /** Adds an entry that stands for `weight` map entries; true when the node is complete and must be {@link cut}. */
  append(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    weight: number,
  ): boolean {
    const at = this.#reserveKey(key, keyStart, keyEnd, valueEnd - valueStart);
    copyBytes(value, valueStart, valueEnd, this.#data, at);
    this.#entryCount += weight;
    return this.#finishEntry(at + valueEnd - valueStart, key, keyStart, keyEnd);
  }

  /** Adds a child; true when the node is complete and must be {@link cut}. */
  appendChild(child: ChildEntry): boolean {
    const { key } = child;
    const value = encodeChildValue(child.hash, child.entryCount);
    return this.append(key, 0, key.length, value, 0, value.length, child.entryCount);
  }

  /** Stores the node and starts the next one. */
  cut(): ChildEntry {
    assert(this.#count > 0, "a node has at least one entry");
    const bytes = encodeNode({
      level: this.level,
      content: this.#content,
      count: this.#count,
      ends: this.#ends,
      data: this.#data,
      dataSize: this.#dataSize,
    });
    const key = this.#data.slice(this.#lastKeyStart, this.#lastKeyEnd);
    const child: ChildEntry = { key, hash: this.#chunks.putChunk(bytes), entryCount: this.#entryCount };
    this.#dataSize = 0;
    this.#size = 0;
    this.#count = 0;
    this.#entryCount = 0;
    return child;
  }

  /** Copies the key, makes room for a value of `valueSize` behind it and gives the value's offset. */
  #reserveKey(key: Uint8Array, start: number, end: number, valueSize: number): number {
    const dataStart = this.#dataSize;
    const keySize = end - start;
    if (this.#started) {
      const order = compareRanges(this.#data, this.#lastKeyStart, this.#lastKeyEnd, key, start, end);
      assert(order < 0, "entries of a tree come in ascending key order");
    }
    const needed = dataStart + keySize + valueSize;
    if (needed > this.#data.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#data.length));
      grown.set(this.#data.subarray(0, dataStart));
      this.#data = grown;
    }
    if (2 * this.#count + 2 > this.#ends.length) {
      const grown = new Int32Array(2 * this.#ends.length);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    copyBytes(key, start, end, this.#data, dataStart);
    this.#started = true;
    this.#lastKeyStart = dataStart;
    this.#lastKeyEnd = dataStart + keySize;
    this.#ends[2 * this.#count] = dataStart + keySize;
    return dataStart + keySize;
  }

  #finishEntry(dataSize: number, key: Uint8Array, start: number, end: number): boolean {
    this.#ends[2 * this.#count + 1] = dataSize;
    this.#count++;
    const sizeBefore = this.#size;
    // #dataSize is still the end of the entry before, so the difference is key and value.
    this.#size += dataSize - this.#dataSize + ENTRY_OVERHEAD_SIZE;
    this.#dataSize = dataSize;
    return isBoundary(this.level, this.#count, sizeBefore, this.#size, key, start, end);
  }
}

/** A child's value in its parent: see the format in tree-node.ts. */
export function encodeChildValue(hash: Hash, entryCount: number): Uint8Array {
  const value = new Uint8Array(CHILD_VALUE_SIZE);
  writeHash(hash, value, 0);
  let rest = entryCount;
  for (let at = HASH_SIZE; at < CHILD_VALUE_SIZE; at++) {
    value[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return value;
}

/** Short runs are copied faster by hand than by a native call. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let i = start, to = at; i < end; i++, to++) target[to] = source[i] as number;
}

/**
 * One node under construction at one level: takes entries in key order and says after each whether the node is
 * complete. Buffers are reused from node to node.
 */
import { assert } from "../base/assert.ts";
import { compareRanges } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, writeHash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { isBoundary } from "./splitter.ts";
import { CHILD_VALUE_SIZE, encodeNode, type TreeContent, type TreeNode } from "./tree-node.ts";

/** What an entry costs besides its bytes: two positions. */
const ENTRY_OVERHEAD_SIZE = 4;

const DATA_SIZE_INITIAL = 8_192;
const ENDS_INITIAL = 512;
/** Buffers of finished writers: small edits would otherwise spend their time on allocating these. */
const FREE_MEMORY: { readonly data: Uint8Array; readonly ends: Int32Array }[] = [];
const FREE_MEMORY_MAX = 16;
const DATA_SIZE_KEPT = 65_536;
const NO_DATA = new Uint8Array(0);
const NO_ENDS = new Int32Array(0);

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
  #data: Uint8Array;
  #ends: Int32Array;
  #dataSize = 0;
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
    const memory = FREE_MEMORY.pop();
    this.#data = memory?.data ?? Buffer.allocUnsafeSlow(DATA_SIZE_INITIAL);
    this.#ends = memory?.ends ?? new Int32Array(ENDS_INITIAL);
  }

  /** Gives the buffers back for the next writer; this one must not be used any more. */
  release(): void {
    if (FREE_MEMORY.length >= FREE_MEMORY_MAX || this.#data.length > DATA_SIZE_KEPT) return;
    FREE_MEMORY.push({ data: this.#data, ends: this.#ends });
    this.#data = NO_DATA;
    this.#ends = NO_ENDS;
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

  /** Whether this node so far has the size and count of the first `index` entries of `node`: then the entries that
   *  follow in both are cut alike. */
  matches(node: TreeNode, index: number): boolean {
    const { positions } = node;
    return (
      this.#count === index && this.#dataSize === (positions[2 * index] as number) - (positions[0] as number)
    );
  }

  /** Adds entries `[from, to)` of an old node. They must not contain a boundary: see {@link matches}. */
  appendRun(node: TreeNode, from: number, to: number): void {
    const { bytes, positions } = node;
    const start = positions[2 * from] as number;
    const end = positions[2 * to] as number;
    const dataStart = this.#dataSize;
    this.#reserve(dataStart + end - start, this.#count + to - from);
    this.#checkOrder(bytes, start, positions[2 * from + 1] as number);
    copyBytes(bytes, start, end, this.#data, dataStart);
    const shift = dataStart - start;
    const ends = this.#ends;
    let at = 2 * this.#count;
    for (let i = 2 * from + 1; i <= 2 * to; i++) ends[at++] = (positions[i] as number) + shift;
    if (node.level === 0) this.#entryCount += to - from;
    else for (let i = from; i < to; i++) this.#entryCount += node.childCount(i);
    this.#started = true;
    this.#lastKeyStart = (positions[2 * to - 2] as number) + shift;
    this.#lastKeyEnd = (positions[2 * to - 1] as number) + shift;
    this.#count += to - from;
    this.#dataSize = end + shift;
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
    // Buffer's own slice would share the memory that the next node overwrites.
    const key = Uint8Array.prototype.slice.call(this.#data, this.#lastKeyStart, this.#lastKeyEnd);
    const child: ChildEntry = { key, hash: this.#chunks.putChunk(bytes), entryCount: this.#entryCount };
    this.#dataSize = 0;
    this.#count = 0;
    this.#entryCount = 0;
    return child;
  }

  /** Copies the key, makes room for a value of `valueSize` behind it and gives the value's offset. */
  #reserveKey(key: Uint8Array, start: number, end: number, valueSize: number): number {
    const dataStart = this.#dataSize;
    const keySize = end - start;
    this.#checkOrder(key, start, end);
    this.#reserve(dataStart + keySize + valueSize, this.#count + 1);
    copyBytes(key, start, end, this.#data, dataStart);
    this.#started = true;
    this.#lastKeyStart = dataStart;
    this.#lastKeyEnd = dataStart + keySize;
    this.#ends[2 * this.#count] = dataStart + keySize;
    return dataStart + keySize;
  }

  #checkOrder(key: Uint8Array, start: number, end: number): void {
    if (!this.#started) return;
    const order = compareRanges(this.#data, this.#lastKeyStart, this.#lastKeyEnd, key, start, end);
    assert(order < 0, "entries of a tree come in ascending key order");
  }

  #reserve(dataSize: number, count: number): void {
    if (dataSize > this.#data.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(dataSize, 2 * this.#data.length));
      grown.set(this.#data);
      this.#data = grown;
    }
    if (2 * count > this.#ends.length) {
      const grown = new Int32Array(Math.max(2 * count, 2 * this.#ends.length));
      grown.set(this.#ends);
      this.#ends = grown;
    }
  }

  #finishEntry(dataSize: number, key: Uint8Array, start: number, end: number): boolean {
    const sizeBefore = this.#dataSize + ENTRY_OVERHEAD_SIZE * this.#count;
    this.#ends[2 * this.#count + 1] = dataSize;
    this.#count++;
    this.#dataSize = dataSize;
    const sizeAfter = dataSize + ENTRY_OVERHEAD_SIZE * this.#count;
    return isBoundary(this.level, this.#count, sizeBefore, sizeAfter, key, start, end);
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

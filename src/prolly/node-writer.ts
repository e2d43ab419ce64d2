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
const ENDS_INITIAL = 256;
/** Buffers of finished writers: small edits would otherwise spend their time on allocating these. */
const FREE_MEMORY: WriterMemory[] = [];
const FREE_MEMORY_MAX = 16;
const DATA_SIZE_KEPT = 65_536;

/** Where a node grows: keys and values side by side, and the end of each. */
class WriterMemory {
  keys: Uint8Array = newBytes(DATA_SIZE_INITIAL);
  keyEnds: Int32Array = new Int32Array(ENDS_INITIAL);
  values: Uint8Array = newBytes(DATA_SIZE_INITIAL);
  valueEnds: Int32Array = new Int32Array(ENDS_INITIAL);

  reserve(keysSize: number, valuesSize: number, count: number): void {
    if (keysSize > this.keys.length) this.keys = grow(this.keys, keysSize);
    if (valuesSize > this.values.length) this.values = grow(this.values, valuesSize);
    if (count <= this.keyEnds.length) return;
    this.keyEnds = growEnds(this.keyEnds, count);
    this.valueEnds = growEnds(this.valueEnds, count);
  }
}

/** Not cleared: only what was written is read. */
function newBytes(size: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(size);
  return new Uint8Array(buffer, 0, size);
}

function grow(bytes: Uint8Array, size: number): Uint8Array {
  const grown = newBytes(Math.max(size, 2 * bytes.length));
  grown.set(bytes);
  return grown;
}

function growEnds(ends: Int32Array, count: number): Int32Array {
  const grown = new Int32Array(Math.max(count, 2 * ends.length));
  grown.set(ends);
  return grown;
}

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
  readonly #memory: WriterMemory;
  #keysSize = 0;
  #valuesSize = 0;
  #count = 0;
  #entryCount = 0;
  /** The last key's bytes stay in memory after a cut until the next key is written. */
  #started = false;
  #lastKeyStart = 0;
  #lastKeyEnd = 0;

  constructor(chunks: ChunkStore, level: number, content: TreeContent) {
    this.#chunks = chunks;
    this.level = level;
    this.#content = content;
    this.#memory = FREE_MEMORY.pop() ?? new WriterMemory();
  }

  /** Gives the buffers back for the next writer; this one must not be used any more. */
  release(): void {
    const { keys, values } = this.#memory;
    if (FREE_MEMORY.length >= FREE_MEMORY_MAX || keys.length + values.length > DATA_SIZE_KEPT) return;
    FREE_MEMORY.push(this.#memory);
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
    this.#checkOrder(key, keyStart, keyEnd);
    const memory = this.#memory;
    const count = this.#count;
    const keyAt = this.#keysSize;
    const valueAt = this.#valuesSize;
    const keysSize = keyAt + keyEnd - keyStart;
    const valuesSize = valueAt + valueEnd - valueStart;
    memory.reserve(keysSize, valuesSize, count + 1);
    copyBytes(key, keyStart, keyEnd, memory.keys, keyAt);
    copyBytes(value, valueStart, valueEnd, memory.values, valueAt);
    memory.keyEnds[count] = keysSize;
    memory.valueEnds[count] = valuesSize;
    const sizeBefore = keyAt + valueAt + ENTRY_OVERHEAD_SIZE * count;
    const sizeAfter = keysSize + valuesSize + ENTRY_OVERHEAD_SIZE * (count + 1);
    this.#started = true;
    this.#lastKeyStart = keyAt;
    this.#lastKeyEnd = keysSize;
    this.#keysSize = keysSize;
    this.#valuesSize = valuesSize;
    this.#count = count + 1;
    this.#entryCount += weight;
    return isBoundary(this.level, count + 1, sizeBefore, sizeAfter, key, keyStart, keyEnd);
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
    if (this.#count !== index) return false;
    const keysSize = node.keyStart(index) - node.keyStart(0);
    const valuesSize = node.valueStart(index) - node.valueStart(0);
    return this.#keysSize + this.#valuesSize === keysSize + valuesSize;
  }

  /** Adds entries `[from, to)` of an old node. They must not contain a boundary: see {@link matches}. */
  appendRun(node: TreeNode, from: number, to: number): void {
    const { bytes } = node;
    const memory = this.#memory;
    const count = this.#count;
    const keyShift = this.#keysSize - node.keyStart(from);
    const valueShift = this.#valuesSize - node.valueStart(from);
    const keysEnd = node.keyStart(to);
    const valuesEnd = node.valueStart(to);
    this.#checkOrder(bytes, node.keyStart(from), node.keyStart(from + 1));
    memory.reserve(keysEnd + keyShift, valuesEnd + valueShift, count + to - from);
    copyBytes(bytes, node.keyStart(from), keysEnd, memory.keys, this.#keysSize);
    copyBytes(bytes, node.valueStart(from), valuesEnd, memory.values, this.#valuesSize);
    const { keyEnds, valueEnds } = memory;
    for (let i = from, at = count; i < to; i++, at++) {
      keyEnds[at] = node.keyStart(i + 1) + keyShift;
      valueEnds[at] = node.valueStart(i + 1) + valueShift;
    }
    if (node.level === 0) this.#entryCount += to - from;
    else for (let i = from; i < to; i++) this.#entryCount += node.childCount(i);
    this.#started = true;
    this.#lastKeyStart = node.keyStart(to - 1) + keyShift;
    this.#lastKeyEnd = keysEnd + keyShift;
    this.#keysSize = keysEnd + keyShift;
    this.#valuesSize = valuesEnd + valueShift;
    this.#count = count + to - from;
  }

  /** Stores the node and starts the next one. */
  cut(): ChildEntry {
    assert(this.#count > 0, "a node has at least one entry");
    const { keys, keyEnds, values, valueEnds } = this.#memory;
    const bytes = encodeNode({
      level: this.level,
      content: this.#content,
      count: this.#count,
      keys,
      keyEnds,
      values,
      valueEnds,
    });
    const key = keys.slice(this.#lastKeyStart, this.#lastKeyEnd);
    const child: ChildEntry = { key, hash: this.#chunks.putChunk(bytes), entryCount: this.#entryCount };
    this.#keysSize = 0;
    this.#valuesSize = 0;
    this.#count = 0;
    this.#entryCount = 0;
    return child;
  }

  #checkOrder(key: Uint8Array, start: number, end: number): void {
    if (!this.#started) return;
    const order = compareRanges(this.#memory.keys, this.#lastKeyStart, this.#lastKeyEnd, key, start, end);
    assert(order < 0, "entries of a tree come in ascending key order");
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

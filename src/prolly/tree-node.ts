/**
 * A tree node: one chunk of about 4 KiB holding a sorted run of entries. Leaves hold the map's entries; an entry of an
 * internal node is a child: its key is the last key below the child, its value the child's address and entry count.
 *
 * Format (little-endian), after the chunk kind and version bytes:
 *   2  u8   level (0 = leaf)
 *   3  u8   content of the leaf values (see {@link TreeContent})
 *   4  u32  entry count; the top bit says that positions are u32 instead of u16
 *   8  positions: for each entry the end of its key, then the end of its value, counted from the first key
 *   …  key 0, value 0, key 1, value 1, …
 * A child value is 20 bytes of address and a u48 of entries below.
 *
 * Two adjacent positions always bracket a key or a value, so a reader needs three loads per entry.
 */
import { compareRanges } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, hashFromBytes } from "../bytes/hash.ts";
import { CHUNK_FORMAT_VERSION, CHUNK_TREE_NODE, ChunkFormatError, checkChunkKind } from "./chunk-kinds.ts";

/** What leaf values hold, so that addresses in them can be found: nothing; row value tuples; a u8 count followed by
 *  that many addresses and then free bytes. */
export const CONTENT_OPAQUE = 0;
export const CONTENT_ROWS = 1;
export const CONTENT_ADDRESSES = 2;
export type TreeContent = 0 | 1 | 2;

export const NODE_HEADER_SIZE = 8;
export const CHILD_VALUE_SIZE = HASH_SIZE + 6;
const WIDE_FLAG = 0x8000_0000;
const NARROW_SIZE_MAX = 0xffff;

export class TreeNode {
  readonly bytes: Uint8Array;
  readonly level: number;
  readonly content: TreeContent;
  readonly count: number;
  /** 2 * count + 1 absolute offsets into `bytes`: key start, value start, next key start, … */
  readonly positions: Int32Array;
  /** Number of map entries below (= count for a leaf). */
  readonly entryCount: number;
  /** How many first bytes all keys have in common. */
  readonly commonSize: number;
  readonly #childHashes: (Hash | undefined)[];
  /** Set by look-ups, cleared by the node cache's clock. */
  used = false;

  constructor(bytes: Uint8Array) {
    checkChunkKind(bytes, CHUNK_TREE_NODE, NODE_HEADER_SIZE);
    const wide = (bytes[7] as number) >= 0x80;
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.level = bytes[2] as number;
    this.content = asContent(bytes[3] as number);
    this.count =
      (bytes[4] as number) |
      ((bytes[5] as number) << 8) |
      ((bytes[6] as number) << 16) |
      (((bytes[7] as number) & 0x7f) << 24);
    this.positions = decodePositions(bytes, this.count, wide);
    this.commonSize = commonKeySize(bytes, this.positions, this.count);
    this.#childHashes = [];
    this.entryCount = this.level === 0 ? this.count : this.#sumChildCounts();
  }

  /** The address of child `index` of an internal node. The string is kept, so that maps keyed by it stay fast. */
  childHash(index: number): Hash {
    const kept = this.#childHashes[index];
    if (kept !== undefined) return kept;
    const hash = hashFromBytes(this.bytes, this.positions[2 * index + 1] as number);
    this.#childHashes[index] = hash;
    return hash;
  }

  /** Entries below child `index`. */
  childCount(index: number): number {
    const at = (this.positions[2 * index + 1] as number) + HASH_SIZE;
    const { bytes } = this;
    return (
      ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)) +
      ((bytes[at + 3] as number) | ((bytes[at + 4] as number) << 8) | ((bytes[at + 5] as number) << 16)) *
        0x100_0000
    );
  }

  /** Compares the key of entry `index` with `key[start, end)`. */
  compareKey(index: number, key: Uint8Array, start: number, end: number): number {
    return compareRanges(
      this.bytes,
      this.positions[2 * index] as number,
      this.positions[2 * index + 1] as number,
      key,
      start,
      end,
    );
  }

  /** The first entry whose key is ≥ `key` (`count` when there is none). */
  lowerBound(key: Uint8Array, start: number, end: number): number {
    const { bytes, positions, commonSize, count } = this;
    const firstKey = positions[0] as number;
    // Keys of one node begin alike, so that part is compared once.
    const skipped = Math.min(start + commonSize, end);
    const order = compareRanges(bytes, firstKey, firstKey + commonSize, key, start, skipped);
    if (order !== 0) return order > 0 ? 0 : count;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const keyStart = (positions[2 * middle] as number) + commonSize;
      if (compareRanges(bytes, keyStart, positions[2 * middle + 1] as number, key, skipped, end) < 0)
        low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first entry whose key is > `key` (`count` when there is none). */
  upperBound(key: Uint8Array, start: number, end: number): number {
    const at = this.lowerBound(key, start, end);
    return at < this.count && this.compareKey(at, key, start, end) === 0 ? at + 1 : at;
  }

  key(index: number): Uint8Array {
    return this.bytes.subarray(this.positions[2 * index], this.positions[2 * index + 1]);
  }

  value(index: number): Uint8Array {
    return this.bytes.subarray(this.positions[2 * index + 1], this.positions[2 * index + 2]);
  }

  #sumChildCounts(): number {
    let sum = 0;
    for (let index = 0; index < this.count; index++) sum += this.childCount(index);
    return sum;
  }
}

function asContent(value: number): TreeContent {
  if (value !== CONTENT_OPAQUE && value !== CONTENT_ROWS && value !== CONTENT_ADDRESSES) {
    throw new ChunkFormatError("malformed_chunk", `a tree node has the unknown content ${value}`);
  }
  return value;
}

function decodePositions(bytes: Uint8Array, count: number, wide: boolean): Int32Array {
  const tableSize = 2 * count * (wide ? 4 : 2);
  const dataStart = NODE_HEADER_SIZE + tableSize;
  const byteLength = bytes.length;
  if (dataStart > byteLength) throw malformed("the position table is longer than the chunk");
  const positions = new Int32Array(2 * count + 1);
  positions[0] = dataStart;
  let previous = dataStart;
  let at = NODE_HEADER_SIZE;
  for (let i = 1; i <= 2 * count; i++) {
    let end = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    if (wide) end += ((bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8)) * 0x1_0000;
    at += wide ? 4 : 2;
    const position = dataStart + end;
    if (position < previous || position > byteLength) throw malformed(`position ${i} is out of bounds`);
    positions[i] = position;
    previous = position;
  }
  if (previous !== byteLength) throw malformed("bytes follow the last entry");
  return positions;
}

/** Sorted keys have in common what the first and the last one have. */
function commonKeySize(bytes: Uint8Array, positions: Int32Array, count: number): number {
  if (count === 0) throw malformed("it has no entries");
  const first = positions[0] as number;
  const last = positions[2 * count - 2] as number;
  const size = Math.min((positions[1] as number) - first, (positions[2 * count - 1] as number) - last);
  let common = 0;
  while (common < size && bytes[first + common] === bytes[last + common]) common++;
  return common;
}

function malformed(detail: string): ChunkFormatError {
  return new ChunkFormatError("malformed_chunk", `a tree node is malformed: ${detail}`);
}

/** The entries of a node under construction, laid out as in the chunk. */
export interface NodeParts {
  readonly level: number;
  readonly content: TreeContent;
  readonly count: number;
  /** ends of key and value of each entry, counted from the first key; the first 2 * count are meant */
  readonly ends: Int32Array;
  /** keys and values; the first `dataSize` bytes are meant */
  readonly data: Uint8Array;
  readonly dataSize: number;
}

export function encodeNode(parts: NodeParts): Uint8Array {
  const { count, ends, data, dataSize } = parts;
  const wide = dataSize > NARROW_SIZE_MAX;
  const dataStart = NODE_HEADER_SIZE + 2 * count * (wide ? 4 : 2);
  // Every byte is written below, so the memory need not be cleared.
  const bytes = Buffer.allocUnsafeSlow(dataStart + dataSize);
  bytes[0] = CHUNK_TREE_NODE;
  bytes[1] = CHUNK_FORMAT_VERSION;
  bytes[2] = parts.level;
  bytes[3] = parts.content;
  bytes.writeUInt32LE(count + (wide ? WIDE_FLAG : 0), 4);
  let at = NODE_HEADER_SIZE;
  for (let i = 0; i < 2 * count; i++) {
    const end = ends[i] as number;
    bytes[at++] = end;
    bytes[at++] = end >>> 8;
    if (!wide) continue;
    bytes[at++] = end >>> 16;
    bytes[at++] = end >>> 24;
  }
  bytes.set(data.subarray(0, dataSize), dataStart);
  return bytes;
}

/**
 * A tree node: one chunk of about 4 KiB holding a sorted run of entries. Leaves hold the map's entries; an entry of an
 * internal node is a child: its key is the last key below the child, its value the child's address and entry count.
 *
 * Format (little-endian), after the chunk kind and version bytes:
 *   2  u8   level (0 = leaf)
 *   3  u8   content of the leaf values (see {@link TreeContent})
 *   4  u32  entry count; the top bit says that positions are u32 instead of u16
 *   8  positions: the end of each key, then the end of each value, counted from the first key
 *   …  the keys, then the values
 * A child value is 20 bytes of address and a u48 of entries below.
 *
 * Keys lie side by side, so that a binary search touches few cache lines.
 */
import { compareRanges } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, hashFromBytes } from "../bytes/hash.ts";
import { CHUNK_FORMAT_VERSION, CHUNK_TREE_NODE, ChunkFormatError, checkChunkKind } from "./chunk-kinds.ts";
import type { TupleSlot } from "./tuple-cursor.ts";

/** What leaf values hold, so that addresses in them can be found: nothing; row value tuples; a u8 count followed by
 *  that many addresses and then free bytes. */
export const CONTENT_OPAQUE = 0;
export const CONTENT_ROWS = 1;
export const CONTENT_ADDRESSES = 2;
export type TreeContent = 0 | 1 | 2;

const NODE_HEADER_SIZE = 8;
export const CHILD_VALUE_SIZE: number = HASH_SIZE + 6;
const WIDE_FLAG = 0x8000_0000;
const NARROW_SIZE_MAX = 0xffff;

export class TreeNode {
  readonly bytes: Uint8Array;
  readonly level: number;
  readonly content: TreeContent;
  readonly count: number;
  /** 2 * count + 1 absolute offsets into `bytes`: key i is [p[i], p[i + 1]), value i is [p[count + i],
   *  p[count + i + 1]). */
  readonly positions: Int32Array;
  /** Number of map entries below (= count for a leaf). */
  readonly entryCount: number;
  /** How many first bytes all keys have in common. */
  readonly commonSize: number;
  readonly #childHashes: (Hash | undefined)[];
  /** For the node cache: set by look-ups, cleared by its clock. */
  used = false;
  /** For the node cache: whether it holds this node. */
  cached = false;
  /** For the node cache: decoded children by index, each in the one node that it is linked in. */
  readonly children: (TreeNode | undefined)[] = [];
  linkedIn: TreeNode | undefined = undefined;
  linkedAt = 0;

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
    while (this.#childHashes.length < this.count) this.#childHashes.push(undefined);
    const hash = hashFromBytes(this.bytes, this.positions[this.count + index] as number);
    this.#childHashes[index] = hash;
    return hash;
  }

  /** Entries below child `index`. */
  childCount(index: number): number {
    const at = (this.positions[this.count + index] as number) + HASH_SIZE;
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
      this.positions[index] as number,
      this.positions[index + 1] as number,
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
      const keyStart = (positions[middle] as number) + commonSize;
      if (compareRanges(bytes, keyStart, positions[middle + 1] as number, key, skipped, end) < 0)
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

  /** Where key `index` starts, and so where the one before ends; `count` is allowed. */
  keyStart(index: number): number {
    return this.positions[index] as number;
  }

  /** Where value `index` starts, and so where the one before ends; `count` is allowed. */
  valueStart(index: number): number {
    return this.positions[this.count + index] as number;
  }

  /** Shows entry `index`. */
  show(index: number, into: TupleSlot): void {
    const { bytes, positions, count } = this;
    into.keyBytes = bytes;
    into.keyStart = positions[index] as number;
    into.keyEnd = positions[index + 1] as number;
    into.valueBytes = bytes;
    into.valueStart = positions[count + index] as number;
    into.valueEnd = positions[count + index + 1] as number;
  }

  key(index: number): Uint8Array {
    return this.bytes.subarray(this.keyStart(index), this.keyStart(index + 1));
  }

  value(index: number): Uint8Array {
    return this.bytes.subarray(this.valueStart(index), this.valueStart(index + 1));
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
  const last = positions[count - 1] as number;
  const size = Math.min((positions[1] as number) - first, (positions[count] as number) - last);
  let common = 0;
  while (common < size && bytes[first + common] === bytes[last + common]) common++;
  return common;
}

function malformed(detail: string): ChunkFormatError {
  return new ChunkFormatError("malformed_chunk", `a tree node is malformed: ${detail}`);
}

/** The entries of a node under construction. Of each array only the part that the counts and ends name is meant. */
export interface NodeParts {
  readonly level: number;
  readonly content: TreeContent;
  readonly count: number;
  readonly keys: Uint8Array;
  /** the end of each key in `keys` */
  readonly keyEnds: Int32Array;
  readonly values: Uint8Array;
  readonly valueEnds: Int32Array;
}

export function encodeNode({
  level,
  content,
  count,
  keys,
  keyEnds,
  values,
  valueEnds,
}: NodeParts): Uint8Array {
  const keysSize = keyEnds[count - 1] as number;
  const dataSize = keysSize + (valueEnds[count - 1] as number);
  const wide = dataSize > NARROW_SIZE_MAX;
  const dataStart = NODE_HEADER_SIZE + 2 * count * (wide ? 4 : 2);
  // Every byte is written below, so the memory need not be cleared.
  const bytes = Buffer.allocUnsafeSlow(dataStart + dataSize);
  bytes[0] = CHUNK_TREE_NODE;
  bytes[1] = CHUNK_FORMAT_VERSION;
  bytes[2] = level;
  bytes[3] = content;
  bytes.writeUInt32LE(count + (wide ? WIDE_FLAG : 0), 4);
  let at = NODE_HEADER_SIZE;
  for (let i = 0; i < 2 * count; i++) {
    const end = i < count ? (keyEnds[i] as number) : keysSize + (valueEnds[i - count] as number);
    bytes[at++] = end;
    bytes[at++] = end >>> 8;
    if (!wide) continue;
    bytes[at++] = end >>> 16;
    bytes[at++] = end >>> 24;
  }
  bytes.set(keys.subarray(0, keysSize), dataStart);
  bytes.set(values.subarray(0, dataSize - keysSize), dataStart + keysSize);
  return bytes;
}

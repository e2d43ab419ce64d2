/**
 * The entries of a row delta in key order: sorted blocks of bounded size, of entry numbers and the first bytes of each
 * key. These decide most comparisons without a look at the key itself, which lies anywhere in memory.
 */
import type { EditEntries } from "./edit-entries.ts";

const BLOCK_ENTRIES_MAX = 256;
/** A small delta's only block begins smaller. */
const FIRST_ENTRIES = 8;
/** Of an entry in a block. */
export const ORDER_ENTRY_BYTES: number = Int32Array.BYTES_PER_ELEMENT + Float64Array.BYTES_PER_ELEMENT;

/** Where an entry is. */
export interface OrderPlace {
  block: number;
  at: number;
}

interface Block {
  ids: Int32Array;
  /** {@link prefixOf} of each key. */
  prefixes: Float64Array;
  count: number;
}

export class KeyOrder {
  readonly #entries: EditEntries;
  readonly #blocks: Block[] = [];
  /** The first prefix of each block. */
  readonly #firstPrefixes: number[] = [];
  #sizeBytes = 0;
  /** Grows whenever entries move, so that cursors know to find their place again. */
  layout = 0;

  constructor(entries: EditEntries) {
    this.#entries = entries;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The entry at a place, or -1 when it is outside its block. */
  idAt(block: number, at: number): number {
    const found = this.#blocks[block];
    return found === undefined || at < 0 || at >= found.count ? -1 : (found.ids[at] as number);
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  blockLength(block: number): number {
    return this.#blocks[block]?.count ?? 0;
  }

  /** Moves `place` to the first entry whose key is not below the one in `bytes`. It may be behind its block's last. */
  seek(bytes: Uint8Array, start: number, end: number, place: OrderPlace): void {
    const prefix = prefixOf(bytes, start, end);
    place.block = this.#findBlock(prefix, bytes, start, end);
    const block = this.#blocks[place.block];
    place.at = block === undefined ? 0 : this.#findIn(block, prefix, bytes, start, end);
  }

  /** The number of entries below the key. */
  rank(bytes: Uint8Array): number {
    const place: OrderPlace = { block: 0, at: 0 };
    this.seek(bytes, 0, bytes.length, place);
    let rank = place.at;
    for (let index = 0; index < place.block; index++) rank += this.blockLength(index);
    return rank;
  }

  /** The entry with so many before it; -1 when there are not so many. */
  select(rank: number): number {
    let rest = rank;
    for (const { ids, count } of this.#blocks) {
      if (rest < count) return ids[rest] as number;
      rest -= count;
    }
    return -1;
  }

  /** Adds an entry, whose key is in `bytes`, behind all others. */
  append(id: number, bytes: Uint8Array, start: number, end: number): void {
    this.#append(id, prefixOf(bytes, start, end));
  }

  /** Adds an entry, whose key is in `bytes`. */
  add(id: number, bytes: Uint8Array): void {
    const end = bytes.length;
    const prefix = prefixOf(bytes, 0, end);
    const last = this.#blocks[this.#blocks.length - 1];
    // Ascending keys are common: they need no search.
    if (last === undefined || this.#isBelow(last, last.count - 1, prefix, bytes, 0, end)) {
      this.#append(id, prefix);
      return;
    }
    this.layout++;
    let index = this.#findBlock(prefix, bytes, 0, end);
    if (this.blockLength(index) === BLOCK_ENTRIES_MAX) {
      this.#split(index);
      index = this.#findBlock(prefix, bytes, 0, end);
    }
    const block = this.#blocks[index] as Block;
    const at = this.#findIn(block, prefix, bytes, 0, end);
    this.#insert(block, at, id, prefix);
    if (at === 0) this.#firstPrefixes[index] = prefix;
  }

  #append(id: number, prefix: number): void {
    this.layout++;
    const last = this.#blocks[this.#blocks.length - 1];
    if (last !== undefined && last.count < BLOCK_ENTRIES_MAX) {
      this.#insert(last, last.count, id, prefix);
      return;
    }
    const block = this.#newBlock(last === undefined ? FIRST_ENTRIES : BLOCK_ENTRIES_MAX);
    this.#insert(block, 0, id, prefix);
    this.#blocks.push(block);
    this.#firstPrefixes.push(prefix);
  }

  #newBlock(size: number): Block {
    this.#sizeBytes += size * ORDER_ENTRY_BYTES;
    return { ids: new Int32Array(size), prefixes: new Float64Array(size), count: 0 };
  }

  #insert(block: Block, at: number, id: number, prefix: number): void {
    if (block.count === block.ids.length) this.#enlarge(block);
    const { ids, prefixes, count } = block;
    if (at < count) {
      ids.copyWithin(at + 1, at, count);
      prefixes.copyWithin(at + 1, at, count);
    }
    ids[at] = id;
    prefixes[at] = prefix;
    block.count++;
  }

  #enlarge(block: Block): void {
    const { ids, prefixes, count } = block;
    this.#sizeBytes += count * ORDER_ENTRY_BYTES;
    block.ids = new Int32Array(2 * count);
    block.ids.set(ids);
    block.prefixes = new Float64Array(2 * count);
    block.prefixes.set(prefixes);
  }

  #split(index: number): void {
    const block = this.#blocks[index] as Block;
    const half = block.count >> 1;
    const next = this.#newBlock(BLOCK_ENTRIES_MAX);
    next.ids.set(block.ids.subarray(half));
    next.prefixes.set(block.prefixes.subarray(half));
    next.count = block.count - half;
    block.count = half;
    this.#blocks.splice(index + 1, 0, next);
    this.#firstPrefixes.splice(index + 1, 0, next.prefixes[0] as number);
  }

  /** The last block whose first key is not above the key; the first block when there is none. */
  #findBlock(prefix: number, bytes: Uint8Array, start: number, end: number): number {
    const firsts = this.#firstPrefixes;
    let low = 0;
    let high = firsts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = firsts[middle] as number;
      if (first < prefix || (first === prefix && this.#compareFirst(middle, bytes, start, end) <= 0)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low === 0 ? 0 : low - 1;
  }

  #compareFirst(block: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#entries.compare((this.#blocks[block] as Block).ids[0] as number, bytes, start, end);
  }

  /** The first place in a block whose key is not below the key. */
  #findIn(block: Block, prefix: number, bytes: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = block.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBelow(block, middle, prefix, bytes, start, end)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether an entry's key is below the key. */
  #isBelow(
    { ids, prefixes }: Block,
    at: number,
    prefix: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const own = prefixes[at] as number;
    if (own !== prefix) return own < prefix;
    return this.#entries.compare(ids[at] as number, bytes, start, end) < 0;
  }
}

/** The first six bytes of a key as a number, zeros where it is shorter: of different prefixes the smaller is of the smaller
 *  key. */
function prefixOf(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size >= PREFIX_SIZE) {
    const high =
      ((bytes[start] as number) << 16) | ((bytes[start + 1] as number) << 8) | (bytes[start + 2] as number);
    const low =
      ((bytes[start + 3] as number) << 16) |
      ((bytes[start + 4] as number) << 8) |
      (bytes[start + 5] as number);
    return high * 2 ** 24 + low;
  }
  let prefix = 0;
  for (let at = 0; at < PREFIX_SIZE; at++)
    prefix = prefix * 256 + (at < size ? (bytes[start + at] as number) : 0);
  return prefix;
}

const PREFIX_SIZE = 6;

/** The entries of a row delta in key order: sorted blocks of bounded size, of entry numbers only. */
import type { EditEntries } from "./edit-entries.ts";

const BLOCK_ENTRIES_MAX = 256;
/** A small delta's only block begins smaller. */
const FIRST_ENTRIES = 8;

/** Where an entry is. */
export interface OrderPlace {
  block: number;
  at: number;
}

interface Block {
  ids: Int32Array;
  count: number;
}

export class KeyOrder {
  readonly #entries: EditEntries;
  readonly #blocks: Block[] = [];
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
    place.block = this.#findBlock(bytes, start, end);
    const block = this.#blocks[place.block];
    place.at = block === undefined ? 0 : this.#findIn(block, bytes, start, end);
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

  /** Adds an entry behind all others. */
  append(id: number): void {
    this.layout++;
    const last = this.#blocks[this.#blocks.length - 1];
    if (last === undefined || last.count === BLOCK_ENTRIES_MAX) this.#open(id);
    else this.#insert(last, last.count, id);
  }

  /** Adds an entry, whose key is in `bytes`. */
  add(id: number, bytes: Uint8Array): void {
    const last = this.#blocks[this.#blocks.length - 1];
    const end = bytes.length;
    // Ascending keys are common: they need no search.
    if (last === undefined || this.#entries.compare(last.ids[last.count - 1] as number, bytes, 0, end) < 0) {
      this.append(id);
      return;
    }
    this.layout++;
    let index = this.#findBlock(bytes, 0, end);
    if (this.blockLength(index) === BLOCK_ENTRIES_MAX) {
      this.#split(index);
      index = this.#findBlock(bytes, 0, end);
    }
    const block = this.#blocks[index] as Block;
    this.#insert(block, this.#findIn(block, bytes, 0, end), id);
  }

  #open(id: number): void {
    const size = this.#blocks.length === 0 ? FIRST_ENTRIES : BLOCK_ENTRIES_MAX;
    const ids = new Int32Array(size);
    ids[0] = id;
    this.#blocks.push({ ids, count: 1 });
    this.#sizeBytes += ids.byteLength;
  }

  #insert(block: Block, at: number, id: number): void {
    if (block.count === block.ids.length) {
      const larger = new Int32Array(block.ids.length * 2);
      larger.set(block.ids);
      this.#sizeBytes += block.ids.byteLength;
      block.ids = larger;
    }
    if (at < block.count) block.ids.copyWithin(at + 1, at, block.count);
    block.ids[at] = id;
    block.count++;
  }

  #split(index: number): void {
    const block = this.#blocks[index] as Block;
    const half = block.count >> 1;
    const ids = new Int32Array(BLOCK_ENTRIES_MAX);
    ids.set(block.ids.subarray(half));
    this.#blocks.splice(index + 1, 0, { ids, count: block.count - half });
    block.count = half;
    this.#sizeBytes += ids.byteLength;
  }

  /** The last block whose first key is not above the key; the first block when there is none. */
  #findBlock(bytes: Uint8Array, start: number, end: number): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = (blocks[middle] as Block).ids[0] as number;
      if (this.#entries.compare(first, bytes, start, end) <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }

  /** The first place in a block whose key is not below the key. */
  #findIn({ ids, count }: Block, bytes: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries.compare(ids[middle] as number, bytes, start, end) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

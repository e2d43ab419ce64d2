/**
 * Numbers byte strings: equal strings get the same number, new ones the next. Open addressing over one arena, so that a
 * key costs its bytes and 16 more, and no object.
 */

const SLOTS_MIN = { few: 8, many: 64 } as const;
/** Room in the arena per slot at the start. */
const ARENA_SIZE_PER_SLOT = 16;
const EMPTY = 0;
/** Above this fill the slots are doubled. */
const LOAD_MAX = 0.6;

export class ByteKeyTable {
  readonly #slotsMin: number;
  /** Number of a key + 1, or EMPTY. */
  #slots: Int32Array;
  #hashes: Int32Array;
  /** Where each key ends in the arena; it starts where the one before ends. */
  #ends: Float64Array;
  #arena: Uint8Array;
  #size = 0;
  #count = 0;
  /** Whether the last {@link add} met its key for the first time. */
  added = false;

  constructor(expected: "few" | "many" = "many") {
    const size = SLOTS_MIN[expected];
    this.#slotsMin = size;
    this.#slots = new Int32Array(size);
    this.#hashes = new Int32Array(size);
    this.#ends = new Float64Array(size);
    this.#arena = new Uint8Array(size * ARENA_SIZE_PER_SLOT);
  }

  get count(): number {
    return this.#count;
  }

  /** What the table holds in memory. */
  get sizeBytes(): number {
    return this.#arena.length + this.#slots.byteLength + this.#hashes.byteLength + this.#ends.byteLength;
  }

  clear(): void {
    if (this.#count === 0) return;
    const size = this.#slotsMin;
    if (this.#slots.length > size) {
      this.#slots = new Int32Array(size);
      this.#hashes = new Int32Array(size);
      this.#ends = new Float64Array(size);
    } else this.#slots.fill(EMPTY);
    const arenaSize = size * ARENA_SIZE_PER_SLOT;
    if (this.#arena.length > arenaSize) this.#arena = new Uint8Array(arenaSize);
    this.#size = 0;
    this.#count = 0;
  }

  /** The number of the key `bytes[0, size)`, which is added when it is new. */
  add(bytes: Uint8Array, size: number): number {
    const hash = hashOf(bytes, size);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const entry = slots[at] as number;
      if (entry === EMPTY) break;
      if (this.#hashes[entry - 1] === hash && this.#isKey(entry - 1, bytes, size)) {
        this.added = false;
        return entry - 1;
      }
      at = (at + 1) & mask;
    }
    this.added = true;
    const number = this.#count;
    slots[at] = number + 1;
    this.#append(hash, bytes, size);
    if (this.#count > mask * LOAD_MAX) this.#grow();
    return number;
  }

  /** The number of the key `bytes[0, size)`; -1 when it is not there. */
  find(bytes: Uint8Array, size: number): number {
    const hash = hashOf(bytes, size);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const entry = slots[at] as number;
      if (entry === EMPTY) return -1;
      if (this.#hashes[entry - 1] === hash && this.#isKey(entry - 1, bytes, size)) return entry - 1;
      at = (at + 1) & mask;
    }
  }

  #isKey(number: number, bytes: Uint8Array, size: number): boolean {
    const start = number === 0 ? 0 : (this.#ends[number - 1] as number);
    if ((this.#ends[number] as number) - start !== size) return false;
    const arena = this.#arena;
    for (let i = 0; i < size; i++) if (arena[start + i] !== bytes[i]) return false;
    return true;
  }

  #append(hash: number, bytes: Uint8Array, size: number): void {
    const number = this.#count++;
    if (this.#size + size > this.#arena.length) {
      const grown = new Uint8Array(Math.max(2 * this.#arena.length, this.#size + size));
      grown.set(this.#arena.subarray(0, this.#size));
      this.#arena = grown;
    }
    const arena = this.#arena;
    let at = this.#size;
    for (let i = 0; i < size; i++) arena[at++] = bytes[i] as number;
    this.#size = at;
    this.#hashes[number] = hash;
    this.#ends[number] = at;
  }

  #grow(): void {
    const size = 2 * this.#slots.length;
    const slots = new Int32Array(size);
    const hashes = new Int32Array(size);
    const ends = new Float64Array(size);
    hashes.set(this.#hashes.subarray(0, this.#count));
    ends.set(this.#ends.subarray(0, this.#count));
    for (let number = 0; number < this.#count; number++) {
      let at = (hashes[number] as number) & (size - 1);
      while (slots[at] !== EMPTY) at = (at + 1) & (size - 1);
      slots[at] = number + 1;
    }
    this.#slots = slots;
    this.#hashes = hashes;
    this.#ends = ends;
  }
}

/** A hash of all bytes, well mixed in its low bits (the table) and its high ones (partitions on disk). */
export function hashOf(bytes: Uint8Array, size: number): number {
  let hash = 0x811c9dc5 ^ size;
  for (let i = 0; i < size; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}

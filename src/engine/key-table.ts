/** Finds the entry of a key by the key's hash: open addressing with linear probing over one array of entry numbers. */
import type { EditEntries } from "./edit-entries.ts";

const FIRST_SLOTS = 64;

export class KeyTable {
  readonly #entries: EditEntries;
  /** Entry number + 1; 0: free. At most half are taken. */
  #slots: Int32Array = new Int32Array(FIRST_SLOTS);
  #count = 0;

  constructor(entries: EditEntries) {
    this.#entries = entries;
  }

  get sizeBytes(): number {
    return this.#slots.byteLength;
  }

  /** The entry with the key in `bytes`, whose hash is given; -1 when there is none. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const entries = this.#entries;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = (slots[at] as number) - 1;
      if (id < 0) return -1;
      if (entries.hashOf(id) === hash && entries.compare(id, bytes, start, end) === 0) return id;
    }
  }

  /** Adds an entry whose key is not in the table. */
  add(id: number): void {
    if (2 * ++this.#count > this.#slots.length) this.#grow();
    place(this.#slots, this.#entries.hashOf(id), id);
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at++) {
      const id = (this.#slots[at] as number) - 1;
      if (id >= 0) place(slots, this.#entries.hashOf(id), id);
    }
    this.#slots = slots;
  }
}

function place(slots: Int32Array, hash: number, id: number): void {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) at = (at + 1) & mask;
  slots[at] = id + 1;
}

/** FNV-1a with MurmurHash3's last step, so that all bits depend on all bytes; a signed 32-bit number. */
export function hashKey(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * The chunks read most recently, within a budget of bytes that several stores may share. A hit is one map look-up.
 * Eviction gives each entry that was used since the hand last passed a second chance (CLOCK over insertion order).
 */
import { bufferMemory } from "../base/buffer-memory.ts";
import type { Hash } from "../bytes/hash.ts";

/** What an entry costs besides its bytes: map slot, hash string, entry and array objects, and what lies around a buffer of
 *  its own. */
const ENTRY_OVERHEAD_BYTES = 500;
/** When it is full, this share of the budget is made free at once: finding the oldest entry means passing those that were
 *  removed before it, which must not happen for every entry. */
const ROOM_SHARE = 64;

interface CacheEntry {
  readonly bytes: Uint8Array;
  /** Chunks of one store must not hide that another store lacks them. */
  readonly owner: object;
  used: boolean;
}

export class ChunkCache {
  readonly #budgetBytes: number;
  readonly #entries = new Map<Hash, CacheEntry>();
  #sizeBytes = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(owner: object, hash: Hash): Uint8Array | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined || entry.owner !== owner) return undefined;
    entry.used = true;
    return entry.bytes;
  }

  getOrRead(owner: { readChunk(hash: Hash): Uint8Array | undefined }, hash: Hash): Uint8Array | undefined {
    const cached = this.get(owner, hash);
    if (cached !== undefined) return cached;
    const chunk = owner.readChunk(hash);
    if (chunk !== undefined) this.set(owner, hash, chunk);
    return chunk;
  }

  /** Gives the chunk away. */
  take(owner: object, hash: Hash): Uint8Array | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined || entry.owner !== owner) return undefined;
    this.#remove(hash, entry);
    return entry.bytes;
  }

  set(owner: object, hash: Hash, bytes: Uint8Array): void {
    const size = costOf(bytes);
    // A single chunk may not push out a large part of everything else.
    if (size > this.#budgetBytes / 8) return;
    const old = this.#entries.get(hash);
    if (old !== undefined) this.#remove(hash, old);
    if (this.#sizeBytes + size > this.#budgetBytes) {
      this.#evict(this.#budgetBytes - Math.max(size, this.#budgetBytes / ROOM_SHARE));
    }
    this.#entries.set(hash, { bytes, owner, used: false });
    this.#sizeBytes += size;
  }

  /** Forgets everything of `owner`. */
  removeAll(owner: object): void {
    for (const [hash, entry] of this.#entries) if (entry.owner === owner) this.#remove(hash, entry);
  }

  #evict(goalBytes: number): void {
    for (const [hash, entry] of this.#entries) {
      if (this.#sizeBytes <= goalBytes) return;
      if (!entry.used) {
        this.#remove(hash, entry);
        continue;
      }
      entry.used = false;
      this.#entries.delete(hash);
      this.#entries.set(hash, entry);
    }
  }

  #remove(hash: Hash, entry: CacheEntry): void {
    this.#entries.delete(hash);
    this.#sizeBytes -= costOf(entry.bytes);
  }
}

function costOf(bytes: Uint8Array): number {
  return bufferMemory(bytes.length) + ENTRY_OVERHEAD_BYTES;
}

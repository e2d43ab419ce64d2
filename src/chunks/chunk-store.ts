/**
 * The contract of a chunk store: a set of immutable, content-addressed chunks and one root hash that moves
 * atomically.
 *
 * Reads are synchronous: local chunks sit in the page cache or one pread away (1.2 µs), which is far cheaper than a
 * trip through the thread pool, and it keeps every layer above free of per-row awaits.
 */
import type { Hash } from "../bytes/hash.ts";

/** Calls back with each address that a chunk holds. Chunks above this layer begin with a kind byte that says how. */
export type WalkAddresses = (chunk: Uint8Array, visit: (address: Hash) => void) => void;

export interface ChunkReader {
  /** The chunk's bytes (never to be changed), or `undefined` when the store does not hold it.
   *  Throws StorageError `checksum_mismatch` when the stored bytes are damaged. */
  getChunk(hash: Hash): Uint8Array | undefined;
  /** Like {@link getChunk}, but throws StorageError `chunk_missing`. */
  mustGetChunk(hash: Hash): Uint8Array;
  /** Like {@link getChunk}, for a caller that keeps the chunk: a store with a cache then does not. */
  takeChunk?(hash: Hash): Uint8Array | undefined;
  hasChunk(hash: Hash): boolean;
}

export interface ChunkStore extends ChunkReader {
  /** The root hash last committed; EMPTY_HASH in a new store. */
  readonly root: Hash;
  /** Adds a chunk; readable at once in this process, durable only after the next {@link commitRoot}. Chunks that
   *  no root reaches vanish at a crash or at garbage collection. */
  putChunk(bytes: Uint8Array): Hash;
  /** Makes all chunks put so far durable and moves the root from `expected` to `next`, in one atomic step.
   *  Resolves to false (and changes nothing) when the root is no longer `expected`. Concurrent calls are queued. */
  commitRoot(next: Hash, expected: Hash): Promise<boolean>;
  close(): Promise<void>;
}

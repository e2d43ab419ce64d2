/** A chunk store without a disk, for tests and throw-away work. "Durable" means: until the process ends. */
import { EMPTY_HASH, type Hash, hashOf } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import type { ChunkImport, ExportSource, ImportTarget } from "./chunk-import.ts";
import type { ChunkStore } from "./chunk-store.ts";

export class MemoryChunkStore implements ChunkStore, ImportTarget, ExportSource {
  readonly #chunks = new Map<Hash, Uint8Array>();
  #root: Hash = EMPTY_HASH;
  #closed = false;

  get root(): Hash {
    return this.#root;
  }

  /** Number of chunks held. */
  get chunkCount(): number {
    return this.#chunks.size;
  }

  allChunks(): readonly (readonly [Hash, Uint8Array])[] {
    return [...this.#chunks];
  }

  getChunk(hash: Hash): Uint8Array | undefined {
    return this.#chunks.get(hash);
  }

  readChunk(hash: Hash): Uint8Array | undefined {
    return this.#chunks.get(hash);
  }

  mustGetChunk(hash: Hash): Uint8Array {
    const chunk = this.#chunks.get(hash);
    if (chunk === undefined) throw new StorageError("chunk_missing", "chunk not in the store", { hash });
    return chunk;
  }

  hasChunk(hash: Hash): boolean {
    return this.#chunks.has(hash);
  }

  putChunk(bytes: Uint8Array): Hash {
    if (this.#closed) throw new StorageError("closed", "the chunk store is closed");
    const hash = hashOf(bytes);
    if (!this.#chunks.has(hash)) this.#chunks.set(hash, bytes);
    return hash;
  }

  async commitRoot(next: Hash, expected: Hash): Promise<boolean> {
    if (this.#closed) throw new StorageError("closed", "the chunk store is closed");
    if (this.#root !== expected) return false;
    this.#root = next;
    return true;
  }

  async beginImport(): Promise<ChunkImport> {
    const added = new Map<Hash, Uint8Array>();
    return {
      add: async (hash, bytes) => void added.set(hash, bytes),
      finish: async () => {
        for (const [hash, bytes] of added) this.#chunks.set(hash, bytes);
        added.clear();
      },
      abort: async () => added.clear(),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

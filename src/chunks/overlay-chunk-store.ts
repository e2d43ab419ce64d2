/** New chunks in memory over another store that stays as it is: for building what will be sent elsewhere. */
import type { Hash } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import type { ExportSource } from "./chunk-import.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { MemoryChunkStore } from "./memory-chunk-store.ts";

export class OverlayChunkStore implements ChunkStore, ExportSource {
  readonly #base: ExportSource;
  readonly #added = new MemoryChunkStore();

  constructor(base: ExportSource) {
    this.#base = base;
  }

  /** The new chunks. */
  get added(): readonly (readonly [Hash, Uint8Array])[] {
    return this.#added.allChunks();
  }

  get root(): Hash {
    return this.#added.root;
  }

  getChunk(hash: Hash): Uint8Array | undefined {
    return this.#added.getChunk(hash) ?? this.#base.getChunk(hash);
  }

  readChunk(hash: Hash): Uint8Array | undefined {
    return this.#added.getChunk(hash) ?? this.#base.readChunk(hash);
  }

  mustGetChunk(hash: Hash): Uint8Array {
    const chunk = this.getChunk(hash);
    if (chunk === undefined) throw new StorageError("chunk_missing", "chunk not in the store", { hash });
    return chunk;
  }

  hasChunk(hash: Hash): boolean {
    return this.#added.hasChunk(hash) || this.#base.hasChunk(hash);
  }

  putChunk(bytes: Uint8Array): Hash {
    return this.#added.putChunk(bytes);
  }

  commitRoot(next: Hash, expected: Hash): Promise<boolean> {
    return this.#added.commitRoot(next, expected);
  }

  async close(): Promise<void> {
    await this.#added.close();
  }
}

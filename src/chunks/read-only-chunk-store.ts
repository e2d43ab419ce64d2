/**
 * The files of a chunk store as they were at one moment, read without its lock and beside its writer: for jobs that run
 * in another thread. What is put into the store later is not seen; files that the store drops meanwhile stay readable.
 * Every chunk it gives out was checked against its address.
 */

import { restAfterBurst } from "../base/short-bursts.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import type { ExportSource } from "./chunk-import.ts";
import type { ChunkSources, StoreTable } from "./collect-garbage.ts";
import { Journal } from "./journal.ts";
import { TableFile } from "./table-file.ts";

/** Which files to read, and how far. Plain data, so that it can be sent to another thread. */
export interface StoreListing {
  readonly folder: string;
  readonly root: Hash;
  readonly tables: readonly { readonly name: string; readonly generation: StoreTable["generation"] }[];
  readonly journals: readonly { readonly number: number; readonly sizeBytes: number }[];
}

export class ReadOnlyChunkStore implements ExportSource {
  readonly root: Hash;
  readonly sources: ChunkSources;
  readonly #folder: string;

  private constructor(listing: StoreListing, sources: ChunkSources) {
    this.root = listing.root;
    this.sources = sources;
    this.#folder = listing.folder;
  }

  static open(files: FileSystem, listing: StoreListing): ReadOnlyChunkStore {
    const { folder } = listing;
    const tables: StoreTable[] = [];
    const journals: Journal[] = [];
    const store = new ReadOnlyChunkStore(listing, { tables, journals });
    try {
      for (const { name, generation } of listing.tables) {
        tables.push({ file: TableFile.open(files, folder, name), generation });
      }
      for (const journal of listing.journals) journals.push(Journal.openForReading(files, folder, journal));
      return store;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  getChunk(hash: Hash): Uint8Array | undefined {
    return this.readChunk(hash);
  }

  readChunk(hash: Hash): Uint8Array | undefined {
    restAfterBurst();
    const { tables, journals } = this.sources;
    for (const journal of journals) {
      const chunk = journal.get(hash);
      if (chunk !== undefined) return chunk;
    }
    for (const { file } of tables) {
      const chunk = file.get(hash);
      if (chunk !== undefined) return chunk;
    }
    return undefined;
  }

  mustGetChunk(hash: Hash): Uint8Array {
    const chunk = this.readChunk(hash);
    if (chunk !== undefined) return chunk;
    throw new StorageError("chunk_missing", "chunk not in the store", { hash, path: this.#folder });
  }

  hasChunk(hash: Hash): boolean {
    const { tables, journals } = this.sources;
    return journals.some((journal) => journal.has(hash)) || tables.some(({ file }) => file.has(hash));
  }

  close(): void {
    for (const { file } of this.sources.tables) file.close();
    for (const journal of this.sources.journals) journal.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

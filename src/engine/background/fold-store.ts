/**
 * Where a fold in the background puts its new chunks: in memory while they are few, else in a table file beside the store's,
 * durable in the end but named by no manifest yet. Old chunks are read from the store's files; of the new ones those put
 * last can be read again, which is what the making of a tree's root asks for.
 */

import { join } from "node:path";
import { systemRandom } from "../../base/random.ts";
import { restAfterBurst } from "../../base/short-bursts.ts";
import { EMPTY_HASH, type Hash, hashOf } from "../../bytes/hash.ts";
import type { ChunkStore } from "../../chunks/chunk-store.ts";
import type { ReadOnlyChunkStore } from "../../chunks/read-only-chunk-store.ts";
import { TableFileWriter } from "../../chunks/table-file.ts";
import { TABLE_FILE_SUFFIX } from "../../chunks/table-index.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { StorageError } from "../../io/storage-error.ts";
import { TEMPORARY_SUFFIX } from "../../io/write-atomically.ts";

/** What stays readable: far more than one node per level of a tree. */
const RECENT_COUNT = 64;
/** While chunks are being written the work goes on until so many times as much as makes a table file waits for the disk. */
const WAITING_MAX = 3;

export interface FoldOutput {
  /** The table file that holds the new chunks … */
  readonly table: string | undefined;
  /** … or the chunks themselves. */
  readonly chunks: readonly (readonly [Hash, Uint8Array])[];
}

export class FoldStore implements ChunkStore {
  readonly root: Hash = EMPTY_HASH;
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #base: ReadOnlyChunkStore;
  readonly #tableBytesMin: number;
  /** Put, and not written to the table file yet; in order. */
  #recent = new Map<Hash, Uint8Array>();
  #recentBytes = 0;
  readonly #written = new Set<Hash>();
  #writer: TableFileWriter | undefined;
  /** Under way beside the work. */
  #writing: Promise<void> | undefined;
  /** Of a write that nobody awaited. */
  #failure: { readonly error: unknown } | undefined;

  /** Fewer bytes than `tableBytesMin` make no table file. */
  constructor(
    files: FileSystem,
    base: ReadOnlyChunkStore,
    { folder, tableBytesMin }: { readonly folder: string; readonly tableBytesMin: number },
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#base = base;
    this.#tableBytesMin = tableBytesMin;
  }

  getChunk(hash: Hash): Uint8Array | undefined {
    return this.#recent.get(hash) ?? this.#base.readChunk(hash);
  }

  mustGetChunk(hash: Hash): Uint8Array {
    return this.#recent.get(hash) ?? this.#base.mustGetChunk(hash);
  }

  hasChunk(hash: Hash): boolean {
    return this.#recent.has(hash) || this.#written.has(hash) || this.#base.hasChunk(hash);
  }

  putChunk(bytes: Uint8Array): Hash {
    restAfterBurst();
    const hash = hashOf(bytes);
    if (this.#recent.has(hash) || this.#written.has(hash)) return hash;
    this.#recent.set(hash, bytes);
    this.#recentBytes += bytes.length;
    return hash;
  }

  /** Keeps memory bounded: to be awaited now and then. The disk is waited for only when it does not keep up. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#recentBytes < this.#tableBytesMin) return;
    this.#writing ??= this.#writeBeside();
    if (this.#recentBytes >= WAITING_MAX * this.#tableBytesMin) await this.#settle();
  }

  async finish(): Promise<FoldOutput> {
    if (this.#writer === undefined && this.#recentBytes < this.#tableBytesMin) {
      return { table: undefined, chunks: [...this.#recent].map(([hash, bytes]) => [hash, ownBytes(bytes)]) };
    }
    await this.#settle();
    await this.#write(0);
    const file = await this.#writer?.finish();
    file?.close();
    return { table: file?.name, chunks: [] };
  }

  /** Removes what was written. Does nothing after {@link finish}. */
  async abort(): Promise<void> {
    await this.#writing;
    await this.#writer?.abort();
  }

  async commitRoot(): Promise<boolean> {
    throw new StorageError("closed", "a fold has no root of its own", { path: this.#folder });
  }

  async close(): Promise<void> {}

  /** Never rejects: see {@link #settle}. */
  async #writeBeside(): Promise<void> {
    try {
      await this.#write(RECENT_COUNT);
    } catch (error) {
      this.#failure = { error };
    }
    this.#writing = undefined;
  }

  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Moves all but the last `kept` chunks to the table file. */
  async #write(kept: number): Promise<void> {
    this.#writer ??= this.#newWriter();
    let rest = this.#recent.size - kept;
    for (const [hash, bytes] of this.#recent) {
      if (rest-- <= 0) break;
      await this.#writer.add(hash, bytes);
      this.#written.add(hash);
      this.#recent.delete(hash);
      this.#recentBytes -= bytes.length;
    }
  }

  #newWriter(): TableFileWriter {
    const nonce = Buffer.from(systemRandom.bytes(8)).toString("hex");
    const name = `fold-${nonce}${TABLE_FILE_SUFFIX}${TEMPORARY_SUFFIX}`;
    return new TableFileWriter(this.#files, join(this.#folder, name), { compress: false, paced: true });
  }
}

/** A view would take the whole buffer under it along to the other thread. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

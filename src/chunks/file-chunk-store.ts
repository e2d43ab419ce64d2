/**
 * A chunk store in a folder: journals that are written first (journal-commits.ts), immutable table files, and the manifest that
 * names them. A journal that has grown large is closed for writing, and turned into a table file in the background.
 * One process holds the folder (its lock).
 */
import { assert } from "../base/assert.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import { Mutex } from "../base/mutex.ts";
import { systemRandom } from "../base/random.ts";
import { SharedMutex } from "../base/shared-mutex.ts";
import { type Hash, hashOf } from "../bytes/hash.ts";
import type { FileSystem, FolderLock } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { ChunkCache } from "./chunk-cache.ts";
import type { ChunkImport, ExportSource, ImportTarget } from "./chunk-import.ts";
import type { ChunkStore } from "./chunk-store.ts";
import {
  type ChunkSources,
  type CollectGarbageOptions,
  collectGarbage,
  type GarbageReport,
} from "./collect-garbage.ts";
import type { Journal } from "./journal.ts";
import { JournalCommits } from "./journal-commits.ts";
import { CHUNK_SIZE_MAX } from "./journal-format.ts";
import type { StoreListing } from "./read-only-chunk-store.ts";
import { type SealJournal, sealJournal } from "./seal-journal.ts";
import { createStoreFiles, type OpenedStore, openStoreFiles, storeExists } from "./store-files.ts";
import { StoreSources } from "./store-sources.ts";
import { TableFileImport } from "./table-file-import.ts";

const CACHE_BUDGET_BYTES_DEFAULT = 64 * 1024 * 1024;
const JOURNAL_SIZE_MAX_DEFAULT = 64 * 1024 * 1024;

export interface FileChunkStoreOptions {
  readonly files: FileSystem;
  readonly folder: string;
  /** Shared by the stores of a server; default: one of its own. */
  readonly cache?: ChunkCache;
  readonly logger?: Logger;
  readonly journalSizeMax?: number;
  /** Compress table files on this disk: half the size, but a cold chunk costs an inflate. Default false. */
  readonly compress?: boolean;
  /** Turns full journals into table files; default: in this thread. */
  readonly seal?: SealJournal;
}

export class FileChunkStore implements ChunkStore, ImportTarget, ExportSource {
  readonly folder: string;
  readonly databaseId: string;
  readonly #files: FileSystem;
  readonly #lock: FolderLock;
  readonly #cache: ChunkCache;
  readonly #logger: Logger;
  readonly #compress: boolean;

  readonly #sources: StoreSources;
  readonly #commits: JournalCommits;
  readonly #seal: SealJournal;
  /** While a garbage collection runs: chunks outside these are written again, for they may be about to vanish. */
  #keptSources: { readonly journalsFrom: number; readonly oldTables: boolean } | undefined;
  /** Collections exclude those who hold chunks. */
  readonly #chunkHolds = new SharedMutex();
  /** Sealing and garbage collection, one at a time. */
  readonly #maintenance = new Mutex();
  #sealing: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(options: FileChunkStoreOptions, opened: OpenedStore) {
    this.folder = options.folder;
    this.databaseId = opened.manifest.databaseId;
    this.#files = options.files;
    this.#lock = opened.lock;
    this.#cache = options.cache ?? new ChunkCache(CACHE_BUDGET_BYTES_DEFAULT);
    this.#logger = options.logger ?? silentLogger;
    this.#compress = options.compress ?? false;
    const { files, folder } = options;
    const { lock } = opened;
    this.#sources = new StoreSources({ files, folder, lock, rootHash: () => this.root }, opened);
    const rotated = (): void => this.#sealInBackground();
    const journalSizeMax = options.journalSizeMax ?? JOURNAL_SIZE_MAX_DEFAULT;
    this.#commits = new JournalCommits(
      { files, folder, lock, logger: this.#logger, journalSizeMax, rotated },
      this.#sources,
      opened.root,
    );
    this.#seal = options.seal ?? ((request) => sealJournal(files, request));
  }

  /** True when `folder` holds a chunk store. */
  static exists(files: FileSystem, folder: string): boolean {
    return storeExists(files, folder);
  }

  /** Makes an empty store in `folder` (made when missing). Throws `already_exists` when there is one. */
  static async create(
    options: FileChunkStoreOptions & { readonly databaseId?: string },
  ): Promise<FileChunkStore> {
    const databaseId = options.databaseId ?? Buffer.from(systemRandom.bytes(16)).toString("hex");
    return new FileChunkStore(options, await createStoreFiles(options.files, options.folder, databaseId));
  }

  /** Opens and recovers a store. Throws `not_found`, `locked`, or what is damaged with file and position. */
  static async open(options: FileChunkStoreOptions): Promise<FileChunkStore> {
    const store = await FileChunkStore.openUnconfirmed(options);
    try {
      await store.confirmRecovery();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /** For those who may know a torn tail for none: it stays in the file, and nothing is put, till {@link confirmRecovery}. */
  static async openUnconfirmed(options: FileChunkStoreOptions): Promise<FileChunkStore> {
    return new FileChunkStore(options, await openStoreFiles(options.files, options.folder));
  }

  async confirmRecovery(): Promise<void> {
    for (const journal of this.#sources.journals) await journal.cutTornTail();
    this.#sealInBackground();
  }

  /** Where recovery found a write that was never finished. */
  get tornAt(): { readonly path: string; readonly offset: number } | undefined {
    for (const { path, tornAt: offset } of this.#sources.journals)
      if (offset !== undefined) return { path, offset };
    return undefined;
  }

  get root(): Hash {
    return this.#commits.root;
  }

  /** Why nothing can be written now, if that is so: the journal has failed. Reads go on. */
  get failure(): StorageError | undefined {
    return this.#commits.failure;
  }

  /** Called whenever a write finds or leaves the store unable to write. */
  set onFailure(listener: () => void) {
    this.#commits.onFailure = listener;
  }

  /** Takes writes again after a failure, when the disk does; or throws what still fails. */
  async recover(): Promise<void> {
    this.#checkOpen();
    await this.#commits.recover();
  }

  /** Bytes of all files that hold chunks. */
  get sizeBytes(): number {
    return this.#sources.sizeBytes;
  }

  /** What the store consists of now, for checks and reports. */
  get sources(): ChunkSources {
    return { tables: this.#sources.tables, journals: this.#sources.journals };
  }

  /**
   * The files that hold everything put so far, for reading beside the store. They stay until `release` is called, which must
   * be done once.
   */
  async listFiles(): Promise<{ readonly listing: StoreListing; readonly release: () => Promise<void> }> {
    const release = await this.#sources.retained.retain();
    try {
      this.#checkOpen();
      await this.#commits.writeAllPending();
      return { listing: this.#listNow(), release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  #listNow(): StoreListing {
    return {
      folder: this.folder,
      root: this.root,
      tables: this.#sources.tables.map(({ file, generation }) => ({ name: file.name, generation })),
      journals: this.#sources.journals.map(({ number, sizeBytes }) => ({ number, sizeBytes })),
    };
  }

  /** Makes a table file that was written into the folder, durably, part of the store. Its writer held the store's files
   *  ({@link listFiles}). */
  async adoptTable(name: string): Promise<void> {
    this.#checkOpen();
    if (this.#isAdopted(name)) return;
    const file = this.#sources.openTable(name);
    try {
      await this.#sources.update({ addTables: [{ file, generation: "young" }] });
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #isAdopted(name: string): boolean {
    return this.#sources.tables.some(({ file }) => file.name === name);
  }

  getChunk(hash: Hash): Uint8Array | undefined {
    return this.#cache.getOrRead(this, hash);
  }

  takeChunk(hash: Hash): Uint8Array | undefined {
    return this.#cache.take(this, hash) ?? this.readChunk(hash);
  }

  mustGetChunk(hash: Hash): Uint8Array {
    const chunk = this.getChunk(hash);
    if (chunk === undefined) {
      throw new StorageError("chunk_missing", "chunk not in the store", { hash, path: this.folder });
    }
    return chunk;
  }

  /** Like {@link getChunk}, past the cache: for jobs that touch everything once. */
  readChunk(hash: Hash): Uint8Array | undefined {
    const pending = this.#commits.getPending(hash);
    if (pending !== undefined) return pending;
    this.#checkOpen();
    const { journals, tables } = this.#sources;
    for (let i = journals.length - 1; i >= 0; i--) {
      const chunk = (journals[i] as Journal).get(hash);
      if (chunk !== undefined) return chunk;
    }
    for (const { file } of tables) {
      const chunk = file.get(hash);
      if (chunk !== undefined) return chunk;
    }
    return undefined;
  }

  hasChunk(hash: Hash): boolean {
    return (
      this.#commits.hasPending(hash) ||
      this.#sources.journals.some((journal) => journal.has(hash)) ||
      this.#sources.tables.some(({ file }) => file.has(hash))
    );
  }

  putChunk(bytes: Uint8Array): Hash {
    this.#checkOpen();
    assert(bytes.length <= CHUNK_SIZE_MAX, "a chunk fits in a record");
    const hash = hashOf(bytes);
    this.putAddressed(hash, bytes);
    return hash;
  }

  /** Like {@link putChunk}, for bytes whose address a job of ours has computed. */
  putAddressed(hash: Hash, bytes: Uint8Array): void {
    this.#checkOpen();
    if (this.#isKept(hash)) return;
    this.#cache.set(this, hash, bytes);
    this.#commits.put(hash, bytes);
  }

  async commitRoot(next: Hash, expected: Hash): Promise<boolean> {
    this.#checkOpen();
    return await this.#commits.commitRoot(next, expected);
  }

  /**
   * Begins adding many chunks from elsewhere. Like a put, what it relies on must be kept from collections until the
   * commitRoot that follows.
   */
  async beginImport(): Promise<ChunkImport> {
    this.#checkOpen();
    return new TableFileImport({
      files: this.#files,
      folder: this.folder,
      compress: this.#compress,
      adopt: (tables) =>
        this.#sources.update({ addTables: tables.map((file) => ({ file, generation: "young" as const })) }),
      isAdopted: (name) => this.#isAdopted(name),
      release: await this.#sources.retained.retain(),
    });
  }

  /**
   * Keeps every chunk that is here from garbage collection until the returned function is called. For work that
   * relies on chunks which no root may reach by its end: read the refs after this resolves, push, back up, or fetch and commit,
   * then release. Waits for a running collection. Must not be nested.
   */
  holdChunks(): Promise<() => void> {
    return this.#chunkHolds.lockShared();
  }

  /** True while {@link holdChunks}, or a collection, keeps a collection from beginning at once. */
  get isHeld(): boolean {
    return !this.#chunkHolds.isFree;
  }

  /** See collect-garbage.ts. One runs at a time; readers and writers go on. Waits for those who hold chunks. */
  async collectGarbage(options: CollectGarbageOptions): Promise<GarbageReport> {
    const release = await this.#chunkHolds.lockExclusive();
    try {
      return await this.#collectGarbage(options);
    } finally {
      release();
    }
  }

  #collectGarbage(options: CollectGarbageOptions): Promise<GarbageReport> {
    return this.#maintenance.runExclusive(async () => {
      this.#checkOpen();
      return await collectGarbage(
        {
          files: this.#files,
          compress: this.#compress,
          listFiles: () => this.listFiles(),
          openTable: (name) => this.#sources.openTable(name),
          begin: () => this.#beginCollection(options.full === true),
          end: () => {
            this.#keptSources = undefined;
          },
          replaceSources: (removed, added) => this.#sources.replace(removed, added),
        },
        options,
      );
    });
  }

  /** Chunks that no commit made durable are dropped. Waits for running commits and background work. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#commits.settled();
    this.#closed = true;
    const release = await this.#maintenance.lock();
    try {
      // A clean stop records how far the journals go, so that the next opening finds damage even in their last bytes.
      // What was never confirmed stays as it was found.
      if (this.tornAt === undefined) {
        await this.#commits.sync();
        await this.#sources.update({});
      }
    } catch (error) {
      // Nothing is lost without it: the next opening replays the journals as after a crash.
      this.#logger.error("cannot write the manifest while closing", { folder: this.folder, error });
    } finally {
      this.#sources.close();
      this.#cache.removeAll(this);
      release();
      await this.#lock.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageError("closed", "the chunk store is closed", { path: this.folder });
  }

  /** True when the chunk is stored where it will stay. */
  #isKept(hash: Hash): boolean {
    const kept = this.#keptSources;
    if (kept === undefined) return this.hasChunk(hash);
    return (
      this.#commits.hasPending(hash) ||
      this.#sources.journals.some((journal) => journal.number >= kept.journalsFrom && journal.has(hash)) ||
      (kept.oldTables &&
        this.#sources.tables.some(({ file, generation }) => generation === "old" && file.has(hash)))
    );
  }

  #sealInBackground(): void {
    this.#sealing = this.#maintenance
      .runExclusive(async () => {
        while (this.#sources.journals.length > 1 && !this.#closed) await this.#sealOldestJournal();
      })
      .catch((error: unknown) => {
        // Nothing is lost: the journal stays as it is, and the next rotation or opening tries again.
        this.#logger.error("cannot turn a journal into a table file", { folder: this.folder, error });
      });
  }

  /** Resolves when no full journal is waiting to become a table file. */
  async waitForSealing(): Promise<void> {
    await this.#sealing;
  }

  async #sealOldestJournal(): Promise<void> {
    const [journal] = this.#sources.journals;
    assert(
      journal !== undefined && journal !== this.#sources.activeJournal,
      "the journal written to is not sealed",
    );
    const { number, sizeBytes } = journal;
    const release = await this.#sources.retained.retain();
    try {
      const name = await this.#seal({ folder: this.folder, compress: this.#compress, number, sizeBytes });
      const added =
        name === undefined ? [] : [{ file: this.#sources.openTable(name), generation: "young" as const }];
      await this.#sources.replace({ tables: [], journals: [journal] }, added);
    } finally {
      await release();
    }
  }

  /** From here on every put lands in a journal of its own; returns what was there before. */
  async #beginCollection(full: boolean): Promise<ChunkSources> {
    await this.#commits.beginJournal();
    this.#keptSources = { journalsFrom: this.#sources.activeJournal.number, oldTables: !full };
    return { tables: this.#sources.tables, journals: this.#sources.journals.slice(0, -1) };
  }
}

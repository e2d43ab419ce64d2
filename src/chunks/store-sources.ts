/**
 * What a chunk store in a folder consists of: its journals, its table files, and the manifest that names them. They change
 * in the manifest first, durably, then in memory; a source that is no longer named is closed, and its file removed when nobody
 * reads or writes files beside the store (retained-files.ts).
 */
import { join } from "node:path";
import { assert } from "../base/assert.ts";
import { Mutex } from "../base/mutex.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem, FolderLock } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import type { ChunkSources, StoreTable } from "./collect-garbage.ts";
import type { Journal } from "./journal.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { RetainedFiles } from "./retained-files.ts";
import type { OpenedStore } from "./store-files.ts";
import { TableFile } from "./table-file.ts";

export interface SourcesChange {
  readonly addTables?: readonly StoreTable[];
  readonly removeTables?: readonly StoreTable[];
  readonly addJournal?: Journal;
  readonly removeJournals?: readonly Journal[];
}

export interface StoreSourcesOptions {
  readonly files: FileSystem;
  readonly folder: string;
  readonly lock: FolderLock;
  /** The store's root when the manifest is written. */
  readonly rootHash: () => Hash;
}

export class StoreSources implements ChunkSources {
  readonly retained: RetainedFiles;
  readonly #options: StoreSourcesOptions;
  readonly #mutex = new Mutex();
  #manifest: Manifest;
  #tables: readonly StoreTable[];
  #journals: readonly Journal[];

  constructor(options: StoreSourcesOptions, opened: OpenedStore) {
    this.#options = options;
    this.retained = new RetainedFiles(options.files);
    this.#manifest = opened.manifest;
    this.#tables = opened.tables;
    this.#journals = opened.journals;
  }

  get tables(): readonly StoreTable[] {
    return this.#tables;
  }

  /** In order; the last one is written to. */
  get journals(): readonly Journal[] {
    return this.#journals;
  }

  get activeJournal(): Journal {
    const journal = this.#journals.at(-1);
    assert(journal !== undefined, "a store has a journal to write to");
    return journal;
  }

  get sizeBytes(): number {
    const journals = this.#journals.reduce((sum, journal) => sum + journal.sizeBytes, 0);
    return this.#tables.reduce((sum, { file }) => sum + file.sizeBytes, journals);
  }

  /** The table file of that name in `folder`, newly written, opened to be added. */
  openTable(name: string): TableFile {
    return TableFile.open(this.#options.files, this.#options.folder, name);
  }

  /** Changes tables and journals: first in the manifest, durably, then in memory. */
  async update(change: SourcesChange): Promise<void> {
    await this.#mutex.runExclusive(async () => {
      const { files, folder, lock, rootHash } = this.#options;
      if (!lock.isHeld()) throw new StorageError("locked", "the folder's lock was lost", { path: folder });
      const addedNames = new Set(change.addTables?.map(({ file }) => file.name));
      const keptTables = this.#tables.filter(
        (table) => !change.removeTables?.includes(table) && !addedNames.has(table.file.name),
      );
      const keptJournals = this.#journals.filter((journal) => !change.removeJournals?.includes(journal));
      const tables = [...(change.addTables ?? []), ...keptTables];
      const journals = change.addJournal === undefined ? keptJournals : [...keptJournals, change.addJournal];
      const manifest: Manifest = {
        generation: this.#manifest.generation + 1,
        databaseId: this.#manifest.databaseId,
        root: rootHash(),
        journals: journals.map(({ number, syncedSize }) => ({ number, knownSize: syncedSize })),
        tables: tables.map(({ file, generation }) => ({
          name: file.name,
          chunkCount: file.chunkCount,
          sizeBytes: file.sizeBytes,
          generation,
        })),
      };
      await writeManifest(files, folder, manifest);
      this.#manifest = manifest;
      this.#tables = tables;
      this.#journals = journals;
      for (const name of addedNames) this.retained.keep(join(folder, name));
    });
  }

  /** Replaces sources by table files that hold what is to stay of them. */
  async replace(removed: ChunkSources, added: readonly StoreTable[]): Promise<void> {
    try {
      await this.update({
        addTables: added,
        removeTables: removed.tables,
        removeJournals: removed.journals,
      });
    } catch (error) {
      for (const { file } of added) file.close();
      throw error;
    }
    const kept = new Set(this.#tables.map(({ file }) => file.name));
    for (const source of [...removed.tables.map(({ file }) => file), ...removed.journals]) {
      source.close();
      if (!(source instanceof TableFile && kept.has(source.name))) await this.retained.drop(source.path);
    }
  }

  close(): void {
    for (const { file } of this.#tables) file.close();
    for (const journal of this.#journals) journal.close();
  }
}

/**
 * Begins the journals that a store goes on with, each under a number of its own: a number that was tried and failed is not
 * used again, because the manifest on the disk may name it although writing that manifest failed.
 */
import type { Logger } from "../base/logger.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { Journal, journalPath } from "./journal.ts";
import { readManifest } from "./manifest.ts";
import type { StoreSources } from "./store-sources.ts";

/** Of the chunks that are copied to another journal, so many bytes are held at a time. */
const COPY_BYTES = 512 * 1024;

export class NextJournals {
  readonly #options: { readonly files: FileSystem; readonly folder: string; readonly logger: Logger };
  readonly #sources: StoreSources;
  #lastTried = 0;

  constructor(
    options: { readonly files: FileSystem; readonly folder: string; readonly logger: Logger },
    sources: StoreSources,
  ) {
    this.#options = options;
    this.#sources = sources;
  }

  /** Adds an empty journal to the store, durably. The one before must be synced. */
  async begin(): Promise<void> {
    await this.#add(async () => {});
  }

  /**
   * Adds a journal in the place of one that has failed. What that holds beyond its last good sync is not believed: its chunks
   * are read once more, checked against their addresses, and written to the new one; and `root` is recorded there, so
   * that no opening takes a later root of the failed one for the store's.
   */
  async replaceFailed(root: Hash): Promise<void> {
    const failed = this.#sources.activeJournal;
    await this.#add(async (journal) => {
      let chunks = new Map<Hash, Uint8Array>();
      let sizeBytes = 0;
      for (const { hash, read } of failed.unsyncedChunks()) {
        const bytes = read();
        chunks.set(hash, bytes);
        sizeBytes += bytes.length;
        if (sizeBytes < COPY_BYTES) continue;
        journal.append(chunks, []);
        chunks = new Map();
        sizeBytes = 0;
      }
      journal.append(chunks, [root]);
      await journal.sync();
    });
    failed.forgetUnsynced();
  }

  async #add(fill: (journal: Journal) => Promise<void>): Promise<void> {
    const { files, folder } = this.#options;
    const number = Math.max(this.#lastTried, this.#sources.activeJournal.number) + 1;
    this.#lastTried = number;
    let journal: Journal | undefined;
    try {
      journal = await Journal.create(files, folder, number);
      await fill(journal);
      await this.#sources.update({ addJournal: journal });
    } catch (error) {
      journal?.close();
      await this.#removeUnnamed(number);
      throw error;
    }
  }

  /** Room is short perhaps. What cannot be removed now is removed by the next opening. */
  async #removeUnnamed(number: number): Promise<void> {
    const { files, folder, logger } = this.#options;
    const path = journalPath(folder, number);
    try {
      const named = readManifest(files, folder)?.journals.some((journal) => journal.number === number);
      if (named === false && files.status(path) !== undefined) await files.removeFile(path);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      logger.debug("a journal that was not begun stays behind", { path, error: String(error) });
    }
  }
}

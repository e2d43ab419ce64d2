/**
 * How chunks and roots get into the journal that is written to: puts wait in memory (or, when there is much, in the journal)
 * until a commit writes them and the root record in one go; commits that arrive while the disk is busy share the next sync.
 * A journal that has grown large is closed for writing, and another one begun.
 *
 * A journal whose writing or syncing failed is never written again: after a failed sync the system may report the next one
 * as good without having written anything. Until {@link JournalCommits.recover} has begun another one, every write is
 * refused; reads go on.
 */
import { assert } from "../base/assert.ts";
import type { Logger } from "../base/logger.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem, FolderLock } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import type { Journal } from "./journal.ts";
import { NextJournals } from "./next-journals.ts";
import { chainMoves, type RootMove } from "./root-move.ts";
import type { StoreSources } from "./store-sources.ts";

/** Chunks waiting in memory beyond this go to the journal before their commit. */
const PENDING_BYTES_MAX = 512 * 1024;

interface CommitRequest extends RootMove {
  readonly resolve: (moved: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export interface JournalCommitsOptions {
  readonly files: FileSystem;
  readonly folder: string;
  readonly lock: FolderLock;
  readonly logger: Logger;
  readonly journalSizeMax: number;
  /** Called when a full journal was closed for writing. */
  readonly rotated: () => void;
}

export class JournalCommits {
  /** Called when the journal has failed. */
  onFailure: (() => void) | undefined;
  readonly #options: JournalCommitsOptions;
  readonly #sources: StoreSources;
  readonly #nextJournals: NextJournals;
  #root: Hash;
  #pending = new Map<Hash, Uint8Array>();
  #pendingBytes = 0;
  #rotating = false;
  #queue: CommitRequest[] = [];
  #committing: Promise<void> | undefined;

  constructor(options: JournalCommitsOptions, sources: StoreSources, root: Hash) {
    this.#options = options;
    this.#sources = sources;
    this.#nextJournals = new NextJournals(options, sources);
    this.#root = root;
  }

  /** The root last committed. */
  get root(): Hash {
    return this.#root;
  }

  /** Why nothing can be written now, if that is so. */
  get failure(): StorageError | undefined {
    return this.#journal.failure;
  }

  /** A chunk that waits to be written. */
  getPending(hash: Hash): Uint8Array | undefined {
    return this.#pending.get(hash);
  }

  hasPending(hash: Hash): boolean {
    return this.#pending.has(hash);
  }

  /** Takes a chunk that is not there yet. */
  put(hash: Hash, bytes: Uint8Array): void {
    this.#pending.set(hash, bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > PENDING_BYTES_MAX && !this.#rotating) this.#writePending([]);
  }

  commitRoot(next: Hash, expected: Hash): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ next, expected, resolve, reject });
      this.#committing ??= this.#runCommits();
    });
  }

  /** Resolves when everything put so far stands in the journal, not durably. */
  async writeAllPending(): Promise<void> {
    while (this.#rotating) await this.#committing;
    if (this.#pending.size > 0) this.#writePending([]);
  }

  /** Begins another journal: from when it resolves, every put lands in that. */
  async beginJournal(): Promise<void> {
    await this.#betweenCommits(() => this.#rotate());
  }

  /**
   * Takes writes again after a failure, or throws what still fails. What was written and not synced goes to the journal that
   * is begun, so work that relies on chunks it has put can go on; a root that failed is out for good.
   */
  async recover(): Promise<void> {
    await this.#betweenCommits(async () => {
      if (this.failure === undefined) return;
      await this.#holdingBackPuts(() => this.#nextJournals.replaceFailed(this.#root));
    });
    this.#options.rotated();
  }

  /** Waits for running commits. */
  async settled(): Promise<void> {
    await this.#committing;
  }

  /** Makes all that stands in the journal durable. */
  async sync(): Promise<void> {
    await this.#journaling(() => this.#journal.sync());
  }

  get #journal(): Journal {
    return this.#sources.activeJournal;
  }

  /** Runs `work` between two groups of commits. */
  async #betweenCommits(work: () => Promise<void>): Promise<void> {
    // When the loop is not running it cannot start while this turn has not ended.
    while (this.#committing !== undefined) await this.#committing;
    const done = work();
    this.#committing = done.then(
      () => this.#runCommits(),
      () => this.#runCommits(),
    );
    await done;
  }

  #writePending(roots: readonly Hash[]): void {
    try {
      this.#journal.append(this.#pending, roots);
    } catch (error) {
      this.#tellFailure();
      throw error;
    }
    this.#pending = new Map();
    this.#pendingBytes = 0;
  }

  async #runCommits(): Promise<void> {
    // Lets all commits of this turn of the event loop join the first group.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0);
      try {
        const moved = await this.#commitGroup(group);
        for (const request of group) request.resolve(moved.has(request));
      } catch (error) {
        for (const request of group) request.reject(error);
      }
      if (this.#journal.sizeBytes > this.#options.journalSizeMax) await this.#tryRotate();
    }
    this.#committing = undefined;
  }

  /** Writes and syncs a group; returns the requests that found the root they expected. */
  async #commitGroup(group: readonly CommitRequest[]): Promise<ReadonlySet<CommitRequest>> {
    const { lock, folder } = this.#options;
    if (!lock.isHeld()) throw new StorageError("locked", "the folder's lock was lost", { path: folder });
    const { moved, roots, root } = chainMoves(group, this.#root);
    if (moved.size === 0) return moved;
    if (roots.length > 0 || this.#pending.size > 0) this.#writePending(roots);
    // After this sync the roots are durable; only then may anyone be told.
    await this.sync();
    this.#root = root;
    if (roots.length > 0) this.#noteSynced(root);
    return moved;
  }

  /** Tells by its place that everything before was synced, so that damage there is not taken for a torn write. */
  #noteSynced(root: Hash): void {
    try {
      this.#journal.append(new Map(), [root]);
    } catch (error) {
      const { logger, folder } = this.#options;
      logger.error("cannot note what was synced", { folder, error });
      this.#tellFailure();
    }
  }

  /** Starts a new journal and has the full one sealed; when that fails the full one stays in use. */
  async #tryRotate(): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await this.#rotate();
      this.#options.rotated();
    } catch (error) {
      const { logger, folder } = this.#options;
      logger.error("cannot start a new journal; going on with the old one", { folder, error });
    }
  }

  /** Runs inside the commit loop or with commits held off, so nothing is appended meanwhile but what `#rotating` holds back. */
  async #rotate(): Promise<void> {
    await this.#holdingBackPuts(async () => {
      await this.sync();
      await this.#nextJournals.begin();
    });
  }

  async #holdingBackPuts(work: () => Promise<void>): Promise<void> {
    assert(!this.#rotating, "one rotation at a time");
    this.#rotating = true;
    try {
      await work();
    } finally {
      this.#rotating = false;
    }
  }

  async #journaling(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tellFailure();
      throw error;
    }
  }

  #tellFailure(): void {
    if (this.failure !== undefined) this.onFailure?.();
  }
}

/**
 * Garbage collection of one database: on demand, and by itself. Each checkpoint leaves the tree nodes that it replaced
 * behind; when the files have grown well beyond what was live at the last collection, the next one begins. So the
 * work stays in proportion to what is written, and the folder to what is live.
 */
import type { FileChunkStore } from "../chunks/file-chunk-store.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";
import type { Database } from "./database.ts";

/** Files may hold this many times the live bytes, and some more, before a collection begins. */
const GROWTH_FACTOR = 2;
/** Under load collections of small databases would follow one another. */
const GROWTH_UNDER_LOAD_BYTES = 16 * 1024 * 1024;
const GROWTH_AT_REST_BYTES = 4 * 1024 * 1024;

export class GarbageCollection {
  readonly #database: Database;
  readonly #abort = new AbortController();
  /** What is live, about: what a collection has left (or else all there was when opened), and inserts since. */
  #liveBytes: number;
  #running: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#liveBytes = database.chunks.sizeBytes;
  }

  /** About what the database holds without its garbage. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Notes what a checkpoint wrote; the share that is rows inserted takes nothing's place. */
  noteWritten(bytes: number, insertedShare: number): void {
    if (this.#running === undefined && bytes > 0) this.#liveBytes += bytes * insertedShare;
  }

  /** Returns the number of bytes freed. */
  async collect({
    full,
    signal,
  }: {
    readonly full: boolean;
    readonly signal?: AbortSignal;
  }): Promise<number> {
    const stop = signal === undefined ? this.#abort.signal : AbortSignal.any([this.#abort.signal, signal]);
    const database = this.#database;
    const { background } = database.services;
    await database.checkpoint();
    const report = await database.chunks.collectGarbage({
      walk: walkAddresses,
      copy: (request) => background.copyLiveChunks(request, stop),
      roots: () => database.settledRoots(),
      full,
    });
    this.#liveBytes = report.sizeAfterBytes;
    return Math.max(0, report.sizeBeforeBytes - report.sizeAfterBytes);
  }

  /** Begins a collection when one is due and nobody keeps it waiting. True when one is under way: it is worth another
   *  look when it has ended. */
  startWhenDue(load: "under load" | "at rest"): boolean {
    const { chunks } = this.#database;
    if (this.#running !== undefined) return true;
    if (this.#abort.signal.aborted) return false;
    if (!isDue(chunks, this.#liveBytes, load)) return false;
    if (chunks.isHeld) return true;
    const { logger } = this.#database.services;
    this.#running = this.collect({ full: true })
      .then((freedBytes) => logger.debug("garbage collected", { database: this.#database.name, freedBytes }))
      .catch((error: unknown) => {
        if (this.#abort.signal.aborted) return;
        // Nothing is lost; with the present size as measure the next attempt is not at once.
        this.#liveBytes = chunks.sizeBytes;
        logger.error("garbage collection failed", { database: this.#database.name, error: String(error) });
      })
      .finally(() => {
        this.#running = undefined;
      });
    return true;
  }

  /** Ends a collection under way; what it wrote is removed when the database is opened again. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}

function isDue(chunks: FileChunkStore, liveBytes: number, load: "under load" | "at rest"): boolean {
  const growth = load === "at rest" ? GROWTH_AT_REST_BYTES : GROWTH_UNDER_LOAD_BYTES;
  return chunks.sizeBytes > liveBytes * GROWTH_FACTOR + growth;
}

/**
 * Brings a database whose log or chunk journal has failed back to taking writes, by itself: tries the folder now and then, and
 * once it takes files again begins another journal, and has a checkpoint made of everything that was answered for another
 * log. Until then reads go on and commits are refused. Nothing acknowledged can be lost: it is in memory, and the old log
 * segments stay until the checkpoint is durable.
 */
import type { Clock, Timer } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { FileChunkStore } from "../chunks/file-chunk-store.ts";
import type { WriteAheadLog } from "./write-ahead-log.ts";

const FIRST_DELAY_MS = 250;
const DELAY_MAX_MS = 30_000;
/** A checkpoint that was under way when the log failed is finished first; the next one covers everything. */
const CHECKPOINTS_MAX = 2;

export interface RecoveredDatabase {
  readonly name: string;
  readonly chunks: Pick<FileChunkStore, "failure" | "recover">;
  readonly services: { readonly clock: Clock; readonly logger: Logger };
  /** Folds all that was committed, and ends the log's failure when it could cover it. */
  checkpoint(): Promise<void>;
}

export class WriteRecovery {
  readonly #database: RecoveredDatabase;
  readonly #log: () => WriteAheadLog | undefined;
  #timer: Timer | undefined;
  #delayMs = FIRST_DELAY_MS;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(database: RecoveredDatabase, log: () => WriteAheadLog | undefined) {
    this.#database = database;
    this.#log = log;
  }

  /** Call when the log or the journal has failed; again does no harm. */
  schedule(): void {
    if (this.#stopped || this.#timer !== undefined || this.#running !== undefined) return;
    const { clock, logger } = this.#database.services;
    if (this.#delayMs === FIRST_DELAY_MS) {
      logger.error("a write has failed; the database is read-only until it can be written again", {
        database: this.#database.name,
        error: String(this.#failure()),
      });
    }
    this.#timer = clock.startTimer(this.#delayMs, () => {
      this.#timer = undefined;
      this.#running = this.#attempt().finally(() => {
        this.#running = undefined;
        if (this.#failure() !== undefined) this.schedule();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  #failure(): unknown {
    const { failure } = this.#database.chunks;
    return failure?.cause ?? failure ?? this.#log()?.failure;
  }

  async #attempt(): Promise<void> {
    const { name: database, services } = this.#database;
    const { logger } = services;
    try {
      // A checkpoint needs the journal.
      if (this.#database.chunks.failure !== undefined) await this.#database.chunks.recover();
      if (this.#log()?.failure !== undefined) await this.#recoverLog();
      logger.info("the database takes writes again", { database });
      this.#delayMs = FIRST_DELAY_MS;
    } catch (error) {
      this.#delayMs = Math.min(this.#delayMs * 2, DELAY_MAX_MS);
      logger.debug("the database cannot be written yet", { database, error: String(error) });
    }
  }

  async #recoverLog(): Promise<void> {
    await this.#log()?.probe();
    for (let count = 0; count < CHECKPOINTS_MAX && this.#log()?.failure !== undefined; count++) {
      await this.#database.checkpoint();
    }
  }
}

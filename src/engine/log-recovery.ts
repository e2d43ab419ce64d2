/**
 * Brings a database whose log has failed back to taking writes, by itself: probes the folder now and then, and once it
 * takes files again has a checkpoint made of everything that was answered. Until then reads go on and commits are
 * refused. Nothing acknowledged can be lost: it is in memory, and the old log segments stay until the checkpoint is
 * durable.
 */
import type { Clock, Timer } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { WriteAheadLog } from "./write-ahead-log.ts";

const FIRST_DELAY_MS = 250;
const DELAY_MAX_MS = 30_000;
/** A checkpoint that was under way when the log failed is finished first; the next one covers everything. */
const CHECKPOINTS_MAX = 2;

export interface LogRecoveryHost {
  /** Of the database. */
  readonly name: string;
  readonly services: { readonly clock: Clock; readonly logger: Logger };
}

export class LogRecovery {
  readonly #host: LogRecoveryHost;
  readonly #log: () => WriteAheadLog | undefined;
  readonly #checkpoint: () => Promise<void>;
  #timer: Timer | undefined;
  #delayMs = FIRST_DELAY_MS;
  #running: Promise<void> | undefined;
  #stopped = false;

  /** `checkpoint` folds all that was committed, and ends the log's failure when it could cover it. */
  constructor(host: LogRecoveryHost, log: () => WriteAheadLog | undefined, checkpoint: () => Promise<void>) {
    this.#host = host;
    this.#log = log;
    this.#checkpoint = checkpoint;
  }

  /** Call when the log has failed; again does no harm. */
  schedule(): void {
    if (this.#stopped || this.#timer !== undefined || this.#running !== undefined) return;
    const { clock, logger } = this.#host.services;
    if (this.#delayMs === FIRST_DELAY_MS) {
      logger.error("the log has failed; the database is read-only until it can be written again", {
        database: this.#host.name,
        error: String(this.#log()?.failure),
      });
    }
    this.#timer = clock.startTimer(this.#delayMs, () => {
      this.#timer = undefined;
      this.#running = this.#attempt().finally(() => {
        this.#running = undefined;
        if (this.#log()?.failure !== undefined) this.schedule();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  async #attempt(): Promise<void> {
    const { name: database, services } = this.#host;
    const { logger } = services;
    try {
      await this.#log()?.probe();
      for (let count = 0; count < CHECKPOINTS_MAX && this.#log()?.failure !== undefined; count++) {
        await this.#checkpoint();
      }
      logger.info("the log takes writes again", { database });
      this.#delayMs = FIRST_DELAY_MS;
    } catch (error) {
      this.#delayMs = Math.min(this.#delayMs * 2, DELAY_MAX_MS);
      logger.debug("the log cannot be written yet", { database, error: String(error) });
    }
  }
}

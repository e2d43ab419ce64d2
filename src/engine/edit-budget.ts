/**
 * The memory that the edits of all open transactions may take together (max_binlog_cache_size). A transaction may
 * have a little in any case, so that one that takes everything does not stop the others.
 */
import { getHeapStatistics } from "node:v8";
import { sqlError } from "../values/sql-error.ts";

/** A transaction is one record of the log, and a segment of the log is read as a whole: both must stay well below the
 *  2 GiB that can be read at once. */
const MAX_DEFAULT_BYTES = 1024 * 1024 * 1024;
/** Edits that are committed stay in memory for a while, beside those of the next transactions and those that a
 *  checkpoint is folding. */
const HEAP_SHARE = 4;
const TRANSACTION_MIN_DEFAULT_BYTES = 1024 * 1024;

export class EditBudget {
  /** Dynamic: read at each edit. */
  maxBytes: number = Math.min(
    MAX_DEFAULT_BYTES,
    Math.floor(getHeapStatistics().heap_size_limit / HEAP_SHARE),
  );
  /** Every transaction may have this much, whatever the others have. */
  transactionMinBytes: number = TRANSACTION_MIN_DEFAULT_BYTES;
  #usedBytes = 0;

  /** What all open transactions hold. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  take(bytes: number): void {
    this.#usedBytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#usedBytes -= bytes;
  }

  /** 1197 when a transaction that holds `bytes` may not have more. */
  check(bytes: number): void {
    if (bytes > this.transactionMinBytes && this.#usedBytes > this.maxBytes) {
      throw sqlError("ER_TRANS_CACHE_FULL");
    }
  }
}

/**
 * How a subquery inside an expression waits for a lock: expressions are synchronous, so it throws, what the statement has
 * read so far is forgotten, and when the lock is granted the reading begins again. Locks taken meanwhile are kept, so
 * each repetition gets further.
 */
import type { MaybePromise } from "../../base/maybe-promise.ts";

export class LockWait extends Error {
  /** Rejects with 1205, 1213 or 1317. */
  readonly promise: Promise<void>;

  constructor(promise: Promise<void>) {
    super("a subquery waits for a lock");
    this.promise = promise;
  }
}

/** Evaluates, and again after each lock that a subquery in it has to wait for. */
export function evaluateWithLocks<T>(evaluate: () => T): MaybePromise<T> {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof LockWait)) throw error;
    return error.promise.then(() => evaluateWithLocks(evaluate));
  }
}

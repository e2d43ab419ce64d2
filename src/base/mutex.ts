/** Mutual exclusion between asynchronous tasks of this process, first come first served. */
import { assert } from "./assert.ts";

export class Mutex {
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  get locked(): boolean {
    return this.#locked;
  }

  /** Resolves to the function that unlocks, once it is the caller's turn. Call that exactly once. */
  async lock(): Promise<() => void> {
    if (this.#locked) {
      // The unlocking task hands the lock over without ever freeing it, so nobody can slip in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#locked = true;
    let held = true;
    return () => {
      assert(held, "a mutex is unlocked once");
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#locked = false;
      else next();
    };
  }

  /** Runs `task` alone. */
  async runExclusive<T>(task: () => Promise<T> | T): Promise<T> {
    const unlock = await this.lock();
    try {
      return await task();
    } finally {
      unlock();
    }
  }
}

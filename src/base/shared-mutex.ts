/**
 * A lock that many may share or one may have alone, first come first served: who waits to have it alone is not
 * overtaken by sharers, so a task must not take it twice.
 */
import { assert } from "./assert.ts";

type Mode = "shared" | "exclusive";

export class SharedMutex {
  #sharedCount = 0;
  #exclusive = false;
  readonly #waiting: { readonly mode: Mode; readonly grant: () => void }[] = [];

  /** Nobody holds it or waits for it. */
  get isFree(): boolean {
    return !this.#exclusive && this.#sharedCount === 0 && this.#waiting.length === 0;
  }

  /** Resolves to the function that releases. Call that exactly once. */
  lockShared(): Promise<() => void> {
    return this.#lock("shared");
  }

  /** Resolves to the function that releases. Call that exactly once. */
  lockExclusive(): Promise<() => void> {
    return this.#lock("exclusive");
  }

  async #lock(mode: Mode): Promise<() => void> {
    if (this.#waiting.length === 0 && this.#isFreeFor(mode)) this.#take(mode);
    else await new Promise<void>((grant) => this.#waiting.push({ mode, grant }));
    let held = true;
    return () => {
      assert(held, "a lock is released once");
      held = false;
      if (mode === "exclusive") this.#exclusive = false;
      else this.#sharedCount--;
      this.#grantNext();
    };
  }

  #isFreeFor(mode: Mode): boolean {
    return !this.#exclusive && (mode === "shared" || this.#sharedCount === 0);
  }

  #take(mode: Mode): void {
    if (mode === "exclusive") this.#exclusive = true;
    else this.#sharedCount++;
  }

  #grantNext(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#isFreeFor(next.mode)) return;
      this.#waiting.shift();
      // Taken on behalf of the waiter, so that nobody slips in before it runs.
      this.#take(next.mode);
      next.grant();
    }
  }
}

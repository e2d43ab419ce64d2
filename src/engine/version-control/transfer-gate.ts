/**
 * Keeps garbage collection and transfers apart: what a transfer has read or brought may not be reached by any ref yet.
 * Transfers run side by side; a collection waits for those under way, and new ones wait for it.
 */
export class TransferGate {
  readonly #transfers = new Set<Promise<unknown>>();
  #collection: Promise<unknown> = Promise.resolve();

  async transfer<T>(work: () => Promise<T>): Promise<T> {
    await this.#collection;
    const running = work();
    const settled = running.catch(() => undefined);
    this.#transfers.add(settled);
    try {
      return await running;
    } finally {
      this.#transfers.delete(settled);
    }
  }

  async collect<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#collection;
    const running = before.then(async () => {
      await Promise.all(this.#transfers);
      return await work();
    });
    // New transfers wait from now on; those that have begun are waited for above.
    this.#collection = running.catch(() => undefined);
    return await running;
  }
}

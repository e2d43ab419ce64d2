/**
 * Keeps garbage collection and transfers apart: what a transfer has read or brought may not be reached by any ref yet.
 * Transfers run side by side; a collection waits for those under way, and new ones wait for it.
 */
export class TransferGate {
  readonly #transfers = new Set<Promise<unknown>>();
  readonly #holdChunks: () => Promise<() => void>;
  #collection: Promise<unknown> = Promise.resolve();

  /** `holdChunks` keeps collections away that do not come through the gate: the ones that begin by themselves. */
  constructor(holdChunks: () => Promise<() => void>) {
    this.#holdChunks = holdChunks;
  }

  async transfer<T>(work: () => Promise<T>): Promise<T> {
    await this.#collection;
    const running = this.#holding(work);
    const settled = running.catch(() => undefined);
    this.#transfers.add(settled);
    try {
      return await running;
    } finally {
      this.#transfers.delete(settled);
    }
  }

  async #holding<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#holdChunks();
    try {
      return await work();
    } finally {
      release();
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

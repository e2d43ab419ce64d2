/**
 * Work that stores chunks before anything leads to them. Garbage collection waits for what is under way when it begins, for only
 * the work itself knows its chunks.
 */
export class StoringWork {
  readonly #running = new Set<Promise<void>>();

  async run<T>(task: () => Promise<T>): Promise<T> {
    const running = task();
    const settled = running.then(
      () => {},
      () => {},
    );
    this.#running.add(settled);
    try {
      return await running;
    } finally {
      this.#running.delete(settled);
    }
  }

  /** Resolves when everything under way now has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }
}

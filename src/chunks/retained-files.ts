/**
 * When files that a store has dropped from its manifest are removed: not while somebody reads by a listing that names
 * them, and not while somebody writes a table file, whose content, and so whose name, may be that of a dropped one. A crash
 * before leaves them to the next opening.
 */
import type { FileSystem } from "../io/file-system.ts";

export class RetainedFiles {
  readonly #files: FileSystem;
  readonly #dropped = new Set<string>();
  #holderCount = 0;
  #removing: Promise<void> = Promise.resolve();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** Dropped files stay from when it resolves until the returned function is called. Call that exactly once. */
  async retain(): Promise<() => Promise<void>> {
    this.#holderCount++;
    await this.#removing.catch(() => undefined);
    return async () => {
      this.#holderCount--;
      await this.#removeDropped();
    };
  }

  /** Removes a file as soon as nobody holds files. */
  async drop(path: string): Promise<void> {
    this.#dropped.add(path);
    await this.#removeDropped();
  }

  /** A file of that name is part of the store again. */
  keep(path: string): void {
    this.#dropped.delete(path);
  }

  async #removeDropped(): Promise<void> {
    if (this.#holderCount > 0) return;
    const paths = [...this.#dropped];
    this.#dropped.clear();
    const before = this.#removing.catch(() => undefined);
    this.#removing = before.then(async () => {
      for (const path of paths) await this.#files.removeFile(path);
    });
    await this.#removing;
  }
}

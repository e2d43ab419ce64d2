/**
 * The memory that all running queries may take together for rows they set aside, and the folder of the temporary files
 * they write beyond it. A share belongs to one operator of one execution: releasing it removes its files. What a crash
 * leaves in the folder is removed when the folder is taken into use again.
 */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

const SHARE_MIN_DEFAULT_BYTES = 1024 * 1024;

export class SpillSpace {
  /** Dynamic: read each time more memory is asked for. */
  memoryMaxBytes: number;
  /** Every operator may have this much, whatever the others have. */
  shareMinBytes: number = SHARE_MIN_DEFAULT_BYTES;
  readonly #folder: string;
  #usedBytes = 0;
  #filesMade = 0;

  constructor(folder: string, memoryMaxBytes: number) {
    this.#folder = folder;
    this.memoryMaxBytes = memoryMaxBytes;
  }

  /** Bytes that queries have taken. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Files made since the start. */
  get filesMade(): number {
    return this.#filesMade;
  }

  open(): SpillShare {
    return new SpillShare({
      take: (bytes, before) => {
        const used = this.#usedBytes - before + bytes;
        if (bytes > this.shareMinBytes && bytes > before && used > this.memoryMaxBytes) return false;
        this.#usedBytes = used;
        return true;
      },
      newFile: () => {
        mkdirSync(this.#folder, { recursive: true });
        return path.join(this.#folder, `${process.pid}-${++this.#filesMade}.tmp`);
      },
    });
  }
}

interface SharedSpace {
  take(bytes: number, before: number): boolean;
  newFile(): string;
}

export class SpillShare {
  readonly #space: SharedSpace;
  readonly #files = new Set<string>();
  #bytes = 0;

  constructor(space: SharedSpace) {
    this.#space = space;
  }

  /** Makes `bytes` what this operator holds; false when it must write rows to files instead of holding so much. */
  holds(bytes: number): boolean {
    if (!this.#space.take(bytes, this.#bytes)) return false;
    this.#bytes = bytes;
    return true;
  }

  /** A name for a new file. */
  newFile(): string {
    const file = this.#space.newFile();
    this.#files.add(file);
    return file;
  }

  removeFile(file: string): void {
    this.#files.delete(file);
    rmSync(file, { force: true });
  }

  release(): void {
    this.#space.take(0, this.#bytes);
    this.#bytes = 0;
    for (const file of this.#files) rmSync(file, { force: true });
    this.#files.clear();
  }
}

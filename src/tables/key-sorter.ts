/**
 * Sorts any number of entries by key within bounded memory, to build a tree bottom-up: runs that outgrow the limit are
 * sorted and spilled to temporary files (sort-run.ts), and merged when read. Equal keys are an error of the caller's data
 * (a unique violation) and are reported, not dropped. Entries that come in order already (rows that are rewritten under
 * the same key) are not sorted.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { compareRanges } from "../bytes/compare.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import { sortKeys } from "./key-order.ts";
import {
  ENTRY_HEADER_SIZE,
  entrySize,
  MergingCursor,
  RunCursor,
  RunReader,
  RunWriter,
  readSize,
  writeSize,
} from "./sort-run.ts";

/** How the names of run files begin. A crash leaves them behind; who opens the folder next removes them. */
export const SORT_RUN_PREFIX = "sort-run-";
const MEMORY_MAX_DEFAULT_BYTES = 64 * 1024 * 1024;
/** What sorting costs per entry besides its bytes. */
const ENTRY_OVERHEAD_SIZE = 32;

export interface KeySorterOptions {
  /** An existing folder for run files; they are removed by {@link KeySorter.close}. */
  readonly folder: string;
  readonly memoryMaxBytes?: number;
}

export class KeySorter {
  readonly #options: KeySorterOptions;
  readonly #memoryMaxBytes: number;
  #data: Uint8Array = Buffer.allocUnsafeSlow(64 * 1024);
  #dataSize = 0;
  /** Start of each entry in `#data`, in order of arrival. */
  #starts: number[] = [];
  /** The entries in memory came in ascending order so far. */
  #ascending = true;
  readonly #runs: string[] = [];
  readonly #readers: RunReader[] = [];
  #count = 0;

  constructor(options: KeySorterOptions) {
    this.#options = options;
    this.#memoryMaxBytes = options.memoryMaxBytes ?? MEMORY_MAX_DEFAULT_BYTES;
  }

  get count(): number {
    return this.#count;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const size = ENTRY_HEADER_SIZE + key.length + value.length;
    if (this.#memoryNeeded + size > this.#memoryMaxBytes && this.#starts.length > 0) this.#spill();
    this.#reserve(size);
    this.#compareWithLast(key);
    const data = this.#data;
    const at = this.#dataSize;
    writeSize(data, at, key.length);
    writeSize(data, at + 4, value.length);
    copyInto(data, at + ENTRY_HEADER_SIZE, key);
    copyInto(data, at + ENTRY_HEADER_SIZE + key.length, value);
    this.#dataSize += size;
    this.#starts.push(at);
    this.#count++;
  }

  /** All entries in key order; equal keys follow one another. Add nothing more afterwards. */
  sorted(): TupleCursor {
    const inMemory = new MemoryRun(this.#data, this.#sortedStarts());
    if (this.#runs.length === 0) return inMemory;
    const readers = this.#runs.map((file) => new RunReader(file));
    this.#readers.push(...readers);
    return new MergingCursor([...readers, inMemory]);
  }

  /** Removes the run files. Cursors given out end their use here. */
  close(): void {
    for (const reader of this.#readers) reader.close();
    for (const file of this.#runs) rmSync(file, { force: true });
    this.#runs.length = 0;
    this.#starts = [];
    this.#data = new Uint8Array(0);
  }

  get #memoryNeeded(): number {
    return this.#dataSize + this.#starts.length * ENTRY_OVERHEAD_SIZE;
  }

  #reserve(size: number): void {
    const needed = this.#dataSize + size;
    if (needed <= this.#data.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#data.length));
    grown.set(this.#data.subarray(0, this.#dataSize));
    this.#data = grown;
  }

  #compareWithLast(key: Uint8Array): void {
    const last = this.#starts.at(-1);
    if (last === undefined) this.#ascending = true;
    if (last === undefined || !this.#ascending) return;
    const data = this.#data;
    const lastKey = last + ENTRY_HEADER_SIZE;
    const lastEnd = lastKey + readSize(data, last);
    this.#ascending = compareRanges(data, lastKey, lastEnd, key, 0, key.length) <= 0;
  }

  #sortedStarts(): ArrayLike<number> {
    const entries = this.#starts;
    if (this.#ascending) return entries;
    const count = entries.length;
    const data = this.#data;
    const starts = new Int32Array(count);
    const ends = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const entry = entries[i] as number;
      starts[i] = entry + ENTRY_HEADER_SIZE;
      ends[i] = entry + ENTRY_HEADER_SIZE + readSize(data, entry);
    }
    const order = sortKeys({ bytes: data, starts, ends, count });
    for (let i = 0; i < count; i++) order[i] = entries[order[i] as number] as number;
    return order;
  }

  #spill(): void {
    const file = path.join(
      this.#options.folder,
      `${SORT_RUN_PREFIX}${process.pid}-${threadId}-${nextRunNumber++}.tmp`,
    );
    this.#runs.push(file);
    const writer = new RunWriter(file);
    try {
      const starts = this.#sortedStarts();
      for (let i = 0; i < starts.length; i++) {
        const start = starts[i] as number;
        writer.writeEntry(this.#data, start, start + entrySize(this.#data, start));
      }
      writer.finish();
    } finally {
      writer.close();
    }
    this.#starts = [];
    this.#dataSize = 0;
  }
}

/** Short runs are copied faster by hand than by a native call. */
function copyInto(target: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length > 64) target.set(source, at);
  else for (let i = 0; i < source.length; i++) target[at + i] = source[i] as number;
}

/** Makes run files of several sorters in one folder differ. */
let nextRunNumber = 0;

class MemoryRun extends RunCursor {
  readonly #data: Uint8Array;
  readonly #starts: ArrayLike<number>;
  #at = -1;

  constructor(data: Uint8Array, starts: ArrayLike<number>) {
    super();
    this.#data = data;
    this.#starts = starts;
  }

  next(): boolean {
    this.#at++;
    const start = this.#starts[this.#at];
    if (start === undefined) return false;
    this.show(this.#data, start);
    return true;
  }
}

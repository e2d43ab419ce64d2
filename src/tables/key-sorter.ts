/**
 * Sorts any number of entries by key within bounded memory, to build a tree bottom-up: runs that outgrow the limit are
 * sorted and spilled to temporary files (sort-run.ts), and merged when read. Equal keys are an error of the caller's data
 * (a unique violation) and are reported, not dropped. Entries that come in order already (rows that are rewritten under
 * the same key) are not sorted. Who must not hold up others sorts and spills in short steps.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { compareRanges } from "../bytes/compare.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import { sortKeysInSteps } from "./key-order-steps.ts";
import {
  ENTRY_HEADER_SIZE,
  entrySize,
  MergingCursor,
  RunCursor,
  RunReader,
  RunWriter,
  writeSize,
} from "./sort-run.ts";

/** How the names of run files begin. A crash leaves them behind; who opens the folder next removes them. */
export const SORT_RUN_PREFIX = "sort-run-";
const MEMORY_MAX_DEFAULT_BYTES = 64 * 1024 * 1024;
/** What sorting costs per entry besides its bytes: its place, its order, and what the order is made with. */
const ENTRY_OVERHEAD_SIZE = 24;
const ENTRIES_INITIAL = 1024;
/** Entries written between two looks at the clock. */
const ENTRIES_PER_STEP = 1024;
/** When this much of the memory is left, {@link KeySorter.spillInSteps} makes room: so much comes in hardly any slice. */
const HEADROOM_BYTES: number = 1024 * 1024;

/** When to let others run: base/pause.ts is one. */
export interface SortPause {
  isDue(): boolean;
  take(): Promise<void>;
}

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
  /** Where the key of each entry in `#data` begins and ends, in order of arrival. */
  #keyStarts = new Int32Array(ENTRIES_INITIAL);
  #keyEnds = new Int32Array(ENTRIES_INITIAL);
  #entryCount = 0;
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
    this.addRange(key, key.length, value);
  }

  /** The key is `key[0, keySize)`. Everything is copied. */
  addRange(key: Uint8Array, keySize: number, value: Uint8Array): void {
    const size = ENTRY_HEADER_SIZE + keySize + value.length;
    if (this.#memoryNeeded + size > this.#memoryMaxBytes && this.#entryCount > 0) finish(this.#spill());
    this.#reserve(size);
    if (this.#ascending) this.#compareWithLast(key, keySize);
    const data = this.#data;
    const at = this.#dataSize;
    const keyAt = at + ENTRY_HEADER_SIZE;
    writeSize(data, at, keySize);
    writeSize(data, at + 4, value.length);
    copyInto(data, keyAt, key, keySize);
    copyInto(data, keyAt + keySize, value, value.length);
    this.#dataSize += size;
    const entry = this.#entryCount++;
    this.#keyStarts[entry] = keyAt;
    this.#keyEnds[entry] = keyAt + keySize;
    this.#count++;
  }

  /** To be awaited now and then by who must not hold up others: else {@link add} spills in one go when memory is full. */
  async spillInSteps(pause: SortPause): Promise<void> {
    const left = this.#memoryMaxBytes - this.#memoryNeeded;
    if (left > Math.min(HEADROOM_BYTES, this.#memoryMaxBytes / 2) || this.#entryCount === 0) return;
    await finishInSteps(this.#spill(), pause);
  }

  /** All entries in key order; equal keys follow one another. Add nothing more afterwards. */
  sorted(): TupleCursor {
    return this.#merged(finish(this.#sortedEntries()));
  }

  /** {@link sorted} for who must not hold up others. */
  async sortedInSteps(pause: SortPause): Promise<TupleCursor> {
    return this.#merged(await finishInSteps(this.#sortedEntries(), pause));
  }

  #merged(order: Int32Array | undefined): TupleCursor {
    const inMemory = new MemoryRun(this.#data, {
      keyStarts: this.#keyStarts,
      order,
      count: this.#entryCount,
    });
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
    this.#entryCount = 0;
    this.#keyStarts = new Int32Array(0);
    this.#keyEnds = new Int32Array(0);
    this.#data = new Uint8Array(0);
  }

  get #memoryNeeded(): number {
    return this.#dataSize + this.#entryCount * ENTRY_OVERHEAD_SIZE;
  }

  #reserve(size: number): void {
    if (this.#entryCount === this.#keyStarts.length) {
      this.#keyStarts = twice(this.#keyStarts);
      this.#keyEnds = twice(this.#keyEnds);
    }
    const needed = this.#dataSize + size;
    if (needed <= this.#data.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#data.length));
    grown.set(this.#data.subarray(0, this.#dataSize));
    this.#data = grown;
  }

  #compareWithLast(key: Uint8Array, keySize: number): void {
    const last = this.#entryCount - 1;
    if (last < 0) return;
    const start = this.#keyStarts[last] as number;
    const end = this.#keyEnds[last] as number;
    this.#ascending = compareRanges(this.#data, start, end, key, 0, keySize) <= 0;
  }

  /** The order of the entries in memory; undefined: the order of arrival. */
  *#sortedEntries(): Generator<void, Int32Array | undefined> {
    if (this.#ascending) return undefined;
    return yield* sortKeysInSteps({
      bytes: this.#data,
      starts: this.#keyStarts,
      ends: this.#keyEnds,
      count: this.#entryCount,
    });
  }

  *#spill(): Generator<void, void> {
    const number = nextRunNumber++;
    const name = `${SORT_RUN_PREFIX}${process.pid}-${threadId}-${number}.tmp`;
    const file = path.join(this.#options.folder, name);
    const order = yield* this.#sortedEntries();
    this.#runs.push(file);
    const writer = new RunWriter(file);
    try {
      for (let i = 0; i < this.#entryCount; i++) {
        const entry = order === undefined ? i : (order[i] as number);
        const start = (this.#keyStarts[entry] as number) - ENTRY_HEADER_SIZE;
        writer.writeEntry(this.#data, start, start + entrySize(this.#data, start));
        if (i % ENTRIES_PER_STEP === 0) yield;
      }
      writer.finish();
    } finally {
      writer.close();
    }
    this.#entryCount = 0;
    this.#dataSize = 0;
    this.#ascending = true;
  }
}

function twice(places: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * places.length);
  grown.set(places);
  return grown;
}

/** Goes through all steps at once. */
function finish<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

async function finishInSteps<T>(steps: Generator<void, T>, pause: SortPause): Promise<T> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (pause.isDue()) await pause.take();
    }
  } finally {
    // When the pause throws, the steps close what they have opened.
    steps.return(undefined as never);
  }
}

/** Short runs are copied faster by hand than by a native call. */
function copyInto(target: Uint8Array, at: number, source: Uint8Array, size: number): void {
  if (size > 64) target.set(source.subarray(0, size), at);
  else for (let i = 0; i < size; i++) target[at + i] = source[i] as number;
}

/** Makes run files of several sorters in one folder differ. */
let nextRunNumber = 0;

interface OrderedEntries {
  readonly keyStarts: Int32Array;
  /** Undefined: as they lie. */
  readonly order: Int32Array | undefined;
  readonly count: number;
}

class MemoryRun extends RunCursor {
  readonly #data: Uint8Array;
  readonly #entries: OrderedEntries;
  #at = -1;

  constructor(data: Uint8Array, entries: OrderedEntries) {
    super();
    this.#data = data;
    this.#entries = entries;
  }

  next(): boolean {
    const { keyStarts, order, count } = this.#entries;
    const at = ++this.#at;
    if (at >= count) return false;
    const entry = order === undefined ? at : (order[at] as number);
    this.show(this.#data, (keyStarts[entry] as number) - ENTRY_HEADER_SIZE);
    return true;
  }
}

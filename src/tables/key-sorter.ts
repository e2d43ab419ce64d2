/**
 * Sorts any number of entries by key within bounded memory, to build a tree bottom-up: runs that outgrow the limit are
 * sorted and spilled to temporary files, and merged when read. Equal keys are an error of the caller's data (a unique
 * violation) and are reported, not dropped.
 *
 * A run file is a sequence of entries: u32 key size, u32 value size (little-endian), key, value.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { assert } from "../base/assert.ts";
import { compareRanges } from "../bytes/compare.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";

/** How the names of run files begin. A crash leaves them behind; who opens the folder next removes them. */
export const SORT_RUN_PREFIX = "sort-run-";
const MEMORY_MAX_DEFAULT_BYTES = 64 * 1024 * 1024;
const ENTRY_HEADER_SIZE = 8;
const READ_BUFFER_SIZE = 256 * 1024;
/** What sorting costs per entry besides its bytes. */
const ENTRY_OVERHEAD_SIZE = 16;

export interface KeySorterOptions {
  /** An existing folder for run files; they are removed by {@link KeySorter.close}. */
  readonly folder: string;
  readonly memoryMaxBytes?: number;
}

export class KeySorter {
  readonly #options: KeySorterOptions;
  readonly #memoryMaxBytes: number;
  #data: Buffer = Buffer.allocUnsafe(64 * 1024);
  #dataSize = 0;
  /** Start of each entry in `#data`, in order of arrival. */
  #starts: number[] = [];
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
    if (this.#starts.length > 0 && this.#memoryNeeded + size > this.#memoryMaxBytes) this.#spill();
    this.#reserve(size);
    const at = this.#dataSize;
    this.#data.writeUInt32LE(key.length, at);
    this.#data.writeUInt32LE(value.length, at + 4);
    this.#data.set(key, at + ENTRY_HEADER_SIZE);
    this.#data.set(value, at + ENTRY_HEADER_SIZE + key.length);
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
    this.#data = Buffer.alloc(0);
  }

  get #memoryNeeded(): number {
    return this.#dataSize + this.#starts.length * ENTRY_OVERHEAD_SIZE;
  }

  #reserve(size: number): void {
    const needed = this.#dataSize + size;
    if (needed <= this.#data.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#data.length));
    this.#data.copy(grown, 0, 0, this.#dataSize);
    this.#data = grown;
  }

  #sortedStarts(): number[] {
    const data = this.#data;
    return this.#starts.sort((left, right) =>
      compareRanges(
        data,
        left + ENTRY_HEADER_SIZE,
        left + ENTRY_HEADER_SIZE + data.readUInt32LE(left),
        data,
        right + ENTRY_HEADER_SIZE,
        right + ENTRY_HEADER_SIZE + data.readUInt32LE(right),
      ),
    );
  }

  #spill(): void {
    const file = path.join(this.#options.folder, `${SORT_RUN_PREFIX}${process.pid}-${nextRunNumber++}.tmp`);
    const descriptor = openSync(file, "wx");
    this.#runs.push(file);
    try {
      const ordered = Buffer.allocUnsafe(this.#dataSize);
      let at = 0;
      for (const start of this.#sortedStarts()) {
        const end = start + entrySize(this.#data, start);
        at += this.#data.copy(ordered, at, start, end);
      }
      for (let written = 0; written < at; ) written += writeSync(descriptor, ordered, written, at - written);
    } finally {
      closeSync(descriptor);
    }
    this.#starts = [];
    this.#dataSize = 0;
  }
}

/** Makes run files of several sorters in one folder differ. */
let nextRunNumber = 0;

function entrySize(data: Buffer, at: number): number {
  return ENTRY_HEADER_SIZE + data.readUInt32LE(at) + data.readUInt32LE(at + 4);
}

/** The part shared by all cursors over entries as they lie in run files. */
abstract class RunCursor implements TupleCursor {
  keyBytes: Uint8Array = Buffer.alloc(0);
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = Buffer.alloc(0);
  valueStart = 0;
  valueEnd = 0;

  abstract next(): boolean;

  protected show(data: Buffer, at: number): void {
    this.keyBytes = data;
    this.valueBytes = data;
    this.keyStart = at + ENTRY_HEADER_SIZE;
    this.keyEnd = this.keyStart + data.readUInt32LE(at);
    this.valueStart = this.keyEnd;
    this.valueEnd = this.keyEnd + data.readUInt32LE(at + 4);
  }
}

class MemoryRun extends RunCursor {
  readonly #data: Buffer;
  readonly #starts: readonly number[];
  #at = -1;

  constructor(data: Buffer, starts: readonly number[]) {
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

class RunReader extends RunCursor {
  #descriptor: number | undefined;
  /** A fresh buffer per read: what was shown stays valid. */
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #size = 0;
  #fileOffset = 0;

  constructor(file: string) {
    super();
    this.#descriptor = openSync(file, "r");
  }

  next(): boolean {
    if (!this.#fill(ENTRY_HEADER_SIZE)) return false;
    const size = entrySize(this.#buffer, this.#at);
    assert(this.#fill(size), "a run file ends with a whole entry");
    this.show(this.#buffer, this.#at);
    this.#at += size;
    return true;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** Makes `size` bytes available at the position; false at the end of the file. */
  #fill(size: number): boolean {
    if (this.#size - this.#at >= size) return true;
    assert(this.#descriptor !== undefined, "a run is read before it is closed");
    const rest = this.#size - this.#at;
    const buffer = Buffer.allocUnsafe(Math.max(READ_BUFFER_SIZE, size));
    this.#buffer.copy(buffer, 0, this.#at, this.#size);
    let filled = rest;
    while (filled < buffer.length) {
      const count = readSync(this.#descriptor, buffer, filled, buffer.length - filled, this.#fileOffset);
      if (count === 0) break;
      this.#fileOffset += count;
      filled += count;
    }
    this.#buffer = buffer;
    this.#at = 0;
    this.#size = filled;
    return filled >= size;
  }
}

/** Merges sorted runs; there are few, so the smallest is found by looking at all. */
class MergingCursor implements TupleCursor {
  keyBytes: Uint8Array = Buffer.alloc(0);
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = Buffer.alloc(0);
  valueStart = 0;
  valueEnd = 0;
  #runs: readonly TupleCursor[];
  #shown: TupleCursor | undefined;

  constructor(runs: readonly TupleCursor[]) {
    this.#runs = runs.filter((run) => run.next());
  }

  next(): boolean {
    const shown = this.#shown;
    if (shown !== undefined && !shown.next()) this.#runs = this.#runs.filter((run) => run !== shown);
    let [smallest] = this.#runs;
    for (const run of this.#runs) {
      if (smallest === undefined || compareCursors(run, smallest) < 0) smallest = run;
    }
    this.#shown = smallest;
    if (smallest === undefined) return false;
    this.keyBytes = smallest.keyBytes;
    this.keyStart = smallest.keyStart;
    this.keyEnd = smallest.keyEnd;
    this.valueBytes = smallest.valueBytes;
    this.valueStart = smallest.valueStart;
    this.valueEnd = smallest.valueEnd;
    return true;
  }
}

function compareCursors(left: TupleCursor, right: TupleCursor): number {
  return compareRanges(
    left.keyBytes,
    left.keyStart,
    left.keyEnd,
    right.keyBytes,
    right.keyStart,
    right.keyEnd,
  );
}

/**
 * Sorts any number of entries by key within bounded memory, to build a tree bottom-up: runs that outgrow the limit are
 * sorted and spilled to temporary files, and merged when read. Equal keys are an error of the caller's data (a unique
 * violation) and are reported, not dropped.
 *
 * Entries that come in order already (rows that are rewritten under the same key) are not sorted. The others are, by
 * by a number each: five bytes of the key after what all keys begin with, which decide nearly always, and the place of
 * arrival, which keeps equal keys in that order.
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

/** Places of arrival take so many bits of a sort number. */
const PLACE_BITS = 24;
const ENTRY_COUNT_MAX = 2 ** PLACE_BITS;
/** Which half of a 64-bit number in memory is the lower one. */
const LOW_WORD: 0 | 1 = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;

export class KeySorter {
  readonly #options: KeySorterOptions;
  readonly #memoryMaxBytes: number;
  #data: Uint8Array = Buffer.allocUnsafeSlow(64 * 1024);
  #dataSize = 0;
  /** Start of each entry in `#data`, in order of arrival. */
  #starts: number[] = [];
  /** The entries in memory came in ascending order so far. */
  #ascending = true;
  /** The number of bytes that all keys in memory begin with alike. */
  #commonSize = 0;
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
    const full = this.#memoryNeeded + size > this.#memoryMaxBytes || this.#starts.length === ENTRY_COUNT_MAX;
    if (full && this.#starts.length > 0) this.#spill();
    this.#reserve(size);
    this.#compareWithOthers(key);
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

  #compareWithOthers(key: Uint8Array): void {
    const data = this.#data;
    const [first] = this.#starts;
    if (first === undefined) {
      this.#ascending = true;
      this.#commonSize = key.length;
      return;
    }
    const firstKey = first + ENTRY_HEADER_SIZE;
    let common = Math.min(this.#commonSize, key.length);
    for (let i = 0; i < common; i++) if (data[firstKey + i] !== key[i]) common = i;
    this.#commonSize = common;
    if (!this.#ascending) return;
    const last = this.#starts[this.#starts.length - 1] as number;
    const lastKey = last + ENTRY_HEADER_SIZE;
    const lastEnd = lastKey + readSize(data, last);
    this.#ascending = compareRanges(data, lastKey, lastEnd, key, 0, key.length) <= 0;
  }

  #sortedStarts(): readonly number[] {
    const starts = this.#starts;
    if (this.#ascending) return starts;
    const numbers = this.#sortNumbers();
    const words = new Uint32Array(numbers.buffer);
    const sorted: number[] = new Array(starts.length);
    let groupStart = 0;
    for (let at = 0; at < sorted.length; at++) {
      const low = words[2 * at + LOW_WORD] as number;
      sorted[at] = starts[low & (ENTRY_COUNT_MAX - 1)] as number;
      if (at > 0 && samePrefix(words, at - 1, at)) continue;
      this.#sortGroup(sorted, groupStart, at);
      groupStart = at;
    }
    this.#sortGroup(sorted, groupStart, sorted.length);
    return sorted;
  }

  #sortNumbers(): BigUint64Array {
    const data = this.#data;
    const starts = this.#starts;
    const numbers = new BigUint64Array(starts.length);
    const words = new Uint32Array(numbers.buffer);
    for (let place = 0; place < starts.length; place++) {
      const start = starts[place] as number;
      const end = start + ENTRY_HEADER_SIZE + readSize(data, start);
      let high = 0;
      let at = start + ENTRY_HEADER_SIZE + this.#commonSize;
      for (let shift = 24; shift >= 0; shift -= 8, at++) if (at < end) high |= (data[at] as number) << shift;
      const fifth = at < end ? (data[at] as number) : 0;
      words[2 * place + 1 - LOW_WORD] = high;
      words[2 * place + LOW_WORD] = (fifth << PLACE_BITS) | place;
    }
    return numbers.sort();
  }

  /** Entries `[from, to)` have the same prefix; they are in order of arrival. */
  #sortGroup(sorted: number[], from: number, to: number): void {
    if (to - from < 2) return;
    const data = this.#data;
    const group = sorted.slice(from, to).sort((left, right) => {
      const leftKey = left + ENTRY_HEADER_SIZE;
      const rightKey = right + ENTRY_HEADER_SIZE;
      const leftEnd = leftKey + readSize(data, left);
      const rightEnd = rightKey + readSize(data, right);
      return compareRanges(data, leftKey, leftEnd, data, rightKey, rightEnd);
    });
    for (let at = from; at < to; at++) sorted[at] = group[at - from] as number;
  }

  #spill(): void {
    const file = path.join(this.#options.folder, `${SORT_RUN_PREFIX}${process.pid}-${nextRunNumber++}.tmp`);
    const descriptor = openSync(file, "wx");
    this.#runs.push(file);
    try {
      const ordered = this.#orderedData();
      const size = this.#dataSize;
      for (let written = 0; written < size; )
        written += writeSync(descriptor, ordered, written, size - written);
    } finally {
      closeSync(descriptor);
    }
    this.#starts = [];
    this.#dataSize = 0;
  }

  #orderedData(): Uint8Array {
    const data = this.#data;
    if (this.#ascending) return data;
    const ordered = Buffer.allocUnsafeSlow(this.#dataSize);
    let at = 0;
    for (const start of this.#sortedStarts()) {
      const entry = data.subarray(start, start + entrySize(data, start));
      ordered.set(entry, at);
      at += entry.length;
    }
    return ordered;
  }
}

function samePrefix(words: Uint32Array, left: number, right: number): boolean {
  if (words[2 * left + 1 - LOW_WORD] !== words[2 * right + 1 - LOW_WORD]) return false;
  return (
    (words[2 * left + LOW_WORD] as number) >>> PLACE_BITS ===
    (words[2 * right + LOW_WORD] as number) >>> PLACE_BITS
  );
}

function writeSize(data: Uint8Array, at: number, size: number): void {
  data[at] = size;
  data[at + 1] = size >>> 8;
  data[at + 2] = size >>> 16;
  data[at + 3] = size >>> 24;
}

function readSize(data: Uint8Array, at: number): number {
  const low = (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
  return (low | ((data[at + 3] as number) << 24)) >>> 0;
}

/** Short runs are copied faster by hand than by a native call. */
function copyInto(target: Uint8Array, at: number, source: Uint8Array): void {
  if (source.length > 64) target.set(source, at);
  else for (let i = 0; i < source.length; i++) target[at + i] = source[i] as number;
}

/** Makes run files of several sorters in one folder differ. */
let nextRunNumber = 0;

function entrySize(data: Uint8Array, at: number): number {
  return ENTRY_HEADER_SIZE + readSize(data, at) + readSize(data, at + 4);
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

  protected show(data: Uint8Array, at: number): void {
    this.keyBytes = data;
    this.valueBytes = data;
    this.keyStart = at + ENTRY_HEADER_SIZE;
    this.keyEnd = this.keyStart + readSize(data, at);
    this.valueStart = this.keyEnd;
    this.valueEnd = this.keyEnd + readSize(data, at + 4);
  }
}

class MemoryRun extends RunCursor {
  readonly #data: Uint8Array;
  readonly #starts: readonly number[];
  #at = -1;

  constructor(data: Uint8Array, starts: readonly number[]) {
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

/**
 * Sorts entries into runs of bounded size: all that were added since the last run, in key order, one after the other as
 * sort-run.ts has them. A run is kept in memory, where another thread can take it over without copying it, or in a file. Keys
 * that are equal follow one another.
 */
import { sortKeys } from "./key-order.ts";
import { ENTRY_HEADER_SIZE, RunWriter, writeSize } from "./sort-run.ts";

/** What entries may take before they must become a run. */
const RUN_BYTES_MAX: number = 16 * 1024 * 1024;
const DATA_SIZE_INITIAL: number = 1024 * 1024;
const ENTRIES_INITIAL = 16_384;

/** Plain data. Whoever has it removes the file in the end. */
export interface SortedRun {
  /** The run … */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** … or where it is. */
  readonly file: string | undefined;
}

export class RunSorter {
  readonly #runBytesMax: number;
  #data: Uint8Array = Buffer.allocUnsafeSlow(DATA_SIZE_INITIAL);
  #dataSize = 0;
  /** Where the key of each entry begins and ends, in order of arrival. */
  #keyStarts = new Int32Array(ENTRIES_INITIAL);
  #keyEnds = new Int32Array(ENTRIES_INITIAL);
  #count = 0;

  constructor(runBytesMax: number = RUN_BYTES_MAX) {
    this.#runBytesMax = runBytesMax;
  }

  /** No more should be added before {@link takeRun}. */
  get full(): boolean {
    return this.#dataSize >= this.#runBytesMax;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** The key is `key[0, keySize)`. Everything is copied. */
  add(key: Uint8Array, keySize: number, value: Uint8Array): void {
    const at = this.#dataSize;
    const keyAt = at + ENTRY_HEADER_SIZE;
    const keyEnd = keyAt + keySize;
    const end = keyEnd + value.length;
    if (end > this.#data.length || this.#count === this.#keyStarts.length) this.#grow(end);
    const data = this.#data;
    writeSize(data, at, keySize);
    writeSize(data, at + 4, value.length);
    if (keySize > 96) data.set(key.subarray(0, keySize), keyAt);
    else for (let i = 0; i < keySize; i++) data[keyAt + i] = key[i] as number;
    for (let i = 0; i < value.length; i++) data[keyEnd + i] = value[i] as number;
    this.#dataSize = end;
    const entry = this.#count++;
    this.#keyStarts[entry] = keyAt;
    this.#keyEnds[entry] = keyEnd;
  }

  /** What was added, in a file when one is named. There must be something. */
  takeRun(file: string | undefined): SortedRun {
    const order = sortKeys({
      bytes: this.#data,
      starts: this.#keyStarts,
      ends: this.#keyEnds,
      count: this.#count,
    });
    const run = file === undefined ? this.#toBytes(order) : this.#toFile(order, file);
    this.#count = 0;
    this.#dataSize = 0;
    return run;
  }

  #toBytes(order: Int32Array): SortedRun {
    const data = this.#data;
    const starts = this.#keyStarts;
    const { buffer } = Buffer.allocUnsafeSlow(this.#dataSize);
    const bytes = new Uint8Array(buffer as ArrayBuffer);
    let at = 0;
    for (let i = 0; i < order.length; i++) {
      const entry = order[i] as number;
      const start = (starts[entry] as number) - ENTRY_HEADER_SIZE;
      const end = this.#entryEnd(entry);
      if (end - start > 96) {
        bytes.set(data.subarray(start, end), at);
        at += end - start;
      } else for (let from = start; from < end; from++) bytes[at++] = data[from] as number;
    }
    return { bytes, file: undefined };
  }

  #toFile(order: Int32Array, file: string): SortedRun {
    const writer = new RunWriter(file);
    try {
      for (let i = 0; i < order.length; i++) {
        const entry = order[i] as number;
        const start = (this.#keyStarts[entry] as number) - ENTRY_HEADER_SIZE;
        writer.writeEntry(this.#data, start, this.#entryEnd(entry));
      }
      writer.finish();
    } finally {
      writer.close();
    }
    return { bytes: undefined, file };
  }

  /** An entry ends where the next one that came begins. */
  #entryEnd(entry: number): number {
    return entry + 1 < this.#count
      ? (this.#keyStarts[entry + 1] as number) - ENTRY_HEADER_SIZE
      : this.#dataSize;
  }

  #grow(size: number): void {
    if (this.#count === this.#keyStarts.length) {
      this.#keyStarts = twice(this.#keyStarts);
      this.#keyEnds = twice(this.#keyEnds);
    }
    if (size <= this.#data.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#data.length));
    grown.set(this.#data.subarray(0, this.#dataSize));
    this.#data = grown;
  }
}

function twice(places: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * places.length);
  grown.set(places);
  return grown;
}

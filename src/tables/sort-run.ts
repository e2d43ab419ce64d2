/**
 * Sorted runs in temporary files, and cursors that merge them. A run file is a sequence of entries: u32 key size, u32
 * value size (little-endian), key, value.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { assert } from "../base/assert.ts";
import { compareRanges } from "../bytes/compare.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";

export const ENTRY_HEADER_SIZE = 8;
export const READ_BUFFER_SIZE: number = 256 * 1024;
const WRITE_BUFFER_SIZE = 256 * 1024;
const NO_RUN = -1;

export function entrySize(data: Uint8Array, at: number): number {
  return ENTRY_HEADER_SIZE + readSize(data, at) + readSize(data, at + 4);
}

export function writeSize(data: Uint8Array, at: number, size: number): void {
  data[at] = size;
  data[at + 1] = size >>> 8;
  data[at + 2] = size >>> 16;
  data[at + 3] = size >>> 24;
}

function readSize(data: Uint8Array, at: number): number {
  return (
    ((data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24)) >>>
    0
  );
}

/** Writes entries one after the other into a new file. {@link close} it also when something fails. */
export class RunWriter {
  readonly file: string;
  #descriptor: number | undefined;
  #buffer: Buffer = Buffer.allocUnsafe(WRITE_BUFFER_SIZE);
  #size = 0;

  constructor(file: string) {
    this.file = file;
    this.#descriptor = openSync(file, "wx");
  }

  /** An entry as it lies in a buffer, header included. */
  writeEntry(data: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#size += copyRange(data, start, end, this.#buffer, this.#size);
  }

  write(key: Uint8Array, keyStart: number, keyEnd: number, value: Uint8Array, valueSize: number): void {
    const keySize = keyEnd - keyStart;
    this.#reserve(ENTRY_HEADER_SIZE + keySize + valueSize);
    const buffer = this.#buffer;
    let at = this.#size;
    writeSize(buffer, at, keySize);
    writeSize(buffer, at + 4, valueSize);
    at += ENTRY_HEADER_SIZE;
    at += copyRange(key, keyStart, keyEnd, buffer, at);
    this.#size = at + copyRange(value, 0, valueSize, buffer, at);
  }

  /** Puts everything into the file. */
  finish(): void {
    this.#flush();
    this.close();
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #reserve(size: number): void {
    if (this.#size + size <= this.#buffer.length) return;
    this.#flush();
    if (size > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(size);
  }

  #flush(): void {
    assert(this.#descriptor !== undefined, "a run is written before it is closed");
    let written = 0;
    while (written < this.#size)
      written += writeSync(this.#descriptor, this.#buffer, written, this.#size - written);
    this.#size = 0;
  }
}

/** Short ranges are copied faster by hand than by a native call. Returns how much was copied. */
function copyRange(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  const size = end - start;
  if (size > 64) target.set(source.subarray(start, end), at);
  else for (let i = 0; i < size; i++) target[at + i] = source[start + i] as number;
  return size;
}

/** The part shared by all cursors over entries as they lie in run files. */
export abstract class RunCursor implements TupleCursor {
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

/** Reads the bytes of a run file that is in memory. */
export class RunBytesReader extends RunCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = bytes;
  }

  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.show(this.#bytes, this.#at);
    this.#at = this.valueEnd;
    return true;
  }
}

/** Reads a run file. */
export class RunReader extends RunCursor {
  #descriptor: number | undefined;
  /** A fresh buffer per read: what was shown stays valid. */
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #size = 0;
  #fileOffset = 0;
  readonly #bufferSize: number;

  constructor(file: string, bufferSize: number = READ_BUFFER_SIZE) {
    super();
    this.#descriptor = openSync(file, "r");
    this.#bufferSize = bufferSize;
  }

  next(): boolean {
    if (!this.#fill(ENTRY_HEADER_SIZE)) {
      assert(this.#size === this.#at, "a run file ends with a whole entry");
      return false;
    }
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
    const buffer = Buffer.allocUnsafeSlow(Math.max(this.#bufferSize, size));
    let filled = this.#size - this.#at;
    this.#buffer.copy(buffer, 0, this.#at, this.#size);
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

/**
 * Merges sorted runs by a tournament: each inner node of a tree keeps the run that lost there, so that the winner's next entry
 * meets one opponent per level. Equal keys come in the order of the runs.
 */
export class MergingCursor implements TupleCursor {
  keyBytes: Uint8Array = Buffer.alloc(0);
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = Buffer.alloc(0);
  valueStart = 0;
  valueEnd = 0;
  readonly #runs: readonly TupleCursor[];
  /** The loser at each inner node from 1 on, whose children are at twice its place; run i is the leaf at `count + i`. */
  readonly #losers: Int32Array;
  readonly #ended: Uint8Array;
  #winner = NO_RUN;

  constructor(runs: readonly TupleCursor[]) {
    this.#runs = runs;
    this.#losers = new Int32Array(runs.length).fill(NO_RUN);
    this.#ended = new Uint8Array(runs.length);
  }

  next(): boolean {
    if (this.#winner === NO_RUN) for (let run = 0; run < this.#runs.length; run++) this.#advance(run);
    else this.#advance(this.#winner);
    const winner = this.#winner;
    if (winner === NO_RUN || this.#ended[winner] === 1) return false;
    const run = this.#runs[winner] as TupleCursor;
    this.keyBytes = run.keyBytes;
    this.keyStart = run.keyStart;
    this.keyEnd = run.keyEnd;
    this.valueBytes = run.valueBytes;
    this.valueStart = run.valueStart;
    this.valueEnd = run.valueEnd;
    return true;
  }

  /** Takes the run's next entry up the tree. At the start, the first to come to a node waits there for the second. */
  #advance(run: number): void {
    if (this.#ended[run] === 0 && !(this.#runs[run] as TupleCursor).next()) this.#ended[run] = 1;
    const losers = this.#losers;
    let winner = run;
    for (let node = (run + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node] as number;
      if (other === NO_RUN) {
        losers[node] = winner;
        return;
      }
      if (!this.#isBefore(other, winner)) continue;
      losers[node] = winner;
      winner = other;
    }
    this.#winner = winner;
  }

  #isBefore(left: number, right: number): boolean {
    if (this.#ended[left] === 1) return false;
    if (this.#ended[right] === 1) return true;
    const a = this.#runs[left] as TupleCursor;
    const b = this.#runs[right] as TupleCursor;
    const order = compareRanges(a.keyBytes, a.keyStart, a.keyEnd, b.keyBytes, b.keyStart, b.keyEnd);
    return order === 0 ? left < right : order < 0;
  }
}

/**
 * Rows in temporary files, divided by the hash of a key: what grouping and DISTINCT may not hold in memory. All rows of
 * one key are in one file, so each file is a smaller input of the same kind.
 */
import { RunReader, RunWriter } from "../../tables/sort-run.ts";
import type { SpillShare } from "../../tables/spill-space.ts";
import type { Frame } from "./frame.ts";
import type { RowShape } from "./row-buffer.ts";
import { RowImage } from "./row-image.ts";

const PARTITION_BITS = 4;
/** A hash has no more bits to divide by. */
const PARTITION_DEPTH_MAX = 7;
const NO_KEY: Uint8Array = new Uint8Array(0);

export interface Partition {
  readonly file: string;
  /** How often its rows were divided. */
  readonly depth: number;
}

export class RowPartitions {
  readonly #share: SpillShare;
  readonly #image: RowImage;
  /** Partitions still to be read. */
  #pending: Partition[] = [];
  #writers: (RunWriter | undefined)[] = [];
  #reader: RunReader | undefined;
  #read: Partition | undefined;

  constructor(share: SpillShare, shape: RowShape) {
    this.#share = share;
    this.#image = new RowImage(shape);
  }

  /** Whether another division would tell rows apart. */
  get isDivisible(): boolean {
    return this.#depth < PARTITION_DEPTH_MAX;
  }

  get #depth(): number {
    return this.#read === undefined ? 0 : this.#read.depth;
  }

  /** Sets the current row aside; `hash` is of its key. */
  write(frame: Frame, hash: number): void {
    const number = (hash >>> (PARTITION_BITS * this.#depth)) & (2 ** PARTITION_BITS - 1);
    let writer = this.#writers[number];
    if (writer === undefined) {
      writer = new RunWriter(this.#share.newFile());
      this.#writers[number] = writer;
    }
    const { bytes, size } = this.#image.write(frame);
    writer.write(NO_KEY, 0, 0, bytes, size);
  }

  /** Goes on to the rows of another partition; false when there is none left. */
  openNext(): boolean {
    const depth = this.#depth + 1;
    for (const writer of this.#writers) {
      if (writer === undefined) continue;
      writer.finish();
      this.#pending.push({ file: writer.file, depth });
    }
    this.#writers = [];
    this.#closeReader();
    this.#read = this.#pending.pop();
    if (this.#read === undefined) return false;
    this.#reader = new RunReader(this.#read.file);
    return true;
  }

  /** Makes the next row of the open partition the frame's current row; false at its end. */
  next(frame: Frame): boolean {
    const reader = this.#reader;
    if (reader === undefined || !reader.next()) return false;
    this.#image.read(reader.valueBytes, reader.valueStart, frame);
    return true;
  }

  /** Closes the files; releasing the share removes them. */
  close(): void {
    for (const writer of this.#writers) writer?.close();
    this.#writers = [];
    this.#closeReader();
    this.#pending = [];
  }

  #closeReader(): void {
    this.#reader?.close();
    this.#reader = undefined;
    if (this.#read !== undefined) this.#share.removeFile(this.#read.file);
  }
}

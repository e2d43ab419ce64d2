/**
 * Sorts any number of rows by byte keys: in memory while the statement may hold them, then in sorted runs of temporary
 * files that are merged when read. Rows with equal keys keep their order of arrival.
 */
import { sortKeys } from "../../tables/key-order.ts";
import { MergingCursor, RunReader, RunWriter } from "../../tables/sort-run.ts";
import type { SpillShare } from "../../tables/spill-space.ts";
import { FieldWriter } from "../../values/codec/field-writer.ts";
import type { Frame } from "./frame.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";
import { RowImage } from "./row-image.ts";
import { type SortKeyPart, writeSortKey } from "./sort-key-bytes.ts";

const ROWS_MIN = 1024;
/** Memory is asked for after so many more rows. */
const ROWS_PER_CLAIM = 256;
/** Offsets of keys and, while sorting, their order and words. */
const OVERHEAD_PER_ROW_BYTES = 28;
/** Keys lie in one array with 31-bit offsets. */
const KEYS_MAX_BYTES = 1024 * 1024 * 1024;

export class RowSorter {
  readonly #parts: readonly SortKeyPart[];
  readonly #rows: RowBuffer;
  readonly #image: RowImage;
  readonly #writer = new FieldWriter();
  #share: SpillShare | undefined;
  #keys: Uint8Array = new Uint8Array(0);
  #keysSize = 0;
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #order: Int32Array = new Int32Array(0);
  #at = 0;
  #runs: string[] = [];
  #readers: RunReader[] = [];
  #merged: MergingCursor | undefined;

  constructor(parts: readonly SortKeyPart[], shape: RowShape) {
    this.#parts = parts;
    this.#rows = new RowBuffer(shape);
    this.#image = new RowImage(shape);
  }

  add(frame: Frame): void {
    const writer = this.#writer;
    writeSortKey(this.#parts, frame, writer);
    const { size } = writer;
    const row = this.#rows.count;
    if (row % ROWS_PER_CLAIM === 0 && row > 0 && !this.#hasRoom(frame)) {
      this.#spill(frame);
      this.add(frame);
      return;
    }
    this.#reserve(row, size);
    const keys = this.#keys;
    const { bytes } = writer;
    const start = this.#keysSize;
    for (let i = 0; i < size; i++) keys[start + i] = bytes[i] as number;
    this.#starts[row] = start;
    this.#ends[row] = start + size;
    this.#keysSize = start + size;
    this.#rows.push(frame);
  }

  /** Adds no more rows; {@link next} shows them. */
  finish(frame: Frame): void {
    if (this.#runs.length > 0) {
      this.#spill(frame);
      this.#readers = this.#runs.map((file) => new RunReader(file));
      this.#merged = new MergingCursor(this.#readers);
      return;
    }
    this.#order = this.#sortedRows(this.#rows.count);
    this.#keys = new Uint8Array(0);
  }

  /** Makes the next row in order the frame's current row; false at the end. */
  next(frame: Frame): boolean {
    const merged = this.#merged;
    if (merged === undefined) {
      if (this.#at >= this.#order.length) return false;
      this.#rows.restore(this.#order[this.#at++] as number, frame);
      return true;
    }
    if (!merged.next()) return false;
    this.#image.read(merged.valueBytes, merged.valueStart, frame);
    return true;
  }

  clear(): void {
    this.#dropRows();
    this.#order = new Int32Array(0);
    this.#at = 0;
    for (const reader of this.#readers) reader.close();
    this.#readers = [];
    this.#runs = [];
    this.#merged = undefined;
    this.#share?.release();
    this.#share = undefined;
  }

  #hasRoom(frame: Frame): boolean {
    this.#share ??= frame.context.spill.open();
    const keysSize = this.#keysSize;
    if (keysSize > KEYS_MAX_BYTES) return false;
    return this.#share.holds(this.#rows.sizeBytes + keysSize + this.#rows.count * OVERHEAD_PER_ROW_BYTES);
  }

  #sortedRows(count: number): Int32Array {
    return sortKeys({ bytes: this.#keys, starts: this.#starts, ends: this.#ends, count });
  }

  /** Writes the rows held to a run. The frame shows the row that it showed before. */
  #spill(frame: Frame): void {
    this.#share ??= frame.context.spill.open();
    const current = this.#rows.push(frame);
    const order = this.#sortedRows(current);
    const file = this.#share.newFile();
    this.#runs.push(file);
    const writer = new RunWriter(file);
    try {
      for (let i = 0; i < order.length; i++) {
        const row = order[i] as number;
        this.#rows.restore(row, frame);
        const image = this.#image.write(frame);
        const start = this.#starts[row] as number;
        writer.write(this.#keys, start, this.#ends[row] as number, image.bytes, image.size);
      }
      writer.finish();
    } finally {
      writer.close();
    }
    this.#rows.restore(current, frame);
    this.#dropRows();
    this.#share.holds(0);
  }

  #dropRows(): void {
    this.#rows.clear();
    this.#keys = new Uint8Array(0);
    this.#keysSize = 0;
    this.#starts = new Int32Array(0);
    this.#ends = new Int32Array(0);
  }

  #reserve(row: number, keySize: number): void {
    if (row >= this.#starts.length) {
      const count = Math.max(ROWS_MIN, 2 * this.#starts.length);
      const starts = new Int32Array(count);
      const ends = new Int32Array(count);
      starts.set(this.#starts);
      ends.set(this.#ends);
      this.#starts = starts;
      this.#ends = ends;
    }
    const needed = this.#keysSize + keySize;
    if (needed <= this.#keys.length) return;
    const grown = new Uint8Array(Math.max(16 * ROWS_MIN, 2 * this.#keys.length, needed));
    grown.set(this.#keys.subarray(0, this.#keysSize));
    this.#keys = grown;
  }
}

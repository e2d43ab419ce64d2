/**
 * Sorts any number of rows by byte keys: in memory while the statement may hold them, then in sorted runs of temporary
 * files that are merged when read. Rows with equal keys keep their order of arrival.
 */
import { sortKeys } from "../../tables/key-order.ts";
import { MergingCursor, RunReader, RunWriter } from "../../tables/sort-run.ts";
import type { SpillShare } from "../../tables/spill-space.ts";
import { FieldWriter } from "../../values/codec/field-writer.ts";
import type { Frame } from "./frame.ts";
import type { RowShape } from "./row-buffer.ts";
import { RowImage } from "./row-image.ts";
import { RowStore } from "./row-store.ts";
import { appendSortKey, type SortKeyPart } from "./sort-key-bytes.ts";

const ROWS_MIN = 1024;
/** So many rows are fetched from memory together. */
const ROWS_PER_TOUCH = 32;
/** Memory is asked for after so many more rows. */
const ROWS_PER_CLAIM = 256;
/** Offsets of keys and, while sorting, their order and words. */
const OVERHEAD_PER_ROW_BYTES = 40;
/** Keys lie in one array with 31-bit offsets. */
const KEYS_MAX_BYTES = 1024 * 1024 * 1024;

export class RowSorter {
  readonly #parts: readonly SortKeyPart[];
  readonly #rows: RowStore;
  readonly #image: RowImage;
  #share: SpillShare | undefined;
  /** The keys one after the other, and where each begins. */
  #keys = new FieldWriter();
  #offsets = new Int32Array(1);
  #order: Int32Array = new Int32Array(0);
  #at = 0;
  #touchedTo = 0;
  #runs: string[] = [];
  #readers: RunReader[] = [];
  #merged: MergingCursor | undefined;

  constructor(parts: readonly SortKeyPart[], shape: RowShape) {
    this.#parts = parts;
    this.#rows = new RowStore(shape);
    this.#image = new RowImage(shape);
  }

  add(frame: Frame): void {
    const row = this.#rows.count;
    if (row % ROWS_PER_CLAIM === 0 && row > 0 && !this.#hasRoom(frame)) {
      this.#spill(frame);
      this.add(frame);
      return;
    }
    if (row + 1 >= this.#offsets.length) this.#growOffsets();
    appendSortKey(this.#parts, frame, this.#keys);
    this.#offsets[row + 1] = this.#keys.size;
    this.#rows.push(frame);
  }

  /** Adds no more rows; {@link next} shows them, without the first `skip`; those from `to` on in any order. */
  finish(frame: Frame, skip: number, to: number): void {
    if (this.#runs.length > 0) {
      this.#spill(frame);
      this.#readers = this.#runs.map((file) => new RunReader(file));
      this.#merged = new MergingCursor(this.#readers);
      let passed = 0;
      while (passed < skip && this.#merged.next()) passed++;
      return;
    }
    this.#order = this.#sortedRows(this.#rows.count, skip, to);
    this.#at = skip;
    this.#touchedTo = skip;
    this.#keys = new FieldWriter();
  }

  /** Makes the next row in order the frame's current row; false at the end. */
  next(frame: Frame): boolean {
    const merged = this.#merged;
    if (merged === undefined) {
      if (this.#at >= this.#touchedTo) this.#touch();
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

  #touch(): void {
    const to = Math.min(this.#at + ROWS_PER_TOUCH, this.#order.length);
    this.#rows.touch(this.#order, this.#at, to);
    this.#touchedTo = to;
  }

  #hasRoom(frame: Frame): boolean {
    this.#share ??= frame.context.spill.open();
    const keysSize = this.#keys.size;
    if (keysSize > KEYS_MAX_BYTES) return false;
    return this.#share.holds(this.#rows.sizeBytes + keysSize + this.#rows.count * OVERHEAD_PER_ROW_BYTES);
  }

  #sortedRows(count: number, from: number, to: number): Int32Array {
    const offsets = this.#offsets;
    return sortKeys({ bytes: this.#keys.bytes, starts: offsets, ends: offsets.subarray(1), count }, from, to);
  }

  /** Writes the rows held to a run. The frame shows the row that it showed before. */
  #spill(frame: Frame): void {
    this.#share ??= frame.context.spill.open();
    const current = this.#rows.push(frame);
    const order = this.#sortedRows(current, 0, current);
    const file = this.#share.newFile();
    this.#runs.push(file);
    const writer = new RunWriter(file);
    try {
      for (let i = 0; i < order.length; i++) {
        const row = order[i] as number;
        this.#rows.restore(row, frame);
        const image = this.#image.write(frame);
        const [start, end] = [this.#offsets[row] as number, this.#offsets[row + 1] as number];
        writer.write(this.#keys.bytes, start, end, image.bytes, image.size);
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
    this.#keys = new FieldWriter();
    this.#offsets = new Int32Array(1);
  }

  #growOffsets(): void {
    const grown = new Int32Array(Math.max(ROWS_MIN, 2 * this.#offsets.length));
    grown.set(this.#offsets);
    this.#offsets = grown;
  }
}

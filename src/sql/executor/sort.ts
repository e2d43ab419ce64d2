/**
 * ORDER BY of many rows. With a row limit only the best rows are kept, in a heap, their keys in one array per key;
 * otherwise the rows are sorted by byte keys, beyond the memory allowed in temporary files. Equal rows keep their input
 * order.
 */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";
import { RowSorter } from "./row-sorter.ts";
import type { SortColumn } from "./sort-column.ts";
import type { SortKeyPart } from "./sort-key-bytes.ts";

export interface SortKey {
  readonly column: SortColumn;
  readonly descending: boolean;
}

export interface SortOptions {
  readonly input: Operator;
  readonly keys: readonly SortKey[];
  /** The same keys as bytes. */
  readonly keyParts: readonly SortKeyPart[];
  readonly shape: RowShape;
  /** Rows that will be asked for (offset + count of LIMIT), when known before the sort. */
  readonly limit: ((frame: Frame) => number) | undefined;
}

const ROWS_PER_SLICE = 4096;
/** Above this LIMIT a full sort beats the heap. */
const HEAP_ROWS_MAX = 20_000;

type Phase = "reading" | "writing";

export class Sort implements Operator {
  readonly #input: Operator;
  readonly #keys: readonly SortKey[];
  readonly #limit: ((frame: Frame) => number) | undefined;
  readonly #buffer: RowBuffer;
  readonly #sorter: RowSorter;
  /** The rows' sequence numbers (only the heap reorders positions). */
  #sequence: number[] = [];
  #heap: number[] = [];
  #heapSize = Number.POSITIVE_INFINITY;
  #read = 0;
  /** The heap's rows in order. */
  #order: readonly number[] = [];
  #at = 0;
  #skip = 0;
  #phase: Phase = "reading";

  constructor(options: SortOptions) {
    this.#input = options.input;
    this.#keys = options.keys;
    this.#limit = options.limit;
    this.#buffer = new RowBuffer(options.shape);
    this.#sorter = new RowSorter(options.keyParts, options.shape);
  }

  open(frame: Frame): void {
    this.#forget();
    const limit = this.#limit?.(frame) ?? Number.POSITIVE_INFINITY;
    this.#heapSize = limit <= HEAP_ROWS_MAX ? limit : Number.POSITIVE_INFINITY;
    this.#input.open(frame);
  }

  /** Rows that are left out need no order among themselves. */
  skipRows(count: number): void {
    this.#skip = count;
  }

  next(frame: Frame): Step {
    if (this.#phase === "reading") {
      const step = this.#fill(frame);
      if (step !== STEP_DONE) return step;
    }
    if (this.#heapSize === Number.POSITIVE_INFINITY) return this.#sorter.next(frame) ? STEP_ROW : STEP_DONE;
    if (this.#at >= this.#order.length) return STEP_DONE;
    this.#buffer.restore(this.#order[this.#at++] as number, frame);
    return STEP_ROW;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
    this.#forget();
  }

  #forget(): void {
    this.#buffer.clear();
    this.#sorter.clear();
    for (const key of this.#keys) key.column.clear();
    this.#sequence = [];
    this.#heap = [];
    this.#order = [];
    this.#read = 0;
    this.#at = 0;
    this.#skip = 0;
    this.#phase = "reading";
  }

  #fill(frame: Frame): Step {
    if (this.#heapSize === 0) {
      this.#phase = "writing";
      return STEP_DONE;
    }
    const isLimited = this.#heapSize !== Number.POSITIVE_INFINITY;
    for (let i = 0; i < ROWS_PER_SLICE; i++) {
      const step = this.#input.next(frame);
      if (step === STEP_ROW) {
        if (isLimited) this.#add(frame);
        else this.#sorter.add(frame);
        continue;
      }
      if (step !== STEP_DONE) return step;
      if (isLimited) this.#order = this.#heap.toSorted((left, right) => this.#compare(left, right));
      else this.#sorter.finish(frame, this.#skip, this.#limit?.(frame) ?? Number.POSITIVE_INFINITY);
      this.#at = this.#skip;
      this.#phase = "writing";
      return STEP_DONE;
    }
    return STEP_AGAIN;
  }

  #add(frame: Frame): void {
    const keys = this.#keys;
    const position = this.#buffer.count;
    if (position < this.#heapSize) {
      for (let k = 0; k < keys.length; k++) {
        const { column } = keys[k] as SortKey;
        column.stage(frame);
        column.push();
      }
      this.#sequence.push(this.#read++);
      this.#buffer.push(frame);
      this.#pushHeap(position);
      return;
    }
    this.#read++;
    const worst = this.#heap[0] as number;
    let undecided = true;
    for (let k = 0; k < keys.length; k++) {
      const { column, descending } = keys[k] as SortKey;
      column.stage(frame);
      if (!undecided) continue;
      const order = column.compareStaged(worst);
      if (order === 0) continue;
      // A row that is no better than the worst one kept never gets in (later rows lose ties).
      if ((descending ? -order : order) > 0) return;
      undecided = false;
    }
    if (undecided) return;
    for (let k = 0; k < keys.length; k++) (keys[k] as SortKey).column.replace(worst);
    this.#sequence[worst] = this.#read;
    this.#buffer.replace(worst, frame);
    this.#siftDown(0);
  }

  #compare(left: number, right: number): number {
    const keys = this.#keys;
    for (let k = 0; k < keys.length; k++) {
      const { column, descending } = keys[k] as SortKey;
      const order = column.compare(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return (this.#sequence[left] as number) - (this.#sequence[right] as number);
  }

  #pushHeap(position: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(position);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(heap[parent] as number, position) >= 0) break;
      heap[at] = heap[parent] as number;
      at = parent;
    }
    heap[at] = position;
  }

  #siftDown(start: number): void {
    const heap = this.#heap;
    const position = heap[start] as number;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#compare(heap[child + 1] as number, heap[child] as number) > 0)
        child++;
      if (this.#compare(heap[child] as number, position) <= 0) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = position;
  }
}

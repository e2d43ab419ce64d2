/**
 * ORDER BY of few rows, which is most of them: kept in buffers that each execution uses again and merged without a
 * call into the engine's sort. With more rows than fit, what was read so far and the rest go to the general operator.
 *
 * Where DISTINCT asks for exactly what is sorted by, rows that compare equal end up side by side and only the first
 * is shown, so that no key is made of them. Equal rows keep their input order.
 */
import type { Frame, Operator, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import { RowBuffer, type RowShape } from "./row-buffer.ts";
import type { SortKey } from "./sort.ts";

type SkippingOperator = Operator & Required<Pick<Operator, "skipRows">>;

export interface SmallSortOptions {
  readonly input: Operator;
  readonly keys: readonly SortKey[];
  readonly shape: RowShape;
  readonly distinct: boolean;
  /** Makes the operator that does the same for any number of rows. */
  readonly large: (input: Operator) => SkippingOperator;
}

export const SMALL_SORT_ROWS_MAX = 1024;
/** Runs of this length are sorted by insertion before they are merged. */
const RUN_LENGTH = 8;

/** For merging; a sort is over before another one begins. */
const scratch = new Int32Array(SMALL_SORT_ROWS_MAX);

export class SmallSort implements Operator {
  readonly #input: Operator;
  readonly #keys: readonly SortKey[];
  readonly #distinct: boolean;
  readonly #makeLarge: (input: Operator) => SkippingOperator;
  readonly #buffer: RowBuffer;
  #order: Int32Array = new Int32Array(64);
  #at = 0;
  #skip = 0;
  #reading = true;
  #large: SkippingOperator | undefined;
  #isLarge = false;

  constructor(options: SmallSortOptions) {
    this.#input = options.input;
    this.#keys = options.keys;
    this.#distinct = options.distinct;
    this.#makeLarge = options.large;
    this.#buffer = new RowBuffer(options.shape);
  }

  open(frame: Frame): void {
    this.#forget();
    this.#input.open(frame);
  }

  skipRows(count: number): void {
    this.#skip = count;
  }

  next(frame: Frame): Step {
    if (this.#reading) {
      const step = this.#fill(frame);
      if (step !== STEP_DONE) return step;
    }
    if (this.#isLarge) return (this.#large as Operator).next(frame);
    for (; this.#skip > 0; this.#skip--) if (this.#advance() >= this.#buffer.count) return STEP_DONE;
    const at = this.#advance();
    if (at >= this.#buffer.count) return STEP_DONE;
    this.#buffer.restore(this.#order[at] as number, frame);
    return STEP_ROW;
  }

  /** The place of the next row in the order, past its end when there is none. */
  #advance(): number {
    const order = this.#order;
    const { count } = this.#buffer;
    let at = this.#at;
    if (at >= count) return at;
    if (at > 0 && this.#distinct) {
      const shown = order[at - 1] as number;
      while (at < count && this.#compare(shown, order[at] as number) === 0) at++;
    }
    this.#at = at + 1;
    return at;
  }

  close(frame: Frame): void {
    // The general operator closes the input that it reads through the replay.
    if (this.#isLarge) this.#large?.close(frame);
    else this.#input.close(frame);
    this.#forget();
  }

  #forget(): void {
    this.#buffer.clear();
    for (const key of this.#keys) key.column.clear();
    this.#at = 0;
    this.#skip = 0;
    this.#reading = true;
    this.#isLarge = false;
  }

  #fill(frame: Frame): Step {
    const keys = this.#keys;
    const buffer = this.#buffer;
    const input = this.#input;
    for (;;) {
      const step = input.next(frame);
      if (step !== STEP_ROW) {
        if (step !== STEP_DONE) return step;
        this.#sort(buffer.count);
        this.#reading = false;
        return STEP_DONE;
      }
      for (let k = 0; k < keys.length; k++) {
        const { column } = keys[k] as SortKey;
        column.stage(frame);
        column.push();
      }
      buffer.push(frame);
      if (buffer.count < SMALL_SORT_ROWS_MAX) continue;
      this.#goLarge(frame);
      return STEP_AGAIN;
    }
  }

  #goLarge(frame: Frame): void {
    this.#large ??= this.#makeLarge(new Replay(this.#buffer, this.#input));
    this.#isLarge = true;
    this.#reading = false;
    for (const key of this.#keys) key.column.clear();
    this.#large.open(frame);
    this.#large.skipRows(this.#skip);
  }

  #compare(left: number, right: number): number {
    const keys = this.#keys;
    for (let k = 0; k < keys.length; k++) {
      const { column, descending } = keys[k] as SortKey;
      const order = column.compare(left, right);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }

  #sort(count: number): void {
    if (this.#order.length < count) this.#order = new Int32Array(SMALL_SORT_ROWS_MAX);
    const order = this.#order;
    for (let start = 0; start < count; start += RUN_LENGTH) {
      const end = Math.min(start + RUN_LENGTH, count);
      for (let i = start; i < end; i++) {
        let at = i;
        while (at > start && this.#compare(order[at - 1] as number, i) > 0) {
          order[at] = order[at - 1] as number;
          at--;
        }
        order[at] = i;
      }
    }
    for (let length = RUN_LENGTH; length < count; length *= 2) {
      for (let start = 0; start + length < count; start += 2 * length) {
        this.#merge(start, start + length, Math.min(start + 2 * length, count));
      }
    }
  }

  /** Merges two neighbouring sorted runs; of equal rows those of the first run come first. */
  #merge(start: number, middle: number, end: number): void {
    const order = this.#order;
    if (this.#compare(order[middle - 1] as number, order[middle] as number) <= 0) return;
    const size = middle - start;
    for (let i = 0; i < size; i++) scratch[i] = order[start + i] as number;
    let left = 0;
    let right = middle;
    let at = start;
    while (left < size && right < end) {
      const first = scratch[left] as number;
      const second = order[right] as number;
      if (this.#compare(first, second) <= 0) {
        order[at++] = first;
        left++;
      } else {
        order[at++] = second;
        right++;
      }
    }
    while (left < size) order[at++] = scratch[left++] as number;
  }
}

/** Shows the rows of a buffer and then those of an input that is open already. */
class Replay implements Operator {
  readonly #buffer: RowBuffer;
  readonly #input: Operator;
  #at = 0;

  constructor(buffer: RowBuffer, input: Operator) {
    this.#buffer = buffer;
    this.#input = input;
  }

  open(_frame: Frame): void {
    this.#at = 0;
  }

  next(frame: Frame): Step {
    if (this.#at >= this.#buffer.count) return this.#input.next(frame);
    this.#buffer.restore(this.#at++, frame);
    return STEP_ROW;
  }

  close(frame: Frame): void {
    this.#input.close(frame);
  }
}

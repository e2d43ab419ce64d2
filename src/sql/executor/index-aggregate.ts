/**
 * COUNT(*), MIN and MAX of one table without reading its rows: counted in the trees, and looked up at the ends of an
 * index. Gives one row, in which the table's own columns are NULL.
 */
import { AssertionError } from "../../base/assert.ts";
import type { TableView } from "../../engine/api.ts";
import type { ScanDirection, TupleCursor } from "../../prolly/tuple-cursor.ts";
import type { Evaluator, Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_AGAIN, STEP_DONE, STEP_ROW } from "./frame.ts";
import type { PrimaryKeyOf } from "./index-scan.ts";
import type { RangeBuilder } from "./table-scan.ts";

export type IndexAggregateItem =
  | {
      readonly kind: "count";
      readonly register: number;
      readonly index: number;
      /** undefined: all rows */
      readonly ranges: RangeBuilder | undefined;
    }
  /** The first row of the ranges, in their order. */
  | {
      readonly kind: "first";
      readonly register: number;
      readonly index: number;
      readonly ranges: RangeBuilder;
      readonly direction: ScanDirection;
      readonly primaryKeyOf: PrimaryKeyOf;
      readonly evaluate: Evaluator;
    };

type CountItem = IndexAggregateItem & { readonly kind: "count" };
type FirstItem = IndexAggregateItem & { readonly kind: "first" };

const ROWS_PER_SLICE = 4096;

export class IndexAggregate implements Operator {
  readonly #slot: number;
  readonly #items: readonly IndexAggregateItem[];
  #at = 0;
  #range = 0;
  #count = 0;
  /** Counts what the trees can't tell. */
  #cursor: TupleCursor | undefined;

  constructor(slot: number, items: readonly IndexAggregateItem[]) {
    this.#slot = slot;
    this.#items = items;
  }

  open(_frame: Frame): void {
    this.#at = 0;
    this.#restart();
  }

  next(frame: Frame): Step {
    if (this.#at > this.#items.length) return STEP_DONE;
    for (let item = this.#items[this.#at]; item !== undefined; item = this.#items[this.#at]) {
      if (item.kind === "first") frame.registers[item.register] = this.#first(item, frame);
      else if (!this.#countRanges(item, frame)) return STEP_AGAIN;
      else frame.registers[item.register] = this.#count;
      this.#at++;
      this.#restart();
    }
    this.#at++;
    (frame.slots[this.#slot] as RowSlot).present = false;
    return STEP_ROW;
  }

  #restart(): void {
    this.#range = 0;
    this.#count = 0;
    this.#cursor = undefined;
  }

  /** False when there is more to count. */
  #countRanges({ index, ranges }: CountItem, frame: Frame): boolean {
    const view = frame.tables[this.#slot] as TableView;
    if (ranges === undefined) {
      this.#count = view.rowCount();
      return true;
    }
    const list = ranges(frame);
    for (; this.#range < list.length; this.#range++) {
      const range = list[this.#range] as (typeof list)[number];
      const count = this.#cursor === undefined ? view.countRange(index, range) : undefined;
      if (count !== undefined) {
        this.#count += count;
        continue;
      }
      this.#cursor ??= view.openCursor(index, range, "forward");
      for (let i = 0; this.#cursor.next(); i++) {
        this.#count++;
        if (i === ROWS_PER_SLICE) return false;
      }
      this.#cursor = undefined;
    }
    return true;
  }

  #first(
    { index, ranges, direction, primaryKeyOf, evaluate }: FirstItem,
    frame: Frame,
  ): ReturnType<Evaluator> {
    const view = frame.tables[this.#slot] as TableView;
    const row = frame.slots[this.#slot] as RowSlot;
    for (const range of ranges(frame)) {
      const cursor = view.openCursor(index, range, direction);
      if (!cursor.next()) continue;
      const { keyBytes, keyStart, keyEnd } = cursor;
      const key =
        index === 0 ? keyBytes.subarray(keyStart, keyEnd) : primaryKeyOf(keyBytes, keyStart, keyEnd);
      if (!view.lookup(0, key, row)) throw new AssertionError("every index entry has its row");
      row.present = true;
      return evaluate(frame);
    }
    return null;
  }

  close(_frame: Frame): void {
    this.#restart();
  }
}

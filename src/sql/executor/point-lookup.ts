/** Reads at most one row by its complete primary key. */
import type { TableView } from "../../engine/api.ts";
import type { Frame, Operator, RowSlot, Step } from "./frame.ts";
import { STEP_DONE, STEP_ROW } from "./frame.ts";

/** The encoded key to look up, or undefined when no row can match (a NULL, a value out of the type's range). */
export type KeyBuilder = (frame: Frame) => Uint8Array | undefined;

export class PointLookup implements Operator {
  readonly #slot: number;
  readonly #key: KeyBuilder;
  #done = true;

  constructor(slot: number, key: KeyBuilder) {
    this.#slot = slot;
    this.#key = key;
  }

  open(_frame: Frame): void {
    this.#done = false;
  }

  next(frame: Frame): Step {
    if (this.#done) return STEP_DONE;
    this.#done = true;
    const key = this.#key(frame);
    if (key === undefined) return STEP_DONE;
    const row = frame.slots[this.#slot] as RowSlot;
    if (!(frame.tables[this.#slot] as TableView).lookup(0, key, row)) return STEP_DONE;
    row.present = true;
    return STEP_ROW;
  }

  close(_frame: Frame): void {
    this.#done = true;
  }
}

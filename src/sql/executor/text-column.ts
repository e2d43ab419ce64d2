/**
 * A stored text column read as UTF-8 ranges and ordered by its collation byte by byte, so that sorting and grouping by
 * it make no JavaScript string of the text.
 */

import { hashFromBytes } from "../../bytes/hash.ts";
import { FIELD_EXTERNAL, FIELD_NULL, type FieldReader } from "../../tables/row-codec.ts";
import type { Collation } from "../../values/collation.ts";
import type { Frame, RowSlot } from "./frame.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);

export class TextColumn {
  readonly collation: Collation;
  readonly #slot: number;
  readonly #reader: FieldReader;
  /** The text that {@link locate} found last. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;

  /** `reader` is of a column whose fields are UTF-8. */
  constructor(slot: number, reader: FieldReader, collation: Collation) {
    this.#slot = slot;
    this.#reader = reader;
    this.collation = collation;
  }

  /** Finds the current row's text; false when it is NULL. */
  locate(frame: Frame): boolean {
    const slot = this.#slot;
    const row = frame.slots[slot] as RowSlot;
    if (!row.present) return false;
    const reader = this.#reader;
    const state = reader.locate(row);
    if (state === FIELD_NULL) return false;
    if (state === FIELD_EXTERNAL) {
      this.bytes = frame.context.readBlob(slot, hashFromBytes(reader.bytes, reader.start));
      this.start = 0;
      this.end = this.bytes.length;
    } else {
      this.bytes = reader.bytes;
      this.start = reader.start;
      this.end = reader.end;
    }
    return true;
  }
}

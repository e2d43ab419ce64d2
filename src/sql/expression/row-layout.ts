/**
 * Where the columns of a slot's row are found. The planner makes one layout per plan from the row codecs of the
 * tables in its slots.
 */
import type { TupleSlot } from "../../prolly/tuple-cursor.ts";
import type { Value } from "../../values/value.ts";

/** Reads one stored column of the row a slot shows. */
export interface ColumnReader {
  /** The column's value; TIMESTAMP in UTC. Long fields stored apart are fetched by `readBlob`. */
  readonly read: (slot: TupleSlot) => Value;
  /** Finds the stored bytes of the field; false when it is NULL. The result is in `range` until the next call. */
  readonly locate?: (slot: TupleSlot, range: FieldRange) => boolean;
}

/** The bytes of a field; `external` fields hold only the address of a blob. */
export interface FieldRange {
  bytes: Uint8Array;
  start: number;
  end: number;
  external: boolean;
}

export interface RowLayout {
  columnReader(slot: number, column: number): ColumnReader;
}

/** For expressions without columns. */
export const NO_ROWS: RowLayout = {
  columnReader(): never {
    throw new Error("no row is in scope here");
  },
};

/**
 * Where the columns of a slot's row are found. The planner makes one layout per plan from the row codecs of the
 * tables in its slots (or from index entries, for covering reads).
 */
import { AssertionError } from "../../base/assert.ts";
import type { FieldReader } from "../../tables/row-codec.ts";

export interface RowLayout {
  /** The reader of a stored column. TIMESTAMP comes in UTC; expressions convert it to the session's time zone. */
  columnReader(slot: number, column: number): FieldReader;
}

/** For expressions without columns. */
export const NO_ROWS: RowLayout = {
  columnReader(): never {
    throw new AssertionError("no row is in scope of this expression");
  },
};

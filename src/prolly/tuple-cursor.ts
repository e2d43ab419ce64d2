/**
 * The reading seam of every ordered map in the system: prolly trees, in-memory row deltas and merges of both. It shows
 * the current entry as ranges of byte arrays, so that a scan allocates nothing per row.
 */

export interface TupleCursor {
  /** Moves to the next entry (the first one after opening); false at the end. The ranges below are then valid
   *  until the next call. The arrays themselves are never changed or reused, so a (bytes, start, end) triple may
   *  be kept. */
  next(): boolean;
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueBytes: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Bounds in key order. Absent bound = open end. */
export interface KeyRange {
  readonly lower?: Uint8Array;
  /** Default true. */
  readonly lowerInclusive?: boolean;
  readonly upper?: Uint8Array;
  /** Default false. */
  readonly upperInclusive?: boolean;
}

export type ScanDirection = "forward" | "backward";

/** An immutable ordered map of byte strings. */
export interface OrderedMap {
  /** Number of entries. */
  readonly count: number;
  /** Positions `into` on the entry with exactly this key and returns true, else returns false. Allocates nothing. */
  lookup(key: Uint8Array, into: TupleSlot): boolean;
  openCursor(range: KeyRange, direction: ScanDirection): TupleCursor;
}

/** A mutable holder of one entry: what a cursor shows, filled by point look-ups. */
export interface TupleSlot {
  keyBytes: Uint8Array;
  keyStart: number;
  keyEnd: number;
  valueBytes: Uint8Array;
  valueStart: number;
  valueEnd: number;
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

export function emptySlot(): TupleSlot {
  return {
    keyBytes: NO_BYTES,
    keyStart: 0,
    keyEnd: 0,
    valueBytes: NO_BYTES,
    valueStart: 0,
    valueEnd: 0,
  };
}

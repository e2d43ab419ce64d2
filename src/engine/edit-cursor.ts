/** Edits over an ordered map as their readers see them, whoever made them. */
import type { KeyRange, ScanDirection } from "../prolly/tuple-cursor.ts";

/** Walks edited keys in order. The ranges are valid until the next call; the arrays never change. */
export interface EditCursor {
  next(): boolean;
  /** The key was deleted: there is no value. */
  readonly deleted: boolean;
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueBytes: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface EditLayer {
  /** Edited keys, invisible ones included. */
  readonly count: number;
  /** What was edited by `sequence`. */
  openCursor(range: KeyRange, direction: ScanDirection, sequence: number): EditCursor;
  /** Whether the key in `bytes` was edited by `sequence`. */
  isEdited(bytes: Uint8Array, start: number, end: number, sequence: number): boolean;
}

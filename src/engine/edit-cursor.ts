/** Edits over an ordered map as their readers see them, whoever made them. */
import type { KeyRange, ScanDirection, TupleCursor } from "../prolly/tuple-cursor.ts";

/** Walks edited keys, deleted ones included. */
export interface EditCursor extends TupleCursor {
  /** The key was deleted: there is no value. */
  readonly deleted: boolean;
}

export interface EditLayer {
  /** Edited keys, invisible ones included. */
  readonly count: number;
  /** What was edited by `sequence`. */
  openCursor(range: KeyRange, direction: ScanDirection, sequence: number): EditCursor;
  /** Whether the key in `bytes` was edited by `sequence`. */
  isEdited(bytes: Uint8Array, start: number, end: number, sequence: number): boolean;
}

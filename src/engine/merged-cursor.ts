/**
 * The ordered union of a map and the edits over it: an edited key shows its new value, a deleted one does not show.
 * Several layers of edits are merged by nesting. Nothing is allocated per row.
 */
import { compareRanges } from "../bytes/compare.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import type { EditCursor } from "./edit-cursor.ts";

export class MergedCursor implements TupleCursor {
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly #base: TupleCursor;
  readonly #edits: EditCursor;
  readonly #sign: 1 | -1;
  #baseLive = true;
  #editLive = true;
  #moveBase = true;
  #moveEdit = true;

  constructor(base: TupleCursor, edits: EditCursor, backward: boolean) {
    this.#base = base;
    this.#edits = edits;
    this.#sign = backward ? -1 : 1;
  }

  next(): boolean {
    const base = this.#base;
    const edits = this.#edits;
    for (;;) {
      if (this.#moveBase && this.#baseLive) this.#baseLive = base.next();
      if (this.#moveEdit && this.#editLive) this.#editLive = edits.next();
      if (!this.#editLive) {
        this.#moveEdit = false;
        this.#moveBase = true;
        if (!this.#baseLive) return false;
        this.#showBase();
        return true;
      }
      const order = this.#baseLive ? this.#sign * this.#compare() : 1;
      if (order < 0) {
        this.#moveBase = true;
        this.#moveEdit = false;
        this.#showBase();
        return true;
      }
      this.#moveEdit = true;
      this.#moveBase = order === 0;
      if (edits.deleted) continue;
      this.keyBytes = edits.keyBytes;
      this.keyStart = edits.keyStart;
      this.keyEnd = edits.keyEnd;
      this.valueBytes = edits.valueBytes;
      this.valueStart = edits.valueStart;
      this.valueEnd = edits.valueEnd;
      return true;
    }
  }

  #compare(): number {
    const base = this.#base;
    const edits = this.#edits;
    return compareRanges(
      base.keyBytes,
      base.keyStart,
      base.keyEnd,
      edits.keyBytes,
      edits.keyStart,
      edits.keyEnd,
    );
  }

  #showBase(): void {
    const base = this.#base;
    this.keyBytes = base.keyBytes;
    this.keyStart = base.keyStart;
    this.keyEnd = base.keyEnd;
    this.valueBytes = base.valueBytes;
    this.valueStart = base.valueStart;
    this.valueEnd = base.valueEnd;
  }
}

const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/** Walks the entries of a row delta that are visible at a sequence, deleted ones included. */
import type { KeyRange } from "../prolly/tuple-cursor.ts";
import type { EditCursor } from "./edit-cursor.ts";
import type { RowDelta } from "./row-delta.ts";

export interface RowDeltaCursorOptions {
  readonly delta: RowDelta;
  readonly range: KeyRange;
  readonly backward: boolean;
  readonly sequence: number;
}

export class RowDeltaCursor implements EditCursor {
  deleted = false;
  keyBytes: Uint8Array = NO_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NO_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly #delta: RowDelta;
  readonly #sequence: number;
  readonly #backward: boolean;
  readonly #from: Uint8Array | undefined;
  readonly #fromInclusive: boolean;
  readonly #end: Uint8Array | undefined;
  readonly #endInclusive: boolean;
  readonly #place = { block: 0, at: 0 };
  /** The entry it stands on, or was sent past by its sequence. */
  #id = -1;
  readonly #key = { keyBytes: NO_BYTES, keyStart: 0, keyEnd: 0 };
  #layout = -1;

  constructor({ delta, range, backward, sequence }: RowDeltaCursorOptions) {
    this.#delta = delta;
    this.#sequence = sequence;
    this.#backward = backward;
    this.#from = backward ? range.upper : range.lower;
    this.#end = backward ? range.lower : range.upper;
    const lowerInclusive = range.lowerInclusive ?? true;
    const upperInclusive = range.upperInclusive ?? false;
    this.#fromInclusive = backward ? upperInclusive : lowerInclusive;
    this.#endInclusive = backward ? lowerInclusive : upperInclusive;
  }

  next(): boolean {
    const delta = this.#delta;
    for (;;) {
      const id = this.#nextEntry();
      if (id < 0) return false;
      this.#id = id;
      const version = delta.visibleVersion(id, this.#sequence);
      if (version < 0) continue;
      delta.showKey(id, this);
      this.deleted = delta.isDeletion(version);
      if (!this.deleted) delta.showValue(version, this);
      return true;
    }
  }

  /** The next entry within the range, or -1. */
  #nextEntry(): number {
    const { order } = this.#delta;
    const place = this.#place;
    if (this.#layout !== order.layout) {
      this.#layout = order.layout;
      this.#seek();
    } else {
      place.at += this.#backward ? -1 : 1;
    }
    let id = order.idAt(place.block, place.at);
    if (id < 0 && order.blockCount > 0) {
      if (this.#backward) {
        place.block--;
        place.at = order.blockLength(place.block) - 1;
      } else {
        place.block++;
        place.at = 0;
      }
      id = order.idAt(place.block, place.at);
    }
    return id >= 0 && this.#isWithin(id) ? id : -1;
  }

  /** Finds the place behind the entry it stood on, or where the range begins. */
  #seek(): void {
    const { order } = this.#delta;
    const place = this.#place;
    const key = this.#key;
    const from = this.#from;
    let inclusive = false;
    if (this.#id >= 0) {
      this.#delta.showKey(this.#id, key);
    } else if (from !== undefined) {
      key.keyBytes = from;
      key.keyEnd = from.length;
      inclusive = this.#fromInclusive;
    } else {
      place.block = this.#backward ? Math.max(0, order.blockCount - 1) : 0;
      place.at = this.#backward ? order.blockLength(place.block) - 1 : 0;
      return;
    }
    const { keyBytes, keyStart, keyEnd } = key;
    order.seek(keyBytes, keyStart, keyEnd, place);
    const id = order.idAt(place.block, place.at);
    const found = id >= 0 && this.#delta.compareKey(id, keyBytes, keyStart, keyEnd) === 0;
    if (this.#backward) {
      if (!(inclusive && found)) place.at--;
    } else if (found && !inclusive) {
      place.at++;
    }
  }

  #isWithin(id: number): boolean {
    const end = this.#end;
    if (end === undefined) return true;
    const order = this.#delta.compareKey(id, end, 0, end.length);
    if (order === 0) return this.#endInclusive;
    return this.#backward ? order > 0 : order < 0;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);

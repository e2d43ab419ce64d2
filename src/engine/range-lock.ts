/** The locks of one locking scan over a range of an index: see `RangeLock` in api.ts. */
import type { KeyRange, ScanDirection } from "../prolly/tuple-cursor.ts";
import type { LockOutcome, RangeLock } from "./api.ts";
import { keyToText } from "./key-text.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import type { Guard } from "./range-guards.ts";

const GRANTED: LockOutcome = { kind: "granted" };

/** At levels without phantom protection nothing is guarded. */
export class OpenRange implements RangeLock {
  readonly rest: KeyRange;

  constructor(range: KeyRange) {
    this.rest = range;
  }

  extend(): LockOutcome {
    return GRANTED;
  }
}

export interface GuardedRangeOptions {
  readonly index: number;
  readonly range: KeyRange;
  readonly direction: ScanDirection;
  readonly guard: Guard;
  readonly own: OwnTableEdits;
  /** Cuts the primary key out of a key of the index. */
  readonly primaryKeyOf: (key: Uint8Array) => Uint8Array;
  /** Waits for the decision over a row that another transaction has changed; undefined when it is decided. */
  readonly waitForRow: (primaryKey: Uint8Array) => LockOutcome | undefined;
}

export class GuardedRange implements RangeLock {
  readonly #options: GuardedRangeOptions;
  #rest: KeyRange;

  constructor(options: GuardedRangeOptions) {
    this.#options = options;
    this.#rest = options.range;
  }

  get rest(): KeyRange {
    return this.#rest;
  }

  extend(key: Uint8Array | undefined): LockOutcome {
    const { guard, range } = this.#options;
    if (this.#options.own.state.openEdits.size > 1) {
      const undecided = this.#waitForOthers(key);
      if (undecided !== undefined) return undecided;
    }
    if (key === undefined) {
      guard.extendToEnd(range);
      return GRANTED;
    }
    guard.extendTo(keyToText(key));
    this.#rest = this.#after(key);
    return GRANTED;
  }

  /** Rows that others have put between the last key and this one, and the row of this key itself. */
  #waitForOthers(key: Uint8Array | undefined): LockOutcome | undefined {
    const { own, index, primaryKeyOf, waitForRow } = this.#options;
    const passed = key === undefined ? this.#rest : this.#upTo(key);
    for (const edits of own.state.openEdits) {
      if (edits === own) continue;
      const cursor = edits.indexes[index]?.openCursor(passed, "forward");
      while (cursor?.next()) {
        if (cursor.deleted) continue;
        const outcome = waitForRow(primaryKeyOf(cursor.keyBytes));
        if (outcome !== undefined) return outcome;
      }
    }
    // A change of other columns leaves no trace in a secondary index.
    return key === undefined || index === 0 ? undefined : waitForRow(primaryKeyOf(key));
  }

  #upTo(key: Uint8Array): KeyRange {
    return this.#options.direction === "forward"
      ? { ...this.#rest, upper: key, upperInclusive: true }
      : { ...this.#rest, lower: key, lowerInclusive: true };
  }

  #after(key: Uint8Array): KeyRange {
    return this.#options.direction === "forward"
      ? { ...this.#rest, lower: key, lowerInclusive: false }
      : { ...this.#rest, upper: key, upperInclusive: false };
  }
}

/**
 * Protection against phantoms: a locking range read (and every read at SERIALIZABLE) guards the ranges of index keys it
 * looked at; inserts into a guarded range wait until the guard's owner is done. Guards never conflict with guards, as
 * InnoDB's gap locks. Each guard is a lock of its own that its owner holds exclusively, so waits for it take part in
 * deadlock detection like all others.
 */
import type { KeyRange } from "../prolly/tuple-cursor.ts";
import { LOCK_EXCLUSIVE, type LockOwner, LockSpace } from "./lock-table.ts";
import { keyToText } from "./row-delta.ts";

interface Guard {
  readonly owner: LockOwner;
  readonly index: number;
  readonly lower: string | undefined;
  readonly lowerInclusive: boolean;
  readonly upper: string | undefined;
  readonly upperInclusive: boolean;
  readonly lockKey: string;
}

export class RangeGuards {
  readonly locks: LockSpace = new LockSpace();
  #guards: Guard[] = [];
  #nextId = 0;

  add(owner: LockOwner, index: number, range: KeyRange): void {
    const guard: Guard = {
      owner,
      index,
      lower: range.lower === undefined ? undefined : keyToText(range.lower),
      lowerInclusive: range.lowerInclusive ?? true,
      upper: range.upper === undefined ? undefined : keyToText(range.upper),
      upperInclusive: range.upperInclusive ?? false,
      lockKey: String(this.#nextId++),
    };
    // The ends of transactions are not announced here: dead guards go when a new one comes.
    this.#guards = this.#guards.filter((other) => this.#isHeld(other));
    if (this.#guards.some((other) => other.owner === owner && includes(other, guard))) return;
    this.locks.tryAcquire(owner, guard.lockKey, LOCK_EXCLUSIVE);
    this.#guards.push(guard);
  }

  /** The lock (a key in `locks`) to wait for before `owner` may insert `key` into an index. */
  findConflict(owner: LockOwner, index: number, key: Uint8Array): string | undefined {
    if (this.#guards.length === 0) return undefined;
    const text = keyToText(key);
    for (const guard of this.#guards) {
      if (guard.index !== index || guard.owner === owner || !contains(guard, text)) continue;
      if (this.#isHeld(guard)) return guard.lockKey;
    }
    return undefined;
  }

  #isHeld(guard: Guard): boolean {
    return this.locks.holds(guard.owner, guard.lockKey, LOCK_EXCLUSIVE);
  }
}

function contains(guard: Guard, key: string): boolean {
  if (guard.lower !== undefined && (guard.lowerInclusive ? key < guard.lower : key <= guard.lower))
    return false;
  return guard.upper === undefined || (guard.upperInclusive ? key <= guard.upper : key < guard.upper);
}

function includes(outer: Guard, inner: Guard): boolean {
  return (
    outer.index === inner.index &&
    outer.lower === inner.lower &&
    outer.upper === inner.upper &&
    outer.lowerInclusive === inner.lowerInclusive &&
    outer.upperInclusive === inner.upperInclusive
  );
}

/**
 * Protection against phantoms: a locking scan (and every read of a SERIALIZABLE transaction) guards the part of an index
 * that it has read; inserts into a guarded part, and changes of rows in it, wait until the guard's owner is done. Guards
 * never conflict with guards, as InnoDB's gap locks. All guards of an owner stand behind one lock that it holds
 * exclusively, so waits for them take part in deadlock detection like all others.
 */
import type { KeyRange, ScanDirection } from "../prolly/tuple-cursor.ts";
import { keyToText } from "./key-text.ts";
import { LOCK_EXCLUSIVE, type LockOwner, LockSpace } from "./lock-table.ts";

/** The guarded part of a range: grows from where the scan begins to where it ends. */
export class Guard {
  readonly index: number;
  readonly #forward: boolean;
  /** Nothing is guarded before the scan has read something. */
  #begun = false;
  #lower: string | undefined;
  #lowerInclusive: boolean;
  #upper: string | undefined;
  #upperInclusive: boolean;

  constructor(index: number, range: KeyRange, direction: ScanDirection) {
    this.index = index;
    this.#forward = direction === "forward";
    this.#lower = range.lower === undefined ? undefined : keyToText(range.lower);
    this.#lowerInclusive = range.lowerInclusive ?? true;
    this.#upper = range.upper === undefined ? undefined : keyToText(range.upper);
    this.#upperInclusive = range.upperInclusive ?? false;
  }

  /** Guards everything before the key, in scan order: the key's own row is locked next, or guarded when the scan goes
   *  on. A guard on a row that is still waited for would deadlock with its owner. */
  extendTo(key: string): void {
    this.#begun = true;
    if (this.#forward) {
      this.#upper = key;
      this.#upperInclusive = false;
    } else {
      this.#lower = key;
      this.#lowerInclusive = false;
    }
  }

  extendToEnd(range: KeyRange): void {
    this.#begun = true;
    const bound = this.#forward ? range.upper : range.lower;
    const text = bound === undefined ? undefined : keyToText(bound);
    if (this.#forward) {
      this.#upper = text;
      this.#upperInclusive = range.upperInclusive ?? false;
    } else {
      this.#lower = text;
      this.#lowerInclusive = range.lowerInclusive ?? true;
    }
  }

  contains(key: string): boolean {
    if (!this.#begun) return false;
    if (this.#lower !== undefined && (this.#lowerInclusive ? key < this.#lower : key <= this.#lower))
      return false;
    return this.#upper === undefined || (this.#upperInclusive ? key <= this.#upper : key < this.#upper);
  }
}

interface OwnedGuards {
  readonly lockKey: string;
  readonly guards: Guard[];
}

export class RangeGuards {
  readonly locks: LockSpace = new LockSpace();
  readonly #byOwner = new Map<LockOwner, OwnedGuards>();
  #nextId = 0;

  get isEmpty(): boolean {
    return this.#byOwner.size === 0;
  }

  add(owner: LockOwner, guard: Guard): void {
    this.#forgetEnded();
    let owned = this.#byOwner.get(owner);
    if (owned === undefined) {
      owned = { lockKey: String(this.#nextId++), guards: [] };
      this.locks.tryAcquire(owner, owned.lockKey, LOCK_EXCLUSIVE);
      this.#byOwner.set(owner, owned);
    }
    owned.guards.push(guard);
  }

  /** The lock (a key in `locks`) to wait for before `owner` may write this key of an index. */
  findConflict(owner: LockOwner, index: number, key: Uint8Array): string | undefined {
    if (this.#byOwner.size === 0) return undefined;
    this.#forgetEnded();
    const text = keyToText(key);
    for (const [other, { lockKey, guards }] of this.#byOwner) {
      if (other === owner) continue;
      if (guards.some((guard) => guard.index === index && guard.contains(text))) return lockKey;
    }
    return undefined;
  }

  /** The ends of transactions are not announced here. */
  #forgetEnded(): void {
    for (const [owner, { lockKey }] of this.#byOwner) {
      if (!this.locks.holds(owner, lockKey, LOCK_EXCLUSIVE)) this.#byOwner.delete(owner);
    }
  }
}

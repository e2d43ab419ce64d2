/** GET_LOCK and its family: named locks of sessions, counted when taken again, without connection to transactions. */
import { LOCK_EXCLUSIVE, type LockOwner, LockSpace, type WaitLimits } from "./lock-table.ts";

export class UserLocks {
  readonly #space = new LockSpace();
  readonly #counts = new Map<string, { readonly owner: LockOwner; count: number }>();

  /** Resolves when the lock is taken; rejects as {@link WaitLimits} says. */
  async take(owner: LockOwner, name: string, limits: () => WaitLimits): Promise<void> {
    const key = name.toLowerCase();
    const held = this.#counts.get(key);
    if (held?.owner === owner) {
      held.count++;
      return;
    }
    await this.#space.acquire(owner, key, LOCK_EXCLUSIVE, limits);
    this.#counts.set(key, { owner, count: 1 });
  }

  /** 1 released (once), 0 held by another, null not held. */
  release(owner: LockOwner, name: string): 0 | 1 | null {
    const key = name.toLowerCase();
    const held = this.#counts.get(key);
    if (held === undefined) return null;
    if (held.owner !== owner) return 0;
    held.count--;
    if (held.count === 0) {
      this.#counts.delete(key);
      this.#space.release(owner, key);
    }
    return 1;
  }

  /** The number of releases that this makes up for. */
  releaseAll(owner: LockOwner): number {
    let released = 0;
    for (const [key, held] of this.#counts) {
      if (held.owner !== owner) continue;
      released += held.count;
      this.#counts.delete(key);
      this.#space.release(owner, key);
    }
    return released;
  }

  holderOf(name: string): number | null {
    return this.#counts.get(name.toLowerCase())?.owner.id ?? null;
  }
}

/**
 * Locks with FIFO queues, time-outs and deadlock detection. One mechanism serves row locks, unique values under
 * decision, ranges guarded against phantoms, metadata locks of tables and branches, and user locks; what a lock
 * protects is only a key in a space. Spaces of different tables and branches never meet.
 *
 * An owner (a transaction, a schema change, a session for user locks) waits for at most one lock at a time. Whoever
 * begins to wait looks for a cycle; the member with the least weight (fewest edits) is the victim: its wait fails with
 * 1213 after `onDeadlock` has released everything it held.
 */
import { assert } from "../base/assert.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { ErrorSymbol } from "../values/error-catalogue.ts";
import { sqlError } from "../values/sql-error.ts";

/** Bits, because one owner may hold several modes of one lock. */
export const LOCK_USE = 1;
export const LOCK_WRITE = 2;
export const LOCK_SHARE = 4;
export const LOCK_EXCLUSIVE = 8;
export type LockMode = 1 | 2 | 4 | 8;

/** What each mode cannot be beside. Rows use share and exclusive only; tables are used (read), written, shared
 *  (LOCK TABLES READ) or held exclusively (schema changes). */
function conflictsOf(mode: LockMode): number {
  switch (mode) {
    case LOCK_USE:
      return LOCK_EXCLUSIVE;
    case LOCK_WRITE:
      return LOCK_SHARE | LOCK_EXCLUSIVE;
    case LOCK_SHARE:
      return LOCK_WRITE | LOCK_EXCLUSIVE;
    case LOCK_EXCLUSIVE:
      return LOCK_USE | LOCK_WRITE | LOCK_SHARE | LOCK_EXCLUSIVE;
  }
}

/** True when holding the modes `held` makes asking for `mode` pointless. */
function covers(held: number, mode: LockMode): boolean {
  return (held & mode) !== 0 || (held & LOCK_EXCLUSIVE) !== 0;
}

export interface WaitLimits {
  readonly clock: Clock;
  /** Negative: for ever. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly timeoutError: ErrorSymbol;
  readonly deadlockError: ErrorSymbol;
}

/** What an owner stands for. */
export interface LockSubject {
  /** Deadlock victims are the lightest. */
  lockWeight(): number;
  /** Chosen as the victim: gives up everything. */
  onDeadlock(): void;
}

/** Who holds and waits. All state is kept here and in the queues. */
export class LockOwner {
  readonly id: number;
  readonly subject: LockSubject;
  request: LockRequest | undefined = undefined;
  readonly #held: LockQueue[] = [];

  constructor(id: number, subject: LockSubject) {
    this.id = id;
    this.subject = subject;
  }

  /** For queues: this owner was granted a first mode. */
  noteHeld(queue: LockQueue): void {
    this.#held.push(queue);
  }

  /** Gives up every lock and any wait. */
  releaseAll(): void {
    if (this.request !== undefined) this.request.cancel(sqlError("ER_QUERY_INTERRUPTED"));
    const held = this.#held;
    // A lock given up earlier may be listed still; releasing it again does nothing.
    while (held.length > 0) held.pop()?.release(this);
  }
}

/** A subject that no deadlock chooses while it has another choice: schema changes have more to lose. */
export function heavyOwner(id: number): LockOwner {
  const subject: LockSubject = {
    lockWeight: () => Number.MAX_SAFE_INTEGER,
    onDeadlock: () => owner.releaseAll(),
  };
  const owner = new LockOwner(id, subject);
  return owner;
}

interface Grant {
  readonly owner: LockOwner;
  modes: number;
}

/** Shared by all queues that have none, and never added to. */
const NO_GRANTS: Grant[] = [];
const NO_REQUESTS: LockRequest[] = [];

/** Timers cannot run longer (24 days); such a wait is as good as unlimited. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** A space of locks by key: the rows of one table, the values of one unique index, the user locks of a server. */
export class LockSpace {
  readonly #queues = new Map<string, LockQueue>();
  readonly #keepsQueues: boolean;

  /** `few`: of keys so few, and locked so often, that free ones are better kept than made anew. */
  constructor(keys: "many" | "few" = "many") {
    this.#keepsQueues = keys === "few";
  }

  getQueue(key: string): LockQueue | undefined {
    return this.#queues.get(key);
  }

  /** Queues for a lock that {@link tryAcquire} refused. */
  wait(
    owner: LockOwner,
    key: string,
    { mode, limits }: { readonly mode: LockMode; readonly limits: WaitLimits },
  ): Promise<void> {
    return this.#queueOf(key).wait(owner, mode, limits);
  }

  /** Takes the lock if that is possible without waiting. */
  tryAcquire(owner: LockOwner, key: string, mode: LockMode): boolean {
    return this.#queueOf(key).tryAcquire(owner, mode);
  }

  /** Undefined: granted at once. Else the promise of the grant. */
  acquire(
    owner: LockOwner,
    key: string,
    mode: LockMode,
    limits: () => WaitLimits,
  ): Promise<void> | undefined {
    const queue = this.#queueOf(key);
    return queue.tryAcquire(owner, mode) ? undefined : queue.wait(owner, mode, limits());
  }

  holds(owner: LockOwner, key: string, mode: LockMode): boolean {
    return covers(this.#queues.get(key)?.modesOf(owner) ?? 0, mode);
  }

  release(owner: LockOwner, key: string): void {
    const queue = this.#queues.get(key);
    queue?.release(owner);
  }

  /** Forgets a queue that nobody holds or waits for. */
  drop(key: string): void {
    if (!this.#keepsQueues) this.#queues.delete(key);
  }

  get size(): number {
    return this.#queues.size;
  }

  #queueOf(key: string): LockQueue {
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new LockQueue(this, key);
      this.#queues.set(key, queue);
    }
    return queue;
  }
}

export class LockQueue {
  readonly #space: LockSpace;
  readonly #key: string;
  /** Most locks have one holder at a time; the first of several is kept here too. */
  #owner: LockOwner | undefined = undefined;
  #modes = 0;
  #others: Grant[] = NO_GRANTS;
  #waiting: LockRequest[] = NO_REQUESTS;

  constructor(space: LockSpace, key: string) {
    this.#space = space;
    this.#key = key;
  }

  modesOf(owner: LockOwner): number {
    if (this.#owner === owner) return this.#modes;
    for (const grant of this.#others) if (grant.owner === owner) return grant.modes;
    return 0;
  }

  holders(): readonly LockOwner[] {
    return this.#owner === undefined ? [] : [this.#owner, ...this.#others.map((grant) => grant.owner)];
  }

  tryAcquire(owner: LockOwner, mode: LockMode): boolean {
    if (this.#owner === undefined && this.#waiting.length === 0) {
      this.#owner = owner;
      this.#modes = mode;
      owner.noteHeld(this);
      return true;
    }
    const held = this.modesOf(owner);
    if (covers(held, mode)) return true;
    if (this.#blocks(owner, mode, this.#waiting.length, held !== 0)) return false;
    this.#grant(owner, mode);
    return true;
  }

  /** Queues behind the others; call only after {@link tryAcquire} said no. */
  wait(owner: LockOwner, mode: LockMode, limits: WaitLimits): Promise<void> {
    assert(owner.request === undefined, "an owner waits for one lock at a time");
    const request = new LockRequest(this, owner, mode, limits);
    if (this.#waiting === NO_REQUESTS) this.#waiting = [];
    // Who already holds a weaker mode goes first: those behind could not pass before it anyway.
    if (this.modesOf(owner) !== 0) this.#waiting.unshift(request);
    else this.#waiting.push(request);
    owner.request = request;
    resolveDeadlocks(request);
    return request.promise;
  }

  release(owner: LockOwner): void {
    if (this.#owner === owner) {
      const next = this.#others.length === 0 ? undefined : this.#others.shift();
      this.#owner = next?.owner;
      this.#modes = next?.modes ?? 0;
    } else {
      const at = this.#others.findIndex((grant) => grant.owner === owner);
      if (at < 0) return;
      this.#others.splice(at, 1);
    }
    this.#grantWaiting();
  }

  removeRequest(request: LockRequest): void {
    const at = this.#waiting.indexOf(request);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#grantWaiting();
  }

  /** The owners that keep `request` waiting. */
  blockersOf(request: LockRequest): LockOwner[] {
    const conflicts = conflictsOf(request.mode);
    const blockers: LockOwner[] = [];
    const first = this.#owner;
    if (first !== undefined && first !== request.owner && (this.#modes & conflicts) !== 0)
      blockers.push(first);
    for (const grant of this.#others) {
      if (grant.owner !== request.owner && (grant.modes & conflicts) !== 0) blockers.push(grant.owner);
    }
    for (const earlier of this.#waiting) {
      if (earlier === request) break;
      if ((earlier.mode & conflicts) !== 0) blockers.push(earlier.owner);
    }
    return blockers;
  }

  #blocks(owner: LockOwner, mode: LockMode, waitingCount: number, upgrade: boolean): boolean {
    const conflicts = conflictsOf(mode);
    if (this.#owner !== owner && (this.#modes & conflicts) !== 0) return true;
    for (const grant of this.#others) {
      if (grant.owner !== owner && (grant.modes & conflicts) !== 0) return true;
    }
    if (upgrade) return false;
    for (let i = 0; i < waitingCount; i++) {
      const earlier = this.#waiting[i] as LockRequest;
      if (earlier.owner !== owner && (earlier.mode & conflicts) !== 0) return true;
    }
    return false;
  }

  #grant(owner: LockOwner, mode: LockMode): void {
    if (this.#owner === owner) {
      this.#modes |= mode;
      return;
    }
    const grant = this.#others.find((each) => each.owner === owner);
    if (grant !== undefined) {
      grant.modes |= mode;
      return;
    }
    if (this.#owner === undefined) {
      this.#owner = owner;
      this.#modes = mode;
    } else if (this.#others === NO_GRANTS) {
      this.#others = [{ owner, modes: mode }];
    } else {
      this.#others.push({ owner, modes: mode });
    }
    owner.noteHeld(this);
  }

  #grantWaiting(): void {
    for (let i = 0; i < this.#waiting.length; ) {
      const request = this.#waiting[i] as LockRequest;
      if (this.#blocks(request.owner, request.mode, i, this.modesOf(request.owner) !== 0)) {
        i++;
        continue;
      }
      this.#waiting.splice(i, 1);
      this.#grant(request.owner, request.mode);
      request.granted();
    }
    if (this.#owner === undefined && this.#waiting.length === 0) this.#space.drop(this.#key);
  }
}

class LockRequest {
  readonly queue: LockQueue;
  readonly owner: LockOwner;
  readonly mode: LockMode;
  readonly promise: Promise<void>;
  readonly #limits: WaitLimits;
  readonly #timer: Timer | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(queue: LockQueue, owner: LockOwner, mode: LockMode, limits: WaitLimits) {
    this.queue = queue;
    this.owner = owner;
    this.mode = mode;
    this.#limits = limits;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The caller may have given up (its connection is gone) and never await this: no unhandled rejection then.
    this.promise.catch(() => {});
    const expire = () => this.cancel(sqlError(limits.timeoutError));
    const unlimited = limits.timeoutMs < 0 || limits.timeoutMs > TIMER_MAX_MS;
    this.#timer = unlimited ? undefined : limits.clock.startTimer(limits.timeoutMs, expire);
    limits.signal?.addEventListener("abort", this.#onAbort);
    if (limits.signal?.aborted) queueMicrotask(this.#onAbort);
  }

  granted(): void {
    this.#settle();
    this.#resolve();
  }

  cancel(error: unknown): void {
    if (this.owner.request !== this) return;
    this.#settle();
    this.#reject(error);
    this.queue.removeRequest(this);
  }

  failAsVictim(): void {
    this.cancel(sqlError(this.#limits.deadlockError));
    this.owner.subject.onDeadlock();
  }

  readonly #onAbort = (): void => this.cancel(sqlError("ER_QUERY_INTERRUPTED"));

  #settle(): void {
    this.owner.request = undefined;
    this.#timer?.cancel();
    this.#limits.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** Fails the lightest member of each cycle that `request` closes, until none is left. */
function resolveDeadlocks(request: LockRequest): void {
  while (request.owner.request === request) {
    const cycle = findCycle(request.owner);
    if (cycle === undefined) return;
    let victim = request.owner;
    for (const member of cycle)
      if (member.subject.lockWeight() < victim.subject.lockWeight()) victim = member;
    assert(victim.request !== undefined, "every member of a cycle waits");
    victim.request.failAsVictim();
  }
}

/** The owners on a path of waits from `start` back to itself. */
function findCycle(start: LockOwner): LockOwner[] | undefined {
  const visited = new Set<LockOwner>();
  const path: LockOwner[] = [];
  const visit = (owner: LockOwner): boolean => {
    path.push(owner);
    for (const blocker of owner.request?.queue.blockersOf(owner.request) ?? []) {
      if (blocker === start) return true;
      if (visited.has(blocker)) continue;
      visited.add(blocker);
      if (visit(blocker)) return true;
    }
    path.pop();
    return false;
  };
  return visit(start) ? path : undefined;
}

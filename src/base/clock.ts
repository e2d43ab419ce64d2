/**
 * Time, as everything else sees it: injectable, so that tests decide what time it is. Only this file touches the
 * system's clock and timers.
 */
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since 1970 (wall clock: may jump). */
  now(): number;
  /** Milliseconds with fractions since some fixed moment; never goes backwards. */
  monotonicMs(): number;
  /** Resolves after `durationMs`; rejects with the signal's reason when it is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
  /** Calls `action` once after `delayMs` unless cancelled. Does not keep the process alive. */
  startTimer(delayMs: number, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (durationMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, durationMs);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
  startTimer: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Lets waiting I/O and other work run before going on; long synchronous jobs call it every few milliseconds. */
export function yieldToOthers(): Promise<void> {
  return nextTurn();
}

/** Calls `action` when the event loop has been through everything that is ready now. */
export function whenThisTurnEnds(action: () => void): void {
  setImmediate(action);
}

/** A clock that stands still until {@link advance} is called. */
export class ManualClock implements Clock {
  #nowMs: number;
  #waiting: { readonly dueMs: number; readonly action: () => void }[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = this.startTimer(durationMs, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason);
      });
    });
  }

  startTimer(delayMs: number, action: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, action };
    this.#waiting.push(entry);
    return {
      cancel: () => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
      },
    };
  }

  /** Moves time forward and runs what became due, in order of due time. */
  advance(durationMs: number): void {
    const targetMs = this.#nowMs + durationMs;
    for (;;) {
      const next = this.#waiting
        .filter((entry) => entry.dueMs <= targetMs)
        .sort((left, right) => left.dueMs - right.dueMs)[0];
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.action();
    }
    this.#nowMs = targetMs;
  }
}

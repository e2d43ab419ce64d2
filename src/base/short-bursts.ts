/**
 * Work in the background in short bursts. A thread of low priority that computes without a break can keep its processor for
 * a whole tick of the system's clock (4 ms) after a thread that answers clients has become ready to run there; one that
 * sleeps for a moment gives it up at once. So jobs in a worker thread rest after each 0.4 ms, for as short as the system can
 * sleep (0.07 ms on Linux): a seventh of their speed, when nobody else wants the processor.
 *
 * Only a thread that has said so rests, and the loops that do its work ask often, because asking costs one look at the clock.
 */
const BURST_MS = 0.4;
const REST_MS = 0.01;
const NEVER_WOKEN = new Int32Array(new SharedArrayBuffer(4));

/** Of this thread: each has its own copy of the module. */
let restAtMs = Number.POSITIVE_INFINITY;

/** To be called once in a thread that works in the background. */
export function beginShortBursts(): void {
  restAtMs = 0;
}

/** Rests when the burst has lasted long enough, and says whether it did. Never in a thread that answers clients. */
export function restAfterBurst(): boolean {
  if (restAtMs === Number.POSITIVE_INFINITY || performance.now() < restAtMs) return false;
  Atomics.wait(NEVER_WOKEN, 0, 0, REST_MS);
  restAtMs = performance.now() + BURST_MS;
  return true;
}

/** Keeps a long synchronous job from holding up everything else in the process. */

import { type Clock, systemClock, yieldToOthers } from "./clock.ts";
import { restAfterBurst } from "./short-bursts.ts";

/** Other work gets its turn after this much of ours … */
export const SLICE_MS = 0.5;
/** … and this much, if it needs it. */
const OTHERS_MS = 1;
/** A turn of the event loop that takes less had nothing to do. */
const IDLE_TURN_MS = 0.05;

/**
 * Lets others run for twice as long as a slice of ours takes, or until they have nothing to do: what takes them several turns
 * of the event loop then waits for us once, not in every turn.
 */
export async function giveWay(clock: Clock): Promise<void> {
  const sinceMs = clock.monotonicMs();
  for (let nowMs = sinceMs; ; ) {
    const beforeMs = nowMs;
    await yieldToOthers();
    nowMs = clock.monotonicMs();
    if (nowMs - beforeMs < IDLE_TURN_MS || nowMs - sinceMs >= OTHERS_MS) return;
  }
}

export class Pause {
  readonly #signal: AbortSignal | undefined;
  #sinceMs: number = systemClock.monotonicMs();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  isDue(): boolean {
    // Who is asked this often is a job that may be long.
    restAfterBurst();
    return systemClock.monotonicMs() - this.#sinceMs > SLICE_MS;
  }

  /** Throws the signal's reason when it was aborted. */
  async take(): Promise<void> {
    this.#signal?.throwIfAborted();
    await giveWay(systemClock);
    this.#sinceMs = systemClock.monotonicMs();
  }
}

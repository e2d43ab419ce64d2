/** Keeps a long synchronous job from holding up everything else in the process. */
import { systemClock, yieldToOthers } from "./clock.ts";

/** Other work gets its turn after this much of ours. */
const SLICE_MS = 1;

export class Pause {
  readonly #signal: AbortSignal | undefined;
  #sinceMs: number = systemClock.monotonicMs();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  isDue(): boolean {
    return systemClock.monotonicMs() - this.#sinceMs > SLICE_MS;
  }

  /** Throws the signal's reason when it was aborted. */
  async take(): Promise<void> {
    this.#signal?.throwIfAborted();
    await yieldToOthers();
    this.#sinceMs = systemClock.monotonicMs();
  }
}

/** The one place where a failed remote operation is tried again: when its error says that this may help. */
import { type Clock, systemClock } from "../base/clock.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { RemoteError } from "./remote-error.ts";

export interface RetryOptions {
  readonly attemptCountMax?: number;
  readonly firstPauseMs?: number;
  readonly pauseMsMax?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly signal?: AbortSignal | undefined;
}

/** Runs `operation`, again after growing random pauses while it fails with a retryable error. It must be idempotent. */
export async function withRetry<Result>(
  operation: () => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  const { attemptCountMax = 6, firstPauseMs = 50, pauseMsMax = 5_000 } = options;
  const { clock = systemClock, random = systemRandom, signal } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      const again = error instanceof RemoteError && error.retryable && attempt < attemptCountMax;
      if (!again) throw error;
    }
    const pauseMs = Math.min(pauseMsMax, firstPauseMs * 2 ** (attempt - 1));
    // Random, so that those who failed together do not all come back together.
    await clock.sleep(pauseMs * (0.5 + random.fraction() / 2), signal);
  }
}

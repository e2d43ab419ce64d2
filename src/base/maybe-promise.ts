/** Work that is usually done at once and only sometimes has to wait. */
import { Pause } from "./pause.ts";

/** A value now, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there. */
export function whenDone<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Steps between looks at the clock. */
const STEPS_PER_LOOK = 256;

/**
 * Calls the body for 0 to `count` - 1, one after the other; with promises only from the first that waits. A long
 * sequence lets others have their turn; it rejects with the signal's reason when that was aborted meanwhile.
 */
export function inSequence(
  count: number,
  body: (position: number) => MaybePromise<void>,
  signal?: AbortSignal,
): MaybePromise<void> {
  const short = Math.min(count, STEPS_PER_LOOK);
  for (let position = 0; position < short; position++) {
    const pending = body(position);
    if (pending instanceof Promise) return continueSequence(pending, position + 1, { count, body, signal });
  }
  if (short < count) return continueSequence(undefined, short, { count, body, signal });
}

interface Sequence {
  readonly count: number;
  readonly body: (position: number) => MaybePromise<void>;
  readonly signal: AbortSignal | undefined;
}

async function continueSequence(
  first: Promise<void> | undefined,
  from: number,
  { count, body, signal }: Sequence,
): Promise<void> {
  const pause = new Pause(signal);
  if (first !== undefined) await first;
  for (let position = from; position < count; position++) {
    const pending = body(position);
    if (pending instanceof Promise) await pending;
    if (position % STEPS_PER_LOOK === 0 && pause.isDue()) await pause.take();
  }
}

/** Work that is usually done at once and only sometimes has to wait: a value now, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there. */
export function whenDone<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Calls the body for 0 to `count` - 1, one after the other; with promises only from the first that waits. */
export function inSequence(
  count: number,
  body: (position: number) => MaybePromise<void>,
): MaybePromise<void> {
  for (let position = 0; position < count; position++) {
    const pending = body(position);
    if (pending instanceof Promise) return continueSequence(pending, position + 1, { count, body });
  }
}

async function continueSequence(
  pending: Promise<void>,
  from: number,
  { count, body }: { readonly count: number; readonly body: (position: number) => MaybePromise<void> },
): Promise<void> {
  await pending;
  for (let position = from; position < count; position++) await body(position);
}

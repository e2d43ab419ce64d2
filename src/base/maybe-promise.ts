/** Work that is usually done at once and only sometimes has to wait: a value now, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there. */
export function whenDone<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}

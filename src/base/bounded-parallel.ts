/** Runs many asynchronous tasks, a few at a time: the one way to do bounded parallel I/O. */
import { assert } from "./assert.ts";

/**
 * Calls `task` for each item in order, at most `limit` at a time, and resolves to the results in the items' order.
 * After the first failure no further task starts; it rejects with that failure when the running ones have ended.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  assert(limit >= 1, "at least one task at a time");
  const results: Result[] = new Array(items.length);
  let nextIndex = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    while (nextIndex < items.length && failure === undefined) {
      const index = nextIndex++;
      try {
        results[index] = await task(items[index] as Item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failure !== undefined) throw failure.error;
  return results;
}

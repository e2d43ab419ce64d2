/** The graph of commits: walking it in log order, common ancestors, distances. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import { type Commit, readCommit } from "./commit.ts";

export interface LoggedCommit {
  readonly hash: Hash;
  readonly commit: Commit;
}

/**
 * Commits reachable from `starts` and not from `excluded`, each once: the highest first, of equal height the youngest
 * committer date first, then by address, so that the order never depends on chance. Lazy: reads one step ahead.
 */
export function* walkCommits(
  chunks: ChunkReader,
  starts: readonly Hash[],
  excluded: readonly Hash[] = [],
): Generator<LoggedCommit> {
  const queue = new CommitQueue(chunks);
  const unwanted = new Set<Hash>(excluded);
  for (const start of [...excluded, ...starts]) queue.add(start);
  // When no wanted commit is left in the queue, the rest of the excluded ones need no walk.
  const wanted = new Set<Hash>(starts.filter((start) => !unwanted.has(start)));
  while (wanted.size > 0) {
    const next = queue.take();
    if (next === undefined) return;
    const isUnwanted = unwanted.has(next.hash);
    wanted.delete(next.hash);
    for (const parent of next.commit.parents) {
      queue.add(parent);
      if (isUnwanted) {
        unwanted.add(parent);
        wanted.delete(parent);
      } else if (!unwanted.has(parent)) {
        wanted.add(parent);
      }
    }
    if (!isUnwanted) yield next;
  }
}

/** The best common ancestor: the first in log order that both reach. Undefined when the histories are unrelated. */
export function findMergeBase(chunks: ChunkReader, left: Hash, right: Hash): Hash | undefined {
  if (left === right) return left;
  const queue = new CommitQueue(chunks);
  const reachedBy = new Map<Hash, number>();
  const reach = (hash: Hash, sides: number): void => {
    reachedBy.set(hash, (reachedBy.get(hash) ?? 0) | sides);
    queue.add(hash);
  };
  reach(left, 1);
  reach(right, 2);
  // A commit leaves the queue after all its descendants, because they are higher: its sides are then complete.
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    const sides = reachedBy.get(next.hash) ?? 0;
    if (sides === 3) return next.hash;
    for (const parent of next.commit.parents) reach(parent, sides);
  }
  return undefined;
}

/** Whether `ancestor` is `descendant` or reachable from it. */
export function isAncestor(chunks: ChunkReader, ancestor: Hash, descendant: Hash): boolean {
  if (ancestor === descendant) return true;
  const { height } = readCommit(chunks, ancestor);
  const queue = new CommitQueue(chunks);
  queue.add(descendant);
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    if (next.hash === ancestor) return true;
    // The queue gives the highest first: at or below the ancestor's height it can no longer be met from above.
    if (next.commit.height < height) return false;
    for (const parent of next.commit.parents) queue.add(parent);
  }
  return false;
}

/** Commits that only `left` has and that only `right` has. */
export function countDivergence(
  chunks: ChunkReader,
  left: Hash,
  right: Hash,
): { readonly ahead: number; readonly behind: number } {
  return { ahead: countCommits(chunks, left, right), behind: countCommits(chunks, right, left) };
}

function countCommits(chunks: ChunkReader, from: Hash, excluded: Hash): number {
  let count = 0;
  for (const _ of walkCommits(chunks, [from], [excluded])) count++;
  return count;
}

/** Commits to visit, each once, in log order: a binary heap. */
class CommitQueue {
  readonly #chunks: ChunkReader;
  readonly #seen = new Set<Hash>();
  readonly #heap: LoggedCommit[] = [];

  constructor(chunks: ChunkReader) {
    this.#chunks = chunks;
  }

  add(hash: Hash): void {
    if (this.#seen.has(hash)) return;
    this.#seen.add(hash);
    const heap = this.#heap;
    const added: LoggedCommit = { hash, commit: readCommit(this.#chunks, hash) };
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as LoggedCommit;
      if (compareLogOrder(above, added) <= 0) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  take(): LoggedCommit | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const other = child + 1;
      if (
        other < heap.length &&
        compareLogOrder(heap[other] as LoggedCommit, heap[child] as LoggedCommit) < 0
      ) {
        child = other;
      }
      const below = heap[child] as LoggedCommit;
      if (compareLogOrder(last, below) <= 0) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function compareLogOrder(left: LoggedCommit, right: LoggedCommit): number {
  return (
    right.commit.height - left.commit.height ||
    right.commit.committer.dateMs - left.commit.committer.dateMs ||
    (left.hash < right.hash ? -1 : 1)
  );
}

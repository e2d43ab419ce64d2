/** How several requests to move the root of a store become one write: each follows on those before it, or is refused. */
import type { Hash } from "../bytes/hash.ts";

export interface RootMove {
  readonly next: Hash;
  readonly expected: Hash;
}

export interface ChainedMoves<Move> {
  /** Those that found the root they expected. */
  readonly moved: ReadonlySet<Move>;
  /** The roots on the way, to be recorded in this order. */
  readonly roots: readonly Hash[];
  readonly root: Hash;
}

export function chainMoves<Move extends RootMove>(moves: readonly Move[], from: Hash): ChainedMoves<Move> {
  const moved = new Set<Move>();
  const roots: Hash[] = [];
  let root = from;
  for (const move of moves) {
    if (move.expected !== root) continue;
    moved.add(move);
    if (move.next !== root) roots.push(move.next);
    root = move.next;
  }
  return { moved, roots, root };
}

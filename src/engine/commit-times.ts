/**
 * When the commits of a database's history were made, for reads AS OF a time, which walk it from the newest. A commit never
 * changes, so what was read of one is kept: later walks touch no chunk until they pass what is kept.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import { readCommit } from "../vcs/commit.ts";

/** Some 150 bytes each. */
const COMMITS_MAX = 20_000;

interface DatedCommit {
  readonly dateMs: number;
  readonly root: Hash;
  readonly parent: Hash | undefined;
}

export class CommitTimes {
  readonly #known = new Map<Hash, DatedCommit>();

  /** The root of the newest commit in the first-parent history of `head` that existed at `timeMs`. */
  rootAt(chunks: ChunkReader, head: Hash | undefined, timeMs: number): Hash | undefined {
    for (let at = head; at !== undefined; ) {
      const { dateMs, root, parent } = this.#known.get(at) ?? this.#read(chunks, at);
      if (dateMs <= timeMs) return root;
      at = parent;
    }
    return undefined;
  }

  #read(chunks: ChunkReader, address: Hash): DatedCommit {
    const { committer, root, parents } = readCommit(chunks, address);
    const dated: DatedCommit = { dateMs: committer.dateMs, root, parent: parents[0] };
    if (this.#known.size < COMMITS_MAX) this.#known.set(address, dated);
    return dated;
  }
}

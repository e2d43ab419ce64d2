/** The full check of a database (`cairn fsck`) by its files alone, so that it can run in any thread. */
import { Pause } from "../../base/pause.ts";
import { checkChunkStore } from "../../chunks/check-chunk-store.ts";
import { ReadOnlyChunkStore, type StoreListing } from "../../chunks/read-only-chunk-store.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { StorageError } from "../../io/storage-error.ts";
import { NodeReader } from "../../prolly/node-reader.ts";
import { checkRepository } from "../../vcs/check.ts";
import { walkAddresses } from "../../vcs/walk-addresses.ts";

/** Rows are looked up in the indexes of their table, whose nodes should stay meanwhile. */
const NODE_CACHE_BYTES = 64 * 1024 * 1024;

export interface DatabaseProblem {
  /** A file, ref, commit or table. */
  readonly subject: string;
  readonly problem: string;
}

/** All problems there are; empty when every chunk is whole and every table sound. */
export async function checkDatabase(
  files: FileSystem,
  listing: StoreListing,
  signal: AbortSignal | undefined,
): Promise<readonly DatabaseProblem[]> {
  let opened: ReadOnlyChunkStore;
  try {
    opened = ReadOnlyChunkStore.open(files, listing);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return [{ subject: error.path ?? listing.folder, problem: error.message }];
  }
  using store = opened;
  const stored = await checkChunkStore(store, {
    walk: walkAddresses,
    ...(signal === undefined ? {} : { signal }),
  });
  const problems = stored.faults.map(({ message, path }) => ({
    subject: path ?? "chunks",
    problem: message,
  }));
  // Without whole chunks the tables cannot be looked at.
  if (problems.length > 0) return problems;
  const nodes = new NodeReader(store, { cacheSizeBytes: NODE_CACHE_BYTES });
  const steps = checkRepository(nodes, store.root, { allCommits: true });
  const pause = new Pause(signal);
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value.problems.map(({ where, message }) => ({ subject: where, problem: message }));
    }
    if (pause.isDue()) await pause.take();
  }
}

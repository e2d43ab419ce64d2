/**
 * Garbage collection while readers and writers go on.
 *
 * 1. A new journal is started; from then on every put is written to it, even of a chunk that is stored already,
 *    because that one may be garbage that is about to vanish.
 * 2. The roots are asked for; everything they reach is marked, and what of it lies in the older files is copied to new
 *    table files (copy-live-chunks.ts; usually in another thread).
 * 3. The manifest is swapped, the older files are removed. A crash before the swap leaves files that the next opening
 *    removes.
 *
 * What a collection writes is the old generation: all of it was live, and everything it refers to is in the old
 * generation too. The next collection neither walks nor copies it, so it costs what changed since, unless it is full.
 */
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import type { WalkAddresses } from "./chunk-store.ts";
import { type CopyRequest, copyLiveChunks } from "./copy-live-chunks.ts";
import type { Journal } from "./journal.ts";
import type { StoreListing } from "./read-only-chunk-store.ts";
import type { TableFile } from "./table-file.ts";

/** A table file of a store and whether garbage collection may skip it. */
export interface StoreTable {
  readonly file: TableFile;
  readonly generation: "young" | "old";
}

export interface ChunkSources {
  readonly tables: readonly StoreTable[];
  readonly journals: readonly Journal[];
}

export interface CollectGarbageOptions {
  readonly walk: WalkAddresses;
  /** {@link copyLiveChunks} with `walk`, somewhere else; default: in this thread. */
  readonly copy?: (request: CopyRequest) => Promise<readonly string[]>;
  /**
   * The roots besides the store's own that must live: of open snapshots and of work that builds on them. Called once, after step
   * 1. It must first wait until every sequence of puts that began before the call has ended in its commitRoot (or was given up):
   * those may rely on chunks that only they know.
   */
  roots(): Promise<readonly Hash[]>;
  /** Also look through the old generation. Default false. */
  readonly full?: boolean;
  /** For the default of `copy`. */
  readonly signal?: AbortSignal;
}

export interface GarbageReport {
  readonly keptChunks: number;
  readonly removedChunks: number;
  readonly sizeBeforeBytes: number;
  readonly sizeAfterBytes: number;
}

/** What a store lets its collector do. */
export interface CollectedStore {
  readonly files: FileSystem;
  readonly compress: boolean;
  /** What is stored now, with the root; kept readable until `release`. */
  listFiles(): Promise<{ readonly listing: StoreListing; readonly release: () => Promise<void> }>;
  openTable(name: string): TableFile;
  /** Step 1; the sources that were complete then. */
  begin(): Promise<ChunkSources>;
  end(): void;
  replaceSources(removed: ChunkSources, added: readonly StoreTable[]): Promise<void>;
}

export async function collectGarbage(
  store: CollectedStore,
  options: CollectGarbageOptions,
): Promise<GarbageReport> {
  const { files } = store;
  const { walk, signal } = options;
  const copy = options.copy ?? ((request) => copyLiveChunks(request, { files, walk, signal }));
  const existing = await store.begin();
  const collected: ChunkSources = {
    tables: existing.tables.filter(({ generation }) => options.full === true || generation === "young"),
    journals: existing.journals,
  };
  const skipped = existing.tables.filter((table) => !collected.tables.includes(table));
  const added: StoreTable[] = [];
  try {
    const roots = await options.roots();
    const { listing, release } = await store.listFiles();
    try {
      const names = await copy({
        listing,
        roots: [...roots, listing.root],
        collectedTables: collected.tables.map(({ file }) => file.name),
        collectedJournals: collected.journals.map(({ number }) => number),
        skippedTables: skipped.map(({ file }) => file.name),
        compress: store.compress,
      });
      for (const name of names) added.push({ file: store.openTable(name), generation: "old" });
      const before = count(collected);
      const after = count({ tables: added, journals: [] });
      await store.replaceSources(collected, added);
      const skippedBytes = count({ tables: skipped, journals: [] }).bytes;
      return {
        keptChunks: after.chunks,
        removedChunks: before.chunks - after.chunks,
        sizeBeforeBytes: before.bytes + skippedBytes,
        sizeAfterBytes: after.bytes + skippedBytes,
      };
    } finally {
      await release();
    }
  } catch (error) {
    for (const { file } of added) file.close();
    throw error;
  } finally {
    store.end();
  }
}

function count(sources: ChunkSources): { readonly chunks: number; readonly bytes: number } {
  let chunks = 0;
  let bytes = 0;
  for (const { file } of sources.tables) {
    chunks += file.chunkCount;
    bytes += file.sizeBytes;
  }
  for (const journal of sources.journals) {
    chunks += journal.chunkCount;
    bytes += journal.sizeBytes;
  }
  return { chunks, bytes };
}

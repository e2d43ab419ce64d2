/**
 * Garbage collection while readers and writers go on.
 *
 * 1. A new journal is started; from then on every put is written to it, even of a chunk that is stored already,
 *    because that one may be garbage that is about to vanish.
 * 2. The roots are asked for, and everything they reach is marked.
 * 3. The marked chunks of the older files are copied to new table files, the manifest is swapped, the older files are
 *    removed. A crash before the swap leaves files that the next opening removes.
 *
 * What a collection writes is the old generation: all of it was live, and everything it refers to is in the old
 * generation too. The next collection neither walks nor copies it, so it costs what changed since, unless it is full.
 */
import { Pause } from "../base/pause.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { TEMPORARY_SUFFIX } from "../io/write-atomically.ts";
import type { WalkAddresses } from "./chunk-store.ts";
import type { Journal } from "./journal.ts";
import { type ChunkSource, type TableFile, writeTableFile } from "./table-file.ts";
import { TABLE_FILE_SUFFIX } from "./table-index.ts";

const TABLE_RAW_BYTES_MAX = 256 * 1024 * 1024;

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
  /**
   * The roots besides the store's own that must live: of open snapshots and of work that builds on them. Called once, after step
   * 1. It must first wait until every sequence of puts that began before the call has ended in its commitRoot (or was given up):
   * those may rely on chunks that only they know.
   */
  roots(): Promise<readonly Hash[]>;
  /** Also look through the old generation. Default false. */
  readonly full?: boolean;
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
  readonly folder: string;
  readonly compress: boolean;
  rootHash(): Hash;
  readChunk(hash: Hash): Uint8Array | undefined;
  /** Step 1; the sources that were complete then. */
  begin(): Promise<ChunkSources>;
  end(): void;
  replaceSources(removed: ChunkSources, added: readonly StoreTable[]): Promise<void>;
}

export async function collectGarbage(
  store: CollectedStore,
  options: CollectGarbageOptions,
): Promise<GarbageReport> {
  const existing = await store.begin();
  const collected: ChunkSources = {
    tables: existing.tables.filter(({ generation }) => options.full === true || generation === "young"),
    journals: existing.journals,
  };
  const skipped = existing.tables.filter((table) => !collected.tables.includes(table));
  const added: StoreTable[] = [];
  try {
    const roots = await options.roots();
    const live = await mark(store, [...roots, store.rootHash()], skipped, options);
    await copy(store, collected, live, added, options);
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
  } catch (error) {
    for (const { file } of added) file.close();
    throw error;
  } finally {
    store.end();
  }
}

/** Everything that `roots` reach outside the skipped tables. */
async function mark(
  store: CollectedStore,
  roots: readonly Hash[],
  skipped: readonly StoreTable[],
  options: CollectGarbageOptions,
): Promise<ReadonlySet<Hash>> {
  const live = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || live.has(address) || skipped.some(({ file }) => file.has(address))) return;
    live.add(address);
    stack.push(address);
  };
  const pause = new Pause(options.signal);
  for (const root of roots) visit(root);
  for (let hash = stack.pop(); hash !== undefined; hash = stack.pop()) {
    const chunk = store.readChunk(hash);
    if (chunk === undefined) {
      throw new StorageError("chunk_missing", "garbage collection stopped: a chunk in use is missing", {
        hash,
      });
    }
    options.walk(chunk, visit);
    if (pause.isDue()) await pause.take();
  }
  return live;
}

/** Writes the live chunks of `collected` into new table files, which it appends to `added` as they get done. */
async function copy(
  store: CollectedStore,
  collected: ChunkSources,
  live: ReadonlySet<Hash>,
  added: StoreTable[],
  { signal }: CollectGarbageOptions,
): Promise<void> {
  const pause = new Pause(signal);
  const copied = new Set<Hash>();
  const chunks = eachChunk(collected);
  let exhausted = false;
  async function* nextTableFile(): AsyncIterable<ChunkSource> {
    for (let rawBytes = 0; rawBytes < TABLE_RAW_BYTES_MAX; ) {
      const next = chunks.next();
      if (next.done === true) {
        exhausted = true;
        return;
      }
      const { hash, read } = next.value;
      if (!live.has(hash) || copied.has(hash)) continue;
      copied.add(hash);
      const bytes = read();
      rawBytes += bytes.length;
      yield { hash, read: () => bytes };
      if (pause.isDue()) await pause.take();
    }
  }
  while (!exhausted) {
    const file = await writeTableFile(store.files, store.folder, nextTableFile(), {
      compress: store.compress,
      temporaryName: `collected${TABLE_FILE_SUFFIX}${TEMPORARY_SUFFIX}`,
    });
    if (file !== undefined) added.push({ file, generation: "old" });
  }
}

/** All chunks of the sources in the order they were written: what was written together stays together. */
function* eachChunk(sources: ChunkSources): Generator<ChunkSource, undefined> {
  for (const { file } of sources.tables) yield* file.chunks();
  for (const journal of sources.journals) yield* journal.chunks();
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

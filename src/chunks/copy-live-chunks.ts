/**
 * The work of a garbage collection: marks what roots reach, and copies what of it lies in the files that are collected to
 * new table files, which are durable in the end but named by no manifest yet. It reads the store's files beside the
 * store, so it can run in any thread.
 */
import { Pause } from "../base/pause.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { TEMPORARY_SUFFIX } from "../io/write-atomically.ts";
import type { WalkAddresses } from "./chunk-store.ts";
import { ReadOnlyChunkStore, type StoreListing } from "./read-only-chunk-store.ts";
import { type ChunkSource, type TableFile, writeTableFile } from "./table-file.ts";
import { TABLE_FILE_SUFFIX } from "./table-index.ts";

const TABLE_RAW_BYTES_MAX = 256 * 1024 * 1024;

/** Plain data, so that it can be sent to another thread. */
export interface CopyRequest {
  /** Everything that is stored. */
  readonly listing: StoreListing;
  readonly roots: readonly Hash[];
  /** The files that the copies are to replace. */
  readonly collectedTables: readonly string[];
  readonly collectedJournals: readonly number[];
  /** Table files all of which is taken as live, with all that it refers to. */
  readonly skippedTables: readonly string[];
  readonly compress: boolean;
}

export interface CopyContext {
  readonly files: FileSystem;
  readonly walk: WalkAddresses;
  readonly signal?: AbortSignal | undefined;
}

/** The names of the new table files. */
export async function copyLiveChunks(request: CopyRequest, context: CopyContext): Promise<readonly string[]> {
  using store = ReadOnlyChunkStore.open(context.files, request.listing);
  const { tables } = store.sources;
  const skipped = tables.flatMap(({ file }) => (request.skippedTables.includes(file.name) ? [file] : []));
  const live = await mark(store, request.roots, skipped, context);
  return await copy(store, request, live, context);
}

/** Everything that `roots` reach outside the skipped tables. */
async function mark(
  store: ReadOnlyChunkStore,
  roots: readonly Hash[],
  skipped: readonly TableFile[],
  { walk, signal }: CopyContext,
): Promise<ReadonlySet<Hash>> {
  const live = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || live.has(address) || skipped.some((file) => file.has(address))) return;
    live.add(address);
    stack.push(address);
  };
  const pause = new Pause(signal);
  for (const root of roots) visit(root);
  for (let hash = stack.pop(); hash !== undefined; hash = stack.pop()) {
    const chunk = store.readChunk(hash);
    if (chunk === undefined) {
      throw new StorageError("chunk_missing", "garbage collection stopped: a chunk in use is missing", {
        hash,
      });
    }
    walk(chunk, visit);
    if (pause.isDue()) await pause.take();
  }
  return live;
}

/** Writes the live chunks of the collected files into new table files. */
async function copy(
  store: ReadOnlyChunkStore,
  request: CopyRequest,
  live: ReadonlySet<Hash>,
  { files, signal }: CopyContext,
): Promise<readonly string[]> {
  const pause = new Pause(signal);
  const copied = new Set<Hash>();
  const chunks = eachCollectedChunk(store, request);
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
  const names: string[] = [];
  while (!exhausted) {
    const file = await writeTableFile(files, request.listing.folder, nextTableFile(), {
      compress: request.compress,
      paced: true,
      temporaryName: `collected${TABLE_FILE_SUFFIX}${TEMPORARY_SUFFIX}`,
    });
    file?.close();
    if (file !== undefined) names.push(file.name);
  }
  return names;
}

/** All chunks of the collected files in the order they were written: what was written together stays together. */
function* eachCollectedChunk(
  { sources }: ReadOnlyChunkStore,
  { collectedTables, collectedJournals }: CopyRequest,
): Generator<ChunkSource, undefined> {
  for (const { file } of sources.tables) if (collectedTables.includes(file.name)) yield* file.chunks();
  for (const journal of sources.journals) {
    if (collectedJournals.includes(journal.number)) yield* journal.chunks();
  }
}

/**
 * The full check of a chunk store (`cairn fsck`): every stored chunk is hashed again, every index is looked over, and
 * everything the root reaches must be there. It reports all faults instead of stopping at the first.
 */
import { Pause } from "../base/pause.ts";
import { EMPTY_HASH, type Hash, hashToText } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import type { ExportSource } from "./chunk-import.ts";
import type { WalkAddresses } from "./chunk-store.ts";
import type { ChunkSources } from "./collect-garbage.ts";
import type { ChunkSource } from "./table-file.ts";

export interface CheckOptions {
  readonly walk: WalkAddresses;
  /** Roots to follow besides the store's own. */
  readonly roots?: readonly Hash[];
  readonly signal?: AbortSignal;
}

export interface StoreFault {
  readonly message: string;
  readonly path?: string;
  readonly hash?: Hash;
}

export interface CheckReport {
  readonly chunkCount: number;
  readonly chunkBytes: number;
  readonly reachableCount: number;
  readonly faults: readonly StoreFault[];
}

/** A store whose files can be looked at. */
export interface CheckedStore extends ExportSource {
  readonly root: Hash;
  readonly sources: ChunkSources;
}

export async function checkChunkStore(store: CheckedStore, options: CheckOptions): Promise<CheckReport> {
  const faults: StoreFault[] = [];
  const pause = new Pause(options.signal);
  let chunkCount = 0;
  let chunkBytes = 0;
  const checkAll = async (chunks: Iterable<ChunkSource>): Promise<void> => {
    for (const { read } of chunks) {
      const chunk = attempt(read, faults);
      chunkCount++;
      chunkBytes += chunk?.length ?? 0;
      if (pause.isDue()) await pause.take();
    }
  };
  const { tables, journals } = store.sources;
  for (const { file } of tables) {
    const { path } = file;
    for (const message of file.index.findFaults()) faults.push({ message, path });
    if (file.index.fileName() !== file.name)
      faults.push({ message: "the name does not fit the content", path });
    await checkAll(file.chunks());
  }
  for (const journal of journals) await checkAll(journal.chunks());
  const reachableCount = await followRoots(store, options, faults, pause);
  return { chunkCount, chunkBytes, reachableCount, faults };
}

/** The chunks that the roots reach; what is missing on the way is a fault. */
async function followRoots(
  store: CheckedStore,
  options: CheckOptions,
  faults: StoreFault[],
  pause: Pause,
): Promise<number> {
  const seen = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || seen.has(address)) return;
    seen.add(address);
    stack.push(address);
  };
  for (const root of [store.root, ...(options.roots ?? [])]) visit(root);
  for (let hash = stack.pop(); hash !== undefined; hash = stack.pop()) {
    const address = hash;
    if (!store.hasChunk(address)) {
      faults.push({ message: `chunk ${hashToText(address)} is missing`, hash: address });
      continue;
    }
    // A damaged chunk was reported above already.
    const chunk = attempt(() => store.readChunk(address), []);
    if (chunk !== undefined) options.walk(chunk, visit);
    if (pause.isDue()) await pause.take();
  }
  return seen.size;
}

function attempt<Result>(read: () => Result, faults: StoreFault[]): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const { message, path, hash } = error;
    faults.push({
      message,
      ...(path === undefined ? {} : { path }),
      ...(hash === undefined ? {} : { hash }),
    });
    return undefined;
  }
}

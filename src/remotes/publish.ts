/**
 * The last step of push and backup: the new root and table files become the remote's state by one manifest swap.
 *
 * Each sync adds a file, most of them small. When there are many of about the same size they are merged into one, so the
 * number of files grows with the logarithm of the number of syncs, and a chunk is copied a few times at most. Merged files
 * stay for a while, for those who are reading by an older manifest, and are removed by a later sync.
 */
import { systemClock } from "../base/clock.ts";
import type { Hash } from "../bytes/hash.ts";
import { RemoteChunkReader } from "./remote-chunk-reader.ts";
import type { RemoteManifest, RemoteTable, RetiredTable } from "./remote-manifest.ts";
import { type RemoteState, swapRemoteManifest } from "./remote-state.ts";
import type { RemoteStore } from "./remote-store.ts";
import { withRetry } from "./retry.ts";
import { type SentChunks, TableFileSender } from "./send-chunks.ts";
import type { TransferProgress } from "./transfer-progress.ts";

/** So many files of one tier are merged. */
const TIER_COUNT_MAX = 16;
const TIER_FACTOR = 8;
const FIRST_TIER_SIZE = 32 * 1024;
/** Larger files are never merged. */
const MERGED_SIZE_MAX = 4 * 1024 * 1024;
const RETIRED_KEPT_MS = 3_600_000;
const BATCH_COUNT = 512;

export type NextState = Pick<RemoteManifest, "kind" | "databaseId" | "root" | "snapshots">;

/** Throws `precondition_failed` when somebody else was first. Returns what was transferred in all. */
export async function publish(
  store: RemoteStore,
  state: RemoteState,
  next: NextState,
  sent: SentChunks,
  signal?: AbortSignal,
): Promise<TransferProgress> {
  const nowMs = systemClock.now();
  const all = [...(state.manifest?.tables ?? []), ...sent.tables];
  const merging = chooseTablesToMerge(all);
  const merged = merging.length === 0 ? undefined : await mergeTables(store, merging, signal);
  const tables = [...all.filter((table) => !merging.includes(table)), ...(merged?.tables ?? [])];
  const named = new Set(tables.map(({ name }) => name));
  const retired: readonly RetiredTable[] = [
    ...(state.manifest?.retired ?? []),
    ...merging.map(({ name }) => ({ name, retiredMs: nowMs })),
  ].filter(({ name }) => !named.has(name));
  const isExpired = ({ retiredMs }: RetiredTable): boolean => retiredMs < nowMs - RETIRED_KEPT_MS;
  const kept = retired.filter((table) => !isExpired(table));
  await swapRemoteManifest(store, state, { ...next, tables, retired: kept }, signal);
  // Only after the swap: until then the old manifest is in force, and says that they are kept.
  for (const { name } of retired.filter(isExpired)) {
    await withRetry(() => store.removeTableFile(name), { signal });
  }
  const { chunkCount, chunkBytes } = sent;
  return {
    chunkCount,
    chunkBytes,
    transferredBytes: sent.transferredBytes + (merged?.transferredBytes ?? 0),
  };
}

/** All files up to the highest tier that is full. */
function chooseTablesToMerge(tables: readonly RemoteTable[]): readonly RemoteTable[] {
  const counts: number[] = [];
  for (const table of tables) {
    const tier = tierOf(table);
    if (tier !== undefined) counts[tier] = (counts[tier] ?? 0) + 1;
  }
  const highest = counts.findLastIndex((count) => (count ?? 0) >= TIER_COUNT_MAX);
  return tables.filter((table) => (tierOf(table) ?? Number.POSITIVE_INFINITY) <= highest);
}

function tierOf({ sizeBytes }: RemoteTable): number | undefined {
  if (sizeBytes > MERGED_SIZE_MAX) return undefined;
  let tier = 0;
  for (let limit = FIRST_TIER_SIZE; sizeBytes >= limit; limit *= TIER_FACTOR) tier++;
  return tier;
}

async function mergeTables(
  store: RemoteStore,
  tables: readonly RemoteTable[],
  signal: AbortSignal | undefined,
): Promise<SentChunks> {
  const reader = await RemoteChunkReader.open(store, tables, signal);
  const sender = new TableFileSender({ destination: store, signal });
  const hashes = [...new Set<Hash>(reader.chunkHashes())];
  try {
    for (let start = 0; start < hashes.length; start += BATCH_COUNT) {
      const batch = hashes.slice(start, start + BATCH_COUNT);
      const chunks = await reader.fetchChunks(batch);
      for (const hash of batch) await sender.add(hash, chunks.get(hash) as Uint8Array);
    }
    return await sender.finish();
  } catch (error) {
    await sender.waitForUploads();
    throw error;
  }
}

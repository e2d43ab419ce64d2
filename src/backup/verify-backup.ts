/**
 * Verify: reads a whole backup (or remote), hashes every chunk again and checks that every chunk it refers to is there,
 * for all restore points. Memory does not grow with the backup. All faults are reported, not only the first.
 */
import type { Hash } from "../bytes/hash.ts";
import { EMPTY_HASH, hashToText } from "../bytes/hash.ts";
import { RemoteChunkReader } from "../remotes/remote-chunk-reader.ts";
import { RemoteError } from "../remotes/remote-error.ts";
import type { RemoteKind } from "../remotes/remote-manifest.ts";
import { mustReadManifest } from "../remotes/remote-state.ts";
import type { RemoteStore } from "../remotes/remote-store.ts";
import type { TransferOptions } from "../remotes/transfer-progress.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";

const BATCH_COUNT = 512;

export interface VerifyRequest extends TransferOptions {
  readonly source: RemoteStore;
  /** Default: backup. */
  readonly kind?: RemoteKind;
}

export interface VerifyReport {
  readonly tableFileCount: number;
  readonly snapshotCount: number;
  readonly chunkCount: number;
  readonly chunkBytes: number;
  /** Each names a file and a position, or a missing chunk. Empty: the backup is whole. */
  readonly faults: readonly string[];
}

/** Throws only when there is nothing to verify: `not_found`, `wrong_kind`, a damaged manifest. */
export async function verifyBackup(request: VerifyRequest): Promise<VerifyReport> {
  const { source, signal } = request;
  const manifest = await mustReadManifest(source, request.kind ?? "backup", signal);
  const faults: string[] = [];
  const readers: RemoteChunkReader[] = [];
  for (const table of manifest.tables) {
    const reader = await attempt(faults, () => RemoteChunkReader.open(source, [table], signal));
    if (reader !== undefined) readers.push(reader);
  }
  const missing = new Set<Hash>();
  const expectChunk = (address: Hash): void => {
    if (address === EMPTY_HASH || missing.has(address) || readers.some((reader) => reader.hasChunk(address)))
      return;
    missing.add(address);
    faults.push(`chunk ${hashToText(address)} is missing`);
  };
  for (const root of [manifest.root, ...manifest.snapshots.map((snapshot) => snapshot.root)])
    expectChunk(root);
  let chunkCount = 0;
  let chunkBytes = 0;
  for (const reader of readers) {
    for (const batch of batches(reader.chunkHashes())) {
      signal?.throwIfAborted();
      const chunks = await fetchAll(reader, batch, faults);
      for (const chunk of chunks) {
        walkAddresses(chunk, expectChunk);
        chunkCount++;
        chunkBytes += chunk.length;
      }
      request.onProgress?.({ chunkCount, chunkBytes, transferredBytes: sumReceived(readers) });
    }
  }
  const { snapshots, tables } = manifest;
  return { tableFileCount: tables.length, snapshotCount: snapshots.length, chunkCount, chunkBytes, faults };
}

/** A batch; when a part of it is damaged, one chunk at a time, so that the rest is still looked at. */
async function fetchAll(
  reader: RemoteChunkReader,
  batch: readonly Hash[],
  faults: string[],
): Promise<Uint8Array[]> {
  try {
    return [...(await reader.fetchChunks(batch)).values()];
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  const found: Uint8Array[] = [];
  for (const hash of batch) {
    const chunks = await attempt(faults, () => reader.fetchChunks([hash]));
    found.push(...(chunks?.values() ?? []));
  }
  return found;
}

async function attempt<Result>(faults: string[], work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (!faults.includes(error.message)) faults.push(error.message);
    return undefined;
  }
}

function isDamage(error: unknown): error is RemoteError {
  return (
    error instanceof RemoteError &&
    (error.code === "corrupted" || error.code === "not_found" || error.code === "unknown_version")
  );
}

function* batches(hashes: Iterable<Hash>): Generator<Hash[]> {
  let batch: Hash[] = [];
  for (const hash of hashes) {
    batch.push(hash);
    if (batch.length < BATCH_COUNT) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function sumReceived(readers: readonly RemoteChunkReader[]): number {
  return readers.reduce((sum, reader) => sum + reader.receivedBytes, 0);
}

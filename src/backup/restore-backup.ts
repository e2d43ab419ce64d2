/**
 * Restore: a new database folder with everything a backup had at one of its restore points. Every chunk is checked on
 * the way in. When it fails, nothing is left; the caller prepares the folder beside its place and renames it.
 */
import { EMPTY_HASH } from "../bytes/hash.ts";
import { FileChunkStore } from "../chunks/file-chunk-store.ts";
import type { FileSystem } from "../io/file-system.ts";
import { inNewFolder } from "../remotes/clone.ts";
import { receiveChunks } from "../remotes/receive-chunks.ts";
import { RemoteChunkReader } from "../remotes/remote-chunk-reader.ts";
import { RemoteError } from "../remotes/remote-error.ts";
import type { RemoteManifest, Snapshot } from "../remotes/remote-manifest.ts";
import { mustReadManifest } from "../remotes/remote-state.ts";
import type { RemoteStore } from "../remotes/remote-store.ts";
import type { TransferOptions, TransferProgress } from "../remotes/transfer-progress.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";

export interface RestoreRequest extends TransferOptions {
  readonly source: RemoteStore;
  readonly files: FileSystem;
  /** Must not exist. */
  readonly folder: string;
  /** The newest restore point not after this time; default: the newest. */
  readonly atMs?: number;
  /** Default: the database's that was backed up, so that the restored one can go on syncing to the same backup. */
  readonly databaseId?: string;
}

export interface RestoreResult {
  readonly databaseId: string;
  readonly snapshot: Snapshot;
  readonly received: TransferProgress;
}

/** Throws `not_found` (no backup there, or none that old), `wrong_kind`, `corrupted`, `already_exists`. */
export async function restoreInto(request: RestoreRequest): Promise<RestoreResult> {
  const { source, files, folder, signal } = request;
  const manifest = await mustReadManifest(source, "backup", signal);
  const snapshot = chooseSnapshot(manifest, request);
  const databaseId = request.databaseId ?? manifest.databaseId;
  const reader = await RemoteChunkReader.open(source, manifest.tables, signal);
  return inNewFolder(files, folder, async () => {
    await using store = await FileChunkStore.create({ files, folder, databaseId });
    const received = await receiveChunks({
      roots: [snapshot.root],
      source: reader,
      target: store,
      walk: walkAddresses,
      signal,
      onProgress: request.onProgress,
    });
    await store.commitRoot(snapshot.root, EMPTY_HASH);
    return { databaseId, snapshot, received };
  });
}

/** The restore points of a backup, oldest first. */
export async function listSnapshots(source: RemoteStore, signal?: AbortSignal): Promise<readonly Snapshot[]> {
  return (await mustReadManifest(source, "backup", signal)).snapshots;
}

function chooseSnapshot(
  { snapshots }: RemoteManifest,
  { source, atMs = Number.POSITIVE_INFINITY }: RestoreRequest,
): Snapshot {
  const chosen = snapshots.findLast(({ timeMs }) => timeMs <= atMs);
  if (chosen !== undefined) return chosen;
  throw new RemoteError("not_found", source.url, `${source.url} has no restore point that old`);
}

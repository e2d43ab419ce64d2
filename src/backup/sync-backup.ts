/**
 * Backup sync: makes a backup equal to the database: all branches, tags, tracking refs and working sets, staged changes
 * included. What is gone from the database goes from the backup's current state too, but stays in its restore points:
 * every sync that changes something adds one. A sync without a change writes nothing.
 *
 * Settings under `local/` (remotes, backups, upstreams) stay out: they belong to this copy of the database.
 */
import { systemClock } from "../base/clock.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ExportSource } from "../chunks/chunk-import.ts";
import { OverlayChunkStore } from "../chunks/overlay-chunk-store.ts";
import type { ChunkPacker } from "../remotes/pack-chunks.ts";
import { publish } from "../remotes/publish.ts";
import { RemoteChunkReader } from "../remotes/remote-chunk-reader.ts";
import { RemoteError } from "../remotes/remote-error.ts";
import type { RemoteManifest, Snapshot } from "../remotes/remote-manifest.ts";
import { newNodeReader, readRemoteState, retryOnConflict } from "../remotes/remote-state.ts";
import type { RemoteStore } from "../remotes/remote-store.ts";
import { sendChunks } from "../remotes/send-chunks.ts";
import type { TransferOptions, TransferProgress } from "../remotes/transfer-progress.ts";
import { LOCAL_PREFIX, type Refs, readRefs, writeRefs } from "../vcs/refs.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";

export interface SyncRequest extends TransferOptions {
  readonly chunks: ExportSource;
  /** Everything these name must stay in `chunks` until the sync has ended. */
  readonly refs: Refs;
  readonly databaseId: string;
  readonly destination: RemoteStore;
  /** Packs much in another thread; default: all of it in this one. */
  readonly pack?: ChunkPacker | undefined;
  /** Take over a backup of another database. */
  readonly force: boolean;
  /** The time of the restore point, in ms; default: now. */
  readonly timeMs?: number;
}

export interface SyncResult {
  /** False when the backup was equal already: then nothing was written. */
  readonly changed: boolean;
  readonly sent: TransferProgress;
  /** The newest restore point. */
  readonly snapshot: Snapshot;
  readonly snapshotCount: number;
}

/** Throws `other_database`, `wrong_kind`, or what the store says. */
export function syncBackup(request: SyncRequest): Promise<SyncResult> {
  return retryOnConflict(() => syncOnce(request));
}

async function syncOnce(request: SyncRequest): Promise<SyncResult> {
  const { destination, signal } = request;
  const state = await readRemoteState(destination, "backup", signal);
  checkOwner(request, state.manifest);
  const chunks = new OverlayChunkStore(request.chunks);
  const root = writeMirroredRefs(chunks, request.refs);
  const last = state.manifest?.snapshots.at(-1);
  if (last?.root === root && state.manifest?.databaseId === request.databaseId) {
    const sent = { chunkCount: 0, chunkBytes: 0, transferredBytes: 0 };
    return { changed: false, sent, snapshot: last, snapshotCount: state.manifest.snapshots.length };
  }
  const known = await RemoteChunkReader.open(destination, state.manifest?.tables ?? [], signal);
  const sent = await sendChunks({
    roots: [root],
    readChunk: (hash) => chunks.readChunk(hash) ?? chunks.mustGetChunk(hash),
    walk: walkAddresses,
    destinationHas: (hash) => known.hasChunk(hash),
    destination,
    signal,
    onProgress: request.onProgress,
    background: request.pack && { pack: request.pack, added: chunks.added, known: known.indexes },
  });
  const snapshot = { timeMs: nextTime(request.timeMs ?? systemClock.now(), last), root };
  const snapshots = [...(state.manifest?.snapshots ?? []), snapshot];
  const next = { kind: "backup" as const, databaseId: request.databaseId, root, snapshots };
  const published = await publish(destination, state, next, sent, signal);
  return { changed: true, sent: published, snapshot, snapshotCount: snapshots.length };
}

function checkOwner(
  { destination, databaseId, force }: SyncRequest,
  manifest: RemoteManifest | undefined,
): void {
  if (manifest === undefined || manifest.databaseId === databaseId || force) return;
  throw new RemoteError(
    "other_database",
    destination.url,
    `${destination.url} is the backup of another database; use '--force' to take it over`,
  );
}

/** Restore points have different times, and later ones later times, whatever the clock does. */
function nextTime(timeMs: number, last: Snapshot | undefined): number {
  return last === undefined ? timeMs : Math.max(timeMs, last.timeMs + 1);
}

/** The refs map of the backup. The same refs give the same root, so equality tells whether anything changed. */
function writeMirroredRefs(chunks: OverlayChunkStore, refs: Refs): Hash {
  const mirrored = refs.list("").filter(({ name }) => !name.startsWith(LOCAL_PREFIX));
  const empty = readRefs(newNodeReader(chunks), EMPTY_HASH);
  return writeRefs(chunks, empty, new Map(mirrored.map(({ name, address }) => [name, address])));
}

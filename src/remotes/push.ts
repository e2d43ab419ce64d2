/**
 * Push: moves refs of a remote, sending what it lacks first. All accepted refs move in one manifest swap. A ref that may
 * not move (not a fast-forward, a tag that is there already) is reported and does not keep the others from moving.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ExportSource } from "../chunks/chunk-import.ts";
import { isAncestor } from "../vcs/commit-graph.ts";
import { HEADS_PREFIX, META_PREFIX, type RefChanges, type Refs, writeRefs } from "../vcs/refs.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";
import type { ChunkPacker } from "./pack-chunks.ts";
import { publish } from "./publish.ts";
import { readRemoteRefs, readRemoteState, retryOnConflict } from "./remote-state.ts";
import type { RemoteStore } from "./remote-store.ts";
import { sendChunks } from "./send-chunks.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

export interface RefUpdate {
  /** The new address: a commit for a branch, a tag for a tag. Undefined deletes the ref. */
  readonly source: Hash | undefined;
  /** Full name on the remote. */
  readonly destination: string;
  readonly force: boolean;
}

export type RefOutcomeKind = "created" | "updated" | "forced" | "deleted" | "unchanged" | "rejected";
export type RejectionReason = "not_fast_forward" | "already_exists" | "not_found";

export interface RefOutcome {
  readonly destination: string;
  readonly kind: RefOutcomeKind;
  readonly oldAddress: Hash | undefined;
  readonly newAddress: Hash | undefined;
  /** Only of a rejected ref. */
  readonly reason?: RejectionReason;
}

export interface PushRequest extends TransferOptions {
  readonly chunks: ExportSource;
  readonly refs: Refs;
  readonly databaseId: string;
  readonly destination: RemoteStore;
  readonly updates: readonly RefUpdate[];
  /** Packs much in another thread; default: all of it in this one. */
  readonly pack?: ChunkPacker | undefined;
}

export interface PushResult {
  /** In the order of the updates. */
  readonly outcomes: readonly RefOutcome[];
  readonly sent: TransferProgress;
}

const NOTHING_SENT: TransferProgress = { chunkCount: 0, chunkBytes: 0, transferredBytes: 0 };

export function push(request: PushRequest): Promise<PushResult> {
  return retryOnConflict(() => pushOnce(request));
}

async function pushOnce(request: PushRequest): Promise<PushResult> {
  const { destination, signal, chunks: local } = request;
  const state = await readRemoteState(destination, "remote", signal);
  const { refs, source, chunks } = await readRemoteRefs(destination, state.manifest, local, signal);
  const outcomes = request.updates.map((update) => judge(local, refs, update));
  const changes = new Map<string, Hash | undefined>(changesOf(outcomes));
  if (changes.size === 0) return { outcomes, sent: NOTHING_SENT };
  if (refs.root === EMPTY_HASH) {
    // A new remote learns what the branch of new clones is.
    for (const { name, address } of request.refs.list(META_PREFIX)) changes.set(name, address);
  }
  const root = writeRefs(chunks, refs, changes);
  const sent = await sendChunks({
    roots: [root],
    readChunk: (hash) => chunks.readChunk(hash) ?? chunks.mustGetChunk(hash),
    walk: walkAddresses,
    destinationHas: (hash) => source.hasChunk(hash),
    destination,
    signal,
    onProgress: request.onProgress,
    background: request.pack && { pack: request.pack, added: chunks.added, known: source.indexes },
  });
  const published = await publish(
    destination,
    state,
    { kind: "remote", databaseId: state.manifest?.databaseId ?? request.databaseId, root, snapshots: [] },
    sent,
    signal,
  );
  return { outcomes, sent: published };
}

function judge(local: ExportSource, refs: Refs, { source, destination, force }: RefUpdate): RefOutcome {
  const oldAddress = refs.get(destination);
  const outcome = (kind: RefOutcomeKind): RefOutcome => ({
    destination,
    kind,
    oldAddress,
    newAddress: source,
  });
  const rejected = (reason: RejectionReason): RefOutcome => ({ ...outcome("rejected"), reason });
  if (source === undefined) return oldAddress === undefined ? rejected("not_found") : outcome("deleted");
  if (oldAddress === undefined) return outcome("created");
  if (oldAddress === source) return outcome("unchanged");
  if (!destination.startsWith(HEADS_PREFIX)) return force ? outcome("forced") : rejected("already_exists");
  // A commit that is not here cannot be an ancestor of one whose whole history is.
  if (local.hasChunk(oldAddress) && isAncestor(local, oldAddress, source)) return outcome("updated");
  return force ? outcome("forced") : rejected("not_fast_forward");
}

function changesOf(outcomes: readonly RefOutcome[]): RefChanges {
  return new Map(
    outcomes
      .filter(({ kind }) => kind !== "unchanged" && kind !== "rejected")
      .map(({ destination, newAddress }) => [destination, newAddress]),
  );
}

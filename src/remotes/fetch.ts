/**
 * Fetch: brings branches and tags of a remote into the local store. It returns the ref changes (tracking refs and tags);
 * the caller makes them, under its own rules, with the root it commits. Until then nothing reaches the new chunks.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ExportSource, ImportTarget } from "../chunks/chunk-import.ts";
import { isAncestor } from "../vcs/commit-graph.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, type RefChanges, type Refs, TAGS_PREFIX } from "../vcs/refs.ts";
import { readTag } from "../vcs/tag.ts";
import { walkAddresses } from "../vcs/walk-addresses.ts";
import { receiveChunks } from "./receive-chunks.ts";
import { mapRefName, type Refspec } from "./refspec.ts";
import { RemoteError } from "./remote-error.ts";
import { computeOverRemote, mustReadManifest, type RemoteRefs, readRemoteRefs } from "./remote-state.ts";
import type { RemoteStore } from "./remote-store.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

export interface FetchRequest extends TransferOptions {
  readonly chunks: ExportSource & ImportTarget;
  readonly refs: Refs;
  readonly source: RemoteStore;
  readonly remoteName: string;
  /** Of full names. A source without `*` that the remote does not have is `ref_not_found`. */
  readonly refspecs: readonly Refspec[];
  /** Deletes tracking refs of this remote whose branch is gone there. */
  readonly prune: boolean;
}

export interface FetchedRef {
  /** Full name on the remote. */
  readonly source: string;
  /** Full local name. */
  readonly destination: string;
  readonly kind: "created" | "updated" | "forced" | "deleted" | "rejected";
  readonly oldAddress: Hash | undefined;
  readonly newAddress: Hash | undefined;
}

export interface FetchResult {
  readonly changes: RefChanges;
  /** What changes, and what was refused because it is no fast-forward; refs that stay are not listed. */
  readonly updates: readonly FetchedRef[];
  readonly received: TransferProgress;
}

export async function fetch(request: FetchRequest): Promise<FetchResult> {
  const { source: store, chunks: local, signal } = request;
  const manifest = await mustReadManifest(store, "remote", signal);
  const remote = await readRemoteRefs(store, manifest, local, signal);
  const wanted = selectRefs(remote.refs, request.refspecs);
  const received = await receiveChunks({
    roots: wanted.map(({ address }) => address),
    source: remote.source,
    target: local,
    walk: walkAddresses,
    signal,
    onProgress: request.onProgress,
  });
  const tags = await findNewTags(remote, request);
  await receiveChunks({
    roots: tags.map(({ address }) => address),
    source: remote.source,
    target: local,
    walk: walkAddresses,
    signal,
  });
  const updates = [
    ...[...wanted, ...tags].flatMap((ref) => judge(local, request.refs, ref)),
    ...(request.prune ? findGone(request, remote.refs) : []),
  ];
  const changes = new Map(
    updates
      .filter(({ kind }) => kind !== "rejected")
      .map(({ destination, newAddress }) => [destination, newAddress] as const),
  );
  return { changes, updates, received };
}

interface WantedRef {
  readonly source: string;
  readonly destination: string;
  readonly force: boolean;
  readonly address: Hash;
}

function selectRefs(refs: Refs, refspecs: readonly Refspec[]): WantedRef[] {
  const wanted = new Map<string, WantedRef>();
  for (const spec of refspecs) {
    const matching = refs.list("").flatMap(({ name: source, address }) => {
      const destination = mapRefName(spec, source);
      return destination === undefined ? [] : [{ source, destination, force: spec.force, address }];
    });
    if (matching.length === 0 && !spec.source.includes("*")) {
      const shortName = spec.source.slice(spec.source.startsWith(HEADS_PREFIX) ? HEADS_PREFIX.length : 0);
      throw new RemoteError("ref_not_found", shortName, `branch "${shortName}" not found on remote`);
    }
    for (const ref of matching) wanted.set(ref.destination, ref);
  }
  return [...wanted.values()];
}

/** Tags of the remote that are not here though the commit they name is. One that is here stays as it is. */
async function findNewTags(
  { refs, source, chunks }: RemoteRefs,
  request: FetchRequest,
): Promise<WantedRef[]> {
  const found: WantedRef[] = [];
  for (const { name, address } of refs.list(TAGS_PREFIX)) {
    if (request.refs.get(name) !== undefined) continue;
    const tag = await computeOverRemote(source, chunks, () => readTag(chunks, address));
    if (request.chunks.hasChunk(tag.commit)) {
      found.push({ source: name, destination: name, force: false, address });
    }
  }
  return found;
}

function judge(
  local: ExportSource,
  refs: Refs,
  { source, destination, force, address }: WantedRef,
): FetchedRef[] {
  const oldAddress = refs.get(destination);
  if (oldAddress === address) return [];
  const kind = (): FetchedRef["kind"] => {
    if (oldAddress === undefined) return "created";
    if (local.hasChunk(oldAddress) && isAncestor(local, oldAddress, address)) return "updated";
    return force ? "forced" : "rejected";
  };
  return [{ source, destination, kind: kind(), oldAddress, newAddress: address }];
}

function findGone({ refs: localRefs, remoteName, refspecs }: FetchRequest, refs: Refs): FetchedRef[] {
  const present = new Set(selectRefs(refs, refspecs).map(({ destination }) => destination));
  return localRefs.list(`${REMOTES_PREFIX}${remoteName}/`).flatMap(({ name, address }) => {
    if (present.has(name)) return [];
    return [
      { source: "", destination: name, kind: "deleted" as const, oldAddress: address, newAddress: undefined },
    ];
  });
}

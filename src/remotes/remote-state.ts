/** The state of a remote or backup as read at one moment, and the step to the next one. */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ExportSource } from "../chunks/chunk-import.ts";
import { OverlayChunkStore } from "../chunks/overlay-chunk-store.ts";
import { StorageError } from "../io/storage-error.ts";
import { NodeReader } from "../prolly/node-reader.ts";
import { type Refs, readRefs } from "../vcs/refs.ts";
import { RemoteChunkReader } from "./remote-chunk-reader.ts";
import { RemoteError } from "./remote-error.ts";
import {
  decodeRemoteManifest,
  encodeRemoteManifest,
  newNonce,
  type RemoteKind,
  type RemoteManifest,
} from "./remote-manifest.ts";
import type { RemoteStore } from "./remote-store.ts";
import { withRetry } from "./retry.ts";

const SWAP_ATTEMPT_COUNT_MAX = 5;

/** `manifest` and `version` are undefined when there is nothing at the place yet. */
export interface RemoteState {
  readonly manifest: RemoteManifest | undefined;
  readonly version: string | undefined;
}

/** Throws `wrong_kind` when there is something of the other kind. */
export async function readRemoteState(
  store: RemoteStore,
  kind: RemoteKind,
  signal?: AbortSignal,
): Promise<RemoteState> {
  const stored = await withRetry(() => store.readManifest(), { signal });
  if (stored === undefined) return { manifest: undefined, version: undefined };
  const manifest = decodeRemoteManifest(stored.bytes, store.url);
  if (manifest.kind !== kind) {
    const message =
      manifest.kind === "backup"
        ? `${store.url} is a backup, not a remote: restore it instead`
        : `${store.url} is a remote, not a backup: clone it instead`;
    throw new RemoteError("wrong_kind", store.url, message);
  }
  return { manifest, version: stored.version };
}

/** Like {@link readRemoteState}, but `not_found` when there is nothing. */
export async function mustReadManifest(
  store: RemoteStore,
  kind: RemoteKind,
  signal?: AbortSignal,
): Promise<RemoteManifest> {
  const { manifest } = await readRemoteState(store, kind, signal);
  if (manifest !== undefined) return manifest;
  throw new RemoteError("not_found", store.url, `no ${kind} found at ${store.url}`);
}

/**
 * Swaps the manifest; nonce and generation are filled in here. Throws `precondition_failed` when somebody else was
 * first. When an answer is lost, the manifest is read again: its nonce tells whether the swap took place.
 */
export async function swapRemoteManifest(
  store: RemoteStore,
  state: RemoteState,
  next: Omit<RemoteManifest, "nonce" | "generation">,
  signal?: AbortSignal,
): Promise<void> {
  const nonce = newNonce();
  const generation = (state.manifest?.generation ?? 0) + 1;
  const bytes = encodeRemoteManifest({ ...next, nonce, generation });
  for (let attempt = 1; ; attempt++) {
    try {
      await store.swapManifest(bytes, state.version);
      return;
    } catch (error) {
      if (!(error instanceof RemoteError && error.retryable && attempt < SWAP_ATTEMPT_COUNT_MAX)) throw error;
    }
    const found = await withRetry(() => store.readManifest(), { signal });
    if (found !== undefined && decodeRemoteManifest(found.bytes, store.url).nonce === nonce) return;
    if (found?.version !== state.version) {
      throw new RemoteError("precondition_failed", store.url, `${store.url} was changed by another writer`);
    }
  }
}

/** A remote's chunks and refs, with new chunks for it kept in memory. */
export interface RemoteRefs {
  readonly refs: Refs;
  readonly source: RemoteChunkReader;
  /** The local chunks, and those of the remote that were needed so far. */
  readonly chunks: OverlayChunkStore;
}

export async function readRemoteRefs(
  store: RemoteStore,
  manifest: RemoteManifest | undefined,
  local: ExportSource,
  signal?: AbortSignal,
): Promise<RemoteRefs> {
  const source = await RemoteChunkReader.open(store, manifest?.tables ?? [], signal);
  const chunks = new OverlayChunkStore(local);
  const root = manifest?.root ?? EMPTY_HASH;
  const refs = await computeOverRemote(source, chunks, () => readRefs(newNodeReader(chunks), root));
  return { refs, source, chunks };
}

export function newNodeReader(chunks: OverlayChunkStore): NodeReader {
  return new NodeReader(chunks, { cacheSizeBytes: 0 });
}

/**
 * Runs a computation that reads chunks synchronously though some are remote: each one it misses is fetched and
 * the computation starts again. For those that need a handful of chunks: a refs map, a tag.
 */
export async function computeOverRemote<Result>(
  source: RemoteChunkReader,
  chunks: OverlayChunkStore,
  compute: () => Result,
): Promise<Result> {
  for (;;) {
    let missing: Hash;
    try {
      return compute();
    } catch (error) {
      const hash = error instanceof StorageError && error.code === "chunk_missing" ? error.hash : undefined;
      if (hash === undefined) throw error;
      missing = hash;
    }
    for (const chunk of (await source.fetchChunks([missing])).values()) chunks.putChunk(chunk);
  }
}

/** Runs `attempt` again while other writers get in between, a limited number of times. */
export async function retryOnConflict<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const conflict = error instanceof RemoteError && error.code === "precondition_failed";
      if (!conflict || count === SWAP_ATTEMPT_COUNT_MAX * 2) throw error;
    }
  }
}

/**
 * Clone: a new database folder with a remote's tracking refs and tags, and its default branch as local branch. Nothing is
 * left behind when it fails.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import { FileChunkStore } from "../chunks/file-chunk-store.ts";
import type { FileSystem } from "../io/file-system.ts";
import { NodeReader } from "../prolly/node-reader.ts";
import { HEADS_PREFIX, META_PREFIX, readDocument, readRefs, writeDocument, writeRefs } from "../vcs/refs.ts";
import { fetch } from "./fetch.ts";
import { defaultFetchSpec, parseRefspec } from "./refspec.ts";
import { RemoteError } from "./remote-error.ts";
import { computeOverRemote, mustReadManifest, readRemoteRefs } from "./remote-state.ts";
import type { RemoteStore } from "./remote-store.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

const DEFAULT_BRANCH_REF = `${META_PREFIX}default-branch`;

export interface CloneRequest extends TransferOptions {
  readonly source: RemoteStore;
  readonly remoteName: string;
  /** The branch to begin on; default: the remote's. */
  readonly branch?: string;
  readonly files: FileSystem;
  /** Must not exist. */
  readonly folder: string;
}

export interface CloneResult {
  readonly databaseId: string;
  readonly branch: string;
  readonly received: TransferProgress;
}

/** Throws `not_found` when there is no remote, `ref_not_found` when it has no (such) branch, `already_exists`. */
export async function cloneInto(request: CloneRequest): Promise<CloneResult> {
  const { files, folder, source, signal } = request;
  // Before anything is made: a wrong URL leaves no trace.
  await mustReadManifest(source, "remote", signal);
  return inNewFolder(files, folder, async () => {
    await using store = await FileChunkStore.create({ files, folder });
    const { changes, received } = await fetch({
      chunks: store,
      refs: readRefs(new NodeReader(store), EMPTY_HASH),
      source,
      remoteName: request.remoteName,
      refspecs: [parseRefspec(defaultFetchSpec(request.remoteName))],
      prune: false,
      signal,
      onProgress: request.onProgress,
    });
    const { branch, commit } = await chooseBranch(request, store);
    const local = new Map(changes);
    local.set(HEADS_PREFIX + branch, commit);
    local.set(DEFAULT_BRANCH_REF, writeDocument(store, branch));
    const root = writeRefs(store, readRefs(new NodeReader(store), EMPTY_HASH), local);
    await store.commitRoot(root, EMPTY_HASH);
    return { databaseId: store.databaseId, branch, received };
  });
}

/** Runs `fill` for a folder that must not exist, and removes the folder again when that fails. */
export async function inNewFolder<Result>(
  files: FileSystem,
  folder: string,
  fill: () => Promise<Result>,
): Promise<Result> {
  if (files.status(folder) !== undefined) {
    throw new RemoteError("already_exists", folder, `there is something at ${folder} already`);
  }
  try {
    return await fill();
  } catch (error) {
    await files.removeFolder(folder);
    throw error;
  }
}

async function chooseBranch(
  { source: store, branch, signal }: CloneRequest,
  local: FileChunkStore,
): Promise<{ readonly branch: string; readonly commit: Hash }> {
  const manifest = await mustReadManifest(store, "remote", signal);
  const { refs, source, chunks } = await readRemoteRefs(store, manifest, local, signal);
  const document = refs.get(DEFAULT_BRANCH_REF);
  const declared =
    document === undefined
      ? undefined
      : await computeOverRemote(source, chunks, () => readDocument(chunks, document));
  const [first] = refs.list(HEADS_PREFIX);
  const candidates =
    branch === undefined ? [declared, "main", first?.name.slice(HEADS_PREFIX.length)] : [branch];
  for (const candidate of candidates) {
    const commit = typeof candidate === "string" ? refs.get(HEADS_PREFIX + candidate) : undefined;
    if (commit !== undefined && local.hasChunk(commit)) return { branch: String(candidate), commit };
  }
  const message =
    branch === undefined ? `the remote ${store.url} has no branches` : `branch not found: ${branch}`;
  throw new RemoteError("ref_not_found", branch ?? "", message);
}

/** Fetch and pull: a remote's branches become tracking branches here, and a pull brings the current branch up to one. */
import { systemClock } from "../../base/clock.ts";
import { type FetchedRef, fetch } from "../../remotes/fetch.ts";
import { defaultFetchSpec, parseRefspec, type Refspec } from "../../remotes/refspec.ts";
import { mustGetBranch, storeBranch } from "../../vcs/branch.ts";
import { mergeCommit } from "../../vcs/merge-commit.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, type RefChanges, type Refs } from "../../vcs/refs.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type {
  FetchOptions,
  Identity,
  PullOptions,
  PullResult,
  TransferResult,
} from "../procedures/repository.ts";
import { defaultRemote } from "./pushes.ts";
import { mustGetRemote } from "./registries.ts";
import { describeTransfer, type RemoteOpener, type TransferWatch } from "./remote-opener.ts";
import { readSetting, UPSTREAMS } from "./settings.ts";
import type { VersionStore } from "./version-store.ts";

interface Side {
  readonly store: VersionStore;
  readonly opener: RemoteOpener;
}

export async function fetchRefs(
  { store, opener }: Side,
  options: FetchOptions & TransferWatch,
): Promise<TransferResult> {
  const refs = store.refs();
  const remoteName = options.remote ?? defaultRemote(store, refs);
  if (options.prune && options.refspecs.length > 0) {
    throw new VersionError(
      "invalid_revision",
      "--prune",
      "--prune option cannot be provided with a ref spec",
    );
  }
  const source = opener.open(mustGetRemote(store, refs, remoteName), options.signal);
  try {
    const { changes, updates, received } = await fetch({
      chunks: store.chunks,
      refs,
      source,
      remoteName,
      refspecs: fetchSpecs(remoteName, options.refspecs),
      prune: options.prune,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    if (changes.size > 0) await store.updateRefs(() => changes);
    const refused = updates.filter(({ kind }) => kind === "rejected");
    if (refused.length > 0) throw rejection(refused);
    const message = [
      ...updates.map(describe),
      ...(received.chunkCount > 0 ? [describeTransfer(received)] : []),
    ];
    return {
      message: message.length === 0 ? "Everything up-to-date" : message.join("\n"),
      chunkCount: received.chunkCount,
      sizeBytes: received.transferredBytes,
    };
  } finally {
    await source.close();
  }
}

function fetchSpecs(remoteName: string, given: readonly string[]): Refspec[] {
  if (given.length === 0) return [parseRefspec(defaultFetchSpec(remoteName))];
  return given.map((text) => {
    if (text === "") throw new VersionError("invalid_revision", text, "invalid fetch spec: ''");
    const spec = parseRefspec(text);
    const short = spec.source.replace(/^refs\/heads\//, "");
    const destination =
      spec.destination === spec.source ? `${REMOTES_PREFIX}${remoteName}/${short}` : spec.destination;
    if (!destination.startsWith(REMOTES_PREFIX)) {
      throw new VersionError(
        "invalid_revision",
        text,
        `invalid fetch spec: '${text}'; fetch writes to refs/remotes/ alone`,
      );
    }
    return { force: true, source: HEADS_PREFIX + short, destination };
  });
}

function describe({ kind, destination }: FetchedRef): string {
  const name = destination.replace(/^refs\/(?:remotes|tags)\//, "");
  switch (kind) {
    case "created":
      return ` * [new]       ${name}`;
    case "updated":
      return `   ${name}`;
    case "forced":
      return ` + ${name} (forced update)`;
    case "deleted":
      return ` - [deleted]   ${name}`;
    case "rejected":
      return ` ! [rejected]  ${name}`;
  }
}

function rejection(refused: readonly FetchedRef[]): VersionError {
  const names = refused.map(({ destination }) => destination).join(", ");
  return new VersionError("not_fast_forward", names, `fetch refused to move ${names}: not a fast-forward`);
}

export async function pullBranch(
  side: Side,
  branch: string,
  options: PullOptions & TransferWatch & { readonly identity: Identity },
): Promise<PullResult> {
  const { store } = side;
  const followed = followedBranch(store, store.refs(), branch, options);
  const fetched = {
    remote: followed.remote,
    refspecs: options.branch === undefined ? [] : [options.branch],
    prune: false,
  };
  await fetchRefs(side, { ...fetched, signal: options.signal, onProgress: options.onProgress });
  const signature = { ...options.identity, dateMs: systemClock.now() };
  let result: PullResult = { fastForward: false, conflicts: 0, message: "Everything up-to-date" };
  await store.updateRefs(
    (refs): RefChanges => {
      const commit = refs.get(`${REMOTES_PREFIX}${followed.remote}/${followed.branch}`);
      if (commit === undefined) {
        throw new VersionError(
          "ref_not_found",
          followed.branch,
          `branch "${followed.branch}" not found on remote`,
        );
      }
      const merged = mergeCommit(store, mustGetBranch(store.chunks, refs, branch), {
        commit,
        message: `Merge branch '${followed.branch}' of ${followed.remote} into ${branch}`,
        author: signature,
        committer: signature,
        noFastForward: false,
        fastForwardOnly: options.fastForwardOnly,
      });
      if (merged.kind === "up to date") return new Map();
      result = { fastForward: merged.kind === "fast forward", conflicts: 0, message: "merge successful" };
      return storeBranch(store.chunks, merged.branch);
    },
    [branch],
  );
  return result;
}

function followedBranch(
  store: VersionStore,
  refs: Refs,
  branch: string,
  options: PullOptions,
): { readonly remote: string; readonly branch: string } {
  const upstream = readSetting(store.chunks, refs, UPSTREAMS)[branch];
  const remote = options.remote ?? upstream?.remote ?? defaultRemote(store, refs);
  if (options.branch !== undefined) return { remote, branch: options.branch };
  if (upstream !== undefined && upstream.remote === remote) return upstream;
  const message =
    options.remote === undefined
      ? `There is no tracking information for the current branch. Set it: CALL dolt_branch('--set-upstream-to','${remote}/<branch>')`
      : `You asked to pull from the remote '${remote}', but did not specify a branch. Because this is not the default configured remote for your current branch, you must specify a branch.`;
  throw new VersionError("ref_not_found", branch, message);
}

/** Push: which refs to send where, from what the user wrote, and what to say about the outcome. */
import type { Hash } from "../../bytes/hash.ts";
import { push, type RefOutcome, type RefUpdate } from "../../remotes/push.ts";
import { parseRefspec } from "../../remotes/refspec.ts";
import { branchNames, getBranchCommit } from "../../vcs/branch.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, type RefChanges, type Refs, TAGS_PREFIX } from "../../vcs/refs.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type { PushOptions, TransferResult } from "../procedures/repository.ts";
import { mustGetRemote } from "./registries.ts";
import { describeTransfer, type RemoteOpener, type TransferWatch } from "./remote-opener.ts";
import { joinChanges, REMOTES, readSetting, UPSTREAMS, writeSetting } from "./settings.ts";
import type { VersionStore } from "./version-store.ts";

interface PushPlan {
  readonly remote: string;
  readonly updates: readonly RefUpdate[];
  /** Local branch → remote branch, for --set-upstream. */
  readonly upstreams: ReadonlyMap<string, string>;
}

export async function pushRefs(
  { store, opener }: { readonly store: VersionStore; readonly opener: RemoteOpener },
  branch: string,
  options: PushOptions & TransferWatch,
): Promise<TransferResult> {
  const refs = store.refs();
  const plan = planPush(store, refs, branch, options);
  const url = mustGetRemote(store, refs, plan.remote);
  const destination = opener.open(url, options.signal);
  try {
    const { outcomes, sent } = await push({
      chunks: store.chunks,
      refs,
      databaseId: store.databaseId,
      destination,
      updates: plan.updates,
      pack: store.packChunks,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    const accepted = outcomes.filter(({ kind }) => kind !== "rejected");
    await store.updateRefs((now) =>
      joinChanges(
        trackingChanges(plan.remote, accepted),
        options.setUpstream ? upstreamChanges(store, now, plan, accepted) : [],
      ),
    );
    const message = describePush(url, outcomes, sent.chunkCount > 0 ? describeTransfer(sent) : "");
    if (accepted.length < outcomes.length) throw rejection(url, message, outcomes);
    return {
      message: withUpstreams(message, options, plan),
      chunkCount: sent.chunkCount,
      sizeBytes: sent.transferredBytes,
    };
  } finally {
    await destination.close();
  }
}

function planPush(store: VersionStore, refs: Refs, branch: string, options: PushOptions): PushPlan {
  if (options.all && options.refspecs.length > 0) {
    throw new VersionError("invalid_revision", "--all", "fatal: --all can't be combined with refspecs");
  }
  const upstream = readSetting(store.chunks, refs, UPSTREAMS)[branch];
  const remote = options.remote ?? upstream?.remote ?? defaultRemote(store, refs);
  const specs = options.all
    ? branchNames(refs)
    : options.refspecs.length > 0
      ? options.refspecs
      : [upstreamSpec(branch, remote, upstream, options)];
  const updates: RefUpdate[] = [];
  const upstreams = new Map<string, string>();
  for (const spec of specs) {
    if (spec === "") throw new VersionError("invalid_revision", spec, "invalid ref spec: ''");
    const { source, destination, force } = parseRefspec(spec);
    const local = source === "" ? undefined : findSource(refs, source);
    const target = fullName(destination, local?.name ?? "");
    updates.push({ source: local?.address, destination: target, force: force || options.force });
    if (local?.name.startsWith(HEADS_PREFIX)) {
      upstreams.set(local.name.slice(HEADS_PREFIX.length), target.slice(HEADS_PREFIX.length));
    } else if (options.setUpstream) {
      throw new VersionError("invalid_revision", spec, "cannot set upstream for tag");
    }
  }
  return { remote, updates, upstreams };
}

/** The remote named origin, or the only one. */
export function defaultRemote(store: VersionStore, refs: Refs): string {
  const names = Object.keys(readSetting(store.chunks, refs, REMOTES));
  if (names.includes("origin")) return "origin";
  const [only, ...others] = names;
  if (only === undefined) {
    throw new VersionError(
      "ref_not_found",
      "origin",
      "fatal: No configured push destination. Add one: CALL dolt_remote('add','origin','file:///…')",
    );
  }
  if (others.length > 0) {
    throw new VersionError(
      "ambiguous_ref",
      "origin",
      `unable to determine the default remote among ${names.join(", ")}; name one`,
    );
  }
  return only;
}

function upstreamSpec(
  branch: string,
  remote: string,
  upstream: { readonly remote: string; readonly branch: string } | undefined,
  options: PushOptions,
): string {
  if (options.setUpstream) return branch;
  if (upstream === undefined || upstream.remote !== remote) {
    throw new VersionError(
      "ref_not_found",
      branch,
      `fatal: The current branch ${branch} has no upstream branch. To push it and set one: CALL dolt_push('--set-upstream','${remote}','${branch}')`,
    );
  }
  if (upstream.branch !== branch) {
    throw new VersionError(
      "invalid_revision",
      branch,
      `fatal: the upstream branch of your current branch does not match the name of your current branch. Name both: CALL dolt_push('${remote}','${branch}:${upstream.branch}')`,
    );
  }
  return branch;
}

function findSource(refs: Refs, name: string): { readonly name: string; readonly address: Hash } {
  for (const candidate of [HEADS_PREFIX + name, TAGS_PREFIX + name, name]) {
    const address = refs.get(candidate);
    if (address !== undefined) return { name: candidate, address };
  }
  throw new VersionError(
    "ref_not_found",
    name,
    `invalid ref spec; refspec not found: '${name}'; branch not found: ${name}`,
  );
}

/** A short destination is of the source's kind: a tag goes to a tag. */
function fullName(destination: string, source: string): string {
  if (destination.startsWith("refs/")) return destination;
  return (source.startsWith(TAGS_PREFIX) ? TAGS_PREFIX : HEADS_PREFIX) + destination;
}

function trackingChanges(remote: string, outcomes: readonly RefOutcome[]): RefChanges {
  return new Map(
    outcomes
      .filter(({ destination }) => destination.startsWith(HEADS_PREFIX))
      .map(({ destination, newAddress }) => [
        `${REMOTES_PREFIX}${remote}/${destination.slice(HEADS_PREFIX.length)}`,
        newAddress,
      ]),
  );
}

function upstreamChanges(
  store: VersionStore,
  refs: Refs,
  plan: PushPlan,
  accepted: readonly RefOutcome[],
): RefChanges {
  const all = { ...readSetting(store.chunks, refs, UPSTREAMS) };
  for (const [local, target] of plan.upstreams) {
    if (getBranchCommit(refs, local) === undefined) continue;
    if (!accepted.some(({ destination }) => destination === HEADS_PREFIX + target)) continue;
    all[local] = { remote: plan.remote, branch: target };
  }
  return new Map([writeSetting(store.chunks, UPSTREAMS, all)]);
}

function describePush(url: string, outcomes: readonly RefOutcome[], transferred: string): string {
  if (outcomes.every(({ kind }) => kind === "unchanged")) return "Everything up-to-date";
  const lines = outcomes
    .filter(({ kind }) => kind !== "unchanged")
    .map((outcome) => ` ${describeOutcome(outcome)}`);
  return [`To ${url}`, ...lines, ...(transferred === "" ? [] : [transferred])].join("\n");
}

function describeOutcome({ kind, destination, reason }: RefOutcome): string {
  const isTag = destination.startsWith(TAGS_PREFIX);
  const name = destination.replace(/^refs\/(?:heads|tags)\//, "");
  switch (kind) {
    case "created":
      return `* [new ${isTag ? "tag" : "branch"}]          ${name} -> ${name}`;
    case "updated":
      return `  ${name} -> ${name}`;
    case "forced":
      return `+ ${name} -> ${name} (forced update)`;
    case "deleted":
      return `- [deleted]             ${name}`;
    case "unchanged":
      return `= [up to date]          ${name} -> ${name}`;
    case "rejected":
      return `! [rejected]            ${name} -> ${name} (${(reason ?? "").replaceAll("_", " ").replace("not fast forward", "non-fast-forward")})`;
  }
}

function rejection(url: string, message: string, outcomes: readonly RefOutcome[]): VersionError {
  const refused = outcomes.filter(({ kind }) => kind === "rejected");
  const behind = refused.some(({ reason }) => reason === "not_fast_forward");
  const missing = refused.every(({ reason }) => reason === "not_found");
  const hint = behind
    ? "\nhint: Updates were rejected because the tip of your current branch is behind its remote counterpart. Pull first, or push with --force to overwrite."
    : "";
  return new VersionError(
    missing ? "ref_not_found" : "not_fast_forward",
    refused.map(({ destination }) => destination).join(", "),
    `${message}\nerror: failed to push some refs to '${url}'${hint}`,
  );
}

function withUpstreams(message: string, options: PushOptions, plan: PushPlan): string {
  if (!options.setUpstream) return message;
  const lines = [...plan.upstreams].map(
    ([local, target]) => `branch '${local}' set up to track '${plan.remote}/${target}'.`,
  );
  return [message, ...lines].join("\n");
}

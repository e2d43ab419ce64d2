/**
 * Revisions as users write them:
 *
 * - `HEAD` (of the given branch), `WORKING`, `STAGED`;
 * - a branch, a tag, `remotes/origin/main` or `origin/main`, or a full ref name;
 * - a commit's 32 characters;
 * - any of them followed by `~n` (n first parents up) and `^n` (the n-th parent), as often as wanted.
 *
 * A branch goes before a tag of the same name, a tag before a remote-tracking branch.
 */
import { type Hash, hashFromText } from "../bytes/hash.ts";
import type { ChunkReader } from "../chunks/chunk-store.ts";
import { mustGetBranch } from "./branch.ts";
import { isCommitChunk, readCommit } from "./commit.ts";
import { HEADS_PREFIX, REMOTES_PREFIX, type Refs, TAGS_PREFIX } from "./refs.ts";
import { readTag } from "./tag.ts";
import { VersionError } from "./version-error.ts";

export interface RevisionContext {
  readonly chunks: ChunkReader;
  readonly refs: Refs;
  /** The branch that HEAD, WORKING and STAGED mean; undefined when there is none. */
  readonly branch: string | undefined;
}

export type Revision =
  | { readonly kind: "commit"; readonly commit: Hash; readonly root: Hash }
  | { readonly kind: "working" | "staged"; readonly root: Hash };

/** VersionError `ref_not_found` or `invalid_revision`. */
export function resolveRevision(context: RevisionContext, text: string): Revision {
  const keyword = text.toUpperCase();
  if (keyword === "WORKING" || keyword === "STAGED") {
    const { workingSet } = mustGetBranch(context.chunks, context.refs, mustHaveBranch(context, text));
    return keyword === "WORKING"
      ? { kind: "working", root: workingSet.working }
      : { kind: "staged", root: workingSet.staged };
  }
  const commit = resolveCommit(context, text);
  return { kind: "commit", commit, root: readCommit(context.chunks, commit).root };
}

/** The commit that a revision names. VersionError `ref_not_found` or `invalid_revision`. */
export function resolveCommit(context: RevisionContext, text: string): Hash {
  const match = /^(.*?)((?:[~^][0-9]*)*)$/s.exec(text);
  const [, base = "", steps = ""] = match ?? [];
  const start = resolveBase(context, base);
  if (start === undefined) throw new VersionError("ref_not_found", text, `branch not found: ${text}`);
  let commit = start;
  for (const [, operator, digits] of steps.matchAll(/([~^])([0-9]*)/g)) {
    const count = digits === "" ? 1 : Number(digits);
    commit =
      operator === "~" ? ancestorOf(context, commit, count, text) : parentOf(context, commit, count, text);
  }
  return commit;
}

function resolveBase(context: RevisionContext, base: string): Hash | undefined {
  const { refs, chunks } = context;
  if (base.toUpperCase() === "HEAD") return refs.get(HEADS_PREFIX + mustHaveBranch(context, base));
  const head = refs.get(HEADS_PREFIX + base);
  if (head !== undefined) return head;
  const tag = refs.get(TAGS_PREFIX + base);
  if (tag !== undefined) return readTag(chunks, tag).commit;
  const remote = refs.get(REMOTES_PREFIX + base.replace(/^remotes\//, ""));
  if (remote !== undefined) return remote;
  if (base.startsWith(TAGS_PREFIX)) {
    const full = refs.get(base);
    return full === undefined ? undefined : readTag(chunks, full).commit;
  }
  if (base.startsWith(HEADS_PREFIX) || base.startsWith(REMOTES_PREFIX)) return refs.get(base);
  const hash = hashFromText(base.toLowerCase());
  const chunk = hash === undefined ? undefined : chunks.getChunk(hash);
  return chunk !== undefined && isCommitChunk(chunk) ? hash : undefined;
}

function mustHaveBranch({ branch }: RevisionContext, text: string): string {
  if (branch === undefined) {
    throw new VersionError(
      "invalid_revision",
      text,
      `'${text}' needs a branch, and the current revision is none`,
    );
  }
  return branch;
}

function ancestorOf({ chunks }: RevisionContext, commit: Hash, count: number, text: string): Hash {
  let at = commit;
  for (let left = count; left > 0; left--) {
    const [parent] = readCommit(chunks, at).parents;
    if (parent === undefined) throw noSuchAncestor(text);
    at = parent;
  }
  return at;
}

function parentOf({ chunks }: RevisionContext, commit: Hash, count: number, text: string): Hash {
  if (count === 0) return commit;
  const parent = readCommit(chunks, commit).parents[count - 1];
  if (parent === undefined) throw noSuchAncestor(text);
  return parent;
}

function noSuchAncestor(text: string): VersionError {
  return new VersionError("invalid_revision", text, `invalid ancestor spec: ${text}`);
}

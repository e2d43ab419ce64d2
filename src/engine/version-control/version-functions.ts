/** The scalar functions about versions: active_branch(), hashof(), dolt_merge_base() … */
import { PACKAGE_VERSION } from "../../base/package-file.ts";
import type { Hash } from "../../bytes/hash.ts";
import { hashToText } from "../../bytes/hash.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import { findMergeBase, isAncestor } from "../../vcs/commit-graph.ts";
import { resolveCommit } from "../../vcs/revision.ts";
import type { VersionStore } from "./version-store.ts";

export interface VersionFunctionContext {
  /** The current database; undefined when none is selected. */
  readonly store: VersionStore | undefined;
  /** The session's branch; undefined on a tag or commit revision. */
  readonly branch: string | undefined;
}

type VersionFunction = (context: VersionFunctionContext, args: readonly Value[]) => Value;

function commitOf(context: VersionFunctionContext, value: Value | undefined): Hash | undefined {
  if (value === null || value === undefined) return undefined;
  if (context.store === undefined) throw sqlError("ER_NO_DB_ERROR");
  if (typeof value !== "string") throw new SqlError("ER_WRONG_ARGUMENTS", "a revision is given as a string");
  return resolveCommit(
    { chunks: context.store.chunks, refs: context.store.refs(), branch: context.branch },
    value,
  );
}

function hashOfRevision(context: VersionFunctionContext, args: readonly Value[]): Value {
  const commit = commitOf(context, args[0]);
  return commit === undefined ? null : hashToText(commit);
}

/** Gives `combine` two commits and the store; NULL when either argument is NULL. */
function ofTwoCommits(combine: (store: VersionStore, left: Hash, right: Hash) => Value): VersionFunction {
  return (context, args) => {
    const left = commitOf(context, args[0]);
    const right = commitOf(context, args[1]);
    if (left === undefined || right === undefined || context.store === undefined) return null;
    return combine(context.store, left, right);
  };
}

const FUNCTIONS: ReadonlyMap<string, VersionFunction> = new Map([
  ["active_branch", ({ store, branch }) => (store === undefined ? null : (branch ?? null))],
  ["dolt_version", () => PACKAGE_VERSION],
  ["dolt_storage_format", () => "CAIRN 1"],
  ["hashof", hashOfRevision],
  ["dolt_hashof", hashOfRevision],
  [
    "dolt_merge_base",
    ofTwoCommits((store, left, right) => {
      const base = findMergeBase(store.chunks, left, right);
      return base === undefined ? null : hashToText(base);
    }),
  ],
  [
    "has_ancestor",
    ofTwoCommits((store, target, ancestor) => (isAncestor(store.chunks, ancestor, target) ? 1 : 0)),
  ],
]);

/** Undefined when `name` (lower case) is none of these functions. Throws VersionError for an unknown revision. */
export function getVersionFunction(name: string): VersionFunction | undefined {
  return FUNCTIONS.get(name);
}

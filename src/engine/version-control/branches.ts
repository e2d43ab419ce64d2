/** Branches: made, copied, renamed and deleted by moving refs; a new branch shares all its chunks and costs nothing. */
import type { Hash } from "../../bytes/hash.ts";
import {
  branchNames,
  cleanWorkingSet,
  getBranchCommit,
  mustGetBranch,
  removeBranch,
  storeBranch,
} from "../../vcs/branch.ts";
import { isAncestor } from "../../vcs/commit-graph.ts";
import { checkBranchName } from "../../vcs/ref-name.ts";
import {
  HEADS_PREFIX,
  REMOTES_PREFIX,
  type RefChanges,
  type Refs,
  WORKING_SETS_PREFIX,
} from "../../vcs/refs.ts";
import { resolveCommit } from "../../vcs/revision.ts";
import { VersionError } from "../../vcs/version-error.ts";
import { writeWorkingSet } from "../../vcs/working-set.ts";
import type { Branches } from "../procedures/repository.ts";
import {
  DEFAULT_BRANCH,
  joinChanges,
  readSetting,
  UPSTREAMS,
  type Upstream,
  writeSetting,
} from "./settings.ts";
import type { VersionStore } from "./version-store.ts";

export class StoredBranches implements Branches {
  readonly #store: VersionStore;

  constructor(store: VersionStore) {
    this.#store = store;
  }

  has(name: string): boolean {
    return getBranchCommit(this.#store.refs(), name) !== undefined;
  }

  hasRevision(revision: string, current: string): boolean {
    try {
      resolveCommit({ chunks: this.#store.chunks, refs: this.#store.refs(), branch: current }, revision);
      return true;
    } catch (error) {
      if (error instanceof VersionError) return false;
      throw error;
    }
  }

  async create(
    name: string,
    options: { readonly start: string; readonly current: string; readonly force: boolean },
  ): Promise<void> {
    checkBranchName(name);
    await this.#store.updateRefs(
      (refs) => {
        if (!options.force) mustBeFree(refs, name);
        return this.#branchAt(name, this.#resolveStart(refs, name, options));
      },
      options.force ? [name] : [],
    );
  }

  async copy(from: string, to: string, options: { readonly force: boolean }): Promise<void> {
    checkBranchName(to);
    await this.#store.updateRefs(
      (refs) => {
        const source = mustGetBranch(this.#store.chunks, refs, from);
        if (!options.force) mustBeFree(refs, to);
        return storeBranch(this.#store.chunks, { ...source, name: to });
      },
      [to],
    );
  }

  async rename(from: string, to: string, options: { readonly force: boolean }): Promise<void> {
    checkBranchName(to);
    if (!options.force) this.#mustBeUnused(from);
    await this.#store.updateRefs(
      (refs) => {
        const source = mustGetBranch(this.#store.chunks, refs, from);
        if (!options.force) mustBeFree(refs, to);
        const isDefault = readSetting(this.#store.chunks, refs, DEFAULT_BRANCH) === from;
        return joinChanges(
          removeBranch(from),
          storeBranch(this.#store.chunks, { ...source, name: to }),
          isDefault ? [writeSetting(this.#store.chunks, DEFAULT_BRANCH, to)] : [],
          this.#moveUpstream(refs, from, to),
        );
      },
      [from, to],
    );
  }

  async delete(name: string, options: { readonly force: boolean; readonly current: string }): Promise<void> {
    const { chunks } = this.#store;
    if (name === options.current) {
      throw new VersionError("branch_in_use", name, `Cannot delete checked out branch '${name}'`);
    }
    if (!options.force) this.#mustBeUnused(name);
    await this.#store.updateRefs(
      (refs) => {
        const branch = mustGetBranch(chunks, refs, name);
        if (readSetting(chunks, refs, DEFAULT_BRANCH) === name) {
          throw new VersionError(
            "branch_in_use",
            name,
            `unable to delete branch '${name}', because it is the default branch of database '${this.#store.databaseName}'; ` +
              `make another the default first: SET GLOBAL \`${this.#store.databaseName}_default_branch\` = 'other'`,
          );
        }
        if (!options.force && !this.#isMerged(refs, branch.commit, name, options.current)) {
          throw new VersionError(
            "not_merged",
            name,
            `branch '${name}' is not fully merged; delete it all the same with -D`,
          );
        }
        return joinChanges(removeBranch(name), this.#moveUpstream(refs, name, undefined));
      },
      [name],
    );
  }

  async deleteRemote(name: string): Promise<void> {
    const ref = REMOTES_PREFIX + name.replace(/^remotes\//, "");
    await this.#store.updateRefs((refs) => {
      if (refs.get(ref) === undefined)
        throw new VersionError("ref_not_found", name, `branch not found: ${name}`);
      return new Map([[ref, undefined]]);
    });
  }

  async setUpstream(name: string, upstream: string): Promise<void> {
    await this.#store.updateRefs((refs) => {
      mustGetBranch(this.#store.chunks, refs, name);
      if (refs.get(REMOTES_PREFIX + upstream) === undefined) {
        throw new VersionError("ref_not_found", upstream, `branch not found: '${upstream}'`);
      }
      const slash = upstream.indexOf("/");
      const entry = { remote: upstream.slice(0, slash), branch: upstream.slice(slash + 1) };
      return this.#storeUpstreams(refs, (all) => ({ ...all, [name]: entry }));
    });
  }

  findRemote(name: string): string | undefined {
    const matches = this.#store
      .refs()
      .list(REMOTES_PREFIX)
      .map((ref) => ref.name.slice(REMOTES_PREFIX.length))
      .filter((remote) => remote.slice(remote.indexOf("/") + 1) === name);
    if (matches.length > 1) {
      throw new VersionError(
        "ambiguous_ref",
        name,
        `'${name}' matched multiple (${matches.length}) remote tracking branches: ${matches.join(", ")}`,
      );
    }
    return matches[0];
  }

  #resolveStart(
    refs: Refs,
    name: string,
    { start, current }: { readonly start: string; readonly current: string },
  ): Hash {
    try {
      return resolveCommit({ chunks: this.#store.chunks, refs, branch: current }, start);
    } catch (error) {
      if (!(error instanceof VersionError)) throw error;
      throw new VersionError(
        error.code,
        start,
        `fatal: '${start}' is not a commit and a branch '${name}' cannot be created from it`,
        { cause: error },
      );
    }
  }

  #branchAt(name: string, commit: Hash): RefChanges {
    const { chunks } = this.#store;
    return new Map([
      [HEADS_PREFIX + name, commit],
      [WORKING_SETS_PREFIX + name, writeWorkingSet(chunks, cleanWorkingSet(chunks, commit))],
    ]);
  }

  #mustBeUnused(name: string): void {
    if (this.#store.sessionsOnBranch(name) > 0) {
      throw new VersionError(
        "branch_in_use",
        name,
        `unsafe to delete or rename branch '${name}', which is in use in other sessions; use --force to do it all the same`,
      );
    }
  }

  /** Merged: its commit is reachable from its upstream if it has one here, or from the current branch. */
  #isMerged(refs: Refs, commit: Hash, name: string, current: string): boolean {
    const { chunks } = this.#store;
    const upstream = readSetting(chunks, refs, UPSTREAMS)[name];
    const followed =
      upstream === undefined ? undefined : refs.get(`${REMOTES_PREFIX}${upstream.remote}/${upstream.branch}`);
    return [followed, getBranchCommit(refs, current)].some(
      (target) => target !== undefined && isAncestor(chunks, commit, target),
    );
  }

  #moveUpstream(refs: Refs, from: string, to: string | undefined): RefChanges {
    const entry = readSetting(this.#store.chunks, refs, UPSTREAMS)[from];
    if (entry === undefined) return new Map();
    return this.#storeUpstreams(refs, (all) => {
      const { [from]: _removed, ...others } = all;
      return to === undefined ? others : { ...others, [to]: entry };
    });
  }

  #storeUpstreams(
    refs: Refs,
    change: (all: Readonly<Record<string, Upstream>>) => Readonly<Record<string, Upstream>>,
  ): RefChanges {
    const { chunks } = this.#store;
    return new Map([writeSetting(chunks, UPSTREAMS, change(readSetting(chunks, refs, UPSTREAMS)))]);
  }
}

function mustBeFree(refs: Refs, name: string): void {
  if (branchNames(refs).includes(name)) {
    throw new VersionError("ref_exists", name, `fatal: A branch named '${name}' already exists.`);
  }
}

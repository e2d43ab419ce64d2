/** From a changed table to a commit and back: staging, committing, resetting. */
import { systemClock } from "../../base/clock.ts";
import { hashToText } from "../../bytes/hash.ts";
import { type Branch, mustGetBranch, storeBranch } from "../../vcs/branch.ts";
import { readCommit, type Signature } from "../../vcs/commit.ts";
import { commitStaged, type ResetMode, resetBranch } from "../../vcs/create-commit.ts";
import type { Refs } from "../../vcs/refs.ts";
import { resolveCommit } from "../../vcs/revision.ts";
import { type RootValue, readRootValue, writeRootValue } from "../../vcs/root-value.ts";
import { restoreTables, stageAll, stageModified, stageTables, unstageTables } from "../../vcs/staging.ts";
import { VersionError } from "../../vcs/version-error.ts";
import type { AddOptions, CommitOptions } from "../procedures/repository.ts";
import type { VersionStore } from "./version-store.ts";

export class WorkingChanges {
  readonly #store: VersionStore;

  constructor(store: VersionStore) {
    this.#store = store;
  }

  async add(branch: string, { tables }: AddOptions): Promise<void> {
    await this.#store.updateRefs((refs) =>
      this.#stored(
        this.#stage(this.#branch(refs, branch), (working, staged) =>
          tables === "all" ? stageAll(working) : stageTables(working, staged, tables),
        ),
      ),
    );
  }

  async unstage(branch: string, tables: readonly string[]): Promise<void> {
    const { chunks, nodes } = this.#store;
    await this.#store.updateRefs((refs) => {
      const at = this.#branch(refs, branch);
      const head = readRootValue(nodes, readCommit(chunks, at.commit).root);
      return this.#stored(this.#stage(at, (_working, staged) => unstageTables(head, staged, tables)));
    });
  }

  async commit(branch: string, options: CommitOptions): Promise<string | undefined> {
    const { chunks, nodes } = this.#store;
    const now = systemClock.now();
    const author: Signature = { ...options.author, dateMs: options.dateMs ?? now };
    let made: Branch | undefined;
    try {
      await this.#store.updateRefs((refs) => {
        let at = this.#branch(refs, branch);
        if (options.stageAll) at = this.#stage(at, stageAll);
        else if (options.stageModified) at = this.#stage(at, stageModified);
        made = commitStaged(nodes, chunks, at, {
          message: options.message,
          author,
          // As in Dolt, a date given for the commit is the committer's too: same input, same hash.
          committer: author,
          allowEmpty: options.allowEmpty,
          amend: options.amend,
        });
        return this.#stored(made);
      });
    } catch (error) {
      const empty = error instanceof VersionError && error.code === "nothing_to_commit";
      if (options.skipEmpty && empty) return undefined;
      throw error;
    }
    return made === undefined ? undefined : hashToText(made.commit);
  }

  async reset(branch: string, mode: ResetMode, revision: string | undefined): Promise<void> {
    const { chunks, nodes } = this.#store;
    await this.#store.updateRefs(
      (refs) => {
        const commit = resolveCommit({ chunks, refs, branch }, revision ?? "HEAD");
        return this.#stored(resetBranch(nodes, chunks, this.#branch(refs, branch), { mode, commit }));
      },
      mode === "hard" ? [branch] : [],
    );
  }

  async checkoutTables(branch: string, tables: readonly string[]): Promise<void> {
    const { chunks, nodes } = this.#store;
    await this.#store.updateRefs(
      (refs) => {
        const at = this.#branch(refs, branch);
        const { staged, working } = at.workingSet;
        const restored = restoreTables(readRootValue(nodes, staged), readRootValue(nodes, working), tables);
        const workingSet = { ...at.workingSet, working: writeRootValue(chunks, restored) };
        return this.#stored({ ...at, workingSet });
      },
      [branch],
    );
  }

  #branch(refs: Refs, name: string): Branch {
    return mustGetBranch(this.#store.chunks, refs, name);
  }

  #stored(branch: Branch): ReturnType<typeof storeBranch> {
    return storeBranch(this.#store.chunks, branch);
  }

  #stage(branch: Branch, stage: (working: RootValue, staged: RootValue) => RootValue): Branch {
    const { chunks, nodes } = this.#store;
    const { working, staged } = branch.workingSet;
    const next = stage(readRootValue(nodes, working), readRootValue(nodes, staged));
    return { ...branch, workingSet: { ...branch.workingSet, staged: writeRootValue(chunks, next) } };
  }
}

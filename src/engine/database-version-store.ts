/** A database as version control sees it: refs that move under the root mutex, after everything committed is in them. */

import type { ExportSource, ImportTarget } from "../chunks/chunk-import.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import type { ChunkPacker } from "../remotes/pack-chunks.ts";
import { branchOfRef, type RefChanges, type Refs } from "../vcs/refs.ts";
import { packInBackground } from "./background/pack-in-background.ts";
import { BRANCH_LOCK_KEY } from "./branch-state.ts";
import type { Database } from "./database.ts";
import { heavyOwner, LOCK_SHARE, type WaitLimits } from "./lock-table.ts";
import type { Problem } from "./procedures/repository.ts";
import type { VersionStore } from "./version-control/version-store.ts";

export interface DatabaseVersionStoreOptions {
  readonly database: Database;
  readonly takeId: () => number;
  /** Limits of the wait for transactions on a branch that is to be replaced. */
  readonly limits: () => WaitLimits;
  readonly sessionsOnBranch: (branch: string) => number;
}

export class DatabaseVersionStore implements VersionStore {
  readonly #options: DatabaseVersionStoreOptions;
  readonly #database: Database;

  constructor(options: DatabaseVersionStoreOptions) {
    this.#options = options;
    this.#database = options.database;
  }

  get databaseName(): string {
    return this.#database.name;
  }

  get databaseId(): string {
    return this.#database.chunks.databaseId;
  }

  get chunks(): ChunkStore & ExportSource & ImportTarget {
    return this.#database.chunks;
  }

  get nodes(): NodeReader {
    return this.#database.nodes;
  }

  get spillFolder(): string {
    return this.#database.folder;
  }

  readonly packChunks: ChunkPacker = (request, emit, signal) => {
    const { chunks, services } = this.#database;
    return packInBackground(request, emit, { chunks, background: services.background, signal });
  };

  refs(): Refs {
    return this.#database.refs;
  }

  async checkpoint(): Promise<void> {
    await this.#database.checkpoint();
  }

  async updateRefs(change: (refs: Refs) => RefChanges, exclusive: readonly string[] = []): Promise<void> {
    const owner = heavyOwner(this.#options.takeId());
    const held = new Set<string>();
    const hold = async (name: string): Promise<void> => {
      const locks = this.#database.getBranch(name)?.metadataLocks;
      await locks?.acquire(owner, BRANCH_LOCK_KEY, LOCK_SHARE, this.#options.limits);
      held.add(name);
    };
    try {
      for (const name of [...new Set(exclusive)].sort()) await hold(name);
      for (;;) {
        this.#database.checkOpen();
        const missing = await this.#database.changeRoot(async (refs) => {
          const changes = change(refs);
          const unheld = this.#replacedBranches(refs, changes).filter((name) => !held.has(name));
          // Waiting here would hold the root mutex; so nothing is changed, and it all begins again with the lock.
          return unheld.length > 0 ? { changes: new Map(), result: unheld } : { changes, result: [] };
        });
        if (missing.length === 0) return;
        for (const name of missing) await hold(name);
      }
    } finally {
      owner.releaseAll();
    }
  }

  /** The branches that go, or whose working root does. */
  #replacedBranches(refs: Refs, changes: RefChanges): readonly string[] {
    const database = this.#database;
    return [...new Set([...changes.keys()].flatMap((name) => branchOfRef(name) ?? []))].filter((name) => {
      const before = database.readWorkingSet(refs, name)?.working;
      return (
        before !== undefined && before !== database.readWorkingSet(overlay(refs, changes), name)?.working
      );
    });
  }

  sessionsOnBranch(branch: string): number {
    return this.#options.sessionsOnBranch(branch);
  }

  async collectGarbage(options: { readonly full: boolean; readonly signal?: AbortSignal }): Promise<number> {
    return await this.#database.garbage.collect(options);
  }

  async check(signal?: AbortSignal): Promise<readonly Problem[]> {
    await this.#database.checkpoint();
    const { chunks, services } = this.#database;
    const { listing, release } = await chunks.listFiles();
    try {
      return await services.background.checkDatabase(listing, signal);
    } finally {
      await release();
    }
  }
}

/** The refs with changes that are not stored. */
function overlay(refs: Refs, changes: RefChanges): Pick<Refs, "get"> {
  return { get: (name) => (changes.has(name) ? changes.get(name) : refs.get(name)) };
}

/** One database's version control as procedures see it: each method is one call into the module that does the work. */
import type { TransferProgress } from "../../remotes/transfer-progress.ts";
import type {
  AddOptions,
  Backups,
  Branches,
  CommitOptions,
  FetchOptions,
  Identity,
  Problem,
  PullOptions,
  PullResult,
  PushOptions,
  Registry,
  Repository,
  Tags,
  TransferResult,
} from "../procedures/repository.ts";
import { BackupSet } from "./backup-set.ts";
import { StoredBranches } from "./branches.ts";
import { WorkingChanges } from "./changes.ts";
import { fetchRefs, pullBranch } from "./fetches.ts";
import { pushRefs } from "./pushes.ts";
import { RemoteRegistry } from "./registries.ts";
import type { RemoteOpener } from "./remote-opener.ts";
import { StoredTags } from "./tags.ts";
import type { TransferGate } from "./transfer-gate.ts";
import type { VersionStore } from "./version-store.ts";

export interface DatabaseRepositoryOptions {
  readonly store: VersionStore;
  readonly opener: RemoteOpener;
  /** One per database, shared by all sessions. */
  readonly gate: TransferGate;
  readonly onProgress: (progress: TransferProgress) => void;
  /** Author of merge commits. */
  readonly identity: Identity;
}

export class DatabaseRepository implements Repository {
  readonly branches: Branches;
  readonly tags: Tags;
  readonly remotes: Registry;
  readonly backups: Backups;
  readonly #options: DatabaseRepositoryOptions;
  readonly #changes: WorkingChanges;

  constructor(options: DatabaseRepositoryOptions) {
    const { store, opener } = options;
    this.#options = options;
    this.#changes = new WorkingChanges(store);
    this.branches = new StoredBranches(store);
    this.tags = new StoredTags(store);
    this.remotes = new RemoteRegistry(store, opener.schemes);
    this.backups = new BackupSet(options);
  }

  get name(): string {
    return this.#options.store.databaseName;
  }

  add(branch: string, options: AddOptions): Promise<void> {
    return this.#changes.add(branch, options);
  }

  commit(branch: string, options: CommitOptions): Promise<string | undefined> {
    return this.#changes.commit(branch, options);
  }

  unstage(branch: string, tables: readonly string[]): Promise<void> {
    return this.#changes.unstage(branch, tables);
  }

  reset(branch: string, mode: "soft" | "mixed" | "hard", revision: string | undefined): Promise<void> {
    return this.#changes.reset(branch, mode, revision);
  }

  checkoutTables(branch: string, tables: readonly string[]): Promise<void> {
    return this.#changes.checkoutTables(branch, tables);
  }

  push(branch: string, options: PushOptions): Promise<TransferResult> {
    const { gate, onProgress } = this.#options;
    return gate.transfer(() => pushRefs(this.#options, branch, { ...options, onProgress }));
  }

  fetch(options: FetchOptions): Promise<TransferResult> {
    const { gate, onProgress } = this.#options;
    return gate.transfer(() => fetchRefs(this.#options, { ...options, onProgress }));
  }

  pull(branch: string, options: PullOptions): Promise<PullResult> {
    const { gate, onProgress, identity } = this.#options;
    return gate.transfer(() => pullBranch(this.#options, branch, { ...options, onProgress, identity }));
  }

  collectGarbage(options: { readonly full: boolean; readonly signal: AbortSignal }): Promise<number> {
    return this.#options.gate.collect(() => this.#options.store.collectGarbage(options));
  }

  async check({ signal }: { readonly signal: AbortSignal }): Promise<readonly Problem[]> {
    const { store, gate } = this.#options;
    return gate.collect(() => store.check(signal));
  }
}

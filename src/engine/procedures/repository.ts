/** One database's version control, as procedures and the command line use it. All methods are durable when they
 *  resolve and leave nothing changed when they throw. */

export interface AddOptions {
  /** Table names; or everything. */
  readonly tables: readonly string[] | "all";
}

export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface CommitOptions {
  readonly message: string | undefined;
  /** Stage modified and deleted tables first. */
  readonly stageModified: boolean;
  /** Stage new tables too. */
  readonly stageAll: boolean;
  readonly allowEmpty: boolean;
  readonly skipEmpty: boolean;
  readonly amend: boolean;
  readonly author: Identity;
  /** author date, milliseconds since the epoch */
  readonly dateMs: number | undefined;
}

export interface PushOptions {
  readonly remote: string | undefined;
  /** `branch`, `src:dst`, `:dst` (delete) or a tag name */
  readonly refspecs: readonly string[];
  readonly force: boolean;
  readonly setUpstream: boolean;
  readonly all: boolean;
  readonly signal: AbortSignal;
}

export interface FetchOptions {
  readonly remote: string | undefined;
  readonly refspecs: readonly string[];
  readonly prune: boolean;
  readonly signal: AbortSignal;
}

export interface PullOptions {
  readonly remote: string | undefined;
  readonly branch: string | undefined;
  readonly fastForwardOnly: boolean;
  readonly signal: AbortSignal;
}

export interface PullResult {
  readonly fastForward: boolean;
  readonly conflicts: number;
  readonly message: string;
}

/** What a transfer moved, for the summary line and for progress on a terminal. */
export interface TransferResult {
  readonly message: string;
  readonly chunkCount: number;
  readonly sizeBytes: number;
}

export interface Repository {
  readonly name: string;
  readonly branches: Branches;
  readonly tags: Tags;
  readonly remotes: Registry;
  readonly backups: Backups;

  /** Stages tables on `branch`. VersionError table_not_found. */
  add(branch: string, options: AddOptions): Promise<void>;
  /** The new commit's hash in text form; undefined when nothing was to commit and `skipEmpty` was given. */
  commit(branch: string, options: CommitOptions): Promise<string | undefined>;
  /** Unstages tables (all when the list is empty). */
  unstage(branch: string, tables: readonly string[]): Promise<void>;
  /** Moves the branch to a revision (default HEAD): soft keeps staged and working, mixed resets staged, hard both. */
  reset(branch: string, mode: "soft" | "mixed" | "hard", revision: string | undefined): Promise<void>;
  /** Restores tables of the working set from the staged ones. */
  checkoutTables(branch: string, tables: readonly string[]): Promise<void>;
  push(branch: string, options: PushOptions): Promise<TransferResult>;
  fetch(options: FetchOptions): Promise<TransferResult>;
  pull(branch: string, options: PullOptions): Promise<PullResult>;
  /** Frees space held by chunks that nothing reaches; returns bytes freed. */
  collectGarbage(options: { readonly full: boolean; readonly signal: AbortSignal }): Promise<number>;
  /** Re-hashes every chunk and checks every ref, commit, table and index; an empty list is good news. */
  check(options: { readonly signal: AbortSignal }): Promise<readonly Problem[]>;
}

export interface Problem {
  /** A file, ref, table or index. */
  readonly subject: string;
  readonly problem: string;
}

export interface Branches {
  has(name: string): boolean;
  /** Whether `revision` names a commit; `current` is what HEAD means. */
  hasRevision(revision: string, current: string): boolean;
  /** Starts at the revision `start`; `current` is what HEAD means in it. */
  create(
    name: string,
    options: { readonly start: string; readonly current: string; readonly force: boolean },
  ): Promise<void>;
  copy(from: string, to: string, options: { readonly force: boolean }): Promise<void>;
  rename(from: string, to: string, options: { readonly force: boolean }): Promise<void>;
  /** Refuses the branch of a live session, the default branch, and, unless forced, one that is not merged. */
  delete(name: string, options: { readonly force: boolean; readonly current: string }): Promise<void>;
  deleteRemote(name: string): Promise<void>;
  setUpstream(name: string, upstream: string): Promise<void>;
  /** The only remote-tracking branch of this name, as `origin/name`; undefined when none. */
  findRemote(name: string): string | undefined;
}

export interface Tags {
  create(
    name: string,
    options: {
      readonly revision: string;
      /** the branch that HEAD means */
      readonly current: string;
      readonly message: string;
      readonly tagger: Identity;
      readonly force: boolean;
    },
  ): Promise<void>;
  delete(names: readonly string[]): Promise<void>;
}

/** Names and addresses of remote stores. */
export interface Registry {
  add(name: string, url: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface Backups extends Registry {
  sync(name: string, options: SyncOptions): Promise<TransferResult>;
  syncUrl(url: string, options: SyncOptions): Promise<TransferResult>;
}

export interface SyncOptions {
  /** Overwrite another database's backup. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

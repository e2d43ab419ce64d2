/** One connection's state in the engine: where it stands in each database, how its transactions behave, user locks. */
import { hashToText } from "../bytes/hash.ts";
import { SqlError, sqlError } from "../values/sql-error.ts";
import { HEADS_PREFIX } from "../vcs/refs.ts";
import { type Revision, resolveRevision } from "../vcs/revision.ts";
import { VersionError } from "../vcs/version-error.ts";
import type { BeginOptions, DatabaseRevision, EngineSession, IsolationLevel } from "./api.ts";
import type { CairnEngine } from "./cairn-engine.ts";
import { CommitTimes } from "./commit-times.ts";
import { EngineDataDefinition } from "./data-definition.ts";
import type { Database } from "./database.ts";
import type { EditBudget } from "./edit-budget.ts";
import { LockOwner, type LockSubject, type WaitLimits } from "./lock-table.ts";
import { SqlTransaction, type TransactionHost } from "./transaction.ts";

/** A deadlock over user locks only fails the request that closes it (3058). */
const USER_LOCKS: LockSubject = { lockWeight: () => 0, onDeadlock: () => {} };

export class CairnSession implements EngineSession, TransactionHost {
  readonly id: number;
  isolation: IsolationLevel = "REPEATABLE-READ";
  lockWaitTimeoutSeconds = 50;
  metadataWaitTimeoutSeconds = 31_536_000;
  foreignKeyChecks = true;
  selectedDatabase: string | undefined = undefined;
  readonly dataDefinition: EngineDataDefinition;
  readonly engine: CairnEngine;
  readonly editBudget: EditBudget;
  readonly #onClose: () => void;
  /** Where it was checked out to. */
  readonly #branches = new Map<string, string>();
  /** Where it began: it stays there when another branch becomes the default. */
  readonly #startBranches = new Map<string, string>();
  readonly #userLockOwner: LockOwner;

  constructor(engine: CairnEngine, id: number, onClose: () => void) {
    this.engine = engine;
    this.editBudget = engine.editBudget;
    this.id = id;
    this.#onClose = onClose;
    this.dataDefinition = new EngineDataDefinition(engine, this);
    this.#userLockOwner = new LockOwner(id, USER_LOCKS);
  }

  currentBranch(databaseName: string): string {
    const database = this.engine.mustGetDatabase(databaseName);
    const known = this.#branches.get(databaseName) ?? this.#startBranches.get(databaseName);
    if (known !== undefined && database.hasBranch(known)) return known;
    const start = database.defaultBranch;
    this.#startBranches.set(databaseName, start);
    return start;
  }

  checkout(databaseName: string, branch: string): void {
    if (!this.engine.mustGetDatabase(databaseName).hasBranch(branch)) {
      throw sqlError("ER_BAD_DB_ERROR", `${databaseName}/${branch}`);
    }
    this.#branches.set(databaseName, branch);
  }

  isOn(databaseName: string, branch: string): boolean {
    if (this.selectedDatabase === `${databaseName}/${branch}`) return true;
    return this.#branches.has(databaseName) && this.currentBranch(databaseName) === branch;
  }

  forgetDatabase(name: string): void {
    this.#branches.delete(name);
    this.#startBranches.delete(name);
  }

  resolveDatabase(name: string): DatabaseRevision {
    if (this.engine.hasDatabase(name)) {
      return { databaseName: name, branch: this.currentBranch(name), readOnly: false };
    }
    const at = name.search(/[/@]/);
    const database = at <= 0 ? undefined : this.engine.getDatabase(name.slice(0, at));
    if (database === undefined) throw sqlError("ER_BAD_DB_ERROR", name);
    const revision = name.slice(at + 1);
    if (database.hasBranch(revision))
      return { databaseName: database.name, branch: revision, readOnly: false };
    return this.#toReadOnly(database, this.#resolve(database, revision, sqlError("ER_BAD_DB_ERROR", name)));
  }

  resolveAsOf(databaseName: string, revision: string | number): DatabaseRevision {
    const database = this.engine.mustGetDatabase(databaseName);
    if (typeof revision === "number") return this.#resolveTime(database, revision / 1000);
    const branch = this.currentBranch(databaseName);
    // WORKING is the branch as SQL sees it, with what no checkpoint has folded in yet.
    if (revision.toUpperCase() === "WORKING") return { databaseName, branch, readOnly: true };
    return this.#toReadOnly(database, this.#resolve(database, revision, undefined));
  }

  begin(options: BeginOptions = {}): SqlTransaction {
    const transaction = new SqlTransaction(this, this.isolation, options);
    if (options.consistentSnapshot === true) {
      for (const database of this.engine.databases()) {
        const branch = database.getBranch(this.currentBranch(database.name));
        if (branch !== undefined) transaction.takeSnapshots([branch]);
      }
    }
    return transaction;
  }

  mustGetDatabase(name: string): Database {
    return this.engine.mustGetDatabase(name);
  }

  rowWait(signal: AbortSignal | undefined): WaitLimits {
    return {
      clock: this.engine.services.clock,
      timeoutMs: this.lockWaitTimeoutSeconds * 1000,
      signal,
      timeoutError: "ER_LOCK_WAIT_TIMEOUT",
      deadlockError: "ER_LOCK_DEADLOCK",
    };
  }

  metadataWait(signal: AbortSignal | undefined): WaitLimits {
    return { ...this.rowWait(signal), timeoutMs: this.metadataWaitTimeoutSeconds * 1000 };
  }

  async getUserLock(name: string, timeoutSeconds: number, signal?: AbortSignal): Promise<0 | 1> {
    const limits = (): WaitLimits => ({
      ...this.rowWait(signal),
      timeoutMs: timeoutSeconds * 1000,
      deadlockError: "ER_USER_LOCK_DEADLOCK",
    });
    try {
      await this.engine.userLocks.take(this.#userLockOwner, name, limits);
      return 1;
    } catch (error) {
      if (error instanceof SqlError && error.code === "ER_LOCK_WAIT_TIMEOUT") return 0;
      throw error;
    }
  }

  releaseUserLock(name: string): 0 | 1 | null {
    return this.engine.userLocks.release(this.#userLockOwner, name);
  }

  releaseAllUserLocks(): number {
    return this.engine.userLocks.releaseAll(this.#userLockOwner);
  }

  userLockHolder(name: string): number | null {
    return this.engine.userLocks.holderOf(name);
  }

  reset(): void {
    this.releaseAllUserLocks();
    this.#userLockOwner.releaseAll();
    this.#branches.clear();
    this.#startBranches.clear();
    this.isolation = "REPEATABLE-READ";
    this.foreignKeyChecks = true;
  }

  close(): void {
    this.reset();
    this.#onClose();
  }

  #resolve(database: Database, text: string, notFound: Error | undefined): Revision {
    const { chunks, refs } = database;
    try {
      return resolveRevision({ chunks, refs, branch: this.currentBranch(database.name) }, text);
    } catch (error) {
      if (notFound !== undefined && error instanceof VersionError) throw notFound;
      throw error;
    }
  }

  #toReadOnly(database: Database, revision: Revision): DatabaseRevision {
    return { databaseName: database.name, branch: undefined, readOnly: true, root: revision.root };
  }

  /** The newest commit in the first-parent history of the current branch that existed at `timeMs`. */
  #resolveTime(database: Database, timeMs: number): DatabaseRevision {
    const head = database.refs.get(HEADS_PREFIX + this.currentBranch(database.name));
    const root = commitTimesOf(database).rootAt(database.chunks, head, timeMs);
    if (root !== undefined) return { databaseName: database.name, branch: undefined, readOnly: true, root };
    const name = hashToText(database.refs.root);
    throw new VersionError("invalid_revision", name, `no commit of ${database.name} is as old as that time`);
  }
}

const COMMIT_TIMES = new WeakMap<Database, CommitTimes>();

function commitTimesOf(database: Database): CommitTimes {
  let times = COMMIT_TIMES.get(database);
  if (times === undefined) {
    times = new CommitTimes();
    COMMIT_TIMES.set(database, times);
  }
  return times;
}

/**
 * A SQL transaction: snapshots for its reads, its own edits, its locks. Reads never wait. Its commit becomes visible to
 * others in one step, once it is durable, and only then are its locks given up.
 *
 * A transaction over several databases commits in each of them atomically, but a crash between the two may leave one
 * without the other: their logs are separate.
 */
import { assert } from "../base/assert.ts";
import { sqlError } from "../values/sql-error.ts";
import type {
  BeginOptions,
  DatabaseRevision,
  IsolationLevel,
  TableView,
  TableWriter,
  Transaction,
  WriteOptions,
} from "./api.ts";
import { BRANCH_LOCK_KEY, type BranchState, NEWEST, type Snapshot } from "./branch-state.ts";
import type { Database } from "./database.ts";
import type { EditBudget } from "./edit-budget.ts";
import { relatedTables, UNRELATED } from "./foreign-key-map.ts";
import { LayeredTableView } from "./layered-table-view.ts";
import {
  LOCK_EXCLUSIVE,
  LOCK_SHARE,
  LOCK_USE,
  LOCK_WRITE,
  type LockMode,
  LockOwner,
  type LockSubject,
  type WaitLimits,
} from "./lock-table.ts";
import { LockingTableWriter } from "./locking-table-writer.ts";
import { OwnEdits, type OwnTableEdits, type UndoMark } from "./own-edits.ts";
import type { TableLayers } from "./table-state.ts";
import { tablesToLog } from "./transaction-log.ts";

/** What a transaction needs of its session and engine. */
export interface TransactionHost {
  readonly id: number;
  readonly editBudget: EditBudget;
  /** 1049 */
  mustGetDatabase(name: string): Database;
  rowWait(signal: AbortSignal | undefined): WaitLimits;
  metadataWait(signal: AbortSignal | undefined): WaitLimits;
}

/** Reads of an immutable root see everything in it. */
const EVERYTHING: number = NEWEST - 1;
const NO_EDITS = (): undefined => undefined;

export class SqlTransaction implements Transaction, LockSubject {
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  readonly owner: LockOwner;
  readonly edits: OwnEdits;
  readonly #host: TransactionHost;
  readonly #autocommit: boolean;
  /** One branch is the rule; snapshots of others go into the map. */
  #branch: BranchState | undefined;
  #snapshot: Snapshot | undefined;
  #otherSnapshots: Map<BranchState, Snapshot> | undefined;
  #tableLocks: readonly TableLock[] = NO_LOCKS;
  #savepoints: readonly Savepoint[] = NO_SAVEPOINTS;
  #statementMark: UndoMark = 0;
  /** The snapshots were taken by the current statement. */
  #snapshotsAreNew = true;
  #signal: AbortSignal | undefined;
  #phase: "open" | "committing" | "ended" = "open";

  constructor(host: TransactionHost, isolation: IsolationLevel, options: BeginOptions) {
    this.#host = host;
    this.isolation = options.isolation ?? isolation;
    this.readOnly = options.readOnly ?? false;
    this.#autocommit = options.autocommit ?? false;
    this.owner = new LockOwner(host.id, this);
    this.edits = new OwnEdits(this.owner, host.editBudget);
  }

  lockWeight(): number {
    return this.edits.mark;
  }

  onDeadlock(): void {
    this.rollback();
  }

  get dirty(): boolean {
    return this.edits.dirty;
  }

  get ended(): boolean {
    return this.#phase === "ended";
  }

  beginStatement(signal?: AbortSignal): void {
    this.#signal = signal;
    this.#statementMark = this.edits.mark;
    if (this.isolation === "READ-COMMITTED" || this.isolation === "READ-UNCOMMITTED")
      this.#releaseSnapshots();
    this.#snapshotsAreNew = this.#branch === undefined;
  }

  rollbackStatement(): void {
    if (this.#phase === "open") this.edits.rollbackTo(this.#statementMark);
  }

  lockMetadata(revision: DatabaseRevision, tables: readonly string[]): Promise<void> | undefined {
    if (revision.root !== undefined) return undefined;
    const { branch } = this.#mustGetBranch(revision);
    const wanted = tables.filter((name) => branch.generation.root.tables.has(name));
    return this.#acquireAll(
      branch,
      wanted.map((name) => ({ name, mode: LOCK_USE })),
    );
  }

  async lockTables(
    revision: DatabaseRevision,
    tables: readonly { readonly name: string; readonly mode: "read" | "write" }[],
  ): Promise<void> {
    const { database, branch } = this.#mustGetBranch(revision);
    // In one order for all sessions, so that two LOCK TABLES never deadlock.
    for (const { name, mode } of tables.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
      branch.generation.mustGetTable(database.name, name);
      await this.#acquireAll(branch, [{ name, mode: mode === "read" ? LOCK_SHARE : LOCK_EXCLUSIVE }]);
      this.#tableLocks = [...this.#tableLocks, { branch, name, mode }];
    }
  }

  unlockTables(): void {
    for (const { branch, name } of this.#tableLocks) branch.metadataLocks.release(this.owner, name);
    this.#tableLocks = NO_LOCKS;
  }

  openTable(revision: DatabaseRevision, table: string): TableView {
    this.#assertOpen();
    const database = this.#host.mustGetDatabase(revision.databaseName);
    const { readBlob } = database;
    if (revision.root !== undefined) {
      const layers = database.getReadOnlyRoot(revision.root).mustGetTable(database.name, table);
      return new LayeredTableView({
        databaseName: database.name,
        name: table,
        layers,
        sequence: EVERYTHING,
        own: NO_EDITS,
        readBlob,
      });
    }
    const branch = getBranchOf(database, revision);
    this.#useTable(branch, table);
    let snapshot = this.#snapshotOf(branch);
    let layers = snapshot.generation.getTable(table);
    if (snapshot.generation !== branch.generation && this.#snapshotsAreNew) {
      const hash = layers?.state.definition.schemaHash;
      if (hash !== branch.generation.getTable(table)?.state.definition.schemaHash) {
        // The statement has waited for a schema change and was planned anew: it reads what is there now.
        this.#releaseSnapshots();
        snapshot = this.#snapshotOf(branch);
        layers = snapshot.generation.getTable(table);
      }
    }
    if (layers === undefined || snapshot.generation !== branch.generation) {
      checkDefinition(database.name, branch.generation.getTable(table), { table, layers });
    }
    assert(layers !== undefined, "the table was found or refused");
    return new LayeredTableView({
      databaseName: database.name,
      name: table,
      layers,
      sequence: snapshot.sequence,
      own: this.#autocommit && !this.edits.dirty ? NO_EDITS : this.#ownOf(branch, table),
      readBlob,
    });
  }

  describeTable(revision: DatabaseRevision, table: string): TableView {
    this.#assertOpen();
    const { database, branch } = this.#mustGetBranch(revision);
    if (revision.root !== undefined || this.getSnapshot(branch) !== undefined)
      return this.openTable(revision, table);
    this.#useTable(branch, table);
    return new LayeredTableView({
      databaseName: database.name,
      name: table,
      layers: branch.generation.mustGetTable(database.name, table),
      sequence: NEWEST,
      own: this.#autocommit && !this.edits.dirty ? NO_EDITS : this.#ownOf(branch, table),
      readBlob: database.readBlob,
    });
  }

  openTableForWrite(
    revision: DatabaseRevision,
    table: string,
    options: WriteOptions,
  ): TableWriter | Promise<TableWriter> {
    this.#assertOpen();
    if (revision.readOnly || revision.root !== undefined) throw sqlError("ER_OPEN_AS_READONLY", table);
    const database = this.#host.mustGetDatabase(revision.databaseName);
    database.checkOpen();
    const branch = getBranchOf(database, revision);
    this.#checkTableLocks(branch, table);
    const target = { table, options, depth: 0 };
    const wait = this.#lockForWrite(branch, table, options);
    if (wait === undefined) return this.writerOf(database, branch, target);
    return wait.then(() => {
      this.#assertOpen();
      database.checkOpen();
      // The branch may have been deleted while we waited.
      if (database.getBranch(branch.name) !== branch) {
        throw sqlError("ER_BAD_DB_ERROR", `${database.name}/${branch.name}`);
      }
      return this.writerOf(database, branch, target);
    });
  }

  /** A writer whose metadata locks are held; for the engine's own use (cascades). */
  writerOf(
    database: Database,
    branch: BranchState,
    target: { readonly table: string; readonly options: WriteOptions; readonly depth: number },
  ): LockingTableWriter {
    const layers = branch.generation.mustGetTable(database.name, target.table);
    return new LockingTableWriter({
      transaction: this,
      database,
      branch,
      state: layers.state,
      options: target.options,
      depth: target.depth,
    });
  }

  /** The limits of a row lock's wait in the current statement. */
  rowWait(): WaitLimits {
    return this.#host.rowWait(this.#signal);
  }

  /** The snapshot this transaction reads from on a branch, if it has one yet. */
  getSnapshot(branch: BranchState): Snapshot | undefined {
    return this.#branch === branch ? this.#snapshot : this.#otherSnapshots?.get(branch);
  }

  /** WITH CONSISTENT SNAPSHOT. */
  takeSnapshots(branches: Iterable<BranchState>): void {
    for (const branch of branches) this.#snapshotOf(branch);
  }

  tableNames(revision: DatabaseRevision): readonly string[] {
    const database = this.#host.mustGetDatabase(revision.databaseName);
    const { root } =
      revision.root === undefined
        ? getBranchOf(database, revision).generation
        : database.getReadOnlyRoot(revision.root);
    return [...root.tables.keys()];
  }

  getSchema(revision: DatabaseRevision, table: string): ReturnType<Transaction["getSchema"]> {
    const database = this.#host.mustGetDatabase(revision.databaseName);
    const generation =
      revision.root === undefined
        ? getBranchOf(database, revision).generation
        : database.getReadOnlyRoot(revision.root);
    const record = generation.root.tables.get(table);
    return record === undefined ? undefined : database.loader.compile(record.schema).schema;
  }

  savepoint(name: string): void {
    const key = name.toLowerCase();
    const others = this.#savepoints.filter((savepoint) => savepoint.name !== key);
    this.#savepoints = [...others, { name: key, mark: this.edits.mark }];
  }

  rollbackToSavepoint(name: string): void {
    const at = this.#findSavepoint(name);
    this.edits.rollbackTo((this.#savepoints[at] as Savepoint).mark);
    this.#savepoints = this.#savepoints.slice(0, at + 1);
  }

  releaseSavepoint(name: string): void {
    this.#savepoints = this.#savepoints.slice(0, this.#findSavepoint(name));
  }

  commit(): Promise<void> {
    if (this.#phase !== "open") return DONE;
    const changed = this.edits.tables.filter((edits) => edits.indexes.some((index) => index.count > 0));
    const [first] = changed;
    if (first === undefined) {
      this.#end();
      return DONE;
    }
    this.#phase = "committing";
    const { database } = first;
    if (changed.every((edits) => edits.database === database)) return this.#commitLast(database, changed);
    return this.#commitSeveral(changed);
  }

  rollback(): void {
    if (this.#phase !== "open") return;
    this.edits.rollbackTo(0);
    this.#end();
  }

  async #commitSeveral(changed: readonly OwnTableEdits[]): Promise<void> {
    const databases = [...new Set(changed.map((edits) => edits.database))];
    try {
      for (const database of databases.slice(0, -1)) {
        const tables = changed.filter((edits) => edits.database === database);
        await database.commitRecord({ tables: tablesToLog(tables) }, () => applyTables(tables));
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    const last = databases[databases.length - 1] as Database;
    await this.#commitLast(
      last,
      changed.filter((edits) => edits.database === last),
    );
  }

  #commitLast(database: Database, tables: readonly OwnTableEdits[]): Promise<void> {
    const ended = (): void => this.#end();
    const apply = (): void => {
      applyTables(tables);
      this.#end();
    };
    // When it fails, whether the record reached the disk is unknown; the log takes no more, so memory and disk cannot
    // diverge.
    return database.commitRecord({ tables: tablesToLog(tables) }, apply, ended);
  }

  #end(): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#releaseSnapshots();
    this.edits.discard();
    this.owner.releaseAll();
  }

  #assertOpen(): void {
    assert(this.#phase === "open", "the transaction is open");
  }

  #mustGetBranch(revision: DatabaseRevision): { readonly database: Database; readonly branch: BranchState } {
    const database = this.#host.mustGetDatabase(revision.databaseName);
    return { database, branch: getBranchOf(database, revision) };
  }

  #snapshotOf(branch: BranchState): Snapshot {
    if (this.#branch === branch && this.#snapshot !== undefined) return this.#snapshot;
    if (this.#branch === undefined) {
      this.#branch = branch;
      this.#snapshot = branch.takeSnapshot();
      return this.#snapshot;
    }
    this.#otherSnapshots ??= new Map();
    let snapshot = this.#otherSnapshots.get(branch);
    if (snapshot === undefined) {
      snapshot = branch.takeSnapshot();
      this.#otherSnapshots.set(branch, snapshot);
    }
    return snapshot;
  }

  /** A schema change under way does not wait for reads of single statements: they go on reading what was before it. */
  #useTable(branch: BranchState, table: string): void {
    if (this.#autocommit) return;
    branch.metadataLocks.tryAcquire(this.owner, BRANCH_LOCK_KEY, LOCK_USE);
    branch.metadataLocks.tryAcquire(this.owner, table, LOCK_USE);
  }

  /** Own edits belong to the newest state of a table, whatever layers a snapshot reads. */
  #ownOf(branch: BranchState, table: string): () => OwnTableEdits | undefined {
    return () => {
      if (!this.edits.dirty) return undefined;
      const state = branch.generation.getTable(table)?.state;
      return state === undefined ? undefined : this.edits.getTable(state);
    };
  }

  #releaseSnapshots(): void {
    if (this.#snapshot !== undefined) this.#branch?.releaseSnapshot(this.#snapshot);
    this.#branch = undefined;
    this.#snapshot = undefined;
    if (this.#otherSnapshots === undefined) return;
    for (const [branch, snapshot] of this.#otherSnapshots) branch.releaseSnapshot(snapshot);
    this.#otherSnapshots = undefined;
  }

  #lockForWrite(branch: BranchState, table: string, options: WriteOptions): Promise<void> | undefined {
    const { generation, metadataLocks } = branch;
    const mode = options.locksOnly === true ? LOCK_USE : LOCK_WRITE;
    const related =
      options.foreignKeyChecks && generation.root.tables.has(table)
        ? relatedTables(generation, table)
        : UNRELATED;
    // The usual case, without a list.
    if (
      related === UNRELATED &&
      metadataLocks.tryAcquire(this.owner, BRANCH_LOCK_KEY, LOCK_WRITE) &&
      metadataLocks.tryAcquire(this.owner, table, mode)
    )
      return undefined;
    const wanted: WantedLock[] = [
      { name: BRANCH_LOCK_KEY, mode: LOCK_WRITE },
      { name: table, mode },
    ];
    if (related !== UNRELATED) {
      for (const name of related.children) wanted.push({ name, mode: LOCK_WRITE });
      for (const name of related.parents) wanted.push({ name, mode: LOCK_USE });
    }
    return this.#acquireAll(branch, wanted);
  }

  #acquireAll(branch: BranchState, wanted: readonly WantedLock[]): Promise<void> | undefined {
    const limits = (): WaitLimits => this.#host.metadataWait(this.#signal);
    for (const [at, { name, mode }] of wanted.entries()) {
      const wait = branch.metadataLocks.acquire(this.owner, name, mode, limits);
      if (wait !== undefined) return wait.then(() => this.#acquireAll(branch, wanted.slice(at + 1)));
    }
    return undefined;
  }

  /** Under LOCK TABLES only what it named for writing is written. 1099, 1100. */
  #checkTableLocks(branch: BranchState, table: string): void {
    if (this.#tableLocks.length === 0) return;
    const lock = this.#tableLocks.find((each) => each.branch === branch && each.name === table);
    if (lock === undefined) throw sqlError("ER_TABLE_NOT_LOCKED", table);
    if (lock.mode === "read") throw sqlError("ER_TABLE_NOT_LOCKED_FOR_WRITE", table);
  }

  #findSavepoint(name: string): number {
    const key = name.toLowerCase();
    const at = this.#savepoints.findIndex((savepoint) => savepoint.name === key);
    if (at < 0) throw sqlError("ER_SP_DOES_NOT_EXIST", "SAVEPOINT", name);
    return at;
  }
}

interface TableLock {
  readonly branch: BranchState;
  readonly name: string;
  readonly mode: "read" | "write";
}

interface Savepoint {
  readonly name: string;
  readonly mark: UndoMark;
}

const DONE: Promise<void> = Promise.resolve();
const NO_LOCKS: readonly never[] = [];
const NO_SAVEPOINTS: readonly Savepoint[] = [];

interface WantedLock {
  readonly name: string;
  readonly mode: LockMode;
}

function getBranchOf(database: Database, revision: DatabaseRevision): BranchState {
  return database.mustGetBranch(revision.branch ?? database.defaultBranch);
}

/** A snapshot older than the table's definition cannot be read with it, as in InnoDB. */
function checkDefinition(
  databaseName: string,
  current: TableLayers | undefined,
  seen: { readonly table: string; readonly layers: TableLayers | undefined },
): void {
  if (current === undefined) throw sqlError("ER_NO_SUCH_TABLE", databaseName, seen.table);
  const hash = seen.layers?.state.definition.schemaHash;
  if (hash !== current.state.definition.schemaHash) throw sqlError("ER_TABLE_DEF_CHANGED");
}

function applyTables(tables: readonly OwnTableEdits[]): void {
  const branches = new Set(tables.map((edits) => edits.branch));
  for (const branch of branches) branch.applyCommit(tables.filter((edits) => edits.branch === branch));
}

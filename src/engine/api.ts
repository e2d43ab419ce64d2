/**
 * The engine as the SQL layer and the procedures see it. Implementations are in this folder; this file holds only
 * the contract: what is visible when, what waits, which errors come.
 *
 * Names: a *database* is a repository; a *database revision* is one branch (writable), tag or commit (read-only) of it.
 * Every SQL transaction of a session works on one writable branch per database it touches.
 */
import type { Hash } from "../bytes/hash.ts";
import type { KeyRange, ScanDirection, TupleCursor, TupleSlot } from "../prolly/tuple-cursor.ts";
import type { TableSchema } from "../tables/schema.ts";
import type { SpillSpace } from "../tables/spill-space.ts";
import type { Value } from "../values/value.ts";

export type IsolationLevel = "READ-UNCOMMITTED" | "READ-COMMITTED" | "REPEATABLE-READ" | "SERIALIZABLE";

export type LockWaitPolicy = "wait" | "nowait" | "skip locked";

/** A database at one branch, tag or commit, as named by `db`, `db/branch` or AS OF. */
export interface DatabaseRevision {
  readonly databaseName: string;
  /** The text after the slash, or the session's checked-out branch. Undefined for AS OF a commit. */
  readonly branch: string | undefined;
  readonly readOnly: boolean;
  /** The address of the root value to read: present exactly for read-only revisions (tags, commits, AS OF). */
  readonly root?: Hash;
}

/**
 * One table as a transaction sees it: its own edits over a snapshot. Methods are synchronous. `index` is 0 for the
 * primary index and n for `schema.indexes[n - 1]`. Keys and values are tuples as `tables/row-codec.ts` defines them.
 */
export interface TableView {
  readonly databaseName: string;
  readonly name: string;
  readonly schema: TableSchema;
  /** Changes with every schema change of the table; part of the plan cache's validity check. */
  readonly schemaHash: Hash;
  /** The exact number of rows visible (counted from the trees and the edits over them). */
  rowCount(): number;
  /** The next AUTO_INCREMENT value, as SHOW CREATE TABLE and information_schema give it. */
  autoIncrement(): bigint;
  lookup(index: number, key: Uint8Array, into: TupleSlot): boolean;
  openCursor(index: number, range: KeyRange, direction: ScanDirection): TupleCursor;
  /** An estimate of the entries in a range, in O(log n), for the planner. */
  estimateCount(index: number, range: KeyRange): number;
  /** The exact number of entries in a range, without reading them; undefined when so many edits lie in it that reading
   *  is as well. */
  countRange(index: number, range: KeyRange): number | undefined;
  /** How many entries have the values of their first `parts` parts in common, on average: sampled, and kept until the
   *  index has changed much. */
  rowsPerKey(index: number, parts: number): number;
  readBlob(hash: Hash): Uint8Array;
}

/** The outcome of an operation that may have to wait for another transaction. Any wait may end in 1213: the whole
 *  transaction has then been rolled back already (`Transaction.ended`), as InnoDB does. */
export type LockOutcome =
  | { readonly kind: "granted" }
  /** The row is locked by another and the policy is SKIP LOCKED. */
  | { readonly kind: "skipped" }
  /** Await `promise` (it rejects with 1205, 1213 or 1317), then call the operation again. */
  | { readonly kind: "wait"; readonly promise: Promise<void> };

/**
 * Keeps others from inserting into, and from changing rows in, the part of an index that a locking scan has read, until
 * the transaction ends (InnoDB's next-key locks).
 */
export interface RangeLock {
  /**
   * To be called for each key the scan comes to, before its row is looked at, and with undefined at the end of the
   * range. Rows that others have put there and not decided are waited for: then open a new cursor on {@link rest}.
   */
  extend(key: Uint8Array | undefined): LockOutcome;
  /** What the scan has not passed yet. */
  readonly rest: KeyRange;
}

/**
 * A table opened for writing by one statement. Reads through `current` see the newest committed rows and the
 * transaction's own edits, as InnoDB's locking reads do, never the snapshot.
 */
export interface TableWriter {
  readonly current: TableView;
  /** Locks the row with this primary key. */
  lockRow(primaryKey: Uint8Array, strength: "share" | "update", policy: LockWaitPolicy): LockOutcome;
  /** True when what a locking read passes over is to be protected too: at REPEATABLE READ and SERIALIZABLE. */
  readonly guardsRanges: boolean;
  /**
   * For a locking scan of a range of an index, in the direction of the scan. See {@link RangeLock}; below REPEATABLE READ,
   * and under SKIP LOCKED, it guards nothing.
   */
  lockRange(
    index: number,
    scan: { readonly range: KeyRange; readonly direction: ScanDirection; readonly policy: LockWaitPolicy },
  ): RangeLock;
  /**
   * Inserts a row given in schema column order (generated columns already computed, every value already of its
   * column's type). Checks unique keys and foreign keys. The outcome `duplicate` names the violated index (0 =
   * primary) and the existing row's primary key, for IGNORE, REPLACE and ON DUPLICATE KEY UPDATE; nothing was changed.
   */
  insertRow(values: readonly Value[]): WriteOutcome;
  /** Replaces the row `oldValues` (as read through `current`, locked before) by `newValues`. */
  updateRow(oldValues: readonly Value[], newValues: readonly Value[], rowKey: Uint8Array): WriteOutcome;
  deleteRow(oldValues: readonly Value[], rowKey: Uint8Array): WriteOutcome;
  /** Hands out `count` consecutive AUTO_INCREMENT values; never rolled back. Returns the first. */
  reserveAutoIncrement(count: number): bigint;
  /** Raises the counter so that the next value is above `value`. */
  noteAutoIncrement(value: number | bigint): void;
}

export type WriteOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "duplicate"; readonly index: number; readonly primaryKey: Uint8Array }
  | { readonly kind: "wait"; readonly promise: Promise<void> };

/** How FOREIGN_KEY_CHECKS and UNIQUE_CHECKS bind a write. */
export interface WriteOptions {
  readonly foreignKeyChecks: boolean;
  /** Rows are locked and not changed: beside LOCK TABLES READ of others. */
  readonly locksOnly?: boolean;
}

/**
 * A session's SQL transaction. It begins at the first statement that needs it and ends with commit or rollback. Under
 * autocommit the SQL layer ends it after each statement.
 */
export interface Transaction {
  /** At SERIALIZABLE, plain reads of a transaction that is not autocommit are to be run as FOR SHARE. */
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  /** True once any row was changed. */
  readonly dirty: boolean;
  /** True after commit, rollback, or a deadlock that chose this transaction as its victim. */
  readonly ended: boolean;
  /** Marks the start of a statement: READ COMMITTED takes a new snapshot; the statement can be undone alone. An
   *  aborted `signal` ends this statement's waits with 1317. */
  beginStatement(signal?: AbortSignal): void;
  /** Undoes the edits of the current statement (an error in it); locks stay. */
  rollbackStatement(): void;
  /** Waits (when it gives a promise) until no schema change is under way on these tables, then keeps schema changes
   *  out until the transaction ends. Optional: a table opened without it during a schema change is read as it was
   *  before that change. Tables that do not exist are passed over. */
  lockMetadata(revision: DatabaseRevision, tables: readonly string[]): Promise<void> | undefined;
  /** LOCK TABLES: waits until no other transaction writes (mode "read") or uses (mode "write") the tables. Released at
   *  the end of the transaction, or by {@link unlockTables}. */
  lockTables(
    revision: DatabaseRevision,
    tables: readonly { readonly name: string; readonly mode: "read" | "write" }[],
  ): Promise<void>;
  unlockTables(): void;
  /** Throws 1146 when there is no such table, 1049 when there is no such database or branch, 1412 when the table was
   *  redefined after this transaction's snapshot. */
  openTable(revision: DatabaseRevision, table: string): TableView;
  /** The table for planning: what {@link openTable} would show if it were called now, but no snapshot is taken by it, so
   *  that the first plain read of the transaction takes it and not a locking statement before that. */
  describeTable(revision: DatabaseRevision, table: string): TableView;
  openTableForWrite(
    revision: DatabaseRevision,
    table: string,
    options: WriteOptions,
  ): TableWriter | Promise<TableWriter>;
  /** Table names of a revision, sorted. */
  tableNames(revision: DatabaseRevision): readonly string[];
  getSchema(revision: DatabaseRevision, table: string): TableSchema | undefined;
  savepoint(name: string): void;
  /** 1305 when there is no such savepoint. */
  rollbackToSavepoint(name: string): void;
  releaseSavepoint(name: string): void;
  /** Durable when it resolves (see `innodb_flush_log_at_trx_commit`). */
  commit(): Promise<void>;
  rollback(): void;
}

/** Schema changes: each commits the open transaction first, waits for other transactions on the table, and is atomic
 *  and durable when it resolves. */
export interface DataDefinition {
  createDatabase(name: string, options: DatabaseOptions): Promise<void>;
  alterDatabase(name: string, options: DatabaseOptions): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  createTable(
    revision: DatabaseRevision,
    name: string,
    schema: TableSchema,
    autoIncrement: bigint,
  ): Promise<void>;
  dropTables(revision: DatabaseRevision, names: readonly string[]): Promise<void>;
  truncateTable(revision: DatabaseRevision, name: string): Promise<void>;
  renameTables(
    revision: DatabaseRevision,
    renames: readonly { readonly from: string; readonly to: string; readonly toDatabase?: string }[],
  ): Promise<void>;
  /**
   * Replaces a table's schema. When `convertRow` is given every row is rewritten with it (old values in old column
   * order → new values in new column order), bottom-up; indexes that changed are rebuilt. Unique violations: 1062.
   */
  alterTable(revision: DatabaseRevision, name: string, change: TableChange): Promise<void>;
}

export interface TableChange {
  readonly schema: TableSchema;
  readonly newName?: string;
  readonly autoIncrement?: bigint;
  readonly convertRow?: (oldValues: readonly Value[]) => readonly Value[];
  /** Ends the change with its reason when it is aborted before the new trees are built: then nothing has changed. */
  readonly signal?: AbortSignal;
}

export interface DatabaseOptions {
  readonly charset: string;
  readonly collation: string;
}

export interface BeginOptions {
  readonly readOnly?: boolean;
  /** Overrides the session's level for this transaction. */
  readonly isolation?: IsolationLevel;
  /** WITH CONSISTENT SNAPSHOT: the snapshot is taken now, not at the first read. */
  readonly consistentSnapshot?: boolean;
  /** The SQL layer commits or rolls back at the end of this very statement. */
  readonly autocommit?: boolean;
}

/** What one connection keeps in the engine: its branch in each database, its isolation level, its user locks. */
export interface EngineSession {
  readonly id: number;
  isolation: IsolationLevel;
  /** innodb_lock_wait_timeout, for row locks. */
  lockWaitTimeoutSeconds: number;
  /** lock_wait_timeout, for metadata locks. */
  metadataWaitTimeoutSeconds: number;
  /** FOREIGN_KEY_CHECKS, for schema changes (row writes get it as {@link WriteOptions}). */
  foreignKeyChecks: boolean;
  /** The database as USE named it (`db`, `db/branch` …): who has selected a branch keeps others from deleting it. */
  selectedDatabase: string | undefined;
  /** The branch that a plain `db` means in this session; the database's default branch at first. 1049. */
  currentBranch(databaseName: string): string;
  /** Moves this session to another branch. 1049 when there is none. */
  checkout(databaseName: string, branch: string): void;
  /** Resolves `db`, `db/branch`, `db/tag`, `db/<commit>` and `db@…` alike. 1049. */
  resolveDatabase(name: string): DatabaseRevision;
  /** AS OF: a branch, tag, commit, `HEAD~2`, or a point in time in microseconds since the epoch. 1105. */
  resolveAsOf(databaseName: string, revision: string | number): DatabaseRevision;
  begin(options?: BeginOptions): Transaction;
  /** Schema changes. The caller commits the session's open transaction before. */
  readonly dataDefinition: DataDefinition;
  /** GET_LOCK: 1 got, 0 timed out; 3058 on deadlock. A negative timeout waits for ever. */
  getUserLock(name: string, timeoutSeconds: number, signal?: AbortSignal): Promise<0 | 1>;
  /** RELEASE_LOCK: 1 released, 0 held by another, null unknown. */
  releaseUserLock(name: string): 0 | 1 | null;
  releaseAllUserLocks(): number;
  /** IS_USED_LOCK: the session that holds it. */
  userLockHolder(name: string): number | null;
  /** COM_RESET_CONNECTION: forgets branches and user locks. */
  reset(): void;
  close(): void;
}

/** All databases of one data directory. */
export interface Engine {
  /** Memory and temporary files of all running queries. */
  readonly spill: SpillSpace;
  /** Sorted; hidden server-wide databases are left out. */
  databaseNames(): readonly string[];
  hasDatabase(name: string): boolean;
  /** Why a database could not be opened: it is in the list, and whoever uses it gets this error. */
  damageOf(name: string): Error | undefined;
  /** 1049. */
  databaseOptions(name: string): DatabaseOptions;
  createSession(): EngineSession;
  /** Checkpoints and closes every database. */
  close(): Promise<void>;
}

/**
 * Row changes of one table in one transaction: locks, unique checks, foreign keys, index maintenance. Each operation
 * happens whole or not at all: when it has to wait, finds a duplicate or fails, the transaction's edits are as before
 * (locks taken meanwhile stay), and the caller may call it again.
 *
 * An insert locks its primary key, and the values of its unique indexes, before it looks whether they are taken; whoever
 * adds or removes such a value holds that lock until its outcome is known. So undecided inserts and deletes of others
 * are waited for.
 */
import { compareBytes } from "../bytes/compare.ts";
import { emptySlot, type KeyRange, type TupleSlot } from "../prolly/tuple-cursor.ts";
import { decodeRowId, hasEntries, prefixSuccessor, type RowCodec } from "../tables/row-codec.ts";
import type { IndexDefinition } from "../tables/schema.ts";
import { sqlError } from "../values/sql-error.ts";
import type { Value } from "../values/value.ts";
import type {
  LockOutcome,
  LockWaitPolicy,
  RangeLock,
  TableWriter,
  WriteOptions,
  WriteOutcome,
} from "./api.ts";
import { type BranchState, NEWEST } from "./branch-state.ts";
import type { Database } from "./database.ts";
import { ForeignKeyChecker } from "./foreign-keys.ts";
import { keyToText } from "./key-text.ts";
import { LayeredTableView } from "./layered-table-view.ts";
import { LOCK_EXCLUSIVE, LOCK_SHARE, type LockMode, type LockSpace } from "./lock-table.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import { Guard } from "./range-guards.ts";
import { GuardedRange, OpenRange } from "./range-lock.ts";
import type { TableState } from "./table-state.ts";
import type { SqlTransaction } from "./transaction.ts";

export interface LockingTableWriterOptions {
  readonly transaction: SqlTransaction;
  readonly database: Database;
  readonly branch: BranchState;
  readonly state: TableState;
  readonly options: WriteOptions;
  /** 0 for a statement's own writes, 1 and more inside foreign key cascades. */
  readonly depth: number;
}

const GRANTED: LockOutcome = { kind: "granted" };
const SKIPPED: LockOutcome = { kind: "skipped" };
const DONE: WriteOutcome = { kind: "done" };
const NO_VALUE: Uint8Array = new Uint8Array(0);
const AUTO_INCREMENT_MAX = 2n ** 64n - 1n;

export class LockingTableWriter implements TableWriter {
  readonly current: LayeredTableView;
  readonly state: TableState;
  readonly branch: BranchState;
  readonly #transaction: SqlTransaction;
  readonly #database: Database;
  readonly #codec: RowCodec;
  readonly #edits: OwnTableEdits;
  readonly #foreignKeys: ForeignKeyChecker | undefined;
  readonly #slot: TupleSlot = emptySlot();
  /** By index: the entries that the row being written adds and removes. */
  readonly #added: (Uint8Array | undefined)[] = [];
  readonly #removed: (Uint8Array | undefined)[] = [];

  constructor(given: LockingTableWriterOptions) {
    const { transaction, database, branch, state } = given;
    const { definition } = state;
    this.state = state;
    this.branch = branch;
    this.#transaction = transaction;
    this.#database = database;
    this.#codec = definition.codec;
    this.#edits = transaction.edits.tableFor(database, branch, state);
    this.current = new LayeredTableView({
      databaseName: database.name,
      name: definition.name,
      layers: state.layers,
      sequence: NEWEST,
      own: () => this.#edits,
      readBlob: database.readBlob,
    });
    this.#foreignKeys = given.options.foreignKeyChecks ? ForeignKeyChecker.create(this, given) : undefined;
  }

  lockRow(primaryKey: Uint8Array, strength: "share" | "update", policy: LockWaitPolicy): LockOutcome {
    const mode = strength === "share" ? LOCK_SHARE : LOCK_EXCLUSIVE;
    return this.#lockRowKey(keyToText(primaryKey), mode, policy);
  }

  get guardsRanges(): boolean {
    const { isolation } = this.#transaction;
    return isolation === "REPEATABLE-READ" || isolation === "SERIALIZABLE";
  }

  lockRange(index: number, { range, direction, policy }: Parameters<TableWriter["lockRange"]>[1]): RangeLock {
    if (!this.guardsRanges || policy === "skip locked") return new OpenRange(range);
    const guard = new Guard(index, range, direction);
    this.state.guards.add(this.#transaction.owner, guard);
    const codec = this.#codec;
    return new GuardedRange({
      index,
      range,
      direction,
      guard,
      own: this.#edits,
      primaryKeyOf: (key) =>
        index === 0 ? key : key.subarray(codec.primaryKeyStart(index, key, 0, key.length)),
      waitForRow: (primaryKey) => {
        const text = keyToText(primaryKey);
        if (!this.#isOpenElsewhere(text)) return undefined;
        const outcome = this.#lockRowKey(text, LOCK_SHARE, policy);
        return outcome.kind === "wait" ? outcome : undefined;
      },
    });
  }

  insertRow(values: readonly Value[]): WriteOutcome {
    return this.#whole(() => this.#insert(values));
  }

  updateRow(oldValues: readonly Value[], newValues: readonly Value[], rowKey: Uint8Array): WriteOutcome {
    return this.#whole(() => this.#update(oldValues, newValues, rowKey));
  }

  deleteRow(oldValues: readonly Value[], rowKey: Uint8Array): WriteOutcome {
    return this.#whole(() => this.#delete(oldValues, rowKey));
  }

  reserveAutoIncrement(count: number): bigint {
    const { state } = this;
    const first = state.autoIncrement === 0n ? 1n : state.autoIncrement;
    const next = first + BigInt(count);
    state.autoIncrement = next > AUTO_INCREMENT_MAX ? AUTO_INCREMENT_MAX : next;
    this.branch.markDirty();
    return first;
  }

  noteAutoIncrement(value: number | bigint): void {
    const next = BigInt(value) + 1n;
    if (next <= this.state.autoIncrement) return;
    this.state.autoIncrement = next > AUTO_INCREMENT_MAX ? AUTO_INCREMENT_MAX : next;
    this.branch.markDirty();
  }

  /** The values of a row as stored now; virtual columns are null. Undefined when it is gone. */
  readRow(primaryKey: Uint8Array): Value[] | undefined {
    if (!this.current.lookup(0, primaryKey, this.#slot)) return undefined;
    return this.#codec.decodeRow(this.#slot, this.#database.readBlob);
  }

  /** Locks a value of a unique index (or of any parts of an index that a foreign key refers to). */
  lockUniqueValue(index: number, parts: Uint8Array, mode: LockMode): WriteOutcome | undefined {
    return asWait(
      this.#lock(this.state.uniqueLocks, `${index}:${keyToText(parts)}`, { mode, policy: "wait" }),
    );
  }

  lockKey(primaryKey: Uint8Array, mode: LockMode): WriteOutcome | undefined {
    return asWait(this.#lockRowKey(keyToText(primaryKey), mode, "wait"));
  }

  /** The primary key of the first entry of an index that begins with `parts`. */
  findByParts(index: number, parts: Uint8Array): Uint8Array | undefined {
    const cursor = this.current.openCursor(index, prefixRange(parts), "forward");
    if (!cursor.next()) return undefined;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const start = index === 0 ? keyStart : this.#codec.primaryKeyStart(index, keyBytes, keyStart, keyEnd);
    return keyBytes.slice(start, keyEnd);
  }

  #whole(change: () => WriteOutcome | undefined): WriteOutcome {
    const { edits, readOnly } = this.#transaction;
    // Reads that lock are allowed.
    if (readOnly) throw sqlError("ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION");
    const mark = edits.mark;
    let finished = false;
    try {
      const outcome = change() ?? DONE;
      finished = outcome.kind === "done";
      return outcome;
    } finally {
      if (!finished && !this.#transaction.ended) edits.rollbackTo(mark);
    }
  }

  #insert(values: readonly Value[]): WriteOutcome | undefined {
    const codec = this.#codec;
    const { key, value } = codec.encodeRow(values, codec.keyless ? this.state.nextRowId : 0);
    if (codec.keyless) this.state.nextRowId++;
    const text = keyToText(key);
    const blocked = this.#claimPrimaryKey(key, text) ?? this.#claimIndexes(values, { key, old: undefined });
    if (blocked !== undefined) return blocked;
    const missing = this.#foreignKeys?.checkParents(values, undefined);
    if (missing !== undefined) return missing;
    this.#putRow({ key, text, value }, 1);
    this.#putIndexes();
    return undefined;
  }

  #update(
    oldValues: readonly Value[],
    newValues: readonly Value[],
    rowKey: Uint8Array,
  ): WriteOutcome | undefined {
    const codec = this.#codec;
    const wait = this.lockKey(rowKey, LOCK_EXCLUSIVE);
    if (wait !== undefined) return wait;
    const { key, value } = codec.encodeRow(newValues, codec.keyless ? decodeRowId(rowKey, 0) : 0);
    const moved = compareBytes(key, rowKey) !== 0;
    const text = keyToText(key);
    const old = { values: oldValues, key: rowKey };
    const blocked =
      this.#passRowGuards(old) ??
      (moved ? this.#claimPrimaryKey(key, text) : undefined) ??
      this.#claimIndexes(newValues, { key, old }) ??
      this.#foreignKeys?.checkParents(newValues, oldValues);
    if (blocked !== undefined) return blocked;
    if (this.#hideSnapshotEntries(rowKey)) this.#addAllEntries(newValues, key);
    if (moved) {
      this.#putRow({ key: rowKey, text: keyToText(rowKey), value: undefined }, -1);
      this.#putRow({ key, text, value }, 1);
    } else {
      this.#putRow({ key, text, value }, 0);
    }
    this.#putIndexes();
    return this.#foreignKeys?.parentChanged(oldValues, newValues);
  }

  #delete(oldValues: readonly Value[], rowKey: Uint8Array): WriteOutcome | undefined {
    const old = { values: oldValues, key: rowKey };
    const wait =
      this.lockKey(rowKey, LOCK_EXCLUSIVE) ?? this.#passRowGuards(old) ?? this.#claimRemovedValues(old);
    if (wait !== undefined) return wait;
    this.#hideSnapshotEntries(rowKey);
    this.#putRow({ key: rowKey, text: keyToText(rowKey), value: undefined }, -1);
    this.#putIndexes();
    return this.#foreignKeys?.parentChanged(oldValues, undefined);
  }

  /** Locks a new primary key and refuses one that is taken or in a guarded range. The lock need not be a real one
   *  while nobody else is interested: see {@link #lockRowKey}. */
  #claimPrimaryKey(key: Uint8Array, text: string): WriteOutcome | undefined {
    if (this.state.rowLocks.getQueue(text) !== undefined || this.#isOpenElsewhere(text)) {
      const wait = asWait(this.#lockRowKey(text, LOCK_EXCLUSIVE, "wait"));
      if (wait !== undefined) return wait;
    }
    if (this.current.lookup(0, key, this.#slot, text))
      return { kind: "duplicate", index: 0, primaryKey: key };
    return this.#passGuards(0, key);
  }

  #passGuards(index: number, key: Uint8Array): WriteOutcome | undefined {
    const { guards } = this.state;
    const conflict = guards.findConflict(this.#transaction.owner, index, key);
    if (conflict === undefined) return undefined;
    return asWait(this.#lock(guards.locks, conflict, { mode: LOCK_SHARE, policy: "wait" }));
  }

  /** Who guards a range that a row is in keeps it from being changed or removed. */
  #passRowGuards(old: RowImage): WriteOutcome | undefined {
    if (this.state.guards.isEmpty) return undefined;
    const blocked = this.#passGuards(0, old.key);
    if (blocked !== undefined) return blocked;
    for (const [at, definition] of this.state.definition.schema.indexes.entries()) {
      if (!hasEntries(definition)) continue;
      const entry = this.#codec.encodeIndexKey(at + 1, old.values, old.key);
      const wait = this.#passGuards(at + 1, entry);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  /** Locks and checks the unique values that a row brings, and passes the guards of all its new index entries. The
   *  entries are kept for {@link #putIndexes}. */
  #claimIndexes(
    values: readonly Value[],
    row: { readonly key: Uint8Array; readonly old: RowImage | undefined },
  ): WriteOutcome | undefined {
    const codec = this.#codec;
    const { indexes } = this.state.definition.schema;
    for (let index = 1; index <= indexes.length; index++) {
      const definition = indexes[index - 1] as IndexDefinition;
      if (!hasEntries(definition)) continue;
      const entry = codec.encodeIndexKey(index, values, row.key);
      this.#added[index] = entry;
      this.#removed[index] = undefined;
      if (row.old !== undefined) {
        const removed = codec.encodeIndexKey(index, row.old.values, row.old.key);
        if (compareBytes(entry, removed) === 0) {
          this.#added[index] = undefined;
          continue;
        }
        this.#removed[index] = removed;
      }
      const blocked =
        (definition.kind === "unique" ? this.#claimUniqueValue(index, values, row.old) : undefined) ??
        this.#passGuards(index, entry);
      if (blocked !== undefined) return blocked;
    }
    return undefined;
  }

  #claimUniqueValue(
    index: number,
    values: readonly Value[],
    old: RowImage | undefined,
  ): WriteOutcome | undefined {
    const codec = this.#codec;
    const { key: parts, hasNull } = codec.encodeUniqueParts(index, values);
    if (old !== undefined) {
      const removed = codec.encodeUniqueParts(index, old.values);
      if (compareBytes(removed.key, parts) === 0) return undefined;
      const wait = removed.hasNull ? undefined : this.lockUniqueValue(index, removed.key, LOCK_EXCLUSIVE);
      if (wait !== undefined) return wait;
    }
    if (hasNull) return undefined;
    const wait = this.lockUniqueValue(index, parts, LOCK_EXCLUSIVE);
    if (wait !== undefined) return wait;
    const primaryKey = this.findByParts(index, parts);
    return primaryKey === undefined ? undefined : { kind: "duplicate", index, primaryKey };
  }

  /** A unique value that a delete frees stays locked until the delete is decided. The entries are kept for
   *  {@link #putIndexes}. */
  #claimRemovedValues(old: RowImage): WriteOutcome | undefined {
    for (const [at, definition] of this.state.definition.schema.indexes.entries()) {
      if (!hasEntries(definition)) continue;
      const index = at + 1;
      this.#added[index] = undefined;
      this.#removed[index] = this.#codec.encodeIndexKey(index, old.values, old.key);
      if (definition.kind !== "unique") continue;
      const { key, hasNull } = this.#codec.encodeUniqueParts(index, old.values);
      const wait = hasNull ? undefined : this.lockUniqueValue(index, key, LOCK_EXCLUSIVE);
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  #putRow(
    {
      key,
      text,
      value,
    }: { readonly key: Uint8Array; readonly text: string; readonly value: Uint8Array | undefined },
    countChange: -1 | 0 | 1,
  ): void {
    const snapshot = this.#transaction.getSnapshot(this.branch);
    const viewCountChange =
      snapshot === undefined ? countChange : this.#viewCountChange(key, value !== undefined);
    const edit = { index: 0, key: text, keyBytes: key, value, countChange, viewCountChange };
    this.#transaction.edits.put(this.#edits, edit);
  }

  /** Puts the entries that the claims before have worked out. */
  #putIndexes(): void {
    for (let index = 1; index < this.#edits.indexes.length; index++) {
      const removed = this.#removed[index];
      const added = this.#added[index];
      if (removed !== undefined) this.#putEntry(index, removed, undefined);
      if (added !== undefined) this.#putEntry(index, added, NO_VALUE);
    }
  }

  #putEntry(index: number, keyBytes: Uint8Array, value: Uint8Array | undefined): void {
    const key = keyToText(keyBytes);
    this.#transaction.edits.put(this.#edits, {
      index,
      key,
      keyBytes,
      value,
      countChange: 0,
      viewCountChange: 0,
    });
  }

  /** How an edit changes the number of rows that the transaction's snapshot (not the newest state) and edits show. */
  #viewCountChange(key: Uint8Array, present: boolean): number {
    const own = this.#edits.indexes[0]?.getEntry(keyToText(key));
    const visible = own === undefined ? this.#inSnapshot(key) : own.value !== undefined;
    return (present ? 1 : 0) - (visible ? 1 : 0);
  }

  #inSnapshot(key: Uint8Array): boolean {
    return (this.#snapshotView() ?? this.current).lookup(0, key, this.#slot);
  }

  /**
   * A row that others changed since our snapshot has index entries there which differ from its newest ones. Once we
   * change the row ourselves, our reads show our version of it, so the snapshot's entries must no longer be seen. True
   * when entries were hidden: those that the changed row keeps must then be put again. (Also true of a row that only a
   * checkpoint has moved from the edits to a tree: that is harmless.)
   */
  #hideSnapshotEntries(rowKey: Uint8Array): boolean {
    const view = this.#snapshotView();
    if (view === undefined || this.#edits.indexes[0]?.getEntry(keyToText(rowKey)) !== undefined) return false;
    const newest = emptySlot();
    this.current.lookup(0, rowKey, newest);
    const old = this.#slot;
    if (!view.lookup(0, rowKey, old)) return false;
    if (old.valueBytes === newest.valueBytes && old.valueStart === newest.valueStart) return false;
    const values = this.#codec.decodeRow(this.#slot, this.#database.readBlob);
    for (const [at, definition] of this.state.definition.schema.indexes.entries()) {
      if (hasEntries(definition)) {
        this.#putEntry(at + 1, this.#codec.encodeIndexKey(at + 1, values, rowKey), undefined);
      }
    }
    return true;
  }

  /** Makes {@link #putIndexes} put all entries of a row, those too that it had before. */
  #addAllEntries(values: readonly Value[], key: Uint8Array): void {
    for (const [at, definition] of this.state.definition.schema.indexes.entries()) {
      if (hasEntries(definition)) this.#added[at + 1] = this.#codec.encodeIndexKey(at + 1, values, key);
    }
  }

  /** The transaction's snapshot without its own edits; undefined when it has none yet. */
  #snapshotView(): LayeredTableView | undefined {
    const snapshot = this.#transaction.getSnapshot(this.branch);
    const layers = snapshot?.generation.getTable(this.state.definition.name);
    if (snapshot === undefined || layers === undefined) return undefined;
    return new LayeredTableView({
      databaseName: this.#database.name,
      name: this.state.definition.name,
      layers,
      sequence: snapshot.sequence,
      own: () => undefined,
      readBlob: this.#database.readBlob,
    });
  }

  #lock(
    space: LockSpace,
    key: string,
    { mode, policy }: { readonly mode: LockMode; readonly policy: LockWaitPolicy },
  ): LockOutcome {
    const { owner } = this.#transaction;
    if (space.tryAcquire(owner, key, mode)) return GRANTED;
    if (policy === "nowait") throw sqlError("ER_LOCK_NOWAIT");
    if (policy === "skip locked") return SKIPPED;
    return { kind: "wait", promise: space.wait(owner, key, { mode, limits: this.#transaction.rowWait() }) };
  }

  #isOpenElsewhere(key: string): boolean {
    const { openEdits } = this.state;
    if (openEdits.size <= 1) return false;
    for (const edits of openEdits) {
      if (edits !== this.#edits && edits.indexes[0]?.getEntry(key) !== undefined) return true;
    }
    return false;
  }

  #lockRowKey(key: string, mode: LockMode, policy: LockWaitPolicy): LockOutcome {
    const { openEdits, rowLocks } = this.state;
    if (openEdits.size > 1) {
      // A row that another transaction has inserted is locked by that alone; now that it matters, the lock is made real.
      for (const edits of openEdits) {
        if (edits === this.#edits || edits.indexes[0]?.getEntry(key) === undefined) continue;
        rowLocks.tryAcquire(edits.owner, key, LOCK_EXCLUSIVE);
      }
    }
    return this.#lock(rowLocks, key, { mode, policy });
  }
}

/** A row's values with the primary key it is stored under. */
interface RowImage {
  readonly values: readonly Value[];
  readonly key: Uint8Array;
}

/** All keys that begin with `prefix`. */
export function prefixRange(prefix: Uint8Array): KeyRange {
  const upper = prefixSuccessor(prefix);
  return upper === undefined ? { lower: prefix } : { lower: prefix, upper };
}

function asWait(outcome: LockOutcome): WriteOutcome | undefined {
  return outcome.kind === "wait" ? outcome : undefined;
}

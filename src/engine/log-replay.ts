/**
 * Applies the records of the write-ahead log to a database that is being opened. Of each key the newest edit is kept
 * while records are read; {@link LogReplay.settle} then makes a table's edits its active layer in one sorted pass, which
 * compares each row with the one in the tree: the row count and the edits of secondary indexes follow from that, and an
 * index whose key did not change gets none.
 *
 * Nobody may read or write the database meanwhile, and between two calls of `settle` a checkpoint must have folded what
 * the first one made.
 */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import { emptySlot, type TupleSlot } from "../prolly/tuple-cursor.ts";
import type { TableSchema } from "../tables/schema.ts";
import type { BranchState } from "./branch-state.ts";
import { IndexKeyChange, indexesToDerive } from "./index-key-change.ts";
import type { LoggedEdit, LoggedTable, LogRecord } from "./log-record.ts";
import { keyToText, type RowEntry } from "./row-delta.ts";
import type { TableLayers } from "./table-state.ts";

export interface ReplayTarget {
  readonly readBlob: (hash: Hash) => Uint8Array;
  getBranch(name: string): BranchState | undefined;
}

/** What an edit costs in memory beside its bytes, roughly. */
const EDIT_OVERHEAD_BYTES = 200;

export class LogReplay {
  readonly #target: ReplayTarget;
  /** By branch, then table. */
  readonly #tables = new Map<string, Map<string, ReplayedTable>>();
  #sizeBytes = 0;

  constructor(target: ReplayTarget) {
    this.#target = target;
  }

  /** Approximate memory that the edits since {@link settle} hold at most. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(record: LogRecord): void {
    for (const logged of record.tables) {
      const table = this.#openTable(logged);
      table.noteCounters(logged);
      for (const { index, edits } of logged.indexes) this.#sizeBytes += table.addEdits(index, edits);
    }
  }

  /** Makes everything added so far visible. */
  settle(): void {
    for (const tables of this.#tables.values()) {
      for (const table of tables.values()) table.settle(this.#target.readBlob);
    }
    this.#tables.clear();
    this.#sizeBytes = 0;
  }

  #openTable({ branch: branchName, name }: LoggedTable): ReplayedTable {
    let tables = this.#tables.get(branchName);
    if (tables === undefined) {
      tables = new Map();
      this.#tables.set(branchName, tables);
    }
    const known = tables.get(name);
    if (known !== undefined) return known;
    const branch = this.#target.getBranch(branchName);
    const layers = branch?.generation.getTable(name);
    if (branch === undefined || layers === undefined) {
      throw new StorageError(
        "bad_format",
        `the write-ahead log has edits of table ${name} on branch ${branchName}, which is not there`,
      );
    }
    const table = new ReplayedTable(branch, layers);
    tables.set(name, table);
    return table;
  }
}

/** The indexes (0 = primary) that the log holds: those that cannot be derived from the rows. */
export function loggedIndexes(schema: TableSchema): readonly number[] {
  const virtual = new Set(
    schema.columns.filter((column) => column.generated?.stored === false).map((column) => column.id),
  );
  const logged = [0];
  for (const [at, index] of schema.indexes.entries()) {
    if (index.parts.some((part) => virtual.has(part.columnId))) logged.push(at + 1);
  }
  return logged;
}

/** The newest edit of each key of one table. */
class ReplayedTable {
  readonly #branch: BranchState;
  readonly #layers: TableLayers;
  /** By index number; those that the log holds. */
  readonly #edits: (Map<string, RowEntry> | undefined)[] = [];

  constructor(branch: BranchState, layers: TableLayers) {
    this.#branch = branch;
    this.#layers = layers;
  }

  noteCounters({ autoIncrement, nextRowId }: LoggedTable): void {
    const { state } = this.#layers;
    if (autoIncrement > state.autoIncrement) state.autoIncrement = autoIncrement;
    if (nextRowId > state.nextRowId) state.nextRowId = nextRowId;
    this.#branch.markDirty();
  }

  /** Answers how much memory that takes. */
  addEdits(index: number, edits: readonly LoggedEdit[]): number {
    let byKey = this.#edits[index];
    if (byKey === undefined) {
      byKey = new Map();
      this.#edits[index] = byKey;
    }
    let sizeBytes = 0;
    for (let at = 0; at < edits.length; at++) {
      const { key: keyBytes, value } = edits[at] as LoggedEdit;
      const key = keyToText(keyBytes);
      const known = byKey.get(key);
      const head = { sequence: 0, value, previous: undefined };
      if (known === undefined) byKey.set(key, { key, keyBytes, head });
      else known.head = head;
      sizeBytes += keyBytes.length + (value?.length ?? 0) + EDIT_OVERHEAD_BYTES;
    }
    return sizeBytes;
  }

  settle(readBlob: (hash: Hash) => Uint8Array): void {
    const { trees, active, frozen } = this.#layers;
    assert(active.empty && frozen === undefined, "edits replayed before are in the trees");
    const entries: RowEntry[][] = trees.map((_, index) =>
      sortEntries([...(this.#edits[index]?.values() ?? [])]),
    );
    const countChange = this.#compareRows(entries, readBlob);
    this.#branch.applyReplayed(this.#layers, entries.map(sortEntries), countChange);
  }

  /** Adds the edits of the derived indexes and drops those of rows that came and went; answers how many rows more there
   *  are than in the tree. */
  #compareRows(entries: RowEntry[][], readBlob: (hash: Hash) => Uint8Array): number {
    const { state, trees } = this.#layers;
    const { definition } = state;
    const [rows, tree] = [entries[0], trees[0]];
    assert(rows !== undefined && tree !== undefined, "a table has a primary index");
    const derived = indexesToDerive(definition).map((index) => ({
      change: new IndexKeyChange(definition, index, readBlob),
      edits: entries[index] as RowEntry[],
    }));
    const before = emptySlot();
    const after = emptySlot();
    let countChange = 0;
    let kept = 0;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at] as RowEntry;
      const { value } = row.head;
      const existed = tree.lookup(row.keyBytes, before);
      if (value === undefined && !existed) continue;
      rows[kept++] = row;
      if (value !== undefined) fillSlot(after, row.keyBytes, value);
      if (!existed) countChange++;
      else if (value === undefined) countChange--;
      for (let index = 0; index < derived.length; index++) {
        const { change, edits } = derived[index] as (typeof derived)[number];
        if (
          !change.compare(row.keyBytes, existed ? before : undefined, value === undefined ? undefined : after)
        )
          continue;
        if (change.removed !== undefined) edits.push(entryOf(change.removed, undefined));
        if (change.added !== undefined) edits.push(entryOf(change.added, EMPTY_BYTES));
      }
    }
    rows.length = kept;
    return countChange;
  }
}

function entryOf(keyBytes: Uint8Array, value: Uint8Array | undefined): RowEntry {
  return { key: keyToText(keyBytes), keyBytes, head: { sequence: 0, value, previous: undefined } };
}

/** In place. Rows are often inserted in order. */
function sortEntries(entries: RowEntry[]): RowEntry[] {
  for (let at = 1; at < entries.length; at++) {
    if ((entries[at - 1] as RowEntry).key > (entries[at] as RowEntry).key) return entries.sort(compareKeys);
  }
  return entries;
}

function compareKeys(left: RowEntry, right: RowEntry): number {
  return left.key < right.key ? -1 : 1;
}

const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

function fillSlot(slot: TupleSlot, key: Uint8Array, value: Uint8Array): void {
  slot.keyBytes = key;
  slot.keyEnd = key.length;
  slot.valueBytes = value;
  slot.valueEnd = value.length;
}

export function slotOf(key: Uint8Array, value: Uint8Array): TupleSlot {
  return {
    keyBytes: key,
    keyStart: 0,
    keyEnd: key.length,
    valueBytes: value,
    valueStart: 0,
    valueEnd: value.length,
  };
}

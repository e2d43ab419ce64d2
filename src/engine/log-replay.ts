/**
 * Applies the records of the write-ahead log to a database that is being opened. Edits are noted where they lie in the
 * log's bytes; {@link LogReplay.settle} sorts a table's, keeps the newest of each key and makes them the table's
 * active layer in one pass, which compares each row with the one in the tree: the row count and the edits of secondary
 * indexes follow from that, and an index whose key did not change gets none.
 *
 * Nobody may read or write the database meanwhile, and between two calls of `settle` a checkpoint must have folded what
 * the first one made.
 */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import { SortedLookup } from "../prolly/sorted-lookup.ts";
import { emptySlot, type TupleSlot } from "../prolly/tuple-cursor.ts";
import type { TableSchema } from "../tables/schema.ts";
import type { BranchState } from "./branch-state.ts";
import { IndexKeyChange, indexesToDerive } from "./index-key-change.ts";
import type { LoggedTable, LogRecordSink } from "./log-record.ts";
import { PACKED_EDIT_BYTES, PackedEdits } from "./packed-edits.ts";
import { DELTA_EDIT_BYTES } from "./row-delta.ts";
import type { TableLayers } from "./table-state.ts";

export interface ReplayTarget {
  readonly readBlob: (hash: Hash) => Uint8Array;
  getBranch(name: string): BranchState | undefined;
}

export class LogReplay implements LogRecordSink {
  readonly #target: ReplayTarget;
  /** By branch, then table. */
  readonly #tables = new Map<string, Map<string, ReplayedTable>>();
  /** Of the record that is being read. */
  #table: ReplayedTable | undefined;
  #edits: PackedEdits | undefined;
  #sizeBytes = 0;

  constructor(target: ReplayTarget) {
    this.#target = target;
  }

  /** Approximate memory that the edits since {@link settle} hold, with the index entries that will follow from them. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  beginTable(logged: LoggedTable): void {
    this.#table = this.#openTable(logged);
    this.#table.noteCounters(logged);
    this.#edits = undefined;
  }

  beginIndex(index: number): void {
    this.#edits = this.#table?.editsOf(index);
  }

  addEdit(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    assert(this.#edits !== undefined && this.#table !== undefined, "edits are of a table's index");
    this.#edits.append(bytes, keyStart, keyEnd, valueStart, valueEnd);
    const content = keyEnd - keyStart + Math.max(0, valueEnd - valueStart);
    this.#sizeBytes += content + this.#table.overheadBytes;
  }

  /** Makes everything added so far visible. */
  settle(): void {
    for (const tables of this.#tables.values()) {
      for (const table of tables.values()) table.settle(this.#target.readBlob);
    }
    this.#tables.clear();
    this.#table = undefined;
    this.#edits = undefined;
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

/** The edits of one table. */
class ReplayedTable {
  /** What an edit takes beside its bytes, as two entries of each index may follow from it. */
  readonly overheadBytes: number;
  readonly #branch: BranchState;
  readonly #layers: TableLayers;
  /** By index number. */
  readonly #edits: readonly PackedEdits[];

  constructor(branch: BranchState, layers: TableLayers) {
    this.#branch = branch;
    this.#layers = layers;
    this.#edits = layers.trees.map(() => new PackedEdits());
    const derived = indexesToDerive(layers.state.definition).length;
    const each = PACKED_EDIT_BYTES + DELTA_EDIT_BYTES;
    this.overheadBytes = each + derived * 2 * (each + INDEX_KEY_BYTES);
  }

  noteCounters({ autoIncrement, nextRowId }: LoggedTable): void {
    const { state } = this.#layers;
    if (autoIncrement > state.autoIncrement) state.autoIncrement = autoIncrement;
    if (nextRowId > state.nextRowId) state.nextRowId = nextRowId;
    this.#branch.markDirty();
  }

  editsOf(index: number): PackedEdits {
    const edits = this.#edits[index];
    if (edits === undefined) {
      throw new StorageError(
        "bad_format",
        `the write-ahead log has edits of an index ${index}, which is not there`,
      );
    }
    return edits;
  }

  settle(readBlob: (hash: Hash) => Uint8Array): void {
    const { active, frozen } = this.#layers;
    assert(active.empty && frozen === undefined, "edits replayed before are in the trees");
    this.#edits[0]?.sort();
    const countChange = this.#compareRows(readBlob);
    for (let index = 1; index < this.#edits.length; index++) this.#edits[index]?.sort();
    this.#branch.applyReplayed(this.#layers, this.#edits, countChange);
  }

  /** Adds the edits of the derived indexes and drops those of rows that came and went; answers how many rows more there
   *  are than in the tree. */
  #compareRows(readBlob: (hash: Hash) => Uint8Array): number {
    const { state, trees } = this.#layers;
    const { definition } = state;
    const [rows, tree] = [this.#edits[0], trees[0]];
    assert(rows !== undefined && tree !== undefined, "a table has a primary index");
    const derived = indexesToDerive(definition).map((index) => ({
      change: new IndexKeyChange(definition, index, readBlob),
      edits: this.editsOf(index),
    }));
    const stored = new SortedLookup(tree);
    const before = emptySlot();
    const after = emptySlot();
    let key: Uint8Array = new Uint8Array(0);
    let countChange = 0;
    rows.filter((at) => {
      rows.show(at, after);
      key = copyKey(after, key);
      const deleted = rows.isDeleted(at);
      const existed = stored.lookup(key, before);
      if (deleted && !existed) return false;
      if (!existed) countChange++;
      else if (deleted) countChange--;
      for (let index = 0; index < derived.length; index++) {
        const { change, edits } = derived[index] as (typeof derived)[number];
        if (!change.compare(key, existed ? before : undefined, deleted ? undefined : after)) continue;
        if (change.removed !== undefined) edits.appendKey(change.removed, false);
        if (change.added !== undefined) edits.appendKey(change.added, true);
      }
      return true;
    });
    return countChange;
  }
}

/** What the key of an index entry takes, roughly. */
const INDEX_KEY_BYTES = 32;

/** The key that a slot shows; in `target` when it has the size, for it is not kept. */
function copyKey({ keyBytes, keyStart, keyEnd }: TupleSlot, target: Uint8Array): Uint8Array {
  const size = keyEnd - keyStart;
  const copy = target.length === size ? target : new Uint8Array(size);
  for (let at = 0; at < size; at++) copy[at] = keyBytes[keyStart + at] as number;
  return copy;
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

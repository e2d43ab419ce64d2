/** Applies a record of the write-ahead log to a database that is being opened: rows, and the index edits they imply. */
import type { Hash } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { hasEntries } from "../tables/row-codec.ts";
import type { TableSchema } from "../tables/schema.ts";
import { type BranchState, NEWEST } from "./branch-state.ts";
import { LayeredTableView } from "./layered-table-view.ts";
import type { LoggedEdit, LogRecord } from "./log-record.ts";
import { keyToText } from "./row-delta.ts";
import type { TableLayers } from "./table-state.ts";

export interface ReplayTarget {
  readonly name: string;
  readonly readBlob: (hash: Hash) => Uint8Array;
  getBranch(name: string): BranchState | undefined;
}

export function replayRecord(target: ReplayTarget, record: LogRecord): void {
  for (const table of record.tables) {
    const branch = target.getBranch(table.branch);
    const layers = branch?.generation.getTable(table.name);
    if (branch === undefined || layers === undefined) {
      throw new StorageError(
        "bad_format",
        `the write-ahead log has edits of table ${table.name} on branch ${table.branch}, which is not there`,
      );
    }
    const { state } = layers;
    if (table.autoIncrement > state.autoIncrement) state.autoIncrement = table.autoIncrement;
    if (table.nextRowId > state.nextRowId) state.nextRowId = table.nextRowId;
    branch.markDirty();
    const replay = new TableReplay(target, branch, layers);
    for (const { index, edits } of table.indexes) {
      for (const edit of edits) {
        if (index === 0) replay.applyRow(edit);
        else replay.applyEntry(index, edit.key, edit.value);
      }
    }
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

class TableReplay {
  readonly #branch: BranchState;
  readonly #layers: TableLayers;
  readonly #view: LayeredTableView;
  readonly #derived: readonly number[];
  readonly #readBlob: (hash: Hash) => Uint8Array;

  constructor(target: ReplayTarget, branch: BranchState, layers: TableLayers) {
    const { schema, loggedIndexes: indexes } = layers.state.definition;
    const logged = new Set(indexes);
    this.#branch = branch;
    this.#layers = layers;
    this.#readBlob = target.readBlob;
    this.#derived = schema.indexes.flatMap((definition, at) =>
      hasEntries(definition) && !logged.has(at + 1) ? [at + 1] : [],
    );
    this.#view = new LayeredTableView({
      databaseName: target.name,
      name: layers.state.definition.name,
      layers,
      sequence: NEWEST,
      own: () => undefined,
      readBlob: target.readBlob,
    });
  }

  applyRow({ key, value }: LoggedEdit): void {
    const { codec } = this.#layers.state.definition;
    const slot = emptySlot();
    const existed = this.#view.lookup(0, key, slot);
    if (this.#derived.length > 0) {
      const oldValues = existed ? codec.decodeRow(slot, this.#readBlob) : undefined;
      const newValues = value === undefined ? undefined : codec.decodeRow(slotOf(key, value), this.#readBlob);
      for (const index of this.#derived) {
        if (oldValues !== undefined)
          this.applyEntry(index, codec.encodeIndexKey(index, oldValues, key), undefined);
        if (newValues !== undefined)
          this.applyEntry(index, codec.encodeIndexKey(index, newValues, key), EMPTY_BYTES);
      }
    }
    const countChange = (value === undefined ? 0 : 1) - (existed ? 1 : 0);
    this.#put(0, { key, value, countChange });
  }

  applyEntry(index: number, key: Uint8Array, value: Uint8Array | undefined): void {
    this.#put(index, { key, value, countChange: 0 });
  }

  #put(index: number, edit: LoggedEdit & { readonly countChange: number }): void {
    const { key, value, countChange } = edit;
    const entry = { key: keyToText(key), keyBytes: key, head: { sequence: 0, value, previous: undefined } };
    this.#branch.applyReplayed(this.#layers, index, { entry, countChange });
  }
}

const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

export function emptySlot(): TupleSlot {
  return slotOf(EMPTY_BYTES, EMPTY_BYTES);
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

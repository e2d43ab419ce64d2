/**
 * What the engine keeps in memory for one table of one branch: its definition, live counters and locks, and the layers
 * its rows are in: trees of the last checkpoint, edits that a running checkpoint is folding in (frozen), and edits
 * committed since (active). Layers are replaced as a whole, so whoever holds old ones keeps reading the old state.
 */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import type { RowCodec } from "../tables/row-codec.ts";
import type { TableSchema } from "../tables/schema.ts";
import type { TableRecord } from "../vcs/root-value.ts";
import { LockSpace } from "./lock-table.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import { RangeGuards } from "./range-guards.ts";
import { RowDelta } from "./row-delta.ts";

export interface TableDefinition {
  readonly name: string;
  readonly schema: TableSchema;
  readonly schemaHash: Hash;
  readonly codec: RowCodec;
  /** The indexes (0 = primary) that the write-ahead log holds: those that do not follow from the rows. */
  readonly loggedIndexes: readonly number[];
}

/** Committed edits of one table, for each of its indexes. */
export class TableDelta {
  readonly indexes: readonly RowDelta[];
  readonly #countSequences: number[] = [];
  readonly #counts: number[] = [];

  constructor(indexCount: number) {
    this.indexes = Array.from({ length: indexCount }, () => new RowDelta());
  }

  get empty(): boolean {
    return this.indexes.every((index) => index.count === 0);
  }

  get sizeBytes(): number {
    let sizeBytes = 0;
    for (const index of this.indexes) sizeBytes += index.sizeBytes;
    return sizeBytes;
  }

  /** Notes that the commit `sequence` changed the number of rows. */
  addToCount(sequence: number, change: number): void {
    if (change === 0) return;
    const last = this.#counts.length - 1;
    const total = (this.#counts[last] ?? 0) + change;
    if (this.#countSequences[last] === sequence) {
      this.#counts[last] = total;
      return;
    }
    this.#countSequences.push(sequence);
    this.#counts.push(total);
  }

  /** Rows more (or fewer) than below this delta, as of `sequence`. */
  countChange(sequence: number): number {
    const sequences = this.#countSequences;
    let low = 0;
    let high = sequences.length;
    if (high > 0 && (sequences[high - 1] as number) <= sequence) return this.#counts[high - 1] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sequences[middle] as number) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (this.#counts[low - 1] as number);
  }
}

export interface TableLayers {
  readonly state: TableState;
  /** By index: 0 the rows, n the secondary index `schema.indexes[n - 1]`. */
  readonly trees: readonly ProllyTree[];
  readonly record: TableRecord;
  readonly frozen: TableDelta | undefined;
  readonly active: TableDelta;
}

export class TableState {
  readonly definition: TableDefinition;
  /** The layers that new commits go to. */
  layers: TableLayers;
  /** The next AUTO_INCREMENT value; 0 when the table has none. Never rolled back. */
  autoIncrement: bigint;
  /** The next row id of a table without primary key. */
  nextRowId: number;
  /** Locks of rows by primary key. */
  readonly rowLocks: LockSpace = new LockSpace();
  /** Locks of the values of unique secondary indexes that an open transaction added or removed. */
  readonly uniqueLocks: LockSpace = new LockSpace();
  readonly guards: RangeGuards = new RangeGuards();
  /** The edits of open transactions. */
  readonly openEdits: Set<OwnTableEdits> = new Set();

  constructor(definition: TableDefinition, record: TableRecord, trees: readonly ProllyTree[]) {
    assert(trees.length === definition.schema.indexes.length + 1, "a tree for each index");
    this.definition = definition;
    this.autoIncrement = record.autoIncrement;
    this.nextRowId = record.nextRowId;
    this.layers = { state: this, trees, record, frozen: undefined, active: new TableDelta(trees.length) };
  }

  get indexCount(): number {
    return this.layers.trees.length;
  }
}

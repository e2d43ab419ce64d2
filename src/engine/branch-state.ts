/**
 * One branch in memory: the current generation of its tables, its commit counter, the snapshots being read, and the
 * locks that keep schema changes and transactions apart.
 *
 * A generation is a root value with the layers over it. Checkpoints and schema changes replace the current generation;
 * a snapshot is (generation, commit sequence) and stays valid for as long as somebody holds it.
 */
import { assert } from "../base/assert.ts";
import type { Hash } from "../bytes/hash.ts";
import type { TableSchema } from "../tables/schema.ts";
import { sqlError } from "../values/sql-error.ts";
import { type RootValue, tablesEqual } from "../vcs/root-value.ts";
import { buildForeignKeyMap, type ForeignKeyMap } from "./foreign-key-map.ts";
import { LockSpace } from "./lock-table.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import type { PackedEdits } from "./packed-edits.ts";
import type { TableLoader } from "./table-loader.ts";
import type { TableLayers } from "./table-state.ts";

/** What was committed at one moment. Shared by all who read that moment, and counted. */
export interface Snapshot {
  readonly generation: Generation;
  readonly sequence: number;
  holders: number;
}

/** Commits are seen up to this sequence: all of them. */
export const NEWEST: number = Number.MAX_SAFE_INTEGER;

export class Generation {
  readonly rootAddress: Hash;
  readonly root: RootValue;
  readonly #loader: TableLoader;
  readonly #tables: Map<string, TableLayers>;
  #foreignKeys: ForeignKeyMap | undefined;

  constructor(options: {
    readonly rootAddress: Hash;
    readonly root: RootValue;
    readonly loader: TableLoader;
    readonly tables?: Map<string, TableLayers>;
    /** When the schemas are those of the generation before. */
    readonly foreignKeys?: ForeignKeyMap | undefined;
  }) {
    this.rootAddress = options.rootAddress;
    this.root = options.root;
    this.#loader = options.loader;
    this.#tables = options.tables ?? new Map();
    this.#foreignKeys = options.foreignKeys;
  }

  get foreignKeys(): ForeignKeyMap {
    this.#foreignKeys ??= buildForeignKeyMap(
      [...this.root.tables].map(([name, { schema }]) => [name, this.#loader.compile(schema).schema] as const),
    );
    return this.#foreignKeys;
  }

  schemaOf(table: string): TableSchema | undefined {
    const record = this.root.tables.get(table);
    return record === undefined ? undefined : this.#loader.compile(record.schema).schema;
  }

  /** The layers of a table, loaded when first asked for. */
  getTable(name: string): TableLayers | undefined {
    const loaded = this.#tables.get(name);
    if (loaded !== undefined) return loaded;
    const record = this.root.tables.get(name);
    if (record === undefined) return undefined;
    const layers = this.#loader.loadTable(name, record).layers;
    this.#tables.set(name, layers);
    return layers;
  }

  mustGetTable(databaseName: string, name: string): TableLayers {
    const layers = this.getTable(name);
    if (layers === undefined) throw sqlError("ER_NO_SUCH_TABLE", databaseName, name);
    return layers;
  }

  /** The tables that were used since the generation's first ancestor. */
  loadedTables(): Iterable<TableLayers> {
    return this.#tables.values();
  }

  /**
   * The generation after a change of the root that no checkpoint made: tables whose rows and schema are the same keep
   * their layers; whoever changed the others held them exclusively, so they have no edits on top.
   */
  follow(rootAddress: Hash, root: RootValue): Generation {
    const kept = new Map<string, TableLayers>();
    for (const [name, layers] of this.#tables) {
      const before = layers.record;
      const record = root.tables.get(name);
      if (record === undefined || record.schema !== before.schema || !tablesEqual(record, before)) {
        assert(layers.active.empty, "a replaced table has no edits that are not in its trees");
        continue;
      }
      if (record.autoIncrement !== before.autoIncrement) layers.state.autoIncrement = record.autoIncrement;
      kept.set(name, { ...layers, record });
    }
    pointToNewest(kept);
    return new Generation({ rootAddress, root, loader: this.#loader, tables: kept });
  }

  /** The generation after a step of a checkpoint: the same tables and schemas in other layers. */
  replace(rootAddress: Hash, root: RootValue, tables: Map<string, TableLayers>): Generation {
    pointToNewest(tables);
    return new Generation({
      rootAddress,
      root,
      loader: this.#loader,
      tables,
      foreignKeys: this.#foreignKeys,
    });
  }
}

function pointToNewest(tables: ReadonlyMap<string, TableLayers>): void {
  for (const layers of tables.values()) layers.state.layers = layers;
}

/**
 * The key of the lock on a branch as a whole, among the locks of its tables. Transactions use or write it; version
 * control, when it replaces the working root, shares it (no writers); dropping the database takes it exclusively.
 */
export const BRANCH_LOCK_KEY = "";

export class BranchState {
  readonly name: string;
  generation: Generation;
  /** Metadata locks by table name, and {@link BRANCH_LOCK_KEY}. */
  readonly metadataLocks: LockSpace = new LockSpace("few");
  #sequence = 0;
  /** In order of creation. All but the last have holders; the last is kept for the next reader. */
  readonly #snapshots: Snapshot[] = [];
  #dirtyBytes = 0;
  #dirty = false;

  constructor(name: string, generation: Generation) {
    this.name = name;
    this.generation = generation;
  }

  /** True when there are committed edits that no checkpoint has begun to fold in. */
  get dirty(): boolean {
    return this.#dirty;
  }

  get dirtyBytes(): number {
    return this.#dirtyBytes;
  }

  takeSnapshot(): Snapshot {
    const snapshots = this.#snapshots;
    const { generation } = this;
    const sequence = this.#sequence;
    const last = snapshots[snapshots.length - 1];
    if (last !== undefined) {
      if (last.sequence === sequence && last.generation === generation) {
        last.holders++;
        return last;
      }
      if (last.holders === 0) snapshots.pop();
    }
    const snapshot: Snapshot = { generation, sequence, holders: 1 };
    snapshots.push(snapshot);
    return snapshot;
  }

  releaseSnapshot(snapshot: Snapshot): void {
    assert(snapshot.holders > 0, "a snapshot is released once by each holder");
    const snapshots = this.#snapshots;
    if (--snapshot.holders > 0 || snapshots[snapshots.length - 1] === snapshot) return;
    snapshots.splice(snapshots.indexOf(snapshot), 1);
  }

  /** Roots that somebody still reads: garbage collection keeps their chunks. */
  liveRoots(): readonly Hash[] {
    const roots = new Set<Hash>([this.generation.rootAddress]);
    for (const { holders, generation } of this.#snapshots) if (holders > 0) roots.add(generation.rootAddress);
    return [...roots];
  }

  /** Makes a transaction's edits on this branch visible, all at once. */
  applyCommit(tables: readonly OwnTableEdits[]): void {
    const sequence = ++this.#sequence;
    const commit = { sequence, oldestSnapshot: this.#oldestSnapshot(sequence) };
    for (const edits of tables) {
      assert(edits.branch === this, "the edits are of this branch");
      const { active } = edits.state.layers;
      for (let index = 0; index < edits.indexes.length; index++) {
        const delta = edits.indexes[index];
        const target = active.indexes[index];
        assert(delta !== undefined && target !== undefined, "the table has the index");
        if (delta.count === 0) continue;
        const before = target.sizeBytes;
        delta.forEach(({ keyBytes, value }) => {
          target.put(keyBytes, value, commit);
        });
        this.#dirtyBytes += target.sizeBytes - before;
      }
      active.addToCount(sequence, edits.countChange);
    }
    this.#dirty = true;
  }

  /** Gives a table that has no edits those of the replayed log, sorted, by index; nobody reads yet. */
  applyReplayed(layers: TableLayers, edits: readonly PackedEdits[], countChange: number): void {
    const sequence = ++this.#sequence;
    const { active } = layers;
    assert(edits.length === active.indexes.length, "there are edits for each index");
    for (const [index, delta] of active.indexes.entries()) {
      delta.fill(edits[index] as PackedEdits, sequence);
      this.#dirtyBytes += delta.sizeBytes;
    }
    active.addToCount(sequence, countChange);
    this.#dirty = true;
  }

  /** Counters moved (AUTO_INCREMENT): the next checkpoint stores them. */
  markDirty(): void {
    this.#dirty = true;
  }

  /** Called when a checkpoint has taken over all edits so far. */
  markFrozen(): void {
    this.#dirty = false;
    this.#dirtyBytes = 0;
  }

  #oldestSnapshot(sequence: number): number {
    const oldest = this.#snapshots[0];
    return oldest === undefined || oldest.holders === 0 ? sequence : oldest.sequence;
  }
}

/** Of the branch with the most edits that no checkpoint has begun to fold in. */
export function mostDirtyBytes(branches: Iterable<BranchState>): number {
  let dirtyBytes = 0;
  for (const branch of branches) dirtyBytes = Math.max(dirtyBytes, branch.dirtyBytes);
  return dirtyBytes;
}

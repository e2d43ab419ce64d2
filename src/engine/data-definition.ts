/**
 * Schema changes. Each holds the tables exclusively (metadata locks; open transactions that use them are waited for), does
 * its long work beside running statements, and then becomes visible and durable in one root change.
 */
import { EMPTY_HASH } from "../bytes/hash.ts";
import type { TableSchema } from "../tables/schema.ts";
import { writeSchema } from "../tables/schema-codec.ts";
import { sqlError } from "../values/sql-error.ts";
import { WORKING_SETS_PREFIX } from "../vcs/refs.ts";
import {
  type RootValue,
  readRootValue,
  type TableRecord,
  withTables,
  writeRootValue,
} from "../vcs/root-value.ts";
import { writeWorkingSet } from "../vcs/working-set.ts";
import type { DatabaseOptions, DatabaseRevision, DataDefinition, TableChange } from "./api.ts";
import { BRANCH_LOCK_KEY, type BranchState } from "./branch-state.ts";
import type { CairnEngine } from "./cairn-engine.ts";
import type { Database } from "./database.ts";
import { referencingKeys } from "./foreign-key-map.ts";
import { checkNewParents } from "./foreign-key-scan.ts";
import { quote } from "./foreign-key-text.ts";
import { checkForeignKeys, followParent } from "./foreign-key-validation.ts";
import {
  heavyOwner,
  LOCK_EXCLUSIVE,
  LOCK_USE,
  LOCK_WRITE,
  type LockMode,
  type WaitLimits,
} from "./lock-table.ts";
import { rebuildBranchTable } from "./rebuild-branch-table.ts";
import type { RebuiltTrees } from "./table-rebuild.ts";

/** What schema changes take from the session that asks for them. */
export interface DefinitionHost {
  readonly foreignKeyChecks: boolean;
  metadataWait(signal: AbortSignal | undefined): WaitLimits;
}

interface Target {
  readonly database: Database;
  readonly branch: BranchState;
}

/** Tables to put (or, with undefined, remove) in a root value, by name. */
type TableChanges = ReadonlyMap<string, TableRecord | undefined>;

export class EngineDataDefinition implements DataDefinition {
  readonly #engine: CairnEngine;
  readonly #host: DefinitionHost;

  constructor(engine: CairnEngine, host: DefinitionHost) {
    this.#engine = engine;
    this.#host = host;
  }

  async createDatabase(name: string, options: DatabaseOptions): Promise<void> {
    await this.#engine.createDatabase(name, options);
  }

  async alterDatabase(name: string, options: DatabaseOptions): Promise<void> {
    const database = this.#engine.mustGetDatabase(name);
    const branch = database.mustGetBranch(database.defaultBranch);
    await this.#changeRoot({ database, branch }, (root) => ({ ...root, ...options }));
  }

  async dropDatabase(name: string): Promise<void> {
    await this.#engine.dropDatabase(name);
  }

  async createTable(
    revision: DatabaseRevision,
    name: string,
    schema: TableSchema,
    autoIncrement: bigint,
  ): Promise<void> {
    const target = this.#targetOf(revision);
    const parents = schema.foreignKeys.map((key) => key.parentTable).filter((parent) => parent !== name);
    await this.#holding(target, { exclusive: [name], used: parents }, async () => {
      const record: TableRecord = {
        schema: writeSchema(target.database.chunks, schema),
        primary: EMPTY_HASH,
        indexes: schema.indexes.map(() => EMPTY_HASH),
        autoIncrement,
        nextRowId: 1,
      };
      await this.#changeTables(target, (root) => {
        if (root.tables.has(name)) throw sqlError("ER_TABLE_EXISTS_ERROR", name);
        if (this.#host.foreignKeyChecks) checkForeignKeys({ name, schema }, schemasOf(target.database, root));
        return new Map([[name, record]]);
      });
    });
  }

  async dropTables(revision: DatabaseRevision, names: readonly string[]): Promise<void> {
    const target = this.#targetOf(revision);
    await this.#holding(target, { exclusive: names }, async () => {
      await this.#changeTables(target, (root) => {
        const missing = names.filter((name) => !root.tables.has(name));
        if (missing.length > 0) {
          throw sqlError(
            "ER_BAD_TABLE_ERROR",
            missing.map((name) => `${target.database.name}.${name}`).join(","),
          );
        }
        this.#checkNoChildren(target, names);
        return new Map(names.map((name) => [name, undefined]));
      });
    });
  }

  async truncateTable(revision: DatabaseRevision, name: string): Promise<void> {
    const target = this.#targetOf(revision);
    await this.#holding(target, { exclusive: [name] }, async () => {
      await this.#changeTables(target, (root) => {
        const record = mustGetRecord(target, root, name);
        this.#checkNoReferences(target, name);
        const indexes = record.indexes.map(() => EMPTY_HASH);
        const autoIncrement = record.autoIncrement === 0n ? 0n : 1n;
        const emptied = { ...record, primary: EMPTY_HASH, indexes, autoIncrement, nextRowId: 1 };
        return new Map([[name, emptied]]);
      });
    });
  }

  async renameTables(
    revision: DatabaseRevision,
    renames: readonly { readonly from: string; readonly to: string; readonly toDatabase?: string }[],
  ): Promise<void> {
    const target = this.#targetOf(revision);
    if (renames.some(({ toDatabase }) => toDatabase !== undefined && toDatabase !== revision.databaseName)) {
      throw sqlError("ER_NOT_SUPPORTED_YET", "renaming a table into another database");
    }
    const children = renames.flatMap(({ from }) => childrenOf(target.branch, from));
    const exclusive = [...renames.flatMap(({ from, to }) => [from, to]), ...children];
    await this.#holding(target, { exclusive }, async () => {
      await this.#changeTables(target, (root) => {
        const { database } = target;
        let tables = root.tables;
        for (const { from, to } of renames) {
          const record = tables.get(from);
          if (record === undefined) throw sqlError("ER_NO_SUCH_TABLE", database.name, from);
          if (tables.has(to)) throw sqlError("ER_TABLE_EXISTS_ERROR", to);
          const moved = new Map(tables);
          moved.delete(from);
          moved.set(to, record);
          tables = followRenamed(database, moved, { from, to, columns: new Map() });
        }
        return differences(root.tables, tables);
      });
    });
  }

  async alterTable(revision: DatabaseRevision, name: string, change: TableChange): Promise<void> {
    const target = this.#targetOf(revision);
    const newName = change.newName ?? name;
    const parents = change.schema.foreignKeys.map((key) => key.parentTable);
    const locks = {
      exclusive: [...new Set([name, newName, ...childrenOf(target.branch, name)])],
      used: parents.filter((parent) => parent !== name),
    };
    await this.#holding(target, locks, async () => {
      const { database, branch } = target;
      const before = branch.generation.mustGetTable(database.name, name).state.definition;
      if (this.#host.foreignKeyChecks) {
        const known = schemasOf(database, branch.generation.root);
        checkForeignKeys({ name, schema: change.schema }, known);
      }
      const schema = writeSchema(database.chunks, change.schema);
      const checkRow = this.#host.foreignKeyChecks
        ? checkNewParents(target, { name, schema: change.schema })
        : undefined;
      const built = await rebuildBranchTable(target, name, { ...change, schemaAddress: schema, checkRow });
      await this.#changeTables(target, (root) => {
        const record = mustGetRecord(target, root, name);
        if (newName !== name && root.tables.has(newName)) throw sqlError("ER_TABLE_EXISTS_ERROR", newName);
        const moved = new Map(root.tables);
        moved.delete(name);
        moved.set(newName, toRecord(record, built, { ...change, schemaAddress: schema }));
        const columns = renamedColumns(before.schema, change.schema);
        const followed = followRenamed(database, moved, { from: name, to: newName, columns });
        return differences(root.tables, followed);
      });
    });
  }

  /** 3730: a table that others refer to goes only together with them. */
  #checkNoChildren({ branch }: Target, names: readonly string[]): void {
    if (!this.#host.foreignKeyChecks) return;
    for (const name of names) {
      const child = referencingKeys(branch.generation, name).find(
        ({ childTable }) => !names.includes(childTable),
      );
      if (child !== undefined) {
        throw sqlError("ER_FK_CANNOT_DROP_PARENT", name, child.key.name, child.childTable);
      }
    }
  }

  /** 1701 */
  #checkNoReferences({ database, branch }: Target, name: string): void {
    if (!this.#host.foreignKeyChecks) return;
    const child = referencingKeys(branch.generation, name).find(({ childTable }) => childTable !== name);
    if (child === undefined) return;
    const described = `${quote(database.name)}.${quote(child.childTable)}, CONSTRAINT ${quote(child.key.name)}`;
    throw sqlError("ER_TRUNCATE_ILLEGAL_FK", described);
  }

  #targetOf(revision: DatabaseRevision): Target {
    const database = this.#engine.mustGetDatabase(revision.databaseName);
    if (revision.readOnly || revision.root !== undefined) {
      throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "read-only revision");
    }
    return { database, branch: database.mustGetBranch(revision.branch ?? database.defaultBranch) };
  }

  /** Runs a change while holding tables exclusively, and others against schema changes. */
  async #holding(
    { database, branch }: Target,
    names: { readonly exclusive: readonly string[]; readonly used?: readonly string[] },
    task: () => Promise<void>,
  ): Promise<void> {
    const owner = heavyOwner(this.#engine.takeId());
    const lock = async (name: string, mode: LockMode): Promise<void> => {
      await branch.metadataLocks.acquire(owner, name, mode, () => this.#host.metadataWait(undefined));
    };
    try {
      await lock(BRANCH_LOCK_KEY, LOCK_WRITE);
      // In one order for all, so that two schema changes never deadlock.
      for (const name of [...new Set(names.exclusive)].sort()) await lock(name, LOCK_EXCLUSIVE);
      for (const name of [...new Set(names.used ?? [])].sort()) await lock(name, LOCK_USE);
      database.checkOpen();
      await database.storingChunks(task);
    } finally {
      owner.releaseAll();
    }
  }

  async #changeTables(target: Target, change: (root: RootValue) => TableChanges): Promise<void> {
    await this.#changeRoot(target, (root) => withTables(root, change(root)));
  }

  async #changeRoot({ database, branch }: Target, change: (root: RootValue) => RootValue): Promise<void> {
    await database.changeRoot(async (refs) => {
      const workingSet = database.readWorkingSet(refs, branch.name);
      if (workingSet === undefined) throw sqlError("ER_BAD_DB_ERROR", `${database.name}/${branch.name}`);
      const root = change(readRootValue(database.nodes, workingSet.working));
      const working = writeRootValue(database.chunks, root);
      const stored = writeWorkingSet(database.chunks, { ...workingSet, working });
      return { changes: new Map([[WORKING_SETS_PREFIX + branch.name, stored]]), result: undefined };
    });
  }
}

function mustGetRecord({ database }: Target, root: RootValue, name: string): TableRecord {
  const record = root.tables.get(name);
  if (record === undefined) throw sqlError("ER_NO_SUCH_TABLE", database.name, name);
  return record;
}

function toRecord(
  record: TableRecord,
  built: RebuiltTrees,
  change: {
    readonly schemaAddress: TableRecord["schema"];
    readonly schema: TableSchema;
    readonly autoIncrement?: bigint;
  },
): TableRecord {
  const counted = change.schema.columns.some((column) => column.autoIncrement);
  const kept = counted ? (record.autoIncrement === 0n ? 1n : record.autoIncrement) : 0n;
  return {
    schema: change.schemaAddress,
    primary: built.primary ?? record.primary,
    indexes: built.indexes.map((hash, at) =>
      hash === "unchanged" ? (record.indexes[built.oldPlaces[at] ?? 0] ?? EMPTY_HASH) : hash,
    ),
    autoIncrement: change.autoIncrement ?? kept,
    nextRowId: built.nextRowId ?? record.nextRowId,
  };
}

function schemasOf(database: Database, root: RootValue): (name: string) => TableSchema | undefined {
  return (name) => {
    const record = root.tables.get(name);
    return record === undefined ? undefined : database.loader.compile(record.schema).schema;
  };
}

/** The other tables whose foreign keys refer to `table`: their schemas follow its renames. */
function childrenOf(branch: BranchState, table: string): readonly string[] {
  return referencingKeys(branch.generation, table)
    .map(({ childTable }) => childTable)
    .filter((child) => child !== table);
}

function followRenamed(
  database: Database,
  tables: ReadonlyMap<string, TableRecord>,
  parent: { readonly from: string; readonly to: string; readonly columns: ReadonlyMap<string, string> },
): ReadonlyMap<string, TableRecord> {
  if (parent.from === parent.to && parent.columns.size === 0) return tables;
  const followed = new Map<string, TableRecord>();
  for (const [name, record] of tables) {
    const { schema } = database.loader.compile(record.schema);
    const next = followParent(schema, parent);
    followed.set(name, next === schema ? record : { ...record, schema: writeSchema(database.chunks, next) });
  }
  return followed;
}

/** Old names (lower case) of columns that have a new one. */
function renamedColumns(before: TableSchema, after: TableSchema): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const column of before.columns) {
    const next = after.columns.find(({ id }) => id === column.id);
    if (next !== undefined && next.name !== column.name) renamed.set(column.name.toLowerCase(), next.name);
  }
  return renamed;
}

function differences(
  before: ReadonlyMap<string, TableRecord>,
  after: ReadonlyMap<string, TableRecord>,
): TableChanges {
  const changes = new Map<string, TableRecord | undefined>();
  for (const name of before.keys()) if (!after.has(name)) changes.set(name, undefined);
  for (const [name, record] of after) if (before.get(name) !== record) changes.set(name, record);
  return changes;
}

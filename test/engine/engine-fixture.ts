/** Opens an engine in a temporary folder for a test, and removes everything afterwards. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  DatabaseRevision,
  TableView,
  TableWriter,
  Transaction,
  WriteOutcome,
} from "../../src/engine/api.ts";
import { CairnEngine, type CairnEngineOptions } from "../../src/engine/cairn-engine.ts";
import type { CairnSession } from "../../src/engine/cairn-session.ts";
import type { SqlTransaction } from "../../src/engine/transaction.ts";
import { emptySlot } from "../../src/prolly/tuple-cursor.ts";
import { createRowCodec } from "../../src/tables/row-codec.ts";
import type { Column, ForeignKey, IndexDefinition, TableSchema } from "../../src/tables/schema.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

export const INT: SqlType = { kind: "integer", name: "int", unsigned: false, zerofill: false };
export const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 100,
  charset: "utf8mb4",
  collation: "utf8mb4_bin",
};
export const LONG_TEXT: SqlType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_bin",
};

export function column(id: number, name: string, type: SqlType, more: Partial<Column> = {}): Column {
  return { id, name, type, nullable: true, autoIncrement: false, invisible: false, comment: "", ...more };
}

export function index(
  id: number,
  name: string,
  kind: "index" | "unique",
  columnIds: readonly number[],
): IndexDefinition {
  const parts = columnIds.map((columnId) => ({ columnId, descending: false }));
  return { id, name, kind, parts, visible: true, comment: "" };
}

export function schema(
  columns: readonly Column[],
  more: Partial<TableSchema> & { readonly key?: readonly number[] } = {},
): TableSchema {
  const { key = [1], ...rest } = more;
  return {
    columns,
    primaryKey: key.map((columnId) => ({ columnId, descending: false })),
    indexes: [],
    foreignKeys: [],
    checks: [],
    charset: "utf8mb4",
    collation: "utf8mb4_0900_ai_ci",
    engine: "InnoDB",
    comment: "",
    options: {},
    nextId: 100,
    ...rest,
  };
}

/** id INT PRIMARY KEY, a INT with an index, b VARCHAR with a unique index. */
export const PLAIN: TableSchema = schema(
  [column(1, "id", INT, { nullable: false, autoIncrement: true }), column(2, "a", INT), column(3, "b", TEXT)],
  { indexes: [index(10, "ia", "index", [2]), index(11, "ub", "unique", [3])] },
);

export function foreignKey(
  name: string,
  columnIds: readonly number[],
  parentTable: string,
  more: Partial<ForeignKey> = {},
): ForeignKey {
  return { name, columnIds, parentTable, parentColumns: ["id"], ...more };
}

export class EngineFixture {
  readonly folder: string;
  engine: CairnEngine;
  readonly #options: Partial<CairnEngineOptions>;

  private constructor(folder: string, engine: CairnEngine, options: Partial<CairnEngineOptions>) {
    this.folder = folder;
    this.engine = engine;
    this.#options = options;
  }

  /** With an empty database `db`. */
  static async open(options: Partial<CairnEngineOptions> = {}): Promise<EngineFixture> {
    const folder = await mkdtemp(join(tmpdir(), "cairn-engine-"));
    const engine = await CairnEngine.open({ dataFolder: folder, ...options });
    await engine.createDatabase("db", { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" });
    return new EngineFixture(folder, engine, options);
  }

  async reopen(how: "close" | "crash"): Promise<void> {
    await (how === "close" ? this.engine.close() : this.engine.abandon());
    this.engine = await CairnEngine.open({ dataFolder: this.folder, ...this.#options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.abandon();
    await rm(this.folder, { recursive: true, force: true });
  }

  session(): TestSession {
    return new TestSession(this.engine.createSession());
  }
}

export const DB: DatabaseRevision = { databaseName: "db", branch: "main", readOnly: false };

/** A session that awaits what has to be awaited. */
export class TestSession {
  readonly session: CairnSession;
  #transaction: SqlTransaction | undefined;
  revision: DatabaseRevision = DB;

  constructor(session: CairnSession) {
    this.session = session;
  }

  async createTable(name: string, definition: TableSchema, autoIncrement = 0n): Promise<void> {
    await this.session.dataDefinition.createTable(this.revision, name, definition, autoIncrement);
  }

  begin(): SqlTransaction {
    this.#transaction = this.session.begin();
    return this.#transaction;
  }

  async commit(): Promise<void> {
    await this.#transaction?.commit();
    this.#transaction = undefined;
  }

  rollback(): void {
    this.#transaction?.rollback();
    this.#transaction = undefined;
  }

  get transaction(): SqlTransaction | undefined {
    return this.#transaction;
  }

  /** Runs one statement in the open transaction, or in one of its own. */
  async run<T>(statement: (transaction: Transaction) => Promise<T> | T): Promise<T> {
    const own = this.#transaction === undefined;
    const transaction = this.#transaction ?? this.session.begin({ autocommit: true });
    transaction.beginStatement();
    try {
      const result = await statement(transaction);
      if (own) await transaction.commit();
      return result;
    } catch (error) {
      if (own) transaction.rollback();
      else transaction.rollbackStatement();
      throw error;
    }
  }

  async writer(transaction: Transaction, table: string, foreignKeyChecks = true): Promise<TableWriter> {
    return await transaction.openTableForWrite(this.revision, table, { foreignKeyChecks });
  }

  async insert(table: string, ...rows: (readonly Value[])[]): Promise<void> {
    await this.run(async (transaction) => {
      const writer = await this.writer(transaction, table);
      for (const row of rows) await finished(() => writer.insertRow(row));
    });
  }

  /** Sets `change` on the row with this key, as UPDATE … WHERE id = would. */
  async update(table: string, id: Value, change: (row: Value[]) => Value[]): Promise<boolean> {
    return await this.run(async (transaction) => {
      const writer = await this.writer(transaction, table);
      const found = await lockedRow(writer, id);
      if (found === undefined) return false;
      await finished(() => writer.updateRow(found.values, change([...found.values]), found.key));
      return true;
    });
  }

  async delete(table: string, id: Value): Promise<boolean> {
    return await this.run(async (transaction) => {
      const writer = await this.writer(transaction, table);
      const found = await lockedRow(writer, id);
      if (found === undefined) return false;
      await finished(() => writer.deleteRow(found.values, found.key));
      return true;
    });
  }

  async rows(table: string): Promise<Value[][]> {
    return await this.run((transaction) => allRows(transaction.openTable(this.revision, table)));
  }

  async row(table: string, id: Value): Promise<Value[] | undefined> {
    return await this.run((transaction) => rowOf(transaction.openTable(this.revision, table), id));
  }
}

export async function lockedRow(
  writer: TableWriter,
  id: Value,
): Promise<{ readonly values: Value[]; readonly key: Uint8Array } | undefined> {
  const key = createRowCodec(writer.current.schema).encodeKeyPrefix(0, [id]);
  for (;;) {
    const outcome = writer.lockRow(key, "update", "wait");
    if (outcome.kind !== "wait") break;
    await outcome.promise;
  }
  const values = rowOf(writer.current, id);
  return values === undefined ? undefined : { values, key };
}

export async function finished(operation: () => WriteOutcome): Promise<void> {
  for (;;) {
    const outcome = operation();
    if (outcome.kind === "done") return;
    if (outcome.kind === "duplicate") throw new Error(`duplicate in index ${outcome.index}`);
    await outcome.promise;
  }
}

export function allRows(view: TableView): Value[][] {
  const codec = createRowCodec(view.schema);
  const cursor = view.openCursor(0, {}, "forward");
  const rows: Value[][] = [];
  while (cursor.next()) rows.push(codec.decodeRow(cursor, (hash) => view.readBlob(hash)));
  return rows;
}

/** The primary keys (one column) that an index leads to, in its order. */
export function idsByIndex(view: TableView, indexNumber: number): Value[] {
  const codec = createRowCodec(view.schema);
  const cursor = view.openCursor(indexNumber, {}, "forward");
  const ids: Value[] = [];
  const slot = emptySlot();
  while (cursor.next()) {
    const { keyBytes, keyStart, keyEnd } = cursor;
    const key = keyBytes.slice(codec.primaryKeyStart(indexNumber, keyBytes, keyStart, keyEnd), keyEnd);
    if (!view.lookup(0, key, slot)) throw new Error("an index entry without its row");
    ids.push(codec.decodeRow(slot, (hash) => view.readBlob(hash))[0] as Value);
  }
  return ids;
}

function rowOf(view: TableView, id: Value): Value[] | undefined {
  const codec = createRowCodec(view.schema);
  const slot = emptySlot();
  if (!view.lookup(0, codec.encodeKeyPrefix(0, [id]), slot)) return undefined;
  return codec.decodeRow(slot, (hash) => view.readBlob(hash));
}

/** True when the promise has not settled after everything that is ready has run. */
export async function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

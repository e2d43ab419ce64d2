/**
 * Random concurrent transactions over lists, checked as Elle does: every append writes a value of its own, so reads of
 * lists show which transactions came before which, and cycles among them are anomalies.
 *
 * `CAIRN_HISTORY_TRANSACTIONS` sets how many transactions run (default 1,000 for all levels together), `CAIRN_SEED` the
 * random choices; which of them meet is up to the scheduler.
 */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/index.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";
import {
  findAnomalies,
  type HistoryTransaction,
  type Operation,
  type OwnAppends,
} from "./list-append-checker.ts";

const TRANSACTIONS = Number(process.env["CAIRN_HISTORY_TRANSACTIONS"] ?? 1000);
const SEED = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000);
const CLIENTS = 10;
/** Few, so that transactions meet; new ones come in as old ones fill up. */
const ACTIVE_KEYS = 6;
const APPENDS_PER_KEY = 40;
const OPERATIONS_MAX = 5;
const ROLLBACK_PROBABILITY = 0.05;

type Table = "text" | "rows";

interface Workload {
  readonly level: string;
  /** A list is one row with a growing text, or a row per value (found by range, so phantoms count). */
  readonly table: Table;
  /** Reads lock: FOR SHARE, or FOR UPDATE by turns. */
  readonly lockingReads: boolean;
  readonly allowed: readonly string[];
  readonly own?: OwnAppends;
}

/** What a level lets happen. G-single (read skew) and G2 (write skew) are what snapshots and later levels exclude. */
const WORKLOADS: readonly Workload[] = [
  { level: "READ UNCOMMITTED", table: "text", lockingReads: false, allowed: ["G-single", "G2"] },
  { level: "READ COMMITTED", table: "text", lockingReads: false, allowed: ["G-single", "G2"] },
  { level: "READ COMMITTED", table: "rows", lockingReads: false, allowed: ["G-single", "G2"] },
  // Writes see the newest rows although reads see the snapshot, as InnoDB defines the level: a transaction that read a
  // list and then appends to it may have others in between.
  { level: "REPEATABLE READ", table: "text", lockingReads: false, allowed: ["G-single", "G2"] },
  // Rows of its own show over the snapshot, without those that others have put before them.
  {
    level: "REPEATABLE READ",
    table: "rows",
    lockingReads: false,
    allowed: ["G-single", "G2"],
    own: "after the snapshot",
  },
  { level: "REPEATABLE READ", table: "text", lockingReads: true, allowed: [] },
  { level: "REPEATABLE READ", table: "rows", lockingReads: true, allowed: [] },
  { level: "SERIALIZABLE", table: "text", lockingReads: false, allowed: [] },
  { level: "SERIALIZABLE", table: "rows", lockingReads: false, allowed: [] },
];

const folder = new TemporaryFolder();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, port: 0, logLevel: "error" });
});

afterAll(async () => {
  await server.close();
  folder[Symbol.dispose]();
});

async function connect(): Promise<Connection> {
  const { host, port } = server;
  return await createConnection({ host, port, user: "root", multipleStatements: true });
}

async function prepareDatabase(): Promise<void> {
  const connection = await connect();
  await connection.query("DROP DATABASE IF EXISTS history");
  await connection.query("CREATE DATABASE history");
  await connection.query("CREATE TABLE history.lists (k INT PRIMARY KEY, list TEXT NOT NULL)");
  await connection.query(
    "CREATE TABLE history.appends (id BIGINT PRIMARY KEY AUTO_INCREMENT, k INT NOT NULL, v INT NOT NULL, KEY (k, id))",
  );
  await connection.end();
}

class Shared {
  #value = 0;
  #appends = 0;
  started = 0;

  nextValue(): number {
    return ++this.#value;
  }

  key(random: () => number): number {
    return (
      Math.floor(this.#appends / (ACTIVE_KEYS * APPENDS_PER_KEY)) * ACTIVE_KEYS +
      Math.floor(random() * ACTIVE_KEYS)
    );
  }

  noteAppend(): void {
    this.#appends++;
  }
}

async function append(connection: Connection, table: Table, key: number, value: number): Promise<void> {
  if (table === "text") {
    await connection.query(
      "INSERT INTO lists VALUES (?, ?) ON DUPLICATE KEY UPDATE list = CONCAT(list, ',', ?)",
      [key, String(value), value],
    );
  } else {
    // The lock on the list's own row puts appends of one list in the order of their ids.
    await connection.query("INSERT INTO lists VALUES (?, '') ON DUPLICATE KEY UPDATE list = list", [key]);
    await connection.query("SELECT k FROM lists WHERE k = ? FOR UPDATE", [key]);
    await connection.query("INSERT INTO appends (k, v) VALUES (?, ?)", [key, value]);
  }
}

async function read(
  connection: Connection,
  table: Table,
  key: number,
  lock: string,
): Promise<readonly number[]> {
  if (table === "text") {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT list FROM lists WHERE k = ?${lock}`, [
      key,
    ]);
    const list = rows[0]?.["list"];
    return typeof list === "string" && list !== "" ? list.split(",").map(Number) : [];
  }
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT v FROM appends WHERE k = ? ORDER BY id${lock}`,
    [key],
  );
  return rows.map((row) => Number(row["v"]));
}

async function runTransaction(
  connection: Connection,
  workload: Workload,
  shared: Shared,
  random: () => number,
): Promise<HistoryTransaction> {
  const operations: Operation[] = [];
  const { table, lockingReads } = workload;
  try {
    await connection.query("BEGIN");
    const count = 1 + Math.floor(random() * OPERATIONS_MAX);
    for (let i = 0; i < count; i++) {
      const key = shared.key(random);
      if (random() < 0.5) {
        const value = shared.nextValue();
        operations.push({ kind: "append", key, value });
        await append(connection, table, key, value);
        shared.noteAppend();
      } else {
        const lock = lockingReads ? (random() < 0.5 ? " FOR SHARE" : " FOR UPDATE") : "";
        operations.push({ kind: "read", key, list: await read(connection, table, key, lock) });
      }
    }
    if (random() < ROLLBACK_PROBABILITY) {
      await connection.query("ROLLBACK");
      return { operations, committed: false };
    }
    await connection.query("COMMIT");
    return { operations, committed: true };
  } catch (error) {
    const errno = typeof error === "object" && error !== null && "errno" in error ? error.errno : 0;
    if (errno !== 1213 && errno !== 1205) throw error;
    await connection.query("ROLLBACK");
    return { operations, committed: false };
  }
}

async function runWorkload(workload: Workload, count: number, seed: number): Promise<HistoryTransaction[]> {
  await prepareDatabase();
  const shared = new Shared();
  const history: HistoryTransaction[] = [];
  const clients = Array.from({ length: CLIENTS }, async (_, client) => {
    const random = seededRandom(seed * 1000 + client);
    const connection = await connect();
    await connection.query("USE history");
    await connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${workload.level}`);
    while (shared.started < count) {
      shared.started++;
      history.push(await runTransaction(connection, workload, shared, random));
    }
    // What is there in the end: an append that nobody read must not be lost either.
    await connection.end();
  });
  await Promise.all(clients);
  history.push(await readAll(workload, history));
  return history;
}

async function readAll(
  workload: Workload,
  history: readonly HistoryTransaction[],
): Promise<HistoryTransaction> {
  const connection = await connect();
  await connection.query("USE history");
  const keys = new Set(history.flatMap(({ operations }) => operations.map(({ key }) => key)));
  const operations: Operation[] = [];
  for (const key of keys) {
    operations.push({ kind: "read", key, list: await read(connection, workload.table, key, "") });
  }
  await connection.end();
  return { operations, committed: true };
}

describe(`histories of concurrent transactions (seed ${SEED})`, () => {
  for (const [at, workload] of WORKLOADS.entries()) {
    const { level, table, lockingReads, allowed, own = "in place" } = workload;
    const reads = lockingReads ? "locking reads" : "plain reads";
    test(`${level}, lists as ${table}, ${reads}`, { timeout: 60_000 + TRANSACTIONS * 60 }, async () => {
      const history = await runWorkload(workload, Math.ceil(TRANSACTIONS / WORKLOADS.length), SEED + at);
      const anomalies = findAnomalies(history, own).filter(({ kind }) => !allowed.includes(kind));
      expect(anomalies.slice(0, 3)).toEqual([]);
      expect(history.filter(({ committed }) => committed).length).toBeGreaterThan(history.length / 4);
    });
  }
});

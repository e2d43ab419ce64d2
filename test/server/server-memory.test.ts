/**
 * What the process of the built server holds under a mixed load on more data than its caches take: the caches it was given
 * and 300 MB. A short watch over what `npm run bench:memory` measures for as long as one likes.
 */
import { existsSync, readFileSync } from "node:fs";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { BuiltServer } from "../support/built-server.ts";
import { seededRandom } from "../support/seeded-random.ts";

const CACHE_NODES = 16 * 1024 * 1024;
const CACHE_CHUNKS = 8 * 1024 * 1024;
const ALLOWED_BESIDES = 300e6;

const ROWS = 32_000;
const ROWS_PER_INSERT = 200;
const CLIENTS = 4;
/** Of each client. */
const TRANSACTIONS = 100;
const SEED = 4711;

const hasProcessFiles = existsSync("/proc/self/status");
if (!hasProcessFiles) console.log("skipped: what a process holds is not in /proc here");

/** A line of /proc/…/status, in bytes. */
function statusBytes(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? Number.NaN) * 1024;
}

/** 1 KB that do not compress to nothing. */
function rowText(id: number, version: number): string {
  return Array.from({ length: 50 }, (_, at) =>
    String((id * 2654435761 + version * 40503 + at * 97) % 4294967296).padStart(20, "."),
  ).join("");
}

async function fill(connection: Connection, client: number): Promise<void> {
  const share = ROWS / CLIENTS;
  for (let first = client * share; first < (client + 1) * share; first += ROWS_PER_INSERT) {
    const count = Math.min(ROWS_PER_INSERT, (client + 1) * share - first);
    const rows = Array.from({ length: count }, (_, at) => [
      first + at,
      (first + at) % 4000,
      rowText(first + at, 0),
    ]);
    await connection.query("INSERT INTO t VALUES ?", [rows]);
  }
}

/** As sysbench's read_write: reads of points and ranges, updates, a row that goes and comes again. */
async function work(connection: Connection, client: number): Promise<void> {
  const random = seededRandom(SEED + client);
  for (let round = 0; round < TRANSACTIONS; round++) {
    const id = Math.floor(random() * ROWS);
    await connection.query("BEGIN");
    for (let point = 0; point < 5; point++)
      await connection.execute("SELECT v FROM t WHERE id = ?", [Math.floor(random() * ROWS)]);
    await connection.execute("SELECT COUNT(*), MAX(v) FROM t WHERE id BETWEEN ? AND ?", [id, id + 20]);
    await connection.execute("SELECT DISTINCT v FROM t WHERE k = ? ORDER BY v", [id % 4000]);
    // One row in each transaction: clients wait for each other, but never in a circle.
    await connection.execute("UPDATE t SET k = k + 1, v = ? WHERE id = ?", [rowText(id, round), id]);
    await connection.query("COMMIT");
    await connection.query("BEGIN");
    const [deleted] = await connection.execute<RowDataPacket[]>("SELECT * FROM t WHERE id = ? FOR UPDATE", [
      id,
    ]);
    await connection.execute("DELETE FROM t WHERE id = ?", [id]);
    const { k, v } = deleted[0] as RowDataPacket;
    await connection.execute("INSERT INTO t VALUES (?, ?, ?)", [id, k, v]);
    await connection.query("COMMIT");
  }
}

test.skipIf(!hasProcessFiles)(
  "the server holds no more than its caches and 300 MB",
  async () => {
    await using server = await BuiltServer.start([
      "--cache-nodes",
      String(CACHE_NODES),
      "--cache-chunks",
      String(CACHE_CHUNKS),
    ]);
    const setup = await server.connect();
    await setup.query("CREATE DATABASE d");
    await setup.query("USE d; CREATE TABLE t (id INT PRIMARY KEY, k INT NOT NULL, v VARCHAR(2000), KEY (k))");
    const connections = await Promise.all(Array.from({ length: CLIENTS }, () => server.connect("d")));
    try {
      await Promise.all(connections.map(fill));
      await Promise.all(connections.map(work));
      const [counted] = await setup.query<RowDataPacket[]>("SELECT COUNT(*) n, SUM(LENGTH(v)) bytes FROM t");
      expect(counted).toEqual([{ n: ROWS, bytes: String(ROWS * 1000) }]);
      expect(statusBytes(server.pid, "VmHWM")).toBeLessThan(CACHE_NODES + CACHE_CHUNKS + ALLOWED_BESIDES);
    } finally {
      await Promise.all([setup, ...connections].map((connection) => connection.end()));
    }
  },
  120_000,
);

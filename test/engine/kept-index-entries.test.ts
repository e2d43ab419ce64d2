/** An UPDATE that leaves an indexed column alone keeps the row's index entry, whatever else happened to the row meanwhile. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/index.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let server: RunningServer;

beforeEach(async () => {
  folder = new TemporaryFolder();
  server = await startServer({ dataDir: folder.path, port: 0, logLevel: "error", host: "127.0.0.1" });
  const connection = await connect();
  await connection.query("CREATE DATABASE d");
  await connection.query("CREATE TABLE d.t (id INT PRIMARY KEY, k INT, v INT, KEY (k))");
  await connection.query("INSERT INTO d.t VALUES (1, 10, 0), (2, 20, 0), (3, 30, 0)");
  await connection.end();
});

afterEach(async () => {
  await server.close();
  folder[Symbol.dispose]();
});

async function connect(): Promise<Connection> {
  const { host, port } = server;
  return await createConnection({ host, port, user: "root" });
}

async function byIndex(connection: Connection): Promise<readonly (readonly number[])[]> {
  const [rows] = await connection.query<RowDataPacket[][]>({
    sql: "SELECT id, k, v FROM d.t FORCE INDEX (k) WHERE k > 0 ORDER BY k",
    rowsAsArray: true,
  });
  return rows.map((row) => row.map(Number));
}

/** A transaction that has its snapshot, `meanwhile` by somebody else, then the transaction's own UPDATE. */
async function interleave(meanwhile: string, update: string): Promise<{ seen: unknown; committed: unknown }> {
  const ours = await connect();
  const others = await connect();
  await ours.query("BEGIN");
  await ours.query("SELECT * FROM d.t");
  await others.query("USE d");
  await others.query(meanwhile);
  await ours.query(update);
  const seen = await byIndex(ours);
  await ours.query("COMMIT");
  const committed = await byIndex(others);
  const [problems] = await others.query<RowDataPacket[][]>("CALL dolt_fsck()");
  expect(problems[0]).toEqual([]);
  await ours.end();
  await others.end();
  return { seen, committed };
}

test("after somebody else changed another column", async () => {
  const both = await interleave("UPDATE d.t SET v = 5 WHERE id = 2", "UPDATE d.t SET v = v + 1 WHERE id = 2");
  const rows = [
    [1, 10, 0],
    [2, 20, 6],
    [3, 30, 0],
  ];
  expect(both).toEqual({ seen: rows, committed: rows });
});

test("after somebody else changed the indexed column", async () => {
  const both = await interleave(
    "UPDATE d.t SET k = 25 WHERE id = 2",
    "UPDATE d.t SET v = v + 1 WHERE id = 2",
  );
  const rows = [
    [1, 10, 0],
    [2, 25, 1],
    [3, 30, 0],
  ];
  expect(both).toEqual({ seen: rows, committed: rows });
});

test("when the indexed column goes back to what the snapshot shows", async () => {
  const both = await interleave("UPDATE d.t SET k = 25 WHERE id = 2", "UPDATE d.t SET k = 20 WHERE id = 2");
  const rows = [
    [1, 10, 0],
    [2, 20, 0],
    [3, 30, 0],
  ];
  expect(both).toEqual({ seen: rows, committed: rows });
});

test("after a checkpoint between the snapshot and the update", async () => {
  const both = await interleave("SELECT * FROM dolt_status", "UPDATE d.t SET v = 1");
  const rows = [
    [1, 10, 1],
    [2, 20, 1],
    [3, 30, 1],
  ];
  expect(both).toEqual({ seen: rows, committed: rows });
});

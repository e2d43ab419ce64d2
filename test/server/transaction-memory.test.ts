/** What open transactions may hold in memory, as clients see it. */
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { type RunningServer, startServer } from "../../src/index.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const TRANSACTION_TOO_LARGE = 1197;
const LIMIT = 2 * 1024 * 1024;
/** An edit takes 650 bytes and those of the row: so many rows are over 1 MiB, half of them are not. */
const MANY = 1800;
const TOO_MANY = 4000;

let folder: TemporaryFolder;
let server: RunningServer;
let one: Connection;
let other: Connection;

async function connect(database?: string): Promise<Connection> {
  const { host, port } = server;
  return await createConnection({
    host,
    port,
    user: "root",
    ...(database === undefined ? {} : { database }),
  });
}

beforeAll(async () => {
  folder = new TemporaryFolder();
  server = await startServer({ dataDir: folder.path, port: 0, host: "127.0.0.1", logger: silentLogger });
  one = await connect();
  await one.query("CREATE DATABASE d");
  await one.query("USE d");
  other = await connect("d");
  await one.query("CREATE TABLE numbers (n INT PRIMARY KEY)");
  await one.query(`INSERT INTO numbers VALUES ${Array.from({ length: 8000 }, (_, n) => `(${n})`).join()}`);
  await one.query(`SET GLOBAL max_binlog_cache_size = ${LIMIT}`);
});

afterAll(async () => {
  await one.end();
  await other.end();
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

beforeEach(async () => {
  await one.query("DROP TABLE IF EXISTS t");
  await one.query("CREATE TABLE t (id INT PRIMARY KEY, v INT)");
});

const insertRows = (from: number, count: number): string =>
  `INSERT INTO t SELECT n, 0 FROM numbers WHERE n >= ${from} AND n < ${from + count}`;

async function errnoOf(promise: Promise<unknown>): Promise<number | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return (error as { readonly errno?: number }).errno;
  }
}

async function sums(connection: Connection): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT COUNT(*) n, CAST(SUM(v) AS SIGNED) v FROM t",
  );
  return rows[0];
}

test("a statement that makes its transaction too large fails with 1197, and all else of the transaction remains", async () => {
  await one.query("BEGIN");
  await one.query(insertRows(0, 10));
  expect(await errnoOf(one.query(insertRows(10, TOO_MANY)))).toBe(TRANSACTION_TOO_LARGE);
  expect(await sums(one)).toEqual({ n: 10, v: 0 });
  await one.query(insertRows(10, 10));
  await one.query("COMMIT");
  expect(await sums(other)).toEqual({ n: 20, v: 0 });
});

test.each([
  ["INSERT", `INSERT INTO t SELECT n + 10000, 0 FROM numbers`, { n: 13_000, v: 0 }],
  ["UPDATE", "UPDATE t SET v = v + 1", { n: 5000, v: 5000 }],
  ["DELETE", "DELETE FROM t", { n: 0, v: null }],
])(
  "%s of too many rows changes nothing, and is done where the limit allows it",
  async (_, statement, after) => {
    for (let from = 0; from < 5000; from += 1000) await one.query(insertRows(from, 1000));
    expect(await errnoOf(one.query(statement))).toBe(TRANSACTION_TOO_LARGE);
    expect(await sums(one)).toEqual({ n: 5000, v: 0 });
    await one.query(`SET GLOBAL max_binlog_cache_size = ${8 * LIMIT}`);
    try {
      await one.query(statement);
    } finally {
      await one.query(`SET GLOBAL max_binlog_cache_size = ${LIMIT}`);
    }
    expect(await sums(other)).toEqual(after);
  },
);

test("beside a transaction that holds everything others may have a little, and all when it has ended", async () => {
  await one.query("BEGIN");
  await one.query(insertRows(0, MANY));
  await other.query("BEGIN");
  await other.query(insertRows(4000, MANY / 2));
  expect(await errnoOf(other.query(insertRows(6000, MANY)))).toBe(TRANSACTION_TOO_LARGE);
  await one.query("ROLLBACK");
  await other.query(insertRows(6000, MANY / 2));
  await other.query("COMMIT");
  expect(await sums(one)).toEqual({ n: MANY, v: 0 });
});

test("what is rolled back to a savepoint, and what is committed, does not count any more", async () => {
  await one.query("BEGIN");
  for (let round = 0; round < 4; round++) {
    await one.query("SAVEPOINT s");
    await one.query(insertRows(0, MANY));
    await one.query("ROLLBACK TO s");
  }
  await one.query(insertRows(0, MANY));
  await one.query("COMMIT");
  await one.query(insertRows(4000, MANY));
  expect(await sums(one)).toEqual({ n: 2 * MANY, v: 0 });
});

test("changing one row again and again counts each change, for each can be rolled back", async () => {
  await one.query("INSERT INTO t VALUES (1, 0)");
  await one.query("CREATE TABLE IF NOT EXISTS long_values (id INT PRIMARY KEY, v LONGTEXT)");
  await one.query("INSERT INTO long_values VALUES (1, '')");
  await one.query("BEGIN");
  let errno: number | undefined;
  let rounds = 0;
  for (; errno === undefined && rounds < 20; rounds++) {
    errno = await errnoOf(one.query("UPDATE long_values SET v = REPEAT(CHAR(65 + ?), 300000)", [rounds]));
  }
  expect([errno, rounds]).toEqual([TRANSACTION_TOO_LARGE, 8]);
  await one.query("ROLLBACK");
  await one.query("DROP TABLE long_values");
});

test("the limit is a global variable that nobody can set beyond what a log segment can hold", async () => {
  await one.query("SET GLOBAL max_binlog_cache_size = 18446744073709547520");
  const [warnings] = await one.query<RowDataPacket[]>("SHOW WARNINGS");
  expect(warnings.map(({ Code }) => Code)).toEqual([1292]);
  const [rows] = await one.query<RowDataPacket[]>("SELECT @@max_binlog_cache_size bytes");
  expect(rows).toEqual([{ bytes: 1024 ** 3 }]);
  expect(await errnoOf(one.query("SET SESSION max_binlog_cache_size = 4096"))).toBe(1229);
  await one.query(`SET GLOBAL max_binlog_cache_size = ${LIMIT}`);
});

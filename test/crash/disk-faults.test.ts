/**
 * A server whose disk is full or broken: statements get MySQL's errors, reads go on, nothing acknowledged is lost, and
 * writes go on when there is room again. And a folder belongs to one server at a time (that a dead one's lock is taken
 * over, kill-server.test.ts shows).
 */
import path from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { type RunningServer, startServer } from "../../src/index.ts";
import { FailingFileSystem } from "../support/failing-file-system.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const DISK_FULL = 1114;
const IO_ERROR = 1030;

async function start(folder: TemporaryFolder, files: FailingFileSystem): Promise<RunningServer> {
  return await startServer({ dataDir: folder.path, port: 0, logLevel: "error", files });
}

async function connect({ host, port }: RunningServer): Promise<Connection> {
  return await createConnection({ host, port, user: "root" });
}

async function prepare(connection: Connection): Promise<void> {
  await connection.query("CREATE DATABASE d");
  await connection.query("USE d");
  await connection.query("CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200), KEY (v))");
  await connection.query("INSERT INTO t VALUES (1, 'one'), (2, 'two')");
}

async function ids(connection: Connection): Promise<number[]> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT id FROM t ORDER BY id");
  return rows.map((row) => Number(row["id"]));
}

async function errnoOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return typeof error === "object" && error !== null && "errno" in error ? error.errno : error;
  }
}

async function expectSound(connection: Connection): Promise<void> {
  const [problems] = await connection.query<RowDataPacket[][]>("CALL dolt_fsck()");
  expect(problems[0]).toEqual([]);
}

test("answers a full disk with an error, goes on reading, and writes when there is room", async () => {
  using folder = new TemporaryFolder();
  const files = new FailingFileSystem();
  await using server = await start(folder, files);
  const connection = await connect(server);
  await prepare(connection);
  files.fault = (operation, where) =>
    operation === "write" && where.includes(`${path.sep}d${path.sep}`) ? "disk_full" : undefined;
  expect(await errnoOf(connection.query("INSERT INTO t VALUES (3, 'three')"))).toBe(DISK_FULL);
  expect(await errnoOf(connection.query("CREATE TABLE u (a INT)"))).toBe(DISK_FULL);
  expect(await errnoOf(connection.query("ALTER TABLE t ADD COLUMN w INT, ADD KEY (w)"))).toBe(DISK_FULL);
  expect(await errnoOf(connection.query("CALL dolt_commit('-Am', 'no room')"))).toBe(DISK_FULL);
  expect(await ids(connection)).toEqual([1, 2]);
  await connection.query("BEGIN");
  await connection.query("UPDATE t SET v = 'changed' WHERE id = 1");
  expect(await errnoOf(connection.query("COMMIT"))).toBe(DISK_FULL);
  const [unchanged] = await connection.query<RowDataPacket[]>("SELECT v FROM t WHERE id = 1");
  expect(unchanged).toEqual([{ v: "one" }]);

  files.fault = () => undefined;
  await connection.query("INSERT INTO t VALUES (4, 'four')");
  await connection.query("CREATE TABLE u (a INT)");
  await connection.query("ALTER TABLE t ADD COLUMN w INT, ADD KEY (w)");
  await connection.query("CALL dolt_commit('-Am', 'room')");
  expect(await ids(connection)).toEqual([1, 2, 4]);
  await expectSound(connection);
  await connection.end();
});

test.each(["sync", "write"] as const)(
  "goes on reading after a failed %s of the log, refuses writes, and takes them again when the disk is well",
  async (failing) => {
    using folder = new TemporaryFolder();
    const files = new FailingFileSystem();
    {
      await using server = await start(folder, files);
      const connection = await connect(server);
      await prepare(connection);
      files.fault = (operation, where) =>
        operation === failing && where.includes(`${path.sep}wal${path.sep}`) ? "io_failed" : undefined;
      expect(await errnoOf(connection.query("INSERT INTO t VALUES (3, 'three')"))).toBe(IO_ERROR);
      // What the disk holds is unknown, so nothing more is promised to it.
      expect(await errnoOf(connection.query("INSERT INTO t VALUES (4, 'four')"))).toBe(IO_ERROR);
      expect(await ids(connection)).toEqual([1, 2]);
      await connection.query("CREATE DATABASE other");
      await connection.query("CREATE TABLE other.t (a INT)");
      files.fault = () => undefined;
      await connection.query("INSERT INTO other.t VALUES (1)");
      for (let attempts = 0; ; attempts++) {
        const errno = await errnoOf(connection.query("INSERT INTO t VALUES (5, 'five')"));
        if (errno === undefined) break;
        expect(errno).toBe(IO_ERROR);
        expect(attempts).toBeLessThan(1000);
        await systemClock.sleep(20);
      }
      expect(await ids(connection)).toEqual([1, 2, 5]);
      await connection.end();
    }
    await using again = await start(folder, files);
    const connection = await connect(again);
    await connection.query("USE d");
    expect(await ids(connection)).toEqual([1, 2, 5]);
    await expectSound(connection);
    await connection.end();
  },
);

test.each([
  ["sync", "io_failed", IO_ERROR],
  ["write", "io_failed", IO_ERROR],
  ["sync", "disk_full", DISK_FULL],
] as const)(
  "goes on reading after a failed %s (%s) of the chunk journal, refuses writes, and takes them again when the disk is well",
  async (failing, code, errno) => {
    using folder = new TemporaryFolder();
    const files = new FailingFileSystem();
    {
      await using server = await start(folder, files);
      const connection = await connect(server);
      await prepare(connection);
      await connection.query("CREATE DATABASE other");
      files.fault = (operation, where) =>
        operation === failing && where.includes(`${path.sep}d${path.sep}journal-`) ? code : undefined;
      expect(await errnoOf(connection.query("ALTER TABLE t ADD COLUMN w INT"))).toBe(errno);
      // Whether the new schema is on the disk is unknown: no row may be logged for the old one.
      expect(await errnoOf(connection.query("INSERT INTO t VALUES (3, 'three')"))).toBe(errno);
      expect(await errnoOf(connection.query("CALL dolt_commit('-Am', 'refused')"))).toBe(errno);
      expect(await ids(connection)).toEqual([1, 2]);
      await connection.query("CREATE TABLE other.t (a INT)");
      await connection.query("INSERT INTO other.t VALUES (1)");
      files.fault = () => undefined;
      for (let attempts = 0; ; attempts++) {
        const refused = await errnoOf(connection.query("INSERT INTO t VALUES (5, 'five')"));
        if (refused === undefined) break;
        expect(refused).toBe(errno);
        expect(attempts).toBeLessThan(1000);
        await systemClock.sleep(20);
      }
      await connection.query("ALTER TABLE t ADD COLUMN x INT");
      await connection.query("CALL dolt_commit('-Am', 'taken')");
      expect(await ids(connection)).toEqual([1, 2, 5]);
      await expectSound(connection);
      await connection.end();
    }
    await using again = await start(folder, files);
    const connection = await connect(again);
    await connection.query("USE d");
    const [rows] = await connection.query<RowDataPacket[]>("SELECT * FROM t WHERE id = 5");
    expect(rows).toEqual([{ id: 5, v: "five", x: null }]);
    await expectSound(connection);
    await connection.end();
  },
);

test("a commit that follows on a failed one has what was written in between", async () => {
  using folder = new TemporaryFolder();
  const files = new FailingFileSystem();
  await using server = await start(folder, files);
  const connection = await connect(server);
  await prepare(connection);
  files.fault = (operation, where) =>
    operation === "write" && where.includes(`${path.sep}journal-`) ? "disk_full" : undefined;
  expect(await errnoOf(connection.query("CALL dolt_commit('-Am', 'no room')"))).toBe(DISK_FULL);
  await connection.query("INSERT INTO t VALUES (3, 'in between')");
  files.fault = () => undefined;
  await connection.query("CALL dolt_commit('-Am', 'room')");
  const [committed] = await connection.query<RowDataPacket[]>("SELECT id FROM t AS OF 'HEAD' ORDER BY id");
  expect(committed.map(({ id }) => Number(id))).toEqual([1, 2, 3]);
  expect((await connection.query("SELECT * FROM dolt_status"))[0]).toEqual([]);
  await connection.query("ALTER TABLE t ADD COLUMN w INT");
  await expectSound(connection);
  await connection.end();
});

test("a database whose log stayed broken has everything that was answered when started again", async () => {
  using folder = new TemporaryFolder();
  const files = new FailingFileSystem();
  {
    await using server = await start(folder, files);
    const connection = await connect(server);
    await prepare(connection);
    files.fault = (operation, where) =>
      operation === "sync" && where.includes(`${path.sep}wal${path.sep}`) ? "io_failed" : undefined;
    expect(await errnoOf(connection.query("INSERT INTO t VALUES (3, 'three')"))).toBe(IO_ERROR);
    expect(await errnoOf(connection.query("INSERT INTO t VALUES (4, 'four')"))).toBe(IO_ERROR);
    await connection.end();
  }
  files.fault = () => undefined;
  await using again = await start(folder, files);
  const connection = await connect(again);
  await connection.query("USE d");
  const found = await ids(connection);
  expect(found.slice(0, 2)).toEqual([1, 2]);
  // The failed one may have reached the disk or not; the refused one must not be there.
  expect(found).not.toContain(4);
  await connection.query("INSERT INTO t VALUES (5, 'five')");
  await expectSound(connection);
  await connection.end();
});

test("answers a chunk that cannot be read with an error, for that statement only", async () => {
  using folder = new TemporaryFolder();
  const files = new FailingFileSystem();
  {
    await using server = await start(folder, files);
    const connection = await connect(server);
    await prepare(connection);
    const rows = Array.from({ length: 3000 }, (_, at) => `(${at + 10}, '${"x".repeat(150)}${at}')`);
    await connection.query(`INSERT INTO t VALUES ${rows.join(",")}`);
    await connection.end();
  }
  await using server = await start(folder, files);
  const connection = await connect(server);
  await connection.query("USE d");
  files.fault = (operation) => (operation === "read" ? "io_failed" : undefined);
  expect(await errnoOf(connection.query("SELECT SUM(LENGTH(v)) FROM t"))).toBe(IO_ERROR);
  files.fault = () => undefined;
  const [sum] = await connection.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM t WHERE LENGTH(v) > 2");
  expect(sum).toEqual([{ n: 3002 }]);
  await connection.end();
});

test("refuses a folder that another server has open, and names it", async () => {
  using folder = new TemporaryFolder();
  await using server = await start(folder, new FailingFileSystem());
  await expect(startServer({ dataDir: folder.path, port: 0, logLevel: "error" })).rejects.toMatchObject({
    code: "locked",
  });
  const connection = await connect(server);
  await connection.query("SELECT 1");
  await connection.end();
});

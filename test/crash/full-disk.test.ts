/**
 * The built server on a file system that is really full: statements are refused with an error and the connection lives, reads
 * go on, writes go on by themselves when there is room, and a kill at any of these moments loses nothing acknowledged.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { BuiltServer } from "../support/built-server.ts";
import { SmallDisk } from "../support/small-disk.ts";

const SIZE_MIB = 48;
const ROW_BYTES = 60_000;
const DISK_FULL = 1114;
const DISK_ERRORS = [DISK_FULL, 1030];

const folder = mkdtempSync(path.join(tmpdir(), "cairn-full-"));
const mounted = SmallDisk.mount(path.join(folder, "data"), SIZE_MIB);
if (typeof mounted === "string") console.log(`no test on a full disk: ${mounted}`);

let server: BuiltServer;
beforeAll(async () => {
  if (typeof mounted !== "string") server = await BuiltServer.startIn(folder);
});
afterAll(async () => {
  if (typeof mounted === "string") return;
  await server.end("SIGKILL");
  mounted.unmount();
  await server[Symbol.asyncDispose]();
});

/** Acknowledged rows: id → digest of the value. */
const acknowledged = new Map<number, string>();
let nextId = 1;

async function errnoOf(work: Promise<unknown>): Promise<number | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { errno } = error as { readonly errno?: unknown };
    if (typeof errno !== "number") throw error;
    return errno;
  }
}

async function insert(connection: Connection): Promise<number | undefined> {
  const id = nextId++;
  const value = randomBytes(ROW_BYTES);
  const errno = await errnoOf(connection.query("INSERT INTO t VALUES (?, ?)", [id, value]));
  if (errno === undefined) acknowledged.set(id, createHash("md5").update(value).digest("hex"));
  return errno;
}

async function fill(connection: Connection): Promise<void> {
  const refusals: number[] = [];
  while (refusals.length < 5) {
    const errno = await insert(connection);
    if (errno !== undefined) refusals.push(errno);
    // Nothing is freed without bounds by checkpoints: sooner or later it is full for good.
    else refusals.length = 0;
    expect(nextId).toBeLessThan((10 * SIZE_MIB * 1_048_576) / ROW_BYTES);
  }
  for (const errno of refusals) expect(DISK_ERRORS).toContain(errno);
  expect(refusals).toContain(DISK_FULL);
}

async function expectAll(connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT id, MD5(v) AS digest FROM t ORDER BY id");
  expect(rows.map(({ id, digest }) => [id, digest])).toEqual([...acknowledged]);
}

async function untilWritable(connection: Connection): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const errno = await insert(connection);
    if (errno === undefined) return;
    expect(DISK_ERRORS).toContain(errno);
    expect(attempt).toBeLessThan(400);
    await systemClock.sleep(100);
  }
}

test.skipIf(typeof mounted === "string")(
  "a server on a full disk reads, refuses, recovers when there is room, and loses nothing",
  async () => {
    const disk = mounted as SmallDisk;
    let connection = await server.connect();
    await connection.query("CREATE DATABASE d");
    await connection.query("USE d");
    await connection.query("CREATE TABLE t (id INT PRIMARY KEY, v MEDIUMBLOB)");
    await connection.query("CREATE TABLE small (a INT PRIMARY KEY)");
    await connection.query("INSERT INTO small VALUES (1)");
    await fill(connection);

    await expectAll(connection);
    expect((await connection.query("SELECT a FROM small"))[0]).toEqual([{ a: 1 }]);
    await connection.query("BEGIN");
    await connection.query("UPDATE t SET v = REPEAT('y', 70000) WHERE id <= 20");
    expect(DISK_ERRORS).toContain(await errnoOf(connection.query("COMMIT")));
    await expectAll(connection);

    // Killed while it is full, it starts and reads all the same.
    connection.destroy();
    await server.end("SIGKILL");
    await server.start();
    connection = await server.connect("d");
    await expectAll(connection);
    await fill(connection);

    disk.grow(80);
    await untilWritable(connection);
    await connection.query("INSERT INTO small VALUES (2)");
    await connection.query("CREATE TABLE more (a INT)");
    await expectAll(connection);
    await connection.query("CALL dolt_commit('-Am', 'there is room again')");

    // What is dropped makes room, too. (To be dropped, what was committed is folded into the trees first: that needs room.)
    await fill(connection);
    disk.grow(160);
    await untilDone(connection, "DROP TABLE more");
    await untilDone(connection, "DELETE FROM t WHERE id % 2 = 0");
    for (const id of [...acknowledged.keys()]) if (id % 2 === 0) acknowledged.delete(id);
    await untilDone(connection, "CALL dolt_gc('--full')");
    await untilWritable(connection);

    connection.destroy();
    await server.end("SIGKILL");
    await server.start();
    connection = await server.connect("d");
    await expectAll(connection);
    expect((await connection.query("SELECT COUNT(*) AS n FROM small"))[0]).toEqual([{ n: 2 }]);
    const [problems] = await connection.query<RowDataPacket[][]>("CALL dolt_fsck()");
    expect(problems[0]).toEqual([]);
    await connection.end();
  },
  300_000,
);

async function untilDone(connection: Connection, sql: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const errno = await errnoOf(connection.query(sql));
    if (errno === undefined) return;
    expect(DISK_ERRORS).toContain(errno);
    expect(attempt).toBeLessThan(400);
    await systemClock.sleep(100);
  }
}

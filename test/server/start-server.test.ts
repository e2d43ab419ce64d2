/** The whole server through a client: real SQL over the wire, stopping and starting again. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/index.ts";
import { readEndpoint } from "../../src/server/endpoint.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-start-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function start(options: { readonly socket?: string } = {}): Promise<RunningServer> {
  return startServer({ dataDir: join(folder, "data"), port: 0, logLevel: "error", ...options });
}

function connectTo(server: RunningServer, options: mysql.ConnectionOptions = {}): Promise<Connection> {
  return mysql.createConnection({
    host: server.host,
    port: server.port,
    user: "root",
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    ...options,
  });
}

/** Each type with a value as text and as the driver gives it back. */
const EVERY_TYPE: readonly (readonly [type: string, sent: unknown, expected: unknown])[] = [
  ["TINYINT", -128, -128],
  ["TINYINT UNSIGNED", 255, 255],
  ["SMALLINT", -32768, -32768],
  ["MEDIUMINT", 8388607, 8388607],
  ["INT", -2147483648, -2147483648],
  ["INT UNSIGNED", 4294967295, 4294967295],
  ["BIGINT", "-9223372036854775808", "-9223372036854775808"],
  ["BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"],
  ["FLOAT", 1.5, 1.5],
  ["DOUBLE", -1.25e100, -1.25e100],
  [
    "DECIMAL(65,30)",
    "12345678901234567890.123456789012345678901234567890",
    "12345678901234567890.123456789012345678901234567890",
  ],
  ["BIT(10)", Buffer.of(2, 1), Buffer.of(2, 1)],
  ["YEAR", 2026, 2026],
  ["DATE", "2024-02-29", "2024-02-29"],
  ["TIME(6)", "-838:59:58.000001", "-838:59:58.000001"],
  ["DATETIME(6)", "2024-02-29 01:02:03.000004", "2024-02-29 01:02:03.000004"],
  ["TIMESTAMP NULL", "2024-02-29 01:02:03", "2024-02-29 01:02:03"],
  ["CHAR(10)", "abc", "abc"],
  ["VARCHAR(50)", "one'é😀", "one'é😀"],
  ["LONGTEXT", "long ".repeat(30_000), "long ".repeat(30_000)],
  ["VARBINARY(20)", Buffer.of(0, 255, 39, 92, 10), Buffer.of(0, 255, 39, 92, 10)],
  ["LONGBLOB", Buffer.alloc(100_000, 0xfe), Buffer.alloc(100_000, 0xfe)],
  ["ENUM('a','b,c')", "b,c", "b,c"],
  ["SET('x','y','z')", "x,z", "x,z"],
  ["JSON", '{"a": [1, 2.5, null]}', { a: [1, 2.5, null] }],
];

describe("startServer", () => {
  test("stores every type exactly, in text and prepared statements alike", async () => {
    await using server = await start();
    const connection = await connectTo(server);
    await connection.query("CREATE DATABASE d");
    await connection.query("USE d");
    const columns = EVERY_TYPE.map(([type], at) => `c${at} ${type}`).join(", ");
    await connection.query(`CREATE TABLE t (id INT PRIMARY KEY, ${columns})`);
    const places = EVERY_TYPE.map(() => "?").join(", ");
    const sent = EVERY_TYPE.map(([, value]) => value) as mysql.ExecuteValues[];
    await connection.execute(`INSERT INTO t VALUES (1, ${places})`, sent as never);
    await connection.query(`INSERT INTO t VALUES (2, ${places})`, sent);
    await connection.query(`INSERT INTO t (id) VALUES (3)`);
    const [text] = await connection.query<RowDataPacket[][]>({
      sql: "SELECT * FROM t ORDER BY id",
      rowsAsArray: true,
    });
    const [binary] = await connection.execute<RowDataPacket[][]>({
      sql: "SELECT * FROM t ORDER BY id",
      rowsAsArray: true,
    });
    const expected = EVERY_TYPE.map(([, , value]) => value);
    for (const rows of [text, binary]) {
      expect(rows[0]).toEqual([1, ...expected]);
      expect(rows[1]).toEqual([2, ...expected]);
      expect(rows[2]).toEqual([3, ...EVERY_TYPE.map(() => null)]);
    }
    await connection.end();
  });

  test("keeps data and accounts over a restart", async () => {
    const first = await start();
    expect(first.firstStart).toBe(true);
    const connection = await connectTo(first);
    await connection.query("CREATE DATABASE d");
    await connection.query("CREATE TABLE d.t (a INT PRIMARY KEY)");
    await connection.query("INSERT INTO d.t VALUES (1), (2)");
    await connection.query("CREATE USER u IDENTIFIED BY 'secret'");
    await connection.query("GRANT SELECT ON d.* TO u");
    await first.close();
    connection.destroy();
    await using second = await start();
    expect(second.firstStart).toBe(false);
    const again = await connectTo(second, { user: "u", password: "secret", database: "d" });
    expect((await again.query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM t"))[0]).toEqual([{ n: "2" }]);
    await again.end();
  });

  test("a second server on the same folder is refused, and the first goes on", async () => {
    await using server = await start();
    await expect(start()).rejects.toMatchObject({ code: "locked" });
    const connection = await connectTo(server);
    await connection.ping();
    await connection.end();
  });

  test("says where it can be reached while it runs, and no longer", async () => {
    const server = await start();
    const dataDir = join(folder, "data");
    expect(readEndpoint(dataDir)).toMatchObject({ host: server.host, port: server.port });
    expect(server.url).toBe(`mysql://root@127.0.0.1:${server.port}`);
    await server.close();
    await server.close();
    expect(readEndpoint(dataDir)).toBeUndefined();
  });

  test("a failed start closes what it opened", async () => {
    await using server = await start();
    const dataDir = join(folder, "other");
    await expect(startServer({ dataDir, port: server.port, logLevel: "error" })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await using other = await startServer({ dataDir, port: 0, logLevel: "error" });
    expect(other.port).not.toBe(server.port);
  });

  test("listens on a Unix socket, and takes over one that a dead server left", async () => {
    const socket = join(folder, "cairn.sock");
    for (let i = 0; i < 2; i++) {
      await using _server = await start({ socket });
      const connection = await mysql.createConnection({ socketPath: socket, user: "root" });
      const [[row]] = await connection.query<RowDataPacket[]>("SELECT USER() AS u");
      expect(row?.["u"]).toBe("root@localhost");
      await connection.end();
      await expect(
        startServer({ dataDir: join(folder, `data-${i}`), port: 0, socket, logLevel: "error" }),
      ).rejects.toMatchObject({ code: "EADDRINUSE" });
    }
    expect(existsSync(socket)).toBe(false);
  });

  test("takes its settings from config.yaml of the data folder", async () => {
    const configured = join(folder, "configured.yaml");
    writeFileSync(configured, "limits: { max_connections: 1 }\ntls: false\n");
    await using server = await startServer({
      dataDir: join(folder, "data"),
      port: 0,
      config: configured,
      logLevel: "error",
    });
    const connection = await connectTo(server);
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT @@max_connections AS n, @@port AS p");
    expect(row).toEqual({ n: "1", p: String(server.port) });
    await expect(connectTo(server)).rejects.toMatchObject({ errno: 1040 });
    await connection.end();
    await expect(connectTo(server, { ssl: { rejectUnauthorized: false } })).rejects.toThrow();
  });

  test("answers on both loopback addresses where the machine has them", async () => {
    await using server = await start();
    const reached = await new Promise<boolean>((resolve) => {
      const probe = connect(server.port, "::1", () => {
        probe.destroy();
        resolve(true);
      });
      probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
    });
    // Without IPv6 the connection fails in another way; refused means that nobody listens.
    expect(reached).toBe(true);
  });
});

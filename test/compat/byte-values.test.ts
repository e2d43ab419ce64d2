/**
 * Bytes that are no text, through the clients that send them as they are: mariadb-dump writes BLOBs as plain literals.
 * Also what other clients do at the edges of the protocol and of LOAD DATA.
 */
import { Readable } from "node:stream";
import type { ResultSetHeader, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuiltServer, hasProgram } from "../support/built-server.ts";

let server: BuiltServer;

beforeAll(async () => {
  server = await BuiltServer.start();
  await using connection = await server.connect();
  await connection.query("CREATE DATABASE bytes; SET GLOBAL local_infile = 1");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Every byte, and the ones that need escapes next to each other. */
const BYTES = Buffer.from([...Array.from({ length: 256 }, (_, i) => i), 0, 39, 92, 10, 26, 34, 255, 254]);

describe("mysql2", () => {
  test("keeps bytes that are no UTF-8, by text and by prepared statements", async () => {
    await using connection = await server.connect("bytes");
    await connection.query("CREATE TABLE b (id INT PRIMARY KEY, b BLOB, v VARBINARY(300))");
    await connection.query("INSERT INTO b VALUES (?, ?, ?)", [1, BYTES, BYTES]);
    await connection.execute("INSERT INTO b VALUES (?, ?, ?)", [2, BYTES, BYTES]);
    const sql = "SELECT b, v FROM b ORDER BY id";
    for (const [rows] of [
      await connection.query<RowDataPacket[]>(sql),
      await connection.execute<RowDataPacket[]>(sql),
    ]) {
      for (const row of rows) {
        expect(row["b"]).toEqual(BYTES);
        expect(row["v"]).toEqual(BYTES);
      }
    }
  });

  test("goes on after an execution with too few parameters", async () => {
    await using connection = await server.connect("bytes");
    await expect(connection.execute("SELECT ?", [])).rejects.toMatchObject({
      errno: 1210,
      sqlState: "HY000",
    });
    const [rows] = await connection.query<RowDataPacket[]>("SELECT 1 AS one");
    expect(rows).toEqual([{ one: 1 }]);
  });

  test("moves 20 MB in one value, there and back", async () => {
    await using connection = await server.connect("bytes");
    await connection.query("CREATE TABLE big (id INT PRIMARY KEY, b LONGBLOB)");
    const large = Buffer.alloc(20_000_000, BYTES);
    await connection.execute("INSERT INTO big VALUES (1, ?)", [large]);
    const [rows] = await connection.query<RowDataPacket[]>("SELECT b FROM big");
    expect(large.equals(rows[0]?.["b"])).toBe(true);
  });

  test("answers several statements, and CALL with its rows and its OK", async () => {
    await using connection = await server.connect("bytes");
    const [results] = await connection.query<RowDataPacket[][]>("SELECT 1 AS a; SET @z = 1; SELECT 2 AS b");
    expect(results[0]).toEqual([{ a: 1 }]);
    expect(results[2]).toEqual([{ b: 2 }]);
    const [called] = await connection.query<[RowDataPacket[], ResultSetHeader]>("CALL dolt_add('-A')");
    expect(called[0]).toEqual([{ success: 1 }]);
    expect(called[1].affectedRows).toBe(0);
  });

  test("uses the server's own databases as any other", async () => {
    await using connection = await server.connect("information_schema");
    const [rows] = await connection.query<RowDataPacket[]>("SELECT DATABASE() AS d");
    expect(rows).toEqual([{ d: "information_schema" }]);
    const [tables] = await connection.query<RowDataPacket[]>(
      "SELECT TABLE_NAME AS t FROM TABLES WHERE TABLE_SCHEMA = 'bytes' AND TABLE_NAME = 'b'",
    );
    expect(tables).toEqual([{ t: "b" }]);
  });

  test("sends a local file whose fields go through variables", async () => {
    await using connection = await server.connect("bytes");
    await connection.query("CREATE TABLE l (id INT PRIMARY KEY, s VARCHAR(20), n INT)");
    const [loaded] = await connection.query<ResultSetHeader>({
      sql: "LOAD DATA LOCAL INFILE 'x' INTO TABLE l FIELDS TERMINATED BY ',' (id, @s) SET s = UPPER(@s), n = id * 2",
      infileStreamFactory: () => Readable.from([Buffer.from("1,one\n2,"), Buffer.from("two\n")]),
    });
    expect(loaded.affectedRows).toBe(2);
    const [rows] = await connection.query<RowDataPacket[]>("SELECT * FROM l ORDER BY id");
    expect(rows).toEqual([
      { id: 1, s: "ONE", n: 2 },
      { id: 2, s: "TWO", n: 4 },
    ]);
  });
});

describe("mariadb", () => {
  const present = hasProgram("mariadb") && hasProgram("mariadb-dump");
  const run = (sql: string, ...flags: readonly string[]): string =>
    server.runClient("mariadb", [...flags, "bytes", "-e", sql]).stdout;

  test.skipIf(!present)("dumps bytes as plain literals and loads them back unchanged", async () => {
    const script = server.runClient("mariadb-dump", ["bytes", "b"]).stdout;
    server.runClient("mariadb", ["-e", "CREATE DATABASE copied"]);
    server.runClient("mariadb", ["copied"], Buffer.from(script, "latin1"));
    await using connection = await server.connect("copied");
    const [rows] = await connection.query<RowDataPacket[]>("SELECT b, v FROM b");
    expect(rows).toHaveLength(2);
    for (const row of rows) expect([row["b"], row["v"]]).toEqual([BYTES, BYTES]);
  });

  test.skipIf(!present)("prints batches, vertical rows and XML", () => {
    expect(run("SELECT id, s FROM l ORDER BY id", "-N", "-B")).toBe("1\tONE\n2\tTWO\n");
    expect(run("SELECT id FROM l WHERE id = 1", "--vertical")).toContain("1. row");
    expect(run("SELECT id FROM l WHERE id = 1", "--xml")).toContain('<field name="id">1</field>');
  });

  test.skipIf(!present)("names the cipher of a TLS connection, and none without TLS", () => {
    expect(run("SHOW STATUS LIKE 'Ssl_cipher'", "-N", "-B", "--ssl")).toMatch(/^Ssl_cipher\tTLS_/);
    expect(run("SHOW STATUS LIKE 'Ssl_cipher'", "-N", "-B", "--skip-ssl")).toBe("Ssl_cipher\t\n");
  });
});

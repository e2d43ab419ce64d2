/** What an account with few rights may do, statement by statement, as MySQL 9.7 answered the same (data/privileges.json). */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql, { type Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "../../src/index.ts";

const SETUP = [
  "CREATE DATABASE p1",
  "CREATE DATABASE p2",
  "CREATE TABLE p1.t (id INT PRIMARY KEY, a INT, b INT)",
  "INSERT INTO p1.t VALUES (1, 1, 1)",
  "CREATE TABLE p1.t2 (id INT PRIMARY KEY, c INT)",
  "CREATE TABLE p2.o (id INT PRIMARY KEY, x INT)",
  "CREATE USER lim IDENTIFIED BY 'x'",
];

interface Group {
  /** run by root before the statements; empty = none */
  readonly grant: string;
  /** statement, and `ok` or errno and message */
  readonly outcomes: readonly (readonly [string, string])[];
}

const groups: readonly Group[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../data/privileges.json"), "utf8"),
);

let folder: string;
let server: RunningServer;
let root: Connection;
let limited: Connection;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cairn-privileges-"));
  server = await startServer({ dataDir: folder, port: 0, logLevel: "error" });
  root = await mysql.createConnection({ host: server.host, port: server.port, user: "root" });
  for (const statement of SETUP) await root.query(statement);
  limited = await mysql.createConnection({
    host: server.host,
    port: server.port,
    user: "lim",
    password: "x",
  });
});

afterAll(async () => {
  await limited.end();
  await root.end();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function outcomeOf(statement: string): Promise<string> {
  try {
    await limited.query(statement);
    return "ok";
  } catch (error) {
    const { errno, message } = error as { readonly errno: number; readonly message: string };
    return `${errno} ${message}`;
  }
}

describe.each(groups)("after '$grant'", ({ grant, outcomes }) => {
  beforeAll(async () => {
    if (grant !== "") await root.query(grant);
  });

  test("each statement is allowed or refused as by MySQL", async () => {
    for (const [statement, expected] of outcomes) {
      expect(await outcomeOf(statement), statement).toBe(expected);
    }
  });
});

test("a statement that was allowed is refused after REVOKE, and allowed again after GRANT", async () => {
  await root.query("CREATE USER reader IDENTIFIED BY 'x'");
  await root.query("GRANT SELECT ON p1.* TO reader");
  const { host, port } = server;
  const reader = await mysql.createConnection({ host, port, user: "reader", password: "x" });
  const read = "SELECT a FROM p1.t WHERE id = 1";
  try {
    await reader.query(read);
    await reader.query(read);
    await root.query("REVOKE SELECT ON p1.* FROM reader");
    await expect(reader.query(read)).rejects.toMatchObject({ errno: 1142 });
    await root.query("GRANT SELECT ON p1.t TO reader");
    await reader.query(read);
  } finally {
    await reader.end();
  }
});

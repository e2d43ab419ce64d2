import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { yieldToOthers } from "../../../src/base/clock.ts";
import { SORT_RUN_PREFIX } from "../../../src/tables/key-sorter.ts";
import { sqlError } from "../../../src/values/sql-error.ts";
import { TestDatabase } from "../../support/test-database.ts";

const ROWS = 20_000;

async function openTable(): Promise<TestDatabase> {
  const database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, KEY (a))");
  const rows = Array.from({ length: ROWS }, (_, i) => `(${i},${i})`);
  await database.run(`INSERT INTO t VALUES ${rows.join(",")}`);
  return database;
}

describe.each([
  "UPDATE t SET a = a + 1",
  "DELETE FROM t WHERE a >= 0",
  "INSERT INTO t SELECT id + 100000, a FROM t",
])("%s", (sql) => {
  test("lets other connections run meanwhile", async () => {
    await using database = await openTable();
    const other = await database.connect();
    let ended = false;
    const change = database.run(sql).then(() => {
      ended = true;
    });
    const seen = await other.rows("SELECT COUNT(*), SUM(a) FROM t");
    expect(ended).toBe(false);
    expect(seen).toEqual([[String(ROWS), String((ROWS * (ROWS - 1)) / 2)]]);
    await change;
  });

  test("ends when it is killed, and changes nothing", async () => {
    await using database = await openTable();
    const kill = new AbortController();
    const change = database.run(sql, kill.signal);
    kill.abort(sqlError("ER_QUERY_INTERRUPTED"));
    await expect(change).rejects.toMatchObject({ code: "ER_QUERY_INTERRUPTED" });
    expect(await database.rows("SELECT COUNT(*), SUM(a) FROM t")).toEqual([
      [String(ROWS), String((ROWS * (ROWS - 1)) / 2)],
    ]);
  });
});

describe.each([
  "CREATE INDEX b ON t (a, id)",
  "ALTER TABLE t MODIFY a BIGINT",
  "ALTER TABLE t DROP PRIMARY KEY",
])("%s", (sql) => {
  test("ends when it is killed, and leaves the table and the folder as they were", async () => {
    await using database = await openTable();
    const before = await database.rows("SHOW CREATE TABLE t");
    const kill = new AbortController();
    const change = database.run(sql, kill.signal);
    await yieldToOthers();
    kill.abort(sqlError("ER_QUERY_INTERRUPTED"));
    await expect(change).rejects.toMatchObject({ code: "ER_QUERY_INTERRUPTED" });
    expect(await database.rows("SHOW CREATE TABLE t")).toEqual(before);
    expect(await database.rows("SELECT COUNT(*), SUM(a) FROM t")).toEqual([
      [String(ROWS), String((ROWS * (ROWS - 1)) / 2)],
    ]);
    const files = readdirSync(database.folder, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => name.includes(SORT_RUN_PREFIX))).toEqual([]);
  });
});

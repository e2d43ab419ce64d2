import { describe, expect, test } from "vitest";
import { StoredBranches } from "../../../src/engine/version-control/branches.ts";
import type { SqlType } from "../../../src/values/sql-type.ts";
import type { Value } from "../../../src/values/value.ts";
import { TestDatabase, type TestSession } from "../../support/test-database.ts";
import { TextSink } from "../../support/text-sink.ts";

const BIGINT: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 65535,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

type Rows = (string | null)[][];
type Execute = (...values: readonly (readonly [Value, SqlType])[]) => Promise<Rows>;

/** A statement of the binary protocol: its execution gives the rows of its result set, if it has one. */
async function prepare({ session }: TestSession, sql: string): Promise<Execute> {
  const statement = await session.prepare(Buffer.from(sql));
  return async (...values) => {
    const sink = new TextSink();
    const { signal } = new AbortController();
    const parameters = values.map(([value, type]) => ({ value, type }));
    await session.execute(statement, parameters, { sink, signal, multiStatements: false });
    return sink.results[0]?.rows ?? [];
  };
}

const int = (value: number): readonly [Value, SqlType] => [value, BIGINT];
const text = (value: string): readonly [Value, SqlType] => [value, TEXT];

async function openTable(): Promise<TestDatabase> {
  const database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR(20), KEY (a))");
  await database.run("INSERT INTO t VALUES (1, 10, 'one'), (2, 20, 'two'), (3, 30, 'three')");
  return database;
}

describe("a kept plan of a prepared statement", () => {
  test("finds other rows with other parameters", async () => {
    await using database = await openTable();
    const execute = await prepare(database, "SELECT s FROM t WHERE id = ?");
    expect(await execute(int(1))).toEqual([["one"]]);
    expect(await execute(int(3))).toEqual([["three"]]);
    expect(await execute(int(4))).toEqual([]);
  });

  test("compares as the type of the parameter says, which may change", async () => {
    await using database = await openTable();
    const execute = await prepare(database, "SELECT id FROM t WHERE s = ?");
    await database.run("INSERT INTO t VALUES (4, 40, '7 apples')");
    expect(await execute(text("7"))).toEqual([]);
    expect(await execute(int(7))).toEqual([["4"]]);
    expect(await execute(text("ONE"))).toEqual([["1"]]);
    expect(await execute([null, { kind: "null" }])).toEqual([]);
  });

  test("shows columns as they are after another session altered the table", async () => {
    await using database = await openTable();
    const other = await database.connect();
    const select = await prepare(database, "SELECT * FROM t WHERE id = ?");
    expect(await select(int(1))).toEqual([["1", "10", "one"]]);
    await other.run("ALTER TABLE t ADD COLUMN n INT DEFAULT 5 FIRST");
    expect(await select(int(1))).toEqual([["5", "1", "10", "one"]]);
    await other.run("ALTER TABLE t DROP COLUMN a, MODIFY s CHAR(10)");
    expect(await select(int(1))).toEqual([["5", "1", "one"]]);
  });

  test("does without an index that was dropped, and enforces one that was added", async () => {
    await using database = await openTable();
    const byIndex = await prepare(database, "SELECT id FROM t WHERE a = ?");
    const update = await prepare(database, "UPDATE t SET a = ? WHERE id = ?");
    const insert = await prepare(database, "INSERT INTO t (id, a) VALUES (?, ?)");
    await update(int(11), int(1));
    await insert(int(4), int(40));
    expect(await byIndex(int(40))).toEqual([["4"]]);
    await database.run("ALTER TABLE t DROP KEY a");
    expect(await byIndex(int(11))).toEqual([["1"]]);
    await database.run("ALTER TABLE t ADD UNIQUE KEY u (a)");
    await expect(update(int(20), int(1))).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
    await expect(insert(int(5), int(20))).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
    expect(await byIndex(int(20))).toEqual([["2"]]);
  });

  test("fails when its table is gone, and reads the table that took its name", async () => {
    await using database = await openTable();
    const select = await prepare(database, "SELECT s FROM t WHERE id = ?");
    const insert = await prepare(database, "INSERT INTO t VALUES (?, 1, 'x')");
    await insert(int(9));
    await select(int(1));
    await database.run("DROP TABLE t");
    await expect(select(int(1))).rejects.toMatchObject({ code: "ER_NO_SUCH_TABLE" });
    await expect(insert(int(1))).rejects.toMatchObject({ code: "ER_NO_SUCH_TABLE" });
    await database.run("CREATE TABLE t (id VARCHAR(5) PRIMARY KEY, a INT, s VARCHAR(20))");
    await insert(int(1));
    expect(await select(int(1))).toEqual([["x"]]);
  });

  test("uses defaults, checks and generated columns as they are now", async () => {
    await using database = await openTable();
    const insert = await prepare(database, "INSERT INTO t (id) VALUES (?)");
    await insert(int(4));
    await database.run("ALTER TABLE t ALTER COLUMN a SET DEFAULT 77");
    await insert(int(5));
    expect(await database.rows("SELECT id, a FROM t WHERE id > 3")).toEqual([
      ["4", null],
      ["5", "77"],
    ]);
    await database.run("ALTER TABLE t ADD CONSTRAINT small CHECK (id < 6)");
    await expect(insert(int(6))).rejects.toMatchObject({ code: "ER_CHECK_CONSTRAINT_VIOLATED" });
  });

  test("reads the database that USE chose", async () => {
    await using database = await openTable();
    const select = await prepare(database, "SELECT s FROM t WHERE id = ?");
    const insert = await prepare(database, "INSERT INTO t (id, s) VALUES (?, 'new')");
    await insert(int(8));
    expect(await select(int(1))).toEqual([["one"]]);
    await database.run("CREATE DATABASE second; USE second");
    await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR(20), KEY (a))");
    expect(await select(int(1))).toEqual([]);
    await insert(int(1));
    expect(await select(int(1))).toEqual([["new"]]);
    await database.run("USE test");
    expect(await select(int(1))).toEqual([["one"]]);
  });

  test("follows the session to another branch, also when its table has the same definition", async () => {
    await using database = await openTable();
    const select = await prepare(database, "SELECT s FROM t WHERE id = ?");
    const update = await prepare(database, "UPDATE t SET s = ? WHERE id = 1");
    const insert = await prepare(database, "INSERT INTO t (id, s) VALUES (?, 'new')");
    const remove = await prepare(database, "DELETE FROM t WHERE id = ?");
    await insert(int(8));
    await remove(int(8));
    await update(text("uno"));
    expect(await select(int(1))).toEqual([["uno"]]);
    const branches = new StoredBranches(database.engine.versionStore("test"));
    await branches.create("other", { start: "HEAD", current: "main", force: false });
    await database.run("USE `test/other`");
    await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR(20), KEY (a))");
    await database.run("USE test");
    const { engineSession } = database.session.state;
    engineSession.checkout("test", "other");
    expect(await select(int(1))).toEqual([]);
    await insert(int(1));
    await update(text("eins"));
    expect(await select(int(1))).toEqual([["eins"]]);
    await remove(int(1));
    expect(await database.rows("SELECT COUNT(*) FROM t")).toEqual([["0"]]);
    engineSession.checkout("test", "main");
    expect(await select(int(1))).toEqual([["uno"]]);
  });

  test("sees the transaction's own changes and its snapshot", async () => {
    await using database = await openTable();
    const other = await database.connect();
    const select = await prepare(database, "SELECT s FROM t WHERE id = ?");
    await database.run("BEGIN; UPDATE t SET s = 'mine' WHERE id = 1");
    expect(await select(int(1))).toEqual([["mine"]]);
    expect(await select(int(2))).toEqual([["two"]]);
    await other.run("UPDATE t SET s = 'theirs' WHERE id = 2");
    expect(await select(int(2))).toEqual([["two"]]);
    await database.run("ROLLBACK");
    expect(await select(int(1))).toEqual([["one"]]);
    expect(await select(int(2))).toEqual([["theirs"]]);
  });

  test("stores and shows times in the time zone that is set", async () => {
    await using database = await TestDatabase.open();
    await database.run("CREATE TABLE z (id INT PRIMARY KEY, at TIMESTAMP)");
    const insert = await prepare(database, "INSERT INTO z VALUES (?, ?)");
    const select = await prepare(database, "SELECT at FROM z WHERE id = ?");
    await insert(int(1), text("2026-01-01 12:00:00"));
    expect(await select(int(1))).toEqual([["2026-01-01 12:00:00"]]);
    await database.run("SET time_zone = '+02:00'");
    expect(await select(int(1))).toEqual([["2026-01-01 14:00:00"]]);
    await insert(int(2), text("2026-01-01 12:00:00"));
    await database.run("SET time_zone = '+00:00'");
    expect(await select(int(2))).toEqual([["2026-01-01 10:00:00"]]);
  });

  test("is strict when sql_mode says so", async () => {
    await using database = await openTable();
    const insert = await prepare(database, "INSERT INTO t VALUES (?, ?, ?)");
    await insert(int(4), int(1), text("short"));
    const long = text("much longer than twenty characters");
    await expect(insert(int(5), int(1), long)).rejects.toMatchObject({ code: "ER_DATA_TOO_LONG" });
    await database.run("SET sql_mode = ''");
    await insert(int(5), int(1), long);
    expect(await database.rows("SELECT s FROM t WHERE id = 5")).toEqual([["much longer than twe"]]);
    await database.run("SET sql_mode = DEFAULT");
    await expect(insert(int(6), int(1), long)).rejects.toMatchObject({ code: "ER_DATA_TOO_LONG" });
  });

  test("tells its warnings at each execution", async () => {
    await using database = await openTable();
    const upsert = await prepare(
      database,
      "INSERT INTO t (id, a) VALUES (?, 5) ON DUPLICATE KEY UPDATE a = VALUES(a)",
    );
    for (let i = 0; i < 3; i++) {
      await upsert(int(1));
      expect(await database.rows("SHOW WARNINGS")).toMatchObject([["Warning", "1287", expect.any(String)]]);
    }
    expect(await database.rows("SELECT a FROM t WHERE id = 1")).toEqual([["5"]]);
  });

  test("goes on after an execution that failed midway", async () => {
    await using database = await openTable();
    const update = await prepare(database, "UPDATE t SET id = id + ? WHERE id >= 1");
    await expect(update(int(1))).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
    await update(int(10));
    expect(await database.rows("SELECT id FROM t")).toEqual([["11"], ["12"], ["13"]]);
    await expect(update(int(1))).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
    expect(await database.rows("SELECT COUNT(*) FROM t")).toEqual([["3"]]);
  });

  test("changes the rows that each execution found, many, one, none, or all before it failed", async () => {
    await using database = await TestDatabase.open();
    await database.run("CREATE TABLE r (id INT PRIMARY KEY, a INT NOT NULL, u INT UNIQUE)");
    const rows = Array.from({ length: 100 }, (_, at) => `(${at + 1}, 0, ${at + 1})`);
    await database.run(`INSERT INTO r VALUES ${rows.join(", ")}`);
    const add = await prepare(database, "UPDATE r SET a = a + ? WHERE id >= ?");
    const move = await prepare(database, "UPDATE r SET a = a + 1000, u = ? WHERE id > ?");
    const remove = await prepare(database, "DELETE FROM r WHERE id > ?");
    await add(int(1), int(1));
    await add(int(10), int(100));
    await add(int(100), int(101));
    await expect(move(int(5), int(90))).rejects.toMatchObject({ code: "ER_DUP_ENTRY" });
    await move(int(105), int(99));
    await add(int(10), int(99));
    await remove(int(97));
    await remove(int(200));
    await remove(int(95));
    await add(int(5), int(95));
    expect(await database.rows("SELECT * FROM r WHERE id > 93")).toEqual([
      ["94", "1", "94"],
      ["95", "6", "95"],
    ]);
    expect(await database.rows("SELECT COUNT(*), SUM(a), SUM(u) FROM r")).toEqual([["95", "100", "4560"]]);
  });
});

describe("a kept plan of statements that differ in literals", () => {
  test("reads each statement's own literals", async () => {
    await using database = await openTable();
    for (const [id, word] of [
      [1, "one"],
      [2, "two"],
      [3, "three"],
    ]) {
      expect(await database.rows(`SELECT s FROM t WHERE id = ${id}`)).toEqual([[word]]);
      expect(await database.rows(`SELECT id FROM t WHERE s = '${word}' LIMIT 1`)).toEqual([[String(id)]]);
    }
    expect(await database.rows("SELECT id FROM t WHERE s = 2 OR id = 1 LIMIT 5")).toEqual([["1"]]);
    expect(await database.rows("SELECT id FROM t ORDER BY id LIMIT 2")).toHaveLength(2);
    expect(await database.rows("SELECT id FROM t ORDER BY id LIMIT 1")).toHaveLength(1);
  });

  test("names and types the result after what the statement says", async () => {
    await using database = await openTable();
    const first = await database.result("SELECT a + 1 FROM t WHERE id = 1");
    const second = await database.result("SELECT a + 2.5 FROM t WHERE id = 1");
    expect(first.columns[0]?.name).toBe("a + 1");
    expect(second.columns[0]?.name).toBe("a + 2.5");
    expect([first.rows, second.rows]).toEqual([[["11"]], [["12.5"]]]);
  });

  test("notices DDL, USE, branches, sql_mode and the character set", async () => {
    await using database = await openTable();
    const one = "SELECT * FROM t WHERE id = 1";
    expect(await database.rows(one)).toEqual([["1", "10", "one"]]);
    await database.run("ALTER TABLE t DROP COLUMN a");
    expect(await database.rows(one)).toEqual([["1", "one"]]);
    await database.run("CREATE DATABASE second; USE second; CREATE TABLE t (id INT)");
    expect(await database.rows(one)).toEqual([]);
    await database.run("USE test");
    expect(await database.rows('SELECT "id" FROM t WHERE id = 1')).toEqual([["id"]]);
    await database.run("SET sql_mode = 'ANSI_QUOTES'");
    expect(await database.rows('SELECT "id" FROM t WHERE id = 1')).toEqual([["1"]]);
    expect(await database.rows("SELECT HEX('é') FROM t WHERE s = 'one'")).toEqual([["C3A9"]]);
    await database.run("SET NAMES latin1");
    const { results } = await database.run(
      Buffer.from("SELECT LENGTH('\xe9') FROM t WHERE s = 'one'", "latin1"),
    );
    expect(results[0]?.rows).toEqual([["1"]]);
  });

  test("follows the type of a user variable", async () => {
    await using database = await openTable();
    await database.run("SET @v = 1");
    expect(await database.rows("SELECT s FROM t WHERE id = @v")).toEqual([["one"]]);
    await database.run("SET @v = 'two'");
    expect(await database.rows("SELECT id FROM t WHERE s = @v")).toEqual([["2"]]);
    await database.run("SET @v = 3.0");
    expect(await database.rows("SELECT s FROM t WHERE id = @v")).toEqual([["three"]]);
  });

  test("is made anew when its table has grown", async () => {
    await using database = await TestDatabase.open();
    await database.run("CREATE TABLE g (id INT PRIMARY KEY, a INT, KEY (a))");
    const select = await prepare(database, "SELECT COUNT(*) FROM g WHERE a = ?");
    expect(await select(int(1))).toEqual([["0"]]);
    const rows = Array.from({ length: 3000 }, (_, i) => `(${i}, ${i % 1000})`);
    await database.run(`INSERT INTO g VALUES ${rows.join(",")}`);
    for (let i = 0; i < 200; i++) expect(await select(int(i))).toEqual([["3"]]);
  });

  test("reads few rows by an index after it was made for many, and the right ones", async () => {
    await using database = await TestDatabase.open();
    await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY (a))");
    const rows = Array.from({ length: 5000 }, (_, id) => `(${id}, ${id % 1000}, 'row ${id}')`);
    await database.run(`INSERT INTO t VALUES ${rows.join(", ")}`);
    const execute = await prepare(database, "SELECT COUNT(b), MIN(id) FROM t WHERE a BETWEEN ? AND ?");
    expect(await execute(int(0), int(999))).toEqual([["5000", "0"]]);
    expect(await execute(int(7), int(7))).toEqual([["5", "7"]]);
    expect(await execute(int(0), int(999))).toEqual([["5000", "0"]]);
    expect(await execute(int(5), int(4))).toEqual([["0", null]]);
  });
});

test("text that is no number is warned of once, by the execution and not by planning", async () => {
  await using database = await openTable();
  const warnings = async (sql: string): Promise<Rows> => {
    await database.run(sql);
    return await database.rows("SHOW WARNINGS");
  };
  const expected = [["Warning", "1292", "Truncated incorrect DOUBLE value: '20x'"]];
  expect(await warnings("SELECT id FROM t WHERE a = '20x'")).toEqual(expected);
  expect(await warnings("SELECT id FROM t WHERE a = '20x'")).toEqual(expected);
  expect(await warnings("SELECT COUNT(*) FROM t WHERE a > '20x'")).toEqual(expected);
});

describe("a kept plan of a locking read", () => {
  test("locks the rows of each execution, and lets go of them at its end", async () => {
    await using database = await openTable();
    const other = await database.connect();
    await other.run("SET innodb_lock_wait_timeout = 1");
    const lock = await prepare(database, "SELECT s FROM t WHERE id = ? FOR UPDATE");
    for (const id of [1, 2, 3]) {
      await database.run("START TRANSACTION");
      expect(await lock(int(id))).toEqual([[["one", "two", "three"][id - 1]]]);
      await expect(other.run(`SELECT s FROM t WHERE id = ${id} FOR UPDATE NOWAIT`)).rejects.toThrow(/NOWAIT/);
      await other.run(`UPDATE t SET a = a + 1 WHERE id = ${(id % 3) + 1}`);
      await database.run("COMMIT");
      await other.run(`UPDATE t SET a = a + 1 WHERE id = ${id}`);
    }
  });

  test("reads what others have committed since, also after it has waited or failed", async () => {
    await using database = await openTable();
    const other = await database.connect();
    await database.run("SET innodb_lock_wait_timeout = 1");
    const lock = await prepare(database, "SELECT a FROM t WHERE id = ? FOR SHARE");
    expect(await lock(int(1))).toEqual([["10"]]);
    await other.run("START TRANSACTION; UPDATE t SET a = 11 WHERE id = 1");
    await expect(lock(int(1))).rejects.toThrow(/Lock wait timeout/);
    const waiting = lock(int(1));
    await other.run("COMMIT");
    expect(await waiting).toEqual([["11"]]);
    await other.run("UPDATE t SET a = 12 WHERE id = 1");
    expect(await lock(int(1))).toEqual([["12"]]);
  });

  test("is made anew when the table is another one", async () => {
    await using database = await openTable();
    const other = await database.connect();
    const lock = await prepare(database, "SELECT * FROM t WHERE a = ? FOR UPDATE");
    expect(await lock(int(10))).toEqual([["1", "10", "one"]]);
    expect(await lock(int(20))).toEqual([["2", "20", "two"]]);
    await other.run("ALTER TABLE t DROP KEY a, ADD COLUMN n INT DEFAULT 5 FIRST");
    expect(await lock(int(20))).toEqual([["5", "2", "20", "two"]]);
    await other.run("DROP TABLE t");
    await expect(lock(int(20))).rejects.toThrow(/doesn't exist/);
  });

  test("of a SERIALIZABLE transaction does not serve the same statement outside of one", async () => {
    await using database = await openTable();
    const other = await database.connect();
    const read = await prepare(database, "SELECT a FROM t WHERE id = ?");
    await database.run("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    for (let round = 0; round < 2; round++) {
      await database.run("START TRANSACTION");
      await read(int(1));
      await expect(other.run("SELECT a FROM t WHERE id = 1 FOR UPDATE NOWAIT")).rejects.toThrow(/NOWAIT/);
      await database.run("COMMIT");
      // Under autocommit it is a plain read, which waits for nobody.
      await other.run("START TRANSACTION; UPDATE t SET a = a + 1 WHERE id = 1");
      expect(await read(int(1))).toEqual([["10"]]);
      await other.run("ROLLBACK");
    }
  });
});

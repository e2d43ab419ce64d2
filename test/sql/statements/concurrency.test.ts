import { expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

test("keeps one session's uncommitted rows from another", async () => {
  await using database = await TestDatabase.open();
  const other = await database.connect();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 1)");
  await database.run("BEGIN; UPDATE t SET a = 2");
  expect(await other.rows("SELECT a FROM t")).toEqual([["1"]]);
  await database.run("COMMIT");
  expect(await other.rows("SELECT a FROM t")).toEqual([["2"]]);
});

test("reads the same rows throughout a REPEATABLE READ transaction", async () => {
  await using database = await TestDatabase.open();
  const other = await database.connect();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1)");
  await other.run("BEGIN");
  expect(await other.rows("SELECT COUNT(*) FROM t")).toEqual([["1"]]);
  await database.run("INSERT INTO t VALUES (2)");
  expect(await other.rows("SELECT COUNT(*) FROM t")).toEqual([["1"]]);
  await other.run("COMMIT");
  expect(await other.rows("SELECT COUNT(*) FROM t")).toEqual([["2"]]);
});

test("makes an UPDATE wait for a locked row and then see its newest version", async () => {
  await using database = await TestDatabase.open();
  const other = await database.connect();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 10)");
  await database.run("BEGIN; UPDATE t SET a = a + 1 WHERE id = 1");
  const waiting = other.run("UPDATE t SET a = a + 1 WHERE id = 1");
  await database.run("COMMIT");
  await waiting;
  expect(await other.rows("SELECT a FROM t")).toEqual([["12"]]);
});

test("ends a wait for a lock with 1205 and leaves the transaction open", async () => {
  await using database = await TestDatabase.open();
  const other = await database.connect();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 10)");
  await database.run("BEGIN; UPDATE t SET a = 11");
  await other.run("SET innodb_lock_wait_timeout = 1; BEGIN");
  await expect(other.run("UPDATE t SET a = 12")).rejects.toMatchObject({ errno: 1205 });
  expect(other.session.status.inTransaction).toBe(true);
  await database.run("COMMIT");
  await other.run("UPDATE t SET a = 13; COMMIT");
  expect(await database.rows("SELECT a FROM t")).toEqual([["13"]]);
});

test("breaks a deadlock by rolling one transaction back with 1213", async () => {
  await using database = await TestDatabase.open();
  const other = await database.connect();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 0), (2, 0)");
  await database.run("BEGIN; UPDATE t SET a = 1 WHERE id = 1");
  await other.run("BEGIN; UPDATE t SET a = 2 WHERE id = 2");
  const first = database.run("UPDATE t SET a = 1 WHERE id = 2").then(
    () => undefined,
    (error: { errno: number }) => error.errno,
  );
  const second = other.run("UPDATE t SET a = 2 WHERE id = 1").then(
    () => undefined,
    (error: { errno: number }) => error.errno,
  );
  const errors = [await first, await second].filter((errno) => errno !== undefined);
  expect(errors).toEqual([1213]);
  await database.run("ROLLBACK");
  await other.run("ROLLBACK");
});

test("undoes a failed statement alone and keeps the transaction", async () => {
  await using database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY); BEGIN; INSERT INTO t VALUES (1)");
  await expect(database.run("INSERT INTO t VALUES (2), (1)")).rejects.toMatchObject({ errno: 1062 });
  await database.run("COMMIT");
  expect(await database.rows("SELECT id FROM t")).toEqual([["1"]]);
});

test("ends a long statement with 1317 when its signal is aborted", async () => {
  await using database = await TestDatabase.open();
  await database.run(
    "CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n",
  );
  const abort = new AbortController();
  const running = database.run(
    "SELECT COUNT(*) FROM t a, t b, t c WHERE a.id + b.id = c.id * 3",
    abort.signal,
  );
  setTimeout(() => abort.abort(), 50);
  await expect(running).rejects.toMatchObject({ errno: 1317 });
});

test("keeps prepared plans right after the table is redefined", async () => {
  await using database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 5)");
  expect(await database.rows("SELECT * FROM t WHERE id = 1")).toEqual([["1", "5"]]);
  await database.run("ALTER TABLE t ADD b INT DEFAULT 7 FIRST");
  expect(await database.rows("SELECT * FROM t WHERE id = 1")).toEqual([["7", "1", "5"]]);
  await database.run(
    "UPDATE t SET a = 6 WHERE id = 1; ALTER TABLE t DROP b; UPDATE t SET a = 7 WHERE id = 1",
  );
  expect(await database.rows("SELECT * FROM t WHERE id = 1")).toEqual([["1", "7"]]);
});

import { expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

test("GET_LOCK() waits for the session that holds the lock, and gives up after its time", async () => {
  await using database = await TestDatabase.open();
  const first = await database.connect();
  const second = await database.connect();
  expect(await first.rows("SELECT GET_LOCK('a', 1), IS_FREE_LOCK('a')")).toEqual([["1", "0"]]);
  expect(await second.rows("SELECT GET_LOCK('a', 0)")).toEqual([["0"]]);
  const waiting = second.rows("SELECT GET_LOCK('a', 10)");
  expect(await first.rows("SELECT SLEEP(0.05), RELEASE_LOCK('a')")).toEqual([["0", "1"]]);
  expect(await waiting).toEqual([["1"]]);
});

test("SLEEP() for each row of a table answers 1235, for it would hold up everyone", async () => {
  await using database = await TestDatabase.open();
  const session = await database.connect();
  await session.run("CREATE TABLE t (id INT PRIMARY KEY)");
  await session.run("INSERT INTO t VALUES (1)");
  await expect(session.rows("SELECT SLEEP(1) FROM t")).rejects.toMatchObject({ errno: 1235 });
});

import { expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

test("AS OF takes a date and time, and reads the newest commit not after it", async () => {
  await using database = await TestDatabase.open();
  await database.run("CREATE TABLE t (id INT PRIMARY KEY)");
  await database.run("INSERT INTO t VALUES (1)");
  // No commit of the database holds the table yet, whatever the time.
  await expect(database.rows("SELECT * FROM t AS OF '2099-01-01 00:00:00'")).rejects.toMatchObject({
    errno: 1146,
  });
  await expect(database.rows("SELECT * FROM t AS OF TIMESTAMP'2099-01-01 00:00:00'")).rejects.toMatchObject({
    errno: 1146,
  });
  await expect(database.rows("SELECT * FROM t AS OF '1999-01-01'")).rejects.toMatchObject({
    code: "invalid_revision",
  });
  await expect(database.rows("SELECT * FROM t AS OF 'nowhere'")).rejects.toMatchObject({
    code: "ref_not_found",
  });
  expect(await database.rows("SELECT id FROM t AS OF 'WORKING'")).toEqual([["1"]]);
});

/** Queries that may hold next to nothing in memory answer as those that may hold everything, and leave no file. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

const ROWS = 6000;
let database: TestDatabase;

function filesLeft(): readonly string[] {
  const folder = join(database.folder, ".spill");
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Runs a query with all the memory it wants, and with almost none. */
async function bothWays(sql: string): Promise<[(string | null)[][], (string | null)[][]]> {
  const { spill } = database.engine;
  const before = { max: spill.memoryMaxBytes, min: spill.shareMinBytes };
  const unspilled = await database.rows(sql);
  spill.memoryMaxBytes = 0;
  spill.shareMinBytes = 20_000;
  try {
    const made = spill.filesMade;
    const spilled = await database.rows(sql);
    expect(spill.filesMade).toBeGreaterThan(made);
    expect(filesLeft()).toEqual([]);
    expect(spill.usedBytes).toBe(0);
    return [unspilled, spilled];
  } finally {
    spill.memoryMaxBytes = before.max;
    spill.shareMinBytes = before.min;
  }
}

function sorted(rows: readonly (string | null)[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

beforeAll(async () => {
  database = await TestDatabase.open();
  await database.run(`CREATE DATABASE d; USE d;
    CREATE TABLE t (id INT PRIMARY KEY, n INT, m BIGINT UNSIGNED, amount DECIMAL(12,2), big DECIMAL(40,5), f DOUBLE,
      name VARCHAR(40) COLLATE utf8mb4_0900_ai_ci, padded VARCHAR(40) COLLATE utf8mb4_general_ci, raw VARBINARY(20),
      made DATETIME(3), day DATE, at TIMESTAMP NULL, clock TIME, j JSON, e ENUM('z','y','x'), note TEXT);
    CREATE TABLE u (id INT PRIMARY KEY, n INT, name VARCHAR(40) COLLATE utf8mb4_0900_ai_ci)`);
  for (let from = 0; from < ROWS; from += 1000) {
    const tuples = Array.from({ length: 1000 }, (_, i) => {
      const at = from + i;
      const mixed = (at * 7919) % 4001;
      const maybe = (value: string): string => (mixed % 17 === 0 ? "NULL" : value);
      const name = `${mixed % 2 === 0 ? "Änna" : "anna"} ${mixed % 1500}`;
      return `(${at}, ${maybe(String(mixed - 2000))}, ${maybe(`18446744073709551615 - ${mixed}`)}, ${mixed - 2000}.25,
        ${maybe(`${mixed - 2000}12345678901234567890.5`)}, ${maybe(String(mixed / 8 - 100))}, '${name}',
        ${maybe(`'${name}${" ".repeat(mixed % 3)}'`)}, UNHEX('00${(mixed % 256).toString(16).padStart(2, "0")}00'),
        '2024-01-01 00:00:00' + INTERVAL ${mixed * 1001} MICROSECOND, '2024-01-01' + INTERVAL ${mixed} DAY,
        ${maybe(`'2024-02-02 00:00:00' + INTERVAL ${mixed} HOUR`)}, SEC_TO_TIME(${mixed - 2000}), '[${mixed % 7}, "x"]',
        ${(mixed % 3) + 1}, ${mixed % 1000 === 3 ? "REPEAT('long ', 2000)" : "'short'"})`;
    });
    await database.run(`INSERT INTO t VALUES ${tuples.join(", ")}`);
  }
  await database.run("INSERT INTO u SELECT id, n, UPPER(name) FROM t WHERE id % 3 = 0");
}, 60_000);

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

describe("with little memory", () => {
  const column = fc.constantFrom(
    ..."n m amount big f name padded raw made day at clock e".split(" "),
    "-n",
    "n + m",
    "amount * 3",
    "UPPER(padded)",
    "CAST(j->'$[0]' AS SIGNED)",
  );
  const key = fc.tuple(column, fc.constantFrom("", " DESC")).map(([name, direction]) => name + direction);

  test("sorts give the same rows in the same order, equal ones by arrival", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(key, { minLength: 1, maxLength: 3 }), async (keys) => {
        const sql = `SELECT id, n + 1, name, note, j FROM t ORDER BY ${keys.join(", ")}`;
        const [unspilled, spilled] = await bothWays(sql);
        expect(unspilled.length).toBe(ROWS);
        expect(spilled).toEqual(unspilled);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test("sorts agree with the sort of few rows on the order of every type", async () => {
    for (const name of [
      "n",
      "m",
      "amount",
      "big",
      "f",
      "name",
      "padded",
      "raw",
      "made",
      "day",
      "at",
      "clock",
      "j",
      "e",
    ]) {
      const few = await database.rows(`SELECT id FROM t WHERE id < 900 ORDER BY ${name}, id`);
      const [many] = await bothWays(`SELECT id FROM t ORDER BY ${name}, id`);
      expect(
        many.filter(([id]) => Number(id) < 900),
        name,
      ).toEqual(few);
    }
  }, 60_000);

  test("a sort of computed values keeps their types", async () => {
    const [unspilled, spilled] = await bothWays(
      "SELECT * FROM (SELECT n * 2 a, amount + big b, CONCAT(name, 'x') c, made + INTERVAL 1 DAY d, j, raw, m x FROM t LIMIT 5000) q ORDER BY c, b, a, d",
    );
    expect(spilled).toEqual(unspilled);
  });

  test("a sort below a join keeps the join's place", async () => {
    const [unspilled, spilled] = await bothWays(
      "SELECT t.id, u.id FROM t LEFT JOIN u ON u.n = t.n AND u.id < t.id ORDER BY t.name, t.id, u.id",
    );
    expect(spilled).toEqual(unspilled);
  });

  const aggregates =
    "COUNT(*), SUM(amount), AVG(big), MIN(made), MAX(n), MIN(name), COUNT(DISTINCT n), BIT_XOR(id), SUM(f)";

  test("groups have the same members", async () => {
    for (const key of ["n", "name", "padded", "made", "e, name", "UPPER(name), n", "j, n", "m", "f", "big"]) {
      const [unspilled, spilled] = await bothWays(`SELECT ${key}, ${aggregates} FROM t GROUP BY ${key}`);
      expect(sorted(spilled), key).toEqual(sorted(unspilled));
    }
  }, 60_000);

  test("groups of a join, filtered and joined again, have the same members", async () => {
    const [unspilled, spilled] = await bothWays(
      `SELECT q.n, q.c, u.id FROM (SELECT t.n, COUNT(u.id) c, SUM(t.amount) s FROM t LEFT JOIN u ON u.id = t.id
       GROUP BY t.n HAVING s <> 0) q JOIN u ON u.n = q.n ORDER BY u.id`,
    );
    expect(unspilled.length).toBeGreaterThan(1000);
    expect(spilled).toEqual(unspilled);
  });

  test("DISTINCT and UNION let the same values through", async () => {
    for (const query of [
      "SELECT DISTINCT n FROM t",
      "SELECT DISTINCT LOWER(name), f FROM t",
      "SELECT DISTINCT big, made FROM t",
      "SELECT n, LOWER(name) FROM t UNION SELECT n, LOWER(name) FROM u",
    ]) {
      const [unspilled, spilled] = await bothWays(query);
      expect(sorted(spilled), query).toEqual(sorted(unspilled));
    }
  }, 60_000);

  test("a sort whose rows are not all asked for leaves no file", async () => {
    const { spill } = database.engine;
    const before = { max: spill.memoryMaxBytes, min: spill.shareMinBytes, made: spill.filesMade };
    spill.memoryMaxBytes = 0;
    spill.shareMinBytes = 20_000;
    try {
      const failing = database.rows("SELECT EXP(IF(id = 4000, 1000, 1)) FROM t ORDER BY f, n * 1");
      await expect(failing).rejects.toThrow("DOUBLE value is out of range");
      expect(spill.filesMade).toBeGreaterThan(before.made);
      expect(filesLeft()).toEqual([]);
      expect(spill.usedBytes).toBe(0);
    } finally {
      spill.memoryMaxBytes = before.max;
      spill.shareMinBytes = before.min;
    }
  });
});

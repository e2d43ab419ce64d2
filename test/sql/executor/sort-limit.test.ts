/** ORDER BY with LIMIT and OFFSET gives a part of what ORDER BY gives, although rows left out are not put in order. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

const ROWS = 30_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.open();
  await database.run(`CREATE DATABASE d; USE d; SET cte_max_recursion_depth = ${ROWS};
    CREATE TABLE t (id INT PRIMARY KEY, a DECIMAL(8,2), n VARCHAR(20) COLLATE utf8mb4_general_ci, g INT);
    INSERT INTO t WITH RECURSIVE s AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS})
      SELECT i, IF(i % 23 = 0, NULL, i * 7919 % 6007 / 100), CONCAT('name ', i * 104729 % 911), i % 1500 FROM s`);
}, 30_000);

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const OFFSETS = [0, 1, 29, 1023, 1024, 20_000, ROWS - 10, ROWS - 1, ROWS, ROWS + 7, 4_000_000_000_000];
const COUNTS = [1, 10, 25_000];
const QUERIES = [
  "SELECT id, a FROM t ORDER BY a, id",
  "SELECT id, n FROM t ORDER BY n DESC, a",
  "SELECT id, n FROM t WHERE id <= 30 ORDER BY a, n",
  "SELECT DISTINCT n FROM t WHERE id <= 40 ORDER BY n",
  "SELECT DISTINCT g FROM t ORDER BY g DESC",
  "SELECT g, COUNT(*) AS c, SUM(a) FROM t GROUP BY g ORDER BY c, g",
];

for (const sql of QUERIES) {
  test(`every part of ${sql}`, async () => {
    const all = await database.rows(sql);
    for (const offset of OFFSETS) {
      for (const count of COUNTS) {
        const part = await database.rows(`${sql} LIMIT ${count} OFFSET ${offset}`);
        expect(part).toEqual(all.slice(offset, offset + count));
      }
    }
  }, 30_000);
}

test("rows are counted although they are left out", async () => {
  await database.rows("SELECT SQL_CALC_FOUND_ROWS id FROM t ORDER BY a LIMIT 3 OFFSET 21000");
  expect(await database.rows("SELECT FOUND_ROWS()")).toEqual([[String(ROWS)]]);
});

test("sorts that outgrow their memory leave out the same rows", async () => {
  const { spill } = database.engine;
  const before = { max: spill.memoryMaxBytes, min: spill.shareMinBytes };
  const sql = "SELECT id, n FROM t ORDER BY n, id LIMIT 5 OFFSET 23000";
  const unspilled = await database.rows(sql);
  spill.memoryMaxBytes = 0;
  spill.shareMinBytes = 200_000;
  try {
    const made = spill.filesMade;
    expect(await database.rows(sql)).toEqual(unspilled);
    expect(spill.filesMade).toBeGreaterThan(made);
  } finally {
    spill.memoryMaxBytes = before.max;
    spill.shareMinBytes = before.min;
  }
});

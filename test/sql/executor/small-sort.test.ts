import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SMALL_SORT_ROWS_MAX } from "../../../src/sql/executor/small-sort.ts";
import { TestDatabase } from "../../support/test-database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.open();
  await database.run(
    "CREATE DATABASE d; USE d; CREATE TABLE t (id INT PRIMARY KEY, n INT, c VARCHAR(40) COLLATE utf8mb4_0900_ai_ci)",
  );
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

interface Row {
  readonly n: number | null;
  readonly c: string;
}

async function fill(rows: readonly Row[]): Promise<void> {
  await database.run("DELETE FROM t");
  for (let at = 0; at < rows.length; at += 500) {
    const values = rows.slice(at, at + 500).map(({ n, c }, i) => `(${at + i}, ${n ?? "NULL"}, '${c}')`);
    await database.run(`INSERT INTO t VALUES ${values.join(", ")}`);
  }
}

/** MySQL puts NULL first; letters of both cases are one. */
function inOrder(rows: readonly Row[]): number[] {
  const key = ({ n, c }: Row) => [c.toLowerCase(), n === null ? Number.NEGATIVE_INFINITY : -n] as const;
  return rows
    .map((row, id) => ({ id, key: key(row) }))
    .sort((left, right) =>
      left.key[0] === right.key[0]
        ? left.key[1] - right.key[1] || left.id - right.id
        : left.key[0] < right.key[0]
          ? -1
          : 1,
    )
    .map(({ id }) => id);
}

const row: fc.Arbitrary<Row> = fc.record({
  n: fc.option(fc.integer({ min: -3, max: 3 })),
  c: fc.stringMatching(/^[abAB]{0,9}$/),
});

describe("ORDER BY", () => {
  test("gives rows in order, equal ones in input order, whatever their number", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), async (rows) => {
        await fill(rows);
        const found = await database.rows("SELECT id FROM t ORDER BY c, -n, id");
        expect(found.map(([id]) => Number(id))).toEqual(inOrder(rows));
        const stable = await database.rows("SELECT id FROM t ORDER BY c");
        const byText = rows
          .map(({ c }, id) => ({ id, c: c.toLowerCase() }))
          .sort((left, right) => (left.c < right.c ? -1 : left.c > right.c ? 1 : left.id - right.id));
        expect(stable.map(([id]) => Number(id))).toEqual(byText.map(({ id }) => id));
      }),
      { numRuns: 25 },
    );
  });

  test.each([SMALL_SORT_ROWS_MAX - 1, SMALL_SORT_ROWS_MAX, SMALL_SORT_ROWS_MAX + 1, 3000])(
    "of %d rows gives each of them once, with LIMIT the first ones",
    async (count) => {
      await fill(
        Array.from({ length: count }, (_, i) => ({ n: (i * 7919) % count, c: `k${(i * 31) % 97}` })),
      );
      const sorted = await database.rows("SELECT n FROM t ORDER BY n DESC");
      expect(sorted.map(([n]) => Number(n))).toEqual(Array.from({ length: count }, (_, i) => count - 1 - i));
      expect(await database.rows("SELECT n FROM t ORDER BY n LIMIT 2, 3")).toEqual([["2"], ["3"], ["4"]]);
      // The same plan again, over fewer rows.
      await database.run("DELETE FROM t WHERE n > 2");
      expect(await database.rows("SELECT n FROM t ORDER BY n DESC")).toEqual([["2"], ["1"], ["0"]]);
    },
  );
});

describe("DISTINCT with ORDER BY", () => {
  test.each([0, 1, 100, SMALL_SORT_ROWS_MAX, 2500])("over %d rows shows each value once", async (count) => {
    await fill(
      Array.from({ length: count }, (_, i) => ({ n: i % 5 === 4 ? null : i % 5, c: i % 2 ? "aB" : "ab" })),
    );
    const numbers = [[null], ["0"], ["1"], ["2"], ["3"]].filter((_, i) => (i === 0 ? count > 4 : count >= i));
    expect(await database.rows("SELECT DISTINCT n FROM t ORDER BY n")).toEqual(numbers);
    expect(await database.rows("SELECT DISTINCT n FROM t ORDER BY n DESC LIMIT 2")).toEqual(
      numbers.toReversed().slice(0, 2),
    );
    // Of equal texts the first one read is shown.
    const texts = count === 0 ? [] : [["ab"]];
    expect(await database.rows("SELECT DISTINCT c FROM t ORDER BY c")).toEqual(texts);
    const binary = count < 2 ? texts : [["aB"], ["ab"]];
    expect(await database.rows("SELECT DISTINCT c COLLATE utf8mb4_bin AS b FROM t ORDER BY b")).toEqual(
      binary,
    );
  });

  test("by fewer, more or other expressions than are selected is not merged with the sort", async () => {
    await fill(Array.from({ length: 40 }, (_, i) => ({ n: i % 2, c: `c${i % 4}` })));
    const pairs = await database.rows("SELECT DISTINCT n, c FROM t ORDER BY n");
    expect(pairs.length).toBe(4);
    expect(pairs.map(([n]) => n)).toEqual(["0", "0", "1", "1"]);
    expect(await database.rows("SELECT DISTINCT c, n FROM t ORDER BY n DESC, c")).toEqual([
      ["c1", "1"],
      ["c3", "1"],
      ["c0", "0"],
      ["c2", "0"],
    ]);
    const byOther = await database.rows("SELECT DISTINCT c FROM t ORDER BY c COLLATE utf8mb4_bin DESC");
    expect(byOther).toEqual([["c3"], ["c2"], ["c1"], ["c0"]]);
  });
});

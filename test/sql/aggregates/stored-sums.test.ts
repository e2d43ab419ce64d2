/** SUM and AVG of arithmetic over stored columns, which makes no decimal of a row, against the general way and MySQL. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.open();
  await database.run(`CREATE DATABASE d; USE d;
    CREATE TABLE t (id INT PRIMARY KEY, a DECIMAL(15,3), b DECIMAL(12,2), c INT, u INT UNSIGNED, s SMALLINT, y TINYINT UNSIGNED,
      m MEDIUMINT, g DECIMAL(4,0), w DECIMAL(30,5), v DECIMAL(9,9));
    INSERT INTO t VALUES
      (1, 999999999999.999, 9999999999.99, 2147483647, 4294967295, 32767, 255, 8388607, 9999, 1e24, 0.999999999),
      (2, -999999999999.999, -9999999999.99, -2147483648, 0, -32768, 0, -8388608, -9999, -1e24, -0.999999999),
      (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      (5, 0.001, -0.01, -1, 1, 1, 1, 1, 1, 0.00001, 0.000000001), (6, 1.5, 2.25, 3, 4, -5, 6, -7, 8, 9.5, 0.5),
      (7, -123456789.012, 654321.99, 1234567, 7654321, 999, 99, -99999, -12, 98765.4321, -0.123456789),
      (8, NULL, 5.55, -6, NULL, 7, 8, NULL, -1, NULL, 0.25);
    CREATE TABLE o (id INT PRIMARY KEY); INSERT INTO o VALUES (1), (6), (7), (100)`);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

async function answer(sql: string): Promise<unknown> {
  try {
    return await database.rows(sql);
  } catch (error) {
    return (error as { readonly errno?: number }).errno ?? String(error);
  }
}

const leaf = fc.constantFrom(
  ..."a b c u s y m g w v id".split(" "),
  ..."0 1 2 -3 10 1.5 -0.25 100.00 2147483648 9007199254740993 12345678901234567890 NULL".split(" "),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc
      .tuple(tie("expression"), fc.constantFrom("+", "-", "*"), tie("expression"))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
  ),
}));

test("a sum of arithmetic is the sum of what the arithmetic gives for each row, or its error", async () => {
  await fc.assert(
    fc.asyncProperty(
      expression,
      fc.constantFrom("SUM", "AVG"),
      fc.constantFrom("t", "o LEFT JOIN t USING (id)", "t WHERE id > 3", "t WHERE id > 99"),
      async (text, name, from) => {
        const [plain, general] = [`${name}(${text})`, `${name}(COALESCE(${text}))`];
        expect(await answer(`SELECT ${plain} FROM ${from}`)).toEqual(
          await answer(`SELECT ${general} FROM ${from}`),
        );
      },
    ),
    { numRuns: 250 },
  );
});

test("sums keep every digit beyond the integers that doubles hold", async () => {
  // Recorded from MySQL 9.7.
  expect(
    await database.rows(
      "SELECT SUM(a * b), SUM(a * 1000 + c), SUM(s * c), AVG(b * 2 + u), SUM(w - a), SUM(v * v * v) FROM t WHERE id <> 2",
    ),
  ).toEqual([
    [
      "9999999919209498134661.40112",
      "999878691930704.000",
      "70367829993624",
      "4860786053.888000",
      "999999999999000123555562.44411",
      "1.138743320628210848139102931",
    ],
  ]);
});

test("a kept plan sums with the numbers that it is given, however big", async () => {
  for (const factor of ["2", "9007199254740993", "3", "-1", "12345678901234567"]) {
    expect(await database.rows(`SELECT SUM(a * ${factor}) FROM t`)).toEqual(
      await database.rows(`SELECT SUM(COALESCE(a * ${factor})) FROM t`),
    );
  }
});

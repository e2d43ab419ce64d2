/**
 * A query over a table with indexes gives the rows that the same query gives over a copy without any: whatever the
 * types, orders, NULLs, collations and constants, and wherever the rows lie (trees, committed edits, own edits).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { TestDatabase } from "../support/test-database.ts";

interface ColumnKind {
  readonly type: string;
  /** Literals of values that the column can hold. */
  readonly stored: readonly string[];
  /** Literals that it is compared with, some of which it cannot hold. */
  readonly asked: readonly string[];
}

const INTEGERS = ["0", "1", "2", "3", "-1", "-5", "7", "127", "-128"];
const NUMBERS_ASKED = [
  ...INTEGERS,
  "128",
  "-129",
  "1.5",
  "-1.5",
  "0.0",
  "2.0",
  "1.5e0",
  "-0e0",
  "1e30",
  "-1e30",
  "'1'",
  "'-5'",
  "'1.5'",
  "'2.0'",
  "' 7 '",
  "99999999999999999999",
  "9007199254740993",
  "'9007199254740993'",
];
const TEXTS = [
  "''",
  "'a'",
  "'A'",
  "'ab'",
  "'a '",
  "'á'",
  "'b'",
  "'ß'",
  "'ss'",
  "'s'",
  "'abc'",
  "'a\\0'",
  "'%'",
  "'a_b'",
];
const DATES = ["'2024-01-01'", "'2024-02-29'", "'1999-12-31'", "'2030-06-15'"];
const DATES_ASKED = [
  ...DATES,
  "'2024-01-01 10:00:00'",
  "'2024-01-01 10:00:00.5'",
  "'2024-01-01 00:00:00'",
  "20240229",
  "DATE'1999-12-31'",
  "TIMESTAMP'2024-01-01 23:59:59.999999'",
  "'1000-01-01'",
];
const MOMENTS = [
  "'2024-01-01 00:00:00'",
  "'2024-01-01 10:00:00'",
  "'2024-03-31 01:30:00'",
  "'2024-10-27 02:30:00'",
  "'2030-06-15 12:00:00'",
];

const KINDS: readonly ColumnKind[] = [
  { type: "TINYINT", stored: INTEGERS, asked: NUMBERS_ASKED },
  {
    type: "INT UNSIGNED",
    stored: ["0", "1", "2", "7", "4294967295"],
    asked: [...NUMBERS_ASKED, "4294967295"],
  },
  {
    type: "BIGINT",
    stored: [
      ...INTEGERS,
      "9007199254740992",
      "9007199254740993",
      "9223372036854775807",
      "-9223372036854775808",
    ],
    asked: [
      ...NUMBERS_ASKED,
      "9007199254740992",
      "9007199254740992e0",
      "9223372036854775807",
      "9223372036854775808",
    ],
  },
  {
    type: "DECIMAL(6,2)",
    stored: ["0", "1.5", "-1.5", "2", "9999.99", "-9999.99", "0.01"],
    asked: [...NUMBERS_ASKED, "1.505", "0.005", "9999.99", "10000", "9999.995", "'0.01'", "1.01e-2"],
  },
  {
    type: "DOUBLE",
    stored: ["0", "-0e0", "1.5", "-1.5", "1e30", "0.1"],
    asked: [...NUMBERS_ASKED, "0.1", "1e-300"],
  },
  {
    type: "FLOAT",
    stored: ["0", "-0e0", "1.5", "0.1", "-3.4e38"],
    asked: [...NUMBERS_ASKED, "0.1", "1e-300", "3.5e38"],
  },
  { type: "VARCHAR(20)", stored: TEXTS, asked: [...TEXTS, "'zz'", "'A%'"] },
  { type: "VARCHAR(20) COLLATE utf8mb4_bin", stored: TEXTS, asked: TEXTS },
  { type: "CHAR(10) COLLATE utf8mb4_general_ci", stored: TEXTS, asked: TEXTS },
  { type: "VARCHAR(20) COLLATE utf8mb4_0900_as_cs", stored: TEXTS, asked: TEXTS },
  { type: "VARBINARY(20)", stored: TEXTS, asked: [...TEXTS, "x'61'", "x'6100'"] },
  { type: "DATE", stored: DATES, asked: DATES_ASKED },
  { type: "DATETIME", stored: [...DATES, ...MOMENTS], asked: [...DATES_ASKED, ...MOMENTS] },
  {
    type: "DATETIME(3)",
    stored: ["'2024-01-01 10:00:00.5'", ...MOMENTS],
    asked: [...DATES_ASKED, "'2024-01-01 10:00:00.5005'"],
  },
  { type: "TIMESTAMP", stored: [...DATES, ...MOMENTS], asked: [...DATES_ASKED, ...MOMENTS, "'1969-12-31'"] },
  {
    type: "TIME",
    stored: ["'10:00:00'", "'-10:00:00'", "'00:00:00'"],
    asked: ["'10:00:00'", "'10:00'", "'10:00:00.5'", "100000", "'x'", "'-9:00:00'"],
  },
  {
    type: "YEAR",
    stored: ["1999", "2024", "2155", "0"],
    asked: ["1999", "0", "1900", "2156", "2024", "-1", "1e30"],
  },
  {
    type: "ENUM('a','b','ss','é')",
    stored: ["'a'", "'b'", "'ss'", "'é'"],
    asked: ["'A'", "'b'", "'e'", "'x'", "2", "0", "'ß'", "''"],
  },
];

interface Plan {
  readonly kinds: readonly ColumnKind[];
  readonly nullable: readonly boolean[];
  readonly index: string;
  readonly primary: "id" | "pair";
  readonly rows: readonly (readonly (string | null)[])[];
}

const columnNames = ["a", "b", "c"];

const plan: fc.Arbitrary<Plan> = fc
  .tuple(
    fc.tuple(...columnNames.map(() => fc.constantFrom(...KINDS))),
    fc.tuple(...columnNames.map(() => fc.boolean())),
    fc.uniqueArray(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 3 }),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    fc.constantFrom("id" as const, "pair" as const),
  )
  .chain(([kinds, nullable, parts, descending, primary]) =>
    fc
      .array(
        fc.tuple(
          ...kinds.map((kind, at) =>
            nullable[at]
              ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...kind.stored) }, fc.constant(null))
              : fc.constantFrom(...kind.stored),
          ),
        ),
        { minLength: 1, maxLength: 40 },
      )
      .map((rows) => ({
        kinds,
        nullable,
        primary,
        rows,
        index: parts.map((part, i) => `${columnNames[part]}${descending[i] ? " DESC" : ""}`).join(", "),
      })),
  );

function condition(kinds: readonly ColumnKind[]): fc.Arbitrary<string> {
  const single = fc.constantFrom(0, 1, 2).chain((at) => {
    const name = columnNames[at] as string;
    const asked = fc.constantFrom(...(kinds[at] as ColumnKind).asked, "NULL");
    return fc.oneof(
      fc
        .tuple(fc.constantFrom("=", "<", "<=", ">", ">=", "<>", "<=>"), asked)
        .map(([op, v]) => `${name} ${op} ${v}`),
      fc.tuple(fc.constantFrom("<", ">="), asked).map(([op, v]) => `${v} ${op} ${name}`),
      fc.tuple(asked, asked).map(([low, high]) => `${name} BETWEEN ${low} AND ${high}`),
      fc.array(asked, { minLength: 1, maxLength: 6 }).map((list) => `${name} IN (${list.join(", ")})`),
      fc.constant(`${name} IS NULL`),
      fc.constant(`${name} IS NOT NULL`),
      fc
        .constantFrom(
          "'a%'",
          "'A%'",
          "'%'",
          "'s%'",
          "'ß%'",
          "'a\\\\_%'",
          "'ab'",
          "'á%'",
          "'a_'",
          "'%b'",
          "''",
        )
        .map((pattern) => `${name} LIKE ${pattern}`),
      fc.tuple(asked, asked).map(([v, w]) => `(${name} = ${v} OR ${name} > ${w} OR ${name} IS NULL)`),
      fc.tuple(asked, asked).map(([v, w]) => `(${name} < ${v} OR ${name} >= ${w})`),
      fc.constantFrom(...columnNames).map((other) => `${name} IN (SELECT ${other} FROM plain WHERE id > 3)`),
    );
  });
  return fc.array(single, { minLength: 1, maxLength: 3 }).map((all) => all.join(" AND "));
}

/** MIN or MAX in a form that is the same for values that are equal: 'a' and 'A', 0 and -0. */
function extreme({ kinds }: Plan, call: "MIN" | "MAX", at: number): string {
  const { type } = kinds[at] as ColumnKind;
  const value = `${call}(${columnNames[at]})`;
  if (/CHAR/.test(type)) return `HEX(WEIGHT_STRING(${value}))`;
  return /DOUBLE|FLOAT/.test(type) ? `${value} + 0` : value;
}

const QUERIES: readonly ((where: string, table: string, plan: Plan) => string)[] = [
  (where, table) => `SELECT id, a, b, c FROM ${table} WHERE ${where}`,
  (where, table) => `SELECT id, a FROM ${table} WHERE ${where}`,
  (where, table) => `SELECT b FROM ${table} WHERE ${where}`,
  (where, table) => `SELECT COUNT(*) FROM ${table} WHERE ${where}`,
  (where, table) => `SELECT COUNT(1) + 1, COUNT(id) FROM ${table} WHERE ${where} HAVING COUNT(*) >= 0`,
  (where, table, given) => `SELECT ${extreme(given, "MIN", 0)} FROM ${table} WHERE ${where}`,
  (where, table, given) => `SELECT ${extreme(given, "MAX", 1)}, COUNT(*) FROM ${table} WHERE ${where}`,
  (where, table, given) =>
    `SELECT ${extreme(given, "MIN", 2)}, ${extreme(given, "MAX", 2)}, MAX(id) FROM ${table} WHERE ${where}`,
  (where, table, given) =>
    `SELECT id, (SELECT ${extreme(given, "MAX", 0)} FROM ${table} WHERE ${where}) FROM plain`,
  (where, table) => `SELECT COUNT(a), COUNT(*), COUNT(b) FROM ${table} WHERE ${where}`,
  (where, table) => `SELECT COUNT(DISTINCT c), SUM(id) FROM ${table} WHERE ${where}`,
];

const WHOLE: readonly ((table: string, plan: Plan) => string)[] = [
  (table) => `SELECT COUNT(*) FROM ${table}`,
  (table, given) => `SELECT ${extreme(given, "MIN", 0)}, ${extreme(given, "MAX", 0)} FROM ${table}`,
  (table, given) => `SELECT ${extreme(given, "MIN", 1)}, ${extreme(given, "MAX", 1)} FROM ${table}`,
  (table, given) => `SELECT ${extreme(given, "MIN", 2)}, COUNT(*), MAX(id) FROM ${table}`,
];

/** Joins, groups, subqueries and derived tables over the one table. */
const SHAPES: readonly ((where: string, table: string) => string)[] = [
  (_where, table) =>
    `SELECT x.id, y.id FROM ${table} x JOIN ${table} y ON x.a = y.a AND x.b >= y.b WHERE x.id > 2`,
  (_where, table) =>
    `SELECT x.id, d.id, d.s FROM ${table} x LEFT JOIN (SELECT id, a, id + 1 AS s FROM ${table} WHERE id > 2) d ON d.a = x.a`,
  (where, table) =>
    `SELECT x.id, d.id FROM ${table} x LEFT JOIN (SELECT id, a FROM ${table} WHERE ${where}) d ON d.id = x.id`,
  (where, table) =>
    `SELECT d.id, d.s FROM (SELECT id, id * 2 AS s, a, b, c FROM ${table} WHERE id < 30) d WHERE ${where}`,
  (_where, table) =>
    `SELECT id FROM ${table} x WHERE EXISTS (SELECT 1 FROM ${table} y WHERE y.a = x.a AND y.id <> x.id)`,
  (where, table) =>
    `SELECT id FROM ${table} x WHERE ${where} AND NOT EXISTS (SELECT * FROM ${table} y WHERE y.b = x.b AND y.id > x.id)`,
  (_where, table) =>
    `SELECT id, (SELECT COUNT(*) FROM ${table} y WHERE y.c = x.c AND y.id <= x.id) FROM ${table} x`,
  (where, table) => `SELECT COUNT(*), MIN(id), SUM(id) FROM ${table} WHERE ${where} GROUP BY a`,
  (_where, table) => `SELECT COUNT(*), MIN(id) FROM ${table} GROUP BY a, b HAVING COUNT(*) > 1`,
  (where, table) =>
    `SELECT COUNT(*), MAX(id) FROM ${table} WHERE ${where} GROUP BY b, a ORDER BY a DESC, b LIMIT 3`,
  (_where, table) => `SELECT COUNT(*), MAX(id) FROM ${table} GROUP BY b, a ORDER BY b DESC, a LIMIT 3`,
  (where, table) => `SELECT COUNT(*) FROM (SELECT DISTINCT a, b FROM ${table} WHERE ${where}) d`,
  (_where, table) =>
    `WITH w AS (SELECT id, a FROM ${table}) SELECT x.id, y.id FROM w x JOIN w y ON x.id = y.id + 1 AND x.a = y.a`,
  (_where, table) =>
    `SELECT x.id FROM (SELECT id, a FROM ${table}) x WHERE x.a IN (SELECT a FROM ${table} WHERE id < 5)`,
];

const EQUAL_TEXTS = (rows: readonly (readonly (string | null)[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

async function answer(database: TestDatabase, sql: string): Promise<string[] | string> {
  try {
    return EQUAL_TEXTS(await database.rows(sql));
  } catch (error) {
    return error instanceof Error && "errno" in error ? `error ${error.errno}` : `${error}`;
  }
}

async function createTables(database: TestDatabase, given: Plan): Promise<void> {
  const columns = given.kinds.map(
    (kind, at) => `${columnNames[at]} ${kind.type} ${given.nullable[at] ? "NULL" : "NOT NULL"}`,
  );
  // A key over two columns whose first does not tell rows apart.
  const key = given.primary === "id" ? "PRIMARY KEY (id)" : "g INT AS (id MOD 3) STORED, PRIMARY KEY (g, id)";
  await database.run("DROP TABLE IF EXISTS t, plain");
  await database.run(
    `CREATE TABLE t (id INT NOT NULL, ${columns.join(", ")}, ${key}, KEY k (${given.index}), KEY k2 (a), KEY k3 (b DESC, a))`,
  );
  await database.run(`CREATE TABLE plain (id INT NOT NULL, ${columns.join(", ")})`);
  for (const table of ["t", "plain"]) {
    const list = given.rows.map((row, at) => `(${at}, ${row.map((value) => value ?? "NULL").join(", ")})`);
    await database.run(`INSERT INTO ${table} (id, a, b, c) VALUES ${list.join(", ")}`);
  }
}

async function changeRows(database: TestDatabase, given: Plan, step: number): Promise<void> {
  for (const table of ["t", "plain"]) {
    await database.run(`DELETE FROM ${table} WHERE id % 7 = ${step}`);
    const value = given.kinds[0]?.stored[step % (given.kinds[0]?.stored.length ?? 1)] ?? "NULL";
    await database.run(`UPDATE ${table} SET a = ${value} WHERE id % 5 = ${step}`);
    const row = given.rows[step % given.rows.length] as readonly (string | null)[];
    await database.run(
      `INSERT INTO ${table} (id, a, b, c) VALUES (${1000 + step}, ${row.map((item) => item ?? "NULL").join(", ")})`,
    );
  }
}

test("finds the same rows by every index as without one", async () => {
  await using database = await TestDatabase.open();
  await database.run("SET sql_mode = 'NO_ENGINE_SUBSTITUTION'; SET time_zone = 'Europe/Berlin'");
  await fc.assert(
    fc.asyncProperty(
      plan.chain((given) =>
        fc.tuple(fc.constant(given), fc.array(condition(given.kinds), { minLength: 3, maxLength: 3 })),
      ),
      async ([given, conditions]) => {
        await createTables(database, given);
        const compare = async (): Promise<void> => {
          for (const query of WHOLE) {
            const sql = query("t", given);
            expect([sql, await answer(database, sql)]).toEqual([
              sql,
              await answer(database, query("plain", given)),
            ]);
          }
          for (const query of SHAPES) {
            const [where] = conditions as [string];
            const sql = query(where, "t");
            expect([sql, await answer(database, sql)]).toEqual([
              sql,
              await answer(database, query(where, "plain")),
            ]);
          }
          for (const where of conditions) {
            for (const hint of ["", " FORCE INDEX (k)", " FORCE INDEX (k2)"]) {
              for (const query of QUERIES) {
                const sql = query(where, `t${hint}`, given);
                expect([sql, await answer(database, sql)]).toEqual([
                  sql,
                  await answer(database, query(where, "plain", given)),
                ]);
              }
            }
          }
        };
        await compare();
        // Puts the rows into trees.
        await database.run("ALTER TABLE t FORCE");
        await changeRows(database, given, 1);
        await database.run("START TRANSACTION");
        await changeRows(database, given, 2);
        await compare();
        await database.run("COMMIT");
      },
    ),
    { numRuns: Number(process.env["ACCESS_PATH_RUNS"] ?? 4) },
  );
}, 120_000);

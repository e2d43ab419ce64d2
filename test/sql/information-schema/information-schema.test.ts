import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";
import { RECORDED_TABLES } from "../show/recorded-tables.ts";

type RecordedRow = Readonly<Record<string, string | number | null>>;
/** information_schema of MySQL 9.7 about the tables of recorded-tables.ts, in the database `ddl`. */
const recorded: Readonly<Record<string, readonly RecordedRow[]>> = JSON.parse(
  readFileSync(new URL("../../data/sql/information-schema.json", import.meta.url), "utf8"),
);
const names = new Set(RECORDED_TABLES.filter(({ create }) => create !== undefined).map(({ name }) => name));

let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.open();
  await database.run("CREATE DATABASE ddl; USE ddl");
  for (const { name, sql } of RECORDED_TABLES) if (names.has(name)) await database.run(sql);
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

/** Columns whose values are sizes, times and estimates. */
const UNCOMPARED: ReadonlySet<string> = new Set([
  "DATA_LENGTH",
  "INDEX_LENGTH",
  "CREATE_TIME",
  "UPDATE_TIME",
  "AVG_ROW_LENGTH",
]);

/** MyISAM's own sizes, and the counter that a FULLTEXT index gives to InnoDB's tables. */
const ENGINE_DETAILS: ReadonlySet<string> = new Set(["t15", "t30"]);

function aboutRecordedTable(row: RecordedRow): boolean {
  const { TABLE_NAME: table } = row;
  return table === undefined || (names.has(String(table)) && !ENGINE_DETAILS.has(String(table)));
}

const TABLES: readonly (readonly [string, string, string])[] = [
  ["TABLES", "TABLE_SCHEMA", "TABLE_NAME"],
  ["COLUMNS", "TABLE_SCHEMA", "TABLE_NAME, ORDINAL_POSITION"],
  ["STATISTICS", "TABLE_SCHEMA", "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX"],
  ["TABLE_CONSTRAINTS", "TABLE_SCHEMA", "TABLE_NAME, CONSTRAINT_NAME"],
  ["KEY_COLUMN_USAGE", "TABLE_SCHEMA", "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"],
  ["REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME"],
  ["CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME"],
  ["SCHEMATA", "SCHEMA_NAME", "SCHEMA_NAME"],
  ["PARTITIONS", "TABLE_SCHEMA", "TABLE_NAME"],
];

describe("information_schema", () => {
  test.each(TABLES)("%s says about each table what MySQL says", async (table, schemaColumn, order) => {
    const { columns, rows } = await database.result(
      `SELECT * FROM information_schema.${table} WHERE ${schemaColumn} = 'ddl' ORDER BY ${order}`,
    );
    const actual = rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])),
    );
    const compared = (row: RecordedRow): unknown =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([name]) => !UNCOMPARED.has(name))
          .map(([name, value]) => [name, value === null ? null : String(value)]),
      );
    const expected = (recorded[table.toLowerCase()] ?? []).filter(aboutRecordedTable).map(compared);
    const wanted =
      table === "CHECK_CONSTRAINTS"
        ? expected.filter((row) => !/named|t34/.test(JSON.stringify(row)))
        : expected;
    expect(actual.filter(aboutRecordedTable).map(compared)).toEqual(wanted);
  });

  test("answers about one table without reading the others", async () => {
    const rows = await database.rows(
      "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'ddl' AND TABLE_NAME = 't01'",
    );
    expect(rows).toEqual([["3"]]);
  });

  test("answers 1109 for a table that is not there", async () => {
    await expect(database.run("SELECT * FROM information_schema.nope")).rejects.toMatchObject({
      errno: 1109,
    });
  });

  test("is empty, not absent, about what does not exist", async () => {
    for (const table of [
      "VIEWS",
      "ROUTINES",
      "TRIGGERS",
      "EVENTS",
      "FILES",
      "PARAMETERS",
      "COLUMN_STATISTICS",
    ]) {
      expect(await database.rows(`SELECT * FROM information_schema.${table}`)).toEqual([]);
    }
  });
});

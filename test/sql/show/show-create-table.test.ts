import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestDatabase } from "../../support/test-database.ts";
import { RECORDED_TABLES } from "./recorded-tables.ts";

let database: TestDatabase;
const failures = new Map<string, unknown>();

beforeAll(async () => {
  database = await TestDatabase.open();
  for (const { name, sql } of RECORDED_TABLES) {
    await database.run(sql).catch((error: unknown) => failures.set(name, error));
  }
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

const texts = (rows: readonly (readonly (string | number | null)[])[] | undefined): (string | null)[][] =>
  (rows ?? []).map((row) => row.map((value) => (value === null ? null : String(value))));

describe("SHOW", () => {
  test.each(RECORDED_TABLES.filter(({ create }) => create === undefined))(
    "refuses $name as MySQL does",
    ({ name, errno }) => {
      expect(failures.get(name)).toMatchObject({ errno });
    },
  );

  const made = RECORDED_TABLES.filter(({ create }) => create !== undefined);

  test.each(made)("prints the CREATE TABLE of $name byte for byte", async ({ name, create }) => {
    expect(failures.get(name)).toBeUndefined();
    expect(await database.rows(`SHOW CREATE TABLE ${name}`)).toEqual([[name, create]]);
  });

  test.each(made)("lists the columns of $name", async ({ name, columns }) => {
    expect(await database.rows(`SHOW FULL COLUMNS FROM ${name}`)).toEqual(texts(columns));
  });

  test.each(made)("lists the indexes of $name", async ({ name, index }) => {
    // MySQL estimates cardinality; on empty tables it is 0.
    expect(await database.rows(`SHOW INDEX FROM ${name}`)).toEqual(texts(index));
  });
});

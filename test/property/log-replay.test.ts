import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultEngineSettings } from "../../src/engine/engine-settings.ts";
import type { Column, TableSchema } from "../../src/tables/schema.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";
import {
  column,
  DB,
  EngineFixture,
  finished,
  INT,
  index,
  LONG_TEXT,
  lockedRow,
  schema,
  type TestSession,
} from "../engine/engine-fixture.ts";

const BRANCHES = ["main", "side"];
const TABLES = ["t", "u"];
const CASELESS: SqlType = {
  kind: "string",
  name: "varchar",
  length: 100,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const COLUMNS: readonly Column[] = [
  column(1, "id", INT, { nullable: false }),
  column(2, "a", INT),
  // Texts that differ may have one key.
  column(3, "b", CASELESS),
  column(4, "long", LONG_TEXT),
];
/** What ALTER TABLE goes through, in turn. */
const SCHEMAS: readonly TableSchema[] = [
  schema(COLUMNS, { indexes: [index(10, "ia", "index", [2]), index(11, "ib", "index", [3, 2])] }),
  schema([...COLUMNS, column(5, "c", INT, { absentValue: 7 })], {
    indexes: [index(10, "ia", "index", [2]), index(12, "ic", "index", [5, 3])],
  }),
];

const id = fc.integer({ min: 1, max: 12 });
const values = fc.tuple(
  fc.option(fc.integer({ min: 0, max: 3 })),
  fc.option(fc.constantFrom("x", "X", "y", "")),
  fc.constantFrom<Value>(null, "short", "long ".repeat(2000), "other ".repeat(2000)),
);
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("put" as const), id, values }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("move" as const), id, to: id }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("transaction" as const),
      branch: fc.constantFrom(...BRANCHES),
      edits: fc.array(fc.tuple(fc.constantFrom(...TABLES), edit), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("alter" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function apply(session: TestSession, table: string, change: Edit): Promise<void> {
  await session.run(async (transaction) => {
    const writer = await session.writer(transaction, table);
    const found = await lockedRow(writer, change.id);
    const more = writer.current.schema.columns.length > COLUMNS.length ? [change.id % 3] : [];
    if (change.kind === "put") {
      const row: Value[] = [change.id, ...change.values, ...more];
      if (found === undefined) await finished(() => writer.insertRow(row));
      else await finished(() => writer.updateRow(found.values, row, found.key));
    } else if (found !== undefined) {
      if (change.kind === "delete") return await finished(() => writer.deleteRow(found.values, found.key));
      if ((await lockedRow(writer, change.to)) !== undefined) return;
      await finished(() => writer.updateRow(found.values, [change.to, ...found.values.slice(1)], found.key));
    }
  });
}

/** All steps in a new database; then `crash` kills and opens it with this as the size that begins a checkpoint. */
async function rootsAfter(steps: readonly Step[], crash: number | undefined) {
  const settings = defaultEngineSettings(0);
  await using fixture = await EngineFixture.open({ services: { settings } });
  const session = fixture.session();
  for (const table of TABLES) await session.createTable(table, SCHEMAS[0] as TableSchema);
  const database = fixture.engine.mustGetDatabase("db");
  await database.changeRoot(async (refs) => ({
    changes: new Map(["refs/heads/", "workingSets/heads/"].map((at) => [`${at}side`, refs.get(`${at}main`)])),
    result: undefined,
  }));
  let alters = 0;
  for (const each of steps) {
    if (each.kind === "checkpoint") await database.checkpoint();
    if (each.kind === "alter") {
      const next = SCHEMAS[++alters % SCHEMAS.length] as TableSchema;
      await session.session.dataDefinition.alterTable(DB, "t", { schema: next });
    }
    if (each.kind !== "transaction") continue;
    session.revision = { ...DB, branch: each.branch };
    session.begin();
    for (const [table, change] of each.edits) await apply(session, table, change);
    await session.commit();
    session.revision = DB;
  }
  if (crash !== undefined) {
    settings.checkpointSizeBytes = crash;
    await fixture.reopen("crash");
  }
  const opened = fixture.engine.mustGetDatabase("db");
  const read = fixture.session();
  const counts: number[] = [];
  for (const branch of BRANCHES) {
    const revision = { ...DB, branch };
    for (const table of TABLES)
      counts.push(await read.run((transaction) => transaction.openTable(revision, table).rowCount()));
  }
  await opened.checkpoint();
  const roots = BRANCHES.map((branch) => opened.mustGetBranch(branch).generation.rootAddress);
  return { roots, counts };
}

test("a replayed log gives the roots and row counts of the live database, in one portion and in many", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const live = await rootsAfter(steps, undefined);
      expect(await rootsAfter(steps, 1e9)).toEqual(live);
      expect(await rootsAfter(steps, 150)).toEqual(live);
    }),
    { numRuns: 10 },
  );
}, 60_000);

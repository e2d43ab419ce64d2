/** What a database does by itself: it collects its garbage and removes log segments and what crashes left behind. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { column, EngineFixture, finished, INT, LONG_TEXT, lockedRow, schema } from "./engine-fixture.ts";

const MEGABYTE = 1024 * 1024;
const ROWS = 100;

function logBytes(folder: string): number {
  const wal = join(folder, "db", "wal");
  return readdirSync(wal).reduce((sum, name) => sum + statSync(join(wal, name)).size, 0);
}

async function within(ms: number, reached: () => boolean): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await sleep(20)) if (reached()) return true;
  return reached();
}

test("keeps the files of a database in proportion to what is live, while it is written to", async () => {
  const settings = { flushMode: 2 as const, checkpointSizeBytes: MEGABYTE, checkpointIntervalMs: 100 };
  await using fixture = await EngineFixture.open({ services: { settings } });
  const session = fixture.session();
  await session.createTable(
    "t",
    schema([column(1, "id", INT, { nullable: false }), column(2, "c", LONG_TEXT)]),
    0n,
  );
  const text = (id: number, round: number): string => `${id} in ${round} `.repeat(2000);
  for (let id = 0; id < ROWS; id++) await session.insert("t", [id, text(id, 0)]);
  for (let round = 1; round <= 20; round++) {
    for (let id = 0; id < ROWS; id++) {
      await session.run(async (transaction) => {
        const writer = await session.writer(transaction, "t");
        const row = await lockedRow(writer, id);
        if (row === undefined) throw new Error("the row is there");
        await finished(() => writer.updateRow(row.values, [id, text(id, round)], row.key));
      });
    }
  }
  const { chunks } = fixture.engine.mustGetDatabase("db");
  // 40 MB were written, 2 MB are live.
  expect(await within(10_000, () => chunks.sizeBytes < 14 * MEGABYTE)).toBe(true);
  expect(await within(10_000, () => logBytes(fixture.folder) < 2 * MEGABYTE)).toBe(true);
  expect((await session.rows("t")).map(([id, c]) => c === text(Number(id), 20))).toEqual(
    Array.from({ length: ROWS }, () => true),
  );
  await fixture.reopen("crash");
  expect(await fixture.session().row("t", 7)).toEqual([7, text(7, 20)]);
});

test("removes sorted runs that a crash left behind", async () => {
  await using fixture = await EngineFixture.open();
  await fixture.engine.abandon();
  const left = join(fixture.folder, "db", "sort-run-1-1.tmp");
  writeFileSync(left, "run");
  await fixture.reopen("crash");
  expect(existsSync(left)).toBe(false);
});

test("counts sessions that have selected a branch by USE", async () => {
  await using fixture = await EngineFixture.open();
  const session = fixture.session();
  expect(fixture.engine.sessionsOnBranch("db", "main")).toBe(0);
  session.session.selectedDatabase = "db/main";
  expect(fixture.engine.sessionsOnBranch("db", "main")).toBe(1);
  session.session.close();
  expect(fixture.engine.sessionsOnBranch("db", "main")).toBe(0);
});

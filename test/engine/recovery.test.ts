import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { column, DB, EngineFixture, INT, idsByIndex, LONG_TEXT, PLAIN, schema } from "./engine-fixture.ts";

async function filled(): Promise<EngineFixture> {
  const fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("t", PLAIN, 1n);
  await session.insert("t", [1, 10, "x"], [2, 20, "y"], [3, 30, "z"]);
  return fixture;
}

async function logFile(fixture: EngineFixture): Promise<string> {
  const folder = join(fixture.folder, "db", "wal");
  const names = (await readdir(folder)).sort();
  const last = names[names.length - 1];
  if (last === undefined) throw new Error("there is a log segment");
  return join(folder, last);
}

describe("after a crash", () => {
  test("every commit is there, with its index entries, and counts agree", async () => {
    await using fixture = await filled();
    const session = fixture.session();
    await fixture.engine.mustGetDatabase("db").checkpoint();
    await session.update("t", 1, () => [1, 35, "changed"]);
    await session.delete("t", 2);
    await session.insert("t", [4, 5, null]);
    await fixture.reopen("crash");
    for (const _ of ["replayed", "folded"]) {
      const again = fixture.session();
      expect(await again.rows("t")).toEqual([
        [1, 35, "changed"],
        [3, 30, "z"],
        [4, 5, null],
      ]);
      expect(await again.run((t) => idsByIndex(t.openTable(DB, "t"), 1))).toEqual([4, 3, 1]);
      expect(await again.run((t) => idsByIndex(t.openTable(DB, "t"), 2))).toEqual([4, 1, 3]);
      expect(await again.run((t) => t.openTable(DB, "t").rowCount())).toBe(3);
      await fixture.reopen("close");
    }
  });

  test("nothing of an open transaction is there", async () => {
    await using fixture = await filled();
    const session = fixture.session();
    session.begin();
    await session.insert("t", [4, 40, "open"]);
    await fixture.reopen("crash");
    expect((await fixture.session().rows("t")).length).toBe(3);
  });

  test("a torn tail is dropped, and what is written behind it later is kept", async () => {
    await using fixture = await filled();
    await fixture.session().insert("t", [4, 40, "torn"]);
    await fixture.engine.abandon();
    const path = await logFile(fixture);
    const lastByte = (await readFile(path)).findLastIndex((byte) => byte !== 0);
    await truncate(path, lastByte - 2);
    await fixture.reopen("crash");
    expect((await fixture.session().rows("t")).length).toBe(3);
    await fixture.session().insert("t", [5, 50, "after"]);
    await fixture.reopen("crash");
    expect((await fixture.session().rows("t")).map(([id]) => id)).toEqual([1, 2, 3, 5]);
  });

  test("a damaged record that had been durable is an error naming file and place, never a silent loss", async () => {
    await using fixture = await filled();
    await fixture.session().insert("t", [4, 40, "more"]);
    await fixture.engine.abandon();
    const path = await logFile(fixture);
    const bytes = await readFile(path);
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await fixture.reopen("crash");
    expect(() => fixture.engine.mustGetDatabase("db")).toThrow(
      /write-ahead log is damaged.*\.log at byte 24/,
    );
  });

  test("long values are read back from the log and from trees", async () => {
    await using fixture = await EngineFixture.open();
    const session = fixture.session();
    await session.createTable(
      "b",
      schema([column(1, "id", INT, { nullable: false }), column(2, "text", LONG_TEXT)]),
    );
    const long = "wörds ".repeat(50_000);
    await session.insert("b", [1, long], [2, "short"]);
    await fixture.reopen("crash");
    expect(await fixture.session().row("b", 1)).toEqual([1, long]);
    await fixture.reopen("close");
    expect(await fixture.session().row("b", 1)).toEqual([1, long]);
    await fixture.session().update("b", 1, () => [1, `${long}!`]);
    await fixture.reopen("crash");
    expect(await fixture.session().row("b", 1)).toEqual([1, `${long}!`]);
  });
});

describe("a checkpoint", () => {
  test("empties the log, and gives the same roots as another order of the same edits", async () => {
    await using one = await filled();
    await using two = await filled();
    await two.engine.mustGetDatabase("db").checkpoint();
    await one.session().update("t", 1, () => [1, 11, "xx"]);
    await two.session().delete("t", 1);
    await two.engine.mustGetDatabase("db").checkpoint();
    await two.session().insert("t", [1, 11, "xx"]);
    const roots = [];
    for (const fixture of [one, two]) {
      const database = fixture.engine.mustGetDatabase("db");
      await database.checkpoint();
      expect(await readdir(join(fixture.folder, "db", "wal"))).toEqual([]);
      const record = database.mustGetBranch("main").generation.root.tables.get("t");
      roots.push([record?.primary, record?.indexes]);
    }
    expect(roots[0]).toEqual(roots[1]);
  });

  test("under concurrent writers loses nothing and shows every reader one state", async () => {
    await using fixture = await EngineFixture.open();
    const setup = fixture.session();
    await setup.createTable(
      "accounts",
      schema([column(1, "id", INT, { nullable: false }), column(2, "balance", INT)]),
    );
    await setup.insert("accounts", ...Array.from({ length: 20 }, (_, id) => [id, 100]));
    fixture.engine.services.settings.checkpointSizeBytes = 2000;
    let transfers = 0;
    const work = async (seed: number): Promise<void> => {
      const session = fixture.session();
      for (let round = 0; round < 60; round++) {
        const from = (seed * 7 + round * 3) % 20;
        const to = (from + 1 + ((seed + round) % 19)) % 20;
        session.begin();
        const [low, high, sign] = from < to ? [from, to, -1] : [to, from, 1];
        await session.update("accounts", low, ([id, balance]) => [id ?? null, Number(balance) + sign]);
        await session.update("accounts", high, ([id, balance]) => [id ?? null, Number(balance) - sign]);
        await session.commit();
        transfers++;
        const rows = await session.rows("accounts");
        expect(rows.reduce((sum, [, balance]) => sum + Number(balance), 0)).toBe(2000);
      }
    };
    await Promise.all([1, 2, 3, 4].map(work));
    expect(transfers).toBe(240);
    await fixture.reopen("crash");
    const rows = await fixture.session().rows("accounts");
    expect(rows.reduce((sum, [, balance]) => sum + Number(balance), 0)).toBe(2000);
    expect(rows.length).toBe(20);
  });

  test("is not stopped by garbage collection, nor are old snapshots", async () => {
    await using fixture = await filled();
    const [reader, writer] = [fixture.session(), fixture.session()];
    const database = fixture.engine.mustGetDatabase("db");
    await database.checkpoint();
    reader.begin();
    await reader.rows("t");
    for (let id = 10; id < 200; id++) await writer.insert("t", [id, id, `v${id}`]);
    await writer.delete("t", 1);
    const store = fixture.engine.versionStore("db");
    const inserts = (async () => {
      for (let id = 200; id < 260; id++) await writer.insert("t", [id, id, `v${id}`]);
    })();
    await store.collectGarbage({ full: true });
    await inserts;
    await store.collectGarbage({ full: false });
    expect(await reader.rows("t")).toEqual([
      [1, 10, "x"],
      [2, 20, "y"],
      [3, 30, "z"],
    ]);
    await fixture.reopen("crash");
    expect((await fixture.session().rows("t")).length).toBe(252);
  });
});

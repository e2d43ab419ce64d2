import { describe, expect, test } from "vitest";
import type { TableSchema } from "../../src/tables/schema.ts";
import {
  column,
  DB,
  EngineFixture,
  foreignKey,
  INT,
  idsByIndex,
  index,
  isWaiting,
  PLAIN,
  schema,
  TEXT,
} from "./engine-fixture.ts";

async function filled(): Promise<{ fixture: EngineFixture; session: ReturnType<EngineFixture["session"]> }> {
  const fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("t", PLAIN, 1n);
  for (let id = 1; id <= 50; id++) await session.insert("t", [id, 100 - id, `b${id}`]);
  return { fixture, session };
}

describe("alterTable", () => {
  test("adds a trailing column without rewriting rows", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const wider: TableSchema = {
      ...PLAIN,
      columns: [...PLAIN.columns, column(4, "c", INT, { absentValue: 7 })],
    };
    const database = fixture.engine.mustGetDatabase("db");
    await database.checkpoint();
    const rowsBefore = database.mustGetBranch("main").generation.root.tables.get("t")?.primary;
    await session.session.dataDefinition.alterTable(DB, "t", { schema: wider });
    expect(database.mustGetBranch("main").generation.root.tables.get("t")?.primary).toBe(rowsBefore);
    expect(await session.row("t", 5)).toEqual([5, 95, "b5", 7]);
    await session.insert("t", [60, 1, null, 8]);
    await fixture.reopen("crash");
    expect(await fixture.session().row("t", 60)).toEqual([60, 1, null, 8]);
    expect(await fixture.session().row("t", 1)).toEqual([1, 99, "b1", 7]);
  });

  test("rewrites rows and indexes when a column goes, moves or changes its type", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const [id, a, b] = PLAIN.columns;
    if (id === undefined || a === undefined || b === undefined) throw new Error("three columns");
    const changed = schema([b, id, { ...a, type: TEXT }], { indexes: [index(10, "ia", "index", [2])] });
    await session.session.dataDefinition.alterTable(DB, "t", {
      schema: changed,
      convertRow: ([oldId, oldA, oldB]) => [oldB ?? null, oldId ?? null, `n${oldA}`],
    });
    expect(await session.row("t", 3)).toEqual(["b3", 3, "n97"]);
    await session.session.dataDefinition.alterTable(DB, "t", {
      schema: { ...changed, columns: [id, { ...a, type: TEXT }] },
    });
    expect(await session.row("t", 3)).toEqual([3, "n97"]);
    expect((await session.run((t) => idsByIndex(t.openTable(DB, "t"), 1))).length).toBe(50);
  });

  test("builds an index and refuses a unique one over duplicates, changing nothing", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    await session.insert("t", [51, 50, "dup"]);
    const unique = { ...PLAIN, indexes: [...PLAIN.indexes, index(12, "ua", "unique", [2])] };
    await expect(session.session.dataDefinition.alterTable(DB, "t", { schema: unique })).rejects.toThrow(
      "Duplicate entry '50' for key 't.ua'",
    );
    await session.delete("t", 51);
    await session.session.dataDefinition.alterTable(DB, "t", { schema: unique });
    const ids = await session.run((t) => idsByIndex(t.openTable(DB, "t"), 3));
    expect(ids).toEqual(Array.from({ length: 50 }, (_, at) => 50 - at));
  });

  test("changes the primary key and finds duplicates under the new one", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const byA = { ...PLAIN, primaryKey: [{ columnId: 2, descending: true }] };
    await session.session.dataDefinition.alterTable(DB, "t", { schema: byA });
    expect((await session.rows("t")).map(([rowId]) => rowId)).toEqual(
      Array.from({ length: 50 }, (_, at) => at + 1),
    );
    await session.session.dataDefinition.alterTable(DB, "t", { schema: PLAIN });
    await session.insert("t", [99, 50, "same a"]);
    await expect(session.session.dataDefinition.alterTable(DB, "t", { schema: byA })).rejects.toThrow(
      "Duplicate entry '50' for key 't.PRIMARY'",
    );
  });

  test("renames a table and its columns, and foreign keys follow", async () => {
    await using fixture = await EngineFixture.open();
    const session = fixture.session();
    const parent = schema([column(1, "id", INT, { nullable: false })]);
    const child = schema([column(1, "id", INT, { nullable: false }), column(2, "pid", INT)], {
      indexes: [index(10, "pid", "index", [2])],
      foreignKeys: [foreignKey("fk", [2], "p")],
    });
    await session.createTable("p", parent);
    await session.createTable("c", child);
    const { dataDefinition } = session.session;
    await dataDefinition.alterTable(DB, "p", {
      schema: schema([column(1, "key", INT, { nullable: false })]),
      newName: "q",
    });
    await dataDefinition.renameTables(DB, [{ from: "c", to: "d" }]);
    const [foreign] = session.session.begin().getSchema(DB, "d")?.foreignKeys ?? [];
    expect(foreign).toMatchObject({ parentTable: "q", parentColumns: ["key"] });
    await expect(session.insert("d", [1, 1])).rejects.toMatchObject({ errno: 1452 });
  });

  test("checks the rows that a new foreign key covers", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    await session.createTable("p", schema([column(1, "id", INT, { nullable: false })]));
    const bound = { ...PLAIN, foreignKeys: [foreignKey("fk", [2], "p")] };
    const { dataDefinition } = session.session;
    await expect(dataDefinition.alterTable(DB, "t", { schema: bound })).rejects.toMatchObject({
      errno: 1452,
    });
    session.session.foreignKeyChecks = false;
    await dataDefinition.alterTable(DB, "t", { schema: bound });
  });
});

describe("schema changes", () => {
  test("wait for open transactions on the table, and new writers wait for them", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const other = fixture.session();
    session.begin();
    await session.rows("t");
    const wider = { ...PLAIN, columns: [...PLAIN.columns, column(4, "c", INT)] };
    const change = other.session.dataDefinition.alterTable(DB, "t", { schema: wider });
    expect(await isWaiting(change)).toBe(true);
    const third = fixture.session();
    const write = third.insert("t", [70, 70, "late", 1]);
    expect(await isWaiting(write)).toBe(true);
    expect((await third.session.begin({ autocommit: true }).openTable(DB, "t")).schema.columns.length).toBe(
      3,
    );
    await session.commit();
    await Promise.all([change, write]);
    expect(await session.row("t", 70)).toEqual([70, 70, "late", 1]);
  });

  test("make older snapshots answer 1412 for the changed table", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    await session.createTable("other", PLAIN);
    const reader = fixture.session();
    reader.begin();
    await reader.rows("other");
    const wider = { ...PLAIN, columns: [...PLAIN.columns, column(4, "c", INT)] };
    await session.session.dataDefinition.alterTable(DB, "t", { schema: wider });
    await session.createTable("young", PLAIN);
    await expect(reader.rows("t")).rejects.toMatchObject({ errno: 1412 });
    await expect(reader.rows("young")).rejects.toMatchObject({ errno: 1412 });
    await expect(reader.rows("never")).rejects.toMatchObject({ errno: 1146 });
  });

  test("survive a crash, edits of other tables included", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    await session.createTable("u", PLAIN);
    await session.insert("u", [1, 1, "u"]);
    const { dataDefinition } = session.session;
    await dataDefinition.truncateTable(DB, "t");
    await session.insert("t", [5, 5, "five"]);
    await dataDefinition.renameTables(DB, [{ from: "u", to: "v" }]);
    await session.createTable("w", PLAIN);
    await dataDefinition.dropTables(DB, ["w"]);
    await fixture.reopen("crash");
    const again = fixture.session();
    expect(again.session.begin().tableNames(DB)).toEqual(["t", "v"]);
    expect(await again.rows("t")).toEqual([[5, 5, "five"]]);
    expect(await again.rows("v")).toEqual([[1, 1, "u"]]);
  });

  test("refuse what does not fit with MySQL's errors", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const { dataDefinition } = session.session;
    await expect(session.createTable("t", PLAIN)).rejects.toThrow("Table 't' already exists");
    await expect(dataDefinition.dropTables(DB, ["x", "t", "y"])).rejects.toThrow("Unknown table 'db.x,db.y'");
    await expect(dataDefinition.renameTables(DB, [{ from: "x", to: "z" }])).rejects.toMatchObject({
      errno: 1146,
    });
    await expect(dataDefinition.truncateTable(DB, "x")).rejects.toMatchObject({ errno: 1146 });
    expect((await session.rows("t")).length).toBe(50);
  });
});

describe("databases", () => {
  test("come, stay over a restart under any name, and go", async () => {
    await using fixture = await EngineFixture.open();
    const { dataDefinition } = fixture.session().session;
    const options = { charset: "latin1", collation: "latin1_swedish_ci" };
    for (const name of ["Käse & Brot", "..", "CON", "a.b"])
      await dataDefinition.createDatabase(name, options);
    await expect(dataDefinition.createDatabase("db", options)).rejects.toMatchObject({ errno: 1007 });
    await expect(dataDefinition.createDatabase("a/b", options)).rejects.toMatchObject({ errno: 1102 });
    await dataDefinition.alterDatabase("db", options);
    await fixture.reopen("close");
    expect(fixture.engine.databaseNames()).toEqual(["..", "CON", "Käse & Brot", "a.b", "db"]);
    expect(fixture.engine.databaseOptions("db")).toEqual(options);
    await fixture.engine.dropDatabase("..");
    await expect(fixture.engine.dropDatabase("..")).rejects.toMatchObject({ errno: 1008 });
    await fixture.reopen("crash");
    expect(fixture.engine.databaseNames()).toEqual(["CON", "Käse & Brot", "a.b", "db"]);
  });

  test("are dropped after the transactions that write to them", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    session.begin();
    await session.insert("t", [60, 1, "q"]);
    const drop = fixture.engine.dropDatabase("db");
    expect(await isWaiting(drop)).toBe(true);
    await session.commit();
    await drop;
    await expect(session.rows("t")).rejects.toThrow("Unknown database 'db'");
  });

  test("resolve to branches, commits and points in time", async () => {
    const { fixture, session } = await filled();
    await using _ = fixture;
    const engineSession = session.session;
    expect(engineSession.resolveDatabase("db")).toEqual(DB);
    expect(engineSession.resolveDatabase("db/main")).toEqual(DB);
    expect(() => engineSession.resolveDatabase("db/nope")).toThrow("Unknown database 'db/nope'");
    const first = engineSession.resolveAsOf("db", "HEAD");
    expect(first.readOnly).toBe(true);
    expect(engineSession.begin().tableNames(first)).toEqual([]);
    expect(() => engineSession.begin().openTable(first, "t")).toThrow("Table 'db.t' doesn't exist");
    expect(engineSession.resolveAsOf("db", Date.now() * 1000)).toEqual(first);
  });
});

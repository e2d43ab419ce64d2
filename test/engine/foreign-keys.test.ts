import { expect, test } from "vitest";
import type { ForeignKey, ReferentialAction } from "../../src/tables/schema.ts";
import {
  column,
  EngineFixture,
  foreignKey,
  INT,
  index,
  isWaiting,
  schema,
  type TestSession,
} from "./engine-fixture.ts";

const PARENT = schema([column(1, "id", INT, { nullable: false }), column(2, "u", INT)], {
  indexes: [index(10, "u", "unique", [2])],
});

function child(name: string, onDelete?: ReferentialAction, onUpdate?: ReferentialAction) {
  const actions = { ...(onDelete && { onDelete }), ...(onUpdate && { onUpdate }) };
  return schema([column(1, "id", INT, { nullable: false }), column(2, "pid", INT)], {
    indexes: [index(10, "pid", "index", [2])],
    foreignKeys: [foreignKey(name, [2], "p", actions)],
  });
}

async function family(onDelete?: ReferentialAction, onUpdate?: ReferentialAction) {
  const fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("p", PARENT);
  await session.createTable("c", child("c_fk", onDelete, onUpdate));
  await session.insert("p", [1, 10], [2, 20]);
  await session.insert("c", [1, 1], [2, 1], [3, 2], [4, null]);
  return { fixture, session };
}

test("a child without parent is refused with MySQL's words", async () => {
  const { fixture, session } = await family("cascade", "no action");
  await using _ = fixture;
  await expect(session.insert("c", [9, 9])).rejects.toThrow(
    "Cannot add or update a child row: a foreign key constraint fails (`db`.`c`, CONSTRAINT `c_fk` FOREIGN KEY (`pid`) REFERENCES `p` (`id`) ON DELETE CASCADE)",
  );
  await expect(session.update("c", 1, () => [1, 7])).rejects.toMatchObject({ errno: 1452 });
  await session.update("c", 1, () => [1, null]);
});

test("a parent with children is kept by RESTRICT, SET NULL frees them, CASCADE takes them along", async () => {
  for (const [action, left] of [
    ["restrict", undefined],
    [
      "set null",
      [
        [1, null],
        [2, null],
        [3, 2],
        [4, null],
      ],
    ],
    [
      "cascade",
      [
        [3, 2],
        [4, null],
      ],
    ],
  ] as const) {
    const { fixture, session } = await family(action);
    await using _ = fixture;
    if (left === undefined) {
      await expect(session.delete("p", 1)).rejects.toThrow(
        "Cannot delete or update a parent row: a foreign key constraint fails (`db`.`c`, CONSTRAINT `c_fk` FOREIGN KEY (`pid`) REFERENCES `p` (`id`) ON DELETE RESTRICT)",
      );
      expect(await session.rows("p")).toEqual([
        [1, 10],
        [2, 20],
      ]);
    } else {
      await session.delete("p", 1);
      expect(await session.rows("c")).toEqual(left);
      await fixture.reopen("crash");
      expect(await fixture.session().rows("c")).toEqual(left);
    }
  }
});

test("a changed parent key follows ON UPDATE", async () => {
  for (const [action, expected] of [
    [
      "cascade",
      [
        [1, 5],
        [2, 5],
        [3, 2],
        [4, null],
      ],
    ],
    [
      "set null",
      [
        [1, null],
        [2, null],
        [3, 2],
        [4, null],
      ],
    ],
  ] as const) {
    const { fixture, session } = await family(undefined, action);
    await using _ = fixture;
    await session.update("p", 1, ([, u]) => [5, u ?? null]);
    expect(await session.rows("c")).toEqual(expected);
    await expect(session.delete("p", 5))
      .resolves.toBe(true)
      .catch(() => {});
  }
});

test("a cascade through a self-reference ends, and fails whole below 15 levels", async () => {
  await using fixture = await EngineFixture.open();
  const session = fixture.session();
  const tree = schema([column(1, "id", INT, { nullable: false }), column(2, "up", INT)], {
    indexes: [index(10, "up", "index", [2])],
    foreignKeys: [foreignKey("up_fk", [2], "tree", { onDelete: "cascade" })],
  });
  await session.createTable("tree", tree);
  await session.insert("tree", [1, 1]);
  for (let id = 2; id <= 16; id++) await session.insert("tree", [id, id - 1]);
  await session.insert("tree", [17, 16]);
  await expect(session.delete("tree", 1)).rejects.toMatchObject({ errno: 3008 });
  expect((await session.rows("tree")).length).toBe(17);
  await session.delete("tree", 17);
  await session.delete("tree", 1);
  expect(await session.rows("tree")).toEqual([]);
});

test("a child insert waits for an undecided parent, and holds the parent until it is decided itself", async () => {
  const { fixture, session } = await family();
  await using _ = fixture;
  const other: TestSession = fixture.session();
  session.begin();
  await session.insert("p", [3, 30]);
  const waiting = other.insert("c", [7, 3]);
  expect(await isWaiting(waiting)).toBe(true);
  await session.commit();
  await waiting;
  session.begin();
  await session.insert("c", [8, 2]);
  const removal = other.delete("p", 2);
  expect(await isWaiting(removal)).toBe(true);
  session.rollback();
  await expect(removal).rejects.toMatchObject({ errno: 1451 });
});

test("foreign_key_checks = 0 lets everything pass", async () => {
  const { fixture, session } = await family();
  await using _ = fixture;
  await session.run(async (transaction) => {
    const writer = await session.writer(transaction, "c", false);
    expect(writer.insertRow([9, 99])).toEqual({ kind: "done" });
  });
});

test("declaring one asks for the parent, its columns, their types and a unique key", async () => {
  const { fixture, session } = await family();
  await using _ = fixture;
  const declare = (more: object) =>
    session.createTable(
      "e",
      schema([column(1, "id", INT, { nullable: false }), column(2, "x", { ...INT, ...more } as typeof INT)], {
        indexes: [index(10, "x", "index", [2])],
        foreignKeys: [
          foreignKey(
            "e1",
            [2],
            "c",
            "parentColumns" in more ? (more as Partial<ForeignKey>) : { parentColumns: ["id"] },
          ),
        ],
      }),
    );
  await expect(declare({ name: "bigint" })).rejects.toThrow(
    "Referencing column 'x' and referenced column 'id' in foreign key constraint 'e1' are incompatible.",
  );
  await expect(declare({ parentColumns: ["nope"] })).rejects.toMatchObject({ errno: 3734 });
  await expect(declare({ parentColumns: ["pid"] })).rejects.toMatchObject({ errno: 6125 });
  await expect(
    session.createTable(
      "e",
      schema([column(1, "id", INT)], { foreignKeys: [foreignKey("e1", [1], "nope")] }),
    ),
  ).rejects.toThrow("Failed to open the referenced table 'nope'");
});

test("a parent is not dropped or truncated while others refer to it", async () => {
  const { fixture, session } = await family();
  await using _ = fixture;
  const { dataDefinition } = session.session;
  await expect(dataDefinition.dropTables(session.revision, ["p"])).rejects.toThrow(
    "Cannot drop table 'p' referenced by a foreign key constraint 'c_fk' on table 'c'.",
  );
  await expect(dataDefinition.truncateTable(session.revision, "p")).rejects.toThrow(
    "Cannot truncate a table referenced in a foreign key constraint (`db`.`c`, CONSTRAINT `c_fk`)",
  );
  await dataDefinition.dropTables(session.revision, ["p", "c"]);
});

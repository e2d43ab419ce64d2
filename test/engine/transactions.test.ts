import { describe, expect, test } from "vitest";
import {
  column,
  DB,
  EngineFixture,
  finished,
  INT,
  idsByIndex,
  isWaiting,
  lockedRow,
  PLAIN,
  schema,
  TEXT,
} from "./engine-fixture.ts";

async function withRows(): Promise<EngineFixture> {
  const fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("t", PLAIN, 1n);
  await session.insert("t", [1, 10, "x"], [2, 20, "y"], [3, 30, "z"]);
  return fixture;
}

describe("rows", () => {
  test("are read back by key, in key order and by index, before and after a checkpoint", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    await session.insert("t", [0, 25, null]);
    for (const _ of ["edits", "trees"]) {
      expect(await session.rows("t")).toEqual([
        [0, 25, null],
        [1, 10, "x"],
        [2, 20, "y"],
        [3, 30, "z"],
      ]);
      expect(await session.row("t", 2)).toEqual([2, 20, "y"]);
      expect(await session.row("t", 9)).toBeUndefined();
      expect(await session.run((t) => idsByIndex(t.openTable(DB, "t"), 1))).toEqual([1, 2, 0, 3]);
      expect(await session.run((t) => t.openTable(DB, "t").rowCount())).toBe(4);
      await fixture.engine.mustGetDatabase("db").checkpoint();
    }
  });

  test("of a table without primary key keep their order of insertion", async () => {
    await using fixture = await EngineFixture.open();
    const session = fixture.session();
    await session.createTable("k", schema([column(1, "a", INT)], { key: [] }));
    await session.insert("k", [3], [1]);
    await session.insert("k", [3]);
    expect(await session.rows("k")).toEqual([[3], [1], [3]]);
    await fixture.reopen("crash");
    const again = fixture.session();
    await again.insert("k", [0]);
    expect(await again.rows("k")).toEqual([[3], [1], [3], [0]]);
  });

  test("with a taken primary or unique value are refused, naming the index and the other row", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    await session.run(async (transaction) => {
      const writer = await session.writer(transaction, "t");
      expect(writer.insertRow([1, 0, "new"])).toMatchObject({ kind: "duplicate", index: 0 });
      expect(writer.insertRow([9, 0, "y"])).toMatchObject({ kind: "duplicate", index: 2 });
      expect(writer.insertRow([9, 0, null])).toEqual({ kind: "done" });
      expect(writer.insertRow([8, 0, null])).toEqual({ kind: "done" });
    });
    expect(await session.run((t) => t.openTable(DB, "t").rowCount())).toBe(5);
  });

  test("move when their primary key changes", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    await session.update("t", 2, ([, a, b]) => [7, a ?? null, b ?? null]);
    expect(await session.rows("t")).toEqual([
      [1, 10, "x"],
      [3, 30, "z"],
      [7, 20, "y"],
    ]);
    expect(await session.run((t) => idsByIndex(t.openTable(DB, "t"), 1))).toEqual([1, 7, 3]);
  });
});

describe("a transaction", () => {
  test("sees its own edits, and others see them only after the commit", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.insert("t", [4, 40, "w"]);
    await one.delete("t", 1);
    expect((await one.rows("t")).map(([id]) => id)).toEqual([2, 3, 4]);
    expect((await two.rows("t")).map(([id]) => id)).toEqual([1, 2, 3]);
    await one.commit();
    expect((await two.rows("t")).map(([id]) => id)).toEqual([2, 3, 4]);
  });

  test("leaves nothing behind when it is rolled back", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    session.begin();
    await session.insert("t", [4, 40, "w"]);
    await session.update("t", 1, () => [1, 11, "changed"]);
    session.rollback();
    expect((await session.rows("t")).length).toBe(3);
    expect(await session.row("t", 1)).toEqual([1, 10, "x"]);
    await session.insert("t", [4, 44, "w"]);
  });

  test("goes back to a savepoint and forgets the later ones", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    const transaction = session.begin();
    await session.insert("t", [4, 40, "p"]);
    transaction.savepoint("A");
    await session.insert("t", [5, 50, "q"]);
    transaction.savepoint("b");
    await session.update("t", 4, () => [4, 41, "r"]);
    transaction.rollbackToSavepoint("a");
    expect(() => transaction.rollbackToSavepoint("b")).toThrowError("SAVEPOINT b does not exist");
    expect(await session.row("t", 4)).toEqual([4, 40, "p"]);
    expect(await session.row("t", 5)).toBeUndefined();
    await session.commit();
    expect((await session.rows("t")).length).toBe(4);
  });

  test("undoes a failed statement alone", async () => {
    await using fixture = await withRows();
    const session = fixture.session();
    session.begin();
    await session.insert("t", [4, 40, "p"]);
    await expect(session.insert("t", [5, 50, "q"], [1, 0, "dup"])).rejects.toThrow("duplicate");
    expect((await session.rows("t")).map(([id]) => id)).toEqual([1, 2, 3, 4]);
  });
});

describe("REPEATABLE READ", () => {
  test("keeps its snapshot across commits of others, checkpoints, and its own edits of changed rows", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    const database = fixture.engine.mustGetDatabase("db");
    one.begin();
    expect((await one.rows("t")).length).toBe(3);
    await two.update("t", 1, () => [1, 99, "changed"]);
    await two.insert("t", [4, 40, "p"]);
    await two.delete("t", 3);
    await database.checkpoint();
    await two.insert("t", [5, 50, "q"]);
    expect(await one.rows("t")).toEqual([
      [1, 10, "x"],
      [2, 20, "y"],
      [3, 30, "z"],
    ]);
    // A write acts on the newest row; the transaction then reads its own version, also through indexes.
    await one.update("t", 1, ([id, a]) => [id ?? null, Number(a) + 1, "mine"]);
    expect(await one.row("t", 1)).toEqual([1, 100, "mine"]);
    expect(await one.run((t) => idsByIndex(t.openTable(DB, "t"), 1))).toEqual([2, 3, 1]);
    expect(await one.delete("t", 4)).toBe(true);
    expect(await one.run((t) => t.openTable(DB, "t").rowCount())).toBe(3);
    await one.commit();
    expect((await two.rows("t")).map(([id]) => id)).toEqual([1, 2, 5]);
  });

  test("takes its snapshot at the first read, WITH CONSISTENT SNAPSHOT at once", async () => {
    await using fixture = await withRows();
    const [early, late, other] = [fixture.session(), fixture.session(), fixture.session()];
    const snapshot = early.session.begin({ consistentSnapshot: true });
    late.begin();
    await other.insert("t", [4, 40, "p"]);
    expect(snapshot.openTable(DB, "t").rowCount()).toBe(3);
    expect((await late.rows("t")).length).toBe(4);
    snapshot.rollback();
  });
});

test("READ COMMITTED sees what was committed before each statement", async () => {
  await using fixture = await withRows();
  const [one, two] = [fixture.session(), fixture.session()];
  one.session.isolation = "READ-COMMITTED";
  one.begin();
  expect((await one.rows("t")).length).toBe(3);
  await two.insert("t", [4, 40, "p"]);
  expect((await one.rows("t")).length).toBe(4);
});

describe("row locks", () => {
  test("make a second writer wait for the first and then see its row", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.update("t", 1, ([id, a]) => [id ?? null, Number(a) + 1, "one"]);
    const waiting = two.update("t", 1, ([id, a]) => [id ?? null, Number(a) + 1, "two"]);
    expect(await isWaiting(waiting)).toBe(true);
    await one.commit();
    await waiting;
    expect(await two.row("t", 1)).toEqual([1, 12, "two"]);
  });

  test("time out with 1205 and leave the transaction open", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.delete("t", 1);
    two.session.lockWaitTimeoutSeconds = 0.05;
    two.begin();
    await two.insert("t", [7, 70, "kept"]);
    await expect(two.delete("t", 1)).rejects.toMatchObject({ errno: 1205 });
    await two.commit();
    expect(await two.row("t", 7)).toEqual([7, 70, "kept"]);
  });

  test("answer NOWAIT with 3572 and SKIP LOCKED with skipped", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.delete("t", 1);
    await two.run(async (transaction) => {
      const writer = await two.writer(transaction, "t");
      const key = await one.run(async (t) => (await lockedRow(await one.writer(t, "t"), 2))?.key);
      expect(key).toBeDefined();
      if (key === undefined) return;
      expect(writer.lockRow(key, "share", "skip locked")).toEqual({ kind: "skipped" });
      expect(() => writer.lockRow(key, "update", "nowait")).toThrowError(/NOWAIT/);
    });
  });

  test("end a deadlock by rolling back the transaction with fewer edits", async () => {
    await using fixture = await withRows();
    const [big, small] = [fixture.session(), fixture.session()];
    big.begin();
    small.begin();
    await big.update("t", 1, () => [1, 1, "big"]);
    await big.insert("t", [8, 8, "more"]);
    await small.update("t", 2, () => [2, 2, "small"]);
    const waiting = big.update("t", 2, () => [2, 3, "big2"]);
    expect(await isWaiting(waiting)).toBe(true);
    await expect(small.update("t", 1, () => [1, 4, "never"])).rejects.toMatchObject({ errno: 1213 });
    expect(small.transaction?.ended).toBe(true);
    await waiting;
    await big.commit();
    expect(await small.session.begin().openTable(DB, "t").rowCount()).toBe(4);
    expect(await big.row("t", 2)).toEqual([2, 3, "big2"]);
  });

  test("stop waiting when the statement is killed", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.delete("t", 1);
    const kill = new AbortController();
    const transaction = two.begin();
    transaction.beginStatement(kill.signal);
    const writer = await two.writer(transaction, "t");
    const waiting = lockedRow(writer, 1);
    expect(await isWaiting(waiting)).toBe(true);
    kill.abort();
    await expect(waiting).rejects.toMatchObject({ errno: 1317 });
  });

  test("make an insert wait for an undecided insert or delete of the same unique value", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    one.begin();
    await one.insert("t", [4, 40, "w"]);
    const sameValue = two.insert("t", [5, 50, "w"]);
    expect(await isWaiting(sameValue)).toBe(true);
    one.rollback();
    await sameValue;
    one.begin();
    await one.delete("t", 5);
    const freed = two.insert("t", [6, 60, "w"]);
    expect(await isWaiting(freed)).toBe(true);
    one.rollback();
    await expect(freed).rejects.toThrow("duplicate in index 2");
  });

  test("of different branches never meet", async () => {
    await using fixture = await withRows();
    const database = fixture.engine.mustGetDatabase("db");
    await database.checkpoint();
    await database.changeRoot(async (refs) => {
      const changes = new Map<string, ReturnType<typeof refs.get>>();
      for (const prefix of ["refs/heads/", "workingSets/heads/"])
        changes.set(`${prefix}other`, refs.get(`${prefix}main`));
      return { changes, result: undefined };
    });
    const [one, two] = [fixture.session(), fixture.session()];
    two.revision = { ...DB, branch: "other" };
    one.begin();
    await one.update("t", 1, () => [1, 1, "main"]);
    await two.update("t", 1, () => [1, 2, "other"]);
    await one.commit();
    await fixture.reopen("crash");
    const [main, other] = [fixture.session(), fixture.session()];
    other.revision = { ...DB, branch: "other" };
    expect(await main.row("t", 1)).toEqual([1, 1, "main"]);
    expect(await other.row("t", 1)).toEqual([1, 2, "other"]);
  });
});

const WHOLE_SCAN = { range: {}, direction: "forward", policy: "wait" } as const;

describe("a guarded range", () => {
  test("keeps others from inserting into it until its owner ends", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    const transaction = one.begin();
    const writer = await one.writer(transaction, "t");
    expect(writer.lockRange(0, WHOLE_SCAN).extend(undefined)).toEqual({ kind: "granted" });
    const phantom = two.insert("t", [9, 90, "q"]);
    expect(await isWaiting(phantom)).toBe(true);
    await finished(() => writer.insertRow([8, 80, "own"]));
    await one.commit();
    await phantom;
    expect((await two.rows("t")).length).toBe(5);
  });

  test("waits for rows that others have inserted into it and not committed", async () => {
    await using fixture = await withRows();
    const [one, two] = [fixture.session(), fixture.session()];
    two.begin();
    await two.insert("t", [9, 90, "q"]);
    const writer = await one.writer(one.begin(), "t");
    const range = writer.lockRange(0, WHOLE_SCAN);
    const outcome = range.extend(undefined);
    expect(outcome.kind).toBe("wait");
    two.rollback();
    if (outcome.kind === "wait") await outcome.promise;
    expect(range.extend(undefined)).toEqual({ kind: "granted" });
  });
});

test("AUTO_INCREMENT is never rolled back and survives a crash", async () => {
  await using fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable(
    "t",
    schema([column(1, "id", INT, { nullable: false, autoIncrement: true }), column(2, "b", TEXT)]),
    1n,
  );
  session.begin();
  await session.run(async (transaction) => {
    const writer = await session.writer(transaction, "t");
    expect(writer.reserveAutoIncrement(3)).toBe(1n);
  });
  session.rollback();
  await session.run(async (transaction) => {
    const writer = await session.writer(transaction, "t");
    const id = writer.reserveAutoIncrement(1);
    expect(id).toBe(4n);
    await finished(() => writer.insertRow([Number(id), "x"]));
    writer.noteAutoIncrement(99);
  });
  await fixture.reopen("crash");
  const again = fixture.session();
  expect(await again.run((t) => t.openTable(DB, "t").autoIncrement())).toBe(100n);
});

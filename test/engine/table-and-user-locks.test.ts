import { expect, test } from "vitest";
import {
  column,
  DB,
  EngineFixture,
  INT,
  idsByIndex,
  index,
  isWaiting,
  PLAIN,
  schema,
} from "./engine-fixture.ts";

test("LOCK TABLES READ keeps writers out, WRITE keeps everyone out, and both end with the unlock", async () => {
  await using fixture = await EngineFixture.open();
  const [one, two] = [fixture.session(), fixture.session()];
  await one.createTable("t", PLAIN, 1n);
  const locker = one.begin();
  await locker.lockTables(DB, [{ name: "t", mode: "read" }]);
  expect(await two.rows("t")).toEqual([]);
  const write = two.insert("t", [1, 1, "a"]);
  expect(await isWaiting(write)).toBe(true);
  locker.unlockTables();
  await write;
  await locker.lockTables(DB, [{ name: "t", mode: "write" }]);
  await one.insert("t", [2, 2, "mine"]);
  const reader = two.session.begin();
  const read = reader.lockMetadata(DB, ["t"]) ?? Promise.reject(new Error("has to wait"));
  expect(await isWaiting(read)).toBe(true);
  await one.commit();
  await read;
  expect(reader.openTable(DB, "t").rowCount()).toBe(2);
  await expect(one.begin().lockTables(DB, [{ name: "nope", mode: "read" }])).rejects.toMatchObject({
    errno: 1146,
  });
});

test("user locks are counted, waited for, and detect deadlocks", async () => {
  await using fixture = await EngineFixture.open();
  const [one, two] = [fixture.session().session, fixture.session().session];
  expect(await one.getUserLock("A", 0)).toBe(1);
  expect(await one.getUserLock("a", 0)).toBe(1);
  expect(await two.getUserLock("a", 0.02)).toBe(0);
  expect(two.releaseUserLock("a")).toBe(0);
  expect(two.releaseUserLock("unknown")).toBeNull();
  expect(two.userLockHolder("a")).toBe(one.id);
  expect(one.releaseUserLock("a")).toBe(1);
  expect(await two.getUserLock("b", -1)).toBe(1);
  const waiting = one.getUserLock("b", 10);
  expect(await isWaiting(waiting)).toBe(true);
  await expect(two.getUserLock("a", 10)).rejects.toMatchObject({ errno: 3058 });
  expect(two.releaseAllUserLocks()).toBe(1);
  expect(await waiting).toBe(1);
  one.close();
  expect(await two.getUserLock("a", 0)).toBe(1);
});

test("an index on a virtual column survives a crash, although the log cannot derive it", async () => {
  await using fixture = await EngineFixture.open();
  const session = fixture.session();
  const table = schema(
    [
      column(1, "id", INT, { nullable: false }),
      column(2, "a", INT),
      column(3, "v", INT, { generated: { sql: "(`a` * -(1))", stored: false } }),
    ],
    { indexes: [index(10, "iv", "index", [3])] },
  );
  await session.createTable("g", table);
  await session.insert("g", [1, 10, -10], [2, 20, -20], [3, 30, -30]);
  await session.run(async (transaction) => {
    const writer = await session.writer(transaction, "g");
    const key = Buffer.from([0x80, 0, 0, 2]);
    expect(writer.updateRow([2, 20, -20], [2, 5, -5], key)).toEqual({ kind: "done" });
  });
  await fixture.reopen("crash");
  const again = fixture.session();
  expect(await again.run((t) => idsByIndex(t.openTable(DB, "g"), 1))).toEqual([3, 1, 2]);
  expect(await again.rows("g")).toEqual([
    [1, 10, null],
    [2, 5, null],
    [3, 30, null],
  ]);
});

test("read-only transactions and revisions refuse writes", async () => {
  await using fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("t", PLAIN, 1n);
  const readOnly = session.session.begin({ readOnly: true });
  const writer = await readOnly.openTableForWrite(DB, "t", { foreignKeyChecks: true });
  expect(() => writer.insertRow([1, 2, "no"])).toThrow(/READ ONLY/);
  const old = session.session.resolveAsOf("db", "HEAD");
  expect(() => session.session.begin().openTableForWrite(old, "t", { foreignKeyChecks: true })).toThrow(
    /read only/,
  );
});

import { expect, test } from "vitest";
import { HEADS_PREFIX, type RefChanges, type Refs, WORKING_SETS_PREFIX } from "../../src/vcs/refs.ts";
import { DB, EngineFixture, isWaiting, PLAIN } from "./engine-fixture.ts";

const MAIN_WORKING = `${WORKING_SETS_PREFIX}main`;

async function filled() {
  const fixture = await EngineFixture.open();
  const session = fixture.session();
  await session.createTable("t", PLAIN, 1n);
  await session.insert("t", [1, 10, "one"]);
  return { fixture, session, store: fixture.engine.versionStore("db") };
}

function copyBranch(to: string): (refs: Refs) => RefChanges {
  return (refs) =>
    new Map([HEADS_PREFIX, WORKING_SETS_PREFIX].map((prefix) => [prefix + to, refs.get(`${prefix}main`)]));
}

test("refs show everything that was committed, and a new branch starts from it at once", async () => {
  const { fixture, session, store } = await filled();
  await using _ = fixture;
  await store.updateRefs(copyBranch("side"));
  const other = fixture.session();
  other.session.checkout("db", "side");
  other.revision = other.session.resolveDatabase("db");
  expect(other.revision.branch).toBe("side");
  await other.insert("t", [2, 20, "two"]);
  expect((await session.rows("t")).length).toBe(1);
  expect((await other.rows("t")).length).toBe(2);
  expect(store.sessionsOnBranch("side")).toBe(1);
});

test("replacing a working root waits for writers, and sessions then read the new one, keeping old snapshots", async () => {
  const { fixture, session, store } = await filled();
  await using _ = fixture;
  await store.checkpoint();
  const before = store.refs().get(MAIN_WORKING);
  await session.insert("t", [2, 20, "two"]);
  const reader = fixture.session();
  reader.begin();
  expect((await reader.rows("t")).length).toBe(2);
  const writer = fixture.session();
  writer.begin();
  await writer.insert("t", [3, 30, "three"]);
  const reset = store.updateRefs(() => new Map([[MAIN_WORKING, before]]));
  expect(await isWaiting(reset)).toBe(true);
  await writer.commit();
  await reset;
  expect((await reader.rows("t")).length).toBe(2);
  await reader.commit();
  expect(await session.rows("t")).toEqual([[1, 10, "one"]]);
  await session.insert("t", [9, 90, "after"]);
  await fixture.reopen("crash");
  expect((await fixture.session().rows("t")).map(([id]) => id)).toEqual([1, 9]);
});

test("a change that throws leaves refs and rows as they were", async () => {
  const { fixture, session, store } = await filled();
  await using _ = fixture;
  const { refs } = fixture.engine.mustGetDatabase("db");
  const change = store.updateRefs(() => {
    throw new Error("nothing to commit");
  });
  await expect(change).rejects.toThrow("nothing to commit");
  expect(store.refs().get(`${HEADS_PREFIX}main`)).toBe(refs.get(`${HEADS_PREFIX}main`));
  expect((await session.rows("t")).length).toBe(1);
});

test("a deleted branch is gone for sessions that were on it and for writers that waited", async () => {
  const { fixture, store } = await filled();
  await using _ = fixture;
  await store.updateRefs(copyBranch("side"));
  const [one, two] = [fixture.session(), fixture.session()];
  for (const each of [one, two]) each.revision = { ...DB, branch: "side" };
  one.begin();
  await one.insert("t", [2, 20, "two"]);
  const removal = store.updateRefs(
    () => new Map([HEADS_PREFIX, WORKING_SETS_PREFIX].map((prefix) => [`${prefix}side`, undefined])),
  );
  expect(await isWaiting(removal)).toBe(true);
  const late = two.insert("t", [3, 30, "three"]);
  expect(await isWaiting(late)).toBe(true);
  await one.commit();
  await removal;
  await expect(late).rejects.toThrow("Unknown database 'db/side'");
  await fixture.reopen("crash");
  expect(fixture.engine.mustGetDatabase("db").branchNames()).toEqual(["main"]);
});

test("a restored database takes the place of the old one only when it opens", async () => {
  const { fixture, session } = await filled();
  await using _ = fixture;
  const broken = fixture.engine.installDatabase("db", async () => {}, { replace: true });
  await expect(broken).rejects.toThrow();
  expect((await session.rows("t")).length).toBe(1);
});

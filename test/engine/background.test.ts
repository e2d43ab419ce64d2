/** Checkpoints, collections and checks in a background thread do what they do in the main one. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type SyncRequest, type SyncResult, syncBackup } from "../../src/backup/sync-backup.ts";
import { verifyBackup } from "../../src/backup/verify-backup.ts";
import { SeededRandom } from "../../src/base/random.ts";
import type { TableChange } from "../../src/engine/api.ts";
import { DirectJobs, ThreadedJobs } from "../../src/engine/background/background-jobs.ts";
import type { CairnEngineOptions } from "../../src/engine/cairn-engine.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { FileRemoteStore } from "../../src/remotes/file-remote-store.ts";
import { RemoteError } from "../../src/remotes/remote-error.ts";
import type { RemoteStore } from "../../src/remotes/remote-store.ts";
import type { TableSchema } from "../../src/tables/schema.ts";
import {
  column,
  DB,
  EngineFixture,
  finished,
  INT,
  idsByIndex,
  index,
  LONG_TEXT,
  schema,
} from "./engine-fixture.ts";

const TABLE = schema(
  [column(1, "id", INT, { nullable: false }), column(2, "a", INT), column(3, "c", LONG_TEXT)],
  { indexes: [index(10, "ia", "index", [2])] },
);
const ROWS = 3_000;

/** Of some rows the text is long enough to become a blob. */
function text(id: number, round: number): string {
  return `${id} in ${round} `.repeat(id % 50 === 0 ? 2_000 : 20);
}

async function insertAll(fixture: EngineFixture, table = "t"): Promise<void> {
  await fixture.session().run(async (transaction) => {
    transaction.beginStatement();
    const writer = await transaction.openTableForWrite(DB, table, { foreignKeyChecks: true });
    for (let id = 0; id < ROWS; id++) await finished(() => writer.insertRow([id, id % 97, text(id, 0)]));
  });
}

/** Two checkpoints: of inserts, and of updates, deletes and inserts between them. */
async function fill(fixture: EngineFixture): Promise<string> {
  const session = fixture.session();
  const database = fixture.engine.mustGetDatabase("db");
  await session.createTable("t", TABLE, 0n);
  await insertAll(fixture);
  await database.checkpoint();
  for (let id = 0; id < ROWS; id += 100) await session.update("t", id, () => [id, 1, text(id, 1)]);
  for (let id = 7; id < ROWS; id += 300) await session.delete("t", id);
  await session.insert("t", [ROWS + 5, 3, text(50, 2)]);
  await database.checkpoint();
  return database.mustGetBranch("main").generation.rootAddress;
}

async function checkSound(fixture: EngineFixture): Promise<void> {
  expect(await fixture.engine.versionStore("db").check()).toEqual([]);
  const session = fixture.session();
  const rows = await session.rows("t");
  expect(rows.length).toBe(ROWS + 1 - ROWS / 300);
  for (const [id, , c] of rows) {
    const round = Number(id) > ROWS ? 2 : Number(id) % 100 === 0 ? 1 : 0;
    if (c !== text(round === 2 ? 50 : Number(id), round)) throw new Error(`row ${id} is wrong`);
  }
  const ids = await session.run((transaction) => idsByIndex(transaction.openTable(DB, "t"), 1));
  expect(ids.length).toBe(rows.length);
}

function services(background: ThreadedJobs | DirectJobs): Partial<CairnEngineOptions> {
  return { services: { background } };
}

describe("a checkpoint in a background thread", () => {
  test("gives the same roots as one in the main thread, with and without a table file", async () => {
    const roots: string[] = [];
    for (const jobs of [
      new DirectJobs(new NodeFileSystem()),
      new DirectJobs(new NodeFileSystem(), { editsMin: 1, tableBytesMin: 1 }),
      new ThreadedJobs(1, { editsMin: 1 }),
      new ThreadedJobs(1, { editsMin: 1, tableBytesMin: 100_000 }),
    ]) {
      await using fixture = await EngineFixture.open(services(jobs));
      roots.push(await fill(fixture));
      await checkSound(fixture);
      await jobs.close();
    }
    expect(new Set(roots).size).toBe(1);
  });

  test("is durable, and its files survive collections and reopening", async () => {
    const jobs = new ThreadedJobs(1, { editsMin: 1, tableBytesMin: 10_000 });
    await using opened = await EngineFixture.open(services(jobs));
    await fill(opened);
    const tables = readdirSync(join(opened.folder, "db")).filter((name) => name.endsWith(".table"));
    expect(tables.length).toBe(2);
    await opened.engine.versionStore("db").collectGarbage({ full: true });
    await checkSound(opened);
    await opened.engine.abandon();
  });

  test("falls back to the main thread when the thread dies", async () => {
    const jobs = new ThreadedJobs(1, { editsMin: 1 });
    await jobs.close();
    await using fixture = await EngineFixture.open(services(jobs));
    await fill(fixture);
    const direct = new DirectJobs(new NodeFileSystem());
    Object.assign(fixture.engine.services, { background: direct });
    await checkSound(fixture);
  });
});

describe("a table rebuilt in a background thread", () => {
  const indexed: TableSchema = {
    ...TABLE,
    indexes: [
      ...TABLE.indexes,
      index(11, "ca", "index", [3, 2]),
      index(12, "ua", "unique", [1, 2]),
      { ...index(13, "cp", "index", [2]), parts: [{ columnId: 3, descending: true, prefixLength: 5 }] },
    ],
  };
  const unique: TableSchema = { ...indexed, indexes: [...TABLE.indexes, index(14, "uc", "unique", [3])] };
  const LIMITS = { rowsMin: 1, editsMin: 1 };

  function alter(fixture: EngineFixture, change: TableChange): Promise<void> {
    return fixture.session().session.dataDefinition.alterTable(DB, "t", change);
  }

  function rootOf(fixture: EngineFixture): string {
    return fixture.engine.mustGetDatabase("db").mustGetBranch("main").generation.rootAddress;
  }

  test("has the same trees as one rebuilt in the main thread, with what was committed just before", async () => {
    const roots: string[] = [];
    for (const jobs of [
      new DirectJobs(new NodeFileSystem()),
      new DirectJobs(new NodeFileSystem(), { ...LIMITS, tableBytesMin: 1 }),
      new ThreadedJobs(1, LIMITS),
      new ThreadedJobs(1, { ...LIMITS, tableBytesMin: 50_000 }),
    ]) {
      await using fixture = await EngineFixture.open(services(jobs));
      await fill(fixture);
      const session = fixture.session();
      await session.update("t", 50, () => [50, 9, "committed, and in no tree yet"]);
      await session.delete("t", 51);
      await alter(fixture, { schema: indexed });
      roots.push(rootOf(fixture));
      expect(await fixture.engine.versionStore("db").check()).toEqual([]);
      await fixture.reopen("crash");
      const rows = await fixture.session().rows("t");
      expect(rows.length).toBe(ROWS - ROWS / 300);
      for (const at of [2, 3, 4]) {
        const ids = await fixture.session().run((open) => idsByIndex(open.openTable(DB, "t"), at));
        expect(ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(rows.map(([id]) => id));
      }
      await jobs.close();
    }
    expect(new Set(roots).size).toBe(1);
  });

  test("goes on with rows as they are when columns are added", async () => {
    const jobs = new ThreadedJobs(1, LIMITS);
    await using fixture = await EngineFixture.open(services(jobs));
    await fill(fixture);
    const columns = [...TABLE.columns, column(4, "d", INT, { absentValue: 7 })];
    await alter(fixture, { schema: { ...TABLE, columns, indexes: [index(10, "d", "unique", [4, 1])] } });
    expect(await fixture.engine.versionStore("db").check()).toEqual([]);
    const ids = await fixture.session().run((open) => idsByIndex(open.openTable(DB, "t"), 1));
    expect(ids).toEqual((await fixture.session().rows("t")).map(([id]) => id));
    await jobs.close();
  });

  test("is refused with the duplicate's values and the table's new name, and changes nothing", async () => {
    const jobs = new ThreadedJobs(1, LIMITS);
    await using fixture = await EngineFixture.open(services(jobs));
    await fill(fixture);
    await fixture.session().update("t", 60, () => [60, 9, "twice"]);
    await fixture.session().update("t", 61, () => [61, 9, "twice"]);
    const before = (await fixture.session().rows("t")).length;
    await expect(alter(fixture, { schema: unique, newName: "n" })).rejects.toMatchObject({
      errno: 1062,
      message: "Duplicate entry 'twice' for key 'n.uc'",
    });
    expect(fixture.session().begin().getSchema(DB, "t")?.indexes.length).toBe(1);
    expect((await fixture.session().rows("t")).length).toBe(before);
    await fixture.session().update("t", 61, () => [61, 9, null]);
    await fixture.session().update("t", 62, () => [62, 9, null]);
    await alter(fixture, { schema: unique });
    await expect(fixture.session().insert("t", [ROWS + 9, 1, "twice"])).rejects.toThrow(
      "duplicate in index 2",
    );
    const files = readdirSync(join(fixture.folder, "db"));
    expect(files.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await jobs.close();
  });

  test("ends with the reason of who stopped it, leaves no file, and others commit meanwhile", async () => {
    const jobs = new ThreadedJobs(1, { ...LIMITS, tableBytesMin: 1 });
    await using fixture = await EngineFixture.open(services(jobs));
    await fill(fixture);
    await fixture.session().createTable("other", TABLE, 0n);
    const abort = new AbortController();
    const stopped = alter(fixture, { schema: indexed, signal: abort.signal });
    stopped.catch(() => undefined);
    await insertAll(fixture, "other");
    abort.abort(new Error("killed"));
    await stopped.catch((error: unknown) => expect(error).toMatchObject({ message: "killed" }));
    await alter(fixture, { schema: indexed });
    const files = readdirSync(join(fixture.folder, "db"));
    expect(files.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(await fixture.engine.versionStore("db").check()).toEqual([]);
    expect((await fixture.session().rows("other")).length).toBe(ROWS);
    await jobs.close();
  });

  test("is done by the main thread when the thread is gone", async () => {
    const jobs = new ThreadedJobs(1, LIMITS);
    await jobs.close();
    await using fixture = await EngineFixture.open(services(jobs));
    await fill(fixture);
    await alter(fixture, { schema: indexed });
    const ids = await fixture.session().run((open) => idsByIndex(open.openTable(DB, "t"), 3));
    expect(ids).toEqual((await fixture.session().rows("t")).map(([id]) => id));
  });
});

describe("a backup packed in a background thread", () => {
  const files = new NodeFileSystem();

  /** Not worth compressing, so that there is more than the main thread would pack by itself. */
  async function insertNoise(fixture: EngineFixture, table: string, count: number): Promise<void> {
    const random = new SeededRandom(table.charCodeAt(0));
    const session = fixture.session();
    await session.createTable(table, TABLE, 0n);
    for (let id = 0; id < count; id++) {
      await session.insert(table, [id, id, Buffer.from(random.bytes(1500)).toString("base64")]);
    }
    await fixture.engine.mustGetDatabase("db").checkpoint();
  }

  function sync(
    fixture: EngineFixture,
    destination: RemoteStore,
    more: Partial<SyncRequest>,
  ): Promise<SyncResult> {
    const { chunks, refs, databaseId } = storeOf(fixture);
    return syncBackup({ chunks, refs, databaseId, destination, force: false, ...more });
  }

  function storeOf(fixture: EngineFixture): Pick<SyncRequest, "chunks" | "refs" | "databaseId" | "pack"> {
    const store = fixture.engine.versionStore("db");
    return { chunks: store.chunks, refs: store.refs(), databaseId: store.databaseId, pack: store.packChunks };
  }

  test("has the same files as one packed in the main thread, and the next sync sends only what is new", async () => {
    await using fixture = await EngineFixture.open();
    await insertNoise(fixture, "t", 1_500);
    const { pack } = storeOf(fixture);
    const here = new FileRemoteStore(`file://${fixture.folder}/.here`, files);
    const there = new FileRemoteStore(`file://${fixture.folder}/.there`, files);
    await sync(fixture, here, {});
    const first = await sync(fixture, there, { pack });
    expect(first.sent.chunkBytes).toBeGreaterThan(2_000_000);
    const names = async (store: RemoteStore) => (await store.listTableFiles()).map(({ name }) => name);
    expect(await names(there)).toEqual(await names(here));
    await insertNoise(fixture, "u", 1_000);
    const second = await sync(fixture, there, { pack });
    expect(second.sent.chunkBytes).toBeGreaterThan(1_100_000);
    expect(second.sent.chunkBytes).toBeLessThan(first.sent.chunkBytes);
    expect((await sync(fixture, there, { pack })).changed).toBe(false);
    const report = await verifyBackup({ source: there });
    expect(report.faults).toEqual([]);
    expect(report.chunkCount).toBe(first.sent.chunkCount + second.sent.chunkCount);
    await here.close();
    await there.close();
  });

  test("ends with the destination's error, or with the reason of who stopped it, and leaves no backup", async () => {
    await using fixture = await EngineFixture.open();
    await insertNoise(fixture, "t", 1_500);
    const { pack } = storeOf(fixture);
    const destination = new FileRemoteStore(`file://${fixture.folder}/.backup`, files);
    const full = new RemoteError("storage_full", destination.url, "no space left");
    const broken: RemoteStore = Object.create(destination, {
      url: { value: destination.url },
      readManifest: { value: async () => undefined },
      putTableFile: { value: () => Promise.reject(full) },
    });
    await expect(sync(fixture, broken, { pack })).rejects.toBe(full);
    const abort = new AbortController();
    const stopped = sync(fixture, destination, {
      pack: (request, emit, signal) => {
        queueMicrotask(() => abort.abort(new Error("killed")));
        return (pack ?? unexpected)(request, emit, signal);
      },
      signal: abort.signal,
    });
    await expect(stopped).rejects.toThrow("killed");
    expect(await destination.readManifest()).toBeUndefined();
    expect((await sync(fixture, destination, { pack })).changed).toBe(true);
    await destination.close();
  });
});

function unexpected(): never {
  throw new Error("a database packs in the background");
}

describe("a check in a background thread", () => {
  test("names the damaged file", async () => {
    await using fixture = await EngineFixture.open();
    await fill(fixture);
    await fixture.engine.versionStore("db").collectGarbage({ full: true });
    const folder = join(fixture.folder, "db");
    const name = readdirSync(folder).find((file) => file.endsWith(".table")) ?? "";
    const path = join(folder, name);
    const bytes = readFileSync(path);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const problems = await fixture.engine.versionStore("db").check();
    expect(problems.map(({ subject }) => subject)).toContain(path);
  });
});

import { describe, expect, test, vi } from "vitest";
import { listSnapshots, restoreInto } from "../../src/backup/restore-backup.ts";
import { type SyncResult, syncBackup } from "../../src/backup/sync-backup.ts";
import { verifyBackup } from "../../src/backup/verify-backup.ts";
import { SeededRandom } from "../../src/base/random.ts";
import { checkChunkStore } from "../../src/chunks/check-chunk-store.ts";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { FileRemoteStore } from "../../src/remotes/file-remote-store.ts";
import { push } from "../../src/remotes/push.ts";
import type { RemoteStore } from "../../src/remotes/remote-store.ts";
import { walkAddresses } from "../../src/vcs/walk-addresses.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { numberedRows, TestRepository } from "../support/test-repository.ts";

const FOLDER = "/backup";
const URL_TEXT = `file://${FOLDER}`;

async function newRepository(id = "1"): Promise<TestRepository> {
  const repository = new TestRepository(new MemoryChunkStore(), id.padStart(32, "0"));
  await repository.init();
  return repository;
}

function sync(repository: TestRepository, destination: RemoteStore, more = {}): Promise<SyncResult> {
  const { store: chunks, refs, databaseId } = repository;
  return syncBackup({ chunks, refs, databaseId, destination, force: false, ...more });
}

function contents(files: SimulatedFileSystem): Map<string, string> {
  return new Map(
    files
      .list(FOLDER)
      .map(({ name }) => [name, Buffer.from(files.readFile(`${FOLDER}/${name}`)).toString("base64")]),
  );
}

/** Restores, hands the restored database over, and checks the store. */
async function restored(
  files: SimulatedFileSystem,
  source: RemoteStore,
  check: (repository: TestRepository) => void,
  more = {},
): Promise<void> {
  await restoreInto({ source, files, folder: "/restored", ...more });
  const store = await FileChunkStore.open({ files, folder: "/restored" });
  check(new TestRepository(store, store.databaseId));
  expect((await checkChunkStore(store, { walk: walkAddresses })).faults).toEqual([]);
  await store.close();
  await files.removeFolder("/restored");
}

/** Branches, a tag, a tracking ref, working and staged changes. */
async function richRepository(): Promise<TestRepository> {
  const repository = await newRepository();
  const first = await repository.commit("main", numberedRows(2000));
  await repository.commit("side", numberedRows(50, "side"));
  await repository.tag("v1", first);
  await repository.updateRefs(new Map([["refs/remotes/origin/main", first]]));
  await repository.change("main", new Map([[1, "staged"]]), true);
  await repository.change("main", new Map([[2, "working"]]));
  return repository;
}

describe("backup sync", () => {
  test("mirrors branches, tags, tracking refs, staged and working changes, but no local settings", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await richRepository();
    expect((await sync(original, backup)).changed).toBe(true);
    await restored(files, backup, (copy) => {
      const mirrored = original.refs.list("").filter(({ name }) => !name.startsWith("local/"));
      expect(mirrored.length).toBeGreaterThan(6);
      expect(copy.refs.list("")).toEqual(mirrored);
      expect(copy.databaseId).toBe(original.databaseId);
      const rows = copy.workingRows("main");
      expect(rows).toEqual(original.workingRows("main"));
      expect(rows.working.get(2)).toBe("working");
      expect(rows.staged.get(1)).toBe("staged");
      expect(rows.staged.get(2)).toBe("row 2");
    });
  });

  test("without a change writes nothing at all", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await richRepository();
    await sync(original, backup);
    const before = contents(files);
    const operations = files.operationCount;
    const result = await sync(original, backup);
    expect(result).toMatchObject({ changed: false, snapshotCount: 1, sent: { chunkCount: 0 } });
    expect(contents(files)).toEqual(before);
    expect(files.operationCount).toBe(operations);
  });

  test("sends only what is new, and forgets what is gone", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await newRepository();
    await original.commit("main", numberedRows(20_000));
    await original.commit("gone", numberedRows(10));
    const first = await sync(original, backup);
    await original.change("main", new Map([[777, "changed"]]));
    await original.updateRefs(
      new Map([
        ["refs/heads/gone", undefined],
        ["workingSets/heads/gone", undefined],
      ]),
    );
    const second = await sync(original, backup);
    expect(second.sent.transferredBytes).toBeLessThan(32 * 1024);
    expect(second.sent.transferredBytes).toBeLessThan(first.sent.transferredBytes / 5);
    await restored(files, backup, (copy) => {
      expect(copy.refs.get("refs/heads/gone")).toBeUndefined();
      expect(copy.workingRows("main").working.get(777)).toBe("changed");
    });
  });

  test("keeps a restore point for each change, and restores any of them", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await newRepository();
    for (let version = 1; version <= 4; version++) {
      await original.commit("main", new Map([[1, `version ${version}`]]));
      await sync(original, backup, { timeMs: version * 1000 });
    }
    const snapshots = await listSnapshots(backup);
    expect(snapshots.map(({ timeMs }) => timeMs)).toEqual([1000, 2000, 3000, 4000]);
    for (const [atMs, version] of [
      [1000, 1],
      [2999, 2],
      [3000, 3],
      [99_999, 4],
    ] as const) {
      await restored(
        files,
        backup,
        (copy) => expect(copy.workingRows("main").working.get(1)).toBe(`version ${version}`),
        { atMs },
      );
    }
    await expect(
      restoreInto({ source: backup, files, folder: "/restored", atMs: 999 }),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  test("does not pile up small files, keeps merged ones for an hour, and can restore every point all the time", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000 });
    try {
      const files = new SimulatedFileSystem();
      const backup = new FileRemoteStore(URL_TEXT, files);
      const original = await newRepository();
      await original.commit("main", numberedRows(100));
      const tableCount = () => [...contents(files).keys()].filter((name) => name.endsWith(".table")).length;
      for (let i = 0; i < 40; i++) {
        await original.change("main", new Map([[1, `version ${i}`]]));
        await sync(original, backup, { timeMs: i + 1 });
      }
      expect(tableCount()).toBeGreaterThan(40);
      vi.setSystemTime(1_000_000_000 + 3_600_001);
      await original.change("main", new Map([[1, "last"]]));
      await sync(original, backup);
      expect(tableCount()).toBeLessThan(20);
      expect(await verifyBackup({ source: backup })).toMatchObject({ faults: [], snapshotCount: 41 });
      for (const version of [0, 15, 16, 39]) {
        const check = (copy: TestRepository) =>
          expect(copy.workingRows("main").working.get(1)).toBe(`version ${version}`);
        await restored(files, backup, check, { atMs: version + 1 });
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test("gives restore points growing times though the clock went back", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await newRepository();
    for (const timeMs of [5000, 1000]) {
      await original.commit("main", new Map([[1, `at ${timeMs}`]]));
      await sync(original, backup, { timeMs });
    }
    expect((await listSnapshots(backup)).map(({ timeMs }) => timeMs)).toEqual([5000, 5001]);
  });

  test("refuses another database's backup unless forced, and then keeps its restore points", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const one = await newRepository("1");
    await one.commit("main", new Map([[1, "of one"]]));
    await sync(one, backup, { timeMs: 1000 });
    const two = await newRepository("2");
    await two.commit("main", new Map([[1, "of two"]]));
    const before = contents(files);
    await expect(sync(two, backup)).rejects.toMatchObject({ code: "other_database" });
    expect(contents(files)).toEqual(before);
    expect((await sync(two, backup, { force: true, timeMs: 2000 })).changed).toBe(true);
    await restored(files, backup, (copy) => expect(copy.workingRows("main").working.get(1)).toBe("of two"));
    await restored(files, backup, (copy) => expect(copy.workingRows("main").working.get(1)).toBe("of one"), {
      atMs: 1500,
    });
    await expect(sync(one, backup)).rejects.toMatchObject({ code: "other_database" });
  });

  test("refuses a remote, a database's own folder, and what is no manifest", async () => {
    const files = new SimulatedFileSystem();
    const repository = await newRepository();
    const commit = await repository.commit("main", numberedRows(1));
    const { store: chunks, refs, databaseId } = repository;
    const remote = new FileRemoteStore("file:///remote", files);
    const updates = [{ source: commit, destination: "refs/heads/main", force: false }];
    await push({ chunks, refs, databaseId, destination: remote, updates });
    await expect(sync(repository, remote)).rejects.toMatchObject({ code: "wrong_kind" });
    const database = await FileChunkStore.create({ files, folder: "/database" });
    await database.close();
    await expect(sync(repository, new FileRemoteStore("file:///database", files))).rejects.toMatchObject({
      code: "wrong_kind",
    });
    await files.makeFolder("/strange");
    files.openFile("/strange/manifest", "create").write(Buffer.from("hello"), 0);
    await expect(sync(repository, new FileRemoteStore("file:///strange", files))).rejects.toMatchObject({
      code: "corrupted",
    });
    expect(files.list("/strange").map(({ name }) => name)).toEqual(["manifest"]);
  });

  test("cut at any point leaves the old state or the new one, and can be run again", async () => {
    const start = new SimulatedFileSystem();
    const original = await newRepository();
    await original.commit("main", numberedRows(300));
    await sync(original, new FileRemoteStore(URL_TEXT, start));
    await original.change("main", numberedRows(300, "new"));
    const rehearsal = start.afterKill();
    await sync(original, new FileRemoteStore(URL_TEXT, rehearsal));
    expect(rehearsal.operationCount).toBeGreaterThan(5);
    for (let cutAt = 1; cutAt <= rehearsal.operationCount; cutAt++) {
      const files = start.afterKill();
      files.cutAt = cutAt;
      await sync(original, new FileRemoteStore(URL_TEXT, files)).catch(() => undefined);
      const disk = files.afterPowerCut(new SeededRandom(cutAt));
      const backup = new FileRemoteStore(URL_TEXT, disk);
      expect((await verifyBackup({ source: backup })).faults).toEqual([]);
      await restored(disk, backup, (copy) =>
        expect(["row 7", "new 7"]).toContain(copy.workingRows("main").working.get(7)),
      );
      await sync(original, backup);
      await restored(disk, backup, (copy) => expect(copy.workingRows("main").working.get(7)).toBe("new 7"));
    }
  });
});

describe("restore", () => {
  test("from a wrong place makes nothing anywhere", async () => {
    const files = new SimulatedFileSystem();
    const source = new FileRemoteStore("file:///nowhere/at/all", files);
    await expect(restoreInto({ source, files, folder: "/restored" })).rejects.toMatchObject({
      code: "not_found",
      message: "no backup found at file:///nowhere/at/all",
    });
    await expect(verifyBackup({ source })).rejects.toMatchObject({ code: "not_found" });
    expect(files.list("")).toEqual([]);
  });

  test("into a folder that is there, or from a remote, is refused", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await newRepository();
    const commit = await original.commit("main", numberedRows(10));
    await sync(original, backup);
    await files.makeFolder("/taken");
    await expect(restoreInto({ source: backup, files, folder: "/taken" })).rejects.toMatchObject({
      code: "already_exists",
    });
    expect(files.status("/taken")).toBeDefined();
    const remote = new FileRemoteStore("file:///remote", files);
    const { store: chunks, refs, databaseId } = original;
    await push({
      chunks,
      refs,
      databaseId,
      destination: remote,
      updates: [{ source: commit, destination: "refs/heads/main", force: false }],
    });
    await expect(restoreInto({ source: remote, files, folder: "/restored" })).rejects.toMatchObject({
      code: "wrong_kind",
    });
  });

  test("that runs out of room leaves nothing", async () => {
    const files = new SimulatedFileSystem();
    const backup = new FileRemoteStore(URL_TEXT, files);
    const original = await newRepository();
    await original.commit("main", numberedRows(3000));
    await sync(original, backup);
    const target = new SimulatedFileSystem();
    for (let failAt = 1; failAt < 60; failAt++) {
      const start = target.operationCount;
      target.fault = ({ number, kind }) =>
        kind !== "remove" && number - start >= failAt ? "disk_full" : undefined;
      const outcome = await restoreInto({ source: backup, files: target, folder: "/restored" }).catch(
        (error: unknown) => error,
      );
      target.fault = undefined;
      if (target.status("/restored") === undefined) expect(outcome).toMatchObject({ code: "disk_full" });
      else {
        expect(outcome).toMatchObject({ databaseId: original.databaseId });
        return;
      }
    }
    throw new Error("it never succeeded");
  });

  test("and verify notice every flipped byte of a small backup, and change nothing", async () => {
    const files = new SimulatedFileSystem();
    const original = await newRepository();
    await original.commit("main", numberedRows(20));
    await sync(original, new FileRemoteStore(URL_TEXT, files));
    const expected = original.workingRows("main");
    for (const name of contents(files).keys()) {
      const size = files.readFile(`${FOLDER}/${name}`).length;
      for (let position = 0; position < size; position++) {
        const disk = files.afterKill();
        const file = disk.openFile(`${FOLDER}/${name}`, "write");
        const byte = new Uint8Array(1);
        file.readInto(byte, position);
        file.write(Uint8Array.of(byte[0]! ^ (1 << (position % 8))), position);
        const source = new FileRemoteStore(URL_TEXT, disk);
        const outcome = await restoreInto({ source, files: disk, folder: "/restored" }).catch(
          (error: unknown) => error,
        );
        const inMagic = name.endsWith(".table") && position < 8;
        if (outcome instanceof Error) {
          expect(
            ["corrupted", "unknown_version", "wrong_kind"],
            `${name} at ${position}: ${outcome}`,
          ).toContain((outcome as { code?: string }).code);
          expect(outcome.message).toContain(FOLDER);
          expect(disk.status("/restored")).toBeUndefined();
          const faults = await verifyBackup({ source }).then(
            (report) => report.faults,
            (error: Error) => [error.message],
          );
          expect(faults.length).toBeGreaterThan(0);
        } else {
          // Padding bits at the end of a compressed block mean nothing.
          const store = await FileChunkStore.open({ files: disk, folder: "/restored" });
          expect(new TestRepository(store).workingRows("main")).toEqual(expected);
          await store.close();
          expect(inMagic || position > 8).toBe(true);
        }
      }
    }
  });

  test("names the file that is missing or cut short", async () => {
    const files = new SimulatedFileSystem();
    const original = await newRepository();
    await original.commit("main", numberedRows(2000));
    await sync(original, new FileRemoteStore(URL_TEXT, files));
    const name = [...contents(files).keys()].find((file) => file.endsWith(".table"))!;
    const cut = files.afterKill();
    cut.openFile(`${FOLDER}/${name}`, "write").truncate(5000);
    const gone = files.afterKill();
    await gone.removeFile(`${FOLDER}/${name}`);
    for (const [disk, code] of [
      [cut, "corrupted"],
      [gone, "not_found"],
    ] as const) {
      const source = new FileRemoteStore(URL_TEXT, disk);
      await expect(restoreInto({ source, files: disk, folder: "/restored" })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(name),
      });
      expect(disk.status("/restored")).toBeUndefined();
      expect((await verifyBackup({ source })).faults.join()).toContain(name);
    }
  });
});

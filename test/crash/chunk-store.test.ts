/** Power cuts at every I/O point of a chunk store's work: what was acknowledged is there, whole, whatever happens. */
import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/base/random.ts";
import { EMPTY_HASH, type Hash } from "../../src/bytes/hash.ts";
import { checkChunkStore } from "../../src/chunks/check-chunk-store.ts";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { PowerCut, SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { nodeChunk, putTree, readTree, walkTestChunk } from "../support/test-chunks.ts";

const FOLDER = "/data/database";

interface History {
  /** Roots of which commitRoot was called, in order; the last may be unanswered. */
  readonly attempted: Hash[];
  acknowledged: Hash;
}

/** Commits, spills, rotations, two collections, a clean close and an opening; every tree keeps parts of the one before. */
async function work(files: SimulatedFileSystem, seed: number, history: History): Promise<void> {
  const random = new SeededRandom(seed);
  const options = { files, folder: FOLDER, journalSizeMax: 1200, compress: seed % 2 === 0 };
  let store = await FileChunkStore.create(options);
  let kept: Hash[] = [];
  for (let step = 0; step < 14; step++) {
    const added = putTree(store, [`${seed}.${step}`, "x".repeat(random.integer(900))]);
    kept = [...kept.slice(-3), added];
    const root = store.putChunk(nodeChunk(kept));
    history.attempted.push(root);
    const moved = await store.commitRoot(root, store.root);
    expect(moved).toBe(true);
    history.acknowledged = root;
    if (step === 5 || step === 11) {
      await store.collectGarbage({ walk: walkTestChunk, roots: async () => [], full: step === 11 });
    }
    if (step === 8) {
      await store.close();
      store = await FileChunkStore.open(options);
    }
  }
  await store.close();
}

async function checkAfterwards(files: SimulatedFileSystem, history: History): Promise<void> {
  if (!FileChunkStore.exists(files, FOLDER)) {
    expect(history.acknowledged).toBe(EMPTY_HASH);
    return;
  }
  const store = await FileChunkStore.open({ files, folder: FOLDER, journalSizeMax: 1200 });
  const allowed = [history.acknowledged, history.attempted.at(-1) ?? EMPTY_HASH];
  expect(allowed).toContain(store.root);
  if (store.root !== EMPTY_HASH) readTree(store, store.root);
  const report = await checkChunkStore(store, { walk: walkTestChunk });
  expect(report.faults).toEqual([]);
  // The store goes on working.
  const before = store.root;
  const next = putTree(store, ["after the crash"]);
  expect(await store.commitRoot(next, before)).toBe(true);
  await store.collectGarbage({ walk: walkTestChunk, roots: async () => [], full: true });
  expect(readTree(store, store.root)).toEqual(["after the crash"]);
  await store.close();
}

async function countOperations(seed: number): Promise<number> {
  const files = new SimulatedFileSystem();
  await work(files, seed, { attempted: [], acknowledged: EMPTY_HASH });
  return files.operationCount;
}

describe("a chunk store whose power is cut", () => {
  test.each([1, 2])("keeps every acknowledged root whole, at each I/O point (seed %i)", async (seed) => {
    const operationCount = await countOperations(seed);
    expect(operationCount).toBeGreaterThan(60);
    for (let cutAt = 1; cutAt <= operationCount; cutAt++) {
      for (let variant = 0; variant < 4; variant++) {
        const files = new SimulatedFileSystem();
        files.cutAt = cutAt;
        const history: History = { attempted: [], acknowledged: EMPTY_HASH };
        const outcome = await work(files, seed, history).then(
          () => undefined,
          (error: unknown) => error,
        );
        // A cut in the very last cleaning up may go unnoticed by the caller, who has all answers already.
        if (outcome !== undefined) expect(files.isCut, String(outcome)).toBe(true);
        const random = new SeededRandom(cutAt * 100 + variant);
        const disk = variant === 3 ? files.afterKill() : files.afterPowerCut(random);
        try {
          await checkAfterwards(disk, history);
        } catch (error) {
          throw new Error(`seed ${seed}, cut at ${cutAt}, variant ${variant}`, { cause: error });
        }
      }
    }
  });

  test("survives a second cut while it recovers", async () => {
    const seed = 3;
    const operationCount = await countOperations(seed);
    for (let cutAt = 5; cutAt <= operationCount; cutAt += 7) {
      const first = new SimulatedFileSystem();
      first.cutAt = cutAt;
      const history: History = { attempted: [], acknowledged: EMPTY_HASH };
      await work(first, seed, history).catch(() => undefined);
      let disk = first.afterPowerCut(new SeededRandom(cutAt));
      for (let again = 1; again < 6; again++) {
        disk.cutAt = again;
        await FileChunkStore.open({ files: disk, folder: FOLDER, journalSizeMax: 1200 })
          .then((store) => store.close())
          .catch((error: unknown) =>
            expect(error instanceof PowerCut || disk.isCut || !FileChunkStore.exists(disk, FOLDER)).toBe(
              true,
            ),
          );
        disk = disk.afterPowerCut(new SeededRandom(cutAt + again));
      }
      await checkAfterwards(disk, history);
    }
  });
});

describe("a chunk store whose disk fails", () => {
  test("loses nothing acknowledged when any one operation fails with a full disk, and goes on when there is room", async () => {
    const seed = 4;
    const operationCount = await countOperations(seed);
    for (let failAt = 8; failAt <= operationCount; failAt++) {
      const files = new SimulatedFileSystem();
      files.fault = ({ number, kind }) =>
        number === failAt && (kind === "write" || kind === "create") ? "disk_full" : undefined;
      const history: History = { attempted: [], acknowledged: EMPTY_HASH };
      await work(files, seed, history).catch((error: unknown) =>
        expect(error).toMatchObject({ code: "disk_full" }),
      );
      files.fault = undefined;
      await checkAfterwards(files.afterKill(), history);
    }
  });

  test("refuses further commits after a failed sync, and has the last acknowledged root or that one when opened again", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const first = putTree(store, ["first"]);
    await store.commitRoot(first, EMPTY_HASH);
    files.fault = ({ kind }) => (kind === "sync" ? "io_failed" : undefined);
    const second = putTree(store, ["second"]);
    await expect(store.commitRoot(second, first)).rejects.toMatchObject({ code: "io_failed" });
    files.fault = undefined;
    await expect(store.commitRoot(second, first)).rejects.toMatchObject({ code: "closed" });
    expect(store.root).toBe(first);
    expect(readTree(store, store.root)).toEqual(["first"]);
    await store.close();
    const reopened = await FileChunkStore.open({
      files: files.afterPowerCut(new SeededRandom(1)),
      folder: FOLDER,
    });
    expect([first, second]).toContain(reopened.root);
    readTree(reopened, reopened.root);
    await reopened.close();
  });

  /** Commits, spills and rotations; those that fail are tried again after a recovery. True when the fault was met. */
  async function commitThroughFaults(failAt: number, lastingFor: number): Promise<boolean> {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER, journalSizeMax: 3000 });
    let failures = 0;
    store.onFailure = () => failures++;
    let count = 0;
    let met = false;
    files.fault = ({ kind, path }) => {
      if (!/journal-\d+$|manifest/.test(path) || kind === "read" || kind === "remove") return undefined;
      count++;
      if (count < failAt || count >= failAt + lastingFor) return undefined;
      met = true;
      return "io_failed";
    };
    // Put before the failure, and relied on by what is committed after it.
    const early = putTree(store, ["early", "e".repeat(300)]);
    const kept: Hash[] = [early];
    for (let step = 0; step < 8; step++) {
      const random = new SeededRandom(failAt + step);
      // Beyond what waits in memory.
      if (step % 3 === 1)
        for (let i = 0; i < 4; i++) await tryAgain(store, () => store.putChunk(random.bytes(200_000)));
      kept.push(putTree(store, [`${step}`, "x".repeat(400)]));
      const before = store.root;
      const root = nodeChunk(kept);
      const expected = await tryAgain(store, () => store.putChunk(root));
      const moved = await tryAgain(store, async () => {
        expect(store.root).toBe(before);
        return await store.commitRoot(expected, before);
      });
      expect(moved).toBe(true);
      expect(readTree(store, store.root).slice(0, 2)).toEqual(["early", "e".repeat(300)]);
    }
    if (failures > 0) expect(met).toBe(true);
    const last = store.root;
    await store.waitForSealing();
    for (const disk of [files.afterKill(), files.afterPowerCut(new SeededRandom(failAt))]) {
      const reopened = await FileChunkStore.open({ files: disk, folder: FOLDER });
      expect(reopened.root).toBe(last);
      expect(readTree(reopened, last).at(-1)).toBe("x".repeat(400));
      expect((await checkChunkStore(reopened, { walk: walkTestChunk })).faults).toEqual([]);
      await reopened.close();
    }
    await store.close();
    return met;
  }

  async function tryAgain<Result>(
    store: FileChunkStore,
    work: () => Promise<Result> | Result,
  ): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      expect(attempt).toBeLessThan(20);
      try {
        return await work();
      } catch (error) {
        expect(["io_failed", "closed"]).toContain((error as { readonly code?: string }).code);
        await store.recover().catch(() => undefined);
      }
    }
  }

  test.each([1, 2, 5])(
    "goes on in another journal when any %i operations in a row fail, with all that was put",
    async (lastingFor) => {
      let points = 1;
      while (await commitThroughFaults(points, lastingFor)) points++;
      expect(points).toBeGreaterThan(40);
    },
  );

  test("never takes a root whose sync failed for the store's, once another journal is begun", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const first = putTree(store, ["first"]);
    await store.commitRoot(first, EMPTY_HASH);
    // The write reaches the disk, its sync answers with an error.
    files.fault = ({ kind }) => (kind === "sync" ? "io_failed" : undefined);
    const second = putTree(store, ["second"]);
    await expect(store.commitRoot(second, first)).rejects.toMatchObject({ code: "io_failed" });
    await expect(store.recover()).rejects.toMatchObject({ code: "io_failed" });
    expect(store.failure).toMatchObject({ code: "closed" });
    files.fault = undefined;
    await store.recover();
    expect(store.failure).toBeUndefined();
    for (const disk of [files.afterKill(), files.afterPowerCut(new SeededRandom(5))]) {
      const reopened = await FileChunkStore.open({ files: disk, folder: FOLDER });
      expect(reopened.root).toBe(first);
      await reopened.close();
    }
    expect(await store.commitRoot(second, first)).toBe(true);
    const reopened = await FileChunkStore.open({
      files: files.afterPowerCut(new SeededRandom(6)),
      folder: FOLDER,
    });
    expect(readTree(reopened, reopened.root)).toEqual(["second"]);
    await reopened.close();
    await store.close();
  });

  test("begins no journal with chunks that cannot be read back, and then keeps refusing", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    files.fault = ({ kind }) => (kind === "sync" ? "io_failed" : undefined);
    const root = putTree(store, ["lost by the disk"]);
    await expect(store.commitRoot(root, EMPTY_HASH)).rejects.toMatchObject({ code: "io_failed" });
    files.fault = undefined;
    files.onRead = (path, bytes) => (path.includes("journal") ? bytes.fill(0) : bytes).length;
    await expect(store.recover()).rejects.toMatchObject({ code: "checksum_mismatch" });
    expect(store.failure).toBeDefined();
    expect(files.list(FOLDER).map(({ name }) => name)).toEqual(["journal-000001", "manifest"]);
    files.onRead = undefined;
    await store.recover();
    expect(await store.commitRoot(root, EMPTY_HASH)).toBe(true);
    await store.close();
  });

  test("commits what failed for lack of room once there is room", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const root = putTree(store, ["kept in memory meanwhile"]);
    files.fault = ({ kind }) => (kind === "write" ? "disk_full" : undefined);
    await expect(store.commitRoot(root, EMPTY_HASH)).rejects.toMatchObject({ code: "disk_full" });
    expect(store.root).toBe(EMPTY_HASH);
    files.fault = undefined;
    expect(await store.commitRoot(root, EMPTY_HASH)).toBe(true);
    const reopened = await FileChunkStore.open({
      files: files.afterPowerCut(new SeededRandom(1)),
      folder: FOLDER,
    });
    expect(readTree(reopened, reopened.root)).toEqual(["kept in memory meanwhile"]);
    await reopened.close();
  });
});

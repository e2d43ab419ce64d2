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

  test("refuses further commits after a failed sync, and has the last acknowledged root when opened again", async () => {
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

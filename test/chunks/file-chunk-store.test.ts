import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/base/random.ts";
import { EMPTY_HASH, type Hash } from "../../src/bytes/hash.ts";
import { checkChunkStore } from "../../src/chunks/check-chunk-store.ts";
import { ChunkCache } from "../../src/chunks/chunk-cache.ts";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { leafChunk, nodeChunk, putTree, readTree, walkTestChunk } from "../support/test-chunks.ts";

const FOLDER = "/database";
const noRoots = async (): Promise<readonly Hash[]> => [];

function names(files: SimulatedFileSystem): string[] {
  return files.list(FOLDER).map(({ name }) => name);
}

async function reopen(
  store: FileChunkStore,
  files: SimulatedFileSystem,
  options = {},
): Promise<FileChunkStore> {
  await store.close();
  return await FileChunkStore.open({ files, folder: FOLDER, ...options });
}

describe("FileChunkStore", () => {
  test("has the root and the chunks after it was closed and opened", async () => {
    const files = new SimulatedFileSystem();
    let store = await FileChunkStore.create({ files, folder: FOLDER });
    const { databaseId } = store;
    const root = putTree(store, ["a", "b"]);
    await store.commitRoot(root, EMPTY_HASH);
    store = await reopen(store, files);
    expect(store.root).toBe(root);
    expect(store.databaseId).toBe(databaseId);
    expect(readTree(store, root)).toEqual(["a", "b"]);
    await store.close();
  });

  test("is opened by one at a time", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    await expect(FileChunkStore.open({ files, folder: FOLDER })).rejects.toMatchObject({ code: "locked" });
    await store.close();
    await expect(FileChunkStore.create({ files, folder: FOLDER })).rejects.toMatchObject({
      code: "already_exists",
    });
    await expect(FileChunkStore.open({ files, folder: "/none" })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("writes a chunk once, however often it is put", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const hash = store.putChunk(leafChunk("same"));
    await store.commitRoot(hash, EMPTY_HASH);
    const size = store.sizeBytes;
    store.putChunk(leafChunk("same"));
    await store.commitRoot(hash, hash);
    expect(store.sizeBytes).toBe(size);
    await store.close();
  });

  test("shares a sync between commits that arrive together", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    let syncCount = 0;
    files.fault = ({ kind }) => {
      if (kind === "sync") syncCount++;
      return undefined;
    };
    let last: Hash = EMPTY_HASH;
    const answers: Promise<boolean>[] = [];
    for (let i = 0; i < 50; i++) {
      const next = putTree(store, [String(i)]);
      answers.push(store.commitRoot(next, last));
      last = next;
    }
    expect((await Promise.all(answers)).every((moved) => moved)).toBe(true);
    expect(syncCount).toBe(1);
    await store.close();
  });

  test.each([false, true])(
    "turns full journals into table files and reads from them (compress: %s)",
    async (compress) => {
      const files = new SimulatedFileSystem();
      const options = { journalSizeMax: 5000, compress };
      let store = await FileChunkStore.create({ files, folder: FOLDER, ...options });
      const trees: Hash[] = [];
      for (let i = 0; i < 30; i++) {
        trees.push(putTree(store, [`tree ${i}`, "filling ".repeat(100 + i)]));
        await store.commitRoot(store.putChunk(nodeChunk(trees)), store.root);
      }
      await store.waitForSealing();
      expect(names(files).filter((name) => name.endsWith(".table")).length).toBeGreaterThan(3);
      expect(names(files).filter((name) => name.startsWith("journal-"))).toHaveLength(1);
      store = await reopen(store, files, options);
      expect(readTree(store, store.root)).toHaveLength(60);
      expect((await checkChunkStore(store, { walk: walkTestChunk })).faults).toEqual([]);
      await store.close();
    },
  );

  test("reads and writes go on while a collection runs, and nothing put meanwhile is lost", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER, journalSizeMax: 2000 });
    for (let i = 0; i < 20; i++) {
      await store.commitRoot(putTree(store, [`old ${i}`, "x".repeat(300)]), store.root);
    }
    const garbage = putTree(store, ["will be garbage, and is put again meanwhile"]);
    await store.commitRoot(putTree(store, ["kept"]), store.root);
    let next: Hash = EMPTY_HASH;
    const collecting = store.collectGarbage({
      walk: walkTestChunk,
      roots: async () => {
        next = store.putChunk(
          nodeChunk([putTree(store, ["will be garbage, and is put again meanwhile"]), store.root]),
        );
        return [];
      },
    });
    await collecting;
    expect(await store.commitRoot(next, store.root)).toBe(true);
    expect(store.hasChunk(garbage)).toBe(true);
    expect(readTree(store, store.root)).toEqual(["will be garbage, and is put again meanwhile", "kept"]);
    expect((await checkChunkStore(store, { walk: walkTestChunk })).faults).toEqual([]);
    const reopened = await reopen(store, files);
    expect(readTree(reopened, reopened.root)).toHaveLength(2);
    await reopened.close();
  });

  test("removes garbage, keeps the extra roots, and says how much it was", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const snapshot = putTree(store, ["snapshot"]);
    await store.commitRoot(snapshot, store.root);
    await store.commitRoot(putTree(store, ["garbage"]), store.root);
    await store.commitRoot(putTree(store, ["live"]), store.root);
    const report = await store.collectGarbage({ walk: walkTestChunk, roots: async () => [snapshot] });
    expect(report).toMatchObject({ keptChunks: 4, removedChunks: 2 });
    expect(readTree(store, snapshot)).toEqual(["snapshot"]);
    expect(readTree(store, store.root)).toEqual(["live"]);
    expect(store.hasChunk(store.putChunk(leafChunk("garbage")))).toBe(true);
    await store.close();
  });

  test("keeps held chunks from a collection until they are released", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const loose = putTree(store, ["of no root yet"]);
    await store.commitRoot(putTree(store, ["root"]), store.root);
    const release = await store.holdChunks();
    const collecting = store.collectGarbage({ walk: walkTestChunk, roots: noRoots });
    await store.commitRoot(loose, store.root);
    release();
    await collecting;
    expect(readTree(store, loose)).toEqual(["of no root yet"]);
    await store.close();
  });

  test("looks through the old generation only when asked for a full collection", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const first = putTree(store, ["first"]);
    await store.commitRoot(first, store.root);
    await store.collectGarbage({ walk: walkTestChunk, roots: noRoots });
    await store.commitRoot(putTree(store, ["second"]), store.root);
    await store.collectGarbage({ walk: walkTestChunk, roots: noRoots });
    expect(store.hasChunk(first)).toBe(true);
    const report = await store.collectGarbage({ walk: walkTestChunk, roots: noRoots, full: true });
    expect(report.removedChunks).toBe(2);
    expect(store.hasChunk(first)).toBe(false);
    expect(readTree(store, store.root)).toEqual(["second"]);
    expect(names(files).filter((name) => name.endsWith(".table"))).toHaveLength(1);
    await store.close();
  });

  test("changes nothing when a collection finds a live chunk missing", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    const missing = "m".repeat(20) as Hash;
    await store.commitRoot(store.putChunk(nodeChunk([missing, store.putChunk(leafChunk("a"))])), EMPTY_HASH);
    await expect(store.collectGarbage({ walk: walkTestChunk, roots: noRoots })).rejects.toMatchObject({
      code: "chunk_missing",
      hash: missing,
    });
    expect(store.hasChunk(store.root)).toBe(true);
    expect((await checkChunkStore(store, { walk: walkTestChunk })).faults).toMatchObject([{ hash: missing }]);
    expect(await store.commitRoot(putTree(store, ["b"]), store.root)).toBe(true);
    await store.collectGarbage({ walk: walkTestChunk, roots: noRoots });
    await store.close();
  });

  test("keeps the cache within its budget, and does not mix up stores that share it", async () => {
    const cache = new ChunkCache(100_000);
    const files = new SimulatedFileSystem();
    const one = await FileChunkStore.create({ files, folder: "/one", cache });
    const two = await FileChunkStore.create({ files, folder: "/two", cache });
    const only = one.putChunk(leafChunk("only in one"));
    expect(one.getChunk(only)).toBeDefined();
    expect(two.getChunk(only)).toBeUndefined();
    const random = new SeededRandom(1);
    const hashes = Array.from({ length: 500 }, (_, i) => two.putChunk(random.bytes(1000 + i)));
    expect(cache.sizeBytes).toBeLessThanOrEqual(100_000);
    for (const hash of hashes) expect(two.getChunk(hash)).toBeDefined();
    expect(cache.sizeBytes).toBeLessThanOrEqual(100_000);
    await one.close();
    await two.close();
    expect(cache.sizeBytes).toBe(0);
  });

  test("leaves files alone that are not its own, and removes its own left-overs", async () => {
    const files = new SimulatedFileSystem();
    let store = await FileChunkStore.create({ files, folder: FOLDER });
    await store.commitRoot(putTree(store, ["a"]), EMPTY_HASH);
    const strange = ["readme.txt", "wal", `${"0".repeat(32)}.table`, "journal-000099", "manifest.tmp"];
    for (const name of strange) files.openFile(`${FOLDER}/${name}`, "create").close();
    store = await reopen(store, files);
    expect(names(files)).toEqual(["journal-000001", "manifest", "readme.txt", "wal"]);
    await store.close();
  });
});

describe("damage on the disk", () => {
  /** A closed store with a table file and a journal, its root, and all texts below it. */
  async function damagedStore(
    compress: boolean,
  ): Promise<{ files: SimulatedFileSystem; root: Hash; texts: string[] }> {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER, compress });
    const first = putTree(store, ["alpha", "beta".repeat(30)]);
    await store.commitRoot(first, EMPTY_HASH);
    await store.collectGarbage({ walk: walkTestChunk, roots: noRoots });
    await store.commitRoot(store.putChunk(nodeChunk([first, putTree(store, ["gamma"])])), store.root);
    const { root } = store;
    const texts = readTree(store, root);
    await store.close();
    return { files, root, texts };
  }

  test.each([false, true])(
    "is told with the file's name or harmless, wherever a byte flips (compress: %s)",
    async (compress) => {
      const original = await damagedStore(compress);
      const names = original.files.list(FOLDER).map(({ name }) => name);
      let faultCount = 0;
      for (const name of names) {
        const size = original.files.readFile(`${FOLDER}/${name}`).length;
        for (let position = 0; position < size; position++) {
          const files = original.files.afterKill();
          const file = files.openFile(`${FOLDER}/${name}`, "write");
          const byte = new Uint8Array(1);
          file.readInto(byte, position);
          file.write(Uint8Array.of(byte[0]! ^ (1 << (position % 8))), position);
          try {
            const store = await FileChunkStore.open({ files, folder: FOLDER });
            const { faults } = await checkChunkStore(store, { walk: walkTestChunk });
            // What can be read is right, whatever was damaged.
            expect(store.root).toBe(original.root);
            if (faults.length === 0) expect(readTree(store, store.root)).toEqual(original.texts);
            else faultCount++;
            await store.close();
          } catch (error) {
            expect(error, `${name} at ${position}`).toMatchObject({
              name: "StorageError",
              path: `${FOLDER}/${name}`,
            });
            faultCount++;
          }
        }
        expect(faultCount).toBeGreaterThan(size * 0.9);
        faultCount = 0;
      }
    },
  );

  test("is told when a file is cut short anywhere", async () => {
    const original = await damagedStore(false);
    for (const { name } of original.files.list(FOLDER)) {
      const size = original.files.readFile(`${FOLDER}/${name}`).length;
      for (let cut = 0; cut < size; cut += 3) {
        const files = original.files.afterKill();
        files.openFile(`${FOLDER}/${name}`, "write").truncate(cut);
        await expect(
          FileChunkStore.open({ files, folder: FOLDER }),
          `${name} cut at ${cut}`,
        ).rejects.toMatchObject({
          name: "StorageError",
          path: `${FOLDER}/${name}`,
        });
      }
    }
  });

  test("in the middle of a journal is not taken for a torn end, even after a kill", async () => {
    const files = new SimulatedFileSystem();
    const store = await FileChunkStore.create({ files, folder: FOLDER });
    for (let i = 0; i < 5; i++) await store.commitRoot(putTree(store, [`commit ${i}`]), store.root);
    const killed = files.afterKill();
    const path = `${FOLDER}/journal-000001`;
    const file = killed.openFile(path, "write");
    file.write(Uint8Array.of(0xff), 60);
    await expect(FileChunkStore.open({ files: killed, folder: FOLDER })).rejects.toMatchObject({
      code: "checksum_mismatch",
      path,
      offset: 54,
    });
    await store.close();
  });

  test("of a version that is newer is told as that", async () => {
    const { files } = await damagedStore(false);
    for (const [name, position] of [
      ["manifest", 7],
      ["journal-000002", 7],
    ] as const) {
      const disk = files.afterKill();
      disk.openFile(`${FOLDER}/${name}`, "write").write(Buffer.from("9"), position);
      await expect(FileChunkStore.open({ files: disk, folder: FOLDER })).rejects.toMatchObject({
        code: "unknown_version",
      });
    }
  });
});

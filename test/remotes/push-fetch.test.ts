import { describe, expect, test } from "vitest";
import { SeededRandom } from "../../src/base/random.ts";
import { checkChunkStore } from "../../src/chunks/check-chunk-store.ts";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { cloneInto } from "../../src/remotes/clone.ts";
import { type FetchResult, fetch } from "../../src/remotes/fetch.ts";
import { FileRemoteStore } from "../../src/remotes/file-remote-store.ts";
import { type PushResult, push, type RefUpdate } from "../../src/remotes/push.ts";
import { defaultFetchSpec, parseRefspec } from "../../src/remotes/refspec.ts";
import { RemoteError } from "../../src/remotes/remote-error.ts";
import type { RemoteStore } from "../../src/remotes/remote-store.ts";
import { walkAddresses } from "../../src/vcs/walk-addresses.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { numberedRows, TestRepository } from "../support/test-repository.ts";

const URL_TEXT = "file:///remote";

async function newRepository(id = "1"): Promise<TestRepository> {
  const repository = new TestRepository(new MemoryChunkStore(), id.padStart(32, "0"));
  await repository.init();
  return repository;
}

function pushRefs(
  repository: TestRepository,
  destination: RemoteStore,
  updates: readonly RefUpdate[],
): Promise<PushResult> {
  const { store: chunks, refs, databaseId } = repository;
  return push({ chunks, refs, databaseId, destination, updates });
}

function pushBranch(
  repository: TestRepository,
  destination: RemoteStore,
  branch = "main",
  force = false,
): Promise<PushResult> {
  const ref = `refs/heads/${branch}`;
  return pushRefs(repository, destination, [{ source: repository.refs.get(ref), destination: ref, force }]);
}

async function fetchAll(
  repository: TestRepository,
  source: RemoteStore,
  prune = false,
): Promise<FetchResult> {
  const { store: chunks, refs } = repository;
  const refspecs = [parseRefspec(defaultFetchSpec("origin"))];
  const result = await fetch({ chunks, refs, source, remoteName: "origin", refspecs, prune });
  await repository.updateRefs(result.changes);
  return result;
}

function listing(files: SimulatedFileSystem): string[] {
  return files.list("/remote").map(
    ({ name }) =>
      `${name} ${Buffer.from(files.readFile(`/remote/${name}`))
        .toString("hex")
        .slice(0, 4000)}`,
  );
}

describe("push", () => {
  test("moves a branch that a clone then has, with all its rows", async () => {
    const files = new SimulatedFileSystem();
    const remote = new FileRemoteStore(URL_TEXT, files);
    const source = await newRepository();
    await source.commit("main", numberedRows(3000));
    const head = await source.commit("main", new Map([[7, "changed"]]));
    const { outcomes, sent } = await pushBranch(source, remote);
    expect(outcomes).toMatchObject([{ kind: "created", newAddress: head }]);
    expect(sent.chunkCount).toBeGreaterThan(10);

    const cloned = await cloneInto({ source: remote, remoteName: "origin", files, folder: "/clone" });
    expect(cloned.branch).toBe("main");
    const store = await FileChunkStore.open({ files, folder: "/clone" });
    const clone = new TestRepository(store);
    expect(clone.refs.get("refs/heads/main")).toBe(head);
    expect(clone.refs.get("refs/remotes/origin/main")).toBe(head);
    expect(clone.refs.list("local/")).toEqual([]);
    expect(clone.rowsOfCommit(head)).toEqual(source.rowsOfCommit(head));
    expect((await checkChunkStore(store, { walk: walkAddresses })).faults).toEqual([]);
    await store.close();
  });

  test("sends little for a small change, and writes nothing for none", async () => {
    const files = new SimulatedFileSystem();
    const remote = new FileRemoteStore(URL_TEXT, files);
    const source = await newRepository();
    await source.commit("main", numberedRows(20_000));
    const first = await pushBranch(source, remote);
    await source.commit("main", new Map([[4711, "changed"]]));
    const second = await pushBranch(source, remote);
    expect(second.outcomes).toMatchObject([{ kind: "updated" }]);
    expect(second.sent.transferredBytes).toBeLessThan(32 * 1024);
    expect(second.sent.transferredBytes).toBeLessThan(first.sent.transferredBytes / 5);
    const before = listing(files);
    const operations = files.operationCount;
    const third = await pushBranch(source, remote);
    expect(third.outcomes).toMatchObject([{ kind: "unchanged" }]);
    expect(listing(files)).toEqual(before);
    expect(files.operationCount).toBe(operations);
  });

  test("rejects what is no fast-forward unless forced, and moves the other refs all the same", async () => {
    const remote = new FileRemoteStore(URL_TEXT, new SimulatedFileSystem());
    const one = await newRepository();
    await one.commit("main", numberedRows(10));
    await pushBranch(one, remote);
    const two = await newRepository("2");
    const head = await two.commit("main", numberedRows(10, "other"));
    const side = await two.commit("side", numberedRows(5));
    const updates = (force: boolean): RefUpdate[] => [
      { source: head, destination: "refs/heads/main", force },
      { source: side, destination: "refs/heads/side", force },
    ];
    const rejected = await pushRefs(two, remote, updates(false));
    expect(rejected.outcomes).toMatchObject([
      { kind: "rejected", reason: "not_fast_forward" },
      { kind: "created" },
    ]);
    const forced = await pushRefs(two, remote, updates(true));
    expect(forced.outcomes).toMatchObject([{ kind: "forced" }, { kind: "unchanged" }]);
    const reader = await newRepository("3");
    await fetchAll(reader, remote);
    expect(reader.refs.get("refs/remotes/origin/main")).toBe(head);
    expect(reader.refs.get("refs/remotes/origin/side")).toBe(side);
  });

  test("deletes refs, and keeps a tag that is there from being replaced", async () => {
    const remote = new FileRemoteStore(URL_TEXT, new SimulatedFileSystem());
    const source = await newRepository();
    const commit = await source.commit("main", numberedRows(10));
    await source.commit("side", numberedRows(10));
    const tag = await source.tag("v1", commit);
    await pushBranch(source, remote);
    await pushBranch(source, remote, "side");
    const send = (address: typeof tag | undefined, destination: string) =>
      pushRefs(source, remote, [{ source: address, destination, force: false }]);
    expect((await send(tag, "refs/tags/v1")).outcomes).toMatchObject([{ kind: "created" }]);
    const other = await source.tag("v1", await source.commit("main", new Map([[1, "x"]])));
    expect((await send(other, "refs/tags/v1")).outcomes).toMatchObject([
      { kind: "rejected", reason: "already_exists" },
    ]);
    expect((await send(undefined, "refs/heads/side")).outcomes).toMatchObject([{ kind: "deleted" }]);
    expect((await send(undefined, "refs/heads/side")).outcomes).toMatchObject([
      { kind: "rejected", reason: "not_found" },
    ]);
  });

  test("by two at the same time loses neither's branch", async () => {
    const files = new SimulatedFileSystem();
    const [one, two] = [await newRepository("1"), await newRepository("2")];
    await one.commit("one", numberedRows(2000, "one"));
    await two.commit("two", numberedRows(2000, "two"));
    await Promise.all([
      pushBranch(one, new FileRemoteStore(URL_TEXT, files), "one"),
      pushBranch(two, new FileRemoteStore(URL_TEXT, files), "two"),
    ]);
    const reader = await newRepository("3");
    await fetchAll(reader, new FileRemoteStore(URL_TEXT, files));
    for (const name of ["one", "two"]) {
      expect(reader.rowsOfCommit(reader.refs.get(`refs/remotes/origin/${name}`)!).get(1)).toBe(`${name} 1`);
    }
  });

  test("settles a swap whose answer was lost by reading the manifest again", async () => {
    const files = new SimulatedFileSystem();
    const source = await newRepository();
    await source.commit("main", numberedRows(10));
    for (const happened of [true, false]) {
      const inner = new FileRemoteStore(`file:///remote-${happened}`, files);
      let lost = 0;
      const flaky = new Proxy(inner, {
        get(target, property) {
          if (property !== "swapManifest") {
            const member: unknown = Reflect.get(target, property);
            return typeof member === "function" ? member.bind(target) : member;
          }
          return async (bytes: Uint8Array, expected: string | undefined) => {
            if (happened || lost > 0) await target.swapManifest(bytes, expected);
            if (lost++ === 0) throw new RemoteError("unreachable", "u", "the answer was lost");
          };
        },
      });
      const { outcomes } = await pushBranch(source, flaky);
      expect(outcomes).toMatchObject([{ kind: "created" }]);
      expect(lost).toBe(happened ? 1 : 2);
    }
  });
});

describe("fetch", () => {
  test("brings new commits, tags of commits that are here, and prunes when asked", async () => {
    const remote = new FileRemoteStore(URL_TEXT, new SimulatedFileSystem());
    const source = await newRepository();
    const first = await source.commit("main", numberedRows(500));
    await source.commit("side", numberedRows(10, "side"));
    const tag = await source.tag("v1", first);
    await pushBranch(source, remote);
    await pushBranch(source, remote, "side");
    await pushRefs(source, remote, [{ source: tag, destination: "refs/tags/v1", force: false }]);
    const reader = await newRepository("2");
    const fetched = await fetchAll(reader, remote);
    expect(fetched.updates.map(({ destination, kind }) => `${kind} ${destination}`)).toEqual([
      "created refs/remotes/origin/main",
      "created refs/remotes/origin/side",
      "created refs/tags/v1",
    ]);
    expect((await fetchAll(reader, remote)).updates).toEqual([]);
    const second = await source.commit("main", new Map([[1, "changed"]]));
    await pushBranch(source, remote);
    await pushRefs(source, remote, [{ source: undefined, destination: "refs/heads/side", force: false }]);
    const again = await fetchAll(reader, remote, true);
    expect(again.updates).toMatchObject([
      { kind: "updated", destination: "refs/remotes/origin/main", newAddress: second },
      { kind: "deleted", destination: "refs/remotes/origin/side" },
    ]);
    expect(again.received.chunkCount).toBeLessThan(10);
    expect(reader.rowsOfCommit(second).get(1)).toBe("changed");
  });

  test("of a branch that is not there, or from nothing, says so", async () => {
    const files = new SimulatedFileSystem();
    const remote = new FileRemoteStore(URL_TEXT, files);
    const reader = await newRepository();
    await expect(fetchAll(reader, remote)).rejects.toMatchObject({ code: "not_found" });
    expect(files.status("/remote")).toBeUndefined();
    await reader.commit("main", numberedRows(1));
    await pushBranch(reader, remote);
    const { store: chunks, refs } = reader;
    const refspecs = [parseRefspec("refs/heads/nob:refs/remotes/origin/nob")];
    await expect(
      fetch({ chunks, refs, source: remote, remoteName: "origin", refspecs, prune: false }),
    ).rejects.toMatchObject({
      code: "ref_not_found",
      message: 'branch "nob" not found on remote',
    });
  });
});

describe("clone", () => {
  test("leaves nothing behind when it fails, wherever the power of the source goes", async () => {
    const remoteFiles = new SimulatedFileSystem();
    const remote = new FileRemoteStore(URL_TEXT, remoteFiles);
    const source = await newRepository();
    await source.commit("main", numberedRows(2000));
    await pushBranch(source, remote);
    const files = new SimulatedFileSystem();
    let reads = 0;
    for (let failAt = 1; failAt < 100; failAt++) {
      reads = 0;
      remoteFiles.fault = ({ kind }) => (kind === "read" && ++reads === failAt ? "io_failed" : undefined);
      const outcome = await cloneInto({
        source: new FileRemoteStore(URL_TEXT, remoteFiles),
        remoteName: "origin",
        files,
        folder: "/clone",
      }).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) break;
      expect(outcome).toMatchObject({ code: "failed" });
      expect(files.status("/clone")).toBeUndefined();
    }
    expect(reads).toBeGreaterThan(3);
    expect(files.status("/clone")).toBeDefined();
  });

  test("of a branch that is not there, into a folder that is there, or from a database's folder is refused", async () => {
    const files = new SimulatedFileSystem();
    const remote = new FileRemoteStore(URL_TEXT, files);
    const source = await newRepository();
    await source.commit("trunk", numberedRows(3));
    await pushBranch(source, remote, "trunk");
    const request = { source: remote, remoteName: "origin", files, folder: "/clone" };
    await expect(cloneInto({ ...request, branch: "nob" })).rejects.toMatchObject({ code: "ref_not_found" });
    expect(files.status("/clone")).toBeUndefined();
    expect((await cloneInto(request)).branch).toBe("trunk");
    await expect(cloneInto(request)).rejects.toMatchObject({ code: "already_exists" });
    const folderOfDatabase = new FileRemoteStore("file:///clone", files);
    await expect(cloneInto({ ...request, source: folderOfDatabase, folder: "/x" })).rejects.toMatchObject({
      code: "wrong_kind",
    });
  });
});

describe("a power cut during a push", () => {
  test("leaves the old state or the new one, and the push can be run again", async () => {
    const source = await newRepository();
    const old = await source.commit("main", numberedRows(300));
    const start = new SimulatedFileSystem();
    await pushBranch(source, new FileRemoteStore(URL_TEXT, start));
    const next = await source.commit("main", numberedRows(300, "new"));
    const rehearsal = start.afterKill();
    await pushBranch(source, new FileRemoteStore(URL_TEXT, rehearsal));
    for (let variant = 0; variant < 6 * rehearsal.operationCount; variant++) {
      const cutAt = 1 + (variant % rehearsal.operationCount);
      const files = start.afterKill();
      files.cutAt = cutAt;
      await pushBranch(source, new FileRemoteStore(URL_TEXT, files)).catch(() => undefined);
      const after = files.afterPowerCut(new SeededRandom(variant));
      const reader = await newRepository("2");
      await fetchAll(reader, new FileRemoteStore(URL_TEXT, after));
      const found = reader.refs.get("refs/remotes/origin/main")!;
      expect([old, next]).toContain(found);
      reader.rowsOfCommit(found);
      await pushBranch(source, new FileRemoteStore(URL_TEXT, after));
      await fetchAll(reader, new FileRemoteStore(URL_TEXT, after));
      expect(reader.refs.get("refs/remotes/origin/main")).toBe(next);
      expect(reader.rowsOfCommit(next)).toEqual(source.rowsOfCommit(next));
    }
  });
});

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newNonce, type RemoteManifest } from "../../src/remotes/remote-manifest.ts";
import { readRemoteState, swapRemoteManifest } from "../../src/remotes/remote-state.ts";
import { parseS3Location } from "../../src/remotes/s3-location.ts";
import { S3Objects } from "../../src/remotes/s3-objects.ts";
import { S3RemoteStore } from "../../src/remotes/s3-remote-store.ts";
import { testRemoteStore } from "../conformance/remote-store.ts";
import { ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY } from "../support/s3-server.ts";

const NAME = `${"a".repeat(32)}.table`;

let server: S3Server;
beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
  vi.stubEnv("AWS_SESSION_TOKEN", undefined);
  server = await S3Server.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

function open(path = "team/db", signal?: AbortSignal): S3RemoteStore {
  return new S3RemoteStore(parseS3Location(server.url(path)), {
    connect: async (location) => new S3Objects(location, signal),
  });
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

testRemoteStore("S3RemoteStore", async () => ({ open: () => open() }));

describe("S3RemoteStore", () => {
  test("keeps everything under its path, and sees only that", async () => {
    await using one = closing(open("a b/ü"));
    await using other = closing(open("a b"));
    await one.putTableFile(NAME, bytes("x"));
    await one.swapManifest(bytes("m"), undefined);
    expect([...server.objects.keys()].sort()).toEqual([`a b/ü/${NAME}`, "a b/ü/manifest"].sort());
    expect(await other.listTableFiles()).toEqual([]);
    expect(await other.readManifest()).toBeUndefined();
    await using whole = closing(open(""));
    expect(await whole.listTableFiles()).toEqual([]);
  });

  test("lists more files than one page holds", async () => {
    server.pageSize = 3;
    await using store = closing(open());
    const names = Array.from({ length: 10 }, (_, i) => `${String(i).repeat(32)}.table`);
    for (const name of names) await store.putTableFile(name, bytes(name));
    expect((await store.listTableFiles()).map(({ name }) => name)).toEqual(names);
  });

  test("sends a large file that is there already only once", async () => {
    await using store = closing(open());
    const content = new Uint8Array(3_000_000).fill(7);
    await store.putTableFile(NAME, content);
    await store.putTableFile(NAME, content);
    expect(server.keysOf("PUT")).toEqual([`team/db/${NAME}`]);
    expect((await store.readTableFile(NAME, 2_999_999, 1))[0]).toBe(7);
  });

  test("takes its range from a store that sends everything", async () => {
    server.ignoresRanges = true;
    await using store = closing(open());
    await store.putTableFile(NAME, bytes("hello world"));
    expect(Buffer.from(await store.readTableFile(NAME, 6, 5)).toString()).toBe("world");
    await expect(store.readTableFile(NAME, 6, 6)).rejects.toMatchObject({ code: "corrupted" });
  });

  test("puts a store to the test before its first swap only, and leaves nothing of it", async () => {
    await using store = closing(open());
    const first = await store.swapManifest(bytes("one"), undefined);
    const before = server.requests.length;
    await store.swapManifest(bytes("two"), first);
    expect(server.requests.length).toBe(before + 1);
    expect([...server.objects.keys()]).toEqual(["team/db/manifest"]);
  });

  test("asks a bucket once when stores share what they know of it", async () => {
    const trusted = new Set<string>();
    const location = parseS3Location(server.url("x"));
    for (let i = 0; i < 2; i++) {
      const connect = async (): Promise<S3Objects> => new S3Objects(location);
      await using store = closing(new S3RemoteStore(location, { trusted, connect }));
      await store.swapManifest(bytes(`${i}`), (await store.readManifest())?.version);
    }
    expect(server.keysOf("PUT").filter((key) => key.includes("probe"))).toHaveLength(3);
  });

  test.each(["ignoresConditions", "givesNoEtags"] as const)("refuses a store that %s", async (fault) => {
    server[fault] = true;
    await using store = closing(open());
    await expect(store.swapManifest(bytes("m"), undefined)).rejects.toMatchObject({
      code: "unsafe_store",
      message: expect.stringContaining("conditional writes"),
    });
    expect(server.objects.size).toBe(0);
  });

  test("takes a swap whose base has gone as lost", async () => {
    await using store = closing(open());
    const version = await store.swapManifest(bytes("one"), undefined);
    server.objects.clear();
    await expect(store.swapManifest(bytes("two"), version)).rejects.toMatchObject({
      code: "precondition_failed",
    });
  });

  test.each([
    ["slow_down", "unreachable", true],
    ["drop_before", "unreachable", true],
    ["drop_after", "unreachable", true],
    ["redirect", "bad_url", false],
    ["full", "storage_full", false],
  ] as const)("tells %s as %s", async (fault, code, retryable) => {
    await using store = closing(open());
    server.fault = () => fault;
    const expected = { code, retryable, subject: store.url };
    await expect(store.readManifest()).rejects.toMatchObject(expected);
    await expect(store.putTableFile(NAME, bytes("x"))).rejects.toMatchObject(expected);
    await expect(store.readTableFile(NAME, 0, 1)).rejects.toMatchObject(expected);
    await expect(store.listTableFiles()).rejects.toMatchObject(expected);
  });

  test("never takes half an answer for a file", async () => {
    await using store = closing(open());
    await store.putTableFile(NAME, new Uint8Array(200_000));
    server.fault = () => "drop_body";
    await expect(store.readTableFile(NAME, 0, 200_000)).rejects.toMatchObject({ code: "unreachable" });
  });

  test("tells a server that is not there", async () => {
    const location = parseS3Location("s3://bucket/db?endpoint=http://127.0.0.1:1");
    await using store = closing(
      new S3RemoteStore(location, { connect: async () => new S3Objects(location) }),
    );
    await expect(store.readManifest()).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("tells a bucket that does not exist", async () => {
    const location = parseS3Location(server.url("db").replace("bucket", "other"));
    await using store = closing(
      new S3RemoteStore(location, { connect: async () => new S3Objects(location) }),
    );
    const expected = { code: "not_found", message: expect.stringContaining("no bucket 'other'") };
    await expect(store.readManifest()).rejects.toMatchObject(expected);
    await expect(store.swapManifest(bytes("m"), undefined)).rejects.toMatchObject(expected);
  });

  test.each([
    ["AWS_SECRET_ACCESS_KEY", "wrong"],
    ["AWS_ACCESS_KEY_ID", "nobody"],
  ])("tells a wrong %s, and keeps it to itself", async (variable, value) => {
    vi.stubEnv(variable, value);
    vi.stubEnv("AWS_SESSION_TOKEN", "test-session");
    await using store = closing(open());
    const refused = store.readManifest();
    await expect(refused).rejects.toMatchObject({ code: "unauthorized" });
    const shown = await refused.catch((error) => inspect(error, { depth: 9, showHidden: true }));
    expect(shown).not.toMatch(/test-secret|test-session|wrong/);
    await expect(store.putTableFile(NAME, new Uint8Array(100_000))).rejects.toMatchObject({
      code: "unauthorized",
    });
  });

  test("gives up a request when the statement is killed, with the reason of that", async () => {
    const killed = new AbortController();
    await using store = closing(open("db", killed.signal));
    server.fault = () => "hang";
    const reading = store.readManifest();
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    killed.abort(new Error("killed"));
    await expect(reading).rejects.toThrow("killed");
  });
});

describe("the swap of a manifest in S3", () => {
  const manifest = (): Omit<RemoteManifest, "nonce" | "generation"> => ({
    kind: "backup",
    databaseId: newNonce(),
    root: "r".repeat(20) as RemoteManifest["root"],
    tables: [],
    retired: [],
    snapshots: [],
  });

  test.each(["drop_before", "drop_after", "slow_down"] as const)(
    "succeeds exactly once when its first answer is a %s",
    async (fault) => {
      await using store = closing(open());
      await swapRemoteManifest(store, await readRemoteState(store, "backup"), manifest());
      const state = await readRemoteState(store, "backup");
      let faults = 1;
      server.fault = ({ method, key }) =>
        method === "PUT" && key.endsWith("manifest") && faults-- > 0 ? fault : undefined;
      await swapRemoteManifest(store, state, manifest());
      expect((await readRemoteState(store, "backup")).manifest?.generation).toBe(2);
    },
  );

  test("takes 409 for a lost race", async () => {
    await using store = closing(open());
    const state = await readRemoteState(store, "backup");
    server.fault = ({ method, key }) =>
      method === "PUT" && key.endsWith("manifest") ? "conflict" : undefined;
    await expect(swapRemoteManifest(store, state, manifest())).rejects.toMatchObject({
      code: "precondition_failed",
    });
  });
});

function closing(store: S3RemoteStore): S3RemoteStore & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

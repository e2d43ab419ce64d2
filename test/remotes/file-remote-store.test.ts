import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { FileRemoteStore } from "../../src/remotes/file-remote-store.ts";
import { testRemoteStore } from "../conformance/remote-store.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const opened: TemporaryFolder[] = [];
afterEach(() => {
  for (const folder of opened.splice(0)) folder[Symbol.dispose]();
});

testRemoteStore("FileRemoteStore on the real disk", async () => {
  const folder = new TemporaryFolder();
  opened.push(folder);
  const url = pathToFileURL(`${folder.path}/deep/remote`).href;
  return { open: () => new FileRemoteStore(url, new NodeFileSystem()) };
});

testRemoteStore("FileRemoteStore on a simulated disk", async () => {
  const files = new SimulatedFileSystem();
  return { open: () => new FileRemoteStore("file:///remote", files) };
});

describe("FileRemoteStore", () => {
  test("says that a plain file is no place for a remote", async () => {
    const files = new SimulatedFileSystem();
    files.openFile("/plain", "create").close();
    const store = new FileRemoteStore("file:///plain", files);
    await expect(store.readManifest()).rejects.toMatchObject({ code: "bad_url" });
    await expect(store.swapManifest(new Uint8Array(1), undefined)).rejects.toMatchObject({ code: "bad_url" });
    await expect(store.putTableFile("a.table", new Uint8Array(1))).rejects.toMatchObject({ code: "bad_url" });
  });

  test("tells a full disk, and leaves no half file under the name", async () => {
    const files = new SimulatedFileSystem();
    const store = new FileRemoteStore("file:///remote", files);
    files.fault = ({ kind }) => (kind === "write" ? "disk_full" : undefined);
    await expect(store.putTableFile("a.table", new Uint8Array(10))).rejects.toMatchObject({
      code: "storage_full",
    });
    files.fault = undefined;
    expect(files.list("/remote")).toEqual([]);
  });
});

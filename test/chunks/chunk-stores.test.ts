import { afterEach } from "vitest";
import { FileChunkStore } from "../../src/chunks/file-chunk-store.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { testChunkStore } from "../conformance/chunk-store.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const opened: TemporaryFolder[] = [];
afterEach(() => {
  for (const folder of opened.splice(0)) folder[Symbol.dispose]();
});

testChunkStore("MemoryChunkStore", async () => new MemoryChunkStore());

testChunkStore("FileChunkStore on a simulated disk", () =>
  FileChunkStore.create({ files: new SimulatedFileSystem(), folder: "/database" }),
);

testChunkStore("FileChunkStore with tiny journals", () =>
  FileChunkStore.create({
    files: new SimulatedFileSystem(),
    folder: "/database",
    journalSizeMax: 100,
    compress: true,
  }),
);

testChunkStore("FileChunkStore on the real disk", () => {
  const folder = new TemporaryFolder();
  opened.push(folder);
  return FileChunkStore.create({ files: new NodeFileSystem(), folder: folder.path });
});

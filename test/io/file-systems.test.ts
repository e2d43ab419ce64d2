import { afterEach } from "vitest";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import { testFileSystem } from "../conformance/file-system.ts";
import { SimulatedFileSystem } from "../support/simulated-file-system.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const opened: TemporaryFolder[] = [];
afterEach(() => {
  for (const folder of opened.splice(0)) folder[Symbol.dispose]();
});

testFileSystem("NodeFileSystem", () => {
  const folder = new TemporaryFolder();
  opened.push(folder);
  return { files: new NodeFileSystem(), folder: folder.path };
});

testFileSystem("SimulatedFileSystem", () => ({ files: new SimulatedFileSystem(), folder: "" }));

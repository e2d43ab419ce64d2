/** What every file system must do. */
import { describe, expect, test } from "vitest";
import type { FileSystem } from "../../src/io/file-system.ts";
import { writeFileAtomically } from "../../src/io/write-atomically.ts";

export function testFileSystem(
  name: string,
  open: () => { readonly files: FileSystem; readonly folder: string },
): void {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const text = (content: Uint8Array): string => Buffer.from(content).toString();

  describe(`${name} as a file system`, () => {
    test("writes at positions and reads them back, short only at the end", async () => {
      const { files, folder } = open();
      const file = files.openFile(`${folder}/a`, "create");
      file.write(bytes("hello world"), 0);
      file.write(bytes("W"), 6);
      await file.sync();
      expect(file.size()).toBe(11);
      const target = new Uint8Array(8);
      expect(file.readInto(target, 6)).toBe(5);
      expect(text(target.subarray(0, 5))).toBe("World");
      expect(file.readInto(target, 50)).toBe(0);
      file.truncate(5);
      file.close();
      file.close();
      expect(text(files.readFile(`${folder}/a`))).toBe("hello");
    });

    test("fills a gap before a write with zeros", () => {
      const { files, folder } = open();
      const file = files.openFile(`${folder}/gap`, "write");
      file.write(bytes("x"), 3);
      file.close();
      expect([...files.readFile(`${folder}/gap`)]).toEqual([0, 0, 0, 120]);
    });

    test("names what is missing or in the way", async () => {
      const { files, folder } = open();
      const code = (expected: string): unknown => expect.objectContaining({ code: expected });
      expect(() => files.openFile(`${folder}/none`, "read")).toThrow(code("not_found"));
      expect(() => files.readFile(`${folder}/none`)).toThrow(code("not_found"));
      expect(() => files.list(`${folder}/none`)).toThrow(code("not_found"));
      expect(() => files.openFile(`${folder}/none/file`, "write")).toThrow(code("not_found"));
      expect(files.status(`${folder}/none`)).toBeUndefined();
      await expect(files.removeFile(`${folder}/none`)).rejects.toMatchObject({ code: "not_found" });
      await expect(files.rename(`${folder}/none`, `${folder}/b`)).rejects.toMatchObject({
        code: "not_found",
      });
      files.openFile(`${folder}/a`, "create").close();
      expect(() => files.openFile(`${folder}/a`, "create")).toThrow(code("already_exists"));
      await files.makeFolder(`${folder}/sub`);
      expect(() => files.openFile(`${folder}/sub`, "read")).toThrow(code("io_failed"));
    });

    test("lists names in order, with kinds", async () => {
      const { files, folder } = open();
      files.openFile(`${folder}/b`, "create").close();
      await files.makeFolder(`${folder}/a/deep`);
      await files.makeFolder(`${folder}/a/deep`);
      expect(files.list(folder)).toEqual([
        { name: "a", kind: "folder" },
        { name: "b", kind: "file" },
      ]);
      expect(files.status(`${folder}/a`)?.kind).toBe("folder");
    });

    test("renames over an existing file", async () => {
      const { files, folder } = open();
      await writeFileAtomically(files, `${folder}/target`, bytes("old"));
      await writeFileAtomically(files, `${folder}/target`, bytes("new"));
      expect(text(files.readFile(`${folder}/target`))).toBe("new");
      expect(files.list(folder).map((entry) => entry.name)).toEqual(["target"]);
    });

    test("removes folders with their content, and missing ones without a complaint", async () => {
      const { files, folder } = open();
      await files.makeFolder(`${folder}/a/b`);
      files.openFile(`${folder}/a/b/c`, "create").close();
      await files.removeFolder(`${folder}/a`);
      await files.removeFolder(`${folder}/a`);
      expect(files.list(folder)).toEqual([]);
    });

    test("gives a folder to one holder until it is released", async () => {
      const { files, folder } = open();
      const lock = await files.lockFolder(folder);
      expect(lock.isHeld()).toBe(true);
      await expect(files.lockFolder(folder)).rejects.toMatchObject({ code: "locked" });
      await lock.release();
      expect(lock.isHeld()).toBe(false);
      const again = await files.lockFolder(folder);
      await again.release();
      await expect(files.lockFolder(`${folder}/none`)).rejects.toMatchObject({ code: "not_found" });
    });
  });
}

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CairnEngine } from "../../src/engine/cairn-engine.ts";
import { SpillSpace } from "../../src/tables/spill-space.ts";

const MEBIBYTE = 1024 * 1024;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-spill-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("an engine that opens removes the temporary files that a crash left", async () => {
  mkdirSync(join(folder, ".spill"));
  writeFileSync(join(folder, ".spill", "4711-1.tmp"), "rows");
  const engine = await CairnEngine.open({ dataFolder: folder });
  try {
    expect(readdirSync(folder)).not.toContain(".spill");
  } finally {
    await engine.close();
  }
});

test("shares take from one budget, each at least its minimum, and give back all they took", () => {
  const space = new SpillSpace(folder, 10 * MEBIBYTE);
  const [first, second, third] = [space.open(), space.open(), space.open()];
  expect(first.holds(8 * MEBIBYTE)).toBe(true);
  expect(second.holds(4 * MEBIBYTE)).toBe(false);
  expect(second.holds(2 * MEBIBYTE)).toBe(true);
  expect(third.holds(MEBIBYTE)).toBe(true);
  expect(third.holds(MEBIBYTE + 1)).toBe(false);
  expect(first.holds(7 * MEBIBYTE)).toBe(true);
  expect(space.usedBytes).toBe(10 * MEBIBYTE);
  first.release();
  expect(second.holds(9 * MEBIBYTE)).toBe(true);
  second.release();
  third.release();
  expect(space.usedBytes).toBe(0);
});

test("releasing a share removes its files and no other's", () => {
  const space = new SpillSpace(folder, MEBIBYTE);
  const [first, second] = [space.open(), space.open()];
  for (const file of [first.newFile(), first.newFile(), second.newFile()]) writeFileSync(file, "rows");
  first.release();
  expect(readdirSync(folder).length).toBe(1);
  second.release();
  expect(readdirSync(folder)).toEqual([]);
});

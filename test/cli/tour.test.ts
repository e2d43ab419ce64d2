import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const MAIN = path.resolve(import.meta.dirname, "../../dist/src/main.js");

test("the tour brings the dropped database back as it was, and leaves nothing behind", () => {
  using folder = new TemporaryFolder();
  const run = spawnSync(process.execPath, [MAIN, "tour"], {
    env: { ...process.env, TMPDIR: folder.path },
    encoding: "utf8",
  });
  expect(run.stderr.replace(/^npm warn.*\n/gm, "")).toBe("");
  expect(run.status).toBe(0);
  const [before = "", after = ""] = run.stdout.split("mysql> DROP DATABASE sakila;");
  for (const expected of [
    "| award      |      1 | new table |",
    "| actor      |      0 | modified  |",
    "| summer-sale | Summer sale: G films for 0.49 |",
  ]) {
    expect(before).toContain(expected);
    expect(after).toContain(expected);
  }
  expect(after).toContain("| PENELOPE   | GUINESS-JONES |");
  expect(readdirSync(folder.path)).toEqual([]);
}, 120_000);

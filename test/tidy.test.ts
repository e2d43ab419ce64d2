/** Rules of the code base that a program can check: layers, file size, banned words, procedure names. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");

/** Which layers a layer may import besides itself. Imports go down only. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  bytes: ["base"],
  io: ["base", "bytes"],
  chunks: ["base", "bytes", "io"],
  prolly: ["base", "bytes", "io", "chunks"],
  values: ["base", "bytes"],
  tables: ["base", "bytes", "io", "chunks", "prolly", "values"],
  vcs: ["base", "bytes", "io", "chunks", "prolly", "values", "tables"],
  remotes: ["base", "bytes", "io", "chunks", "prolly", "values", "tables", "vcs"],
  backup: ["base", "bytes", "io", "chunks", "prolly", "values", "tables", "vcs", "remotes"],
  engine: ["base", "bytes", "io", "chunks", "prolly", "values", "tables", "vcs", "remotes", "backup"],
  // The SQL layer reads rows through the cursor contract alone: of prolly it may import only types.
  sql: ["base", "bytes", "values", "tables", "engine"],
  wire: ["base", "bytes", "values"],
  server: ["*"],
  cli: ["base", "bytes", "values", "engine", "server", "plugin"],
};

const TYPE_ONLY: Readonly<Record<string, readonly string[]>> = {
  sql: ["prolly"],
  cli: ["vcs", "remotes", "backup"],
};

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), {
    recursive: true,
    withFileTypes: true,
  })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

const sources = filesBelow("src");
const procedures = filesBelow("procedures");

interface Import {
  readonly typeOnly: boolean;
  readonly from: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gms)].map((match) => ({
    typeOnly: match[1] !== undefined,
    from: match[2] ?? "",
  }));
}

function layerOf(file: string): string {
  const [top, second] = file.split(path.sep);
  return top === "src" && second !== undefined && second in LAYERS ? second : (second ?? "");
}

function breaks(file: string): string[] {
  const layer = layerOf(file);
  const allowed = LAYERS[layer];
  if (allowed === undefined || allowed.includes("*")) return [];
  return importsOf(file).flatMap(({ from, typeOnly }) => {
    if (!from.startsWith(".")) return [];
    const target = layerOf(path.relative(root, path.resolve(root, path.dirname(file), from)));
    const fine =
      target === layer ||
      allowed.includes(target.replace(/\.ts$/, "")) ||
      (typeOnly && (TYPE_ONLY[layer] ?? []).includes(target));
    return fine ? [] : [`${file} imports ${from}`];
  });
}

describe("the source tree", () => {
  test("is found", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(procedures.length).toBeGreaterThan(10);
  });

  test("imports downwards only", () => {
    expect(sources.flatMap(breaks)).toEqual([]);
  });

  test("keeps procedures on the plugin API", () => {
    const wrong = procedures.flatMap((file) =>
      importsOf(file).flatMap(({ from }) => (from === "#plugin" ? [] : [`${file} imports ${from}`])),
    );
    expect(wrong).toEqual([]);
  });

  test("has no file of over 500 lines, but for data", () => {
    const long = [...sources, ...procedures].filter(
      (file) =>
        !file.includes(`${path.sep}data${path.sep}`) &&
        readFileSync(path.join(root, file), "utf8").split("\n").length > 501,
    );
    expect(long).toEqual([]);
  });

  test("names files in kebab-case, and never after a drawer", () => {
    const names = sources.map((file) => path.basename(file, ".ts"));
    expect(names.filter((name) => !/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(names.filter((name) => /^(?:utils?|helpers?|common|manager|impl)$/.test(name))).toEqual([]);
  });

  test("leaves no unfinished work behind", () => {
    const marks = /\b(?:TODO|FIXME|XXX|HACK)\b|@ts-ignore|\bas any\b/;
    const wrong = [...sources, ...procedures].filter((file) =>
      marks.test(readFileSync(path.join(root, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  test("takes time and chance from base alone", () => {
    const calls = /\bMath\.random\(|\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(/;
    const wrong = sources.filter(
      (file) =>
        !file.startsWith(path.join("src", "base")) && calls.test(readFileSync(path.join(root, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});

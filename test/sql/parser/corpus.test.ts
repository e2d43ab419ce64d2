import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseStatement } from "../../../src/sql/parser/parse.ts";

function read(name: string): Buffer {
  const bytes = readFileSync(new URL(`../../data/sql/${name}`, import.meta.url));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Every statement of a text, as a client that knows DELIMITER splits it. */
function* scripts(text: Buffer): Generator<Buffer> {
  let lines: string[] = [];
  let delimiter = ";";
  for (const line of text.toString("latin1").split("\n")) {
    const changed = /^DELIMITER (\S+)\s*$/i.exec(line)?.[1];
    const ended = delimiter !== ";" && line.trimEnd().endsWith(delimiter);
    if (changed === undefined) lines.push(ended ? line.trimEnd().slice(0, -delimiter.length) : line);
    if (changed !== undefined || ended) {
      yield Buffer.from(lines.join("\n"), "latin1");
      lines = [];
      delimiter = changed ?? delimiter;
    }
  }
  yield Buffer.from(lines.join("\n"), "latin1");
}

function parseAll(text: Buffer): number {
  let count = 0;
  for (let at = 0; at < text.length; ) {
    const parsed = parseStatement(text, at, { sqlMode: new Set() });
    if (parsed.statement !== undefined) count++;
    at = parsed.nextOffset;
  }
  return count;
}

describe("the parser", () => {
  test("reads every statement that real clients send", () => {
    const statements: readonly string[] = JSON.parse(read("client-statements.json.gz").toString("utf8"));
    expect(statements.length).toBeGreaterThan(1500);
    for (const statement of statements) {
      expect(() => parseAll(Buffer.from(statement)), statement).not.toThrow();
    }
  });

  test.each([
    ["oracle-mysqldump-9.7.4.sql.gz", 80],
    ["oracle-mysqldump-9.7.4-default.sql.gz", 60],
    ["mariadb-dump-10.11.sql.gz", 80],
    ["source.sql.gz", 20],
  ])("reads the whole of %s", (name, atLeast) => {
    let count = 0;
    for (const script of scripts(read(name))) count += parseAll(script);
    expect(count).toBeGreaterThan(atLeast);
  });
});

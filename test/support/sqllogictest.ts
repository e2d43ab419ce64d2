/**
 * Runs files of the sqllogictest suite: `tsx --conditions=development test/support/sqllogictest.ts <files…>`. Prints the
 * records whose answer differs and a count per file.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { TestDatabase } from "./test-database.ts";

export interface LogicResult {
  readonly total: number;
  readonly failures: readonly { readonly line: number; readonly sql: string; readonly problem: string }[];
}

export async function runLogicFile(file: string): Promise<LogicResult> {
  await using database = await TestDatabase.open();
  await database.run("SET sql_mode = ''");
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  const failures: { line: number; sql: string; problem: string }[] = [];
  let total = 0;
  let threshold = 0;
  let skipped = false;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!.replace(/#.*$/, "").trim();
    const words = line.split(/\s+/);
    if (line === "") {
      at++;
      continue;
    }
    if (words[0] === "hash-threshold") threshold = Number(words[1]);
    if (words[0] === "halt") break;
    if (words[0] === "skipif" && words[1] === "mysql") skipped = true;
    if (words[0] === "onlyif" && words[1] !== "mysql") skipped = true;
    if (words[0] !== "statement" && words[0] !== "query") {
      at++;
      continue;
    }
    const start = at + 1;
    const sqlLines: string[] = [];
    at++;
    while (at < lines.length && lines[at]!.trim() !== "" && lines[at] !== "----") sqlLines.push(lines[at++]!);
    const expected: string[] = [];
    if (lines[at] === "----") {
      at++;
      while (at < lines.length && lines[at]!.trim() !== "") expected.push(lines[at++]!);
    }
    if (skipped) {
      skipped = false;
      continue;
    }
    total++;
    const sql = sqlLines.join("\n");
    const problem =
      words[0] === "statement"
        ? await runStatement(database, sql, words[1] === "ok")
        : await runQuery(database, sql, {
            types: words[1] ?? "",
            sort: words[2] ?? "nosort",
            expected,
            threshold,
          });
    if (problem !== undefined) failures.push({ line: start, sql, problem });
  }
  return { total, failures };
}

async function runStatement(
  database: TestDatabase,
  sql: string,
  succeeds: boolean,
): Promise<string | undefined> {
  try {
    await database.run(sql);
    return succeeds ? undefined : "expected an error";
  } catch (error) {
    return succeeds ? String(error) : undefined;
  }
}

interface Query {
  readonly types: string;
  readonly sort: string;
  readonly expected: readonly string[];
  readonly threshold: number;
}

async function runQuery(database: TestDatabase, sql: string, query: Query): Promise<string | undefined> {
  let rows: (string | null)[][];
  try {
    rows = await database.rows(sql);
  } catch (error) {
    return String(error);
  }
  const printed = rows.map((row) =>
    row.map((value, column) => printValue(value, query.types.charAt(column))),
  );
  if (query.sort === "rowsort")
    printed.sort((left, right) => (left.join("\u0001") < right.join("\u0001") ? -1 : 1));
  const values = printed.flat();
  if (query.sort === "valuesort") values.sort();
  const hashed = /^(\d+) values hashing to ([0-9a-f]+)$/.exec(query.expected[0] ?? "");
  if (hashed !== null) {
    const md5 = createHash("md5")
      .update(values.map((value) => `${value}\n`).join(""))
      .digest("hex");
    return String(values.length) === hashed[1] && md5 === hashed[2]
      ? undefined
      : `got ${values.length} values, ${md5}`;
  }
  const same =
    values.length === query.expected.length && values.every((value, i) => value === query.expected[i]);
  return same
    ? undefined
    : `want ${query.expected.slice(0, 20).join(" ")}\n   got ${values.slice(0, 20).join(" ")}`;
}

function printValue(value: string | null, type: string): string {
  if (value === null) return "NULL";
  if (type === "I") return String(Math.trunc(Number(value)));
  if (type === "R") return Number(value).toFixed(3);
  return value === "" ? "(empty)" : value.replace(/[^\x20-\x7e]/g, "@");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const file of process.argv.slice(2)) {
    const started = performance.now();
    const { total, failures } = await runLogicFile(file);
    console.log(
      `${file}: ${total - failures.length} of ${total} in ${Math.round(performance.now() - started)} ms`,
    );
    for (const failure of failures.slice(0, 8))
      console.log(`  line ${failure.line}: ${failure.sql.slice(0, 300)}\n   ${failure.problem}`);
  }
}

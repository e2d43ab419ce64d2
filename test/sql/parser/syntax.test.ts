import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseStatement } from "../../../src/sql/parser/parse.ts";
import { SqlError } from "../../../src/values/sql-error.ts";

/** [statement, MySQL 9.7's error number (0: none), the message when it is 1064] */
const recorded: readonly (readonly [string, number, string])[] = JSON.parse(
  readFileSync(new URL("../../data/sql/syntax.json", import.meta.url), "utf8"),
);

/**
 * Statements that are judged otherwise, knowingly: MySQL runs the first assignment before it reads on; it takes SELECT in
 * GRANT without ON for a privilege; two statements are two here, since the session decides about them.
 */
const OTHERWISE: ReadonlySet<string> = new Set(["set a=1 b=2", "grant select to u", "select 1; select 2"]);

function parseError(sql: string): string {
  try {
    parseStatement(Buffer.from(sql), 0, { sqlMode: new Set(), allowParameters: false });
    return "";
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.errno === 1064 ? error.message : "";
  }
}

describe("parseStatement", () => {
  test.each(recorded.filter(([sql]) => !OTHERWISE.has(sql)))(
    "judges %j as MySQL does",
    (sql, _errno, message) => {
      expect(parseError(sql)).toBe(message);
    },
  );

  test("counts lines in its errors", () => {
    expect(parseError("select 1,\n2,\n from t")).toMatch(/near 'from t' at line 3$/);
  });

  test("refuses nesting beyond its limit instead of overflowing the stack", () => {
    const deep = `select ${"(".repeat(50_000)}1${")".repeat(50_000)}`;
    expect(() => parseStatement(Buffer.from(deep), 0, { sqlMode: new Set() })).toThrow(
      expect.objectContaining({ errno: 1436 }),
    );
  });

  test("keeps long chains of AND, OR and commas flat", () => {
    const long = `select ${Array.from({ length: 20_000 }, (_, i) => `a${i}`).join(" or ")}`;
    expect(() => parseStatement(Buffer.from(long), 0, { sqlMode: new Set() })).not.toThrow();
  });

  test.each([
    ["ANSI_QUOTES", 'select "a" from "t"', "column"],
    ["PIPES_AS_CONCAT", "select a || b from t", "function"],
    ["NO_BACKSLASH_ESCAPES", "select 'a\\' from t", "string"],
    ["HIGH_NOT_PRECEDENCE", "select not a between 1 and 2 from t", "between"],
    ["IGNORE_SPACE", "select count (*) from t", "aggregate"],
  ])("obeys sql_mode %s", (mode, sql, kind) => {
    const { statement } = parseStatement(Buffer.from(sql), 0, { sqlMode: new Set([mode]) });
    const body = statement?.kind === "query" ? statement.body : undefined;
    const item = body?.kind === "select" ? body.items[0] : undefined;
    expect(item?.kind === "item" ? item.expression.kind : undefined).toBe(kind);
  });
});

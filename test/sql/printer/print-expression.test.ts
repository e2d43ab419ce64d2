import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseExpression } from "../../../src/sql/parser/parse.ts";
import {
  printExpression,
  TABLE_EXPRESSION,
  VIEW_EXPRESSION,
} from "../../../src/sql/printer/print-expression.ts";

/** [expression, as MySQL 9.7 printed it in a view, as in a generated column]; null = MySQL refused it there. */
type Row = readonly [string, string | null, string | null];
const rows: readonly Row[] = JSON.parse(
  readFileSync(new URL("../../data/sql/printed-expressions.json", import.meta.url), "utf8"),
);

/** What MySQL evaluates or rewrites while it resolves a view, beyond printing. */
const RESOLVED_ELSEWHERE: ReadonlySet<string> = new Set([
  "_utf8mb4 0x41",
  "b'101'",
  "row(a,b) = row(1,2)",
  "_latin1'abc'",
  "N'abc'",
  "trim(trailing from s)",
  "grouping(a)",
  "a = any (select a from t)",
  "not exists (select 1)",
]);

function print(sql: string, table: boolean): string {
  const expression = parseExpression(new TextEncoder().encode(sql), { sqlMode: new Set() });
  return printExpression(expression, table ? TABLE_EXPRESSION : VIEW_EXPRESSION);
}

describe("printExpression", () => {
  test.each(rows.filter(([sql, view]) => view !== null && !RESOLVED_ELSEWHERE.has(sql)))(
    "prints %s in a view as MySQL does",
    (sql, view) => {
      const withoutAliases = print(sql, false)
        .replace(/ AS `[^`]+`(?= from)/g, "")
        .replace(/ AS `[^`]*`\)/g, ")");
      expect(withoutAliases).toBe(view);
    },
  );

  test.each(rows.filter(([sql, , table]) => table !== null && !RESOLVED_ELSEWHERE.has(sql)))(
    "prints %s in a table as MySQL does",
    (sql, _view, table) => {
      expect(print(sql, true)).toBe(table);
    },
  );

  test.each(rows)("prints %s so that the printed text parses to what prints the same", (sql) => {
    for (const table of [true, false]) {
      const printed = print(sql, table);
      expect(print(printed, table)).toBe(printed);
    }
  });
});

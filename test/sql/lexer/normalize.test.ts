import { describe, expect, test } from "vitest";
import { normalize } from "../../../src/sql/lexer/normalize.ts";
import { parseStatement } from "../../../src/sql/parser/parse.ts";

const OPTIONS = { ansiQuotes: false, noBackslashEscapes: false, ignoreSpace: false };

function keyOf(sql: string): string | undefined {
  return normalize(Buffer.from(sql), 0, OPTIONS)?.key;
}

describe("normalize", () => {
  test("takes literals of conditions, assignments, rows and LIMIT out", () => {
    const normalized = normalize(
      Buffer.from("SELECT a FROM t WHERE b = 5 AND c IN ('x', 1.50, 2e3) LIMIT 10"),
      0,
      OPTIONS,
    );
    expect(normalized?.key).toBe("SELECT a FROM t WHERE b = ?i AND c IN (?s, ?d1.3, ?f) LIMIT ?i");
    expect(normalized?.values.map(String)).toEqual(["5", "x", "1.50", "2000", "10"]);
    expect(keyOf("insert into t values (1,'a'),(2,'b')")).toBe("insert into t values (?i,?s),(?i,?s)");
    expect(keyOf("update t set a = 'x' where id = 7")).toBe("update t set a = ?s where id = ?i");
  });

  test("leaves a literal that is no UTF-8 in the text, so that its bytes are kept", () => {
    const normalized = normalize(
      Buffer.from("INSERT INTO t VALUES (1, 'a\xff', '\xc3\xa9')", "latin1"),
      0,
      OPTIONS,
    );
    expect(normalized?.values).toEqual([1, "é"]);
    expect(normalized?.key).toContain("'a\xff'");
  });

  test("leaves strings in the text for a client whose character set is not UTF-8", () => {
    const options = { ...OPTIONS, textIsUtf8: false };
    expect(normalize(Buffer.from("INSERT INTO t VALUES (1, 'é')"), 0, options)?.values).toEqual([1]);
  });

  test("gives statements of different literal types different keys", () => {
    expect(keyOf("select a from t where b = 1")).not.toBe(keyOf("select a from t where b = '1'"));
    expect(keyOf("select a from t where b = 1.5")).not.toBe(keyOf("select a from t where b = 1.55"));
  });

  test.each([
    "select 1, 'a' from t",
    "select a from t order by 1",
    "select a, count(*) from t group by 1 having count(*) > 5",
    "select a from t where b = cast(c as char(10))",
    "select a from t where b = round(c, 2)",
    "select a from t where b = _latin1'x'",
    "select a from t where b = date '2020-01-01'",
    "select a from t where b = 'x' 'y'",
    "select a from t where b like c escape '|'",
    "select a from t as of 'v1'",
    "select a from t where j->'$.a' = b",
    "select a from (select 1 as a) x",
  ])("leaves the literals of %s in place", (sql) => {
    expect(keyOf(sql)).toBe(sql);
  });

  test.each(["create table t (a int)", "set a = 1", "select a into @x from t", "select ?", "show tables"])(
    "does not cache %s",
    (sql) => {
      expect(normalize(Buffer.from(sql), 0, OPTIONS)).toBeUndefined();
    },
  );

  test("names exactly the literals that the parser then marks as parameters", () => {
    const text = Buffer.from("select a from t where b = 5 and c between 'x' and 'y' limit 3");
    const normalized = normalize(text, 0, OPTIONS);
    const parsed = parseStatement(text, 0, { sqlMode: new Set(), extracted: normalized?.offsets ?? [] });
    const found: number[] = [];
    JSON.stringify(parsed.statement, (key, value: unknown) => {
      if (key === "parameter" && typeof value === "number") found.push(value);
      return value;
    });
    expect(found.sort()).toEqual([0, 1, 2, 3]);
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExpression, parseStatement } from "../../src/sql/parser/parse.ts";
import {
  printExpression,
  TABLE_EXPRESSION,
  VIEW_EXPRESSION,
} from "../../src/sql/printer/print-expression.ts";
import { printQuery } from "../../src/sql/printer/print-query.ts";
import { SqlError } from "../../src/values/sql-error.ts";

const MODE = { sqlMode: new Set<string>() };

/** The text of random expressions, as people write them. */
const { expression } = fc.letrec<{ readonly leaf: string; readonly expression: string }>((tie) => {
  const inner = tie("expression");
  const binary = (...operators: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(inner, fc.constantFrom(...operators), inner)
      .map(([left, operator, right]) => `${left} ${operator} ${right}`);
  return {
    leaf: fc.oneof(
      fc.constantFrom(
        "a",
        "b",
        "`c d`",
        "t.a",
        "NULL",
        "TRUE",
        "'x'",
        "'it''s'",
        "0xFF",
        "1.5",
        "2e3",
        "DATE '2020-01-01'",
      ),
      fc.nat(1_000_000).map(String),
      fc.string({ maxLength: 6 }).map((text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`),
    ),
    expression: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      inner.map((text) => `(${text})`),
      binary("+", "-", "*", "/", "%", "DIV", "|", "&", "^", "<<", ">>"),
      binary("=", "<=>", "<>", "<", "<=", ">", ">=", "AND", "OR", "XOR", "LIKE", "REGEXP"),
      inner.map((text) => `-(${text})`),
      inner.map((text) => `NOT (${text})`),
      inner.map((text) => `(${text}) IS NOT NULL`),
      fc.tuple(inner, inner, inner).map(([a, b, c]) => `(${a}) BETWEEN (${b}) AND (${c})`),
      fc.tuple(inner, inner).map(([a, b]) => `(${a}) NOT IN (${b}, 1)`),
      fc.tuple(inner, inner).map(([a, b]) => `CASE WHEN ${a} THEN ${b} ELSE 0 END`),
      inner.map((text) => `CAST(${text} AS DECIMAL(10,2))`),
      inner.map((text) => `DATE_ADD(${text}, INTERVAL 1 DAY)`),
      fc.tuple(inner, inner).map(([a, b]) => `COALESCE(${a}, ${b})`),
      inner.map((text) => `GROUP_CONCAT(DISTINCT ${text} ORDER BY 1 DESC SEPARATOR '-')`),
      inner.map((text) => `EXISTS (SELECT ${text} FROM t WHERE a = 1)`),
    ),
  };
});

/** The text, or undefined when it is no expression (`a = b LIKE c` has no meaning in MySQL's grammar). */
function parse(text: string): ReturnType<typeof parseExpression> | undefined {
  try {
    return parseExpression(Buffer.from(text), MODE);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

describe("the printer", () => {
  test("prints expressions that parse to what prints the same", () => {
    fc.assert(
      fc.property(expression, fc.boolean(), (text, table) => {
        const parsed = parse(text);
        if (parsed === undefined) return;
        const options = table ? TABLE_EXPRESSION : VIEW_EXPRESSION;
        const printed = printExpression(parsed, options);
        expect(printExpression(parseExpression(Buffer.from(printed), MODE), options)).toBe(printed);
      }),
      { numRuns: 500 },
    );
  });

  test("prints queries that parse to what prints the same", () => {
    const query = fc
      .tuple(
        expression,
        expression,
        fc.constantFrom("", " ORDER BY 1", " LIMIT 5, 2", " FOR UPDATE SKIP LOCKED"),
      )
      .map(
        ([item, where, tail]) =>
          `SELECT ${item} AS x FROM t LEFT JOIN (s, u) ON t.a = s.a WHERE ${where}${tail}`,
      );
    fc.assert(
      fc.property(query, (text) => {
        let statement: ReturnType<typeof parseStatement>["statement"];
        try {
          ({ statement } = parseStatement(Buffer.from(text), 0, MODE));
        } catch (error) {
          if (error instanceof SqlError) return;
          throw error;
        }
        if (statement?.kind !== "query") throw new Error("expected a query");
        const printed = printQuery(statement, VIEW_EXPRESSION);
        const again = parseStatement(Buffer.from(printed), 0, MODE).statement;
        expect(again?.kind === "query" ? printQuery(again, VIEW_EXPRESSION) : undefined).toBe(printed);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the parser", () => {
  test("answers any bytes with a statement or error 1064, nothing else", () => {
    const words = fc.constantFrom(
      ..."select from where a b , ( ) = < > ' \" ` 1 1.5 0x4 @ @@ := ? ; /* */ /*! -- # union all insert into values set update delete create table int primary key on join left order by limit not and or null case when then else end interval day".split(
        " ",
      ),
    );
    const text = fc.oneof(
      fc.array(words, { maxLength: 25 }).map((parts) => Buffer.from(parts.join(" "))),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(text, (bytes) => {
        try {
          const parsed = parseStatement(bytes, 0, MODE);
          expect(parsed.nextOffset).toBeGreaterThanOrEqual(0);
          expect(parsed.nextOffset).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          if (!(error instanceof SqlError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

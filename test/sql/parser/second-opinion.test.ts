/**
 * node-sql-parser as a second opinion: on statements that it reads rightly, both parsers must see the same columns,
 * tables and literals in the same order. Its known faults are left out of what is generated, by name:
 * - `a AND b OR c` is read as `a AND (b OR c)`: conditions are always parenthesised;
 * - adjacent strings 'a' 'b' lose the second;
 * - 1e400 becomes a column: no exponents;
 * - XOR, DIV, <=>, REGEXP with NOT, MEMBER OF, window frames with INTERVAL, VALUES ROW and TABLE are unknown or misread.
 */
import fc from "fast-check";
import nodeSqlParser from "node-sql-parser";
import { describe, expect, test } from "vitest";
import { parseStatement } from "../../../src/sql/parser/parse.ts";

const second = new nodeSqlParser.Parser();

const name = fc.constantFrom("a", "b", "c1", "total", "user_id");
const literal = fc.oneof(fc.nat(9999).map(String), fc.constantFrom("'x'", "'it''s'", "'50%'"));
const operand = fc.oneof(
  name,
  literal,
  fc.tuple(fc.constantFrom("t1", "t2"), name).map(([table, column]) => `${table}.${column}`),
);
const comparison = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom("=", "<", ">", "<=", ">=", "<>"), operand)
    .map((parts) => `(${parts.join(" ")})`),
  fc.tuple(operand, literal, literal).map(([value, low, high]) => `(${value} BETWEEN ${low} AND ${high})`),
  fc
    .tuple(operand, fc.array(literal, { minLength: 1, maxLength: 3 }))
    .map(([value, list]) => `(${value} IN (${list.join(", ")}))`),
  operand.map((value) => `(${value} IS NULL)`),
  operand.map((value) => `(${value} LIKE 'x%')`),
);
const condition = fc
  .tuple(comparison, fc.constantFrom("AND", "OR"), comparison)
  .map(([left, word, right]) => `(${left} ${word} ${right})`);
const select = fc
  .tuple(
    fc.array(operand, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("t1", "t1 JOIN t2 ON (t1.a = t2.a)", "t1 LEFT JOIN t2 ON (t1.b = t2.c1)"),
    condition,
    fc.constantFrom("", " GROUP BY a", " ORDER BY b DESC", " ORDER BY a LIMIT 10"),
  )
  .map(([items, from, where, tail]) => `SELECT ${items.join(", ")} FROM ${from} WHERE ${where}${tail}`);

/** Names of columns and texts of literals, in the order of the tree. */
function collect(node: unknown, found: string[]): string[] {
  if (Array.isArray(node)) for (const item of node) collect(item, found);
  else if (typeof node === "object" && node !== null && !(node instanceof Uint8Array)) {
    const record = node as Record<string, unknown>;
    const text = leafText(record);
    if (text === undefined) for (const value of Object.values(record)) collect(value, found);
    else found.push(text);
  }
  return found;
}

function leafText(record: Record<string, unknown>): string | undefined {
  const { kind, type } = record;
  if (kind === "column") return `column ${String(record["name"])}`;
  if (kind === "number") return `number ${String(record["text"])}`;
  if (kind === "string") return `string ${Buffer.from(record["bytes"] as Uint8Array).toString()}`;
  if (type === "column_ref") return `column ${String(record["column"])}`;
  if (type === "number") return `number ${String(record["value"])}`;
  if (type === "single_quote_string") return `string ${String(record["value"]).replaceAll("''", "'")}`;
  return undefined;
}

describe("node-sql-parser and this parser", () => {
  test("see the same columns and literals in generated SELECTs", () => {
    fc.assert(
      fc.property(select, (sql) => {
        const theirs = second.astify(sql, { database: "MySQL" });
        const ours = parseStatement(Buffer.from(sql), 0, { sqlMode: new Set() }).statement;
        expect(collect(ours, []).sort()).toEqual(collect(theirs, []).sort());
      }),
      { numRuns: 200 },
    );
  });
});

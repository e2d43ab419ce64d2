import { describe, expect, test } from "vitest";
import { findValuesStart, type LiteralKind, readInsertRows } from "../../../src/sql/lexer/insert-rows.ts";
import { parseDecimalPrefix } from "../../../src/values/decimal.ts";

const OPTIONS = { backslashEscapes: true, ansiQuotes: false };

function read(sql: string | Buffer): { rows: unknown[][]; kinds: LiteralKind[][]; rest: string } | undefined {
  const text = Buffer.from(sql as string);
  const start = findValuesStart(text, 0);
  if (start === undefined) return undefined;
  const rows: unknown[][] = [];
  const kinds: LiteralKind[][] = [];
  const result = readInsertRows(text, start, OPTIONS, (values, literalKinds, count) => {
    rows.push(values.slice(0, count));
    kinds.push(literalKinds.slice(0, count));
  });
  return result === undefined ? undefined : { rows, kinds, rest: text.subarray(result.end).toString() };
}

describe("readInsertRows", () => {
  test("reads every kind of literal", () => {
    const result = read(
      "INSERT INTO `t` VALUES (1,-2,1.50,1e3,'a\\'b',NULL,0xFF,x'41',b'101',true,DEFAULT, _binary 'x' )",
    );
    expect(result?.rows[0]?.slice(0, 2)).toEqual([1, -2]);
    expect(String(result?.rows[0]?.[2])).toBe("1.50");
    expect(result?.rows[0]?.slice(3)).toEqual([
      1000,
      "a'b",
      null,
      new Uint8Array([255]),
      new Uint8Array([65]),
      new Uint8Array([5]),
      1,
      null,
      new Uint8Array([120]),
    ]);
    expect(result?.kinds).toEqual([[1, 1, 2, 3, 4, 0, 5, 5, 5, 1, 6, 5]]);
  });

  test("keeps integers of 64 bits exact", () => {
    expect(
      read("insert t values (18446744073709551615,-9223372036854775808,9007199254740993)")?.rows,
    ).toEqual([[18446744073709551615n, -9223372036854775808n, 9007199254740993n]]);
  });

  test("reads decimals of any length as the parser does", () => {
    const texts = [
      "0.0",
      "-0.00",
      "-1.5",
      "00012.3400",
      "1234567.12345678",
      "123456789012345.1",
      "0.1234567890123456789",
    ];
    const read1 = read(`insert t values (${texts.join(",")})`)?.rows[0];
    expect(read1).toEqual(texts.map((text) => parseDecimalPrefix(text).value));
  });

  test("stops after the last tuple", () => {
    expect(read("insert into t values (1) , (2)\n on duplicate key update a=1")?.rest).toMatch(
      /^on duplicate/,
    );
  });

  test("gives bytes that are no text as bytes", () => {
    const result = read(
      Buffer.concat([Buffer.from("insert into t values ('"), Buffer.from([0xff, 0xfe]), Buffer.from("')")]),
    );
    expect(result?.rows).toEqual([[new Uint8Array([0xff, 0xfe])]]);
  });

  test.each([
    "insert into t values (now())",
    "insert into t values (1+1)",
    "insert into t values (a)",
    "insert into t values ('a' 'b')",
    "insert into t values (?)",
    "insert into t values (_latin1'x')",
    "insert into t values (1",
    "insert into t values ('unclosed)",
    "insert into t select 1",
    "insert into t set a = 1",
    "insert into t values (123456789012345678901234567890)",
    "insert into t values (1 /* comment */)",
  ])("leaves %s to the parser", (sql) => {
    expect(read(sql)).toBeUndefined();
  });
});

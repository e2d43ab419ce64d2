import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatResult, type TableResult } from "../../src/cli/shell/format-result.ts";
import { runScript } from "../../src/cli/shell/shell.ts";
import { StatementSplitter } from "../../src/cli/shell/statement-splitter.ts";
import { startTestServer, type TestServer } from "../server/test-server.ts";

function split(text: string): readonly string[] {
  const splitter = new StatementSplitter();
  return [...text.split("\n").flatMap((line) => splitter.push(line)), ...splitter.finish()];
}

describe("StatementSplitter", () => {
  test("cuts at semicolons outside of strings, names and comments", () => {
    expect(split("a; b 'x;y' ; c \"p;q\"; d `r;s`; e /* ; */ f; g -- ;\nh; i # ;\n;")).toEqual([
      "a",
      "b 'x;y'",
      'c "p;q"',
      "d `r;s`",
      "e /* ; */ f",
      "g -- ;\nh",
      "i # ;",
    ]);
  });

  test("knows doubled and escaped quotes, and strings over several lines", () => {
    expect(split("a 'it''s;'; b 'it\\';s'; c '1;\n2;'; d")).toEqual([
      "a 'it''s;'",
      "b 'it\\';s'",
      "c '1;\n2;'",
      "d",
    ]);
    expect(split("a--b; c")).toEqual(["a--b", "c"]);
  });

  test("cuts at \\G and \\g too, and keeps them", () => {
    expect(split("a\\G b\\g\nc '\\G';")).toEqual(["a\\G", "b\\g", "c '\\G'"]);
  });

  test("takes another delimiter until told otherwise", () => {
    expect(split("delimiter //\na; b//\nDELIMITER ;\nc; d")).toEqual(["a; b", "c", "d"]);
  });

  test("a comment that is code for MySQL stays in its statement", () => {
    expect(split("/*!40101 SET NAMES utf8 */;\nx;")).toEqual(["/*!40101 SET NAMES utf8 */", "x"]);
  });
});

const RESULT: TableResult = {
  kind: "rows",
  columns: [
    { name: "id", numeric: true },
    { name: "name", numeric: false },
    { name: "bytes", numeric: false },
  ],
  rows: [
    ["1", 'say "hi", you', Buffer.of(0, 255)],
    ["20", "日本\n", null],
  ],
};

describe("formatResult", () => {
  test("table aligns by the width a terminal shows", () => {
    expect(formatResult(RESULT, "table")).toBe(
      [
        "+----+---------------+--------+",
        "| id | name          | bytes  |",
        "+----+---------------+--------+",
        '|  1 | say "hi", you | 0x00FF |',
        "| 20 | 日本\\n        | NULL   |",
        "+----+---------------+--------+",
        "",
      ].join("\n"),
    );
    expect(formatResult({ ...RESULT, rows: [] }, "table")).toBe("");
  });

  test("csv quotes what must be, and tells NULL from the empty text", () => {
    expect(formatResult(RESULT, "csv")).toBe('id,name,bytes\n1,"say ""hi"", you",0x00FF\n20,"日本\n",\n');
    expect(formatResult({ ...RESULT, rows: [["1", "", null]] }, "csv")).toBe('id,name,bytes\n1,"",\n');
  });

  test("json keeps numbers as numbers", () => {
    const parsed: unknown = JSON.parse(formatResult(RESULT, "json"));
    expect(parsed).toEqual({
      rows: [
        { id: 1, name: 'say "hi", you', bytes: "0x00FF" },
        { id: 20, name: "日本\n", bytes: null },
      ],
    });
  });

  test("vertical gives each field a line", () => {
    expect(formatResult({ ...RESULT, rows: [["1", "a", null]] }, "vertical")).toBe(
      `${"*".repeat(27)} 1. row ${"*".repeat(27)}\n   id: 1\n name: a\nbytes: NULL\n`,
    );
  });
});

describe("runScript", () => {
  let server: TestServer;
  let connection: mysql.Connection;

  beforeAll(async () => {
    server = await startTestServer({ tls: "off" });
    connection = await mysql.createConnection({ host: "127.0.0.1", port: server.port, user: "root" });
  });

  afterAll(async () => {
    await connection.end();
    await server[Symbol.asyncDispose]();
  });

  async function run(text: string): Promise<string> {
    let output = "";
    await runScript(connection, text.split("\n"), {
      format: "csv",
      chatty: false,
      write: (piece) => {
        output += piece;
      },
    });
    return output;
  }

  test("prints the rows of each statement in order, binary values in hexadecimal", async () => {
    expect(await run("select 1;\ncount 2")).toBe("1\n1\nn\n0\n1\n");
    const types = await run("types");
    expect(types).toContain(",0x00FF0A0D,");
    expect(types).toContain("-9223372036854775808,18446744073709551615,");
  });

  test("CALL prints its result set once", async () => {
    expect(await run("call x")).toBe("n\n1\n");
  });

  test("stops at the first error, naming the line", async () => {
    await expect(run("select 1;\n\nfail;\nselect 1;")).rejects.toThrow(
      "ERROR 1146 (42S02): Table 'd.t' doesn't exist (line 3)",
    );
  });
});

import { describe, expect, test } from "vitest";
import { GlobalVariables, SystemVariables } from "../../../src/sql/variables/system-variables.ts";
import type { SqlType } from "../../../src/values/sql-type.ts";
import type { Value } from "../../../src/values/value.ts";
import { connectionFacts } from "../../support/test-database.ts";

const TEXT: SqlType = {
  kind: "string",
  name: "varchar",
  length: 100,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const INTEGER: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };

function typed(value: Value): { readonly value: Value; readonly type: SqlType } {
  return { value, type: typeof value === "string" ? TEXT : INTEGER };
}

function open(): { globals: GlobalVariables; session: SystemVariables; warnings: string[] } {
  const globals = new GlobalVariables();
  const session = new SystemVariables(globals, connectionFacts(7));
  const warnings: string[] = [];
  session.onWarning((_level, errno, message) => warnings.push(`${errno} ${message}`));
  return { globals, session, warnings };
}

function thrown(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("SystemVariables", () => {
  test.each([
    ["autocommit", "OFF", 0],
    ["autocommit", 1, 1],
    ["sql_mode", "ansi", "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI"],
    ["sql_mode", "", ""],
    ["sql_mode", 4, "ANSI_QUOTES"],
    ["transaction_isolation", "read-committed", "READ-COMMITTED"],
    ["transaction_isolation", 3, "SERIALIZABLE"],
    ["time_zone", "+05:30", "+05:30"],
    ["group_concat_max_len", 5000, 5000],
    ["character_set_results", null, null],
  ])("sets %s to %j", (name, value, expected) => {
    const { session } = open();
    session.set(name, "session", typed(value));
    expect(session.get(name, "session")).toBe(expected);
  });

  test.each([
    ["nope", 1, "session", 1193, "Unknown system variable 'nope'"],
    ["autocommit", 2, "session", 1231, "Variable 'autocommit' can't be set to the value of '2'"],
    ["sql_mode", "ANSI,foo", "session", 1231, "Variable 'sql_mode' can't be set to the value of 'foo'"],
    [
      "group_concat_max_len",
      "x",
      "session",
      1232,
      "Incorrect argument type to variable 'group_concat_max_len'",
    ],
    ["version", "1", "global", 1238, "Variable 'version' is a read only variable"],
    [
      "max_connections",
      5,
      "session",
      1229,
      "Variable 'max_connections' is a GLOBAL variable and should be set with SET GLOBAL",
    ],
    [
      "timestamp",
      5,
      "global",
      1228,
      "Variable 'timestamp' is a SESSION variable and can't be used with SET GLOBAL",
    ],
    ["character_set_client", "foo", "session", 1115, "Unknown character set: 'foo'"],
    [
      "character_set_client",
      "utf16",
      "session",
      1231,
      "Variable 'character_set_client' can't be set to the value of 'utf16'",
    ],
    ["time_zone", "Nowhere", "session", 1298, "Unknown or incorrect time zone: 'Nowhere'"],
    [
      "character_set_client",
      null,
      "session",
      1231,
      "Variable 'character_set_client' can't be set to the value of 'NULL'",
    ],
  ] as const)("refuses %s = %j (%s) with %i", (name, value, scope, errno, message) => {
    const { session } = open();
    expect(thrown(() => session.set(name, scope, typed(value)))).toMatchObject({ errno, message });
  });

  test("moves a value into its range with a warning", () => {
    const { session, warnings } = open();
    session.set("innodb_lock_wait_timeout", "session", typed(0));
    expect(session.get("innodb_lock_wait_timeout", "session")).toBe(1);
    expect(warnings).toEqual(["1292 Truncated incorrect innodb_lock_wait_timeout value: '0'"]);
  });

  test("keeps what a session began with when the global value changes", () => {
    const { globals, session } = open();
    session.set("sql_notes", "global", typed(0));
    expect(session.get("sql_notes", "session")).toBe(1);
    expect(session.get("sql_notes", "global")).toBe(0);
    expect(new SystemVariables(globals, connectionFacts(8)).get("sql_notes", "session")).toBe(0);
  });

  test("lets a character set bring its collation and the reverse", () => {
    const { session } = open();
    session.set("collation_connection", "session", typed("latin1_german1_ci"));
    expect(session.get("character_set_connection", "session")).toBe("latin1");
    session.set("character_set_connection", "session", typed("utf8mb4"));
    expect(session.get("collation_connection", "session")).toBe("utf8mb4_0900_ai_ci");
  });

  test("refuses to read a global variable as the session's", () => {
    const { session } = open();
    expect(thrown(() => session.get("version", "session"))).toMatchObject({
      errno: 1238,
      message: "Variable 'version' is a GLOBAL variable",
    });
  });

  test("goes back to the connection's own values on reset", () => {
    const { session } = open();
    session.set("sql_mode", "session", typed("ANSI"));
    session.reset();
    expect(String(session.get("sql_mode", "session"))).toMatch(/^ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES/);
    expect(session.get("pseudo_thread_id", "session")).toBe(7);
  });
});

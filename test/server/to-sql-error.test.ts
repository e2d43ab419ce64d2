import { describe, expect, test } from "vitest";
import { AssertionError } from "../../src/base/assert.ts";
import { StorageError } from "../../src/io/storage-error.ts";
import { isServerFault, toSqlError } from "../../src/server/to-sql-error.ts";
import { sqlError } from "../../src/values/sql-error.ts";
import { VersionError } from "../../src/vcs/version-error.ts";
import { WireError } from "../../src/wire/wire-error.ts";

describe("toSqlError", () => {
  test("keeps what is a SQL error already", () => {
    const error = sqlError("ER_BAD_DB_ERROR", "x");
    expect(toSqlError(error)).toBe(error);
  });

  test("maps the layers' errors to MySQL's numbers, with their own message", () => {
    const disk = toSqlError(new StorageError("checksum_mismatch", "damaged", { path: "/x/t", offset: 7 }));
    expect(disk).toMatchObject({ errno: 1034, message: "damaged: /x/t at byte 7" });
    expect(toSqlError(new VersionError("table_not_found", "t", "no t"))).toMatchObject({ errno: 1146 });
    expect(toSqlError(new VersionError("nothing_to_commit", "", "nothing to commit"))).toMatchObject({
      errno: 1105,
      sqlState: "HY000",
      message: "nothing to commit",
    });
    expect(toSqlError(new WireError("bad_parameter", "x"))).toMatchObject({ errno: 1210 });
  });

  test("makes 1105 of anything else, even of what is no error", () => {
    for (const thrown of [new TypeError("boom"), new AssertionError("boom"), "boom"]) {
      expect(toSqlError(thrown)).toMatchObject({ errno: 1105, message: "boom" });
      expect(isServerFault(thrown)).toBe(true);
    }
    expect(toSqlError(undefined).errno).toBe(1105);
    expect(isServerFault(sqlError("ER_NO_DB_ERROR"))).toBe(false);
  });
});

import { describe, expect, test } from "vitest";
import { ProcedureFixture } from "./procedure-fixture.ts";

describe("on a tag or a commit", () => {
  test("nothing changes a branch, and dolt_checkout leads back to one", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_tag", "v1");
    await db.rows.insert("t", [50, 1, "after the tag"]);
    db.database = "db/v1";
    for (const call of [
      ["dolt_commit", "-am", "x"],
      ["dolt_reset", "--hard", "HEAD"],
      ["dolt_add", "."],
      ["dolt_pull"],
    ] as const) {
      const [name, ...values] = call;
      await expect(db.call(name, ...values), name).rejects.toMatchObject({
        code: "ER_OPTION_PREVENTS_STATEMENT",
      });
    }
    expect(await db.call("dolt_checkout", "main")).toEqual([[0, "Already on branch 'main'"]]);
    expect(db.database).toBe("db");
    expect(await db.table("dolt_status")).toEqual([["t", 0, "modified"]]);
  });
});

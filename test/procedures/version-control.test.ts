import { existsSync, readdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ProcedureFixture } from "./procedure-fixture.ts";

describe("dolt_commit", () => {
  test("answers a hash and leaves a clean status", async () => {
    await using db = await ProcedureFixture.open();
    await db.rows.update("t", 3, ([id, , b]) => [id ?? null, 33, b ?? null]);
    expect(await db.table("dolt_status")).toEqual([["t", 0, "modified"]]);
    const [[hash] = []] = await db.call("dolt_commit", "-am", "change a row");
    expect(hash).toMatch(/^[0-9a-v]{32}$/);
    expect(await db.table("dolt_status")).toEqual([]);
    const log = await db.table("dolt_log");
    expect(log.map((row) => row[3])).toEqual(["change a row", "ten rows", "Initialize data repository"]);
  });

  test("refuses a commit without changes, unless it may be empty or skipped", async () => {
    await using db = await ProcedureFixture.open();
    await expect(db.call("dolt_commit", "-m", "again")).rejects.toMatchObject({ code: "nothing_to_commit" });
    expect(await db.call("dolt_commit", "--skip-empty", "-m", "again")).toEqual([]);
    expect(await db.call("dolt_commit", "--allow-empty", "-m", "again")).toHaveLength(1);
  });

  test("takes author and date, so that the same input gives the same hash", async () => {
    const commit = async (): Promise<unknown> => {
      await using db = await ProcedureFixture.open();
      await db.call("dolt_reset", "--soft", "HEAD~1");
      const [[hash] = []] = await db.call(
        "dolt_commit",
        "-m",
        "x",
        "--author",
        "A <a@b>",
        "--date",
        "2026-01-31",
      );
      return hash;
    };
    // The first commit's date differs, so only the form can be compared here.
    expect(await commit()).toMatch(/^[0-9a-v]{32}$/);
  });

  test("sees what SQL committed, and nothing else", async () => {
    await using db = await ProcedureFixture.open();
    const other = db.fixture.session();
    other.begin();
    await other.insert("t", [99, 1, "open"]);
    await db.rows.insert("t", [50, 1, "done"]);
    await db.call("dolt_commit", "-am", "one row");
    other.rollback();
    expect(await db.table("dolt_status")).toEqual([]);
    expect(await db.rows.row("t", 99)).toBeUndefined();
  });
});

describe("dolt_branch and dolt_checkout", () => {
  test("give each branch rows of its own", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_checkout", "-b", "feature");
    expect(db.rows.session.currentBranch("db")).toBe("feature");
    db.rows.revision = { databaseName: "db", branch: "feature", readOnly: false };
    await db.rows.insert("t", [11, 1, "feature"]);
    await db.call("dolt_commit", "-am", "on feature");
    await db.call("dolt_checkout", "main");
    db.rows.revision = { databaseName: "db", branch: "main", readOnly: false };
    expect(await db.rows.row("t", 11)).toBeUndefined();
    expect((await db.table("dolt_branches")).map((row) => row[0])).toEqual(["feature", "main"]);
  });

  test("do not delete what is not merged, in use or the default, unless forced", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_branch", "spare");
    await db.call("dolt_branch", "-d", "spare");
    await db.call("dolt_checkout", "-b", "work");
    db.rows.revision = { databaseName: "db", branch: "work", readOnly: false };
    await db.rows.insert("t", [11, 1, "w"]);
    await db.call("dolt_commit", "-am", "work");
    await db.call("dolt_checkout", "main");
    await expect(db.call("dolt_branch", "-d", "work")).rejects.toMatchObject({ code: "not_merged" });
    await expect(db.call("dolt_branch", "-D", "main")).rejects.toMatchObject({ code: "branch_in_use" });
    await db.call("dolt_branch", "-D", "work");
    expect((await db.table("dolt_branches")).map((row) => row[0])).toEqual(["main"]);
  });

  test("restore a table, and reset --hard a branch", async () => {
    await using db = await ProcedureFixture.open();
    await db.rows.delete("t", 1);
    await db.call("dolt_checkout", "t");
    expect(await db.rows.row("t", 1)).toEqual([1, 10, "b1"]);
    await db.rows.delete("t", 2);
    await db.call("dolt_reset", "--hard");
    expect(await db.rows.row("t", 2)).toEqual([2, 20, "b2"]);
    expect(await db.table("dolt_status")).toEqual([]);
  });
});

describe("dolt_push, dolt_clone, dolt_fetch and dolt_pull", () => {
  test("carry commits from one database to another and back", async () => {
    await using db = await ProcedureFixture.open();
    expect(await db.call("dolt_remote", "add", "origin", db.url("origin"))).toEqual([[1]]);
    expect(await db.call("dolt_push", "-u", "origin", "main")).toEqual([[1]]);
    await db.call("dolt_push");
    expect(db.notes).toEqual(["Everything up-to-date"]);
    await db.call("dolt_clone", db.url("origin"), "copy");
    db.database = "copy";
    db.rows.revision = { databaseName: "copy", branch: "main", readOnly: false };
    expect(await db.rows.rows("t")).toHaveLength(10);
    await db.rows.insert("t", [11, 1, "from the copy"]);
    await db.call("dolt_commit", "-am", "eleven");
    await db.call("dolt_push", "origin", "main");
    db.database = "db";
    db.rows.revision = { databaseName: "db", branch: "main", readOnly: false };
    const [[fastForward, conflicts] = []] = await db.call("dolt_pull");
    expect([fastForward, conflicts]).toEqual([1, 0]);
    expect(await db.rows.row("t", 11)).toEqual([11, 1, "from the copy"]);
  });

  test("refuse to lose the remote's commits, unless forced; merge them when pulled", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_remote", "add", "origin", db.url("origin"));
    await db.call("dolt_push", "-u", "origin", "main");
    await db.call("dolt_clone", db.url("origin"), "copy");
    await db.rows.insert("t", [11, 1, "here"]);
    await db.call("dolt_commit", "-am", "here");
    await db.call("dolt_push");
    db.database = "copy";
    db.rows.revision = { databaseName: "copy", branch: "main", readOnly: false };
    await db.rows.insert("t", [12, 1, "there"]);
    await db.call("dolt_commit", "-am", "there");
    await expect(db.call("dolt_push")).rejects.toMatchObject({ code: "not_fast_forward" });
    const [[fastForward] = []] = await db.call("dolt_pull");
    expect(fastForward).toBe(0);
    expect((await db.rows.rows("t")).map((row) => row[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await db.call("dolt_push");
    expect(await db.call("dolt_fsck")).toEqual([]);
  });

  test("delete a remote branch and its tracking branch", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_remote", "add", "origin", db.url("origin"));
    await db.call("dolt_branch", "b1");
    await db.call("dolt_push", "--all");
    expect(await db.table("dolt_remote_branches")).toHaveLength(2);
    await db.call("dolt_push", "origin", ":b1");
    expect((await db.table("dolt_remote_branches")).map((row) => row[0])).toEqual(["remotes/origin/main"]);
  });

  test("name what is wrong", async () => {
    await using db = await ProcedureFixture.open();
    await expect(db.call("dolt_push", "nope", "main")).rejects.toThrow("remote 'nope' not found");
    await db.call("dolt_remote", "add", "origin", db.url("origin"));
    await expect(db.call("dolt_push", "origin", "nob")).rejects.toThrow("branch not found: nob");
    await expect(db.call("dolt_push", "origin", "")).rejects.toThrow("invalid ref spec: ''");
    await expect(db.call("dolt_remote", "add", "origin", db.url("x"))).rejects.toMatchObject({
      code: "ref_exists",
    });
    await expect(db.call("dolt_remote", "add", "other", "/bare/path")).rejects.toMatchObject({
      code: "bad_url",
    });
    await expect(db.call("dolt_clone", db.url("nothing"), "n")).rejects.toMatchObject({ code: "not_found" });
    expect(existsSync(db.remotesFolder)).toBe(false);
    expect(db.fixture.engine.hasDatabase("n")).toBe(false);
  });
});

/** Every file of a folder with size and time, to see that nothing was written. */
function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const { size, mtimeMs } = statSync(`${entry.parentPath}/${entry.name}`);
      return `${entry.name} ${size} ${mtimeMs}`;
    })
    .sort();
}

describe("dolt_backup", () => {
  test("brings back branches, tags, tracking branches, staged and unstaged changes", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_remote", "add", "origin", db.url("origin"));
    await db.call("dolt_push", "-u", "origin", "main");
    await db.call("dolt_branch", "feature");
    await db.call("dolt_tag", "v1", "-m", "first");
    await db.rows.insert("t", [11, 1, "staged"]);
    await db.call("dolt_add", "t");
    await db.rows.insert("t", [12, 1, "unstaged"]);
    expect(await db.call("dolt_backup", "add", "nightly", db.url("nightly"))).toEqual([[1]]);
    expect(await db.call("dolt_backup", "sync", "nightly")).toEqual([[1]]);
    const before = [
      await db.table("dolt_status"),
      await db.table("dolt_branches"),
      await db.table("dolt_tags"),
    ];
    const branches = before[1]?.map((row) => row.filter((_, at) => at !== 5 && at !== 6));
    await db.fixture.engine.dropDatabase("db");
    expect(await db.call("dolt_backup", "restore", db.url("nightly"), "db2")).toEqual([[1]]);
    db.database = "db2";
    db.rows.revision = { databaseName: "db2", branch: "main", readOnly: false };
    expect(await db.table("dolt_status")).toEqual(before[0]);
    expect(
      (await db.table("dolt_branches")).map((row) => row.filter((_, at) => at !== 5 && at !== 6)),
    ).toEqual(branches);
    expect(await db.table("dolt_tags")).toEqual(before[2]);
    expect(await db.table("dolt_remotes")).toEqual([]);
    expect(await db.table("dolt_backups")).toEqual([]);
    expect((await db.table("dolt_remote_branches")).map((row) => row[0])).toEqual(["remotes/origin/main"]);
    expect((await db.rows.rows("t")).map((row) => row[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(await db.call("dolt_fsck")).toEqual([]);
  });

  test("writes nothing when nothing changed", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_backup", "add", "b", db.url("b"));
    await db.call("dolt_backup", "sync", "b");
    const before = listing(db.remotesFolder);
    await db.call("dolt_backup", "sync", "b");
    expect(listing(db.remotesFolder)).toEqual(before);
  });

  test("keeps an open transaction's rows out", async () => {
    await using db = await ProcedureFixture.open();
    db.rows.begin();
    await db.rows.insert("t", [77, 1, "open"]);
    await db.call("dolt_backup", "sync-url", db.url("b"));
    db.rows.rollback();
    await db.call("dolt_backup", "restore", db.url("b"), "restored");
    db.rows.revision = { databaseName: "restored", branch: "main", readOnly: false };
    expect(await db.rows.row("t", 77)).toBeUndefined();
  });

  test("refuses another database's backup, unless forced", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_backup", "sync-url", db.url("b"));
    await db.fixture.engine.createDatabase("other", { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" });
    db.database = "other";
    await expect(db.call("dolt_backup", "sync-url", db.url("b"))).rejects.toMatchObject({
      code: "other_database",
    });
    expect(await db.call("dolt_backup", "sync-url", db.url("b"), "--force")).toEqual([[1]]);
  });

  test("restores over a database with --force alone, and loses nothing when it fails", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_backup", "sync-url", db.url("b"));
    await db.rows.insert("t", [11, 1, "later"]);
    await expect(db.call("dolt_backup", "restore", db.url("b"), "db")).rejects.toMatchObject({ errno: 1007 });
    await expect(db.call("dolt_backup", "restore", "--force", db.url("wrong"), "db")).rejects.toMatchObject({
      code: "not_found",
    });
    expect(existsSync(`${db.remotesFolder}/wrong`)).toBe(false);
    expect(await db.rows.row("t", 11)).toEqual([11, 1, "later"]);
    await db.call("dolt_backup", "restore", "--force", db.url("b"), "db");
    expect(await db.rows.row("t", 11)).toBeUndefined();
    expect(await db.rows.rows("t")).toHaveLength(10);
  });

  test("names the way out for every wrong call", async () => {
    await using db = await ProcedureFixture.open();
    await expect(db.call("dolt_backup")).rejects.toMatchObject({ errno: 1318 });
    await expect(db.call("dolt_backup", "ADD", "a", "b")).rejects.toThrow(
      "unrecognized dolt_backup parameter 'ADD'",
    );
    await expect(db.call("dolt_backup", "add", "b")).rejects.toThrow("dolt_backup('name', 'url')");
    await expect(db.call("dolt_backup", "sync", "zzz")).rejects.toThrow("backup 'zzz' not found");
    await expect(db.call("dolt_backup", "sync", "b", "--frobnicate")).rejects.toThrow(
      "unknown option `frobnicate'",
    );
    await db.call("dolt_backup", "add", "b", db.url("b"));
    await expect(db.call("dolt_backup", "add", "c", db.url("b"))).rejects.toThrow(
      "address conflict with a backup: 'b'",
    );
    await expect(db.call("dolt_remote", "add", "r", db.url("b"))).rejects.toThrow(
      "address conflict with a backup: 'b'",
    );
    await expect(db.call("dolt_backup", "add", "b.2", db.url("z"))).rejects.toThrow(
      "backup name 'b.2' is invalid",
    );
    await expect(db.call("dolt_backup", "add", "n", "nosuch://x")).rejects.toThrow(
      "unknown url scheme: 'nosuch'",
    );
    expect(existsSync(db.remotesFolder)).toBe(false);
  });
});

describe("a read-only server", () => {
  test("lets only reading procedures run", async () => {
    await using db = await ProcedureFixture.open();
    await db.call("dolt_branch", "b1");
    db.readOnly = true;
    await expect(db.call("dolt_commit", "-m", "x")).rejects.toMatchObject({ errno: 1290 });
    await expect(db.call("dolt_checkout", "-b", "b2")).rejects.toMatchObject({ errno: 1290 });
    const [[status] = []] = await db.call("dolt_checkout", "b1");
    expect(status).toBe(0);
  });
});

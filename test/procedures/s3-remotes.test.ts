/** Backups and remotes in an S3-compatible store, through the procedures. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY } from "../support/s3-server.ts";
import { ProcedureFixture } from "./procedure-fixture.ts";

let server: S3Server;
beforeEach(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
  vi.stubEnv("AWS_SESSION_TOKEN", undefined);
  server = await S3Server.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
});

const useDatabase = (db: ProcedureFixture, name: string): void => {
  db.database = name;
  db.rows.revision = { databaseName: name, branch: "main", readOnly: false };
};

describe("a backup in S3", () => {
  test("is synced, synced again for a change, and restored with everything", async () => {
    await using db = await ProcedureFixture.open();
    const url = server.url("backups/db");
    await db.call("dolt_tag", "v1");
    await db.call("dolt_backup", "add", "s3", url);
    expect(server.requests).toEqual([]);
    expect(await db.call("dolt_backup", "sync", "s3")).toEqual([[1]]);
    server.requests.length = 0;
    await db.call("dolt_backup", "sync", "s3");
    expect(server.keysOf("PUT")).toEqual([]);
    await db.rows.insert("t", [11, 1, "not committed to a branch"]);
    await db.call("dolt_backup", "sync", "s3");
    expect(server.keysOf("PUT")).toEqual([
      expect.stringMatching(/^backups\/db\/[0-9a-v]{32}\.table$/),
      "backups/db/manifest",
    ]);
    await db.call("dolt_backup", "restore", url, "db2");
    useDatabase(db, "db2");
    expect((await db.rows.rows("t")).map((row) => row[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect((await db.table("dolt_tags")).map((row) => row[0])).toEqual(["v1"]);
    expect(await db.call("dolt_fsck")).toEqual([]);
  });

  test("is complete though requests fail and answers get lost", async () => {
    await using db = await ProcedureFixture.open();
    const url = server.url("backups/db");
    let count = 0;
    const faults = ["drop_after", undefined, "slow_down", undefined, "drop_before", undefined] as const;
    server.fault = () => faults[count++ % faults.length];
    await db.call("dolt_backup", "sync-url", url);
    await db.rows.insert("t", [11, 1, "more"]);
    await db.call("dolt_backup", "sync-url", url);
    await db.call("dolt_backup", "restore", url, "db2");
    useDatabase(db, "db2");
    expect(await db.rows.rows("t")).toHaveLength(11);
    expect(await db.call("dolt_fsck")).toEqual([]);
  });

  test("is refused with its reason, and before anything is promised", async () => {
    await using db = await ProcedureFixture.open();
    await expect(db.call("dolt_backup", "add", "s3", "s3://bucket/db?acl=x")).rejects.toMatchObject({
      code: "bad_url",
    });
    expect(await db.table("dolt_backups")).toEqual([]);
    await expect(db.call("dolt_backup", "restore", server.url("none"), "db2")).rejects.toMatchObject({
      code: "not_found",
    });
    server.ignoresConditions = true;
    await expect(db.call("dolt_backup", "sync-url", server.url("db"))).rejects.toMatchObject({
      code: "unsafe_store",
    });
    expect(server.objects.has("db/manifest")).toBe(false);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
    await expect(db.call("dolt_backup", "sync-url", server.url("db"))).rejects.toMatchObject({
      code: "unauthorized",
    });
  });
});

describe("a remote in S3", () => {
  test("is pushed to, cloned and pulled from", async () => {
    await using db = await ProcedureFixture.open();
    const url = server.url("team/shop");
    await db.call("dolt_remote", "add", "origin", url);
    await db.call("dolt_push", "-u", "origin", "main");
    await db.call("dolt_clone", url);
    await db.rows.insert("t", [11, 1, "later"]);
    await db.call("dolt_commit", "-am", "one more");
    await db.call("dolt_push");
    useDatabase(db, "shop");
    expect(await db.rows.rows("t")).toHaveLength(10);
    await db.call("dolt_pull");
    expect(await db.rows.rows("t")).toHaveLength(11);
  });
});

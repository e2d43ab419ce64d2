/** The main job with the real clients: load a real dump, version it, back it up, drop it, restore it, dump it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuiltServer, hasProgram } from "../support/built-server.ts";
import { digestTables } from "../support/table-digest.ts";

const DATA = path.resolve(import.meta.dirname, "../data/sakila");
const dump = gunzipSync(readFileSync(path.join(DATA, "sakila-tables.sql.gz")));
const expected: unknown = JSON.parse(readFileSync(path.join(DATA, "digests.json"), "utf8"));

const DUMPERS = [
  { client: "mariadb", dumper: "mariadb-dump", flags: [] },
  { client: "mysql", dumper: "mysqldump", flags: ["--set-gtid-purged=OFF"] },
] as const;

/** A dump without what may differ: names of the database, dates, versions, counters of comments. */
function comparable(script: string): string {
  return script
    .split("\n")
    .filter((line) => !line.startsWith("--"))
    .join("\n");
}

describe.each(DUMPERS)("with $client and $dumper", ({ client, dumper, flags }) => {
  const present = hasProgram(client) && hasProgram(dumper);
  let server: BuiltServer;

  beforeAll(async () => {
    if (present) server = await BuiltServer.start();
  });
  afterAll(async () => {
    if (present) await server[Symbol.asyncDispose]();
  });

  test.skipIf(!present)("loads Sakila to the digests that MySQL gives", async () => {
    server.runClient(client, ["-e", "CREATE DATABASE sakila"]);
    const { stderr } = server.runClient(client, ["--show-warnings", "sakila"], dump);
    expect(stderr).toBe("");
    const connection = await server.connect("sakila");
    await connection.query("SET time_zone = '+00:00'");
    expect(await digestTables(connection)).toEqual(expected);
    await connection.end();
  });

  test.skipIf(!present)("plays the whole story and dumps the same database in the end", async () => {
    const call = (sql: string, database?: string): string =>
      server
        .runClient(client, ["-N", "-B", ...(database === undefined ? [] : [database]), "-e", sql])
        .stdout.trim();
    expect(call("CALL dolt_commit('-Am','sakila')", "sakila")).toMatch(/^[0-9a-v]{32}$/);
    expect(call(`CALL dolt_remote('add','origin','file://${server.folder}/remote')`, "sakila")).toBe("1");
    expect(call("CALL dolt_push('origin','main')", "sakila")).toBe("1");
    call("UPDATE actor SET first_name = 'CAIRN' WHERE actor_id = 7", "sakila");
    call(
      "CREATE TABLE notes (id INT PRIMARY KEY AUTO_INCREMENT, body TEXT); INSERT INTO notes (body) VALUES ('staged'); CALL dolt_add('notes')",
      "sakila",
    );
    expect(call(`CALL dolt_backup('add','nightly','file://${server.folder}/nightly')`, "sakila")).toBe("1");
    expect(call("CALL dolt_backup('sync','nightly')", "sakila")).toBe("1");
    const before = {
      status: call("SELECT * FROM dolt_status ORDER BY 1, 2", "sakila"),
      branches: call("SELECT name, hash, dirty FROM dolt_branches", "sakila"),
      log: call("SELECT commit_hash, message FROM dolt_log", "sakila"),
      dump: server.runClient(dumper, [...flags, "sakila"]).stdout,
    };
    expect(before.status).toBe("actor\t0\tmodified\nnotes\t1\tnew table");
    call("DROP DATABASE sakila");
    expect(call(`CALL dolt_backup('restore','file://${server.folder}/nightly','sakila2')`)).toBe("1");
    expect(call("SELECT * FROM dolt_status ORDER BY 1, 2", "sakila2")).toBe(before.status);
    expect(call("SELECT name, hash, dirty FROM dolt_branches", "sakila2")).toBe(before.branches);
    expect(call("SELECT commit_hash, message FROM dolt_log", "sakila2")).toBe(before.log);
    expect(comparable(server.runClient(dumper, [...flags, "sakila2"]).stdout)).toBe(comparable(before.dump));
  });

  test.skipIf(!present)("loads its own dump back to an equal database", async () => {
    const script = server.runClient(dumper, [...flags, "sakila2"]).stdout;
    server.runClient(client, ["-e", "CREATE DATABASE copy"]);
    server.runClient(client, ["copy"], Buffer.from(script, "latin1"));
    expect(comparable(server.runClient(dumper, [...flags, "copy"]).stdout)).toBe(comparable(script));
  });

  test.skipIf(!present)("keeps everything over a restart", async () => {
    expect(await server.end("SIGTERM")).toBe(0);
    await server.start();
    const connection = await server.connect("copy");
    const [rows] = await connection.query<RowDataPacket[]>("SELECT first_name FROM actor WHERE actor_id = 7");
    expect(rows).toEqual([{ first_name: "CAIRN" }]);
    await connection.end();
  });
});

/** sysbench, as far as it must run without an error: every script, by prepared statements and by text. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuiltServer, hasProgram } from "../support/built-server.ts";

const SCRIPTS = [
  "oltp_point_select",
  "oltp_read_only",
  "oltp_read_write",
  "oltp_write_only",
  "oltp_update_index",
  "oltp_update_non_index",
  "oltp_delete",
  "oltp_insert",
] as const;

const present = hasProgram("sysbench");
/** Two of their transactions may deadlock, on MySQL too; sysbench goes on after a deadlock and ends at any other error. */
const MAY_DEADLOCK: ReadonlySet<string> = new Set(["oltp_read_write", "oltp_write_only"]);

let server: BuiltServer;

beforeAll(async () => {
  if (!present) return;
  server = await BuiltServer.start();
  await using connection = await server.connect();
  await connection.query("CREATE DATABASE sbtest");
  sysbench("oltp_read_write", ["prepare"]);
}, 60_000);
afterAll(async () => {
  if (present) await server[Symbol.asyncDispose]();
});

function sysbench(script: string, words: readonly string[]): string {
  const address = ["--mysql-host=127.0.0.1", `--mysql-port=${server.port}`, "--mysql-user=root"];
  const size = ["--tables=2", "--table-size=500", "--threads=2", "--time=2"];
  const run = spawnSync("sysbench", [script, ...address, ...size, ...words], { encoding: "utf8" });
  if (run.status !== 0)
    throw new Error(`sysbench ${script} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

describe.each(["auto", "disable"])("with --db-ps-mode=%s", (mode) => {
  test.skipIf(!present).each(SCRIPTS)("%s runs without errors", (script) => {
    const printed = sysbench(script, [`--db-ps-mode=${mode}`, "run"]);
    expect(printed).toMatch(/transactions: +[1-9]/);
    if (!MAY_DEADLOCK.has(script)) expect(printed).toMatch(/ignored errors: +0 /);
  });
});

/**
 * What the server's process holds in memory under sysbench's read_write: `npm run bench:memory -- [--minutes N]
 * [--test oltp_read_write] [--threads 8] [--tables 8] [--rows 100000] [--rate N] [--cache-nodes N] [--cache-chunks N]`.
 * Prints the curve of the resident memory (from /proc, so on Linux) beside its parts, and whether its peak stayed under the
 * configured caches and 300 MB. Exits with 1 when it did not.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { freePort } from "./peers.ts";

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    test: { type: "string", default: "oltp_read_write" },
    threads: { type: "string", default: "8" },
    tables: { type: "string", default: "8" },
    rows: { type: "string", default: "100000" },
    rate: { type: "string", default: "0" },
    "cache-nodes": { type: "string", default: String(320 * 1024 * 1024) },
    "cache-chunks": { type: "string", default: String(64 * 1024 * 1024) },
  },
});

const ALLOWED_BESIDES = 300e6;
const LINES = 30;
const SAMPLE_MS = 1000;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0).padStart(5);

/** A line of /proc/…/status, in bytes. */
function statusBytes(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? Number.NaN) * 1024;
}

async function memoryParts(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Cairn_memory%'");
  return new Map(rows.map((row) => [String(row["Variable_name"]), Number(row["Value"])]));
}

async function connectWhenUp(port: number): Promise<Connection> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await createConnection({ host: "127.0.0.1", port, user: "root" });
    } catch (error) {
      if (attempt === 150) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "cairn-memory-"));
const port = await freePort();
const main = path.resolve(import.meta.dirname, "../dist/src/main.js");
const caches = ["--cache-nodes", options["cache-nodes"], "--cache-chunks", options["cache-chunks"]];
const server = spawn(
  process.execPath,
  [main, "serve", "--data-dir", folder, "--host", "127.0.0.1", "--port", String(port), ...caches],
  { stdio: ["ignore", "ignore", "inherit"] },
);
const ended = new Promise((resolve) => server.once("exit", resolve));
const sysbench = [
  options.test,
  "--mysql-host=127.0.0.1",
  `--mysql-port=${port}`,
  "--mysql-user=root",
  "--mysql-db=sbtest",
  "--mysql-ssl=off",
  `--tables=${options.tables}`,
  `--table-size=${options.rows}`,
];
try {
  const { pid } = server;
  if (pid === undefined) throw new Error("the server did not start");
  const connection = await connectWhenUp(port);
  await connection.query("CREATE DATABASE sbtest");
  const prepared = spawnSync("sysbench", [...sysbench, "prepare"], { encoding: "utf8" });
  if (prepared.status !== 0)
    throw new Error(`sysbench prepare: ${prepared.stdout ?? ""}`, { cause: prepared.error });
  console.log(`after loading: ${megabytes(statusBytes(pid, "VmRSS"))} MB resident`);
  console.log("seconds  resident  anonymous  heap (used)  buffers   MB");
  const seconds = Math.round(Number(options.minutes) * 60);
  const extra = [`--threads=${options.threads}`, `--time=${seconds}`, `--rate=${options.rate}`];
  const load = spawn("sysbench", [...sysbench, ...extra, "run"], { stdio: ["ignore", "pipe", "inherit"] });
  let report = "";
  load.stdout.setEncoding("utf8").on("data", (text: string) => {
    report += text;
  });
  let running = true;
  const finished = new Promise<void>((resolve) =>
    load.once("exit", () => {
      running = false;
      resolve();
    }),
  );
  const begun = performance.now();
  let printedAt = Number.NEGATIVE_INFINITY;
  while (running) {
    const at = (performance.now() - begun) / 1000;
    if (at - printedAt >= seconds / LINES) {
      printedAt = at;
      const parts = await memoryParts(connection);
      const part = (name: string): string => megabytes(parts.get(`Cairn_memory_${name}`) ?? Number.NaN);
      console.log(
        `${at.toFixed(0).padStart(7)}  ${megabytes(statusBytes(pid, "VmRSS"))}     ${megabytes(statusBytes(pid, "RssAnon"))}      ` +
          `${part("heap")} (${part("heap_used")}) ${part("buffers")}`,
      );
    }
    await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
  }
  console.log(/transactions:.*/.exec(report)?.[0] ?? report);
  const peak = statusBytes(pid, "VmHWM");
  const allowed = Number(options["cache-nodes"]) + Number(options["cache-chunks"]) + ALLOWED_BESIDES;
  console.log(
    `peak ${megabytes(peak)} MB of ${megabytes(allowed)} MB (caches and 300 MB): ${(peak / allowed).toFixed(2)}×, ` +
      (peak < allowed ? "kept" : "NOT KEPT"),
  );
  if (peak >= allowed) process.exitCode = 1;
  await connection.end();
} finally {
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

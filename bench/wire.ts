/**
 * How many statements a second the server itself answers: sysbench's prepared point select against a session that gives
 * a constant row. What the engine needs comes on top. `npx tsx bench/wire.ts [threads] [seconds]`
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startTestServer } from "../test/server/test-server.ts";

const threads = process.argv[2] ?? "8";
const seconds = process.argv[3] ?? "4";

await using server = await startTestServer({ tls: "off" });
await server.createUser("bench", { password: "" });
for (const mode of ["auto", "disable"]) {
  const before = process.cpuUsage();
  const questionsBefore = server.processes.counters.questions;
  const { stdout } = await promisify(execFile)("sysbench", [
    "oltp_point_select",
    "--mysql-host=127.0.0.1",
    `--mysql-port=${server.port}`,
    "--mysql-user=bench",
    "--mysql-db=d",
    "--mysql-ssl=off",
    `--db-ps-mode=${mode}`,
    `--threads=${threads}`,
    `--time=${seconds}`,
    "run",
  ]);
  const used = process.cpuUsage(before);
  const micros = (used.user + used.system) / (server.processes.counters.questions - questionsBefore);
  const perSecond = /transactions:\s+\d+\s+\(([\d.]+) per sec/.exec(stdout)?.[1];
  const p95 = /95th percentile:\s+([\d.]+)/.exec(stdout)?.[1];
  const name = mode === "auto" ? "prepared" : "text";
  console.log(`${name}, ${threads} threads: ${perSecond}/s, p95 ${p95} ms, ${micros.toFixed(1)} µs CPU each`);
}

/**
 * Records what MySQL does in the isolation scripts: `tsx test/support/record-anomalies.ts HOST:PORT` writes
 * test/data/isolation/anomalies.json. Run it on MySQL when scripts are added, never on CairnDB.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { ISOLATION_SCRIPTS } from "../isolation/isolation-scripts.ts";
import { runIsolationScript, type StepRecord } from "./isolation-script.ts";

/** Longer than a commit of MySQL takes on a busy machine: what is slow must not be taken for waiting. */
const SILENCE_MS = 600;
const [host = "127.0.0.1", port = "3306"] = (process.argv[2] ?? "").split(":");
const only = process.argv[3];
const target = { host, port: Number(port) };
const recorded: Record<string, Record<string, StepRecord[]>> = {};
for (const script of ISOLATION_SCRIPTS) {
  if (only !== undefined && !script.name.includes(only)) continue;
  const byLevel: Record<string, StepRecord[]> = {};
  for (const level of script.levels) {
    byLevel[level] = await runIsolationScript(script, { target, level, silenceMs: SILENCE_MS });
  }
  recorded[script.name] = byLevel;
}
if (only === undefined) {
  const file = path.join(import.meta.dirname, "../data/isolation/anomalies.json");
  writeFileSync(file, `${JSON.stringify(recorded, undefined, 1)}\n`);
} else {
  process.stdout.write(`${JSON.stringify(recorded, undefined, 1)}\n`);
}

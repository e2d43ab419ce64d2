/**
 * Records what MySQL does in the isolation scripts: `tsx test/support/record-anomalies.ts HOST:PORT` writes
 * test/data/isolation/anomalies.json; with a second argument only the scripts whose names contain it, and with `--new` those
 * that are not recorded yet are recorded and the others kept. Run it on MySQL when scripts are added, never on CairnDB.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ISOLATION_SCRIPTS } from "../isolation/isolation-scripts.ts";
import { SOURCE_LOCK_SCRIPTS } from "../isolation/source-lock-scripts.ts";
import { runIsolationScript, type StepRecord } from "./isolation-script.ts";

/** Longer than a commit of MySQL takes on a busy machine: what is slow must not be taken for waiting. */
const SILENCE_MS = 600;
const [host = "127.0.0.1", port = "3306"] = (process.argv[2] ?? "").split(":");
const file = path.join(import.meta.dirname, "../data/isolation/anomalies.json");
const only = process.argv[3];
const target = { host, port: Number(port) };
const recorded: Record<string, Record<string, StepRecord[]>> = only === undefined
  ? {}
  : (JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, StepRecord[]>>);
for (const script of [...ISOLATION_SCRIPTS, ...SOURCE_LOCK_SCRIPTS]) {
  if (only === "--new" ? recorded[script.name] !== undefined : !script.name.includes(only ?? "")) continue;
  const byLevel: Record<string, StepRecord[]> = {};
  for (const level of script.levels) {
    byLevel[level] = await runIsolationScript(script, { target, level, silenceMs: SILENCE_MS });
  }
  recorded[script.name] = byLevel;
}
writeFileSync(file, `${JSON.stringify(recorded, undefined, 1)}\n`);

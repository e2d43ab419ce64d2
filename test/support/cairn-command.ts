/** Runs the built `cairn` as a user does. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const MAIN = path.resolve(import.meta.dirname, "../../dist/src/main.js");

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function runCairn(folder: string, args: readonly string[], input?: Buffer): CommandOutcome {
  const run = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    maxBuffer: 1 << 28,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (run.error !== undefined) throw run.error;
  return { code: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
}

/**
 * How long a database takes to open after kill -9 with a long log: at least `--megabytes` of it that no checkpoint
 * covers, once written by small transactions (one row updated, or one inserted; half the updates change the indexed
 * column) and once by large ones (5,000 rows inserted). Prints seconds per 100 MB of log from the start of the
 * engine until the first row is read.
 *
 * `npm run bench:recovery -- [--megabytes 100] [--rounds 3] [--profile FOLDER]`; `--against FOLDER` opens the same
 * folders with the sources of another working tree as well, side by side.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    megabytes: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    profile: { type: "string" },
    against: { type: "string" },
  },
});
const LOG_BYTES = Number(options.megabytes) * 1e6;
const ROUNDS = Number(options.rounds);
const CHILD = path.join(import.meta.dirname, "recovery-child.ts");

function logBytes(folder: string): number {
  const log = path.join(folder, "bench", "wal");
  return readdirSync(log).reduce((sum, name) => sum + statSync(path.join(log, name)).size, 0);
}

function run(arguments_: readonly string[], source = CHILD, flags: readonly string[] = []): ChildProcess {
  return spawn(
    process.execPath,
    [...flags, "--conditions=development", "--import", "tsx", source, ...arguments_],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
}

async function outputOf(child: ChildProcess): Promise<string> {
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let text = "";
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  const code = await ended;
  if (code !== 0) throw new Error(`the opening process ended with ${code}`);
  return text;
}

/** Fills the folder in a process of its own, which dies by kill -9 once it says that all is committed. */
async function write(kind: string, folder: string): Promise<void> {
  const child = run(["write", kind, folder, String(LOG_BYTES)]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const _ of child.stdout ?? []) break;
  child.kill("SIGKILL");
  await ended;
}

interface Opening {
  readonly openMs: number;
  readonly rows: number;
  readonly peakMegabytes: number;
}

/** Opens a copy of the folder. */
async function open(folder: string, source: string, profile?: string): Promise<Opening> {
  const copy = mkdtempSync(path.join(tmpdir(), "cairn-recovery-"));
  try {
    cpSync(folder, copy, { recursive: true });
    const flags = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
    const [line = ""] = (await outputOf(run(["open", copy], source, flags))).split("\n");
    const [openMs, rows, peakMegabytes] = line.split(" ").map(Number);
    if (openMs === undefined || rows === undefined || peakMegabytes === undefined) throw new Error(line);
    return { openMs, rows, peakMegabytes };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const sources = [{ name: "this tree", source: CHILD }];
if (options.against !== undefined) {
  sources.push({ name: "the other", source: path.join(options.against, "bench", path.basename(CHILD)) });
}
for (const kind of ["small", "large"]) {
  const folder = mkdtempSync(path.join(tmpdir(), "cairn-recovery-"));
  try {
    await write(kind, folder);
    const megabytes = logBytes(folder) / 1e6;
    const times = new Map<string, number[]>(sources.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const { name, source } of sources) {
        const { openMs, rows, peakMegabytes } = await open(folder, source, options.profile);
        const per100 = (openMs / 1000 / megabytes) * 100;
        times.get(name)?.push(per100);
        console.log(
          `${kind} transactions, ${name}: ${megabytes.toFixed(0)} MB of log, ${rows} rows in the end, open after ` +
            `${(openMs / 1000).toFixed(2)} s = ${per100.toFixed(2)} s per 100 MB, peak ${peakMegabytes.toFixed(0)} MB`,
        );
      }
    }
    const best = sources.map(({ name }) => Math.min(...(times.get(name) ?? [])));
    const [here = 0, other] = best;
    const ratio = other === undefined ? "" : `, ${(other / here).toFixed(2)} times as fast as the other`;
    console.log(`${kind} transactions: best ${here.toFixed(2)} s per 100 MB${ratio}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

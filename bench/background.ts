/**
 * What commits notice of work in the background: the latency of single-row commits from 8 clients with nothing else
 * going on, and while a checkpoint, a garbage collection, a first backup sync, a check of everything, CREATE INDEX or ALTER TABLE
 * on another table runs. What counts is the ratio of the two p95; each job is measured in several rounds, each between two
 * quiet stretches. `npm run bench:background -- [--rows 300000] [--rounds 3] [--quiet 2] [--jobs check,INDEX] [--mysql HOST:PORT]`;
 * `--jobs` names parts of the names of the jobs wanted. A round during which other programs took more of the processors than
 * `--others 0.1` is measured again, as often as `--attempts 4` for each round; what was left is said.
 *
 * With `--mysql`, the same clients on that MySQL beside its own `mysqldump --single-transaction`, CREATE INDEX and ALTER TABLE.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Connection, createConnection } from "mysql2/promise";
import { type Peer, startCairn, useMySql } from "./peers.ts";
import { watchOthers } from "./processor-share.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "300000" },
    rounds: { type: "string", default: "3" },
    quiet: { type: "string", default: "2" },
    jobs: { type: "string", default: "" },
    others: { type: "string", default: "0.1" },
    attempts: { type: "string", default: "4" },
    mysql: { type: "string" },
  },
});
const ROWS = Number(options.rows);
const ROUNDS = Number(options.rounds);
const QUIET_MS = Number(options.quiet) * 1000;
const OTHERS_MAX = Number(options.others);
const ATTEMPTS = Number(options.attempts) * ROUNDS;
/** A server's code is compiled while it runs. */
const WARM_UP_MS = 4000;
const CLIENTS = 8;
const BUSY_ROWS = 10_000;
const DATABASE = "bench_background";

interface Job {
  readonly name: string;
  /** Not measured. */
  prepare?(connection: Connection): Promise<void>;
  run(connection: Connection): Promise<unknown>;
  clean?(connection: Connection): Promise<void>;
}

async function connect(peer: Peer, database?: string): Promise<Connection> {
  const { host, port, user } = peer;
  return await createConnection({ host, port, user, ...(database === undefined ? {} : { database }) });
}

async function fill(connection: Connection): Promise<void> {
  await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
  await connection.query(`CREATE DATABASE ${DATABASE}`);
  await connection.query(`USE ${DATABASE}`);
  for (const [table, count] of [
    ["busy", BUSY_ROWS],
    ["other", ROWS],
  ] as const) {
    await connection.query(
      `CREATE TABLE ${table} (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, KEY k (k))`,
    );
    for (let from = 0; from < count; from += 2000) {
      const rows = Array.from({ length: Math.min(2000, count - from) }, (_, at) => {
        const id = from + at;
        const text = ((id * 2654435761) % 4294967296).toString(36).padStart(7, "0").repeat(20);
        return `(${id},${(id * 7919) % 1000003},'${text.slice(0, 119)}','${text.slice(0, 59)}')`;
      });
      await connection.query(`INSERT INTO ${table} VALUES ${rows.join(",")}`);
    }
  }
}

/** Single-row commits in a closed loop, until stopped. */
class Load {
  #stopped = false;
  #latencies: number[] = [];
  #clients: Promise<void>[] = [];

  async start(peer: Peer): Promise<void> {
    for (let client = 0; client < CLIENTS; client++) {
      const connection = await connect(peer, DATABASE);
      this.#clients.push(this.#commit(connection, client));
    }
  }

  async #commit(connection: Connection, client: number): Promise<void> {
    for (let at = client; !this.#stopped; at += CLIENTS) {
      const started = performance.now();
      await connection.execute("UPDATE busy SET k = k + 1 WHERE id = ?", [(at * 7919) % BUSY_ROWS]);
      this.#latencies.push(performance.now() - started);
    }
    await connection.end();
  }

  /** The latencies since the last call. */
  take(): number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const p95 = (latencies: readonly number[]): number =>
  percentile(
    latencies.toSorted((a, b) => a - b),
    0.95,
  );

function describeLatencies(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  const [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1));
  return `p50 ${p50}  p95 ${p95}  p99 ${p99}  max ${max} ms`;
}

/** One job between two quiet stretches. */
interface Round {
  readonly quiet: readonly number[];
  readonly busy: readonly number[];
  readonly jobMs: number;
  /** The share of the processors that other programs had. */
  readonly others: number;
}

async function measureRound(connection: Connection, load: Load, job: Job): Promise<Round> {
  await job.prepare?.(connection);
  load.take();
  const othersBefore = watchOthers();
  await sleep(QUIET_MS / 2);
  const before = load.take();
  const shareBefore = othersBefore();
  const othersDuring = watchOthers();
  const started = performance.now();
  await job.run(connection);
  const jobMs = performance.now() - started;
  const busy = load.take();
  const shareDuring = othersDuring();
  await job.clean?.(connection);
  load.take();
  const othersAfter = watchOthers();
  await sleep(QUIET_MS / 2);
  const quiet = [...before, ...load.take()];
  return { quiet, busy, jobMs, others: Math.max(shareBefore, shareDuring, othersAfter()) };
}

/** The rounds least disturbed by other programs. */
async function measureRounds(connection: Connection, load: Load, job: Job): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    rounds.push(await measureRound(connection, load, job));
    if (rounds.filter(({ others }) => others <= OTHERS_MAX).length === ROUNDS) break;
  }
  return rounds.sort((left, right) => left.others - right.others).slice(0, ROUNDS);
}

async function measure(peer: Peer, jobs: readonly Job[]): Promise<void> {
  const connection = await connect(peer);
  await fill(connection);
  const load = new Load();
  await load.start(peer);
  await sleep(WARM_UP_MS);
  for (const job of jobs) {
    const rounds = await measureRounds(connection, load, job);
    const ratios = rounds.map(({ quiet, busy }) => p95(busy) / p95(quiet)).sort((a, b) => a - b);
    const quiet = rounds.flatMap((round) => round.quiet);
    const busy = rounds.flatMap((round) => round.busy);
    const jobMs = rounds.reduce((sum, round) => sum + round.jobMs, 0);
    const others = Math.max(...rounds.map((round) => round.others));
    const perSecond = (count: number, ms: number): string => `${Math.round((count / ms) * 1000)} commits/s`;
    console.log(
      `${peer.name} ${job.name} (${(jobMs / ROUNDS / 1000).toFixed(2)} s): ` +
        `p95 ${(ratios[ratios.length >> 1] ?? Number.NaN).toFixed(2)}× of quiet ` +
        `(${ratios.map((ratio) => ratio.toFixed(1)).join(", ")}; others had ${Math.round(others * 100)} % of the processors)\n` +
        `    quiet   ${describeLatencies(quiet)}  ${perSecond(quiet.length, QUIET_MS * ROUNDS)}\n` +
        `    during  ${describeLatencies(busy)}  ${perSecond(busy.length, jobMs)}`,
    );
  }
  await load.stop();
  await connection.query(`DROP DATABASE ${DATABASE}`);
  await connection.end();
}

const createIndex: Job = {
  name: "CREATE INDEX on another table",
  run: (connection) => connection.query("CREATE INDEX more ON other (c, k)"),
  clean: async (connection) => {
    await connection.query("DROP INDEX more ON other");
  },
};

const convertRows: Job = {
  name: "ALTER TABLE of another table, rows converted",
  run: (connection) => connection.query("ALTER TABLE other MODIFY k BIGINT NOT NULL"),
  clean: async (connection) => {
    await connection.query("ALTER TABLE other MODIFY k INT NOT NULL");
  },
};

function cairnJobs(folder: string): readonly Job[] {
  let backups = 0;
  const commit = "CALL dolt_commit('-A', '--allow-empty', '-m', 'all')";
  return [
    {
      name: "checkpoint",
      prepare: async (connection) => {
        await connection.query("UPDATE other SET k = k + 1 WHERE id % 12 = 0");
      },
      run: (connection) => connection.query(commit),
    },
    { name: "garbage collection", run: (connection) => connection.query("CALL dolt_gc('--full')") },
    {
      name: "first backup sync",
      prepare: async (connection) => {
        const url = `file://${folder}/${++backups}`;
        await connection.query(`CALL dolt_backup('add', 'b${backups}', '${url}')`);
        await connection.query(commit);
      },
      run: (connection) => connection.query(`CALL dolt_backup('sync', 'b${backups}')`),
    },
    { name: "check of everything", run: (connection) => connection.query("CALL dolt_fsck()") },
    createIndex,
    convertRows,
  ];
}

function mysqlJobs(peer: Peer): readonly Job[] {
  const dump = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const address = ["-h", peer.host, "-P", String(peer.port), "-u", peer.user];
      const child = spawn("mysqldump", [...address, "--single-transaction", DATABASE, "other"], {
        stdio: ["ignore", "ignore", "inherit"],
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        code === 0 ? resolve() : reject(new Error(`mysqldump ended with ${code}`)),
      );
    });
  return [{ name: "mysqldump", run: dump }, createIndex, convertRows];
}

const chosen = (jobs: readonly Job[]): readonly Job[] =>
  jobs.filter(
    ({ name }) => options.jobs === "" || options.jobs.split(",").some((part) => name.includes(part)),
  );

const folder = mkdtempSync(path.join(tmpdir(), "cairn-background-"));
const cairn = await startCairn();
try {
  await measure(cairn, chosen(cairnJobs(folder)));
} finally {
  await cairn.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (options.mysql !== undefined) {
  const mysql = await useMySql(options.mysql);
  await measure(mysql, chosen(mysqlJobs(mysql)));
}

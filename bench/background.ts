/**
 * What commits notice of work in the background: the latency of single-row commits from 8 clients with nothing else
 * going on, and while a checkpoint, a garbage collection, a first backup sync, a check of everything, CREATE INDEX or ALTER TABLE
 * on another table runs. What counts is the ratio of the two p95; each job is measured in several rounds, each between two
 * quiet stretches. `npm run bench:background -- [--rows 300000] [--rounds 3] [--quiet 2] [--mysql HOST:PORT]`.
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

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "300000" },
    rounds: { type: "string", default: "3" },
    quiet: { type: "string", default: "2" },
    jobs: { type: "string", default: "" },
    mysql: { type: "string" },
  },
});
const ROWS = Number(options.rows);
const ROUNDS = Number(options.rounds);
const QUIET_MS = Number(options.quiet) * 1000;
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

async function measure(peer: Peer, jobs: readonly Job[]): Promise<void> {
  const connection = await connect(peer);
  await fill(connection);
  const load = new Load();
  await load.start(peer);
  await sleep(QUIET_MS);
  for (const job of jobs) {
    const quiet: number[] = [];
    const busy: number[] = [];
    const ratios: number[] = [];
    let jobMs = 0;
    let quietMs = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await job.prepare?.(connection);
      load.take();
      await sleep(QUIET_MS / 2);
      const before = load.take();
      const started = performance.now();
      await job.run(connection);
      jobMs += performance.now() - started;
      const during = load.take();
      await job.clean?.(connection);
      load.take();
      await sleep(QUIET_MS / 2);
      const around = [...before, ...load.take()];
      quietMs += QUIET_MS;
      ratios.push(p95(during) / p95(around));
      quiet.push(...around);
      busy.push(...during);
    }
    const ratio = ratios.toSorted((a, b) => a - b)[ratios.length >> 1] ?? Number.NaN;
    console.log(
      `${peer.name} ${job.name} (${(jobMs / ROUNDS / 1000).toFixed(2)} s): p95 ${ratio.toFixed(2)}× of quiet\n` +
        `    quiet   ${describeLatencies(quiet)}  ${Math.round((quiet.length / quietMs) * 1000)} commits/s\n` +
        `    during  ${describeLatencies(busy)}  ${Math.round((busy.length / jobMs) * 1000)} commits/s`,
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

/**
 * Whether history costs anything: the same table (100,000 rows) in a database with one commit and in one with a thousand
 * commits and twenty branches. Each operation is measured on both in turns; printed are the medians and their
 * ratio, which should be 1 but for listing branches, whose answer is longer. `npm run bench:history --
 * [--rows 100000] [--commits 1000] [--branches 20] [--rounds 9]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { type RunningServer, startServer } from "../src/index.ts";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    commits: { type: "string", default: "1000" },
    branches: { type: "string", default: "20" },
    rounds: { type: "string", default: "9" },
  },
});
const ROWS = Number(options.rows);
const COMMITS = Number(options.commits);
const BRANCHES = Number(options.branches);
const ROUNDS = Number(options.rounds);
const EXTRA_ROWS = 50;

/** A data folder with its server and a connection to it. */
class Side {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), "cairn-history-"));
  /** What AS OF is asked for: a time just after the first commit, and that commit. */
  oldTime = "";
  oldCommit = "";
  #server: RunningServer | undefined;
  #connection: Connection | undefined;

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error("the side is not open");
    return this.#connection;
  }

  async open(): Promise<void> {
    this.#server = await startServer({ dataDir: this.folder, port: 0, logLevel: "error" });
    this.#connection = await createConnection({
      host: this.#server.host,
      port: this.#server.port,
      user: "root",
    });
    // The first use opens what is opened late.
    if (this.oldTime !== "") await this.#connection.query("SELECT COUNT(*) FROM h.t WHERE id = 1");
  }

  async close(): Promise<void> {
    await this.#connection?.end();
    await this.#server?.close();
  }
}

async function fill(side: Side, commits: number, branches: number): Promise<void> {
  const { connection } = side;
  await connection.query("CREATE DATABASE h");
  await connection.query("USE h");
  await connection.query("SET time_zone = '+00:00'");
  await connection.query(
    "CREATE TABLE t (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(120) NOT NULL, KEY (k))",
  );
  for (let from = 0; from < ROWS; from += 2000) {
    const rows = Array.from({ length: Math.min(2000, ROWS - from) }, (_, at) => {
      const id = from + at;
      return `(${id}, ${(id * 7919) % 1000003}, '${((id * 2654435761) % 4294967296).toString(36).repeat(15)}')`;
    });
    await connection.query(`INSERT INTO t VALUES ${rows.join()}`);
  }
  await connection.query("CALL dolt_commit('-Am', 'all rows')");
  const [[first]] = await connection.query<RowDataPacket[]>(
    "SELECT commit_hash, CAST(NOW(3) AS CHAR) AS now FROM dolt_log LIMIT 1",
  );
  side.oldCommit = String(first?.["commit_hash"]);
  side.oldTime = String(first?.["now"]);
  for (let commit = 1; commit < commits; commit++) {
    await connection.query("UPDATE t SET k = k + 1 WHERE id BETWEEN ? AND ?", [
      (commit * 97) % ROWS,
      ((commit * 97) % ROWS) + EXTRA_ROWS,
    ]);
    await connection.query(`CALL dolt_commit('-am', 'commit ${commit}')`);
  }
  for (let branch = 1; branch < branches; branch++) {
    await connection.query(`CALL dolt_branch('b${branch}', ?)`, [side.oldCommit]);
  }
  if (branches <= 1) await connection.query("CALL dolt_branch('b1')");
}

interface Operation {
  readonly name: string;
  /** How often it is done in a round. */
  readonly times: number;
  run(side: Side, at: number): Promise<unknown>;
}

const point = (at: number): number => (at * 7919) % ROWS;

const OPERATIONS: readonly Operation[] = [
  {
    name: "point select",
    times: 500,
    run: ({ connection }, at) => connection.execute("SELECT c FROM t WHERE id = ?", [point(at)]),
  },
  {
    name: "single-row update",
    times: 200,
    run: ({ connection }, at) => connection.execute("UPDATE t SET k = k + 1 WHERE id = ?", [point(at)]),
  },
  {
    name: "read AS OF HEAD",
    times: 200,
    run: ({ connection }, at) => connection.query(`SELECT c FROM t AS OF 'HEAD' WHERE id = ${point(at)}`),
  },
  {
    name: "read AS OF the first commit",
    times: 200,
    run: ({ connection, oldCommit }, at) =>
      connection.query(`SELECT c FROM t AS OF '${oldCommit}' WHERE id = ${point(at)}`),
  },
  {
    name: "read AS OF the first commit's time",
    times: 200,
    run: ({ connection, oldTime }, at) =>
      connection.query(`SELECT c FROM t AS OF '${oldTime}' WHERE id = ${point(at)}`),
  },
  {
    name: "dolt_log LIMIT 10",
    times: 100,
    run: ({ connection }) => connection.query("SELECT * FROM dolt_log LIMIT 10"),
  },
  {
    name: "dolt_branches",
    times: 50,
    run: ({ connection }) => connection.query("SELECT * FROM dolt_branches"),
  },
  {
    name: "dolt_status",
    times: 50,
    run: ({ connection }) => connection.query("SELECT * FROM dolt_status"),
  },
  {
    name: "checkout of another branch and back",
    times: 20,
    run: async ({ connection }) => {
      await connection.query("CALL dolt_checkout('b1')");
      await connection.query("CALL dolt_checkout('main')");
    },
  },
  {
    name: "update and dolt_commit",
    times: 20,
    run: async ({ connection }, at) => {
      await connection.query("UPDATE t SET k = k + 1 WHERE id = ?", [point(at)]);
      await connection.query("CALL dolt_commit('-am', 'one row')");
    },
  },
  {
    name: "closing and opening the server",
    times: 1,
    run: async (side) => {
      await side.close();
      await side.open();
      await side.connection.query("USE h");
      await side.connection.query("SET time_zone = '+00:00'");
    },
  },
];

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function measure({ name, times, run }: Operation, sides: readonly Side[]): Promise<void> {
  const costs = sides.map((): number[] => []);
  // Round 0 warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, side] of sides.entries()) {
      const started = performance.now();
      for (let at = 0; at < times; at++) await run(side, round * times + at);
      if (round > 0) costs[index]?.push((performance.now() - started) / times);
    }
  }
  const [one = Number.NaN, many = Number.NaN] = costs.map(median);
  const ratio = median((costs[1] ?? []).map((cost, round) => cost / (costs[0]?.[round] ?? Number.NaN)));
  console.log(
    `${name.padEnd(38)} ${one.toFixed(3).padStart(9)} ms ${many.toFixed(3).padStart(9)} ms   ${ratio.toFixed(2)}×`,
  );
}

const one = new Side();
const many = new Side();
try {
  await one.open();
  await fill(one, 1, 1);
  await many.open();
  await fill(many, COMMITS, BRANCHES);
  // Both begin with everything in table files.
  for (const { connection } of [one, many]) await connection.query("CALL dolt_gc('--full')");
  console.log(
    `${ROWS} rows; 1 commit : ${COMMITS} commits and ${BRANCHES} branches; medians of ${ROUNDS} rounds`,
  );
  for (const operation of OPERATIONS) await measure(operation, [one, many]);
} finally {
  for (const side of [one, many]) {
    await side.close();
    rmSync(side.folder, { recursive: true, force: true });
  }
}

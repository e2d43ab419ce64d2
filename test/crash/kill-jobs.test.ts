/**
 * kill -9 in the middle of long jobs: a collection, a checkpoint, CREATE INDEX, dolt_commit, a backup's sync, and the recovery
 * from the kill before, while four clients move money and two rewrite whole blocks of rows. After each restart: the sum
 * of all balances and every acknowledged transaction are there, each block has one version in all its rows, an
 * index agrees with its table, every acknowledged commit is in the log, and the backup restores. `CAIRN_CRASH_ROUNDS` sets the
 * rounds, `CAIRN_CRASH_ROWS` the rows that are rewritten, `CAIRN_SEED` the random choices.
 */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { expect, test } from "vitest";
import { BuiltServer } from "../support/built-server.ts";
import { seededRandom } from "../support/seeded-random.ts";

const ROUNDS = Number(process.env["CAIRN_CRASH_ROUNDS"] ?? 6);
const ROWS = Number(process.env["CAIRN_CRASH_ROWS"] ?? 2000);
const SEED = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000);
const MOVERS = 4;
const ACCOUNTS = 50;
const BALANCE = 1000;
const WRITERS = 2;
const BLOCKS = 10;
const FSCK_EACH = 5;
/** What a row of `wide` must hold: it follows from the other columns, and does not compress well. */
const PAD = "CONCAT(SHA2(id * 31 + version, 512), MD5(id - version))";

/** What was answered. */
interface Promised {
  readonly sequences: number[];
  readonly versions: number[];
  commits: number;
  /** Whether the index `extra` is there; undefined when its statement was cut off. */
  index: boolean | undefined;
  synced: boolean;
}

interface Job {
  readonly name: string;
  run(connection: Connection, promised: Promised): Promise<void>;
}

const JOBS: readonly Job[] = [
  {
    name: "full collection",
    run: async (connection) => void (await connection.query("CALL dolt_gc('--full')")),
  },
  {
    name: "index",
    run: async (connection, promised) => {
      const drop = promised.index === true;
      promised.index = undefined;
      await connection.query(drop ? "DROP INDEX extra ON wide" : "CREATE INDEX extra ON wide (pad, version)");
      promised.index = !drop;
    },
  },
  {
    name: "dolt_commit",
    run: async (connection, promised) => {
      await connection.query("CALL dolt_commit('-A', '--allow-empty', '-m', 'a commit')");
      promised.commits += 1;
    },
  },
  {
    name: "sync",
    run: async (connection, promised) => {
      await connection.query("CALL dolt_backup('sync', 'b')");
      promised.synced = true;
    },
  },
  { name: "collection", run: async (connection) => void (await connection.query("CALL dolt_gc()")) },
  // Only the clients' own checkpoints and collections.
  { name: "nothing", run: () => new Promise((resolve) => setTimeout(resolve, 2000)) },
];

function errnoOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "errno" in error ? error.errno : undefined;
}

function connectionLost(error: unknown): boolean {
  return typeof error === "object" && error !== null && "fatal" in error && error.fatal === true;
}

/** Runs `step` again and again until the server is gone. Deadlocks and lock waits are legal answers. */
async function untilKilled(
  server: BuiltServer,
  step: (connection: Connection) => Promise<void>,
): Promise<void> {
  const connection = await server.connect("bank");
  connection.on("error", () => undefined);
  for (;;) {
    try {
      await step(connection);
    } catch (error) {
      if (connectionLost(error)) return;
      if (errnoOf(error) !== 1213 && errnoOf(error) !== 1205) throw error;
      await connection.query("ROLLBACK");
    }
  }
}

function startClients(server: BuiltServer, promised: Promised, random: () => number): Promise<void>[] {
  const movers = promised.sequences.map((_, client) =>
    untilKilled(server, async (connection) => {
      const from = Math.floor(random() * ACCOUNTS);
      const to = (from + 1 + Math.floor(random() * (ACCOUNTS - 1))) % ACCOUNTS;
      const sequence = (promised.sequences[client] ?? 0) + 1;
      await connection.query("BEGIN");
      await connection.query("UPDATE account SET balance = balance - 1 WHERE id = ?", [from]);
      await connection.query("UPDATE account SET balance = balance + 1 WHERE id = ?", [to]);
      await connection.query("INSERT INTO ledger VALUES (?, ?, ?)", [client, sequence, `${from} to ${to}`]);
      await connection.query("COMMIT");
      promised.sequences[client] = sequence;
    }),
  );
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    untilKilled(server, async (connection) => {
      const block = Math.floor((random() * BLOCKS) / WRITERS) * WRITERS + writer;
      const version = (promised.versions[block] ?? 0) + 1;
      await connection.query(`UPDATE wide SET version = ?, pad = ${PAD} WHERE block = ?`, [version, block]);
      promised.versions[block] = version;
    }),
  );
  return [...movers, ...writers];
}

async function setUp(server: BuiltServer): Promise<void> {
  const connection = await server.connect();
  await connection.query("CREATE DATABASE bank");
  await connection.query("USE bank");
  await connection.query("CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL, KEY (balance))");
  await connection.query(
    "CREATE TABLE ledger (client INT, sequence INT, note VARCHAR(40), PRIMARY KEY (client, sequence), KEY (note))",
  );
  await connection.query(
    "CREATE TABLE wide (id INT PRIMARY KEY, block INT NOT NULL, version INT NOT NULL, pad VARCHAR(200) NOT NULL, KEY (block))",
  );
  const accounts = Array.from({ length: ACCOUNTS }, (_, id) => `(${id}, ${BALANCE})`);
  await connection.query(`INSERT INTO account VALUES ${accounts.join()}`);
  for (let first = 0; first < ROWS; first += 10_000) {
    const ids = Array.from({ length: Math.min(10_000, ROWS - first) }, (_, at) => first + at);
    await connection.query(
      `INSERT INTO wide VALUES ${ids.map((id) => `(${id}, ${id % BLOCKS}, 0, '')`).join()}`,
    );
  }
  await connection.query(`UPDATE wide SET pad = ${PAD}`);
  await connection.query(`CALL dolt_backup('add', 'b', ?)`, [`file://${path.join(server.folder, "backup")}`]);
  await connection.end();
}

async function readOne(connection: Connection, sql: string): Promise<readonly number[]> {
  const [rows] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
  expect(rows.length).toBe(1);
  return (rows[0] ?? []).map(Number);
}

/** What every state of the database has, also a commit's and a backup's: no transaction in part. */
async function checkWhole(connection: Connection, database: string, asOf = ""): Promise<void> {
  const account = await readOne(
    connection,
    `SELECT COUNT(*), SUM(balance) FROM \`${database}\`.account ${asOf}`,
  );
  expect(account).toEqual([ACCOUNTS, ACCOUNTS * BALANCE]);
  const wide = `\`${database}\`.wide ${asOf}`;
  expect(await readOne(connection, `SELECT COUNT(*), SUM(pad <> ${PAD}) FROM ${wide}`)).toEqual([ROWS, 0]);
  const mixed = `SELECT COUNT(*) FROM (SELECT block FROM ${wide} GROUP BY block HAVING MIN(version) <> MAX(version)) AS m`;
  expect(await readOne(connection, mixed)).toEqual([0]);
  const gaps = `SELECT COUNT(*) FROM (SELECT client FROM \`${database}\`.ledger ${asOf} GROUP BY client HAVING COUNT(*) <> MAX(sequence)) AS g`;
  expect(await readOne(connection, gaps)).toEqual([0]);
}

/** Checks what was promised, and takes what was found beyond it as promised from now on. */
async function check(connection: Connection, promised: Promised): Promise<void> {
  await checkWhole(connection, "bank");
  for (const client of promised.sequences.keys()) {
    const sql = `SELECT COALESCE(MAX(sequence), 0) FROM ledger WHERE client = ${client}`;
    promised.sequences[client] = atMostOneMore(promised.sequences[client], await readOne(connection, sql));
  }
  for (const block of promised.versions.keys()) {
    const sql = `SELECT MAX(version) FROM wide WHERE block = ${block}`;
    promised.versions[block] = atMostOneMore(promised.versions[block], await readOne(connection, sql));
  }
  const commits = await readOne(connection, "SELECT COUNT(*) FROM dolt_log WHERE message = 'a commit'");
  promised.commits = atMostOneMore(promised.commits, commits);
  if (promised.commits > 0) await checkWhole(connection, "bank", "AS OF 'HEAD'");
  const [indexes] = await connection.query<RowDataPacket[]>("SHOW INDEX FROM wide WHERE Key_name = 'extra'");
  if (promised.index !== undefined) expect(indexes.length > 0).toBe(promised.index);
  promised.index = indexes.length > 0;
  if (promised.index) {
    const byTable = await readOne(connection, "SELECT COUNT(*), SUM(version) FROM wide USE INDEX ()");
    const byIndex = "SELECT COUNT(*), SUM(version) FROM wide FORCE INDEX (extra) WHERE pad >= ''";
    expect(await readOne(connection, byIndex)).toEqual(byTable);
  }
}

function atMostOneMore(promised = 0, [found = Number.NaN]: readonly number[]): number {
  expect([promised, promised + 1]).toContain(found);
  return found;
}

async function checkBackup(connection: Connection, server: BuiltServer): Promise<void> {
  const url = `file://${path.join(server.folder, "backup")}`;
  await connection.query("CALL dolt_backup('restore', ?, 'restored')", [url]);
  await checkWhole(connection, "restored");
  await connection.query("DROP DATABASE restored");
}

async function expectSound(connection: Connection): Promise<void> {
  const [problems] = await connection.query<RowDataPacket[][]>("CALL dolt_fsck()");
  expect(problems[0]).toEqual([]);
}

/** What a killed server's folder says that it was in the middle of. */
function underWay(server: BuiltServer): readonly string[] {
  const folder = path.join(server.dataDir, "bank");
  const log = path.join(folder, "wal");
  const segments = existsSync(log) ? readdirSync(log).length : 0;
  return [
    ...(readdirSync(folder, { recursive: true, encoding: "utf8" }).some((name) =>
      path.basename(name).startsWith("collected"),
    )
      ? ["collecting"]
      : []),
    ...(segments > 1 ? ["checkpoint"] : []),
  ];
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Or until `work` has come to an end. */
async function untilAllBegan({ sequences }: Promised, work: Promise<unknown>): Promise<void> {
  let over = false;
  void work.then(() => {
    over = true;
  });
  while (!over && Math.min(...sequences) === 0) await pause(20);
}

test(`keeps everything acknowledged over ${ROUNDS} kills during long jobs (${ROWS} rows, seed ${SEED})`, {
  timeout: 120_000 + ROUNDS * 60_000,
}, async () => {
  const random = seededRandom(SEED);
  await using server = await BuiltServer.start();
  await setUp(server);
  const promised: Promised = {
    sequences: new Array<number>(MOVERS).fill(0),
    versions: new Array<number>(BLOCKS).fill(0),
    commits: 0,
    index: false,
    synced: false,
  };
  /** How long each job took when it last came to its end; the kill comes at some point of that. */
  const durations = new Map<string, number>();
  const seen = new Map<string, number>();
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  for (let round = 0; round < ROUNDS; round++) {
    const job = JOBS[round % JOBS.length] ?? expect.unreachable();
    const clients = startClients(server, promised, random);
    const connection = await server.connect("bank");
    connection.on("error", () => undefined);
    // On a busy machine a client may be slow to begin: the first round waits until each has been answered.
    if (round === 0) await untilAllBegan(promised, Promise.allSettled(clients));
    await pause(random() * 300);
    const started = performance.now();
    const running = job.run(connection, promised).then(
      () => void durations.set(job.name, performance.now() - started),
      (error: unknown) => {
        if (!connectionLost(error)) throw error;
        if (job.name !== "nothing") count(`${job.name} cut off`);
      },
    );
    const work = Promise.allSettled([...clients, running]);
    await pause(random() * 1.3 * (durations.get(job.name) ?? 400));
    await server.end("SIGKILL");
    // Only then: a connection destroyed before it notices never answers its query.
    const outcomes = await work;
    connection.destroy();
    for (const outcome of outcomes) {
      if (outcome.status === "rejected" && !connectionLost(outcome.reason)) throw outcome.reason;
    }
    for (const what of underWay(server)) count(what);
    if (round % 3 === 1) {
      const starting = server.start().then(
        () => undefined,
        () => count("start cut off"),
      );
      await pause(200 + random() * 800);
      await server.end("SIGKILL");
      await starting;
    }
    await server.start();
    const checking = await server.connect("bank");
    await check(checking, promised);
    if (promised.synced && job.name === "sync") await checkBackup(checking, server);
    if (round % FSCK_EACH === 0) await expectSound(checking);
    await checking.end();
  }
  const connection = await server.connect("bank");
  await expectSound(connection);
  await connection.query("CALL dolt_backup('sync', 'b')");
  await checkBackup(connection, server);
  await connection.end();
  expect(Math.min(...promised.sequences)).toBeGreaterThan(0);
  console.log(`killed in the middle of: ${JSON.stringify(Object.fromEntries(seen))}`);
});

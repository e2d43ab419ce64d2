/**
 * Bulk loading, on CairnDB and its peers side by side: `npm run bench:load -- [--mysql HOST:PORT] [--rows N]
 * [--file-rows N] [--copy-rows N] [--rounds N] [--only name,name]`. Servers take turns step by step and round by round,
 * because machines change speed over minutes; what counts is the ratio of the medians. Every step checks how many rows
 * it has left behind. A MySQL that is given needs `local_infile` for LOAD DATA; it is switched on and set back.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { type Peer, startCairn, startMariaDb, useMySql } from "./peers.ts";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string" },
    rows: { type: "string", default: "300000" },
    "file-rows": { type: "string", default: "1000000" },
    "copy-rows": { type: "string", default: "500000" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    database: { type: "string", default: "cairn_bench_load" },
  },
});
const { database } = options;
const insertRows = Number(options.rows);
const fileRows = Number(options["file-rows"]);
const copyRows = Number(options["copy-rows"]);
const ROWS_PER_INSERT = 5_000;
const COLUMNS =
  "id INT NOT NULL PRIMARY KEY, customer INT NOT NULL, price DECIMAL(10,2) NOT NULL, quantity SMALLINT NOT NULL, name VARCHAR(60) NOT NULL, made DATETIME NOT NULL, note VARCHAR(100)";

interface Step {
  readonly name: string;
  /** Not timed. */
  prepare?(connection: Connection, peer: Peer): Promise<void>;
  run(connection: Connection, peer: Peer): Promise<void>;
  /** The table whose rows are counted afterwards, and how many there must be. */
  readonly result?: readonly [string, number];
}

/** The fields of row `id`; the same in every run. */
function fieldsOf(id: number): readonly string[] {
  const mixed = Math.imul(id, 0x9e3779b1) >>> 0;
  const day = String((mixed % 28) + 1).padStart(2, "0");
  const hour = String(mixed % 24).padStart(2, "0");
  return [
    String(id),
    String(mixed % 50_000),
    `${mixed % 10_000}.${String((mixed % 90) | 10)}`,
    String(mixed % 100),
    `item ${mixed.toString(36)} number ${id}`,
    `2026-0${(mixed % 9) + 1}-${day} ${hour}:15:00`,
    `a note about ${mixed % 7919}, of no great length`,
  ];
}

function tuple(id: number): string {
  const [key, customer, price, quantity, name, made, note] = fieldsOf(id);
  return `(${key},${customer},${price},${quantity},'${name}','${made}','${note}')`;
}

function insertText(table: string, first: number, count: number): string {
  return `INSERT INTO ${table} VALUES ${Array.from({ length: count }, (_, at) => tuple(first + at)).join(",")}`;
}

/** The statements of a load are made beforehand, so that the client's share is small and alike for all. */
const inserts: readonly string[] = Array.from({ length: Math.ceil(insertRows / ROWS_PER_INSERT) }, (_, at) =>
  insertText(
    "inserted",
    at * ROWS_PER_INSERT + 1,
    Math.min(ROWS_PER_INSERT, insertRows - at * ROWS_PER_INSERT),
  ),
);

function makeDump(): Buffer {
  const parts = [`DROP TABLE IF EXISTS dumped;\nCREATE TABLE dumped (${COLUMNS}, KEY (customer));\n`];
  for (let first = 1; first <= insertRows; first += 8_000)
    parts.push(insertText("dumped", first, Math.min(8_000, insertRows + 1 - first)), ";\n");
  return Buffer.from(parts.join(""));
}

function readSakila(): Buffer {
  const dump = gunzipSync(
    readFileSync(path.resolve(import.meta.dirname, "../test/data/sakila/sakila-tables.sql.gz")),
  );
  // Of the servers compared only MySQL knows it.
  return Buffer.from(dump.toString("latin1").replace(/^SET @@GLOBAL\.GTID_PURGED.*$/m, ""), "latin1");
}

const client = spawnSync("mariadb", ["--version"]).status === 0 ? "mariadb" : "mysql";

function feedClient(peer: Peer, input: Buffer): void {
  const run = spawnSync(client, [`-h${peer.host}`, `-P${peer.port}`, `-u${peer.user}`, database], { input });
  if (run.status !== 0) throw new Error(`${peer.name}: the dump: ${run.stderr?.toString()}`);
}

function* fileParts(): Generator<Buffer> {
  for (let first = 1; first <= fileRows; first += 1_000) {
    const count = Math.min(1_000, fileRows + 1 - first);
    const lines = Array.from({ length: count }, (_, at) => `${fieldsOf(first + at).join("\t")}\n`);
    yield Buffer.from(lines.join(""));
  }
}

let dump: Buffer | undefined;
let sakila: Buffer | undefined;
let file: readonly Buffer[] | undefined;

const steps: readonly Step[] = [
  {
    name: `${insertRows} rows by ${ROWS_PER_INSERT}-row INSERTs`,
    prepare: (connection) => recreate(connection, "inserted", `${COLUMNS}, KEY (customer)`),
    run: async (connection) => {
      for (const text of inserts) await connection.query(text);
    },
    result: ["inserted", insertRows],
  },
  {
    name: "Sakila dump by the client",
    prepare: async (connection) => {
      sakila ??= readSakila();
      await connection.query("SET FOREIGN_KEY_CHECKS = 0");
    },
    run: async (_connection, peer) => feedClient(peer, sakila ?? readSakila()),
    result: ["rental", 16_044],
  },
  {
    name: `dump of ${insertRows} rows by the client`,
    prepare: async () => {
      dump ??= makeDump();
    },
    run: async (_connection, peer) => feedClient(peer, dump ?? makeDump()),
    result: ["dumped", insertRows],
  },
  {
    name: `LOAD DATA LOCAL of ${fileRows} rows`,
    prepare: async (connection) => {
      file ??= [...fileParts()];
      await recreate(connection, "loaded", COLUMNS);
    },
    run: async (connection) => {
      const parts = file ?? [];
      await connection.query({
        sql: "LOAD DATA LOCAL INFILE 'rows' INTO TABLE loaded",
        infileStreamFactory: () => Readable.from(parts, { objectMode: false }),
      });
    },
    result: ["loaded", fileRows],
  },
  {
    name: `CREATE INDEX on ${fileRows} rows`,
    run: async (connection) => void (await connection.query("CREATE INDEX by_customer ON loaded (customer)")),
    result: ["loaded", fileRows],
  },
  {
    name: "ALTER TABLE ADD COLUMN",
    run: async (connection) =>
      void (await connection.query("ALTER TABLE loaded ADD COLUMN extra INT NOT NULL DEFAULT 7")),
    result: ["loaded", fileRows],
  },
  {
    name: "ALTER TABLE with another type",
    run: async (connection) =>
      void (await connection.query("ALTER TABLE loaded MODIFY quantity BIGINT NOT NULL")),
    result: ["loaded", fileRows],
  },
  {
    name: `CREATE TABLE SELECT of ${copyRows} rows`,
    prepare: async (connection) => void (await connection.query("DROP TABLE IF EXISTS selected")),
    run: async (connection) =>
      void (await connection.query(`CREATE TABLE selected SELECT * FROM loaded WHERE id <= ${copyRows}`)),
    result: ["selected", Math.min(copyRows, fileRows)],
  },
  {
    name: `INSERT SELECT of ${copyRows} rows`,
    prepare: async (connection) => {
      await connection.query("DROP TABLE IF EXISTS copied");
      await connection.query("CREATE TABLE copied LIKE loaded");
    },
    run: async (connection) =>
      void (await connection.query(`INSERT INTO copied SELECT * FROM loaded WHERE id <= ${copyRows}`)),
    result: ["copied", Math.min(copyRows, fileRows)],
  },
];

async function recreate(connection: Connection, table: string, columns: string): Promise<void> {
  await connection.query(`DROP TABLE IF EXISTS ${table}`);
  await connection.query(`CREATE TABLE ${table} (${columns})`);
}

async function checkCount(connection: Connection, peer: Peer, step: Step): Promise<void> {
  if (step.result === undefined) return;
  const [table, expected] = step.result;
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT COUNT(*) AS n FROM ${table}`);
  const found = Number(rows[0]?.["n"]);
  if (found !== expected) throw new Error(`${peer.name}: ${step.name}: ${found} rows, not ${expected}`);
}

async function measure(connection: Connection, peer: Peer, step: Step): Promise<number> {
  await step.prepare?.(connection, peer);
  const started = performance.now();
  await step.run(connection, peer);
  const seconds = (performance.now() - started) / 1000;
  await checkCount(connection, peer, step);
  return seconds;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}

async function open(peer: Peer): Promise<Connection> {
  const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
  await connection.query(`DROP DATABASE IF EXISTS ${database}`);
  await connection.query(`CREATE DATABASE ${database}`);
  await connection.query(`USE ${database}`);
  return connection;
}

async function setLocalFiles(connection: Connection, value: unknown): Promise<unknown> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT @@GLOBAL.local_infile AS was");
  await connection.query("SET GLOBAL local_infile = ?", [value]);
  return rows[0]?.["was"];
}

const peers: Peer[] = [await startCairn()];
try {
  if (options.mysql !== undefined) peers.push(await useMySql(options.mysql));
  const maria = await startMariaDb();
  if (maria !== undefined) peers.push(maria);
  else console.log("MariaDB: skipped, mariadbd is not installed");

  const connections = await Promise.all(peers.map(open));
  const before = await Promise.all(connections.map((connection) => setLocalFiles(connection, 1)));
  const chosen = options.only.split(",").filter((word) => word !== "");
  for (const step of steps) {
    if (chosen.length > 0 && !chosen.some((word) => step.name.includes(word))) continue;
    // What changes a table for good is done once.
    const rounds = step.prepare === undefined ? 1 : Number(options.rounds);
    const seconds = peers.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [at, peer] of peers.entries())
        seconds[at]?.push(await measure(connections[at] as Connection, peer, step));
    }
    const medians = seconds.map(median);
    const [own = Number.NaN] = medians;
    const cells = peers.map((peer, at) => `${peer.name} ${medians[at]?.toFixed(2)} s`.padEnd(18));
    const ratios = peers
      .slice(1)
      .map((peer, at) => `${((medians[at + 1] ?? Number.NaN) / own).toFixed(2)}x ${peer.name}`);
    console.log(`${step.name.padEnd(38)}${cells.join("")}${ratios.join("  ")}`);
  }
  for (const [at, connection] of connections.entries()) {
    await setLocalFiles(connection, before[at]);
    await connection.query(`DROP DATABASE ${database}`);
    await connection.end();
  }
} finally {
  for (const peer of peers) await peer.stop();
}

/**
 * Loading and querying a million rows, on CairnDB and its peers side by side: `npm run bench:queries -- [--mysql HOST:PORT]
 * [--rows N] [--rounds N] [--only text] [--skip-mariadb]`. The data comes from a seed, so that all servers hold the same
 * rows; every answer is compared with the first server's. Queries run warm, servers take turns, the best round counts.
 */
import { parseArgs } from "node:util";
import { type Connection, createConnection } from "mysql2/promise";
import { type Peer, startCairn, startMariaDb, useMySql } from "./peers.ts";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string" },
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    "skip-mariadb": { type: "boolean", default: false },
  },
});

const ROWS = Number(options.rows);
const CUSTOMERS = Math.max(1, Math.floor(ROWS / 10));
const ROWS_PER_INSERT = 5000;
const DATABASE = "cairn_bench_queries";
const KINDS = ["retail", "online", "phone", "partner", "return", "sample", "repair", "gift"];
const WORDS = [
  "amber",
  "basalt",
  "cairn",
  "delta",
  "ember",
  "fjord",
  "granite",
  "harbor",
  "island",
  "juniper",
];

const TABLES = [
  `CREATE TABLE sales (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer INT NOT NULL, amount DECIMAL(12,2),
     name VARCHAR(32) NOT NULL, made DATETIME NOT NULL, kind CHAR(8) NOT NULL, note VARCHAR(120), KEY customer (customer))`,
  "CREATE TABLE customers (id INT NOT NULL PRIMARY KEY, code INT NOT NULL, region INT NOT NULL, name VARCHAR(40) NOT NULL)",
];

interface Query {
  readonly name: string;
  readonly sql: string;
  /** Undone before each round, and not timed. */
  readonly undo?: string;
}

const QUERIES: readonly Query[] = [
  { name: "filter int", sql: "SELECT COUNT(*) FROM sales WHERE customer % 2 = 1 AND id > 1000" },
  { name: "filter decimal", sql: "SELECT COUNT(*) FROM sales WHERE amount > 990.50" },
  {
    name: "filter datetime",
    sql: "SELECT COUNT(*) FROM sales WHERE made >= '2024-03-01' AND made < '2024-04-01'",
  },
  { name: "filter text", sql: "SELECT COUNT(*) FROM sales WHERE kind = 'online' AND name <> 'cairn'" },
  { name: "filter like", sql: "SELECT COUNT(*) FROM sales WHERE note LIKE '%99%'" },
  { name: "sum", sql: "SELECT SUM(amount), AVG(amount), MIN(made), MAX(customer), COUNT(note) FROM sales" },
  { name: "sum expression", sql: "SELECT SUM(amount * 2 + customer) FROM sales" },
  {
    name: "group by 8 texts",
    sql: "SELECT kind, COUNT(*), SUM(amount), MAX(made) FROM sales GROUP BY kind ORDER BY kind",
  },
  {
    name: "group by 1,000 ints",
    sql: "SELECT customer DIV 100 AS g, COUNT(*), SUM(amount), AVG(amount) FROM sales GROUP BY g ORDER BY g LIMIT 10",
  },
  {
    name: "group by two columns",
    sql: "SELECT kind, YEAR(made) AS y, COUNT(*), SUM(amount) FROM sales GROUP BY kind, y ORDER BY kind, y",
  },
  {
    name: "group by 200,000 texts",
    sql: "SELECT name, COUNT(*) AS n, SUM(amount) FROM sales GROUP BY name ORDER BY n DESC, name LIMIT 10",
  },
  {
    name: "join by primary key",
    sql: "SELECT c.region, COUNT(*), SUM(s.amount) FROM sales s JOIN customers c ON c.id = s.customer GROUP BY c.region ORDER BY c.region LIMIT 10",
  },
  {
    name: "join without index",
    sql: "SELECT COUNT(*), SUM(s.amount) FROM sales s JOIN customers c ON c.code = s.customer + 0 WHERE c.region < 500",
  },
  {
    name: "semijoin",
    sql: "SELECT COUNT(*) FROM sales WHERE customer IN (SELECT code FROM customers WHERE region < 100)",
  },
  { name: "top 10", sql: "SELECT id, name, amount FROM sales ORDER BY amount DESC, id LIMIT 10" },
  { name: "top 10 by text", sql: "SELECT id, note FROM sales ORDER BY note, id LIMIT 10" },
  { name: "distinct 8", sql: "SELECT COUNT(*) FROM (SELECT DISTINCT kind FROM sales) d" },
  { name: "distinct 200,000", sql: "SELECT COUNT(*) FROM (SELECT DISTINCT name FROM sales) d" },
  { name: "count distinct", sql: "SELECT COUNT(DISTINCT customer), COUNT(DISTINCT kind) FROM sales" },
  { name: "sort, all rows sent", sql: "SELECT id, amount FROM sales ORDER BY amount, id" },
  // Rows before the offset need no order, so these two are not whole sorts.
  { name: "sort by decimal", sql: `SELECT id, amount FROM sales ORDER BY amount, id LIMIT ${ROWS - 10}, 10` },
  { name: "sort by text", sql: `SELECT id, name, note FROM sales ORDER BY name, id LIMIT ${ROWS - 10}, 10` },
  {
    name: "create index on int",
    sql: "CREATE INDEX made_at ON sales (made)",
    undo: "DROP INDEX made_at ON sales",
  },
  {
    name: "create index on text",
    sql: "CREATE INDEX kind_name ON sales (kind, name)",
    undo: "DROP INDEX kind_name ON sales",
  },
];

/** A small generator (mulberry32): the same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function* salesInserts(): Generator<string> {
  const next = random(20260101);
  const below = (limit: number): number => Math.floor(next() * limit);
  const start = Date.UTC(2023, 0, 1);
  for (let from = 0; from < ROWS; from += ROWS_PER_INSERT) {
    const tuples: string[] = [];
    for (let at = from; at < Math.min(from + ROWS_PER_INSERT, ROWS); at++) {
      const amount = below(50) === 0 ? "NULL" : (below(100_000) / 100).toFixed(2);
      const name = `${WORDS[below(WORDS.length)]} ${below(Math.ceil(ROWS / 50))}`;
      const made = new Date(start + below(94_608_000) * 1000).toISOString().slice(0, 19).replace("T", " ");
      const note = below(20) === 0 ? "NULL" : `'${noteText(below)}'`;
      tuples.push(`(${below(CUSTOMERS)},${amount},'${name}','${made}','${KINDS[below(8)]}',${note})`);
    }
    yield `INSERT INTO sales (customer, amount, name, made, kind, note) VALUES ${tuples.join(",")}`;
  }
}

function noteText(below: (limit: number) => number): string {
  const words = Array.from({ length: 3 + below(8) }, () => WORDS[below(WORDS.length)]);
  return `${words.join(" ")} ${below(100_000)}`;
}

function* customerInserts(): Generator<string> {
  const next = random(7);
  for (let from = 0; from < CUSTOMERS; from += ROWS_PER_INSERT) {
    const tuples: string[] = [];
    for (let at = from; at < Math.min(from + ROWS_PER_INSERT, CUSTOMERS); at++) {
      tuples.push(`(${at},${CUSTOMERS - 1 - at},${Math.floor(next() * 1000)},'customer ${at}')`);
    }
    yield `INSERT INTO customers VALUES ${tuples.join(",")}`;
  }
}

interface Server {
  readonly peer: Peer;
  readonly connection: Connection;
}

async function timed(connection: Connection, sql: string): Promise<{ seconds: number; answer: string }> {
  const started = performance.now();
  const [rows] = await connection.query(sql);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, answer: Array.isArray(rows) ? JSON.stringify(rows) : "" };
}

async function load(connection: Connection, statements: Iterable<string>): Promise<number> {
  let seconds = 0;
  for (const sql of statements) seconds += (await timed(connection, sql)).seconds;
  return seconds;
}

function printRow(name: string, servers: readonly Server[], seconds: readonly number[]): void {
  const own = seconds[0] ?? Number.NaN;
  const cells = servers.map(({ peer }, at) =>
    `${peer.name} ${(seconds[at] ?? Number.NaN).toFixed(3)} s`.padEnd(20),
  );
  const ratios = servers
    .slice(1)
    .map(({ peer }, at) => `${((seconds[at + 1] ?? Number.NaN) / own).toFixed(2)}x ${peer.name}`.padEnd(16));
  console.log(`${name.padEnd(26)}${cells.join("")}${ratios.join("")}`);
}

/** The best of several rounds, in which the servers take turns. */
async function measure(servers: readonly Server[], query: Query): Promise<number[]> {
  const best = servers.map(() => Number.POSITIVE_INFINITY);
  const answers: string[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [at, { connection }] of servers.entries()) {
      if (query.undo !== undefined && round > 0) await connection.query(query.undo);
      const { seconds, answer } = await timed(connection, query.sql);
      best[at] = Math.min(best[at] ?? Number.POSITIVE_INFINITY, seconds);
      answers[at] = answer;
    }
  }
  for (const [at, { peer, connection }] of servers.entries()) {
    if (query.undo !== undefined) await connection.query(query.undo);
    if (answers[at] !== answers[0]) {
      throw new Error(`${query.name}: ${peer.name} answers ${answers[at]}, not ${answers[0]}`);
    }
  }
  return best;
}

const peers: Peer[] = [await startCairn()];
const servers: Server[] = [];
try {
  if (options.mysql !== undefined) peers.push(await useMySql(options.mysql));
  const maria = options["skip-mariadb"] ? undefined : await startMariaDb();
  if (maria !== undefined) peers.push(maria);
  for (const peer of peers) {
    const { host, port, user } = peer;
    const connection = await createConnection({ host, port, user, decimalNumbers: false, dateStrings: true });
    servers.push({ peer, connection });
    await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
    await connection.query(`USE ${DATABASE}`);
    // MariaDB only joins by hashing when told to.
    if (peer.name === "MariaDB") await connection.query("SET SESSION join_cache_level = 4");
    for (const table of TABLES) await connection.query(table);
  }
  const loads: number[] = [];
  for (const { connection } of servers) {
    loads.push(await load(connection, salesInserts()));
    await load(connection, customerInserts());
    await connection.query("ANALYZE TABLE sales, customers");
  }
  printRow(`load of ${ROWS}`, servers, loads);
  for (const query of QUERIES) {
    if (query.name.includes(options.only)) printRow(query.name, servers, await measure(servers, query));
  }
} finally {
  for (const { connection } of servers) {
    await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`).catch(() => undefined);
    connection.destroy();
  }
  for (const peer of peers) await peer.stop();
}

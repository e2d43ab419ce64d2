/**
 * How queries find their rows, on CairnDB and MySQL side by side: `npm run bench:plans -- --mysql HOST:PORT [--rows N]
 * [--rounds N] [--only text]`. Each query runs for a while on one connection, servers take
 * turns, the best round counts; every answer is compared with the first server's. A plan that is wrong by its kind, not by
 * a constant, shows as a ratio of a tenth or less.
 */
import { parseArgs } from "node:util";
import { type Connection, createConnection } from "mysql2/promise";
import { type Peer, startCairn, useMySql } from "./peers.ts";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string" },
    rows: { type: "string", default: "200000" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});

const ROWS = Number(options.rows);
const DATABASE = "cairn_bench_plans";
const ROUND_MS = 300;

interface Query {
  readonly name: string;
  readonly sql: string;
}

const QUERIES: readonly Query[] = [
  { name: "count(*)", sql: "SELECT COUNT(*) FROM orders" },
  { name: "count(*) of a range", sql: "SELECT COUNT(*) FROM orders WHERE customer BETWEEN 100 AND 900" },
  { name: "min and max", sql: "SELECT MIN(made), MAX(made) FROM orders" },
  { name: "max behind an equality", sql: "SELECT MAX(made) FROM orders WHERE customer = 77" },
  {
    name: "covering range",
    sql: "SELECT SUM(customer), COUNT(*) FROM orders WHERE customer BETWEEN 100 AND 300",
  },
  { name: "primary range", sql: "SELECT SUM(amount) FROM orders WHERE id BETWEEN 5000 AND 5999" },
  { name: "LIKE prefix", sql: "SELECT COUNT(*), MIN(code) FROM orders WHERE code LIKE 'ab1%'" },
  { name: "IN list", sql: "SELECT SUM(amount) FROM orders WHERE customer IN (5, 900, 17, 333, 1500, 42)" },
  {
    name: "text against an integer",
    sql: "SELECT SUM(amount) FROM orders WHERE customer = '1234'",
  },
  {
    name: "date against a datetime",
    sql: "SELECT SUM(amount) FROM orders WHERE made >= '2024-03-01' AND made < '2024-03-02'",
  },
  { name: "OR of ranges", sql: "SELECT COUNT(*) FROM orders WHERE id < 500 OR id > 199500" },
  {
    name: "IN (SELECT few)",
    sql: "SELECT SUM(amount) FROM orders WHERE customer IN (SELECT id FROM customers WHERE region = 7)",
  },
  {
    name: "EXISTS, few outside",
    sql: "SELECT COUNT(*) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.id AND o.amount > 990)",
  },
  {
    name: "NOT EXISTS without index",
    sql: "SELECT COUNT(*) FROM customers c WHERE NOT EXISTS (SELECT 1 FROM regions r WHERE r.code = c.region)",
  },
  {
    name: "join, good order written",
    sql: "SELECT COUNT(*), SUM(o.amount) FROM customers c JOIN orders o ON o.customer = c.id WHERE c.region = 3",
  },
  {
    name: "join, bad order written",
    sql: "SELECT COUNT(*), SUM(o.amount) FROM orders o JOIN customers c ON o.customer = c.id WHERE c.region = 3",
  },
  {
    name: "join of three",
    sql: "SELECT r.name, COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer JOIN regions r ON r.id = c.region WHERE r.name LIKE 'r1%' GROUP BY r.name ORDER BY r.name",
  },
  { name: "order by index, limit", sql: "SELECT id, made FROM orders ORDER BY made DESC LIMIT 10" },
  {
    name: "order behind an equality, limit",
    sql: "SELECT id, amount FROM orders WHERE customer = 77 ORDER BY made DESC LIMIT 3",
  },
  {
    name: "group by an index",
    sql: "SELECT customer, COUNT(*) FROM orders GROUP BY customer ORDER BY customer LIMIT 10",
  },
  { name: "distinct by an index", sql: "SELECT COUNT(*) FROM (SELECT DISTINCT region FROM customers) d" },
  {
    name: "CTE used twice",
    sql: "WITH s AS (SELECT customer, SUM(amount) AS total FROM orders WHERE id < 50000 GROUP BY customer) SELECT COUNT(*) FROM s a JOIN s b ON a.customer = b.customer + 1 WHERE a.total > b.total",
  },
  {
    name: "condition on a derived table",
    sql: "SELECT * FROM (SELECT id, customer, amount FROM orders) d WHERE d.id = 4711",
  },
  {
    name: "correlated scalar",
    sql: "SELECT SUM(x) FROM (SELECT (SELECT r.weight FROM regions r WHERE r.code = c.region) AS x FROM customers c) d",
  },
];

const TABLES = [
  `CREATE TABLE orders (id INT NOT NULL PRIMARY KEY, customer INT NOT NULL, made DATETIME NOT NULL, amount DECIMAL(10,2) NOT NULL,
     code VARCHAR(20) NOT NULL, note VARCHAR(100) NOT NULL, KEY customer (customer, made), KEY made (made), KEY code (code))`,
  "CREATE TABLE customers (id INT NOT NULL PRIMARY KEY, region INT NOT NULL, name VARCHAR(40) NOT NULL, KEY region (region))",
  "CREATE TABLE regions (id INT NOT NULL PRIMARY KEY, code INT NOT NULL, name VARCHAR(20) NOT NULL, weight INT NOT NULL)",
];

const CUSTOMERS = 2000;
const REGIONS = 50;

/** The same numbers everywhere. */
function mixed(seed: number): number {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function orderRow(id: number): string {
  const made = new Date(Date.UTC(2024, 0, 1) + (mixed(id) % 31_536_000) * 1000);
  const moment = made.toISOString().slice(0, 19).replace("T", " ");
  const letters = String.fromCharCode(97 + (mixed(id + 1) % 26), 97 + (mixed(id + 2) % 26));
  const amount = (mixed(id + 3) % 100_000) / 100;
  return `(${id}, ${1 + (mixed(id + 4) % CUSTOMERS)}, '${moment}', ${amount}, '${letters}${mixed(id + 5) % 10_000}', '${"note ".repeat(10)}${id}')`;
}

async function load(connection: Connection): Promise<void> {
  await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
  await connection.query(`CREATE DATABASE ${DATABASE}`);
  await connection.query(`USE ${DATABASE}`);
  for (const table of TABLES) await connection.query(table);
  const fill = async (table: string, count: number, row: (id: number) => string): Promise<void> => {
    for (let from = 1; from <= count; from += 2000) {
      const size = Math.min(2000, count - from + 1);
      const rows = Array.from({ length: size }, (_, i) => row(from + i));
      await connection.query(`INSERT INTO ${table} VALUES ${rows.join(", ")}`);
    }
  };
  await fill("orders", ROWS, orderRow);
  await fill("customers", CUSTOMERS, (id) => `(${id}, ${1 + (mixed(id) % REGIONS)}, 'customer ${id}')`);
  await fill("regions", REGIONS, (id) => `(${id}, ${id}, 'r${id}', ${mixed(id) % 100})`);
  await connection.query("ANALYZE TABLE orders, customers, regions");
}

interface Server {
  readonly peer: Peer;
  readonly connection: Connection;
}

async function open(peer: Peer): Promise<Server> {
  const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
  await load(connection);
  return { peer, connection };
}

/** Milliseconds of one execution, the mean of a round. */
async function measure({ connection }: Server, sql: string): Promise<number> {
  const start = performance.now();
  let runs = 0;
  do {
    await connection.query(sql);
    runs++;
  } while (performance.now() - start < ROUND_MS);
  return (performance.now() - start) / runs;
}

const servers: Server[] = [await open(await startCairn())];
if (options.mysql !== undefined) servers.push(await open(await useMySql(options.mysql)));
try {
  const names = servers.map(({ peer }) => peer.name.padStart(12));
  console.log(`${"milliseconds".padEnd(34)}${names.join("")}${"ratio".padStart(9)}`);
  for (const { name, sql } of QUERIES) {
    if (!name.includes(options.only)) continue;
    const best = servers.map(() => Number.POSITIVE_INFINITY);
    const answers = await Promise.all(
      servers.map(async ({ connection }) => (await connection.query(sql))[0]),
    );
    if (answers.some((answer) => JSON.stringify(answer) !== JSON.stringify(answers[0])))
      throw new Error(`different answers to ${sql}: ${JSON.stringify(answers).slice(0, 500)}`);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [at, server] of servers.entries())
        best[at] = Math.min(best[at] as number, await measure(server, sql));
    }
    const times = best.map((time) => time.toFixed(3).padStart(12)).join("");
    const ratio = best[1] === undefined ? "" : `${(best[1] / (best[0] as number)).toFixed(2)}×`;
    console.log(`${name.padEnd(34)}${times}${ratio.padStart(9)}`);
  }
} finally {
  for (const { peer, connection } of servers) {
    if (peer !== servers[0]?.peer) await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
    await connection.end();
    await peer.stop();
  }
}

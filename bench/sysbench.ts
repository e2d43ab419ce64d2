/**
 * sysbench and the Sakila load, on CairnDB and its peers side by side: `npm run bench -- [--mysql HOST:PORT] [--tables N]
 * [--rows N] [--threads 1,8,32] [--seconds N] [--warmup N] [--rounds N] [--tests a,b]`. Servers take turns test by test and
 * round by round in one run, because machines change speed over minutes; what counts is the ratio. Each runs a test for
 * some seconds before it is measured. Of several rounds the median counts, so that one round that something else
 * disturbed does not.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { createConnection } from "mysql2/promise";
import { type Peer, startCairn, startMariaDb, useMySql } from "./peers.ts";

const { values: options } = parseArgs({
  options: {
    mysql: { type: "string" },
    tables: { type: "string", default: "8" },
    rows: { type: "string", default: "100000" },
    threads: { type: "string", default: "1,8,32" },
    seconds: { type: "string", default: "5" },
    warmup: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    tests: {
      type: "string",
      default:
        "oltp_point_select,oltp_read_only,oltp_read_write,oltp_write_only,oltp_update_index,oltp_update_non_index,oltp_insert",
    },
  },
});

interface Measurement {
  readonly transactions: number;
  readonly p95Ms: number;
}

function sysbench(peer: Peer, script: string, command: string, extra: readonly string[]): string {
  const run = spawnSync(
    "sysbench",
    [
      script,
      `--mysql-host=${peer.host}`,
      `--mysql-port=${peer.port}`,
      `--mysql-user=${peer.user}`,
      "--mysql-db=sbtest",
      "--mysql-ssl=off",
      `--tables=${options.tables}`,
      `--table-size=${options.rows}`,
      ...extra,
      command,
    ],
    { encoding: "utf8" },
  );
  if (run.error !== undefined)
    throw new Error("sysbench is not installed (apt-get install sysbench)", { cause: run.error });
  if (run.status !== 0)
    throw new Error(`${peer.name}: sysbench ${script} ${command}:\n${run.stdout}\n${run.stderr}`);
  return run.stdout;
}

function measure(peer: Peer, script: string, threads: string, seconds: string): Measurement {
  const text = sysbench(peer, script, "run", [
    `--threads=${threads}`,
    `--time=${seconds}`,
    "--percentile=95",
  ]);
  return {
    transactions: Number(/transactions:\s+\d+\s+\(([\d.]+) per sec/.exec(text)?.[1] ?? Number.NaN),
    p95Ms: Number(/95th percentile:\s+([\d.]+)/.exec(text)?.[1] ?? Number.NaN),
  };
}

/** The middle one by throughput; of an even number the lower of the two in the middle. */
function median(rounds: readonly Measurement[]): Measurement {
  const sorted = rounds.toSorted((a, b) => a.transactions - b.transactions);
  const middle = sorted[(sorted.length - 1) >> 1];
  if (middle === undefined) throw new Error("--rounds must be at least 1");
  return middle;
}

async function prepare(peer: Peer): Promise<number> {
  const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
  await connection.query("DROP DATABASE IF EXISTS sbtest");
  await connection.query("CREATE DATABASE sbtest");
  await connection.end();
  const started = performance.now();
  sysbench(peer, "oltp_read_write", "prepare", []);
  return (performance.now() - started) / 1000;
}

async function loadSakila(peer: Peer): Promise<number> {
  const dump = gunzipSync(
    readFileSync(path.resolve(import.meta.dirname, "../test/data/sakila/sakila-tables.sql.gz")),
  );
  const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
  await connection.query("DROP DATABASE IF EXISTS sakila");
  await connection.query("CREATE DATABASE sakila");
  await connection.end();
  const client = spawnSync("mariadb", ["--version"]).status === 0 ? "mariadb" : "mysql";
  // MariaDB knows neither GTID_PURGED nor utf8mb4_0900 collations; the dump's data is the same without them.
  const portable = Buffer.from(
    dump.toString("latin1").replace(/^SET @@GLOBAL\.GTID_PURGED.*$/m, ""),
    "latin1",
  );
  const started = performance.now();
  const run = spawnSync(client, [`-h${peer.host}`, `-P${peer.port}`, `-u${peer.user}`, "sakila"], {
    input: portable,
  });
  if (run.status !== 0) throw new Error(`${peer.name}: loading Sakila: ${run.stderr.toString()}`);
  return (performance.now() - started) / 1000;
}

function printRow(
  test: string,
  cells: readonly (readonly [Peer, string, number])[],
  higherIsBetter: boolean,
): void {
  const [own] = cells;
  const ratios = cells.slice(1).map(([peer, , value]) => {
    const ratio = own === undefined ? Number.NaN : higherIsBetter ? own[2] / value : value / own[2];
    return `${ratio.toFixed(2)}x ${peer.name}`;
  });
  console.log(
    `${test.padEnd(28)}${cells.map(([peer, text]) => `${peer.name} ${text}`.padEnd(34)).join("")}${ratios.join("  ")}`,
  );
}

const peers: Peer[] = [await startCairn()];
try {
  if (options.mysql !== undefined) peers.push(await useMySql(options.mysql));
  const maria = await startMariaDb();
  if (maria !== undefined) peers.push(maria);
  else console.log("MariaDB: skipped, mariadbd is not installed");

  const loads = peers.map((): number[] => []);
  for (let run = 0; run < 5; run++)
    for (const [at, peer] of peers.entries()) loads[at]?.push(await loadSakila(peer));
  printRow(
    "Sakila load",
    peers.map((peer, at) => {
      const best = Math.min(...(loads[at] ?? []));
      return [peer, `${best.toFixed(2)} s`, best] as const;
    }),
    false,
  );

  const prepared: (readonly [Peer, string, number])[] = [];
  for (const peer of peers) {
    const seconds = await prepare(peer);
    prepared.push([peer, `${seconds.toFixed(1)} s`, seconds]);
  }
  printRow(`prepare ${options.tables} x ${options.rows}`, prepared, false);

  for (const test of options.tests.split(",")) {
    for (const threads of options.threads.split(",")) {
      const measured = peers.map((): Measurement[] => []);
      if (options.warmup !== "0") for (const peer of peers) measure(peer, test, threads, options.warmup);
      for (let round = 0; round < Number(options.rounds); round++) {
        for (const [at, peer] of peers.entries())
          measured[at]?.push(measure(peer, test, threads, options.seconds));
      }
      const cells = peers.map((peer, at) => {
        const { transactions, p95Ms } = median(measured[at] ?? []);
        return [peer, `${transactions.toFixed(0)}/s p95 ${p95Ms} ms`, transactions] as const;
      });
      printRow(`${test.replace("oltp_", "")} x${threads}`, cells, true);
    }
  }
} finally {
  for (const peer of peers) await peer.stop();
}

/**
 * How the data folder grows under single-row updates, with the checkpoints and garbage collections that happen by
 * themselves: 8 clients update rows of one table (100,000 rows with an index), each update a transaction. Prints the
 * folder's size on the way, its peak, and in the end against what is live.
 *
 * Run: `npx tsx --conditions=development bench/growth.ts [updates]` (default 1,000,000).
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection } from "mysql2/promise";
import { type RunningServer, startServer } from "../src/index.ts";

const UPDATES = Number(process.argv[2] ?? 1_000_000);
const ROWS = 100_000;
const CLIENTS = 8;
const REPORTS = 20;
/** Longer than the interval of checkpoints at rest. */
const REST_MS = 75_000;

function folderSize(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    // Files come and go meanwhile.
    const status = statSync(join(folder, name), { throwIfNoEntry: false });
    if (status?.isFile()) bytes += status.size;
  }
  return bytes;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function connect({ host, port }: RunningServer): Promise<Connection> {
  return await createConnection({ host, port, user: "root" });
}

async function fill(connection: Connection): Promise<void> {
  await connection.query("CREATE DATABASE growth");
  await connection.query("USE growth");
  await connection.query(
    "CREATE TABLE t (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(120) NOT NULL, pad CHAR(60) NOT NULL, KEY (k))",
  );
  for (let first = 0; first < ROWS; first += 1000) {
    const rows = Array.from({ length: 1000 }, (_, at) => {
      const text = Math.random().toString(36).repeat(12);
      return `(${first + at}, ${first + at}, '${text.slice(0, 119)}', '${text.slice(0, 59)}')`;
    });
    await connection.query(`INSERT INTO t VALUES ${rows.join(",")}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), "cairn-growth-"));
const server = await startServer({ dataDir: folder, port: 0, logLevel: "error" });
try {
  const admin = await connect(server);
  await fill(admin);
  await admin.query("CALL dolt_gc('--full')");
  const liveBytes = folderSize(folder);
  console.log(`live: ${megabytes(liveBytes)} for ${ROWS} rows`);
  let started = 0;
  let peakBytes = 0;
  const begun = performance.now();
  const clients = Array.from({ length: CLIENTS }, async () => {
    const connection = await connect(server);
    await connection.query("USE growth");
    while (started < UPDATES) {
      const at = started++;
      const text = Math.random().toString(36).repeat(12).slice(0, 119);
      await connection.execute("UPDATE t SET k = k + 1, c = ? WHERE id = ?", [
        text,
        Math.floor(Math.random() * ROWS),
      ]);
      if (at % Math.ceil(UPDATES / REPORTS) !== 0) continue;
      const bytes = folderSize(folder);
      peakBytes = Math.max(peakBytes, bytes);
      const resident = megabytes(process.memoryUsage().rss);
      console.log(
        `${at} updates: ${megabytes(bytes)} (${(bytes / liveBytes).toFixed(1)}×), resident ${resident}`,
      );
    }
    await connection.end();
  });
  await Promise.all(clients);
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${UPDATES} updates in ${seconds.toFixed(0)} s, ${Math.round(UPDATES / seconds)}/s`);
  console.log(`peak ${megabytes(peakBytes)}; after the last update ${megabytes(folderSize(folder))}`);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const bytes = folderSize(folder);
  console.log(
    `after a minute at rest: ${megabytes(bytes)}, ${(bytes / liveBytes).toFixed(2)}× the live data`,
  );
  await admin.end();
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

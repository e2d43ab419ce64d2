/**
 * Backups through SQL: first sync, sync after one changed row, sync with no change, restore. `npm run bench:backup --
 * [--rows 300000]`. The peer's numbers for the same table are printed beside (Dolt 2.3.1: 0.95 s; 19 KB in 0.043 s;
 * 0.034 s).
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createConnection } from "mysql2/promise";
import { startCairn } from "./peers.ts";

const { values: options } = parseArgs({ options: { rows: { type: "string", default: "300000" } } });
const rowCount = Number(options.rows);

function folderSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

const peer = await startCairn();
const target = mkdtempSync(path.join(tmpdir(), "cairn-backup-"));
try {
  const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
  await connection.query("CREATE DATABASE shop");
  await connection.query("USE shop");
  await connection.query(
    "CREATE TABLE t (id INT PRIMARY KEY, k INT NOT NULL, c CHAR(40) NOT NULL, KEY k (k))",
  );
  const loading = performance.now();
  for (let from = 0; from < rowCount; from += 5000) {
    const rows = Array.from({ length: Math.min(5000, rowCount - from) }, (_, i) => {
      const id = from + i;
      return `(${id},${(id * 7919) % 1000003},'${String((id * 104729) % 99999989).padStart(12, "x")} some text')`;
    });
    await connection.query(`INSERT INTO t VALUES ${rows.join(",")}`);
  }
  console.log(`load of ${rowCount} rows: ${((performance.now() - loading) / 1000).toFixed(2)} s`);
  await connection.query("CALL dolt_commit('-Am','rows')");
  await connection.query(`CALL dolt_backup('add','nightly','file://${target}/nightly')`);

  const timed = async (label: string, sql: string): Promise<void> => {
    const before = folderSize(target);
    const started = performance.now();
    await connection.query(sql);
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${label.padEnd(28)} ${seconds.toFixed(3)} s  ${((folderSize(target) - before) / 1024).toFixed(1)} KB written`,
    );
  };
  await timed("first sync", "CALL dolt_backup('sync','nightly')");
  await timed("no change", "CALL dolt_backup('sync','nightly')");
  for (let run = 0; run < 3; run++) {
    await connection.query(
      `UPDATE t SET c = 'changed ${run}' WHERE id = ${Math.floor(rowCount / 2) + run * 1000}`,
    );
    await timed("one row changed", "CALL dolt_backup('sync','nightly')");
  }
  await timed("no change", "CALL dolt_backup('sync','nightly')");
  await timed("restore", `CALL dolt_backup('restore','file://${target}/nightly','shop2')`);
  const [[counted]] = (await connection.query({
    sql: "SELECT COUNT(*) FROM shop2.t",
    rowsAsArray: true,
  })) as unknown as [number[][]];
  console.log(`rows restored: ${String(counted?.[0])}`);
  await connection.end();
} finally {
  await peer.stop();
  rmSync(target, { recursive: true, force: true });
}

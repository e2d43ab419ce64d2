/**
 * The engine's hot paths without SQL: durable commits with one and eight writers, point look-ups with their snapshots,
 * scans with edits on top. Run: `npx tsx --conditions=development bench/engine.ts [folder]`.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CairnEngine } from "../src/engine/cairn-engine.ts";
import type { CairnSession } from "../src/engine/cairn-session.ts";
import { emptySlot } from "../src/prolly/tuple-cursor.ts";
import { createRowCodec } from "../src/tables/row-codec.ts";
import { SYSBENCH_TABLE } from "./sysbench-table.ts";

const ROWS = 100_000;
const DB = { databaseName: "bench", branch: "main", readOnly: false };
const codec = createRowCodec(SYSBENCH_TABLE);
const TEXT = "x".repeat(119);

function row(id: number, k: number): (number | string)[] {
  return [id, k, TEXT, TEXT.slice(60)];
}

async function fill(session: CairnSession): Promise<void> {
  for (let from = 0; from < ROWS; from += 5000) {
    const transaction = session.begin({ autocommit: true });
    transaction.beginStatement();
    const writer = await transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
    for (let id = from; id < from + 5000; id++) writer.insertRow(row(id, id % 1000));
    await transaction.commit();
  }
}

async function update(session: CairnSession, id: number, k: number): Promise<void> {
  const transaction = session.begin({ autocommit: true });
  transaction.beginStatement();
  const opened = transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
  const writer = opened instanceof Promise ? await opened : opened;
  const key = codec.encodeKeyPrefix(0, [id]);
  const locked = writer.lockRow(key, "update", "wait");
  if (locked.kind === "wait") await locked.promise;
  const slot = emptySlot();
  writer.current.lookup(0, key, slot);
  const old = codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
  writer.updateRow(old, row(id, k), key);
  await transaction.commit();
}

function time(label: string, count: number, startMs: number, startCpu: NodeJS.CpuUsage): void {
  const ms = performance.now() - startMs;
  const cpu = process.cpuUsage(startCpu);
  const perSecond = Math.round((count / ms) * 1000).toLocaleString("en");
  const cpuMicros = ((cpu.user + cpu.system) / count).toFixed(2);
  console.log(
    `${label.padEnd(34)} ${perSecond.padStart(12)}/s  ${((ms * 1000) / count).toFixed(2).padStart(8)} µs  cpu ${cpuMicros} µs`,
  );
}

async function writers(engine: CairnEngine, count: number, total: number): Promise<void> {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const session = engine.createSession();
      for (let i = 0; i < total / count; i++) await update(session, (i * 7919 + at * 1009) % ROWS, i);
    }),
  );
  time(`update, durable, ${count} writers`, total, startMs, cpu);
}

function lookups(session: CairnSession, label: string, count: number): void {
  const slot = emptySlot();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    const transaction = session.begin({ autocommit: true });
    transaction.beginStatement();
    const view = transaction.openTable(DB, "t");
    if (!view.lookup(0, codec.encodeKeyPrefix(0, [(i * 7919) % ROWS]), slot)) throw new Error("row missing");
    void transaction.commit();
  }
  time(label, count, startMs, cpu);
}

function scan(session: CairnSession, label: string): void {
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  for (let round = 0; round < 10; round++) {
    const transaction = session.begin({ autocommit: true });
    const cursor = transaction.openTable(DB, "t").openCursor(0, {}, "forward");
    while (cursor.next()) count++;
    void transaction.commit();
  }
  time(label, count, startMs, cpu);
}

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), "cairn-bench-"));
const engine = await CairnEngine.open({ dataFolder: folder });
try {
  await engine.createDatabase("bench", { charset: "utf8mb4", collation: "utf8mb4_bin" });
  const session = engine.createSession();
  await session.dataDefinition.createTable(DB, "t", SYSBENCH_TABLE, 0n);
  let startMs = performance.now();
  let cpu = process.cpuUsage();
  await fill(session);
  time("insert, 5,000 a transaction", ROWS, startMs, cpu);
  startMs = performance.now();
  cpu = process.cpuUsage();
  await engine.mustGetDatabase("bench").checkpoint();
  time("checkpoint of them", ROWS, startMs, cpu);
  for (let round = 0; round < 2; round++) lookups(session, "point look-up, trees only", 300_000);
  scan(session, "scan, trees only");
  await writers(engine, 1, 20_000);
  await writers(engine, 8, 80_000);
  engine.services.settings.flushMode = 2;
  await writers(engine, 1, 50_000);
  for (let round = 0; round < 2; round++) lookups(session, "point look-up, edits on top", 300_000);
  scan(session, "scan, edits on top");
  startMs = performance.now();
  cpu = process.cpuUsage();
  await engine.mustGetDatabase("bench").checkpoint();
  time("checkpoint of updates", 1, startMs, cpu);
} finally {
  await engine.abandon();
  await rm(folder, { recursive: true });
}

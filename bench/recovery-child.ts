/**
 * The processes of recovery.ts: `write small|large FOLDER BYTES` fills a database without checkpoints until its log has that
 * many bytes, says so and waits to be killed; `open FOLDER` prints how many milliseconds opening took until a row was
 * read, how many rows there are, and the most memory it had in MB.
 */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CairnEngine } from "../src/engine/cairn-engine.ts";
import type { CairnSession } from "../src/engine/cairn-session.ts";
import { emptySlot } from "../src/prolly/tuple-cursor.ts";
import { createRowCodec } from "../src/tables/row-codec.ts";
import { SYSBENCH_TABLE } from "./sysbench-table.ts";

const NAME = "bench";
const DB = { databaseName: NAME, branch: "main", readOnly: false };
/** In trees before the log begins. */
const ROWS = 100_000;
const WRITERS = 64;
const LARGE_ROWS = 5000;
const codec = createRowCodec(SYSBENCH_TABLE);

/** Scrambles, so that rows and keys come in no order. */
function scramble(number: number): number {
  return (number * 2654435761) % 4294967296;
}

function row(id: number, k: number): (number | string)[] {
  const text = `${scramble(k)}-${scramble(id)}-`.repeat(10);
  return [id, k, text.slice(0, 119), text.slice(0, 59)];
}

async function insert(session: CairnSession, first: number, count: number): Promise<void> {
  const transaction = session.begin({ autocommit: true });
  transaction.beginStatement();
  const writer = await transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
  for (let id = first; id < first + count; id++) {
    const outcome = writer.insertRow(row(id, scramble(id) % 1_000_000));
    if (outcome.kind !== "done") throw new Error(`inserting ${id}: ${outcome.kind}`);
  }
  await transaction.commit();
}

async function update(session: CairnSession, id: number, round: number): Promise<void> {
  const transaction = session.begin({ autocommit: true });
  transaction.beginStatement();
  const writer = await transaction.openTableForWrite(DB, "t", { foreignKeyChecks: true });
  const key = codec.encodeKeyPrefix(0, [id]);
  const locked = writer.lockRow(key, "update", "wait");
  if (locked.kind === "wait") await locked.promise;
  const slot = emptySlot();
  if (!writer.current.lookup(0, key, slot)) throw new Error(`row ${id} is missing`);
  const old = codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
  const k = Number(old[1]) + (round % 2);
  writer.updateRow(old, [id, k, String(scramble(round)).repeat(12).slice(0, 119), old[3] ?? null], key);
  await transaction.commit();
}

async function write(kind: string, folder: string, bytes: number): Promise<void> {
  const engine = await CairnEngine.open({ dataFolder: folder });
  await engine.createDatabase(NAME, { charset: "utf8mb4", collation: "utf8mb4_bin" });
  const setup = engine.createSession();
  await setup.dataDefinition.createTable(DB, "t", SYSBENCH_TABLE, 0n);
  for (let first = 0; first < ROWS; first += LARGE_ROWS) await insert(setup, first, LARGE_ROWS);
  const database = engine.mustGetDatabase(NAME);
  await database.checkpoint();
  // Checkpoints wait from here on, and commits do not wait for them.
  await database.rootMutex.lock();
  const { settings } = engine.services;
  settings.checkpointSizeBytes = Number.MAX_SAFE_INTEGER;
  settings.flushMode = 2;
  const log = join(folder, NAME, "wal");
  const written = (): number =>
    readdirSync(log).reduce((sum, name) => sum + statSync(join(log, name)).size, 0);
  let next = ROWS;
  let count = 0;
  const writer = async (): Promise<void> => {
    const session = engine.createSession();
    while (written() < bytes) {
      for (let more = 0; more < (kind === "large" ? 1 : 100); more++) {
        const at = count++;
        const size = kind === "large" ? LARGE_ROWS : 1;
        if (kind === "small" && at % 2 === 0) {
          await update(session, scramble(at) % ROWS, at >> 1);
          continue;
        }
        const first = next;
        next += size;
        await insert(session, first, size);
      }
    }
  };
  await Promise.all(Array.from({ length: kind === "large" ? 1 : WRITERS }, writer));
  console.log("written");
  setInterval(() => {}, 1000);
}

async function open(folder: string): Promise<void> {
  const started = performance.now();
  const engine = await CairnEngine.open({ dataFolder: folder });
  const transaction = engine.createSession().begin({ autocommit: true });
  transaction.beginStatement();
  const view = transaction.openTable(DB, "t");
  if (!view.lookup(0, codec.encodeKeyPrefix(0, [ROWS]), emptySlot())) throw new Error("a row is missing");
  const milliseconds = performance.now() - started;
  console.log(`${milliseconds} ${view.rowCount()} ${process.resourceUsage().maxRSS / 1024}`);
  await transaction.commit();
  await engine.abandon();
}

const [task, ...rest] = process.argv.slice(2);
if (task === "write") await write(rest[0] ?? "", rest[1] ?? "", Number(rest[2]));
else await open(rest[0] ?? "");

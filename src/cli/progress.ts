/**
 * Progress of long work. The server keeps each statement's state in its process list; a second connection reads it and a
 * terminal shows it in one line that is redrawn. Without a terminal nothing is drawn.
 */
import type { RowDataPacket } from "mysql2/promise";
import { systemClock } from "../base/clock.ts";
import type { DatabaseClient } from "./database-client.ts";

const INTERVAL_MS = 200;

/** Runs `work` while showing what the server says about it. */
export async function withProgress<T>(client: DatabaseClient, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work();
  const watcher = await client.openWatcher();
  let running = true;
  const show = (async (): Promise<void> => {
    while (running) {
      const [rows] = await watcher.query<RowDataPacket[]>(
        "SELECT state FROM information_schema.processlist WHERE id = ?",
        [client.connectionId],
      );
      const state = String(rows[0]?.["state"] ?? rows[0]?.["STATE"] ?? "");
      if (running && state !== "") process.stderr.write(`\r\x1b[K${state}`);
      await systemClock.sleep(INTERVAL_MS);
    }
  })();
  try {
    return await work();
  } finally {
    running = false;
    await show;
    process.stderr.write("\r\x1b[K");
    await watcher.end();
  }
}

/**
 * Progress of long work. The server keeps each statement's state in its process list; a second connection reads it and a
 * terminal shows it in one line that is redrawn. Without a terminal nothing is drawn.
 */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { systemClock } from "../base/clock.ts";
import type { DatabaseClient } from "./database-client.ts";

const INTERVAL_MS = 200;
const CLEAR_LINE = "\r\x1b[K";
/** Procedures say what they do as `dolt_push: 12 chunks, 3.4 KB, 1.1 MB/s`. */
const PROCEDURE_STATE = /^dolt_(\w+): (.*)$/;

/** Where progress is drawn. */
export interface ProgressTerminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Runs `work` while showing what the server says about it. */
export async function withProgress<T>(
  client: DatabaseClient,
  work: () => Promise<T>,
  terminal: ProgressTerminal = process.stderr,
): Promise<T> {
  if (terminal.isTTY !== true) return work();
  const watcher = await client.openWatcher();
  let running = true;
  const show = (async (): Promise<void> => {
    while (running) {
      const state = await stateOf(watcher, client.connectionId);
      if (running && state !== "") terminal.write(CLEAR_LINE + state);
      await systemClock.sleep(INTERVAL_MS);
    }
  })();
  try {
    return await work();
  } finally {
    running = false;
    await show;
    terminal.write(CLEAR_LINE);
    await watcher.end();
  }
}

async function stateOf(watcher: Connection, connectionId: number): Promise<string> {
  const [rows] = await watcher.query<RowDataPacket[]>("SHOW PROCESSLIST");
  const row = rows.find((each) => Number(each["Id"]) === connectionId);
  const [, verb, state] = PROCEDURE_STATE.exec(String(row?.["State"] ?? "")) ?? [];
  return verb === undefined || state === undefined ? "" : `${verb.replaceAll("_", " ")}: ${state}`;
}

/**
 * Scripts of interleaved statements on several connections, and what each statement did: its rows, its error number, or
 * that it waited and after which later step it went on. The same runner records outcomes on a real MySQL server and
 * checks them here; with expectations it waits just as long as they ask for, so a check is fast and does not depend
 * on the machine's speed except where it must see that something still waits.
 */
import { type Connection, createConnection } from "mysql2/promise";

export type Level = "READ COMMITTED" | "REPEATABLE READ" | "SERIALIZABLE" | "READ UNCOMMITTED";

export interface IsolationScript {
  readonly name: string;
  /** Default: the tables of {@link DEFAULT_SETUP}. */
  readonly setup?: readonly string[];
  readonly levels: readonly Level[];
  /** `A: SELECT …`: the session's letter and its statement. `A!: …` is waited for to its end. */
  readonly steps: readonly string[];
}

/** What a statement did: rows as text, `ok n` (affected rows), `error 1213`, or `waits`. */
export type Outcome = string;

export interface StepRecord {
  readonly step: string;
  readonly outcome: Outcome;
  /** Statements of earlier steps that went on after this one: session → outcome. */
  readonly then?: Readonly<Record<string, Outcome>>;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_SETUP: readonly string[] = [
  "CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)",
  "INSERT INTO t VALUES (1, 10), (2, 20), (10, 100), (20, 200)",
];

const NEVER_MS = 20_000;

export interface RunOptions {
  readonly target: Target;
  readonly level: Level;
  /** How long a statement must be silent to count as waiting. */
  readonly silenceMs: number;
  readonly expected?: readonly StepRecord[];
}

class Session {
  readonly connection: Connection;
  pending: Promise<Outcome> | undefined;
  /** Set once the pending statement has ended. */
  outcome: Outcome | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  send(sql: string): Promise<Outcome> {
    this.outcome = undefined;
    const pending = outcomeOf(this.connection, sql).then((outcome) => {
      this.outcome = outcome;
      return outcome;
    });
    this.pending = pending;
    return pending;
  }
}

/** Runs a script in a database of its own and tells what happened. */
export async function runIsolationScript(
  script: IsolationScript,
  options: RunOptions,
): Promise<StepRecord[]> {
  const { target, level, silenceMs, expected } = options;
  const admin = await createConnection({ ...target, user: "root" });
  const sessions = new Map<string, Session>();
  const records: StepRecord[] = [];
  try {
    await admin.query("DROP DATABASE IF EXISTS isolation_script");
    await admin.query("CREATE DATABASE isolation_script");
    await admin.query("USE isolation_script");
    for (const sql of script.setup ?? DEFAULT_SETUP) await admin.query(sql);
    for (const [at, step] of script.steps.entries()) {
      const [, letter, toTheEnd, sql] = /^([A-Z])(!?): (.*)$/s.exec(step) ?? [];
      if (letter === undefined || sql === undefined) throw new TypeError(`not a step: ${step}`);
      let session = sessions.get(letter);
      if (session === undefined) {
        session = await openSession(target, level);
        sessions.set(letter, session);
      }
      if (session.pending !== undefined)
        throw new TypeError(`${script.name}: ${letter} still waits at ${step}`);
      const hope = expected?.[at];
      const ended = session.send(sql);
      const patience = toTheEnd === "!" ? NEVER_MS : waitMs(hope?.outcome, silenceMs);
      const outcome = await within(ended, patience);
      if (outcome !== "waits") session.pending = undefined;
      const then = await resumed(sessions, letter, { hope, silenceMs });
      records.push({ step, outcome, ...(Object.keys(then).length > 0 ? { then } : {}) });
    }
    return records;
  } finally {
    for (const session of sessions.values()) session.connection.destroy();
    await dropWhenFree(admin);
    await admin.end();
  }
}

async function openSession(target: Target, level: Level): Promise<Session> {
  const connection = await createConnection({ ...target, user: "root", database: "isolation_script" });
  await connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`);
  return new Session(connection);
}

function waitMs(hoped: Outcome | undefined, silenceMs: number): number {
  return hoped === undefined || hoped === "waits" ? silenceMs : NEVER_MS;
}

/** The outcomes of earlier statements that ended meanwhile. */
async function resumed(
  sessions: ReadonlyMap<string, Session>,
  current: string,
  { hope, silenceMs }: { readonly hope: StepRecord | undefined; readonly silenceMs: number },
): Promise<Record<string, Outcome>> {
  const then: Record<string, Outcome> = {};
  for (const [letter, session] of [...sessions].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    if (session.pending === undefined || letter === current) continue;
    const hoped = hope?.then?.[letter];
    const patience = hope === undefined ? silenceMs : hoped === undefined ? 1 : NEVER_MS;
    const outcome = await within(session.pending, patience);
    if (outcome === "waits") continue;
    then[letter] = outcome;
    session.pending = undefined;
  }
  return then;
}

async function within(pending: Promise<Outcome>, ms: number): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve("waits"), ms);
  });
  try {
    return await Promise.race([pending, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function outcomeOf(connection: Connection, sql: string): Promise<Outcome> {
  try {
    const [result] = await connection.query({ sql, rowsAsArray: true });
    if (Array.isArray(result)) return JSON.stringify(result);
    return `ok ${result.affectedRows}`;
  } catch (error) {
    if (typeof error === "object" && error !== null && "errno" in error) return `error ${error.errno}`;
    throw error;
  }
}

/** The connections just cut may hold locks for a moment longer. */
async function dropWhenFree(admin: Connection): Promise<void> {
  await admin.query("DROP DATABASE isolation_script");
}

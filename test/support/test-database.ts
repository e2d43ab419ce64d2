/** A database for a test: an engine in a temporary folder with one SQL session, checked and removed at the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { CairnEngine } from "../../src/engine/cairn-engine.ts";
import type { ConnectionFacts } from "../../src/sql/api.ts";
import { createServices, openSession } from "../../src/sql/session/create-session.ts";
import type { SessionServices } from "../../src/sql/session/session-state.ts";
import type { CairnSqlSession } from "../../src/sql/session/sql-session.ts";
import { type TextResult, TextSink } from "./text-sink.ts";

export function connectionFacts(
  connectionId: number,
  overrides: Partial<ConnectionFacts> = {},
): ConnectionFacts {
  return {
    connectionId,
    user: "root",
    host: "localhost",
    account: { user: "root", host: "localhost" },
    collationId: 255,
    foundRows: false,
    ignoreSpace: false,
    interactive: false,
    localFiles: true,
    tlsCipher: undefined,
    tlsVersion: undefined,
    attributes: new Map(),
    ...overrides,
  };
}

/** One session and what its last statement answered. */
export class TestSession {
  readonly session: CairnSqlSession;

  constructor(session: CairnSqlSession) {
    this.session = session;
  }

  /** Runs one or several statements; the answers of all of them. */
  async run(sql: string | Uint8Array, signal: AbortSignal = new AbortController().signal): Promise<TextSink> {
    const sink = new TextSink();
    const text = typeof sql === "string" ? Buffer.from(sql, "utf8") : sql;
    await this.session.query(text, { sink, signal, multiStatements: true });
    return sink;
  }

  /** The rows of the one result set, values as text. */
  async rows(sql: string): Promise<(string | null)[][]> {
    return (await this.result(sql)).rows;
  }

  async result(sql: string): Promise<TextResult> {
    const { results } = await this.run(sql);
    const [first] = results;
    if (first === undefined) throw new Error(`no result set from: ${sql}`);
    return first;
  }
}

export class TestDatabase extends TestSession {
  readonly engine: CairnEngine;
  readonly folder: string;
  readonly #services: SessionServices;
  readonly #others: CairnSqlSession[] = [];
  #nextId = 2;

  private constructor(parts: {
    engine: CairnEngine;
    folder: string;
    services: SessionServices;
    session: CairnSqlSession;
  }) {
    super(parts.session);
    this.engine = parts.engine;
    this.folder = parts.folder;
    this.#services = parts.services;
  }

  /** With a database `test`, selected. */
  static async open(): Promise<TestDatabase> {
    const folder = mkdtempSync(join(tmpdir(), "cairn-sql-"));
    const engine = await CairnEngine.open({ dataFolder: folder });
    const services = createServices({ engine, clock: systemClock });
    const session = openSession(services, connectionFacts(1));
    const database = new TestDatabase({ engine, folder, services, session });
    await database.run("SET time_zone = '+00:00'; CREATE DATABASE test; USE test");
    return database;
  }

  /** Another connection. */
  async connect(overrides: Partial<ConnectionFacts> = {}): Promise<TestSession> {
    const session = openSession(this.#services, connectionFacts(this.#nextId++, overrides));
    this.#others.push(session);
    const result = new TestSession(session);
    await result.run("SET time_zone = '+00:00'; USE test");
    return result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const other of this.#others) await other.close();
      await this.session.close();
      await this.engine.close();
      await checkFolder(this.folder);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** What was written can be opened again, and its chunks, trees, rows and indexes agree. */
async function checkFolder(folder: string): Promise<void> {
  const engine = await CairnEngine.open({ dataFolder: folder });
  try {
    for (const name of engine.databaseNames()) {
      const problems = await engine.versionStore(name).check();
      if (problems.length > 0) throw new Error(`${name} is damaged: ${JSON.stringify(problems.slice(0, 5))}`);
    }
  } finally {
    await engine.close();
  }
}

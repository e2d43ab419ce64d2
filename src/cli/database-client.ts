/**
 * How commands reach a database: always over SQL. When a server has the data folder open, through that server; else
 * through a server that lives as long as the command. So there is one way of doing each thing, and its locks hold.
 */
import type { SQLQuery } from "@databases/sql";
import type { Connection as CallbackConnection } from "mysql2";
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { assert } from "../base/assert.ts";
import { silentLogger } from "../base/logger.ts";
import { readEndpoint } from "../server/endpoint.ts";
import type { RunningServer } from "../server/start-server.ts";
import { formatQuery } from "./format-query.ts";
import type { Target } from "./target.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a result cell is, as text; null is SQL NULL. */
export type Row = Readonly<Record<string, string | null>>;

/** A cell as it came over the wire; `type` is mysql2's name of the column type. */
export interface Cell {
  readonly type: string;
  readonly bytes: Buffer | null;
}

/** Opens a connection. */
type Connect = (options?: { readonly charset: string; readonly flags: string[] }) => Promise<Connection>;

export class DatabaseClient {
  readonly #connection: Connection;
  readonly #stop: () => Promise<void>;
  /** For a second connection, which watches a long statement. */
  readonly #again: Connect;

  private constructor(connection: Connection, stop: () => Promise<void>, again: Connect) {
    this.#connection = connection;
    this.#stop = stop;
    this.#again = again;
  }

  static async open(target: Target, credentials: Credentials): Promise<DatabaseClient> {
    const endpoint = readEndpoint(target.dataDir);
    const server = endpoint === undefined ? await startOwnServer(target.dataDir) : undefined;
    const address = endpoint ?? server;
    assert(address !== undefined, "there is a server");
    const connect: Connect = (options) =>
      createConnection({
        ...options,
        host: address.host,
        port: address.port,
        user: credentials.user,
        password: credentials.password,
        multipleStatements: false,
        rowsAsArray: false,
        dateStrings: true,
        supportBigNumbers: true,
        bigNumberStrings: true,
      });
    try {
      const connection = await connect();
      if (target.database !== undefined) await connection.changeUser({ database: target.database });
      return new DatabaseClient(connection, async () => server?.close(), connect);
    } catch (error) {
      await server?.close();
      throw error;
    }
  }

  /** Rows of the first result set. */
  async query(query: SQLQuery): Promise<readonly Row[]> {
    const { sql, values } = formatQuery(query);
    const [result] = await this.#connection.query<RowDataPacket[] | RowDataPacket[][] | ResultSetHeader>({
      sql,
      values,
      typeCast: (field) => field.string(),
    });
    if (!Array.isArray(result)) return [];
    const rows = Array.isArray(result[0]) ? result[0] : result;
    return rows as readonly Row[];
  }

  /** Rows one by one, each cell the bytes of its text form; memory use does not grow with the table. */
  async *stream(query: SQLQuery): AsyncIterable<{ readonly cells: readonly Cell[] }> {
    const { sql, values } = formatQuery(query);
    const cells: Cell[] = [];
    // Streaming exists in mysql2's callback interface alone, which the promise connection wraps.
    const { connection } = this.#connection as unknown as { readonly connection: CallbackConnection };
    const stream = connection
      .query({
        sql,
        values,
        rowsAsArray: true,
        typeCast: (field) => {
          cells.push({ type: field.type, bytes: field.buffer() });
          return null;
        },
      })
      .stream({ highWaterMark: 100 });
    // Cells of several rows may be parsed before the first is taken: rows are cut off by their width.
    for await (const row of stream) {
      const width = (row as readonly unknown[]).length;
      yield { cells: cells.splice(0, width) };
    }
  }

  /** What the last statement noted, as text. */
  async notes(): Promise<readonly string[]> {
    const [rows] = await this.#connection.query<RowDataPacket[]>("SHOW WARNINGS");
    return rows.map((row) => String(row["Message"]));
  }

  /** This connection's id, to watch it from another one. */
  get connectionId(): number {
    return this.#connection.threadId;
  }

  async openWatcher(): Promise<Connection> {
    return this.#again();
  }

  /** A further connection that sends statements of one character a byte as they are (shell/statement-runner.ts). */
  async openForBytes(): Promise<Connection> {
    // The client writes one byte a character; the server reads UTF-8, or what the script says. Without session tracking
    // the client does not hear of that, and goes on.
    const connection = await this.#again({ charset: "LATIN1_SWEDISH_CI", flags: ["-SESSION_TRACK"] });
    await connection.query("SET NAMES utf8mb4");
    return connection;
  }

  async close(): Promise<void> {
    try {
      await this.#connection.end();
    } finally {
      await this.#stop();
    }
  }
}

/**
 * Imported only now: a command that talks to a running server starts in a fraction of the time. Nobody keeps its log: what
 * concerns the command is an error of one of its statements, and the command tells that.
 */
async function startOwnServer(dataDir: string): Promise<RunningServer> {
  const { startServer } = await import("../server/start-server.ts");
  return startServer({ dataDir, port: 0, logger: silentLogger });
}

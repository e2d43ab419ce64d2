/**
 * How commands reach a database: always over SQL. When a server has the data folder open, through that server; else
 * through a server that lives as long as the command. So there is one way of doing each thing, and its locks hold.
 */
import type { SQLQuery } from "@databases/sql";
import type { Connection as CallbackConnection } from "mysql2";
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { readEndpoint } from "../server/endpoint.ts";
import { startServer } from "../server/start-server.ts";
import { CliError } from "./cli-error.ts";
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

export class DatabaseClient {
  readonly #connection: Connection;
  readonly #stop: () => Promise<void>;
  /** For a second connection, which watches a long statement. */
  readonly #again: () => Promise<Connection>;

  private constructor(connection: Connection, stop: () => Promise<void>, again: () => Promise<Connection>) {
    this.#connection = connection;
    this.#stop = stop;
    this.#again = again;
  }

  static async open(target: Target, credentials: Credentials): Promise<DatabaseClient> {
    const endpoint = readEndpoint(target.dataDir);
    const server =
      endpoint === undefined
        ? await startServer({ dataDir: target.dataDir, port: 0, logLevel: "error" })
        : undefined;
    const address = endpoint ?? server;
    if (address === undefined) throw new CliError("no server", 128);
    const connect = (): Promise<Connection> =>
      createConnection({
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

  /** The statement's notes and warnings, as text. */
  async warnings(): Promise<readonly string[]> {
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

  async close(): Promise<void> {
    try {
      await this.#connection.end();
    } finally {
      await this.#stop();
    }
  }
}

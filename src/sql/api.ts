/**
 * The SQL layer as the server sees it: one `SqlSession` per connection. Statement text is bytes, because literals may
 * hold raw binary (mysqldump writes BLOBs that way).
 */
import type { AccountName } from "../engine/accounts/account.ts";
import type { ResultColumn, ResultSink } from "../values/row-writer.ts";
import type { SqlType } from "../values/sql-type.ts";
import type { Value } from "../values/value.ts";

export interface SessionStatus {
  readonly autocommit: boolean;
  readonly inTransaction: boolean;
  readonly readOnlyTransaction: boolean;
  readonly noBackslashEscapes: boolean;
  readonly database: string | undefined;
  /** what the wire converts text results to; `binary` and undefined (NULL) = no conversion */
  readonly resultsCharset: string | undefined;
  readonly clientCharset: string;
  /** session values of the variables of these names, where the session has them */
  readonly waitTimeoutSeconds?: number;
  readonly maxAllowedPacket?: number;
}

/** What a session is told about the connection it serves. */
export interface ConnectionFacts {
  readonly connectionId: number;
  /** The user name and host the client came with: USER(). */
  readonly user: string;
  readonly host: string;
  /** The account it was matched with: CURRENT_USER(). */
  readonly account: AccountName;
  /** The collation id of the handshake: character_set_client, _results and collation_connection follow it. */
  readonly collationId: number;
  /** CLIENT_FOUND_ROWS: UPDATE reports matched rows. */
  readonly foundRows: boolean;
  /** CLIENT_IGNORE_SPACE sets the sql_mode of that name. */
  readonly ignoreSpace: boolean;
  /** CLIENT_INTERACTIVE: interactive_timeout is the session's wait_timeout. */
  readonly interactive: boolean;
  /** CLIENT_LOCAL_FILES */
  readonly localFiles: boolean;
  readonly tlsCipher: string | undefined;
  readonly tlsVersion: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Makes the session of a connection that has logged in. The database it asked for is chosen with `useDatabase`. */
export type SqlSessionFactory = (connection: ConnectionFacts) => Promise<SqlSession>;

export interface PreparedStatement {
  readonly parameterCount: number;
  readonly parameterTypes: readonly SqlType[];
  /** Empty when the statement gives no result set. */
  readonly columns: readonly ResultColumn[];
}

/** A parameter as the client bound it; the value is already of the JavaScript form of `type` (see values/value.ts). */
export interface BoundParameter {
  readonly type: SqlType;
  readonly value: Value;
}

export interface QueryOptions {
  readonly sink: ResultSink;
  /** Aborted by KILL, a lost connection or shutdown; the statement then fails with 1317. */
  readonly signal: AbortSignal;
  /** CLIENT_MULTI_STATEMENTS is on */
  readonly multiStatements: boolean;
  /** Asks the client for the file of LOAD DATA LOCAL; absent when the client cannot. */
  readonly readLocalFile?: (name: string) => AsyncIterable<Uint8Array>;
}

/** Throws SqlError for whatever is wrong with the statement; other errors come from lower layers. Calls must not
 *  overlap: the connection runs one at a time. A statement that has to wait for nothing is over, or has thrown, when
 *  the call returns; then it gives no promise. */
export interface SqlSession {
  /** Always the present values. */
  readonly status: SessionStatus;
  query(text: Uint8Array, options: QueryOptions): Promise<void> | undefined;
  prepare(text: Uint8Array): Promise<PreparedStatement>;
  execute(
    statement: PreparedStatement,
    parameters: readonly BoundParameter[],
    options: QueryOptions,
  ): Promise<void> | undefined;
  /** COM_INIT_DB / USE: accepts `db`, `db/branch` and `db@branch`. 1049, 1044. */
  useDatabase(name: string): Promise<void>;
  /** COM_FIELD_LIST */
  fieldList(table: string, wildcard: string): Promise<readonly ResultColumn[]>;
  /** COM_RESET_CONNECTION and COM_CHANGE_USER: rolls back, forgets variables, temporary state and locks. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

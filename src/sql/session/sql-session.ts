/** A connection's SQL: parses, runs and prepares statements, keeping diagnostics and transactions as MySQL does. */

import type { OkResult, ResultColumn } from "../../values/row-writer.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type {
  BoundParameter,
  ConnectionFacts,
  PreparedStatement,
  QueryOptions,
  SessionStatus,
  SqlSession,
} from "../api.ts";
import type { Statement } from "../ast/statement.ts";
import { parseStatement } from "../parser/parse.ts";
import { type BulkInsert, readBulkInsert } from "../statements/bulk-insert.ts";
import { runBulkInsert, runStatement } from "../statements/run-statement.ts";
import { chooseDatabase } from "../statements/session-statements.ts";
import { fieldListOf } from "./field-list.ts";
import { NO_PARAMETERS, type ParameterValues, planStatementQuery } from "./select-runner.ts";
import { SessionContext } from "./session-context.ts";
import { type SessionServices, SessionState } from "./session-state.ts";
import { StatementCache } from "./statement-cache.ts";

/** A prepared statement of the binary protocol. */
class SessionPrepared implements PreparedStatement {
  #types: readonly SqlType[] = NO_TYPES;
  readonly text: Uint8Array;
  readonly statement: Statement;
  readonly parameterCount: number;
  readonly parameterTypes: readonly SqlType[];
  readonly columns: readonly ResultColumn[];

  constructor(parts: {
    readonly text: Uint8Array;
    readonly statement: Statement;
    readonly parameterCount: number;
    readonly columns: readonly ResultColumn[];
  }) {
    this.text = parts.text;
    this.statement = parts.statement;
    this.parameterCount = parts.parameterCount;
    this.columns = parts.columns;
    this.parameterTypes = Array.from({ length: parts.parameterCount }, () => PARAMETER_TYPE);
  }

  /** The parameters' types: the same list as long as they stay the same, which is how kept plans know them. */
  typesOf(parameters: readonly BoundParameter[]): readonly SqlType[] {
    const types = this.#types;
    let same = types.length === parameters.length;
    for (let i = 0; same && i < types.length; i++) same = types[i] === parameters[i]?.type;
    if (!same) this.#types = parameters.map(({ type }) => type);
    return this.#types;
  }
}

const NO_TYPES: readonly SqlType[] = [];
const PARAMETER_TYPE: SqlType = {
  kind: "string",
  name: "varchar",
  length: 65535,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

/** Statements that leave the diagnostics of the one before as they are. */
function keepsDiagnostics(statement: Statement): boolean {
  return (
    statement.kind === "show" && (statement.target.kind === "warnings" || statement.target.kind === "errors")
  );
}

const NOTHING_DONE: OkResult = { affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" };

/** Whether the range holds nothing but white space and statement ends. */
function isBlank(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = text[at] as number;
    if (byte > 0x20 && byte !== 0x3b) return false;
  }
  return true;
}

/** What the server asks after every statement, read as it is asked for. */
class LiveStatus implements SessionStatus {
  readonly #state: SessionState;

  constructor(state: SessionState) {
    this.#state = state;
  }

  get autocommit(): boolean {
    return this.#state.settings.autocommit;
  }

  get inTransaction(): boolean {
    return this.#state.transactions.isOpen;
  }

  get readOnlyTransaction(): boolean {
    return this.#state.transactions.isReadOnly;
  }

  get noBackslashEscapes(): boolean {
    return this.#state.settings.sqlMode.has("NO_BACKSLASH_ESCAPES");
  }

  get database(): string | undefined {
    return this.#state.database;
  }

  get resultsCharset(): string | undefined {
    return this.#state.settings.resultsCharset;
  }

  get clientCharset(): string {
    return this.#state.settings.clientCharset;
  }

  get waitTimeoutSeconds(): number {
    return this.#state.settings.waitTimeoutSeconds;
  }

  get maxAllowedPacket(): number {
    return this.#state.settings.maxAllowedPacket;
  }
}

export class CairnSqlSession implements SqlSession {
  readonly state: SessionState;
  readonly status: SessionStatus;
  readonly #statements = new StatementCache();

  constructor(services: SessionServices, connection: ConnectionFacts) {
    this.state = new SessionState(services, connection);
    this.state.settingsChanged();
    this.status = new LiveStatus(this.state);
  }

  query(text: Uint8Array, options: QueryOptions): Promise<void> | undefined {
    return this.#queryFrom(text, 0, 0, options);
  }

  /** Runs the statements of a text from an offset on; `count` ran before. */
  #queryFrom(
    text: Uint8Array,
    from: number,
    before: number,
    options: QueryOptions,
  ): Promise<void> | undefined {
    let offset = from;
    for (let count = before; offset < text.length || count === 0; count++) {
      const next = this.#next(text, offset, count, options);
      if (next === undefined) return undefined;
      offset = next.nextOffset;
      const pending = next.run();
      if (pending === undefined) continue;
      if (offset >= text.length) return pending;
      return pending.then(() => this.#queryFrom(text, offset, count + 1, options));
    }
    return undefined;
  }

  /** The statement at an offset, read as its form allows; undefined at the end. */
  #next(
    text: Uint8Array,
    start: number,
    count: number,
    options: QueryOptions,
  ): { readonly nextOffset: number; run(): Promise<void> | undefined } | undefined {
    const { settings } = this.state;
    const { multiStatements } = options;
    const bulk = this.#noting(() => readBulkInsert(text, start, settings));
    if (bulk !== undefined && (multiStatements || bulk.nextOffset >= text.length)) {
      return { nextOffset: bulk.nextOffset, run: () => this.#runBulk(bulk, text, options) };
    }
    const cached = this.#noting(() => this.#statements.get(text, start, settings));
    if (cached !== undefined && (multiStatements || cached.nextOffset >= text.length)) {
      const parameters = { types: NO_TYPES, values: cached.values };
      return {
        nextOffset: cached.nextOffset,
        run: () => this.#run(cached.statement, text, options, parameters),
      };
    }
    let offset = start;
    for (;;) {
      const from = offset;
      const parsed = this.#noting(() => parseStatement(text, offset, { sqlMode: settings.sqlMode }));
      const { statement, nextOffset } = parsed;
      offset = nextOffset;
      if (statement === undefined) {
        // MySQL answers a comment as a statement that does nothing, and blanks with an error.
        if (!isBlank(text, from, offset) && (count === 0 || multiStatements)) {
          return { nextOffset, run: () => this.#answerComment(options) };
        }
        if (count === 0) this.#fail(sqlError("ER_EMPTY_QUERY"));
        if (offset >= text.length) return undefined;
        continue;
      }
      if (!multiStatements && count === 0 && offset < text.length) this.#refuseSecond(text, offset);
      if (parsed.parameterCount > 0) this.#fail(this.#parameterError(text));
      return { nextOffset, run: () => this.#run(statement, text, options, NO_PARAMETERS) };
    }
  }

  #answerComment({ sink }: QueryOptions): undefined {
    this.state.diagnostics.clear();
    sink.ok(NOTHING_DONE);
  }

  #runBulk(bulk: BulkInsert, text: Uint8Array, options: QueryOptions): Promise<void> | undefined {
    const { state } = this;
    const { sink } = options;
    state.diagnostics.clear();
    let pending: Promise<void> | undefined;
    try {
      pending = runBulkInsert(bulk, { session: state, options, sink, parameters: NO_PARAMETERS, text });
    } catch (error) {
      this.#note(error);
      throw error;
    }
    return pending === undefined ? undefined : this.#finish(pending);
  }

  /** A `?` outside a prepared statement is a syntax error at its place. */
  #parameterError(text: Uint8Array): SqlError {
    const at = text.indexOf(0x3f);
    return new SqlError(
      "ER_PARSE_ERROR",
      `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${Buffer.from(text.subarray(at, at + 80)).toString("utf8")}' at line 1`,
    );
  }

  /** Without CLIENT_MULTI_STATEMENTS anything but blanks and comments after the statement is a syntax error. */
  #refuseSecond(text: Uint8Array, offset: number): void {
    const rest = this.#noting(() => parseStatement(text, offset, { sqlMode: this.state.settings.sqlMode }));
    if (rest.statement === undefined) return;
    const near = Buffer.from(text.subarray(offset, offset + 80))
      .toString("utf8")
      .trimStart();
    const line = Buffer.from(text.subarray(0, offset)).toString("latin1").split("\n").length;
    this.#fail(
      new SqlError(
        "ER_PARSE_ERROR",
        `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near}' at line ${line}`,
      ),
    );
  }

  #run(
    statement: Statement,
    text: Uint8Array,
    options: QueryOptions,
    parameters: ParameterValues,
  ): Promise<void> | undefined {
    const { state } = this;
    if (!keepsDiagnostics(statement)) state.diagnostics.clear();
    let pending: Promise<void> | undefined;
    try {
      if (options.signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
      pending = runStatement(statement, { session: state, options, sink: options.sink, parameters, text });
    } catch (error) {
      this.#note(error);
      throw error;
    }
    return pending === undefined ? undefined : this.#finish(pending);
  }

  async #finish(pending: Promise<void>): Promise<void> {
    try {
      await pending;
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  #noting<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.state.diagnostics.clear();
      this.#note(error);
      throw error;
    }
  }

  #fail(error: SqlError): never {
    this.state.diagnostics.clear();
    this.#note(error);
    throw error;
  }

  #note(error: unknown): void {
    this.state.rowCount = -1;
    if (error instanceof SqlError) this.state.diagnostics.add("Error", error.errno, error.message);
  }

  async prepare(text: Uint8Array): Promise<PreparedStatement> {
    const { state } = this;
    const parsed = this.#noting(() => parseStatement(text, 0, { sqlMode: state.settings.sqlMode }));
    const { statement } = parsed;
    if (statement === undefined) this.#fail(sqlError("ER_EMPTY_QUERY"));
    if (parsed.nextOffset < text.length) this.#refuseSecond(text, parsed.nextOffset);
    if (["prepare", "execute", "deallocate"].includes(statement.kind))
      this.#fail(sqlError("ER_UNSUPPORTED_PS"));
    const columns = this.#noting(() => this.#columnsOf(statement, parsed.parameterCount));
    return new SessionPrepared({ text, statement, parameterCount: parsed.parameterCount, columns });
  }

  /** Plans once, for the result's columns and the errors that MySQL gives at PREPARE. */
  #columnsOf(statement: Statement, parameterCount: number): readonly ResultColumn[] {
    if (statement.kind !== "query" || statement.into !== undefined) return [];
    const { state } = this;
    const { transactions } = state;
    const { signal } = new AbortController();
    const transaction = transactions.forStatement(signal);
    try {
      const context = new SessionContext(state, { signal });
      const types = Array.from({ length: parameterCount }, () => PARAMETER_TYPE);
      const parameters = { types, values: types.map(() => null) };
      return planStatementQuery(state, transaction, statement, { parameters, context }).columns;
    } finally {
      void transactions.endStatement();
    }
  }

  execute(
    statement: PreparedStatement,
    parameters: readonly BoundParameter[],
    options: QueryOptions,
  ): Promise<void> | undefined {
    if (!(statement instanceof SessionPrepared))
      throw sqlError("ER_UNKNOWN_STMT_HANDLER", 0, "", "mysqld_stmt_execute");
    const count = parameters.length;
    if (count !== statement.parameterCount) throw sqlError("ER_WRONG_ARGUMENTS", "COM_STMT_EXECUTE");
    const values: Value[] = [];
    for (let i = 0; i < count; i++) values.push((parameters[i] as BoundParameter).value);
    const types = statement.typesOf(parameters);
    return this.#run(statement.statement, statement.text, options, { types, values });
  }

  async useDatabase(name: string): Promise<void> {
    chooseDatabase(this.state, name);
  }

  fieldList(table: string, wildcard: string): Promise<readonly ResultColumn[]> {
    return fieldListOf(this.state, table, wildcard);
  }

  async reset(): Promise<void> {
    const { state } = this;
    state.transactions.rollback();
    state.tablesLocked = false;
    state.userVariables.clear();
    state.prepared.clear();
    state.diagnostics.clear();
    state.lastInsertId = 0;
    state.foundRows = 0;
    state.rowCount = 0;
    state.variables.reset();
    state.engineSession.reset();
    state.settingsChanged();
  }

  async close(): Promise<void> {
    this.state.transactions.rollback();
    this.state.engineSession.close();
  }
}

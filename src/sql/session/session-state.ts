/** Everything a connection's statements share: settings, variables, transaction, diagnostics, counters, services. */

import type { Clock } from "../../base/clock.ts";
import { EMPTY_HASH } from "../../bytes/hash.ts";
import type { Accounts } from "../../engine/accounts/accounts.ts";
import { requireDatabase } from "../../engine/accounts/privilege-check.ts";
import type { DatabaseRevision, Engine, EngineSession } from "../../engine/api.ts";
import type { ProcedureCaller } from "../../engine/procedures/procedure-caller.ts";
import type { ProcessList } from "../../engine/process-list.ts";
import type { DatabaseVariables } from "../../engine/version-control/database-variables.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { ConnectionFacts } from "../api.ts";
import type { Statement } from "../ast/statement.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { isSystemDatabase } from "../information-schema/system-databases.ts";
import { Diagnostics } from "./diagnostics.ts";
import type { EngineFunctions } from "./engine-functions.ts";
import type { ComputedTables } from "./session-catalog.ts";
import type { SessionVariables } from "./session-variables.ts";
import { readSettings, type StatementSettings, sameSettings } from "./statement-settings.ts";
import { TransactionControl } from "./transaction-control.ts";

/** The revision of a database without stored tables. */
const NO_TABLES = { branch: undefined, readOnly: true, root: EMPTY_HASH } as const;

/** What all sessions of a server share. */
export interface SessionServices {
  readonly engine: Engine;
  readonly clock: Clock;
  /** undefined: embedded use without accounts; everything is allowed. */
  readonly accounts?: Accounts;
  readonly processList?: ProcessList;
  readonly procedures?: ProcedureCaller;
  /** System variables that databases hold: `<database>_default_branch`. */
  readonly databaseVariables?: DatabaseVariables;
  readonly engineFunctions: EngineFunctions;
  readonly computedTables?: ComputedTables;
  createVariables(connection: ConnectionFacts): SessionVariables;
}

export interface TypedValue {
  readonly type: SqlType;
  readonly value: Value;
}

export interface NamedPrepared {
  readonly text: Uint8Array;
  readonly statement: Statement;
  readonly parameterCount: number;
}

export class SessionState {
  readonly services: SessionServices;
  readonly connection: ConnectionFacts;
  readonly engineSession: EngineSession;
  readonly variables: SessionVariables;
  readonly transactions: TransactionControl;
  readonly diagnostics: Diagnostics = new Diagnostics();
  readonly userVariables: Map<string, TypedValue> = new Map<string, TypedValue>();
  readonly prepared: Map<string, NamedPrepared> = new Map<string, NamedPrepared>();
  /** As USE named it: `db` or `db/branch`. */
  /** What SLEEP() and GET_LOCK() of the running statement have answered; see waiting-calls.ts. */
  waitResults: { readonly name: string; readonly value: Value }[] = [];
  lastInsertId: SqlInteger = 0;
  foundRows = 0;
  rowCount = 0;
  /** LOCK TABLES is in force. */
  tablesLocked = false;
  #settings: StatementSettings | undefined;

  constructor(services: SessionServices, connection: ConnectionFacts) {
    this.services = services;
    this.connection = connection;
    this.engineSession = services.engine.createSession();
    this.variables = services.createVariables(connection);
    this.transactions = new TransactionControl(this.engineSession);
  }

  /** The current database, as USE named it. */
  get database(): string | undefined {
    return this.engineSession.selectedDatabase;
  }

  set database(name: string | undefined) {
    this.engineSession.selectedDatabase = name;
  }

  get settings(): StatementSettings {
    this.#settings ??= readSettings(this.variables);
    return this.#settings;
  }

  /** Settings that changed back, or not at all, stay the same object: kept plans compare it. */
  #readSettings(): void {
    const before = this.#settings;
    const now = readSettings(this.variables);
    this.#settings = before !== undefined && sameSettings(before, now) ? before : now;
  }

  /** After any change of a variable. */
  settingsChanged(): void {
    this.#readSettings();
    this.transactions.autocommit = this.settings.autocommit;
    this.engineSession.foreignKeyChecks = this.settings.foreignKeyChecks;
    this.engineSession.lockWaitTimeoutSeconds = Number(
      this.variables.get("innodb_lock_wait_timeout", "session"),
    );
    this.engineSession.metadataWaitTimeoutSeconds = Number(
      this.variables.get("lock_wait_timeout", "session"),
    );
    this.diagnostics.notes = Number(this.variables.get("sql_notes", "session")) !== 0;
    this.diagnostics.limit = Number(this.variables.get("max_error_count", "session"));
  }

  /** The revision that a name in a statement means; the current database's without one. 1046, 1049. */
  revisionOf(database: string | undefined): DatabaseRevision {
    const name = database ?? this.database;
    if (name === undefined) throw sqlError("ER_NO_DB_ERROR");
    // The server's own databases hold computed tables alone; a database of that name cannot be made.
    if (isSystemDatabase(name)) return { databaseName: name, ...NO_TABLES };
    return this.engineSession.resolveDatabase(name);
  }

  /** The current database's revision; the server's own when none is selected, which holds no tables of users. */
  revisionOfOrNone(): DatabaseRevision {
    return this.database === undefined ? { databaseName: "", ...NO_TABLES } : this.revisionOf(undefined);
  }

  /** 1044 unless the account may use the database. */
  requireDatabase(database: string): void {
    const { accounts } = this.services;
    if (accounts !== undefined) requireDatabase(accounts.mustGet(this.connection.account), database);
  }

  warn(level: "Note" | "Warning" | "Error", errno: number, message: string): void {
    this.diagnostics.add(level, errno, message);
  }

  bindEnvironment(parameterTypes: readonly SqlType[] = []): BindEnvironment {
    const { settings } = this;
    const binaryConnection = settings.connectionCollation === "binary";
    return {
      sqlMode: settings.sqlMode,
      clientCharset: settings.clientCharset,
      // Under SET NAMES binary literals are bytes, but functions still make text, which has an order of its own.
      connectionCharset: binaryConnection ? "utf8mb4" : settings.connectionCharset,
      connectionCollation: binaryConnection ? "utf8mb4_bin" : settings.connectionCollation,
      database: this.database,
      divPrecisionIncrement: settings.divPrecisionIncrement,
      defaultWeekFormat: settings.defaultWeekFormat,
      groupConcatMaxLen: settings.groupConcatMaxLen,
      lcTimeNames: settings.lcTimeNames,
      parameterTypes,
      userVariableType: (name) => this.userVariables.get(name.toLowerCase())?.type,
      systemVariableType: (variable) =>
        this.variables.typeOf(
          variable.name,
          variable.scope === undefined ? "either" : variable.scope === "global" ? "global" : "session",
        ),
      engineFunctionType: (name) => this.services.engineFunctions.typeOf(name),
      warn: (level, errno, message) => this.warn(level, errno, message),
    };
  }
}

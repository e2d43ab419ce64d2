/**
 * What the computed tables of the SQL layer (information_schema, mysql, performance_schema, the results of SHOW) may
 * ask for. The session makes one per statement.
 */
import type { Accounts } from "../engine/accounts/accounts.ts";
import type { DatabaseRevision, Engine, EngineSession, Transaction } from "../engine/api.ts";
import type { ProcessList } from "../engine/process-list.ts";
import type { WarningLevel } from "./executor/statement-context.ts";
import type { SessionVariables } from "./session/session-variables.ts";

/** A line of SHOW WARNINGS. */
export interface Diagnostic {
  readonly level: WarningLevel;
  readonly errno: number;
  readonly message: string;
}

export interface VirtualContext {
  readonly engine: Engine;
  readonly session: EngineSession;
  /** Open for reading: tables and schemas are seen as this statement sees them. */
  readonly transaction: Transaction;
  readonly variables: SessionVariables;
  readonly connectionId: number;
  /** As logged in, `user@host`. */
  readonly user: string;
  /** The account that grants are checked for, `user@host`. */
  readonly currentUser: string;
  /** The current database as USE named it (`db` or `db/branch`). */
  readonly database: string | undefined;
  /** undefined: embedded use without accounts; everything is visible. */
  readonly accounts: Accounts | undefined;
  readonly processList: ProcessList | undefined;
  /** Of the statement before this one; for SHOW WARNINGS. */
  readonly diagnostics: readonly Diagnostic[];
  readonly nowMicros: number;
  /** Of the connection, for SHOW STATUS; absent without TLS. */
  readonly tlsCipher?: string | undefined;
  readonly tlsVersion?: string | undefined;
  timeZoneOffsetMicros(epochMicros: number): number;
  /** 1049. */
  revisionOf(database: string): DatabaseRevision;
  warn(level: WarningLevel, errno: number, message: string): void;
}

/** Makes the SQL sessions of a server: one factory over what all of them share. */
import type { Clock } from "../../base/clock.ts";
import type { Accounts } from "../../engine/accounts/accounts.ts";
import type { CairnEngine } from "../../engine/cairn-engine.ts";
import type { ProcedureCaller } from "../../engine/procedures/procedure-caller.ts";
import type { ProcessList } from "../../engine/process-list.ts";
import { DatabaseVariables } from "../../engine/version-control/database-variables.ts";
import type { ConnectionFacts, SqlSession, SqlSessionFactory } from "../api.ts";
import { GlobalVariables, SystemVariables } from "../variables/system-variables.ts";
import { ServerFunctions } from "./server-functions.ts";
import { ServerTables } from "./server-tables.ts";
import type { SessionServices, SessionState } from "./session-state.ts";
import { CairnSqlSession } from "./sql-session.ts";

export interface SqlServerParts {
  readonly engine: CairnEngine;
  readonly clock: Clock;
  readonly accounts?: Accounts;
  readonly processList?: ProcessList;
  readonly procedures?: ProcedureCaller;
  /** Global variables that differ from MySQL's defaults: port, datadir, socket … */
  readonly settings?: Readonly<Record<string, number | bigint | string | null>>;
}

export function createSqlSessionFactory(parts: SqlServerParts): SqlSessionFactory {
  const services = createServices(parts);
  return (connection: ConnectionFacts): Promise<SqlSession> =>
    Promise.resolve(openSession(services, connection));
}

export function openSession(services: SessionServices, connection: ConnectionFacts): CairnSqlSession {
  const session = new CairnSqlSession(services, connection);
  const { state } = session;
  if (state.variables instanceof SystemVariables) bindLiveVariables(state.variables, state);
  return session;
}

/** Variables whose value is the session's own state. */
function bindLiveVariables(variables: SystemVariables, state: SessionState): void {
  const lastInsertId = {
    read: () => state.lastInsertId,
    write: (value: number | bigint | string | null | undefined) => {
      state.lastInsertId = typeof value === "number" || typeof value === "bigint" ? value : 0;
    },
  };
  variables.bindLive("last_insert_id", lastInsertId);
  variables.bindLive("identity", lastInsertId);
  variables.bindLive("warning_count", { read: () => state.diagnostics.warningCount });
  variables.bindLive("error_count", { read: () => state.diagnostics.errorCount });
  variables.onWarning((level, errno, message) => state.warn(level, errno, message));
}

export function createServices(parts: SqlServerParts): SessionServices {
  const { engine, clock, accounts, processList, procedures } = parts;
  const databaseVariables = new DatabaseVariables(engine);
  const settings = { max_binlog_cache_size: engine.editBudget.maxBytes, ...parts.settings };
  const globals = new GlobalVariables(settings, databaseVariables);
  globals.onChange("innodb_flush_log_at_trx_commit", (value) => {
    engine.services.settings.flushMode = value === 0 || value === 2 ? value : 1;
  });
  globals.onChange("max_binlog_cache_size", (value) => {
    engine.editBudget.maxBytes = Number(value);
  });
  globals.onChange("temptable_max_ram", (value) => {
    engine.spill.memoryMaxBytes = Number(value);
  });
  return {
    engine,
    clock,
    ...(accounts !== undefined ? { accounts } : {}),
    ...(processList !== undefined ? { processList } : {}),
    ...(procedures !== undefined ? { procedures } : {}),
    databaseVariables,
    engineFunctions: new ServerFunctions(engine),
    computedTables: new ServerTables(engine),
    createVariables: (connection) => new SystemVariables(globals, connection),
  };
}

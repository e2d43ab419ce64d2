/** Computed tables (information_schema, SHOW's answers) as the planner's tables. */
import type { Transaction } from "../../engine/api.ts";
import type { VirtualTable } from "../../engine/virtual-table.ts";
import type { ComputedTable } from "../planner/catalog.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { SessionContext } from "./session-context.ts";
import type { SessionState } from "./session-state.ts";

export function virtualContext(
  session: SessionState,
  transaction: Transaction,
  signal: AbortSignal,
): VirtualContext {
  const context = new SessionContext(session, { signal });
  return {
    engine: session.services.engine,
    session: session.engineSession,
    transaction,
    variables: session.variables,
    connectionId: session.connection.connectionId,
    tlsCipher: session.connection.tlsCipher,
    tlsVersion: session.connection.tlsVersion,
    user: context.user,
    currentUser: context.currentUser,
    database: session.database,
    accounts: session.services.accounts,
    processList: session.services.processList,
    diagnostics: session.diagnostics.list(),
    nowMicros: context.nowMicros,
    timeZoneOffsetMicros: (epochMicros) => context.timeZoneOffsetMicros(epochMicros),
    revisionOf: (database) => session.revisionOf(database),
    warn: (level, errno, message) => session.warn(level, errno, message),
  };
}

export function computedTable(
  database: string,
  table: VirtualTable<VirtualContext>,
  context: VirtualContext,
): ComputedTable {
  return {
    kind: "computed",
    database,
    name: table.name,
    columns: table.columns,
    rows: (_frame, hints) => table.rows(context, hints),
  };
}

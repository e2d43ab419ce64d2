/** A SQL session as the procedures' caller sees it: who calls, on which database, with which rights. */
import {
  hasExplicitRoutineGrant,
  hasGlobalPrivilege,
  hasRoutinePrivilege,
  requireSchemaPrivilege,
} from "../../engine/accounts/privilege-check.ts";
import type { Procedure } from "../../engine/procedures/procedure.ts";
import type { CallingSession } from "../../engine/procedures/procedure-caller.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SessionState } from "./session-state.ts";

export function callingSession(session: SessionState, signal: AbortSignal): CallingSession {
  const { connection, services } = session;
  const account = services.accounts?.mustGet(connection.account);
  return {
    engineSession: session.engineSession,
    user: connection.user,
    host: connection.host,
    // Commits are signed by the account, as CURRENT_USER() tells it, not by the machine it came from.
    identity: {
      name: connection.account.user,
      email: `${connection.account.user}@${connection.account.host}`,
    },
    database: session.database,
    readOnlyServer: Number(session.variables.get("read_only", "global")) !== 0,
    signal,
    requireExecute: (procedure: Procedure) => {
      if (account === undefined) return;
      const database = session.database === undefined ? "" : session.revisionOf(undefined).databaseName;
      const held =
        procedure.privilege === "admin"
          ? hasGlobalPrivilege(account, "SUPER") ||
            hasExplicitRoutineGrant(account, "EXECUTE", database, procedure.name)
          : hasRoutinePrivilege(account, "EXECUTE", database, procedure.name);
      if (held) return;
      const { user, host } = account.name;
      throw sqlError("ER_PROCACCESS_DENIED_ERROR", "execute", user, host, `${database}.${procedure.name}`);
    },
    requireDatabase: (name: string, replace: boolean) => {
      if (account === undefined) return;
      requireSchemaPrivilege(account, "CREATE", name);
      if (replace) requireSchemaPrivilege(account, "DROP", name);
    },
    selectDatabase: (name: string) => {
      session.database = name;
    },
    commitTransaction: async () => session.transactions.commit(),
    warn: (message: string) => session.warn("Note", 1105, message),
    showState: (state: string) => services.processList?.showState(connection.connectionId, state),
  };
}

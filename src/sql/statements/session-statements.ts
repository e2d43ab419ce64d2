/** USE, KILL and FLUSH. */
import { sqlError } from "../../values/sql-error.ts";
import type { Flush, Kill, Use } from "../ast/session.ts";
import { SessionContext } from "../session/session-context.ts";
import type { SessionState } from "../session/session-state.ts";
import { isSystemDatabase } from "./database-statements.ts";
import { evaluateConstant } from "./literal-default.ts";
import { report } from "./run-statement.ts";
import type { StatementRun } from "./statement-run.ts";

const NOTHING = { affectedRows: 0, lastInsertId: 0, info: "" };

/** 1044, 1049. */
export function chooseDatabase(session: SessionState, name: string): void {
  if (isSystemDatabase(name)) {
    session.database = name.toLowerCase();
    return;
  }
  if (name === "") throw sqlError("ER_NO_DB_ERROR");
  session.engineSession.resolveDatabase(name);
  session.requireDatabase(name.split(/[/@]/)[0] ?? name);
  session.database = name;
}

export async function runUse(statement: Use, run: StatementRun): Promise<void> {
  chooseDatabase(run.session, statement.database);
  report(run, NOTHING);
}

export async function runKill(statement: Kill, run: StatementRun): Promise<void> {
  const { session } = run;
  const { processList, accounts } = session.services;
  const context = new SessionContext(session, { signal: run.options.signal });
  const { value } = evaluateConstant(statement.id, { ...run, context });
  const id = Number(value);
  if (processList === undefined) throw sqlError("ER_NO_SUCH_THREAD", id);
  const { user, account } = session.connection;
  const mayKillOthers =
    accounts === undefined ||
    accounts.hasGlobal(account, "CONNECTION_ADMIN") ||
    accounts.hasGlobal(account, "SUPER");
  processList.kill(id, statement.type, { user, mayKillOthers });
  report(run, NOTHING);
}

/** What FLUSH does elsewhere happens here at once (every commit is on disk, grants are never stale): nothing is left
 *  to flush, except that FLUSH TABLES … WITH READ LOCK is a lock. */
export async function runFlush(statement: Flush, run: StatementRun): Promise<void> {
  if (statement.targets.some((target) => target.includes("read lock") || target.includes("for export"))) {
    const { session } = run;
    await session.transactions.commit();
    session.transactions.start({ consistentSnapshot: true });
    session.tablesLocked = true;
  }
  report(run, NOTHING);
}

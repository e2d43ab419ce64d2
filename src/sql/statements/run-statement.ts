/** Which function runs which statement. */
import { unreachable } from "../../base/assert.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Statement } from "../ast/statement.ts";
import { SessionContext } from "../session/session-context.ts";
import { requireStatementPrivileges } from "../session/statement-privileges.ts";
import { runAccountStatement } from "./account-statement.ts";
import { runAlterTable, runCreateIndex, runDropIndex } from "./alter-table.ts";
import type { BulkInsert } from "./bulk-insert.ts";
import { runCall, runDo } from "./call.ts";
import { runCreateTable, runCreateTableLike } from "./create-table.ts";
import { runAlterDatabase, runCreateDatabase, runDropDatabase } from "./database-statements.ts";
import { runDelete } from "./delete.ts";
import { runDescribe, runExplain, runShow } from "./describe.ts";
import { runDropTable, runRenameTable, runTruncate } from "./drop-table.ts";
import { runInsert } from "./insert.ts";
import { runLoadData } from "./load-data.ts";
import { runMaintenance } from "./maintenance.ts";
import { runDeallocate, runExecute, runPrepare } from "./prepared-statements.ts";
import { runQuery } from "./select-statement.ts";
import { runFlush, runKill, runUse } from "./session-statements.ts";
import { runSet } from "./set.ts";
import type { ChangeResult, StatementRun, TransactionRun } from "./statement-run.ts";
import { runLockTables, runTransactionStatement, runUnlockTables } from "./transaction-statements.ts";
import { runUpdate } from "./update.ts";

const NOTHING: ChangeResult = { affectedRows: 0, lastInsertId: 0, info: "" };

/** Runs a statement and sends its answers to the sink. Undefined when it was all done without waiting. */
export function runStatement(statement: Statement, run: StatementRun): Promise<void> | undefined {
  requireStatementPrivileges(statement, run.session);
  switch (statement.kind) {
    case "query":
      return runQuery(statement, run);
    case "insert":
      return change(run, statement.ignore, (inside) => runInsert(statement, inside));
    case "update":
      return change(run, statement.ignore, (inside) => runUpdate(statement, inside));
    case "delete":
      return change(run, statement.ignore, (inside) => runDelete(statement, inside));
    case "load-data":
      return change(run, statement.local && statement.duplicates !== "replace", (inside) =>
        runLoadData(statement, inside),
      );
    case "truncate":
      return define(run, (inside) => runTruncate(statement, inside));
    case "call":
      return runCall(statement, run);
    case "do":
      return runDo(statement, run);
    case "create-database":
      return define(run, (inside) => runCreateDatabase(statement, inside));
    case "alter-database":
      return define(run, (inside) => runAlterDatabase(statement, inside));
    case "drop-database":
      return define(run, (inside) => runDropDatabase(statement, inside));
    case "create-table":
      return define(run, (inside, reopen) => runCreateTable(statement, inside, reopen));
    case "create-table-like":
      return define(run, (inside) => runCreateTableLike(statement, inside));
    case "alter-table":
      return define(run, (inside) => runAlterTable(statement, inside));
    case "create-index":
      return define(run, (inside) => runCreateIndex(statement, inside));
    case "drop-index":
      return define(run, (inside) => runDropIndex(statement, inside));
    case "drop-table":
      return define(run, (inside) => runDropTable(statement, inside));
    case "rename-table":
      return define(run, (inside) => runRenameTable(statement, inside));
    case "create-view":
      throw sqlError("ER_NOT_SUPPORTED_YET", statement.alter ? "ALTER VIEW" : "CREATE VIEW");
    case "drop-view":
      return define(run, async () =>
        dropNothing(
          run,
          statement.ifExists,
          statement.views.map((view) => `${view.database ?? run.session.database ?? ""}.${view.name}`),
        ),
      );
    case "create-program":
      throw sqlError(
        "ER_NOT_SUPPORTED_YET",
        `${statement.alter ? "ALTER" : "CREATE"} ${statement.type.toUpperCase()}`,
      );
    case "drop-program":
      return define(run, async () => dropProgram(run, statement));
    case "other-definition":
    case "xa":
    case "other":
      throw sqlError("ER_NOT_SUPPORTED_YET", statement.construct);
    case "start-transaction":
    case "commit":
    case "rollback":
    case "savepoint":
    case "rollback-to-savepoint":
    case "release-savepoint":
      return runTransactionStatement(statement, run);
    case "lock-tables":
      return runLockTables(statement, run);
    case "unlock-tables":
    case "lock-instance":
    case "unlock-instance":
      return runUnlockTables(statement, run);
    case "set":
      return runSet(statement, run);
    case "set-role":
    case "set-default-role":
    case "set-resource-group":
      throw sqlError("ER_NOT_SUPPORTED_YET", statement.kind.replaceAll("-", " ").toUpperCase());
    case "use":
      return runUse(statement, run);
    case "prepare":
      return runPrepare(statement, run);
    case "execute":
      return runExecute(statement, run);
    case "deallocate":
      return runDeallocate(statement, run);
    case "explain":
      return runExplain(statement, run);
    case "describe":
      return runDescribe(statement, run);
    case "show":
      return runShow(statement, run);
    case "help":
      throw sqlError("ER_NOT_SUPPORTED_YET", "HELP");
    case "kill":
      return runKill(statement, run);
    case "flush":
      return runFlush(statement, run);
    case "reset":
      throw sqlError("ER_NOT_SUPPORTED_YET", `RESET ${statement.target.toUpperCase()}`);
    case "analyze-table":
    case "check-table":
    case "checksum-table":
    case "optimize-table":
    case "repair-table":
      return runMaintenance(statement, run);
    case "create-user":
    case "alter-user":
    case "drop-user":
    case "drop-role":
    case "create-role":
    case "rename-user":
    case "grant":
    case "revoke":
    case "revoke-all":
    case "grant-role":
    case "revoke-role":
    case "grant-proxy":
    case "revoke-proxy":
      return runAccountStatement(statement, run);
    default:
      return unreachable(statement);
  }
}

/** A large INSERT whose rows were read without an AST. */
export function runBulkInsert(bulk: BulkInsert, run: StatementRun): Promise<void> | undefined {
  requireStatementPrivileges(bulk.insert, run.session);
  return change(run, bulk.insert.ignore, (inside) => runInsert(bulk.insert, inside, bulk.rows));
}

/** A statement that changes rows, in its transaction; undone alone when it fails. */
function change(
  run: StatementRun,
  ignore: boolean,
  body: (inside: TransactionRun) => MaybePromise<ChangeResult>,
): Promise<void> | undefined {
  const { session, options, sink, parameters, text } = run;
  const { transactions } = session;
  let result: MaybePromise<ChangeResult>;
  let pending: Promise<void> | undefined;
  try {
    const transaction = transactions.forStatement(options.signal);
    if (transaction.readOnly) throw sqlError("ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION");
    const context = new SessionContext(session, { signal: options.signal, changes: true, ignore });
    result = body({ session, options, sink, parameters, text, transaction, context });
    if (result instanceof Promise) return finishChange(run, result, undefined);
    pending = transactions.endStatement();
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
  if (pending !== undefined) return finishChange(run, result, pending);
  report(run, result);
  return undefined;
}

async function finishChange(
  run: StatementRun,
  changing: MaybePromise<ChangeResult>,
  committing: Promise<void> | undefined,
): Promise<void> {
  const { transactions } = run.session;
  let result: ChangeResult;
  try {
    result = await changing;
    const pending = committing ?? transactions.endStatement();
    if (pending !== undefined) await pending;
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
  report(run, result);
}

/** A schema change: commits what is open, before and after. */
export async function define(
  run: StatementRun,
  body: (inside: TransactionRun, reopen: () => TransactionRun) => Promise<ChangeResult>,
): Promise<void> {
  const { session, options } = run;
  const { transactions } = session;
  await transactions.commit();
  const context = new SessionContext(session, { signal: options.signal, changes: true });
  const open = (): TransactionRun => ({
    ...run,
    transaction: transactions.forStatement(options.signal),
    context,
  });
  let result: ChangeResult;
  try {
    result = await body(open(), () => {
      transactions.rollback();
      return open();
    });
    await transactions.commit();
  } catch (error) {
    transactions.rollback();
    throw error;
  }
  report(run, result);
}

export function report(run: StatementRun, result: ChangeResult): void {
  const { session, sink } = run;
  session.rowCount = result.affectedRows;
  const { affectedRows, lastInsertId, info } = result;
  sink.ok({ affectedRows, lastInsertId, info, warningCount: session.diagnostics.warningCount });
}

/** Views don't exist yet, so none can be dropped. */
function dropNothing(run: StatementRun, ifExists: boolean, names: readonly string[]): ChangeResult {
  if (!ifExists) throw sqlError("ER_BAD_TABLE_ERROR", names.join(","));
  for (const name of names) run.session.warn("Note", 1051, sqlError("ER_BAD_TABLE_ERROR", name).message);
  return NOTHING;
}

function dropProgram(
  run: StatementRun,
  statement: Statement & { readonly kind: "drop-program" },
): ChangeResult {
  const { type, ifExists, name } = statement;
  const database = name.database ?? run.session.database;
  if (database === undefined) throw sqlError("ER_NO_DB_ERROR");
  const error =
    type === "trigger"
      ? sqlError("ER_TRG_DOES_NOT_EXIST")
      : type === "event"
        ? sqlError("ER_EVENT_DOES_NOT_EXIST", name.name)
        : sqlError("ER_SP_DOES_NOT_EXIST", type.toUpperCase(), `${database}.${name.name}`);
  if (!ifExists) throw error;
  run.session.warn("Note", error.errno, error.message);
  return NOTHING;
}

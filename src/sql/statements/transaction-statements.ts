/** START TRANSACTION, COMMIT, ROLLBACK, savepoints, LOCK and UNLOCK TABLES. */
import type { BeginOptions, Transaction } from "../../engine/api.ts";
import { sqlError } from "../../values/sql-error.ts";
import type {
  EndTransaction,
  LockTables,
  Savepoint,
  StartTransaction,
  UnlockTables,
} from "../ast/session.ts";
import { report } from "./run-statement.ts";
import type { StatementRun } from "./statement-run.ts";

const NOTHING = { affectedRows: 0, lastInsertId: 0, info: "" };

/** Undefined when it was all done without waiting. */
export function runTransactionStatement(
  statement: StartTransaction | EndTransaction | Savepoint,
  run: StatementRun,
): Promise<void> | undefined {
  const { transactions } = run.session;
  switch (statement.kind) {
    case "start-transaction":
      return afterwards(transactions.commit(), () => startTransaction(statement, run));
    case "commit":
    case "rollback":
      return endTransaction(statement, run);
    default:
      changeSavepoint(statement, run);
      report(run, NOTHING);
      return undefined;
  }
}

/** Goes on at once when there is nothing to wait for. */
function afterwards(pending: Promise<void> | undefined, next: () => void): Promise<void> | undefined {
  if (pending !== undefined) return pending.then(next);
  next();
  return undefined;
}

function startTransaction(statement: StartTransaction, run: StatementRun): void {
  const { session } = run;
  session.tablesLocked = false;
  const options: { readOnly?: boolean; consistentSnapshot?: boolean } = {};
  if (statement.access !== undefined) options.readOnly = statement.access === "read only";
  if (statement.consistentSnapshot) options.consistentSnapshot = true;
  session.transactions.start(options);
  report(run, NOTHING);
}

function endTransaction(statement: EndTransaction, run: StatementRun): Promise<void> | undefined {
  const { transactions } = run.session;
  const { current } = transactions;
  const chained = statement.chain === true ? chainedOptions(current) : undefined;
  const finish = (): void => {
    if (chained !== undefined) transactions.start(chained);
    report(run, NOTHING);
  };
  if (statement.kind === "commit") return afterwards(transactions.commit(), finish);
  transactions.rollback();
  finish();
  return undefined;
}

/** AND CHAIN begins a transaction like the one that ended. */
function chainedOptions(ended: Transaction | undefined): BeginOptions {
  return ended === undefined ? {} : { isolation: ended.isolation, readOnly: ended.readOnly };
}

function changeSavepoint(statement: Savepoint, { session, options }: StatementRun): void {
  const { transactions } = session;
  switch (statement.kind) {
    case "savepoint":
      // Under autocommit a savepoint is set and forgotten with the statement.
      if (transactions.isOpen) transactions.current?.savepoint(statement.name);
      else if (!transactions.autocommit) transactions.forStatement(options.signal).savepoint(statement.name);
      break;
    case "rollback-to-savepoint":
      if (transactions.current === undefined)
        throw sqlError("ER_SP_DOES_NOT_EXIST", "SAVEPOINT", statement.name);
      transactions.current.rollbackToSavepoint(statement.name);
      break;
    case "release-savepoint":
      if (transactions.current === undefined)
        throw sqlError("ER_SP_DOES_NOT_EXIST", "SAVEPOINT", statement.name);
      transactions.current.releaseSavepoint(statement.name);
      break;
  }
}

export async function runLockTables(statement: LockTables, run: StatementRun): Promise<void> {
  const { session } = run;
  const { transactions } = session;
  await transactions.commit();
  transactions.start({});
  const transaction = transactions.current;
  if (transaction === undefined) throw new TypeError("a transaction was just started");
  try {
    const byDatabase = new Map<string, { name: string; mode: "read" | "write" }[]>();
    for (const lock of statement.locks) {
      const revision = session.revisionOf(lock.table.database);
      transaction.openTable(revision, lock.table.name);
      const key = lock.table.database ?? "";
      const list = byDatabase.get(key) ?? [];
      list.push({ name: lock.table.name, mode: lock.type === "write" ? "write" : "read" });
      byDatabase.set(key, list);
    }
    for (const [database, tables] of byDatabase) {
      await transaction.lockTables(session.revisionOf(database === "" ? undefined : database), tables);
    }
  } catch (error) {
    transactions.rollback();
    throw error;
  }
  session.tablesLocked = true;
  report(run, NOTHING);
}

export async function runUnlockTables(statement: UnlockTables, run: StatementRun): Promise<void> {
  const { session } = run;
  if (statement.kind !== "unlock-tables")
    throw sqlError("ER_NOT_SUPPORTED_YET", statement.kind.replaceAll("-", " ").toUpperCase());
  if (session.tablesLocked) {
    session.tablesLocked = false;
    await session.transactions.commit();
  }
  report(run, NOTHING);
}

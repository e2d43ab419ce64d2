/** START TRANSACTION, COMMIT, ROLLBACK, savepoints, LOCK and UNLOCK TABLES. */
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

export async function runTransactionStatement(
  statement: StartTransaction | EndTransaction | Savepoint,
  run: StatementRun,
): Promise<void> {
  const { session, options } = run;
  const { transactions } = session;
  switch (statement.kind) {
    case "start-transaction":
      await transactions.commit();
      session.tablesLocked = false;
      transactions.start({
        ...(statement.access !== undefined ? { readOnly: statement.access === "read only" } : {}),
        ...(statement.consistentSnapshot ? { consistentSnapshot: true } : {}),
      });
      break;
    case "commit":
    case "rollback": {
      const { current } = transactions;
      const chained =
        statement.chain === true ? { isolation: current?.isolation, readOnly: current?.readOnly } : undefined;
      if (statement.kind === "commit") await transactions.commit();
      else transactions.rollback();
      if (chained !== undefined) {
        transactions.start({
          ...(chained.isolation !== undefined ? { isolation: chained.isolation } : {}),
          ...(chained.readOnly !== undefined ? { readOnly: chained.readOnly } : {}),
        });
      }
      break;
    }
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
  report(run, NOTHING);
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

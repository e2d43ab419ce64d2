/** CREATE USER, GRANT … : handed to the accounts, after an implicit commit. */

import type { AccountStatement } from "../../engine/accounts/account-request.ts";
import { sqlError } from "../../values/sql-error.ts";
import { define } from "./run-statement.ts";
import type { StatementRun } from "./statement-run.ts";

export function runAccountStatement(statement: AccountStatement, run: StatementRun): Promise<void> {
  return define(run, async ({ session, transaction }) => {
    const { accounts, procedures, engine } = session.services;
    if (accounts === undefined) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--skip-grant-tables");
    const schemaOf = (database: string, table: string) =>
      engine.hasDatabase(database) ? transaction.getSchema(session.revisionOf(database), table) : undefined;
    const warnings = await accounts.execute(session.connection.account, statement, {
      currentDatabase: session.database,
      tableExists: (database, table) => schemaOf(database, table) !== undefined,
      columnExists: (database, table, column) =>
        schemaOf(database, table)?.columns.some((item) => item.name.toLowerCase() === column.toLowerCase()) ??
        false,
      routineExists: (kind, _database, name) => kind === "PROCEDURE" && procedures?.get(name) !== undefined,
    });
    for (const { level, errno, message } of warnings) session.warn(level, errno, message);
    return { affectedRows: 0, lastInsertId: 0, info: "" };
  });
}

/** DROP, RENAME and TRUNCATE TABLE. */

import type { DatabaseRevision } from "../../engine/api.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Truncate } from "../ast/data-change.ts";
import type { DropTable, RenameTable } from "../ast/data-definition.ts";
import { checkName } from "./schema-editor.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";

const NOTHING: ChangeResult = { affectedRows: 0, lastInsertId: 0, info: "" };

export async function runDropTable(statement: DropTable, run: TransactionRun): Promise<ChangeResult> {
  const { session, transaction } = run;
  const found = new Map<string, { readonly revision: DatabaseRevision; readonly names: string[] }>();
  const unknown: string[] = [];
  const seen = new Set<string>();
  for (const table of statement.tables) {
    const revision = session.revisionOf(table.database);
    const id = `${revision.databaseName}.${table.name}`;
    if (seen.has(id)) throw sqlError("ER_NONUNIQ_TABLE", table.name);
    seen.add(id);
    if (statement.temporary || transaction.getSchema(revision, table.name) === undefined) {
      unknown.push(id);
      continue;
    }
    const key = `${revision.databaseName}/${revision.branch ?? ""}`;
    const group = found.get(key) ?? { revision, names: [] };
    group.names.push(table.name);
    found.set(key, group);
  }
  if (unknown.length > 0 && !statement.ifExists) throw sqlError("ER_BAD_TABLE_ERROR", unknown.join(","));
  for (const name of unknown) session.warn("Note", 1051, sqlError("ER_BAD_TABLE_ERROR", name).message);
  session.transactions.rollback();
  for (const { revision, names } of found.values())
    await session.engineSession.dataDefinition.dropTables(revision, names);
  return NOTHING;
}

export async function runRenameTable(statement: RenameTable, run: TransactionRun): Promise<ChangeResult> {
  const { session } = run;
  const renames = statement.renames.map(({ from, to }) => {
    const revision = session.revisionOf(from.database);
    const target = session.revisionOf(to.database);
    checkName(to.name);
    return {
      revision,
      rename: {
        from: from.name,
        to: to.name,
        ...(target.databaseName !== revision.databaseName ? { toDatabase: target.databaseName } : {}),
      },
    };
  });
  const [first] = renames;
  if (first === undefined) return NOTHING;
  session.transactions.rollback();
  if (renames.every((item) => item.revision.databaseName === first.revision.databaseName)) {
    await session.engineSession.dataDefinition.renameTables(
      first.revision,
      renames.map((item) => item.rename),
    );
  } else {
    for (const { revision, rename } of renames)
      await session.engineSession.dataDefinition.renameTables(revision, [rename]);
  }
  return NOTHING;
}

export async function runTruncate(statement: Truncate, run: TransactionRun): Promise<ChangeResult> {
  const { session, transaction } = run;
  const revision = session.revisionOf(statement.table.database);
  const { name } = transaction.openTable(revision, statement.table.name);
  session.transactions.rollback();
  await session.engineSession.dataDefinition.truncateTable(revision, name);
  return NOTHING;
}

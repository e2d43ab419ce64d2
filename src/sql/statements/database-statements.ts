/** CREATE, ALTER and DROP DATABASE. */

import type { DatabaseOptions } from "../../engine/api.ts";
import { charsetInfo, collationInfo } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type {
  AlterDatabase,
  CreateDatabase,
  DatabaseOptionList,
  DropDatabase,
} from "../ast/data-definition.ts";
import { resolveCharset } from "./column-type.ts";
import { checkName } from "./schema-editor.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";

function optionsFrom(list: DatabaseOptionList, before: DatabaseOptions): DatabaseOptions {
  const { charset, collation } = list;
  return resolveCharset(
    { ...(charset !== undefined ? { charset } : {}), ...(collation !== undefined ? { collation } : {}) },
    before,
  );
}

export async function runCreateDatabase(
  statement: CreateDatabase,
  run: TransactionRun,
): Promise<ChangeResult> {
  const { session } = run;
  const { name } = statement;
  checkName(name);
  if (name === "" || name.endsWith(" ")) throw sqlError("ER_WRONG_DB_NAME", name);
  if (session.services.engine.hasDatabase(name) || isSystemDatabase(name)) {
    if (!statement.ifNotExists) throw sqlError("ER_DB_CREATE_EXISTS", name);
    session.warn("Note", 1007, sqlError("ER_DB_CREATE_EXISTS", name).message);
    return { affectedRows: 1, lastInsertId: 0, info: "" };
  }
  const collation = String(session.variables.get("collation_server", "session") ?? "utf8mb4_0900_ai_ci");
  const defaults: DatabaseOptions = {
    charset: charsetInfo(collationInfo(collation).charset).name,
    collation,
  };
  await session.engineSession.dataDefinition.createDatabase(name, optionsFrom(statement.options, defaults));
  return { affectedRows: 1, lastInsertId: 0, info: "" };
}

export async function runAlterDatabase(statement: AlterDatabase, run: TransactionRun): Promise<ChangeResult> {
  const { session } = run;
  const name = statement.name ?? session.revisionOf(undefined).databaseName;
  const before = session.services.engine.databaseOptions(name);
  await session.engineSession.dataDefinition.alterDatabase(name, optionsFrom(statement.options, before));
  return { affectedRows: 1, lastInsertId: 0, info: "" };
}

export async function runDropDatabase(statement: DropDatabase, run: TransactionRun): Promise<ChangeResult> {
  const { session, transaction } = run;
  const { name } = statement;
  if (isSystemDatabase(name))
    throw sqlError(
      "ER_DBACCESS_DENIED_ERROR",
      session.connection.account.user,
      session.connection.account.host,
      name,
    );
  if (!session.services.engine.hasDatabase(name)) {
    if (!statement.ifExists) throw sqlError("ER_DB_DROP_EXISTS", name);
    session.warn("Note", 1008, sqlError("ER_DB_DROP_EXISTS", name).message);
    return { affectedRows: 0, lastInsertId: 0, info: "" };
  }
  const damaged = session.services.engine.damageOf(name) !== undefined;
  const tables = damaged ? 0 : transaction.tableNames(session.revisionOf(name)).length;
  session.transactions.rollback();
  await session.engineSession.dataDefinition.dropDatabase(name);
  if (session.database === name || session.database?.startsWith(`${name}/`)) session.database = undefined;
  return { affectedRows: tables, lastInsertId: 0, info: "" };
}

export function isSystemDatabase(name: string): boolean {
  return ["information_schema", "mysql", "performance_schema", "sys"].includes(name.toLowerCase());
}

/** What an account may do. A privilege on a level holds for all levels below it. */
import { sqlError } from "../../values/sql-error.ts";
import type { Account, Grant } from "./account.ts";
import { matchesPattern } from "./host-match.ts";

/** Readable by everyone, though what is in them depends on the other privileges. */
const OPEN_SCHEMAS: ReadonlySet<string> = new Set(["information_schema", "performance_schema"]);

export function hasGlobalPrivilege(account: Account, privilege: string): boolean {
  return account.globalPrivileges.has(privilege);
}

function hasSchemaPrivilege(account: Account, privilege: string, database: string): boolean {
  if (account.globalPrivileges.has(privilege)) return true;
  return schemaGrants(account, database).some((grant) => grant.privileges.has(privilege));
}

export function hasTablePrivilege(
  account: Account,
  privilege: string,
  database: string,
  table: string,
): boolean {
  if (hasSchemaPrivilege(account, privilege, database)) return true;
  return tableGrant(account, database, table)?.privileges.has(privilege) ?? false;
}

/** The columns of a table that a privilege is limited to; undefined when there are none at all. */
export function columnsWithPrivilege(
  account: Account,
  privilege: string,
  database: string,
  table: string,
): readonly string[] | undefined {
  return tableGrant(account, database, table)?.columns.get(privilege);
}

export function hasRoutinePrivilege(
  account: Account,
  privilege: string,
  database: string,
  routine: string,
): boolean {
  if (hasSchemaPrivilege(account, privilege, database)) return true;
  return hasExplicitRoutineGrant(account, privilege, database, routine);
}

/** A grant on this very routine; grants on the database or on everything don't count. */
export function hasExplicitRoutineGrant(
  account: Account,
  privilege: string,
  database: string,
  routine: string,
): boolean {
  return account.grants.some(
    ({ target, privileges }) =>
      target.kind === "routine" &&
      target.database === database &&
      target.routine.toLowerCase() === routine.toLowerCase() &&
      privileges.has(privilege),
  );
}

/** Whether USE and SHOW DATABASES know the database: any privilege in it, or one on everything. */
export function canSeeDatabase(account: Account, database: string): boolean {
  if (OPEN_SCHEMAS.has(database.toLowerCase()) || account.globalPrivileges.has("SHOW DATABASES")) return true;
  for (const privilege of account.globalPrivileges) if (!SERVER_PRIVILEGES.has(privilege)) return true;
  return account.grants.some((grant) => grantIsIn(grant, database));
}

/** 1044 unless {@link canSeeDatabase}. */
export function requireDatabase(account: Account, database: string): void {
  if (canSeeDatabase(account, database)) return;
  throw sqlError("ER_DBACCESS_DENIED_ERROR", account.name.user, account.name.host, database);
}

/** 1044 unless the privilege is held on the whole database. */
export function requireSchemaPrivilege(account: Account, privilege: string, database: string): void {
  if (hasSchemaPrivilege(account, privilege, database)) return;
  throw sqlError("ER_DBACCESS_DENIED_ERROR", account.name.user, account.name.host, database);
}

/** 1142 unless the privilege is held on the table, or for some of its columns, which are checked one by one. */
export function requireTablePrivilege(
  account: Account,
  privilege: string,
  database: string,
  table: string,
): void {
  if (hasTablePrivilege(account, privilege, database, table)) return;
  if (OPEN_SCHEMAS.has(database.toLowerCase()) && privilege === "SELECT") return;
  if (columnsWithPrivilege(account, privilege, database, table) !== undefined) return;
  throw sqlError("ER_TABLEACCESS_DENIED_ERROR", privilege, account.name.user, account.name.host, table);
}

/** 1143 unless the privilege is held on the column. */
export function requireColumnPrivilege(
  account: Account,
  privilege: string,
  column: { readonly database: string; readonly table: string; readonly name: string },
): void {
  if (hasTablePrivilege(account, privilege, column.database, column.table)) return;
  if (OPEN_SCHEMAS.has(column.database.toLowerCase())) return;
  const columns = columnsWithPrivilege(account, privilege, column.database, column.table) ?? [];
  if (columns.some((name) => name.toLowerCase() === column.name.toLowerCase())) return;
  const { user, host } = account.name;
  throw sqlError("ER_COLUMNACCESS_DENIED_ERROR", privilege, user, host, column.name, column.table);
}

/** 1227 unless one of the privileges is held on everything. */
export function requireGlobalPrivilege(account: Account, ...anyOf: readonly string[]): void {
  if (anyOf.some((privilege) => account.globalPrivileges.has(privilege))) return;
  throw sqlError("ER_SPECIFIC_ACCESS_DENIED_ERROR", anyOf.join(" or "));
}

/** Global privileges that say nothing about databases. */
const SERVER_PRIVILEGES: ReadonlySet<string> = new Set([
  "RELOAD",
  "SHUTDOWN",
  "PROCESS",
  "FILE",
  "REPLICATION SLAVE",
  "REPLICATION CLIENT",
  "CREATE USER",
  "CREATE TABLESPACE",
  "CREATE ROLE",
  "DROP ROLE",
]);

function schemaGrants(account: Account, database: string): readonly Grant[] {
  return account.grants.filter(
    ({ target }) => target.kind === "schema" && matchesPattern(target.database, database),
  );
}

function tableGrant(account: Account, database: string, table: string): Grant | undefined {
  return account.grants.find(
    ({ target }) => target.kind === "table" && target.database === database && target.table === table,
  );
}

function grantIsIn(grant: Grant, database: string): boolean {
  const { target } = grant;
  return target.kind === "schema" ? matchesPattern(target.database, database) : target.database === database;
}

/** The databases and tables that a session may see, for information_schema and SHOW. */
import type { Account } from "../../engine/accounts/account.ts";
import {
  canSeeDatabase,
  columnsWithPrivilege,
  hasTablePrivilege,
} from "../../engine/accounts/privilege-check.ts";
import type { DatabaseRevision, TableView } from "../../engine/api.ts";
import type { EqualityHints } from "../../engine/virtual-table.ts";
import type { TableSchema } from "../../tables/schema.ts";
import type { VirtualContext } from "../virtual-context.ts";

export interface VisibleTable {
  /** As the database was named: `db` or `db/branch`. */
  readonly database: string;
  readonly name: string;
  readonly schema: TableSchema;
  /** Opens the table; costs more than the schema. */
  open(): TableView;
}

/** Any of these on a table makes it visible. */
const TABLE_PRIVILEGES: readonly string[] = [
  "SELECT",
  "INSERT",
  "UPDATE",
  "DELETE",
  "CREATE",
  "DROP",
  "ALTER",
  "INDEX",
  "REFERENCES",
  "TRIGGER",
  "SHOW VIEW",
  "CREATE VIEW",
];

function accountOf(context: VirtualContext): Account | undefined {
  const { accounts, currentUser } = context;
  const at = currentUser.lastIndexOf("@");
  return accounts?.get({ user: currentUser.slice(0, at), host: currentUser.slice(at + 1) });
}

/** A branch or commit named after the database shares the database's grants. */
function plainName(database: string): string {
  return database.split(/[/@]/)[0] ?? database;
}

export function seesDatabase(context: VirtualContext, database: string): boolean {
  if (context.accounts === undefined) return true;
  const account = accountOf(context);
  return account !== undefined && canSeeDatabase(account, plainName(database));
}

function seesTable(context: VirtualContext, database: string, table: string): boolean {
  if (context.accounts === undefined) return true;
  const account = accountOf(context);
  if (account === undefined) return false;
  const name = plainName(database);
  return TABLE_PRIVILEGES.some(
    (privilege) =>
      hasTablePrivilege(account, privilege, name, table) ||
      columnsWithPrivilege(account, privilege, name, table) !== undefined,
  );
}

/** The privileges on a table's columns: `select,insert,update,references` or fewer. */
export function columnPrivileges(context: VirtualContext, table: VisibleTable, column: string): string {
  const all = ["select", "insert", "update", "references"];
  if (context.accounts === undefined) return all.join(",");
  const account = accountOf(context);
  if (account === undefined) return "";
  const database = plainName(table.database);
  const held = all.filter((privilege) => {
    const name = privilege.toUpperCase();
    if (hasTablePrivilege(account, name, database, table.name)) return true;
    return columnsWithPrivilege(account, name, database, table.name)?.includes(column) ?? false;
  });
  return held.join(",");
}

/** Stored databases; with a wanted name at most that one, which may then name a branch (`db/branch`). */
export function visibleDatabases(context: VirtualContext, wanted?: string): readonly string[] {
  const { engine, database } = context;
  const names = wanted === undefined ? [...engine.databaseNames()] : [wanted];
  if (wanted === undefined && database !== undefined && /[/@]/.test(database) && !names.includes(database)) {
    names.push(database);
  }
  return names.filter((name) => engine.hasDatabase(plainName(name)) && seesDatabase(context, name));
}

function textHint(hints: EqualityHints, column: string): string | undefined {
  const value = hints.get(column);
  return typeof value === "string" ? value : undefined;
}

export interface TableFilter {
  readonly database?: string | undefined;
  readonly table?: string | undefined;
}

/** The filter that a query's equality conditions give. */
export function filterFrom(hints: EqualityHints, databaseColumn: string, tableColumn: string): TableFilter {
  return { database: textHint(hints, databaseColumn), table: textHint(hints, tableColumn) };
}

export function* visibleTables(context: VirtualContext, filter: TableFilter): Generator<VisibleTable> {
  for (const database of visibleDatabases(context, filter.database)) {
    // A damaged database is an error for those who ask for it, and must not stand in the way of a look at all.
    if (filter.database === undefined && context.engine.damageOf(plainName(database)) !== undefined) continue;
    const revision = context.revisionOf(database);
    for (const name of tableNames(context, revision, filter.table)) {
      const table = visibleTable(context, database, name);
      if (table !== undefined) yield table;
    }
  }
}

function tableNames(
  context: VirtualContext,
  revision: DatabaseRevision,
  wanted: string | undefined,
): readonly string[] {
  return wanted === undefined ? context.transaction.tableNames(revision) : [wanted];
}

/** undefined: no such table, or none of this session's business. */
export function visibleTable(
  context: VirtualContext,
  database: string,
  name: string,
): VisibleTable | undefined {
  const revision = context.revisionOf(database);
  const schema = context.transaction.getSchema(revision, name);
  if (schema === undefined || !seesTable(context, database, name)) return undefined;
  return { database, name, schema, open: () => context.transaction.openTable(revision, name) };
}

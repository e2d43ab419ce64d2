/**
 * What an account needs for a statement, checked before it runs: MySQL's table and database privileges, by the tables
 * that the statement names. Where an account holds a privilege for some columns only, every column that the statement
 * could mean must be among them: a column of another table of the same name is then asked for too.
 */
import type { Account } from "../../engine/accounts/account.ts";
import {
  columnsWithPrivilege,
  hasTablePrivilege,
  requireColumnPrivilege,
  requireGlobalPrivilege,
  requireSchemaPrivilege,
  requireTablePrivilege,
} from "../../engine/accounts/privilege-check.ts";
import { GLOBAL_PRIVILEGES } from "../../engine/accounts/privileges.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Delete, Insert, Update } from "../ast/data-change.ts";
import type { Query, TableName } from "../ast/query.ts";
import type { SetStatement } from "../ast/session.ts";
import type { Statement } from "../ast/statement.ts";
import type { SessionState } from "./session-state.ts";
import { type NamedColumns, readColumns, readTables } from "./statement-names.ts";

/** Accounts that may do everything, which most connections' accounts may: nothing is looked up for them. */
const unlimited = new WeakMap<Account, boolean>();

/** Throws 1044, 1045, 1142, 1143 or 1227 for what the session's account may not do. */
export function requireStatementPrivileges(statement: Statement, session: SessionState): void {
  const { accounts } = session.services;
  if (accounts === undefined) return;
  const account = accounts.mustGet(session.connection.account);
  if (isUnlimited(account)) return;
  new StatementCheck(account, session).check(statement);
}

function isUnlimited(account: Account): boolean {
  let known = unlimited.get(account);
  if (known === undefined) {
    known = GLOBAL_PRIVILEGES.every((privilege) => account.globalPrivileges.has(privilege));
    unlimited.set(account, known);
  }
  return known;
}

interface TableNamed {
  readonly database?: string | undefined;
  readonly name: string;
}

class StatementCheck {
  readonly #account: Account;
  readonly #session: SessionState;

  constructor(account: Account, session: SessionState) {
    this.#account = account;
    this.#session = session;
  }

  check(statement: Statement): void {
    switch (statement.kind) {
      case "query":
        this.#query(statement);
        break;
      case "insert":
        this.#insert(statement);
        break;
      case "update":
        this.#update(statement);
        break;
      case "delete":
        this.#delete(statement);
        break;
      case "load-data":
        if (!statement.local) this.#global("FILE");
        this.#table("INSERT", statement.table);
        if (statement.duplicates === "replace") this.#table("DELETE", statement.table);
        break;
      case "explain":
        if (statement.statement !== undefined) this.check(statement.statement);
        break;
      case "describe":
        this.#anyOf(["SELECT", "INSERT", "UPDATE", "REFERENCES"], statement.table, "SELECT");
        break;
      case "set":
        this.#set(statement);
        break;
      case "flush":
        this.#global("RELOAD");
        break;
      default:
        this.#definition(statement);
    }
  }

  #definition(statement: Statement): void {
    switch (statement.kind) {
      case "create-database":
        this.#schema("CREATE", statement.name);
        break;
      case "alter-database":
        this.#schema("ALTER", statement.name);
        break;
      case "drop-database":
        this.#schema("DROP", statement.name);
        break;
      case "create-table":
        this.#table("CREATE", statement.table);
        for (const element of statement.elements) {
          if (element.kind === "foreign-key") this.#table("REFERENCES", element.references.table);
        }
        if (statement.query !== undefined) {
          this.#table("INSERT", statement.table);
          this.#query(statement.query);
        }
        break;
      case "create-table-like":
        this.#table("CREATE", statement.table);
        this.#table("SELECT", statement.like);
        break;
      case "alter-table":
        this.#table("ALTER", statement.table);
        for (const action of statement.actions) {
          if (action.kind === "rename") this.#rename(statement.table, action.to);
        }
        break;
      case "rename-table":
        for (const { from, to } of statement.renames) this.#rename(from, to);
        break;
      case "create-index":
      case "drop-index":
        this.#table("INDEX", statement.table);
        break;
      case "drop-table":
        for (const table of statement.tables) this.#table("DROP", table);
        break;
      case "truncate":
        this.#table("DROP", statement.table);
        break;
      case "lock-tables":
        for (const { table } of statement.locks) {
          this.#schema("LOCK TABLES", table.database);
          this.#table("SELECT", table);
        }
        break;
      case "analyze-table":
      case "optimize-table":
      case "repair-table":
        for (const table of statement.tables) {
          this.#table("SELECT", table);
          this.#table("INSERT", table);
        }
        break;
      case "check-table":
      case "checksum-table":
        for (const table of statement.tables) this.#table("SELECT", table);
        break;
      default:
        // Transactions, variables of the session, SHOW (which filters by privilege itself), CALL (checked by the
        // procedure's own rule) and account statements (checked by the accounts).
        break;
    }
  }

  #query(query: Query): void {
    this.#reads(query);
    if (query.into !== undefined && query.into.kind !== "variables") this.#global("FILE");
    if (query.locking.length === 0) return;
    for (const table of readTables(query)) {
      this.#anyOf(["UPDATE", "DELETE", "LOCK TABLES"], table, "SELECT with locking clause");
    }
  }

  #insert(statement: Insert): void {
    const written = statement.columns?.map(({ name }) => name);
    this.#table("INSERT", statement.table, written);
    if (statement.replace) this.#table("DELETE", statement.table);
    if (statement.onDuplicate.length > 0) {
      const names = statement.onDuplicate.map(({ column }) => column.name);
      this.#table("UPDATE", statement.table, names);
    }
    this.#reads(statement.source);
  }

  #update(statement: Update): void {
    const tables = readTables(statement.tables);
    for (const { column } of statement.assignments) {
      const targets = tables.filter(
        (table) => column.table === undefined || column.table === (table.alias ?? table.name),
      );
      for (const target of targets) this.#table("UPDATE", target, [column.name]);
    }
    this.#readsBeside(statement, tables, [
      statement.where,
      statement.orderBy,
      statement.assignments.map(({ value }) => value),
    ]);
  }

  #delete(statement: Delete): void {
    const tables = readTables(statement.tables);
    for (const target of statement.targets) {
      const named = tables.find((table) => (table.alias ?? table.name) === target.name) ?? target;
      this.#table("DELETE", named);
    }
    this.#readsBeside(statement, tables, [statement.where, statement.orderBy]);
  }

  /** A change of one table that reads none of its columns needs no SELECT on it. */
  #readsBeside(statement: Update | Delete, tables: readonly TableNamed[], read: readonly unknown[]): void {
    const columns = readColumns(read);
    this.#reads(tables.length > 1 || columns.all || columns.names.size > 0 ? statement : read);
  }

  /** SELECT on all tables that stand in a part of a statement, for the columns named anywhere in it. */
  #reads(part: unknown): void {
    const tables = readTables(part);
    if (tables.length === 0) return;
    let columns: NamedColumns | undefined;
    for (const table of tables) {
      const database = this.#databaseOf(table.database);
      if (database === undefined || hasTablePrivilege(this.#account, "SELECT", database, table.name))
        continue;
      columns ??= readColumns(part);
      this.#table("SELECT", table, columns.all ? undefined : [...columns.names]);
    }
  }

  /** `columns` undefined: all of the table's. */
  #table(privilege: string, table: TableNamed, columns?: readonly string[] | undefined): void {
    const database = this.#databaseOf(table.database);
    if (database === undefined) return;
    const account = this.#account;
    requireTablePrivilege(account, privilege, database, table.name);
    if (hasTablePrivilege(account, privilege, database, table.name)) return;
    if (columnsWithPrivilege(account, privilege, database, table.name) === undefined) return;
    if (columns === undefined) {
      throw sqlError(
        "ER_TABLEACCESS_DENIED_ERROR",
        privilege,
        account.name.user,
        account.name.host,
        table.name,
      );
    }
    for (const name of columns)
      requireColumnPrivilege(account, privilege, { database, table: table.name, name });
  }

  /** `named` is what the refusal says. */
  #anyOf(privileges: readonly string[], table: TableNamed, named: string): void {
    const database = this.#databaseOf(table.database);
    if (database === undefined) return;
    const account = this.#account;
    const held = privileges.some(
      (privilege) =>
        hasTablePrivilege(account, privilege, database, table.name) ||
        columnsWithPrivilege(account, privilege, database, table.name) !== undefined,
    );
    if (held) return;
    const { user, host } = account.name;
    throw sqlError("ER_TABLEACCESS_DENIED_ERROR", named, user, host, table.name);
  }

  #rename(from: TableName, to: TableName): void {
    this.#table("ALTER", from);
    this.#table("DROP", from);
    this.#table("CREATE", to);
    this.#table("INSERT", to);
  }

  #schema(privilege: string, name: string | undefined): void {
    const database = this.#databaseOf(name);
    if (database !== undefined) requireSchemaPrivilege(this.#account, privilege, database);
  }

  #global(privilege: string): void {
    if (privilege !== "FILE") {
      requireGlobalPrivilege(this.#account, privilege);
      return;
    }
    if (this.#account.globalPrivileges.has(privilege)) return;
    const { user, host } = this.#account.name;
    throw sqlError("ER_ACCESS_DENIED_ERROR", user, host, "YES");
  }

  #set(statement: SetStatement): void {
    for (const assignment of statement.assignments) {
      if (assignment.kind !== "system-variable") continue;
      if (assignment.scope === "global" || assignment.scope?.startsWith("persist") === true) {
        requireGlobalPrivilege(this.#account, "SUPER", "SYSTEM_VARIABLES_ADMIN");
      }
    }
    this.#reads(statement);
  }

  /** Privileges are granted on databases, whatever the branch. Undefined: none is selected, which the statement itself
   *  will answer. A name that no database has is its own. */
  #databaseOf(name: string | undefined): string | undefined {
    const written = name ?? this.#session.database;
    if (written === undefined) return undefined;
    const { engine } = this.#session.services;
    if (engine.hasDatabase(written)) return written;
    const [base = written] = written.split(/[/@]/);
    return engine.hasDatabase(base) ? base : written;
  }
}

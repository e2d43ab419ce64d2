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

interface Allowed {
  readonly account: Account;
  readonly database: string | undefined;
}

/** Statements of a session that were found to be allowed: accounts are replaced when anything about them changes. */
const allowed = new WeakMap<Statement, Allowed>();

/** Throws 1044, 1045, 1142, 1143 or 1227 for what the session's account may not do. */
export function requireStatementPrivileges(statement: Statement, session: SessionState): void {
  const { accounts } = session.services;
  if (accounts === undefined) return;
  const account = accounts.mustGet(session.connection.account);
  if (isUnlimited(account)) return;
  const { database } = session;
  const known = allowed.get(statement);
  if (known !== undefined && known.account === account && known.database === database) return;
  new StatementCheck(account, session).check(statement);
  allowed.set(statement, { account, database });
}

function isUnlimited(account: Account): boolean {
  let known = unlimited.get(account);
  if (known === undefined) {
    known = GLOBAL_PRIVILEGES.every((privilege) => account.globalPrivileges.has(privilege));
    unlimited.set(account, known);
  }
  return known;
}

/** What may be flushed with less than RELOAD. */
const FLUSH_PRIVILEGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["tables", ["FLUSH_TABLES"]],
  ["privileges", ["FLUSH_PRIVILEGES"]],
  ["status", ["FLUSH_STATUS"]],
  ["user_resources", ["FLUSH_USER_RESOURCES"]],
  ["optimizer_costs", ["FLUSH_OPTIMIZER_COSTS"]],
]);

interface TableNamed {
  readonly database?: string | undefined;
  readonly name: string;
}

class StatementCheck {
  readonly #account: Account;
  /** As refusals on tables name it: by the host that it came from. */
  readonly #client: Account;
  readonly #session: SessionState;

  constructor(account: Account, session: SessionState) {
    const { user, host } = session.connection;
    this.#account = account;
    this.#client = { ...account, name: { user, host } };
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
        if (!statement.local) requireGlobalPrivilege(this.#account, "FILE");
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
        for (const target of statement.targets) {
          requireGlobalPrivilege(this.#account, "RELOAD", ...(FLUSH_PRIVILEGES.get(target) ?? []));
        }
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
        this.#tableAll(statement.query === undefined ? ["CREATE"] : ["INSERT", "CREATE"], statement.table);
        for (const element of statement.elements) {
          if (element.kind === "foreign-key") this.#table("REFERENCES", element.references.table);
        }
        if (statement.query !== undefined) this.#query(statement.query);
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
        for (const table of statement.tables) this.#tableAll(["SELECT", "INSERT"], table);
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
    if (query.into !== undefined && query.into.kind !== "variables") {
      requireGlobalPrivilege(this.#account, "FILE");
    }
    if (!query.locking.some(({ strength }) => strength === "update")) return;
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
    this.#readsBeside(statement, [
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
    this.#readsBeside(statement, [statement.where, statement.orderBy]);
  }

  /** What a change reads. A change of one table that reads none of its columns needs no SELECT on it. */
  #readsBeside(statement: Update | Delete, read: readonly unknown[]): void {
    const columns = readColumns([read, statement.with]);
    this.#selects(readTables([read, { kind: "rest", with: statement.with }]), columns);
    const tables = readTables(statement.tables);
    if (tables.length > 1) {
      this.#selects(tables, readColumns([read, statement.tables, statement.with]));
      return;
    }
    const [table] = tables;
    const database = this.#databaseOf(table?.database);
    if (table === undefined || database === undefined) return;
    for (const name of readColumns(read).names) {
      requireColumnPrivilege(this.#client, "SELECT", { database, table: table.name, name });
    }
  }

  /** SELECT on all tables that stand in a part of a statement, for the columns named anywhere in it. */
  #reads(part: unknown): void {
    const tables = readTables(part);
    if (tables.length > 0) this.#selects(tables, readColumns(part));
  }

  #selects(tables: readonly TableNamed[], columns: NamedColumns): void {
    for (const table of tables) this.#table("SELECT", table, columns.all ? undefined : [...columns.names]);
  }

  /** `columns` undefined: all of the table's. */
  #table(privilege: string, table: TableNamed, columns?: readonly string[] | undefined): void {
    const database = this.#databaseOf(table.database);
    if (database === undefined) return;
    const account = this.#client;
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
    const { user, host } = this.#client.name;
    throw sqlError("ER_TABLEACCESS_DENIED_ERROR", named, user, host, table.name);
  }

  /** Names all that are missing in one refusal. */
  #tableAll(privileges: readonly string[], table: TableNamed): void {
    const database = this.#databaseOf(table.database);
    if (database === undefined) return;
    const missing = privileges.filter(
      (privilege) => !hasTablePrivilege(this.#account, privilege, database, table.name),
    );
    if (missing.length === 0) return;
    const { user, host } = this.#client.name;
    throw sqlError("ER_TABLEACCESS_DENIED_ERROR", missing.join(", "), user, host, table.name);
  }

  #rename(from: TableName, to: TableName): void {
    this.#tableAll(["DROP", "ALTER"], from);
    this.#tableAll(["INSERT", "CREATE"], to);
  }

  #schema(privilege: string, name: string | undefined): void {
    const database = this.#databaseOf(name);
    if (database !== undefined) requireSchemaPrivilege(this.#account, privilege, database);
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

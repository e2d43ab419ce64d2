/** information_schema tables about the server: databases, engines, character sets, plugins, processes, privileges. */
import type { Account } from "../../engine/accounts/account.ts";
import { accountText } from "../../engine/accounts/account.ts";
import type { DatabaseOptions } from "../../engine/api.ts";
import type { EqualityHints } from "../../engine/virtual-table.ts";
import { CHARSETS, COLLATIONS } from "../../values/charset.ts";
import type { Value } from "../../values/value.ts";
import { KEYWORDS, RESERVED } from "../lexer/keywords.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { seesDatabase, visibleDatabases } from "./catalog.ts";

type Row = readonly Value[];

export interface DatabaseRow {
  readonly name: string;
  readonly charset: string;
  readonly collation: string;
}

/** The databases that are computed, with their options. */
export const COMPUTED_DATABASES: readonly DatabaseRow[] = [
  { name: "information_schema", charset: "utf8mb3", collation: "utf8mb3_general_ci" },
  { name: "mysql", charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" },
  { name: "performance_schema", charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" },
];

const OPTIONS_OF_DAMAGED: DatabaseOptions = { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" };

/** Every database the session sees, computed ones included, sorted by name. */
export function listDatabases(context: VirtualContext, wanted?: string): readonly DatabaseRow[] {
  const stored = visibleDatabases(context, wanted).map((name): DatabaseRow => {
    const stem = name.split(/[/@]/)[0] ?? name;
    // A damaged database is listed all the same; what it was made with cannot be read.
    const known = context.engine.damageOf(stem) === undefined;
    const { charset, collation } = known ? context.engine.databaseOptions(stem) : OPTIONS_OF_DAMAGED;
    return { name, charset, collation };
  });
  const computed = COMPUTED_DATABASES.filter(
    ({ name }) => (wanted === undefined || wanted === name) && seesDatabase(context, name),
  );
  return [...computed, ...stored].sort((left, right) => (left.name < right.name ? -1 : 1));
}

export function* schemaRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  const wanted = hints.get("schema_name");
  for (const { name, charset, collation } of listDatabases(
    context,
    typeof wanted === "string" ? wanted : undefined,
  )) {
    yield ["def", name, charset, collation, null, "NO"];
  }
}

export function* schemaExtensionRows(context: VirtualContext): Generator<Row> {
  for (const { name } of listDatabases(context)) yield ["def", name, ""];
}

/** Names that CREATE TABLE accepts: all of them are stored the same way. */
export const ENGINE_ROWS: readonly Row[] = [
  ["InnoDB", "DEFAULT", "Supports transactions, row-level locking, and foreign keys", "YES", "NO", "YES"],
  ["MyISAM", "YES", "Accepted as a name; tables are stored as InnoDB's are", "YES", "NO", "YES"],
  ["MEMORY", "YES", "Accepted as a name; tables are stored as InnoDB's are", "YES", "NO", "YES"],
];

export function characterSetRows(): readonly Row[] {
  return CHARSETS.map(({ name, defaultCollation, description, maxLength }) => [
    name,
    defaultCollation,
    description,
    maxLength,
  ]);
}

export function collationRows(): readonly Row[] {
  return COLLATIONS.map((collation) => [
    collation.name,
    collation.charset,
    collation.id,
    collation.isDefault ? "Yes" : "",
    collation.isCompiled ? "Yes" : "",
    collation.sortLength,
    collation.padSpace ? "PAD SPACE" : "NO PAD",
  ]);
}

export function applicabilityRows(): readonly Row[] {
  return COLLATIONS.map(({ name, charset }) => [name, charset]);
}

export function keywordRows(): readonly Row[] {
  return KEYWORDS.map((word) => [word, RESERVED.has(word) ? 1 : 0]);
}

const PLUGIN_VERSION = "90704.0";

/** name, version, status, type, type version, library, library version, author, description, licence, load option */
export const PLUGIN_ROWS: readonly Row[] = [
  ["InnoDB", "9.7", "STORAGE ENGINE", "Supports transactions, row-level locking, and foreign keys"],
  ["caching_sha2_password", "1.0", "AUTHENTICATION", "Caching sha2 authentication"],
  ["mysql_native_password", "1.1", "AUTHENTICATION", "Native MySQL authentication"],
].map(([name = "", version = "", type = "", description = ""]) => [
  name,
  version,
  "ACTIVE",
  type,
  type === "AUTHENTICATION" ? "2.1" : PLUGIN_VERSION,
  null,
  null,
  "CairnDB",
  description,
  "Apache-2.0",
  "FORCE",
]);

/** The user part of `user@host`. */
function userOf(name: string): string {
  return name.slice(0, name.lastIndexOf("@"));
}

/** Id, User, Host, db, Command, Time, State, Info of every connection the session may see. */
export function* processRows(context: VirtualContext): Generator<Row> {
  const { processList } = context;
  if (processList === undefined) return;
  const account = currentAccount(context);
  const all = account === undefined || account.globalPrivileges.has("PROCESS");
  for (const process of processList.list()) {
    if (!all && process.user !== userOf(context.user)) continue;
    const seconds = Math.max(0, Math.floor((context.nowMicros / 1000 - process.sinceMs) / 1000));
    yield [
      process.id,
      process.user,
      process.host,
      process.database ?? null,
      process.command,
      seconds,
      process.state,
      process.info ?? null,
    ];
  }
}

function currentAccount(context: VirtualContext): Account | undefined {
  const { accounts, currentUser } = context;
  const at = currentUser.lastIndexOf("@");
  return accounts?.get({ user: currentUser.slice(0, at), host: currentUser.slice(at + 1) });
}

/** The accounts whose privileges the session may see: all, with SELECT on mysql; else its own. */
function shownAccounts(context: VirtualContext): readonly Account[] {
  const own = currentAccount(context);
  if (context.accounts === undefined || own === undefined) return [];
  return own.globalPrivileges.has("SELECT") ? context.accounts.list() : [own];
}

export function* userPrivilegeRows(context: VirtualContext): Generator<Row> {
  for (const account of shownAccounts(context)) {
    const names = account.globalPrivileges.size === 0 ? ["USAGE"] : account.globalPrivileges;
    for (const privilege of names) {
      yield [accountText(account.name), "def", privilege, account.grantOption ? "YES" : "NO"];
    }
  }
}

export function* schemaPrivilegeRows(context: VirtualContext): Generator<Row> {
  for (const account of shownAccounts(context)) {
    for (const { target, privileges, grantOption } of account.grants) {
      if (target.kind !== "schema") continue;
      for (const privilege of privileges) {
        yield [accountText(account.name), "def", target.database, privilege, grantOption ? "YES" : "NO"];
      }
    }
  }
}

export function* tablePrivilegeRows(context: VirtualContext): Generator<Row> {
  for (const account of shownAccounts(context)) {
    for (const { target, privileges, grantOption } of account.grants) {
      if (target.kind !== "table") continue;
      const head = [accountText(account.name), "def", target.database, target.table];
      for (const privilege of privileges) yield [...head, privilege, grantOption ? "YES" : "NO"];
    }
  }
}

export function* columnPrivilegeRows(context: VirtualContext): Generator<Row> {
  for (const account of shownAccounts(context)) {
    for (const { target, columns, grantOption } of account.grants) {
      if (target.kind !== "table") continue;
      const head = [accountText(account.name), "def", target.database, target.table];
      for (const [privilege, names] of columns) {
        for (const name of names) yield [...head, name, privilege, grantOption ? "YES" : "NO"];
      }
    }
  }
}

export function* userAttributeRows(context: VirtualContext): Generator<Row> {
  for (const { name, attributes } of shownAccounts(context)) yield [name.user, name.host, attributes ?? null];
}

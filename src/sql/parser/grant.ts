/** GRANT and REVOKE. */
import type { PrivilegeItem, PrivilegeObject } from "../ast/account.ts";
import type { AccountName } from "../ast/data-definition.ts";
import type { Statement } from "../ast/statement.ts";
import { T_QUOTED, T_STRING, T_WORD } from "../lexer/lexer.ts";
import { parseAccountName, parseAccountNames } from "./account-name.ts";
import type { TokenReader } from "./token-reader.ts";

/** Privileges of more than one word, as sequences of words. */
const LONG_PRIVILEGES: readonly (readonly string[])[] = [
  ["GRANT", "OPTION"],
  ["SHOW", "DATABASES"],
  ["SHOW", "VIEW"],
  ["CREATE", "TEMPORARY", "TABLES"],
  ["CREATE", "VIEW"],
  ["CREATE", "ROUTINE"],
  ["CREATE", "USER"],
  ["CREATE", "TABLESPACE"],
  ["CREATE", "ROLE"],
  ["DROP", "ROLE"],
  ["ALTER", "ROUTINE"],
  ["LOCK", "TABLES"],
  ["REPLICATION", "SLAVE"],
  ["REPLICATION", "CLIENT"],
];
const SHORT_PRIVILEGES: ReadonlySet<string> = new Set(
  "SELECT INSERT UPDATE REFERENCES DELETE USAGE INDEX ALTER CREATE DROP EXECUTE RELOAD SHUTDOWN PROCESS FILE SUPER EVENT TRIGGER".split(
    " ",
  ),
);

/** A privilege, or a role's or dynamic privilege's name: which, only ON tells. */
interface Item {
  readonly privilege?: PrivilegeItem;
  readonly account?: AccountName;
}

function parseItem(reader: TokenReader): Item {
  for (const words of LONG_PRIVILEGES) {
    if (reader.acceptAll(...words)) return { privilege: { name: words.join(" "), columns: [] } };
  }
  if (SHORT_PRIVILEGES.has(reader.word)) {
    const name = reader.anyWord().toUpperCase();
    const columns = reader.at("(") ? reader.parenthesized(() => reader.identifier()) : [];
    return { privilege: { name, columns } };
  }
  const dynamic = reader.kind === T_WORD || reader.kind === T_QUOTED || reader.kind === T_STRING;
  if (!dynamic) return reader.fail();
  const account = parseAccountName(reader);
  if (reader.wordAt(-2) === "@") return { account };
  return { account, privilege: { name: account.user.toUpperCase(), columns: [] } };
}

export function parseGrant(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.at("PROXY")) return parseProxy(reader, "grant-proxy", start);
  const items = parseItems(reader);
  if (!reader.at("ON")) return parseRoles(reader, items, { kind: "grant-role", ifExists: false, start });
  const object = parseObject(reader);
  reader.expect("TO");
  const accounts = parseAccountNames(reader);
  let grantOption = false;
  if (reader.acceptAll("WITH", "GRANT", "OPTION")) grantOption = true;
  if (reader.accept("AS")) {
    parseAccountName(reader);
    if (reader.acceptAll("WITH", "ROLE")) parseRoleChoice(reader);
  }
  return {
    kind: "grant",
    ifExists: false,
    ignoreUnknownUser: false,
    privileges: privilegesOf(reader, items),
    object,
    accounts,
    grantOption,
    start,
    end: reader.previousEnd,
  };
}

function parseRoleChoice(reader: TokenReader): void {
  if (reader.accept("DEFAULT") || reader.accept("NONE")) return;
  if (reader.accept("ALL")) {
    if (reader.accept("EXCEPT")) parseAccountNames(reader);
    return;
  }
  parseAccountNames(reader);
}

function parseItems(reader: TokenReader): readonly Item[] {
  if (reader.accept("ALL")) {
    reader.accept("PRIVILEGES");
    return [{ privilege: { name: "ALL", columns: [] } }];
  }
  return reader.list(() => parseItem(reader));
}

function privilegesOf(reader: TokenReader, items: readonly Item[]): readonly PrivilegeItem[] {
  return items.map((item) => item.privilege ?? reader.fail());
}

interface RoleHead {
  readonly kind: "grant-role" | "revoke-role";
  readonly ifExists: boolean;
  readonly start: number;
}

function parseRoles(reader: TokenReader, items: readonly Item[], head: RoleHead): Statement {
  const roles = items.map((item) => item.account ?? reader.fail());
  reader.expect(head.kind === "grant-role" ? "TO" : "FROM");
  const accounts = parseAccountNames(reader);
  const adminOption = head.kind === "grant-role" && reader.acceptAll("WITH", "ADMIN", "OPTION");
  const ignoreUnknownUser = reader.acceptAll("IGNORE", "UNKNOWN", "USER");
  return { ...head, ignoreUnknownUser, roles, accounts, adminOption, end: reader.previousEnd };
}

function parseProxy(reader: TokenReader, kind: "grant-proxy" | "revoke-proxy", start: number): Statement {
  reader.expect("PROXY", "ON");
  const proxied = parseAccountName(reader);
  reader.expect(kind === "grant-proxy" ? "TO" : "FROM");
  const accounts = parseAccountNames(reader);
  const grantOption = reader.acceptAll("WITH", "GRANT", "OPTION");
  return { kind, proxied, accounts, grantOption, start, end: reader.previousEnd };
}

/** ON [TABLE | PROCEDURE | FUNCTION] *, *.*, db.*, t, db.t */
function parseObject(reader: TokenReader): PrivilegeObject {
  reader.expect("ON");
  const typed = reader.at("TABLE") || reader.at("PROCEDURE") || reader.at("FUNCTION");
  const kind = reader.at("PROCEDURE") ? "procedure" : reader.at("FUNCTION") ? "function" : "table";
  if (typed && reader.wordAt(1) !== ".") reader.advance();
  if (reader.accept("*")) {
    if (!reader.accept(".")) return { kind: "database" };
    reader.expect("*");
    return { kind: "global" };
  }
  const first = reader.identifier();
  if (!reader.accept(".")) return { kind, name: first };
  if (reader.accept("*")) return { kind: "database", database: first };
  return { kind, database: first, name: reader.identifier() };
}

export function parseRevoke(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const ifExists = reader.acceptAll("IF", "EXISTS");
  if (reader.at("PROXY")) return parseProxy(reader, "revoke-proxy", start);
  const items = parseItems(reader);
  if (items[0]?.privilege?.name === "ALL" && reader.at(",")) {
    reader.expect(",", "GRANT", "OPTION", "FROM");
    const accounts = parseAccountNames(reader);
    const ignoreUnknownUser = reader.acceptAll("IGNORE", "UNKNOWN", "USER");
    return { kind: "revoke-all", ifExists, ignoreUnknownUser, accounts, start, end: reader.previousEnd };
  }
  if (!reader.at("ON")) return parseRoles(reader, items, { kind: "revoke-role", ifExists, start });
  const object = parseObject(reader);
  reader.expect("FROM");
  const accounts = parseAccountNames(reader);
  const ignoreUnknownUser = reader.acceptAll("IGNORE", "UNKNOWN", "USER");
  return {
    kind: "revoke",
    ifExists,
    ignoreUnknownUser,
    privileges: privilegesOf(reader, items),
    object,
    accounts,
    grantOption: false,
    start,
    end: reader.previousEnd,
  };
}

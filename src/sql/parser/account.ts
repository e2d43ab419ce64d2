/** CREATE, ALTER, DROP, RENAME USER and ROLE. */
import type {
  AccountOption,
  Authentication,
  CreateRole,
  CreateUser,
  DropUser,
  RenameUser,
  UserSpecification,
} from "../ast/account.ts";
import type { Statement } from "../ast/statement.ts";
import { T_HEX } from "../lexer/lexer.ts";
import { hexBytes } from "../lexer/string-text.ts";
import { parseAccountName, parseAccountNames } from "./account-name.ts";
import { acceptIfNotExists } from "./create-table.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseCreateUser(reader: TokenReader, start: number): CreateUser {
  reader.expect("USER");
  const ifClause = acceptIfNotExists(reader);
  const users = reader.list(() => parseUser(reader));
  const defaultRoles = reader.acceptAll("DEFAULT", "ROLE") ? parseAccountNames(reader) : [];
  const options = parseOptions(reader);
  return { kind: "create-user", ifClause, users, defaultRoles, options, start, end: reader.previousEnd };
}

export function parseAlterUser(reader: TokenReader, start: number): Statement {
  reader.expect("USER");
  const ifClause = reader.acceptAll("IF", "EXISTS");
  if (reader.acceptAll("USER", "(", ")")) {
    const account = { user: "", host: "", currentUser: true } as const;
    const authentication = parseAuthentication(reader);
    const users = [{ account, ...(authentication === undefined ? {} : { authentication }) }];
    const end = reader.previousEnd;
    return { kind: "alter-user", ifClause, users, defaultRoles: [], options: [], start, end };
  }
  const users = reader.list(() => parseUser(reader));
  if (reader.acceptAll("DEFAULT", "ROLE")) {
    const roles = reader.accept("NONE") ? "none" : reader.accept("ALL") ? "all" : parseAccountNames(reader);
    const accounts = users.map((user) => user.account);
    return { kind: "set-default-role", roles, accounts, start, end: reader.previousEnd };
  }
  const options = parseOptions(reader);
  return { kind: "alter-user", ifClause, users, defaultRoles: [], options, start, end: reader.previousEnd };
}

function parseUser(reader: TokenReader): UserSpecification {
  const account = parseAccountName(reader);
  const authentication = parseAuthentication(reader);
  return authentication === undefined ? { account } : { account, authentication };
}

/** IDENTIFIED … and DISCARD OLD PASSWORD; further factors (AND IDENTIFIED …) are refused as MySQL refuses bad syntax. */
function parseAuthentication(reader: TokenReader): Authentication | undefined {
  if (reader.acceptAll("DISCARD", "OLD", "PASSWORD")) {
    return { random: false, retainCurrent: false, discardOld: true };
  }
  if (!reader.accept("IDENTIFIED")) return undefined;
  const found: { -readonly [K in keyof Authentication]: Authentication[K] } = {
    random: false,
    retainCurrent: false,
    discardOld: false,
  };
  if (reader.accept("WITH")) {
    found.plugin = reader.identifierOrString();
    if (reader.accept("AS")) found.hash = parseHash(reader);
    else if (reader.accept("BY")) parsePassword(reader, found);
  } else {
    reader.expect("BY");
    parsePassword(reader, found);
  }
  if (reader.accept("REPLACE")) found.replace = reader.stringText();
  if (reader.acceptAll("RETAIN", "CURRENT", "PASSWORD")) found.retainCurrent = true;
  return found;
}

function parsePassword(reader: TokenReader, found: { password?: string; random: boolean }): void {
  if (reader.acceptAll("RANDOM", "PASSWORD")) found.random = true;
  else found.password = reader.stringText();
}

function parseHash(reader: TokenReader): Uint8Array {
  const { kind, start, tokenEnd, text } = reader;
  if (kind !== T_HEX) return reader.stringBytes();
  reader.advance();
  return hexBytes(text, start, tokenEnd);
}

function parseOptions(reader: TokenReader): readonly AccountOption[] {
  const options: AccountOption[] = [];
  if (reader.accept("REQUIRE")) parseRequire(reader, options);
  if (reader.accept("WITH")) {
    do {
      const name = reader.anyWord();
      if (!/^max_(queries|updates|connections)_per_hour$|^max_user_connections$/.test(name)) {
        reader.moveTo(reader.position - 1);
        reader.fail();
      }
      options.push({ name, value: String(reader.integer()) });
    } while (reader.word.startsWith("MAX_"));
  }
  while (parseOption(reader, options)) {
    // each call reads one option
  }
  return options;
}

function parseRequire(reader: TokenReader, options: AccountOption[]): void {
  if (reader.accept("NONE")) options.push({ name: "require", value: "NONE" });
  else if (reader.accept("SSL")) options.push({ name: "require", value: "SSL" });
  else if (reader.accept("X509")) options.push({ name: "require", value: "X509" });
  else {
    do {
      const name = reader.anyWord();
      if (name !== "subject" && name !== "issuer" && name !== "cipher") reader.fail();
      options.push({ name: `require ${name}`, value: reader.stringText() });
      reader.accept("AND");
    } while (reader.at("SUBJECT") || reader.at("ISSUER") || reader.at("CIPHER"));
  }
}

function parseOption(reader: TokenReader, options: AccountOption[]): boolean {
  const add = (name: string, value: string): boolean => {
    options.push({ name, value });
    return true;
  };
  switch (reader.word) {
    case "ACCOUNT": {
      reader.advance();
      const locked = reader.accept("LOCK");
      if (!locked) reader.expect("UNLOCK");
      return add("account", locked ? "lock" : "unlock");
    }
    case "PASSWORD":
      reader.advance();
      return parsePasswordOption(reader, add);
    case "FAILED_LOGIN_ATTEMPTS":
      reader.advance();
      return add("failed_login_attempts", String(reader.integer()));
    case "PASSWORD_LOCK_TIME":
      reader.advance();
      return add("password_lock_time", reader.accept("UNBOUNDED") ? "unbounded" : String(reader.integer()));
    case "COMMENT":
    case "ATTRIBUTE": {
      const name = reader.anyWord();
      return add(name, reader.stringText());
    }
  }
  return false;
}

function parsePasswordOption(reader: TokenReader, add: (name: string, value: string) => boolean): boolean {
  if (reader.accept("EXPIRE")) {
    if (reader.accept("NEVER")) return add("password expire", "never");
    if (reader.accept("DEFAULT")) return add("password expire", "default");
    if (!reader.accept("INTERVAL")) return add("password expire", "now");
    const days = reader.integer();
    reader.expect("DAY");
    return add("password expire", String(days));
  }
  if (reader.accept("HISTORY")) {
    return add("password history", reader.accept("DEFAULT") ? "default" : String(reader.integer()));
  }
  if (reader.acceptAll("REUSE", "INTERVAL")) {
    if (reader.accept("DEFAULT")) return add("password reuse interval", "default");
    const days = reader.integer();
    reader.expect("DAY");
    return add("password reuse interval", String(days));
  }
  reader.expect("REQUIRE", "CURRENT");
  const value = reader.accept("DEFAULT") ? "default" : reader.accept("OPTIONAL") ? "optional" : "required";
  return add("password require current", value);
}

export function parseCreateRole(reader: TokenReader, start: number): CreateRole {
  reader.expect("ROLE");
  const ifNotExists = acceptIfNotExists(reader);
  return {
    kind: "create-role",
    ifNotExists,
    accounts: parseAccountNames(reader),
    start,
    end: reader.previousEnd,
  };
}

/** DROP USER | ROLE, from that word. */
export function parseDropAccounts(reader: TokenReader, start: number): DropUser {
  const kind = reader.at("USER") ? "drop-user" : "drop-role";
  reader.advance();
  const ifExists = reader.acceptAll("IF", "EXISTS");
  return { kind, ifExists, accounts: parseAccountNames(reader), start, end: reader.previousEnd };
}

/** RENAME USER, from USER. */
export function parseRenameUser(reader: TokenReader, start: number): RenameUser {
  reader.expect("USER");
  const renames = reader.list(() => {
    const from = parseAccountName(reader);
    reader.expect("TO");
    return { from, to: parseAccountName(reader) };
  });
  return { kind: "rename-user", renames, start, end: reader.previousEnd };
}

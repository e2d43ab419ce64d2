/** CREATE USER and ALTER USER as changes of one account. */
import type { Random } from "../../base/random.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Account, AccountName, AuthPlugin } from "./account.ts";
import type { UserRequest, UserStatement } from "./account-request.ts";
import { hashPassword, isPasswordHash } from "./password-hash.ts";

const USER_NAME_LENGTH_MAX = 32;
const HOST_NAME_LENGTH_MAX = 255;
const PLUGINS: ReadonlySet<string> = new Set<AuthPlugin>(["caching_sha2_password", "mysql_native_password"]);
const DEFAULT_PLUGIN: AuthPlugin = "caching_sha2_password";

export interface UserStatementContext {
  readonly random: Random;
  /** ISO time of the change. */
  readonly now: string;
}

/** Throws 1470 when a part of the name is too long. */
export function checkName(name: AccountName): void {
  if ([...name.user].length > USER_NAME_LENGTH_MAX) {
    throw sqlError("ER_WRONG_STRING_LENGTH", name.user, "user name", USER_NAME_LENGTH_MAX);
  }
  if ([...name.host].length > HOST_NAME_LENGTH_MAX) {
    throw sqlError("ER_WRONG_STRING_LENGTH", name.host, "host name", HOST_NAME_LENGTH_MAX);
  }
}

export function newAccount(name: AccountName, now: string): Account {
  return {
    name,
    plugin: DEFAULT_PLUGIN,
    authentication: "",
    locked: false,
    passwordExpired: false,
    passwordChangedAt: now,
    requireTls: false,
    comment: undefined,
    attributes: undefined,
    globalPrivileges: new Set(),
    grants: [],
    grantOption: false,
  };
}

/** The account as the statement makes it. Throws 1235 for what is not kept, 1524 and 1827 for a wrong plugin or hash. */
export function applyUserStatement(
  account: Account,
  request: UserRequest,
  statement: UserStatement,
  context: UserStatementContext,
): Account {
  if (statement.defaultRoles.length > 0) throw sqlError("ER_NOT_SUPPORTED_YET", "DEFAULT ROLE");
  let changed = applyAuthentication(account, request, context);
  for (const option of statement.options) changed = applyOption(changed, option.name, option.value);
  return changed;
}

export function withPassword(account: Account, password: string, context: UserStatementContext): Account {
  return {
    ...account,
    authentication: hashPassword(account.plugin, password, context.random),
    passwordExpired: false,
    passwordChangedAt: context.now,
  };
}

function applyAuthentication(account: Account, request: UserRequest, context: UserStatementContext): Account {
  const { authentication } = request;
  if (authentication === undefined) return account;
  if (authentication.random) throw sqlError("ER_NOT_SUPPORTED_YET", "RANDOM PASSWORD");
  if (authentication.retainCurrent || authentication.discardOld) {
    throw sqlError("ER_NOT_SUPPORTED_YET", "dual passwords");
  }
  const plugin = authentication.plugin === undefined ? account.plugin : toPlugin(authentication.plugin);
  const replaced: Account = {
    ...account,
    plugin,
    authentication: plugin === account.plugin ? account.authentication : "",
  };
  if (authentication.password !== undefined) return withPassword(replaced, authentication.password, context);
  if (authentication.hash === undefined)
    return authentication.plugin === undefined ? account : { ...replaced, authentication: "" };
  const hash = Buffer.from(authentication.hash).toString("latin1");
  if (!isPasswordHash(plugin, hash)) throw sqlError("ER_PASSWORD_FORMAT");
  return { ...replaced, authentication: hash, passwordExpired: false, passwordChangedAt: context.now };
}

function toPlugin(name: string): AuthPlugin {
  const lower = name.toLowerCase();
  if (!PLUGINS.has(lower)) throw sqlError("ER_PLUGIN_IS_NOT_LOADED", name);
  return lower === "mysql_native_password" ? "mysql_native_password" : "caching_sha2_password";
}

function applyOption(account: Account, name: string, value: string): Account {
  const keyword = value.toLowerCase();
  switch (name.toLowerCase()) {
    case "account":
      return { ...account, locked: keyword === "lock" };
    case "require":
      if (keyword !== "none" && keyword !== "ssl") throw sqlError("ER_NOT_SUPPORTED_YET", `REQUIRE ${value}`);
      return { ...account, requireTls: keyword === "ssl" };
    case "comment":
      return { ...account, comment: value };
    case "attribute":
      return { ...account, attributes: value };
    case "password expire":
      if (keyword === "") return { ...account, passwordExpired: true };
      if (keyword === "default" || keyword === "never") return { ...account, passwordExpired: false };
      throw sqlError("ER_NOT_SUPPORTED_YET", "PASSWORD EXPIRE INTERVAL");
    default:
      // Policies and limits that are not kept: their defaults change nothing.
      if (keyword === "default" || keyword === "0" || keyword === "none") return account;
      throw sqlError("ER_NOT_SUPPORTED_YET", name.toUpperCase());
  }
}

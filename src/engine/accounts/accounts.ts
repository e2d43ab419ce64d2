/**
 * The server's accounts: who may log in from where, and what they may do. All are in memory; a statement changes them
 * as a whole (all its users or none), durably, before it is answered.
 */
import { unreachable } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { type Logger, silentLogger } from "../../base/logger.ts";
import { Mutex } from "../../base/mutex.ts";
import type { Random } from "../../base/random.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { sqlError } from "../../values/sql-error.ts";
import { type Account, type AccountName, accountText } from "./account.ts";
import { readStoredAccounts, type StoredAccounts, writeStoredAccounts } from "./account-file.ts";
import type {
  AccountReference,
  AccountStatement,
  AccountWarning,
  DropUserStatement,
  GrantObjects,
  GrantStatement,
  RenameUserStatement,
  RevokeAllStatement,
  SetPasswordStatement,
  UserStatement,
} from "./account-request.ts";
import { mayGrant } from "./grant-right.ts";
import { toGrantChange, withGrant, withoutGrant } from "./grants.ts";
import { hostMatches, hostSpecificity } from "./host-match.ts";
import { hasGlobalPrivilege, requireGlobalPrivilege } from "./privilege-check.ts";
import { DYNAMIC_PRIVILEGES, GLOBAL_PRIVILEGES } from "./privileges.ts";
import { createUserText, grantLines } from "./show-grants.ts";
import { applyUserStatement, checkName, newAccount, withPassword } from "./user-statements.ts";

export interface AccountsOptions {
  readonly files: FileSystem;
  /** Must exist. */
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
}

type AccountMap = ReadonlyMap<string, Account>;

export class Accounts {
  readonly #options: AccountsOptions;
  readonly #mutex = new Mutex();
  /** Replaced as a whole by each change. */
  #accounts: AccountMap;
  /** In the order in which a login tries them. */
  #loginOrder: readonly Account[] = [];

  private constructor(options: AccountsOptions, accounts: AccountMap) {
    this.#options = options;
    this.#accounts = accounts;
    this.#setLoginOrder();
  }

  /** Reads the accounts of a data folder. A folder without any gets root@localhost, without a password. */
  static async open(
    options: AccountsOptions,
  ): Promise<{ readonly accounts: Accounts; readonly created: boolean }> {
    const stored = readStoredAccounts(options.files, options.folder);
    if (stored !== undefined) {
      await repair(options, stored);
      return { accounts: new Accounts(options, toMap(stored.accounts)), created: false };
    }
    const accounts = new Accounts(options, new Map());
    const name = { user: "root", host: "localhost" };
    const root: Account = {
      ...newAccount(name, accounts.#now()),
      globalPrivileges: new Set([...GLOBAL_PRIVILEGES, ...DYNAMIC_PRIVILEGES]),
      grantOption: true,
    };
    await accounts.#store(toMap([root]));
    return { accounts, created: true };
  }

  /** The account that a user from one of `hosts` logs in as: the most specific host first, named users before the
   *  anonymous one. */
  findForLogin(user: string, hosts: readonly string[]): Account | undefined {
    return this.#loginOrder.find(
      ({ name }) => (name.user === user || name.user === "") && hostMatches(name.host, hosts),
    );
  }

  get(name: AccountName): Account | undefined {
    return this.#accounts.get(keyOf(name));
  }

  /** By user, then host. */
  list(): readonly Account[] {
    return [...this.#accounts.values()].sort((left, right) => compareNames(left.name, right.name));
  }

  /** The account of a session; 1045 when it was dropped meanwhile. */
  mustGet(name: AccountName): Account {
    const account = this.get(name);
    if (account === undefined) throw sqlError("ER_ACCESS_DENIED_NO_PASSWORD_ERROR", name.user, name.host);
    return account;
  }

  hasGlobal(name: AccountName, privilege: string): boolean {
    const account = this.get(name);
    return account !== undefined && hasGlobalPrivilege(account, privilege);
  }

  /** SHOW GRANTS: 1141 when there is no such account. */
  showGrants(name: AccountName): readonly string[] {
    const account = this.get(name);
    if (account === undefined) throw sqlError("ER_NONEXISTING_GRANT", name.user, name.host);
    return grantLines(account);
  }

  /** SHOW CREATE USER: 1396 when there is no such account. */
  showCreateUser(name: AccountName): string {
    const account = this.get(name);
    if (account === undefined) throw sqlError("ER_CANNOT_USER", "SHOW CREATE USER", accountText(name));
    return createUserText(account);
  }

  /** Runs a statement for the account `actor`. Durable when it resolves. */
  async execute(
    actor: AccountName,
    statement: AccountStatement,
    objects: GrantObjects,
  ): Promise<readonly AccountWarning[]> {
    return await this.#mutex.runExclusive(async () => {
      const warnings: AccountWarning[] = [];
      const accounts = new Map(this.#accounts);
      const change: Change = { actor: this.mustGet(actor), accounts, warnings, objects };
      this.#apply(change, statement);
      await this.#store(accounts);
      return warnings;
    });
  }

  #apply(change: Change, statement: AccountStatement): void {
    switch (statement.kind) {
      case "create-user":
        this.#createUsers(change, statement);
        break;
      case "alter-user":
        this.#alterUsers(change, statement);
        break;
      case "drop-user":
        dropUsers(change, statement);
        break;
      case "rename-user":
        renameUsers(change, statement);
        break;
      case "password":
        this.#setPassword(change, statement);
        break;
      case "grant":
      case "revoke":
        changeGrants(change, statement);
        break;
      case "revoke-all":
        revokeAll(change, statement);
        break;
      case "create-role":
      case "drop-role":
      case "grant-role":
      case "revoke-role":
        throw sqlError("ER_NOT_SUPPORTED_YET", "roles");
      case "grant-proxy":
      case "revoke-proxy":
        throw sqlError("ER_NOT_SUPPORTED_YET", "PROXY");
      default:
        unreachable(statement);
    }
  }

  #createUsers(change: Change, statement: UserStatement): void {
    requireGlobalPrivilege(change.actor, "CREATE USER");
    const failed: string[] = [];
    for (const request of statement.users) {
      const name = nameOf(change, request.account);
      checkName(name);
      if (change.accounts.has(keyOf(name))) {
        if (statement.ifClause) note(change, 3163, `Authorization ID ${accountText(name)} already exists.`);
        else failed.push(`${accountText(name)} (User account already exists)`);
        continue;
      }
      const created = applyUserStatement(newAccount(name, this.#now()), request, statement, this.#context());
      change.accounts.set(keyOf(name), created);
    }
    throwIfAny("CREATE USER", failed);
  }

  #alterUsers(change: Change, statement: UserStatement): void {
    const failed: string[] = [];
    for (const request of statement.users) {
      const name = nameOf(change, request.account);
      const account = change.accounts.get(keyOf(name));
      const onlyOwnPassword = keyOf(name) === keyOf(change.actor.name) && statement.options.length === 0;
      if (!onlyOwnPassword) requireGlobalPrivilege(change.actor, "CREATE USER");
      if (account === undefined) {
        if (statement.ifClause) note(change, 3162, `Authorization ID ${accountText(name)} does not exist.`);
        else failed.push(`${accountText(name)} (User account does not exist)`);
        continue;
      }
      change.accounts.set(keyOf(name), applyUserStatement(account, request, statement, this.#context()));
    }
    throwIfAny("ALTER USER", failed);
  }

  #setPassword(change: Change, statement: SetPasswordStatement): void {
    if (statement.password === undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "RANDOM PASSWORD");
    const name = statement.account === undefined ? change.actor.name : nameOf(change, statement.account);
    if (keyOf(name) !== keyOf(change.actor.name)) requireGlobalPrivilege(change.actor, "CREATE USER");
    const account = change.accounts.get(keyOf(name));
    if (account === undefined) throw sqlError("ER_PASSWORD_NO_MATCH");
    change.accounts.set(keyOf(name), withPassword(account, statement.password, this.#context()));
  }

  #context(): { readonly random: Random; readonly now: string } {
    return { random: this.#options.random, now: this.#now() };
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  /** First the file, then memory: a change that cannot be written is not seen. */
  async #store(accounts: AccountMap): Promise<void> {
    await writeStoredAccounts(this.#options.files, this.#options.folder, [...accounts.values()]);
    this.#accounts = accounts;
    this.#setLoginOrder();
  }

  #setLoginOrder(): void {
    this.#loginOrder = [...this.#accounts.values()].sort(
      (left, right) =>
        hostSpecificity(right.name.host) - hostSpecificity(left.name.host) ||
        Number(right.name.user !== "") - Number(left.name.user !== ""),
    );
  }
}

/** Writes the file and its copy again when one of them is damaged. */
async function repair(options: AccountsOptions, { accounts, damage }: StoredAccounts): Promise<void> {
  if (damage === undefined) return;
  const { files, folder, logger = silentLogger } = options;
  try {
    await writeStoredAccounts(files, folder, accounts);
    logger.error("one of the two files of accounts was damaged or behind; both are written again", {
      error: damage.message,
    });
  } catch (error) {
    // The whole one is still there: nobody loses or gains a right by it, and the next start tries again.
    logger.error("one of the two files of accounts is damaged, and they cannot be written again", {
      error: damage.message,
      cause: String(error),
    });
  }
}

interface Change {
  readonly actor: Account;
  readonly accounts: Map<string, Account>;
  readonly warnings: AccountWarning[];
  readonly objects: GrantObjects;
}

function dropUsers(change: Change, statement: DropUserStatement): void {
  requireGlobalPrivilege(change.actor, "CREATE USER");
  const failed: string[] = [];
  for (const reference of statement.accounts) {
    const name = nameOf(change, reference);
    if (change.accounts.delete(keyOf(name))) continue;
    if (statement.ifExists) note(change, 3162, `Authorization ID ${accountText(name)} does not exist.`);
    else failed.push(`${accountText(name)} (User account does not exist)`);
  }
  throwIfAny("DROP USER", failed);
}

function renameUsers(change: Change, statement: RenameUserStatement): void {
  requireGlobalPrivilege(change.actor, "CREATE USER");
  const failed: string[] = [];
  for (const rename of statement.renames) {
    const from = nameOf(change, rename.from);
    const to = nameOf(change, rename.to);
    checkName(to);
    const account = change.accounts.get(keyOf(from));
    if (account === undefined || change.accounts.has(keyOf(to))) {
      failed.push(accountText(from));
      continue;
    }
    change.accounts.delete(keyOf(from));
    change.accounts.set(keyOf(to), { ...account, name: to });
  }
  throwIfAny("RENAME USER", failed);
}

function changeGrants(change: Change, statement: GrantStatement): void {
  const grant = toGrantChange(statement, change.objects);
  mayGrant(change.actor, grant);
  for (const reference of statement.accounts) {
    const name = nameOf(change, reference);
    const account = change.accounts.get(keyOf(name));
    if (account === undefined) {
      if (statement.kind === "grant") throw sqlError("ER_CANT_CREATE_USER_WITH_GRANT");
      if (statement.ignoreUnknownUser) {
        warn(change, 3162, `Authorization ID ${name.user} does not exist.`);
        continue;
      }
    }
    const changed =
      account === undefined
        ? undefined
        : statement.kind === "grant"
          ? withGrant(account, grant)
          : withoutGrant(account, grant);
    if (changed !== undefined) change.accounts.set(keyOf(name), changed);
    else if (account === undefined || !statement.ifExists) throw noSuchGrant(name, grant.target);
    else warn(change, 1141, noSuchGrant(name, grant.target).message);
  }
}

function revokeAll(change: Change, statement: RevokeAllStatement): void {
  requireGlobalPrivilege(change.actor, "CREATE USER");
  for (const reference of statement.accounts) {
    const name = nameOf(change, reference);
    const account = change.accounts.get(keyOf(name));
    if (account !== undefined) {
      change.accounts.set(keyOf(name), {
        ...account,
        globalPrivileges: new Set(),
        grants: [],
        grantOption: false,
      });
    } else if (statement.ignoreUnknownUser) {
      warn(change, 3162, `Authorization ID ${name.user} does not exist.`);
    } else {
      throw sqlError("ER_REVOKE_GRANTS");
    }
  }
}

function noSuchGrant(
  name: AccountName,
  target: ReturnType<typeof toGrantChange>["target"],
): ReturnType<typeof sqlError> {
  if (target?.kind === "table") {
    return sqlError("ER_NONEXISTING_TABLE_GRANT", name.user, name.host, target.table);
  }
  return sqlError("ER_NONEXISTING_GRANT", name.user, name.host);
}

function nameOf(change: Change, reference: AccountReference): AccountName {
  if (reference.currentUser) return change.actor.name;
  return { user: reference.user, host: reference.host.toLowerCase() };
}

function note(change: Change, errno: number, message: string): void {
  change.warnings.push({ level: "Note", errno, message });
}

function warn(change: Change, errno: number, message: string): void {
  change.warnings.push({ level: "Warning", errno, message });
}

/** 1396 with all that failed. */
function throwIfAny(operation: string, failed: readonly string[]): void {
  if (failed.length > 0) throw sqlError("ER_CANNOT_USER", operation, failed.join(","));
}

/** Names are asked for with every statement of their sessions. */
const keys = new WeakMap<AccountName, string>();

function keyOf(name: AccountName): string {
  let key = keys.get(name);
  if (key === undefined) {
    key = `${name.user}\0${name.host}`;
    keys.set(name, key);
  }
  return key;
}

function toMap(accounts: readonly Account[]): Map<string, Account> {
  return new Map(accounts.map((account) => [keyOf(account.name), account]));
}

function compareNames(left: AccountName, right: AccountName): number {
  const leftKey = keyOf(left);
  const rightKey = keyOf(right);
  return leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { AccountName } from "../../src/engine/accounts/account.ts";
import type {
  AccountStatement,
  GrantObjects,
  PrivilegeTarget,
  UserRequest,
} from "../../src/engine/accounts/account-request.ts";
import { Accounts } from "../../src/engine/accounts/accounts.ts";
import {
  canSeeDatabase,
  hasTablePrivilege,
  requireColumnPrivilege,
  requireDatabase,
  requireTablePrivilege,
} from "../../src/engine/accounts/privilege-check.ts";
import { NodeFileSystem } from "../../src/io/node-file-system.ts";
import type { SqlError } from "../../src/values/sql-error.ts";
import { FailingFileSystem } from "../support/failing-file-system.ts";

const ROOT = { user: "root", host: "localhost" };
const OBJECTS: GrantObjects = {
  currentDatabase: "d1",
  tableExists: (database, table) => database === "d1" && table === "t",
  columnExists: (_database, _table, column) => column === "a" || column === "b",
  routineExists: () => false,
};

let folder: string;
let accounts: Accounts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cairn-accounts-"));
  accounts = (await open()).accounts;
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function open(): ReturnType<typeof Accounts.open> {
  return Accounts.open({ files: new NodeFileSystem(), folder, clock: systemClock, random: systemRandom });
}

function reference(text: string): { user: string; host: string; currentUser: boolean } {
  const [user = "", host = "%"] = text.split("@");
  return { user, host, currentUser: false };
}

function name(text: string): AccountName {
  const { user, host } = reference(text);
  return { user, host };
}

async function run(statement: AccountStatement, actor: AccountName = ROOT): Promise<readonly string[]> {
  const warnings = await accounts.execute(actor, statement, OBJECTS);
  return warnings.map(({ level, errno, message }) => `${level} ${errno} ${message}`);
}

/** `1396 Operation …` of the error, or what the warnings say. */
async function outcome(statement: AccountStatement, actor: AccountName = ROOT): Promise<string> {
  try {
    return (await run(statement, actor)).join("; ");
  } catch (error) {
    const { errno, message } = error as SqlError;
    return `${errno} ${message}`;
  }
}

function createUser(
  users: readonly string[],
  extra: Partial<Extract<AccountStatement, { kind: "create-user" | "alter-user" }>> & {
    readonly authentication?: Partial<NonNullable<UserRequest["authentication"]>>;
  } = {},
): AccountStatement {
  const { authentication, ...rest } = extra;
  return {
    kind: "create-user",
    ifClause: false,
    defaultRoles: [],
    options: [],
    users: users.map((user) => ({
      account: reference(user),
      ...(authentication === undefined
        ? {}
        : { authentication: { random: false, retainCurrent: false, discardOld: false, ...authentication } }),
    })),
    ...rest,
  };
}

const GLOBAL: PrivilegeTarget = { kind: "global" };
const D1: PrivilegeTarget = { kind: "database", database: "d1" };
const T: PrivilegeTarget = { kind: "table", database: "d1", name: "t" };

/** `SELECT (a), INSERT` */
function grant(
  kind: "grant" | "revoke",
  list: string,
  object: PrivilegeTarget,
  to: string,
): AccountStatement {
  const withOption = list.endsWith(" WITH GRANT OPTION");
  const privileges = list
    .replace(" WITH GRANT OPTION", "")
    .split(/, (?![^(]*\))/)
    .map((each) => {
      const [, privilege = "", columns] = /^([^(]*?)(?: \((.*)\))?$/.exec(each) ?? [];
      return { name: privilege, columns: columns?.split(", ") ?? [] };
    });
  return {
    kind,
    ifExists: false,
    ignoreUnknownUser: false,
    privileges,
    object,
    accounts: [reference(to)],
    grantOption: withOption,
  };
}

function grantsOf(text: string): readonly string[] {
  return accounts.showGrants(name(text));
}

describe("Accounts", () => {
  test("a new folder gets root@localhost with all privileges and no password", async () => {
    expect(accounts.list().map((account) => account.name)).toEqual([ROOT]);
    const [fixed, dynamic] = accounts.showGrants(ROOT);
    expect(fixed).toBe(
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, SHUTDOWN, PROCESS, FILE, REFERENCES, INDEX, ALTER, " +
        "SHOW DATABASES, SUPER, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, " +
        "CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER, CREATE TABLESPACE, " +
        "CREATE ROLE, DROP ROLE ON *.* TO `root`@`localhost` WITH GRANT OPTION",
    );
    expect(dynamic).toMatch(
      /^GRANT ALLOW_NONEXISTENT_DEFINER,.*,XA_RECOVER_ADMIN ON \*\.\* TO `root`@`localhost`/,
    );
    expect(accounts.findForLogin("root", ["localhost", "127.0.0.1"])?.name).toEqual(ROOT);
    expect(accounts.findForLogin("root", ["192.168.1.1"])).toBeUndefined();
    expect((await open()).created).toBe(false);
  });

  test("changes are there after opening again, to the last detail", async () => {
    await run(
      createUser(["a@%"], { authentication: { password: "x" }, options: [{ name: "comment", value: "hi" }] }),
    );
    await run(grant("grant", "SELECT (a), INSERT (b, a), UPDATE", T, "a"));
    await run(grant("grant", "ALL WITH GRANT OPTION", D1, "a"));
    const again = (await open()).accounts;
    expect(again.list()).toEqual(accounts.list());
  });

  describe("of which", () => {
    const file = () => join(folder, "accounts");
    const copy = () => join(folder, "accounts.copy");
    const damages: Readonly<Record<string, (path: string) => void>> = {
      changed: (path) =>
        writeFileSync(path, readFileSync(path, "utf8").replace('"locked": false', '"locked": true ')),
      "cut short": (path) => writeFileSync(path, readFileSync(path, "utf8").slice(0, -10)),
      emptied: (path) => writeFileSync(path, ""),
      "of another program": (path) => writeFileSync(path, "nothing of ours\n"),
      removed: (path) => rmSync(path),
    };

    test.each(Object.keys(damages))("one file is %s are whole, and are written again", async (kind) => {
      await run(createUser(["a@%"], { authentication: { password: "x" } }));
      const whole = readFileSync(file(), "utf8");
      for (const path of [file(), copy()]) {
        damages[kind]?.(path);
        const opened = await open();
        expect(opened.created).toBe(false);
        expect(opened.accounts.list()).toEqual(accounts.list());
        expect([readFileSync(file(), "utf8"), readFileSync(copy(), "utf8")]).toEqual([whole, whole]);
      }
    });

    test("both files are damaged are refused, not taken for none: with file, place and what to do", async () => {
      damages["changed"]?.(file());
      damages["cut short"]?.(copy());
      const start = readFileSync(file(), "utf8").indexOf("\n") + 1;
      await expect(open()).rejects.toThrow(
        `nobody may log in (damaged accounts: ${file()} at byte ${start}; damaged accounts: ${copy()} at byte ${start}). Put`,
      );
      rmSync(file());
      await expect(open()).rejects.toThrow("cannot be read");
      writeFileSync(file(), "");
      await expect(open()).rejects.toThrow(`not a file of accounts: ${file()} at byte 0`);
    });

    test("the copy is ahead, by a change that was never answered, are those of the file", async () => {
      const before = readFileSync(file(), "utf8");
      await run(createUser(["a@%"]));
      writeFileSync(file(), before);
      const opened = await open();
      expect(opened.accounts.list().map(({ name: found }) => found)).toEqual([ROOT]);
      expect(readFileSync(copy(), "utf8")).toBe(before);
    });

    test("the copy cannot be written again are in service all the same", async () => {
      writeFileSync(copy(), "");
      const files = new FailingFileSystem();
      files.fault = (operation) => (operation === "write" ? "disk_full" : undefined);
      const opened = await Accounts.open({ files, folder, clock: systemClock, random: systemRandom });
      expect(opened.accounts.list()).toEqual(accounts.list());
    });
  });

  test("a statement over several users changes all of them or none", async () => {
    await run(createUser(["b@localhost"]));
    expect(await outcome(createUser(["g", "b@localhost"]))).toBe(
      "1396 Operation CREATE USER failed for 'b'@'localhost' (User account already exists)",
    );
    expect(accounts.get(name("g"))).toBeUndefined();
    expect(
      await outcome({ kind: "drop-user", ifExists: false, accounts: [reference("g"), reference("zz")] }),
    ).toBe(
      "1396 Operation DROP USER failed for 'g'@'%' (User account does not exist),'zz'@'%' (User account does not exist)",
    );
  });

  test("IF EXISTS and IF NOT EXISTS turn errors into notes", async () => {
    expect(await outcome(createUser(["root@localhost"], { ifClause: true }))).toBe(
      "Note 3163 Authorization ID 'root'@'localhost' already exists.",
    );
    const gone = "Note 3162 Authorization ID 'zz'@'%' does not exist.";
    expect(await outcome({ kind: "drop-user", ifExists: true, accounts: [reference("zz")] })).toBe(gone);
    expect(await outcome(createUser(["zz"], { kind: "alter-user", ifClause: true }))).toBe(gone);
  });

  test("names that are too long, unknown plugins and wrong hashes are refused", async () => {
    expect(await outcome(createUser(["x32456789012345678901234567890123"]))).toBe(
      "1470 String 'x32456789012345678901234567890123' is too long for user name (should be no longer than 32)",
    );
    expect(await outcome(createUser(["c"], { authentication: { plugin: "nope", password: "x" } }))).toBe(
      "1524 Plugin 'nope' is not loaded",
    );
    expect(await outcome(createUser(["c"], { authentication: { hash: Buffer.from("zzz") } }))).toBe(
      "1827 The password hash doesn't have the expected format.",
    );
    expect(await outcome({ kind: "create-role" })).toBe(
      "1235 This version of MySQL doesn't yet support 'roles'",
    );
  });

  test("renaming keeps the grants; an unknown or taken name is 1396", async () => {
    await run(createUser(["a"]));
    await run(grant("grant", "SELECT", D1, "a"));
    const rename = (from: string, to: string): AccountStatement => ({
      kind: "rename-user",
      renames: [{ from: reference(from), to: reference(to) }],
    });
    await run(rename("a", "b@localhost"));
    expect(grantsOf("b@localhost")).toContain("GRANT SELECT ON `d1`.* TO `b`@`localhost`");
    expect(await outcome(rename("zz", "yy"))).toBe("1396 Operation RENAME USER failed for 'zz'@'%'");
    expect(await outcome(rename("b@localhost", "root@localhost"))).toBe(
      "1396 Operation RENAME USER failed for 'b'@'localhost'",
    );
  });

  test("SHOW CREATE USER prints what MySQL prints", async () => {
    await run(
      createUser(["d@192.168.1.0/255.255.255.0"], {
        options: [
          { name: "require", value: "SSL" },
          { name: "account", value: "lock" },
          { name: "comment", value: "hi" },
        ],
      }),
    );
    expect(accounts.showCreateUser(name("d@192.168.1.0/255.255.255.0"))).toBe(
      "CREATE USER `d`@`192.168.1.0/255.255.255.0` IDENTIFIED WITH 'caching_sha2_password' REQUIRE SSL " +
        "PASSWORD EXPIRE DEFAULT ACCOUNT LOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT " +
        `PASSWORD REQUIRE CURRENT DEFAULT ATTRIBUTE '{"comment": "hi"}'`,
    );
    await run(
      createUser(["d@192.168.1.0/255.255.255.0"], {
        kind: "alter-user",
        options: [{ name: "attribute", value: '{"a": 1}' }],
      }),
    );
    expect(accounts.showCreateUser(name("d@192.168.1.0/255.255.255.0"))).toContain(
      `ATTRIBUTE '{"a": 1, "comment": "hi"}'`,
    );
  });
});

describe("login", () => {
  test("the most specific host wins, then a named user over the anonymous one", async () => {
    await run(
      createUser(["joe@%", "joe@10.0.0.%", "joe@10.0.0.0/255.255.255.0", "joe@10.0.0.7", "@localhost"]),
    );
    const found = (user: string, ...hosts: string[]) => accounts.findForLogin(user, hosts)?.name;
    expect(found("joe", "10.0.0.7")).toEqual(name("joe@10.0.0.7"));
    expect(found("joe", "10.0.0.8")).toEqual(name("joe@10.0.0.0/255.255.255.0"));
    expect(found("joe", "10.0.1.8")).toEqual(name("joe@%"));
    expect(found("joe", "localhost", "127.0.0.1")).toEqual({ user: "", host: "localhost" });
    expect(found("root", "localhost")).toEqual(ROOT);
    expect(found("Joe", "10.0.0.7")).toBeUndefined();
  });
});

describe("grants", () => {
  beforeEach(async () => {
    await run(createUser(["a", "b@localhost", "e"]));
  });

  test("are printed level by level in MySQL's order", async () => {
    expect(grantsOf("a")).toEqual(["GRANT USAGE ON *.* TO `a`@`%`"]);
    await run(grant("grant", "INSERT, SELECT", D1, "a"));
    await run(grant("grant", "SELECT (a), INSERT (b, a)", T, "a"));
    await run(grant("grant", "UPDATE WITH GRANT OPTION", { kind: "database", database: "d\\_%" }, "a"));
    await run(grant("grant", "PROCESS, BACKUP_ADMIN WITH GRANT OPTION", GLOBAL, "a"));
    expect(grantsOf("a")).toEqual([
      "GRANT PROCESS ON *.* TO `a`@`%` WITH GRANT OPTION",
      "GRANT BACKUP_ADMIN ON *.* TO `a`@`%` WITH GRANT OPTION",
      "GRANT SELECT, INSERT ON `d1`.* TO `a`@`%`",
      "GRANT UPDATE ON `d\\_%`.* TO `a`@`%` WITH GRANT OPTION",
      "GRANT SELECT (`a`), INSERT (`a`, `b`) ON `d1`.`t` TO `a`@`%`",
    ]);
    await run(grant("grant", "ALL", T, "a"));
    expect(grantsOf("a").at(-1)).toBe("GRANT ALL PRIVILEGES ON `d1`.`t` TO `a`@`%`");
  });

  test("ALL minus one is printed as the others", async () => {
    await run(grant("grant", "ALL", D1, "e"));
    await run(grant("revoke", "DROP", D1, "e"));
    expect(grantsOf("e")[1]).toBe(
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, " +
        "EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER ON `d1`.* TO `e`@`%`",
    );
    await run(grant("revoke", "ALL", GLOBAL, "e"));
    expect(grantsOf("e")).toEqual(["GRANT USAGE ON *.* TO `e`@`%`"]);
  });

  const refusals: readonly (readonly [string, PrivilegeTarget, string, string])[] = [
    ["SELECT", D1, "nobody", "1410 You are not allowed to create a user with GRANT"],
    [
      "SELECT",
      { kind: "table", database: "d1", name: "nosuch" },
      "a",
      "1146 Table 'd1.nosuch' doesn't exist",
    ],
    ["INSERT (zz)", T, "a", "1054 Unknown column 'zz' in 't'"],
    ["FILE", D1, "a", "1221 Incorrect usage of DB GRANT and GLOBAL PRIVILEGES"],
    ["BACKUP_ADMIN", D1, "a", "3619 Illegal privilege level specified for BACKUP_ADMIN"],
    ["EXECUTE", { kind: "procedure", database: "d1", name: "p" }, "a", "1305 PROCEDURE p does not exist"],
  ];
  test.each(refusals)("GRANT %s is refused as MySQL does", async (list, target, to, expected) => {
    expect(await outcome(grant("grant", list, target, to))).toBe(expected);
  });

  test("CREATE may be granted on a table that is yet to come", async () => {
    expect(
      await outcome(grant("grant", "CREATE", { kind: "table", database: "d1", name: "nosuch" }, "a")),
    ).toBe("");
  });

  test("revoking what is not there is 1141 or 1147, and 1269 for unknown users", async () => {
    expect(await outcome(grant("revoke", "INSERT", T, "b@localhost"))).toBe(
      "1147 There is no such grant defined for user 'b' on host 'localhost' on table 't'",
    );
    expect(await outcome(grant("revoke", "SELECT", D1, "e"))).toBe(
      "1141 There is no such grant defined for user 'e' on host '%'",
    );
    expect(await outcome(grant("revoke", "PROCESS", GLOBAL, "e"))).toBe("");
    const all: AccountStatement = {
      kind: "revoke-all",
      ifExists: false,
      ignoreUnknownUser: false,
      accounts: [reference("zz")],
    };
    expect(await outcome(all)).toBe(
      "1269 Can't revoke all privileges for one or more of the requested users",
    );
  });

  test("who has no right to grant is refused by the level's error", async () => {
    const actor = name("a");
    await run(grant("grant", "SELECT", D1, "a"));
    expect(await outcome(grant("grant", "SELECT", GLOBAL, "e"), actor)).toMatch(/^1045 /);
    expect(await outcome(grant("grant", "SELECT", D1, "e"), actor)).toBe(
      "1044 Access denied for user 'a'@'%' to database 'd1'",
    );
    expect(await outcome(grant("grant", "SELECT", T, "e"), actor)).toBe(
      "1142 GRANT command denied to user 'a'@'%' for table 't'",
    );
    expect(await outcome(createUser(["x"]), actor)).toBe(
      "1227 Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation",
    );
    await run(grant("grant", "SELECT WITH GRANT OPTION", D1, "a"));
    expect(await outcome(grant("grant", "SELECT", T, "e"), actor)).toBe("");
    expect(await outcome(grant("grant", "DELETE", T, "e"), actor)).toMatch(/^1142 /);
  });

  test("anyone may change the own password", async () => {
    expect(await outcome({ kind: "password", password: "new" }, name("a"))).toBe("");
    expect(await outcome({ kind: "password", account: reference("e"), password: "x" }, name("a"))).toMatch(
      /^1227 /,
    );
    expect(await outcome({ kind: "password", account: reference("zz"), password: "x" })).toBe(
      "1133 Can't find any matching row in the user table",
    );
  });
});

describe("privilege checks", () => {
  test("a privilege on a level holds below it and nowhere else", async () => {
    await run(createUser(["a"]));
    const account = () => accounts.mustGet(name("a"));
    const errno = (check: () => void): number => {
      try {
        check();
        return 0;
      } catch (error) {
        return (error as SqlError).errno;
      }
    };
    expect(canSeeDatabase(account(), "d1")).toBe(false);
    expect(errno(() => requireDatabase(account(), "d1"))).toBe(1044);
    expect(canSeeDatabase(account(), "information_schema")).toBe(true);
    await run(grant("grant", "SELECT (a)", T, "a"));
    expect(canSeeDatabase(account(), "d1")).toBe(true);
    expect(errno(() => requireTablePrivilege(account(), "SELECT", "d1", "t"))).toBe(0);
    expect(errno(() => requireTablePrivilege(account(), "SELECT", "d1", "other"))).toBe(1142);
    expect(errno(() => requireTablePrivilege(account(), "DELETE", "d1", "t"))).toBe(1142);
    const column = (each: string) => ({ database: "d1", table: "t", name: each });
    expect(errno(() => requireColumnPrivilege(account(), "SELECT", column("A")))).toBe(0);
    expect(errno(() => requireColumnPrivilege(account(), "SELECT", column("b")))).toBe(1143);
    await run(grant("grant", "DELETE", { kind: "database", database: "d\\_%" }, "a"));
    expect(hasTablePrivilege(account(), "DELETE", "d_x", "t")).toBe(true);
    expect(hasTablePrivilege(account(), "DELETE", "d1", "t")).toBe(false);
    await run(grant("grant", "SELECT", GLOBAL, "a"));
    expect(hasTablePrivilege(account(), "SELECT", "any", "t")).toBe(true);
  });
});

/** GRANT and REVOKE as changes of one account. */
import { sqlError } from "../../values/sql-error.ts";
import type { Account, Grant, GrantTarget } from "./account.ts";
import type { GrantObjects, GrantStatement, PrivilegeRequest, PrivilegeTarget } from "./account-request.ts";
import {
  COLUMN_PRIVILEGES,
  DYNAMIC_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  ROUTINE_PRIVILEGES,
  SCHEMA_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "./privileges.ts";

/** A GRANT or REVOKE whose privileges fit its level. */
export interface GrantChange {
  /** undefined: global */
  readonly target: GrantTarget | undefined;
  readonly privileges: readonly string[];
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly grantOption: boolean;
  /** ALL: a REVOKE of it takes away what is there, without asking for each. */
  readonly all: boolean;
}

/** Throws 1046, 1054, 1144, 1146, 1221, 1305 and 3619 for what cannot be granted. */
export function toGrantChange(statement: GrantStatement, objects: GrantObjects): GrantChange {
  const target = resolveTarget(statement.object, objects);
  const all = statement.privileges.some(({ name }) => name === "ALL" || name === "ALL PRIVILEGES");
  const privileges = new Set<string>(all ? privilegesOf(target) : []);
  const columns = new Map<string, readonly string[]>();
  let grantOption = statement.grantOption;
  for (const request of statement.privileges) {
    if (request.name === "ALL" || request.name === "ALL PRIVILEGES" || request.name === "USAGE") continue;
    if (request.name === "GRANT OPTION") {
      grantOption = true;
      continue;
    }
    checkLevel(request, target);
    if (request.columns.length > 0) columns.set(request.name, request.columns);
    else privileges.add(request.name);
  }
  if (statement.kind === "grant") checkObjects({ target, privileges, columns }, objects);
  return { target, privileges: [...privileges], columns, grantOption, all };
}

export function withGrant(account: Account, change: GrantChange): Account {
  if (change.target === undefined) {
    return {
      ...account,
      globalPrivileges: new Set([...account.globalPrivileges, ...change.privileges]),
      grantOption: account.grantOption || change.grantOption,
    };
  }
  const existing = findGrant(account, change.target);
  const columns = new Map(existing?.columns ?? []);
  for (const [privilege, names] of change.columns) {
    columns.set(privilege, [...new Set([...(columns.get(privilege) ?? []), ...names])]);
  }
  return replaceGrant(account, {
    target: change.target,
    privileges: new Set([...(existing?.privileges ?? []), ...change.privileges]),
    columns,
    grantOption: (existing?.grantOption ?? false) || change.grantOption,
  });
}

/** Undefined when there is nothing of the kind to take away. */
export function withoutGrant(account: Account, change: GrantChange): Account | undefined {
  const { target } = change;
  if (target === undefined) {
    const left = [...account.globalPrivileges].filter((privilege) => !change.privileges.includes(privilege));
    return {
      ...account,
      globalPrivileges: new Set(left),
      grantOption: account.grantOption && !change.grantOption,
      // As in MySQL, taking all privileges on everything takes those on parts too.
      grants: change.all ? [] : account.grants,
    };
  }
  const existing = findGrant(account, target);
  if (existing === undefined) return undefined;
  const columns = new Map(existing.columns);
  for (const [privilege, names] of change.columns) {
    const left = (columns.get(privilege) ?? []).filter((name) => !names.includes(name));
    if (left.length === (columns.get(privilege) ?? []).length) return undefined;
    if (left.length === 0) columns.delete(privilege);
    else columns.set(privilege, left);
  }
  for (const privilege of change.privileges) columns.delete(privilege);
  return replaceGrant(account, {
    target,
    privileges: new Set([...existing.privileges].filter((name) => !change.privileges.includes(name))),
    columns,
    grantOption: existing.grantOption && !change.grantOption,
  });
}

export function sameTarget(left: GrantTarget, right: GrantTarget): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function findGrant(account: Account, target: GrantTarget): Grant | undefined {
  return account.grants.find((grant) => sameTarget(grant.target, target));
}

/** A grant that grants nothing is dropped. */
function replaceGrant(account: Account, grant: Grant): Account {
  const others = account.grants.filter((other) => !sameTarget(other.target, grant.target));
  const empty = grant.privileges.size === 0 && grant.columns.size === 0 && !grant.grantOption;
  return { ...account, grants: empty ? others : [...others, grant] };
}

function resolveTarget(object: PrivilegeTarget, objects: GrantObjects): GrantTarget | undefined {
  if (object.kind === "global") return undefined;
  const database = object.database ?? objects.currentDatabase;
  if (database === undefined) throw sqlError("ER_NO_DB_ERROR");
  switch (object.kind) {
    case "database":
      return { kind: "schema", database };
    case "table":
      return { kind: "table", database, table: object.name };
    case "procedure":
      return { kind: "routine", database, routine: object.name, routineKind: "PROCEDURE" };
    case "function":
      return { kind: "routine", database, routine: object.name, routineKind: "FUNCTION" };
  }
}

/** What ALL means on a level. */
function privilegesOf(target: GrantTarget | undefined): readonly string[] {
  switch (target?.kind) {
    case undefined:
      return [...GLOBAL_PRIVILEGES, ...DYNAMIC_PRIVILEGES];
    case "schema":
      return SCHEMA_PRIVILEGES;
    case "table":
      return TABLE_PRIVILEGES;
    case "routine":
      return ROUTINE_PRIVILEGES;
  }
}

function checkLevel({ name, columns }: PrivilegeRequest, target: GrantTarget | undefined): void {
  const isDynamic = DYNAMIC_PRIVILEGES.includes(name);
  if (!isDynamic && !GLOBAL_PRIVILEGES.includes(name)) throw sqlError("ER_SYNTAX_ERROR");
  if (isDynamic && target !== undefined) throw sqlError("ER_ILLEGAL_PRIVILEGE_LEVEL", name);
  if (columns.length > 0) {
    if (target?.kind !== "table") throw sqlError("ER_WRONG_USAGE", "COLUMN GRANT", "NON-COLUMN PRIVILEGES");
    if (!COLUMN_PRIVILEGES.includes(name)) {
      throw sqlError("ER_WRONG_USAGE", "COLUMN GRANT", "NON-COLUMN PRIVILEGES");
    }
  }
  if (privilegesOf(target).includes(name)) return;
  if (target?.kind === "schema") throw sqlError("ER_WRONG_USAGE", "DB GRANT", "GLOBAL PRIVILEGES");
  throw sqlError("ER_ILLEGAL_GRANT_FOR_TABLE");
}

function checkObjects(
  change: {
    readonly target: GrantTarget | undefined;
    readonly privileges: ReadonlySet<string>;
    readonly columns: ReadonlyMap<string, readonly string[]>;
  },
  objects: GrantObjects,
): void {
  const { target } = change;
  if (target?.kind === "table") {
    const mayBeMissing = change.privileges.has("CREATE") && change.columns.size === 0;
    if (!mayBeMissing && !objects.tableExists(target.database, target.table)) {
      throw sqlError("ER_NO_SUCH_TABLE", target.database, target.table);
    }
    for (const names of change.columns.values()) {
      for (const name of names) {
        if (!objects.columnExists(target.database, target.table, name)) {
          throw sqlError("ER_BAD_FIELD_ERROR", name, target.table);
        }
      }
    }
  }
  if (target?.kind === "routine") {
    if (!objects.routineExists(target.routineKind, target.database, target.routine)) {
      throw sqlError("ER_SP_DOES_NOT_EXIST", target.routineKind, target.routine);
    }
  }
}

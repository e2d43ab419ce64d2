/** Who may grant: WITH GRANT OPTION on the level or above, and every privilege that is passed on. */
import { sqlError } from "../../values/sql-error.ts";
import type { Account, GrantTarget } from "./account.ts";
import { type GrantChange, sameTarget } from "./grants.ts";
import { matchesPattern } from "./host-match.ts";

/** Throws 1045, 1044 or 1142, as the level asks. */
export function mayGrant(actor: Account, change: GrantChange): void {
  const held = new Set(actor.grantOption ? actor.globalPrivileges : []);
  let option = actor.grantOption;
  for (const grant of actor.grants) {
    if (!grant.grantOption || change.target === undefined || !covers(grant.target, change.target)) continue;
    option = true;
    for (const privilege of grant.privileges) held.add(privilege);
  }
  const wanted = [...change.privileges, ...change.columns.keys()];
  if (option && wanted.every((privilege) => held.has(privilege) || actor.globalPrivileges.has(privilege)))
    return;
  const { user, host } = actor.name;
  switch (change.target?.kind) {
    case undefined:
      throw sqlError("ER_ACCESS_DENIED_ERROR", user, host, "YES");
    case "schema":
      throw sqlError("ER_DBACCESS_DENIED_ERROR", user, host, change.target.database);
    case "table":
      throw sqlError("ER_TABLEACCESS_DENIED_ERROR", "GRANT", user, host, change.target.table);
    case "routine":
      throw sqlError("ER_PROCACCESS_DENIED_ERROR", "grant", user, host, change.target.routine);
  }
}

function covers(outer: GrantTarget, inner: GrantTarget): boolean {
  if (sameTarget(outer, inner)) return true;
  return outer.kind === "schema" && inner.kind !== "schema" && matchesPattern(outer.database, inner.database);
}

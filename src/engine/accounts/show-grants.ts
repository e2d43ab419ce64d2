/** SHOW GRANTS and SHOW CREATE USER as MySQL prints them. */
import { type Account, type Grant, quotedAccount } from "./account.ts";
import {
  COLUMN_PRIVILEGES,
  DYNAMIC_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  inOrder,
  ROUTINE_PRIVILEGES,
  SCHEMA_PRIVILEGES,
  TABLE_PRIVILEGES,
} from "./privileges.ts";

/** One statement per line. */
export function grantLines(account: Account): readonly string[] {
  const grantee = quotedAccount(account.name);
  const option = account.grantOption ? " WITH GRANT OPTION" : "";
  const fixed = inOrder(account.globalPrivileges, GLOBAL_PRIVILEGES);
  const dynamic = inOrder(account.globalPrivileges, DYNAMIC_PRIVILEGES);
  const lines = [`GRANT ${fixed.length === 0 ? "USAGE" : fixed.join(", ")} ON *.* TO ${grantee}${option}`];
  if (dynamic.length > 0) lines.push(`GRANT ${dynamic.join(",")} ON *.* TO ${grantee}${option}`);
  for (const kind of ["schema", "table", "routine"] as const) {
    const ofKind = account.grants.filter(({ target }) => target.kind === kind);
    for (const grant of ofKind.sort(byTarget)) lines.push(grantLine(grant, grantee));
  }
  return lines;
}

export function createUserText(account: Account): string {
  const hash = account.authentication === "" ? "" : ` AS ${quoted(account.authentication)}`;
  const expire = account.passwordExpired ? "PASSWORD EXPIRE" : "PASSWORD EXPIRE DEFAULT";
  const attributes = attributeText(account);
  return (
    `CREATE USER ${quotedAccount(account.name)} IDENTIFIED WITH '${account.plugin}'${hash} ` +
    `REQUIRE ${account.requireTls ? "SSL" : "NONE"} ${expire} ` +
    `ACCOUNT ${account.locked ? "LOCK" : "UNLOCK"} PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT ` +
    `PASSWORD REQUIRE CURRENT DEFAULT${attributes === undefined ? "" : ` ATTRIBUTE ${quoted(attributes)}`}`
  );
}

/** The JSON object of ATTRIBUTE and COMMENT together; undefined when the account has neither. */
function attributeText(account: Account): string | undefined {
  if (account.comment === undefined) return account.attributes;
  const attributes: Record<string, unknown> = JSON.parse(account.attributes ?? "{}");
  const entries = Object.entries({ ...attributes, comment: account.comment });
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(", ")}}`;
}

function byTarget(left: Grant, right: Grant): number {
  const leftText = targetText(left);
  const rightText = targetText(right);
  return leftText < rightText ? -1 : leftText > rightText ? 1 : 0;
}

function grantLine(grant: Grant, grantee: string): string {
  const option = grant.grantOption ? " WITH GRANT OPTION" : "";
  return `GRANT ${privilegeText(grant)} ON ${targetText(grant)} TO ${grantee}${option}`;
}

function privilegeText(grant: Grant): string {
  const order = {
    schema: SCHEMA_PRIVILEGES,
    table: TABLE_PRIVILEGES,
    routine: ROUTINE_PRIVILEGES,
  }[grant.target.kind];
  const held = inOrder(grant.privileges, order);
  if (held.length === order.length && grant.target.kind !== "routine") return "ALL PRIVILEGES";
  const parts: string[] = [];
  for (const privilege of order) {
    if (grant.privileges.has(privilege)) parts.push(privilege);
    const columns = COLUMN_PRIVILEGES.includes(privilege) ? grant.columns.get(privilege) : undefined;
    if (columns !== undefined) {
      parts.push(`${privilege} (${[...columns].sort().map(quotedName).join(", ")})`);
    }
  }
  return parts.length === 0 ? "USAGE" : parts.join(", ");
}

function targetText({ target }: Grant): string {
  switch (target.kind) {
    case "schema":
      return `${quotedName(target.database)}.*`;
    case "table":
      return `${quotedName(target.database)}.${quotedName(target.table)}`;
    case "routine":
      return `${target.routineKind} ${quotedName(target.database)}.${quotedName(target.routine)}`;
  }
}

function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

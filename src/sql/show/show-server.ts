/** SHOW about the server and the session: variables, status, warnings, engines, processes, grants and the like. */
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { AccountName } from "../ast/data-definition.ts";
import type { Limit } from "../ast/query.ts";
import type { Show, ShowTarget } from "../ast/show.ts";
import { textType } from "../information-schema/column-text.ts";
import {
  characterSetRows,
  collationRows,
  ENGINE_ROWS,
  PLUGIN_ROWS,
  processRows,
} from "../information-schema/server-rows.ts";
import { listVariables } from "../information-schema/system-databases.ts";
import { statusVariables } from "../variables/status-variables.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { PRIVILEGE_LIST } from "./privilege-list.ts";
import { answer, type ShowAnswer } from "./show-answer.ts";
import { showColumns } from "./show-columns-text.ts";

type Row = readonly Value[];

export function showVariables(
  { filter }: Show,
  target: ShowTarget & { readonly kind: "variables" | "status" },
  context: VirtualContext,
): ShowAnswer {
  const rows = target.kind === "status" ? statusVariables(context) : listVariables(context, target.scope);
  return answer({ columns: showColumns("variables"), rows, filter });
}

export function showConditions(
  { kind, count, limit }: ShowTarget & { readonly kind: "warnings" | "errors" },
  context: VirtualContext,
): ShowAnswer {
  const wanted = context.diagnostics.filter(({ level }) => kind === "warnings" || level === "Error");
  if (count) {
    const name = kind === "warnings" ? "@@session.warning_count" : "@@session.error_count";
    const type = { kind: "integer", name: "bigint", unsigned: true, zerofill: false } as const;
    return answer({ columns: [{ name, type, nullable: false }], rows: [[wanted.length]] });
  }
  const [skip, most] = limitNumbers(limit);
  const rows = wanted
    .slice(skip, skip + most)
    .map(({ level, errno, message }): Row => [level, errno, message]);
  return answer({ columns: showColumns("conditions"), rows });
}

function limitNumbers(limit: Limit | undefined): readonly [number, number] {
  const numberOf = (expression: Limit["count"] | undefined, otherwise: number): number =>
    expression?.kind === "number" ? Number(expression.text) : otherwise;
  return [numberOf(limit?.offset, 0), numberOf(limit?.count, Number.MAX_SAFE_INTEGER)];
}

export function showEngines(): ShowAnswer {
  return answer({ columns: showColumns("engines"), rows: ENGINE_ROWS });
}

export function showCollation({ filter }: Show): ShowAnswer {
  return answer({ columns: showColumns("collation"), rows: collationRows(), filter });
}

export function showCharacterSet({ filter }: Show): ShowAnswer {
  const rows = characterSetRows().map(
    ([name, collation, description, width]): Row => [
      name ?? null,
      description ?? null,
      collation ?? null,
      width ?? null,
    ],
  );
  return answer({ columns: showColumns("character-set"), rows, filter });
}

/** Without FULL, Info holds this many characters at most. */
const INFO_LENGTH = 100;

export function showProcesses(full: boolean, context: VirtualContext): ShowAnswer {
  const rows = [...processRows(context)].map((row): Row => {
    const info = row[7];
    return full || typeof info !== "string" ? row : [...row.slice(0, 7), info.slice(0, INFO_LENGTH)];
  });
  return answer({ columns: showColumns(full ? "full-processlist" : "processlist"), rows });
}

export function showPlugins(): ShowAnswer {
  const rows = PLUGIN_ROWS.map((row): Row => [row[0] ?? null, "ACTIVE", row[3] ?? null, null, "Apache-2.0"]);
  return answer({ columns: showColumns("plugins"), rows });
}

export function showPrivileges(): ShowAnswer {
  return answer({ columns: showColumns("privileges"), rows: PRIVILEGE_LIST });
}

function accountName(
  written: AccountName | undefined,
  context: VirtualContext,
): { user: string; host: string } {
  if (written !== undefined && !written.currentUser) return { user: written.user, host: written.host };
  const at = context.currentUser.lastIndexOf("@");
  return { user: context.currentUser.slice(0, at), host: context.currentUser.slice(at + 1) };
}

export function showGrants(
  { account, using }: ShowTarget & { readonly kind: "grants" },
  context: VirtualContext,
): ShowAnswer {
  const { accounts } = context;
  if (accounts === undefined) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--skip-grant-tables");
  if (using.length > 0) throw sqlError("ER_NOT_SUPPORTED_YET", "SHOW GRANTS … USING");
  const name = accountName(account, context);
  requireOwnOrAll(name, context);
  const rows = accounts.showGrants(name).map((line): Row => [line]);
  const columnName = `Grants for ${name.user}@${name.host}`;
  return answer({
    columns: [{ name: columnName, type: textType(1024, "utf8mb4_0900_ai_ci"), nullable: false }],
    rows,
  });
}

/** Other accounts are shown to those who may read the grant tables. */
function requireOwnOrAll(
  name: { readonly user: string; readonly host: string },
  context: VirtualContext,
): void {
  const own = accountName(undefined, context);
  if (own.user === name.user && own.host === name.host) return;
  if (context.accounts?.hasGlobal(own, "SELECT") === true) return;
  throw sqlError("ER_DBACCESS_DENIED_ERROR", own.user, own.host, "mysql");
}

export function showCreateUser(account: AccountName, context: VirtualContext): ShowAnswer {
  const { accounts } = context;
  if (accounts === undefined) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--skip-grant-tables");
  const name = accountName(account, context);
  requireOwnOrAll(name, context);
  const columnName = `CREATE USER for ${name.user}@${name.host}`;
  const columns = [{ name: columnName, type: textType(256, "utf8mb4_0900_ai_ci"), nullable: false }];
  return answer({ columns, rows: [[accounts.showCreateUser(name)]] });
}

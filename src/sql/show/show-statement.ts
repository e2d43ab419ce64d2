/** SHOW statements: which computed table answers each of them. */
import { unreachable } from "../../base/assert.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Show, ShowTarget } from "../ast/show.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { answer, type ShowAnswer } from "./show-answer.ts";
import { showColumns } from "./show-columns-text.ts";
import {
  showCharacterSet,
  showCollation,
  showConditions,
  showCreateUser,
  showEngines,
  showGrants,
  showPlugins,
  showPrivileges,
  showProcesses,
  showVariables,
} from "./show-server.ts";
import {
  showCreateDatabase,
  showCreateTable,
  showCreateView,
  showDatabases,
  showIndex,
  showTableColumns,
  showTableStatus,
  showTables,
} from "./show-tables.ts";

export type { ShowAnswer } from "./show-answer.ts";

/** LIKE is applied already. Throws what MySQL throws (1046, 1049, 1146 …). */
export function answerShow(show: Show, context: VirtualContext): ShowAnswer {
  const { target } = show;
  switch (target.kind) {
    case "databases":
      return showDatabases(show, context);
    case "tables":
      return showTables(show, target, context);
    case "table-status":
      return showTableStatus(show, target.database, context);
    case "columns":
      return showTableColumns(show, target, context);
    case "index":
      return showIndex(show, target.table, context);
    case "create":
      return showCreate(target, context);
    case "create-database":
      return showCreateDatabase(target, context);
    case "create-user":
      return showCreateUser(target.account, context);
    case "variables":
    case "status":
      return showVariables(show, target, context);
    case "warnings":
    case "errors":
      return showConditions(target, context);
    case "engines":
      return showEngines();
    case "collation":
      return showCollation(show);
    case "character-set":
      return showCharacterSet(show);
    case "processlist":
      return showProcesses(target.full, context);
    case "plugins":
      return showPlugins();
    case "privileges":
      return showPrivileges();
    case "grants":
      return showGrants(target, context);
    default:
      return showAbsent(show, target);
  }
}

function showCreate(target: ShowTarget & { readonly kind: "create" }, context: VirtualContext): ShowAnswer {
  const { object, name } = target;
  switch (object) {
    case "table":
      return showCreateTable(name, context);
    case "view":
      return showCreateView(name, context);
    case "procedure":
    case "function":
      throw sqlError("ER_SP_DOES_NOT_EXIST", object.toUpperCase(), name.name);
    case "trigger":
      throw sqlError("ER_TRG_DOES_NOT_EXIST");
    case "event":
      throw sqlError("ER_EVENT_DOES_NOT_EXIST", name.name);
  }
}

type AbsentTarget = Exclude<
  ShowTarget,
  {
    kind:
      | "databases"
      | "tables"
      | "table-status"
      | "columns"
      | "index"
      | "create"
      | "create-database"
      | "create-user"
      | "variables"
      | "status"
      | "warnings"
      | "errors"
      | "engines"
      | "collation"
      | "character-set"
      | "processlist"
      | "plugins"
      | "privileges"
      | "grants";
  }
>;

/** Things that a server may have and this one has none of: empty answers with the right columns, or MySQL's error. */
function showAbsent({ filter }: Show, target: AbsentTarget): ShowAnswer {
  const empty = (name: string): ShowAnswer => answer({ columns: showColumns(name), rows: [], filter });
  switch (target.kind) {
    case "triggers":
    case "events":
    case "open-tables":
    case "replicas":
    case "replica-status":
    case "binary-log-status":
    case "profiles":
    case "profile":
      return empty(target.kind);
    case "procedure-status":
    case "function-status":
      return empty("routines");
    case "binlog-events":
    case "relaylog-events":
      return empty("log-events");
    case "master-logs":
      throw sqlError("ER_NO_BINARY_LOGGING");
    case "procedure-code":
    case "function-code":
      throw sqlError("ER_FEATURE_DISABLED", "SHOW PROCEDURE|FUNCTION CODE", "--with-debug");
    case "engine":
      throw sqlError("ER_NOT_SUPPORTED_YET", `SHOW ENGINE ${target.name} ${target.what.toUpperCase()}`);
    default:
      return unreachable(target);
  }
}

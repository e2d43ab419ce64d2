/** The databases that exist without being stored: information_schema, mysql, performance_schema. */
import type { EqualityHints, VirtualColumn, VirtualTable } from "../../engine/virtual-table.ts";
import type { Value } from "../../values/value.ts";
import { statusVariables } from "../variables/status-variables.ts";
import { SYSTEM_VARIABLES, type VariableValue, variableText } from "../variables/system-variable.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { parseColumns, parseTables } from "./column-text.ts";
import { TABLES_A_TO_N } from "./columns-a-to-n.ts";
import { TABLES_O_TO_Z } from "./columns-o-to-z.ts";
import { checkRows, keyColumnRows, referentialRows, tableConstraintRows } from "./constraint-rows.ts";
import {
  applicabilityRows,
  characterSetRows,
  collationRows,
  columnPrivilegeRows,
  ENGINE_ROWS,
  keywordRows,
  PLUGIN_ROWS,
  processRows,
  schemaExtensionRows,
  schemaPrivilegeRows,
  schemaRows,
  tablePrivilegeRows,
  userAttributeRows,
  userPrivilegeRows,
} from "./server-rows.ts";
import {
  columnRows,
  partitionRows,
  statisticsRows,
  systemColumnRows,
  tableRows,
} from "./stored-table-rows.ts";

/** Lower-case names, as SHOW DATABASES lists them. Matched case-insensitively only for information_schema. */
const SYSTEM_DATABASES: readonly string[] = ["information_schema", "mysql", "performance_schema"];

export function isSystemDatabase(name: string): boolean {
  return SYSTEM_DATABASES.includes(name.toLowerCase());
}

type Rows = (context: VirtualContext, hints: EqualityHints) => Iterable<readonly Value[]>;

/** Tables of information_schema that have rows; the others are about things that do not exist here. */
const PRODUCERS: ReadonlyMap<string, Rows> = new Map<string, Rows>([
  ["TABLES", withSystemViews(tableRows)],
  ["COLUMNS", withSystemColumns(columnRows)],
  ["STATISTICS", statisticsRows],
  ["PARTITIONS", partitionRows],
  ["TABLE_CONSTRAINTS", tableConstraintRows],
  ["KEY_COLUMN_USAGE", keyColumnRows],
  ["REFERENTIAL_CONSTRAINTS", referentialRows],
  ["CHECK_CONSTRAINTS", checkRows],
  ["SCHEMATA", schemaRows],
  ["SCHEMATA_EXTENSIONS", schemaExtensionRows],
  ["ENGINES", () => ENGINE_ROWS],
  ["CHARACTER_SETS", characterSetRows],
  ["COLLATIONS", collationRows],
  ["COLLATION_CHARACTER_SET_APPLICABILITY", applicabilityRows],
  ["KEYWORDS", keywordRows],
  ["PLUGINS", () => PLUGIN_ROWS],
  ["PROCESSLIST", processRows],
  ["USER_PRIVILEGES", userPrivilegeRows],
  ["SCHEMA_PRIVILEGES", schemaPrivilegeRows],
  ["TABLE_PRIVILEGES", tablePrivilegeRows],
  ["COLUMN_PRIVILEGES", columnPrivilegeRows],
  ["USER_ATTRIBUTES", userAttributeRows],
]);

const COLUMNS_BY_TABLE: ReadonlyMap<string, readonly VirtualColumn[]> = new Map([
  ...parseTables(TABLES_A_TO_N),
  ...parseTables(TABLES_O_TO_Z),
]);

function noRows(): readonly (readonly Value[])[] {
  return [];
}

const INFORMATION_SCHEMA: ReadonlyMap<string, VirtualTable<VirtualContext>> = new Map(
  [...COLUMNS_BY_TABLE].map(([name, columns]) => [
    name,
    { name, columns, rows: PRODUCERS.get(name) ?? noRows },
  ]),
);

const VARIABLE_COLUMNS = parseColumns(`
  VARIABLE_NAME varchar(64) utf8mb4 !
  VARIABLE_VALUE varchar(1024) utf8mb4
`);

function variableRows(scope: "global" | "session"): Rows {
  return (context) => listVariables(context, scope);
}

/** `[name, text]` of all variables of a scope, sorted by name. */
export function* listVariables(
  context: VirtualContext,
  scope: "global" | "session",
): Generator<readonly [string, string]> {
  for (const definition of SYSTEM_VARIABLES.values()) {
    if (scope === "global" && definition.scope === "session") continue;
    const from = scope === "global" || definition.scope === "global" ? "global" : "session";
    const value = context.variables.get(definition.name, from);
    yield [definition.name, variableText(definition, value as VariableValue)];
  }
}

const PERFORMANCE_SCHEMA: ReadonlyMap<string, VirtualTable<VirtualContext>> = new Map(
  (
    [
      ["global_status", statusVariables],
      ["global_variables", variableRows("global")],
      ["session_status", statusVariables],
      ["session_variables", variableRows("session")],
    ] as const
  ).map(([name, rows]) => [name, { name, columns: VARIABLE_COLUMNS, rows }]),
);

/** A table of a system database; undefined when there is none of that name (1146, or 1109 in information_schema). */
export function findSystemTable(database: string, table: string): VirtualTable<VirtualContext> | undefined {
  switch (database.toLowerCase()) {
    case "information_schema":
      return INFORMATION_SCHEMA.get(table.toUpperCase());
    case "performance_schema":
      return PERFORMANCE_SCHEMA.get(table.toLowerCase());
    default:
      return undefined;
  }
}

/** Table names of a system database, sorted. */
export function systemTableNames(database: string): readonly string[] {
  switch (database.toLowerCase()) {
    case "information_schema":
      return [...INFORMATION_SCHEMA.keys()];
    case "performance_schema":
      return [...PERFORMANCE_SCHEMA.keys()];
    default:
      return [];
  }
}

/** information_schema lists its own tables too. */
function withSystemViews(stored: Rows): Rows {
  return function* rows(context, hints) {
    for (const database of wantedSystemDatabases(hints)) {
      const type = database === "information_schema" ? "SYSTEM VIEW" : "BASE TABLE";
      for (const name of systemTableNames(database)) {
        const nothing: readonly Value[] = [
          null,
          10,
          null,
          0,
          0,
          0,
          0,
          0,
          0,
          null,
          null,
          null,
          null,
          null,
          null,
          "",
          "",
        ];
        yield ["def", database, name, type, ...nothing];
      }
    }
    yield* stored(context, hints);
  };
}

function wantedSystemDatabases(hints: EqualityHints): readonly string[] {
  const wanted = hints.get("table_schema");
  return SYSTEM_DATABASES.filter((name) => wanted === undefined || wanted === name);
}

function withSystemColumns(stored: Rows): Rows {
  return function* rows(context, hints) {
    for (const database of wantedSystemDatabases(hints)) {
      for (const name of systemTableNames(database)) {
        const table = findSystemTable(database, name);
        if (table !== undefined) yield* systemColumnRows(database, table);
      }
    }
    yield* stored(context, hints);
  };
}

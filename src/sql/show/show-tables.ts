/** SHOW about databases and tables: DATABASES, TABLES, TABLE STATUS, COLUMNS, INDEX, CREATE. */

import { getSystemTable } from "../../engine/system-tables/registry.ts";
import type { VirtualColumn, VirtualTable } from "../../engine/virtual-table.ts";
import { sqlError } from "../../values/sql-error.ts";
import { printType } from "../../values/type-text.ts";
import type { Value } from "../../values/value.ts";
import type { TableName } from "../ast/query.ts";
import type { Show, ShowFilter, ShowTarget } from "../ast/show.ts";
import {
  columnPrivileges,
  seesDatabase,
  type VisibleTable,
  visibleTable,
  visibleTables,
} from "../information-schema/catalog.ts";
import { columnKeys, defaultText, extraText } from "../information-schema/column-facts.ts";
import { textType } from "../information-schema/column-text.ts";
import { COMPUTED_DATABASES, listDatabases } from "../information-schema/server-rows.ts";
import {
  createOptions,
  createTime,
  indexPartRows,
  nextAutoIncrement,
  rowFormat,
} from "../information-schema/stored-table-rows.ts";
import {
  findSystemTable,
  isSystemDatabase,
  systemTableNames,
} from "../information-schema/system-databases.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { printCreateDatabase, printCreateTable } from "./create-table-text.ts";
import { answer, type ShowAnswer } from "./show-answer.ts";
import { showColumns } from "./show-columns-text.ts";

type Row = readonly Value[];

/** The database of a SHOW statement: as written, or the current one. 1046, 1049, 1044. */
function databaseOf(context: VirtualContext, written: string | undefined): string {
  const name = written ?? context.database;
  if (name === undefined) throw sqlError("ER_NO_DB_ERROR");
  if (name.toLowerCase() === "information_schema") return "information_schema";
  if (isSystemDatabase(name)) return name;
  context.revisionOf(name);
  if (!seesDatabase(context, name)) {
    const at = context.currentUser.lastIndexOf("@");
    const { currentUser: account } = context;
    throw sqlError("ER_DBACCESS_DENIED_ERROR", account.slice(0, at), account.slice(at + 1), name);
  }
  return name;
}

/** MySQL names the column of names after the pattern. */
function patternSuffix({ like }: ShowFilter): string {
  return like === undefined ? "" : ` (${new TextDecoder().decode(like)})`;
}

function nameColumn(name: string): VirtualColumn {
  return { name, type: textType(64, "utf8mb3_bin"), nullable: false };
}

export function showDatabases(show: Show, context: VirtualContext): ShowAnswer {
  const { filter } = show;
  const rows = listDatabases(context).map(({ name }): Row => [name]);
  return answer({
    columns: [nameColumn(`Database${patternSuffix(filter)}`)],
    rows,
    filter,
    caseSensitive: true,
  });
}

export function showTables(
  show: Show,
  target: ShowTarget & { readonly kind: "tables" },
  context: VirtualContext,
): ShowAnswer {
  const { filter } = show;
  const database = databaseOf(context, target.database);
  const columns = [nameColumn(`Tables_in_${database}${patternSuffix(filter)}`)];
  if (target.full) columns.push({ name: "Table_type", type: textType(11), nullable: false });
  const rows: Row[] = [];
  const add = (name: string, type: string): void => {
    rows.push(target.full ? [name, type] : [name]);
  };
  if (isSystemDatabase(database)) {
    const type = database === "information_schema" ? "SYSTEM VIEW" : "BASE TABLE";
    for (const name of systemTableNames(database)) add(name, type);
  } else {
    for (const { name } of visibleTables(context, { database })) add(name, "BASE TABLE");
  }
  return answer({ columns, rows, filter, caseSensitive: true });
}

export function showTableStatus(
  show: Show,
  written: string | undefined,
  context: VirtualContext,
): ShowAnswer {
  const database = databaseOf(context, written);
  const columns = showColumns("table-status");
  const rows = isSystemDatabase(database) ? systemStatusRows(database) : statusRows(database, context);
  return answer({ columns, rows, filter: show.filter, caseSensitive: true });
}

function* statusRows(database: string, context: VirtualContext): Generator<Row> {
  for (const table of visibleTables(context, { database })) {
    const { name, schema } = table;
    yield [
      name,
      schema.engine,
      10,
      rowFormat(schema),
      table.open().rowCount(),
      ...[0, 0, 0, 0, 0],
      nextAutoIncrement(table),
      createTime(schema, context),
      null,
      null,
      schema.collation,
      null,
      createOptions(schema),
      schema.comment,
    ];
  }
}

function* systemStatusRows(database: string): Generator<Row> {
  for (const name of systemTableNames(database)) {
    yield [name, null, 10, null, 0, 0, 0, 0, 0, 0, null, null, null, null, null, null, "", ""];
  }
}

/** A table that SHOW is about: stored, or computed. 1146. */
type NamedTable =
  | { readonly kind: "stored"; readonly table: VisibleTable }
  | { readonly kind: "computed"; readonly table: Pick<VirtualTable<never>, "name" | "columns"> };

function findTable(context: VirtualContext, { database: written, name }: TableName): NamedTable {
  const database = databaseOf(context, written);
  if (isSystemDatabase(database)) {
    const table = findSystemTable(database, name);
    if (table !== undefined) return { kind: "computed", table };
    if (database === "information_schema") throw sqlError("ER_UNKNOWN_TABLE", name, database);
    throw sqlError("ER_NO_SUCH_TABLE", database, name);
  }
  const table = visibleTable(context, database, name);
  if (table !== undefined) return { kind: "stored", table };
  const system = getSystemTable(name);
  if (system === undefined) throw sqlError("ER_NO_SUCH_TABLE", database, name);
  return { kind: "computed", table: system };
}

export function showTableColumns(
  show: Show,
  target: ShowTarget & { readonly kind: "columns" },
  context: VirtualContext,
): ShowAnswer {
  const found = findTable(context, target.table);
  const { full } = target;
  const rows =
    found.kind === "stored"
      ? storedColumnRows(found.table, full, context)
      : computedColumnRows(found.table.columns, full);
  return answer({ columns: showColumns(full ? "full-columns" : "columns"), rows, filter: show.filter });
}

function* storedColumnRows(table: VisibleTable, full: boolean, context: VirtualContext): Generator<Row> {
  const keys = columnKeys(table.schema);
  for (const column of table.schema.columns) {
    const { type } = column;
    const collation = "collation" in type ? type.collation : null;
    const tail = [
      column.nullable ? "YES" : "NO",
      keys.get(column.id) ?? "",
      defaultText(column) ?? null,
      extraText(column),
    ];
    const head = [column.name, printType(type)];
    if (!full) yield [...head, ...tail];
    else yield [...head, collation, ...tail, columnPrivileges(context, table, column.name), column.comment];
  }
}

function* computedColumnRows(columns: readonly VirtualColumn[], full: boolean): Generator<Row> {
  for (const { name, type, nullable, primaryKey } of columns) {
    const collation = "collation" in type ? type.collation : null;
    const tail = [nullable ? "YES" : "NO", primaryKey === true ? "PRI" : "", null, ""];
    if (!full) yield [name, printType(type), ...tail];
    else yield [name, printType(type), collation, ...tail, "select", ""];
  }
}

export function showIndex(show: Show, name: TableName, context: VirtualContext): ShowAnswer {
  const found = findTable(context, name);
  const rows = found.kind === "stored" ? indexPartRows(found.table) : [];
  return answer({ columns: showColumns("index"), rows, filter: show.filter, likeColumn: 2 });
}

export function showCreateTable(name: TableName, context: VirtualContext): ShowAnswer {
  const found = findTable(context, name);
  if (found.kind === "computed")
    throw sqlError("ER_NOT_SUPPORTED_YET", `SHOW CREATE TABLE of a computed table`);
  const { table } = found;
  const text = printCreateTable(table.name, table.schema, table.open().autoIncrement());
  return answer({ columns: showColumns("create-table"), rows: [[table.name, text]] });
}

/** There are no views: what is named either is a table (1347) or is not there (1146). */
export function showCreateView(name: TableName, context: VirtualContext): never {
  const found = findTable(context, name);
  throw sqlError(
    "ER_WRONG_OBJECT",
    databaseOf(context, name.database),
    found.kind === "stored" ? found.table.name : found.table.name,
    "VIEW",
  );
}

export function showCreateDatabase(
  { name, ifNotExists }: ShowTarget & { readonly kind: "create-database" },
  context: VirtualContext,
): ShowAnswer {
  const database = databaseOf(context, name);
  const options =
    COMPUTED_DATABASES.find((computed) => computed.name === database) ??
    context.engine.databaseOptions(database.split(/[/@]/)[0] ?? database);
  const text = printCreateDatabase(database, options, ifNotExists);
  return answer({ columns: showColumns("create-database"), rows: [[database, text]] });
}

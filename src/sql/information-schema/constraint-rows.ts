/** information_schema's TABLE_CONSTRAINTS, KEY_COLUMN_USAGE, REFERENTIAL_CONSTRAINTS and CHECK_CONSTRAINTS. */
import type { EqualityHints } from "../../engine/virtual-table.ts";
import type { ForeignKey, TableSchema } from "../../tables/schema.ts";
import type { Value } from "../../values/value.ts";
import type { VirtualContext } from "../virtual-context.ts";
import { filterFrom, type VisibleTable, visibleTables } from "./catalog.ts";
import { escapedExpression } from "./column-facts.ts";
import { listedIndexes } from "./stored-table-rows.ts";

type Row = readonly Value[];

export function* tableConstraintRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    const row = (name: string, type: string, enforced: boolean): Row => [
      "def",
      table.database,
      name,
      table.database,
      table.name,
      type,
      enforced ? "YES" : "NO",
    ];
    for (const index of listedIndexes(table.schema)) {
      if (index.unique) yield row(index.name, index.name === "PRIMARY" ? "PRIMARY KEY" : "UNIQUE", true);
    }
    for (const key of table.schema.foreignKeys) yield row(key.name, "FOREIGN KEY", true);
    for (const check of table.schema.checks) yield row(check.name, "CHECK", check.enforced);
  }
}

function nameOf(schema: TableSchema, columnId: number): string {
  return schema.columns.find((column) => column.id === columnId)?.name ?? "";
}

export function* keyColumnRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "table_schema", "table_name"))) {
    const { database, name, schema } = table;
    for (const index of listedIndexes(schema)) {
      if (!index.unique) continue;
      for (const [at, part] of index.parts.entries()) {
        const column = nameOf(schema, part.columnId);
        yield ["def", database, index.name, "def", database, name, column, at + 1, null, null, null, null];
      }
    }
    for (const key of schema.foreignKeys) {
      for (const [at, id] of key.columnIds.entries()) {
        const parent = key.parentDatabase ?? database;
        const parentColumn = key.parentColumns[at] ?? null;
        const head = ["def", database, key.name, "def", database, name, nameOf(schema, id), at + 1];
        yield [...head, at + 1, parent, key.parentTable, parentColumn];
      }
    }
  }
}

/** The parent's key that a foreign key points at. */
function parentKeyName(context: VirtualContext, table: VisibleTable, key: ForeignKey): string | null {
  const revision = context.revisionOf(key.parentDatabase ?? table.database);
  const parent = context.transaction.getSchema(revision, key.parentTable);
  if (parent === undefined) return null;
  const wanted = key.parentColumns.map((column) => column.toLowerCase());
  const found = listedIndexes(parent).find(
    ({ unique, parts }) =>
      unique &&
      parts.length === wanted.length &&
      parts.every((part) => wanted.includes(nameOf(parent, part.columnId).toLowerCase())),
  );
  return found?.name ?? null;
}

export function* referentialRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "constraint_schema", "table_name"))) {
    for (const key of table.schema.foreignKeys) {
      yield [
        "def",
        table.database,
        key.name,
        "def",
        key.parentDatabase ?? table.database,
        parentKeyName(context, table, key),
        "NONE",
        (key.onUpdate ?? "no action").toUpperCase(),
        (key.onDelete ?? "no action").toUpperCase(),
        table.name,
        key.parentTable,
      ];
    }
  }
}

export function* checkRows(context: VirtualContext, hints: EqualityHints): Generator<Row> {
  for (const table of visibleTables(context, filterFrom(hints, "constraint_schema", "table_name"))) {
    for (const check of table.schema.checks) {
      yield ["def", table.database, check.name, escapedExpression(check.sql)];
    }
  }
}

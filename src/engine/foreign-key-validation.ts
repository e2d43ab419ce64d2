/**
 * Whether a table's foreign keys may be declared: the parent exists, has the columns, in compatible types, under an
 * index. And how other tables' foreign keys follow when a table or its columns are renamed.
 */
import { isDeepStrictEqual } from "node:util";
import type { Column, ForeignKey, TableSchema } from "../tables/schema.ts";
import { sqlError } from "../values/sql-error.ts";
import { idsOfNames } from "./foreign-keys.ts";

export function checkForeignKeys(
  table: { readonly name: string; readonly schema: TableSchema },
  schemaOf: (name: string) => TableSchema | undefined,
): void {
  for (const key of table.schema.foreignKeys) {
    if (key.parentDatabase !== undefined) {
      throw sqlError("ER_NOT_SUPPORTED_YET", "a foreign key to a table of another database");
    }
    const parent = key.parentTable === table.name ? table.schema : schemaOf(key.parentTable);
    if (parent === undefined) throw sqlError("ER_FK_CANNOT_OPEN_PARENT", key.parentTable);
    checkKey(table.schema, key, parent);
  }
}

function checkKey(child: TableSchema, key: ForeignKey, parent: TableSchema): void {
  const parentIds = idsOfNames(parent, key.parentColumns);
  for (const [at, parentId] of parentIds.entries()) {
    const parentColumn = parent.columns.find((column) => column.id === parentId);
    const parentName = key.parentColumns[at] ?? "";
    if (parentColumn === undefined) {
      throw sqlError("ER_FK_NO_COLUMN_PARENT", parentName, key.name, key.parentTable);
    }
    const childColumn = child.columns.find((column) => column.id === key.columnIds[at]);
    if (childColumn !== undefined && !areCompatible(childColumn, parentColumn)) {
      throw sqlError("ER_FK_INCOMPATIBLE_COLUMNS", childColumn.name, parentName, key.name);
    }
  }
  if (!isUniqueKey(parent, parentIds)) {
    throw sqlError("ER_FK_NO_UNIQUE_INDEX_PARENT", key.name, key.parentTable);
  }
}

/** restrict_fk_on_non_standard_key is on: the parent's columns are exactly a unique key. */
function isUniqueKey(parent: TableSchema, columnIds: readonly number[]): boolean {
  const keys = [
    parent.primaryKey,
    ...parent.indexes.filter((index) => index.kind === "unique").map((index) => index.parts),
  ];
  return keys.some(
    (parts) =>
      parts.length === columnIds.length &&
      parts.every((part, at) => part.columnId === columnIds[at] && part.prefixLength === undefined),
  );
}

/** The same stored form: lengths of strings may differ, sizes and signs of numbers and collations may not. */
function areCompatible(child: Column, parent: Column): boolean {
  const left = child.type;
  const right = parent.type;
  if (left.kind === "integer" && right.kind === "integer") {
    return left.name === right.name && left.unsigned === right.unsigned;
  }
  if (left.kind === "string" && right.kind === "string") {
    return left.charset === right.charset && left.collation === right.collation;
  }
  if (left.kind === "binary" && right.kind === "binary") return true;
  if (left.kind === "enum" || left.kind === "set") return left.kind === right.kind;
  return isDeepStrictEqual(left, right);
}

/** `schema` with its references to a table that was renamed, or whose columns were, brought in line. */
export function followParent(
  schema: TableSchema,
  parent: { readonly from: string; readonly to: string; readonly columns: ReadonlyMap<string, string> },
): TableSchema {
  const concerns = (key: ForeignKey): boolean =>
    key.parentDatabase === undefined && key.parentTable === parent.from;
  if (!schema.foreignKeys.some(concerns)) return schema;
  const foreignKeys = schema.foreignKeys.map((key) =>
    concerns(key)
      ? {
          ...key,
          parentTable: parent.to,
          parentColumns: key.parentColumns.map((name) => parent.columns.get(name.toLowerCase()) ?? name),
        }
      : key,
  );
  return { ...schema, foreignKeys };
}

/** What MySQL demands of index parts, how it names indexes, and the order it keeps them in. */

import type { Column, IndexDefinition, IndexKind, IndexPart } from "../../tables/schema.ts";
import { charsetInfo } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";

const PARTS_MAX = 16;
const KEY_BYTES_MAX = 3072;
const TEXT_NAMES = new Set(["tinytext", "text", "mediumtext", "longtext"]);
const BLOB_NAMES = new Set(["tinyblob", "blob", "mediumblob", "longblob"]);

export function isLongType(type: SqlType): boolean {
  return (
    (type.kind === "string" && TEXT_NAMES.has(type.name)) ||
    (type.kind === "binary" && BLOB_NAMES.has(type.name))
  );
}

/** 1070, 1071, 1089, 1167, 1170, 1252, 1283, 1687, 3152. */
export function checkIndexParts(
  table: { columnById(id: number): Column | undefined },
  kind: IndexKind | "primary",
  parts: readonly IndexPart[],
): void {
  if (parts.length > PARTS_MAX) throw sqlError("ER_TOO_MANY_KEY_PARTS", PARTS_MAX);
  let bytes = 0;
  for (const part of parts) {
    const column = table.columnById(part.columnId);
    if (column === undefined) continue;
    const { type } = column;
    if (kind === "fulltext") {
      if (type.kind !== "string") throw sqlError("ER_BAD_FT_COLUMN", column.name);
      continue;
    }
    if (kind === "spatial") {
      if (type.kind !== "geometry") throw sqlError("ER_SPATIAL_MUST_HAVE_GEOM_COL");
      if (column.nullable) throw sqlError("ER_SPATIAL_CANT_HAVE_NULL");
      continue;
    }
    bytes += partBytes(column, part, kind);
  }
  if (bytes > KEY_BYTES_MAX) throw sqlError("ER_TOO_LONG_KEY", KEY_BYTES_MAX);
}

function partBytes(column: Column, part: IndexPart, kind: IndexKind | "primary"): number {
  const { type } = column;
  if (column.generated !== undefined && !column.generated.stored && kind === "primary") {
    throw sqlError(
      "ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN",
      "Defining a virtual generated column as primary key",
    );
  }
  if (type.kind === "json") throw sqlError("ER_JSON_USED_AS_KEY", column.name);
  if (type.kind === "geometry" && part.prefixLength === undefined) {
    throw sqlError("ER_BLOB_KEY_WITHOUT_LENGTH", column.name);
  }
  if (part.prefixLength === 0) throw sqlError("ER_KEY_PART_0", column.name);
  const bytesPerUnit = type.kind === "string" ? charsetInfo(type.charset).maxLength : 1;
  if (isLongType(type)) {
    if (part.prefixLength === undefined) throw sqlError("ER_BLOB_KEY_WITHOUT_LENGTH", column.name);
  } else if (part.prefixLength !== undefined) {
    const full = type.kind === "string" || type.kind === "binary" ? type.length : 0;
    if (part.prefixLength > full) throw sqlError("ER_WRONG_SUB_KEY");
  }
  const size = (part.prefixLength ?? fixedSize(type) ?? 0) * bytesPerUnit;
  if (size > KEY_BYTES_MAX) throw sqlError("ER_TOO_LONG_KEY", KEY_BYTES_MAX);
  return size;
}

function fixedSize(type: SqlType): number | undefined {
  switch (type.kind) {
    case "string":
    case "binary":
      return type.length;
    case "integer":
      return { tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8 }[type.name];
    case "decimal":
      return Math.ceil(type.precision / 2);
    default:
      return 8;
  }
}

/** The column's name, with _2, _3 … when an index is named so already. */
export function uniqueIndexName(base: string, taken: readonly IndexDefinition[]): string {
  const used = new Set(taken.map((index) => index.name.toLowerCase()));
  if (!used.has(base.toLowerCase()) && base.toLowerCase() !== "primary") return base;
  for (let number = 2; ; number++) {
    const name = `${base}_${number}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}

/** Unique indexes without nullable columns, other unique ones, the rest, full-text ones last; else as defined. */
export function orderIndexes(
  indexes: readonly IndexDefinition[],
  columns: readonly Column[],
): IndexDefinition[] {
  const nullable = new Map(columns.map((column) => [column.id, column.nullable]));
  const rank = (index: IndexDefinition): number => {
    if (index.kind === "unique") return index.parts.some((part) => nullable.get(part.columnId)) ? 1 : 0;
    return index.kind === "fulltext" ? 3 : 2;
  };
  return indexes
    .map((index, at) => ({ index, at, rank: rank(index) }))
    .sort((left, right) => left.rank - right.rank || left.at - right.at)
    .map(({ index }) => index);
}

/** True when the index's first parts are exactly these columns, whole, in this order. */
export function beginsWithColumns(parts: readonly IndexPart[], columnIds: readonly number[]): boolean {
  return (
    parts.length >= columnIds.length &&
    columnIds.every((id, at) => parts[at]?.columnId === id && parts[at]?.prefixLength === undefined)
  );
}

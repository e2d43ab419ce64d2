/** What INSERT, REPLACE, UPDATE and LOAD DATA share: assigning values to columns, and texts of duplicate keys. */

import type { Column } from "../../tables/schema.ts";
import { type SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { convertForStore } from "../../values/store/convert-for-store.ts";
import { sourceText } from "../../values/store/source-value.ts";
import type { Value } from "../../values/value.ts";
import type { SessionContext } from "../session/session-context.ts";
import { implicitDefault } from "./column-default.ts";
import type { TargetTable } from "./target-table.ts";

const KEY_TEXT_MAX = 64;

/** The value a column gets from an expression's value; NULL stays NULL (see {@link refuseNull}). */
export function storeInto(column: Column, value: Value, type: SqlType, context: SessionContext): Value {
  return convertForStore(value, type, column.type, column, context);
}

/** NULL for a NOT NULL column: 1048, or with a warning the implicit default. */
export function refuseNull(column: Column, context: SessionContext, lenient: boolean): Value {
  if (!lenient) throw sqlError("ER_BAD_NULL_ERROR", column.name);
  context.warn("Warning", 1048, sqlError("ER_BAD_NULL_ERROR", column.name).message);
  return implicitDefault(column.type);
}

/** 1062 in MySQL's words. */
export function duplicateError(target: TargetTable, index: number, stored: readonly Value[]): SqlError {
  const { schema } = target;
  const definition = index === 0 ? undefined : schema.indexes[index - 1];
  const parts = definition?.parts ?? schema.primaryKey;
  const text = parts
    .map((part) => {
      const at = schema.columns.findIndex((column) => column.id === part.columnId);
      const column = schema.columns[at] as Column;
      const value = stored[at] as Value;
      if (value === null) return "NULL";
      const full =
        column.type.kind === "binary" ? binaryKeyText(value as Uint8Array) : sourceText(value, column.type);
      return part.prefixLength === undefined ? full : [...full].slice(0, part.prefixLength).join("");
    })
    .join("-");
  const shown =
    [...text].length > KEY_TEXT_MAX ? `${[...text].slice(0, KEY_TEXT_MAX - 3).join("")}...` : text;
  return sqlError("ER_DUP_ENTRY", shown, `${target.name}.${definition?.name ?? "PRIMARY"}`);
}

function binaryKeyText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes)
    text +=
      byte >= 0x20 && byte < 0x7f
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  return text;
}

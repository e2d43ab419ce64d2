/** 1062 as MySQL words it, naming the key as `table.index` and the values joined by dashes. */
import type { TableSchema } from "../tables/schema.ts";
import { SqlError, sqlError } from "../values/sql-error.ts";
import { sourceText } from "../values/store/source-value.ts";
import type { Value } from "../values/value.ts";

/** MySQL shows at most this many characters of the values. */
const ENTRY_LENGTH_MAX = 64;

/** `index` is 0 for the primary key, n for `schema.indexes[n - 1]`; `values` is a row in schema order. */
export function duplicateEntry(
  table: { readonly name: string; readonly schema: TableSchema },
  index: number,
  values: readonly Value[],
): SqlError {
  const { schema, name } = table;
  const definition = schema.indexes[index - 1];
  const parts = index === 0 ? schema.primaryKey : (definition?.parts ?? []);
  const texts = parts.map((part) => {
    const at = schema.columns.findIndex((column) => column.id === part.columnId);
    const column = schema.columns[at];
    const value = values[at];
    if (column === undefined || value === undefined || value === null) return "NULL";
    const text = sourceText(value, column.type);
    return part.prefixLength === undefined ? text : [...text].slice(0, part.prefixLength).join("");
  });
  const indexName = index === 0 ? "PRIMARY" : (definition?.name ?? "");
  const entry = [...texts.join("-")].slice(0, ENTRY_LENGTH_MAX).join("");
  const { message } = sqlError("ER_DUP_ENTRY_WITH_KEY_NAME", entry, `${name}.${indexName}`);
  return new SqlError("ER_DUP_ENTRY", message);
}

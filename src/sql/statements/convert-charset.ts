/** ALTER TABLE … CONVERT TO CHARACTER SET: the table's default and every text column. */
import { charsetInfo } from "../../values/charset.ts";
import type { SqlType, StringName } from "../../values/sql-type.ts";
import type { AlterTableAction } from "../ast/data-definition.ts";
import { resolveCharset } from "./column-type.ts";
import type { SchemaEditor } from "./schema-editor.ts";
import type { TransactionRun } from "./statement-run.ts";

const TEXT_NAMES: readonly (readonly [StringName, number])[] = [
  ["tinytext", 255],
  ["text", 65_535],
  ["mediumtext", 16_777_215],
  ["longtext", 4_294_967_295],
];

export function convertedColumns(
  action: AlterTableAction & { readonly kind: "convert-charset" },
  editor: SchemaEditor,
  run: TransactionRun,
): void {
  const { session } = run;
  const database =
    session.database === undefined
      ? editor
      : session.services.engine.databaseOptions(session.revisionOf(undefined).databaseName);
  const { charset, collation } = resolveCharset(
    {
      charset: action.charset ?? database.charset,
      ...(action.collation !== undefined ? { collation: action.collation } : {}),
    },
    editor,
  );
  editor.charset = charset;
  editor.collation = collation;
  editor.columns = editor.columns.map((column) => ({
    ...column,
    type: converted(column.type, charset, collation),
  }));
}

function converted(type: SqlType, charset: string, collation: string): SqlType {
  if (type.kind === "enum" || type.kind === "set") return { ...type, charset, collation };
  if (type.kind !== "string") return type;
  const grows = charsetInfo(charset).maxLength > charsetInfo(type.charset).maxLength;
  const at = TEXT_NAMES.findIndex(([name]) => name === type.name);
  // A TEXT column that must hold as many characters in a wider set becomes the next larger one.
  const next = grows && at >= 0 ? TEXT_NAMES[Math.min(at + 1, 3)] : undefined;
  return next === undefined
    ? { ...type, charset, collation }
    : { ...type, name: next[0], length: next[1], charset, collation };
}

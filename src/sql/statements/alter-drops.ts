/** The DROP actions of ALTER TABLE, with what keeps a column or an index from going. */
import { sqlError } from "../../values/sql-error.ts";
import type { AlterTableAction } from "../ast/data-definition.ts";
import { parseExpression } from "../parser/parse.ts";
import { columnsIn } from "./canonical-text.ts";
import { beginsWithColumns } from "./index-rules.ts";
import { type SchemaEditor, sameName } from "./schema-editor.ts";

type DropAction = Extract<
  AlterTableAction,
  {
    readonly kind:
      | "drop-column"
      | "drop-primary-key"
      | "drop-index"
      | "drop-foreign-key"
      | "drop-constraint"
      | "drop-check";
  }
>;

export function isDrop(action: AlterTableAction): action is DropAction {
  return action.kind.startsWith("drop-");
}

export function applyDrop(action: DropAction, editor: SchemaEditor): void {
  switch (action.kind) {
    case "drop-column":
      dropColumn(action.name, editor);
      break;
    case "drop-primary-key":
      if (editor.primaryKey.length === 0) throw sqlError("ER_CANT_DROP_FIELD_OR_KEY", "PRIMARY");
      editor.primaryKey = [];
      break;
    case "drop-index":
      if (sameName(action.name, "PRIMARY")) {
        applyDrop({ kind: "drop-primary-key" }, editor);
        break;
      }
      dropIndex(action.name, editor);
      break;
    case "drop-foreign-key":
      if (!editor.foreignKeys.some((key) => sameName(key.name, action.name)))
        throw sqlError("ER_CANT_DROP_FIELD_OR_KEY", action.name);
      editor.foreignKeys = editor.foreignKeys.filter((key) => !sameName(key.name, action.name));
      break;
    case "drop-check":
      if (!editor.checks.some((check) => sameName(check.name, action.name)))
        throw sqlError("ER_CHECK_CONSTRAINT_NOT_FOUND", action.name);
      editor.checks = editor.checks.filter((check) => !sameName(check.name, action.name));
      break;
    case "drop-constraint":
      dropConstraint(action.name, editor);
      break;
  }
}

function dropConstraint(name: string, editor: SchemaEditor): void {
  const matches: DropAction[] = [];
  if (sameName(name, "PRIMARY") && editor.primaryKey.length > 0) matches.push({ kind: "drop-primary-key" });
  if (editor.indexes.some((index) => index.kind === "unique" && sameName(index.name, name)))
    matches.push({ kind: "drop-index", name });
  if (editor.foreignKeys.some((key) => sameName(key.name, name)))
    matches.push({ kind: "drop-foreign-key", name });
  if (editor.checks.some((check) => sameName(check.name, name))) matches.push({ kind: "drop-check", name });
  const [only] = matches;
  if (only === undefined) throw sqlError("ER_CONSTRAINT_NOT_FOUND", name);
  if (matches.length > 1) throw sqlError("ER_MULTIPLE_CONSTRAINTS_WITH_SAME_NAME", name, "DROP");
  applyDrop(only, editor);
}

function dropColumn(name: string, editor: SchemaEditor): void {
  const column = editor.findColumn(name);
  if (column === undefined) throw sqlError("ER_CANT_DROP_FIELD_OR_KEY", name);
  const key = editor.foreignKeys.find((item) => item.columnIds.includes(column.id));
  if (key !== undefined) throw sqlError("ER_FK_COLUMN_CANNOT_DROP", column.name, key.name);
  for (const other of editor.columns) {
    if (other !== column && other.generated !== undefined && refersTo(other.generated.sql, column.name)) {
      throw sqlError("ER_DEPENDENT_BY_GENERATED_COLUMN", column.name);
    }
  }
  editor.checks = editor.checks.filter((check) => {
    if (!refersTo(check.sql, column.name)) return true;
    // A check on this column alone goes with it.
    if (columnsOf(check.sql).size === 1) return false;
    throw sqlError("ER_DEPENDENT_BY_CHECK_CONSTRAINT", check.name, column.name);
  });
  editor.columns = editor.columns.filter((other) => other !== column);
  editor.primaryKey = editor.primaryKey.filter((part) => part.columnId !== column.id);
  editor.indexes = editor.indexes.flatMap((index) => {
    const parts = index.parts.filter((part) => part.columnId !== column.id);
    if (parts.length === index.parts.length) return [index];
    return parts.length === 0 ? [] : [{ ...index, parts }];
  });
}

function columnsOf(sql: string): ReadonlySet<string> {
  return columnsIn(parseExpression(Buffer.from(sql, "utf8"), { sqlMode: new Set() }));
}

function refersTo(sql: string, column: string): boolean {
  return [...columnsOf(sql)].some((name) => sameName(name, column));
}

function dropIndex(name: string, editor: SchemaEditor): void {
  const index = editor.findIndex(name);
  if (index === undefined) throw sqlError("ER_CANT_DROP_FIELD_OR_KEY", name);
  const rest = editor.indexes.filter((other) => other !== index);
  const needed = editor.foreignKeys.some(
    (key) =>
      beginsWithColumns(index.parts, key.columnIds) &&
      !beginsWithColumns(editor.primaryKey, key.columnIds) &&
      !rest.some((other) => beginsWithColumns(other.parts, key.columnIds)),
  );
  if (needed) throw sqlError("ER_DROP_INDEX_FK", index.name);
  editor.indexes = rest;
}

/** ALTER TABLE, CREATE INDEX and DROP INDEX: one new definition from all actions, then one change of the table. */

import type { Column, IndexDefinition, TableSchema } from "../../tables/schema.ts";
import type { DateTime } from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { convertForStore } from "../../values/store/convert-for-store.ts";
import type { Value } from "../../values/value.ts";
import type {
  AlterTable,
  AlterTableAction,
  ColumnPosition,
  CreateIndex,
  DropIndex,
} from "../ast/data-definition.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import { createBuilder } from "../session/select-runner.ts";
import { codecOf } from "../session/session-catalog.ts";
import type { SessionContext } from "../session/session-context.ts";
import { applyDrop, isDrop } from "./alter-drops.ts";
import { implicitDefault } from "./column-default.ts";
import { convertedColumns } from "./convert-charset.ts";
import { SchemaEditor, sameName } from "./schema-editor.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TableDefinition } from "./table-definition.ts";
import { TargetTable } from "./target-table.ts";

export async function runAlterTable(statement: AlterTable, run: TransactionRun): Promise<ChangeResult> {
  const { session, transaction } = run;
  const revision = session.revisionOf(statement.table.database);
  const view = transaction.openTable(revision, statement.table.name);
  const before = view.schema;
  const editor = new SchemaEditor(view.name, before);
  const definition = new TableDefinition(editor, run);
  definition.database = revision.databaseName;
  const applied = applyActions(statement.actions, definition, before, run);
  definition.finishIndexes();
  if (editor.columns.length === 0) throw sqlError("ER_CANT_REMOVE_ALL_FIELDS");
  definition.warnOfDuplicates(before.indexes);
  const defined = editor.finish();
  definition.checkExpressions();
  const rewrites = needsConversion(before, defined, applied.force);
  const schema = {
    ...defined,
    columns: defined.columns.map((column) => withAbsentValue(column, before, rewrites)),
  };
  const convertRow = rewrites ? rowConverter(before, schema, run) : undefined;
  const rows = convertRow !== undefined && copiesRows(before, schema, applied.force) ? view.rowCount() : 0;
  const { newName } = applied;
  if (newName?.database !== undefined && newName.database !== revision.databaseName) {
    throw sqlError("ER_NOT_SUPPORTED_YET", "ALTER TABLE … RENAME to another database");
  }
  session.transactions.rollback();
  await session.engineSession.dataDefinition.alterTable(revision, view.name, {
    schema,
    signal: run.options.signal,
    ...(newName !== undefined && newName.name !== view.name ? { newName: newName.name } : {}),
    ...(applied.autoIncrement !== undefined ? { autoIncrement: applied.autoIncrement } : {}),
    ...(convertRow !== undefined ? { convertRow } : {}),
  });
  const warnings = session.diagnostics.warningCount;
  // Renaming and switching keys go another way in MySQL, which reports no records.
  if (statement.actions.every((action) => action.kind === "rename" || action.kind === "keys")) {
    return { affectedRows: 0, lastInsertId: 0, info: "" };
  }
  return {
    affectedRows: rows,
    lastInsertId: 0,
    info: `Records: ${rows}  Duplicates: 0  Warnings: ${warnings}`,
  };
}

/** Whether MySQL copies the table for the change, and so reports its rows: for new types, a lost primary key, new
 *  checks and stored generated columns. Other changes it makes in place. */
function copiesRows(before: TableSchema, after: TableSchema, force: boolean): boolean {
  if (force) return false;
  if (before.primaryKey.length > 0 && after.primaryKey.length === 0) return true;
  if (
    after.checks.some(
      (check) => check.enforced && !before.checks.some((old) => old.sql === check.sql && old.enforced),
    )
  )
    return true;
  return after.columns.some((column) => {
    const old = before.columns.find((other) => other.id === column.id);
    if (old === undefined) return column.generated?.stored === true;
    return (
      !sameType(old.type, column.type) || JSON.stringify(old.generated) !== JSON.stringify(column.generated)
    );
  });
}

/** What rows written before the column was there show in it, when they are not rewritten. */
function withAbsentValue(column: Column, before: TableSchema, rewrites: boolean): Column {
  const { absentValue: _gone, ...rest } = column;
  if (rewrites) return rest;
  const old = before.columns.find((other) => other.id === column.id);
  if (old !== undefined)
    return old.absentValue === undefined ? rest : { ...rest, absentValue: old.absentValue };
  if (column.default?.kind === "literal")
    return column.default.value === null ? rest : { ...rest, absentValue: column.default.value };
  return column.nullable || column.generated !== undefined
    ? rest
    : { ...rest, absentValue: implicitDefault(column.type) };
}

interface Applied {
  newName: { readonly database?: string; readonly name: string } | undefined;
  autoIncrement: bigint | undefined;
  /** Every row is rewritten, whatever changed. */
  force: boolean;
}

/** Drops first, then changes, then additions: names in a statement mean the table as it was. */
function applyActions(
  actions: readonly AlterTableAction[],
  definition: TableDefinition,
  before: TableSchema,
  run: TransactionRun,
): Applied {
  const applied: Applied = { newName: undefined, autoIncrement: undefined, force: false };
  const { editor } = definition;
  for (const action of actions) if (isDrop(action)) applyDrop(action, editor);
  // Character set and other options come before columns: new columns take the table's defaults.
  for (const action of actions) {
    if (action.kind === "options") {
      applied.autoIncrement = definition.applyOptions(action.options, false) ?? applied.autoIncrement;
    } else if (action.kind === "convert-charset") {
      convertedColumns(action, editor, run);
    }
  }
  for (const action of actions) applyColumnAction(action, definition, before);
  for (const action of actions) applyOther(action, definition, applied, run);
  return applied;
}

function applyColumnAction(action: AlterTableAction, definition: TableDefinition, before: TableSchema): void {
  const { editor } = definition;
  switch (action.kind) {
    case "add-column":
      definition.addColumn(action.column, positionOf(action.position, editor));
      definition.noteExpressions(action.column);
      break;
    case "add":
      for (const element of action.elements) {
        if (element.kind !== "column") continue;
        definition.addColumn(element.column, undefined);
        definition.noteExpressions(element.column);
      }
      break;
    case "change-column": {
      const old = before.columns.find((column) => sameName(column.name, action.oldName));
      if (old === undefined || editor.columnById(old.id) === undefined)
        throw sqlError("ER_BAD_FIELD_ERROR", action.oldName, editor.tableName);
      const column = definition.makeColumn(action.column, old.id);
      const twin = editor.columns.find((other) => other.id !== old.id && sameName(other.name, column.name));
      if (twin !== undefined && !before.columns.some((other) => other.id === twin.id))
        throw sqlError("ER_DUP_FIELDNAME", column.name);
      const inKey = editor.primaryKey.some((part) => part.columnId === old.id);
      if (inKey && action.column.nullable === true) throw sqlError("ER_PRIMARY_CANT_HAVE_NULL");
      replaceColumn(editor, keyColumn(column, inKey), action.position);
      definition.noteExpressions(action.column);
      break;
    }
    case "rename-column": {
      const old = before.columns.find((column) => sameName(column.name, action.from));
      const current = old === undefined ? undefined : editor.columnById(old.id);
      if (current === undefined) throw sqlError("ER_BAD_FIELD_ERROR", action.from, editor.tableName);
      const twin = editor.columns.find(
        (column) => column.id !== current.id && sameName(column.name, action.to),
      );
      if (twin !== undefined) throw sqlError("ER_DUP_FIELDNAME", action.to);
      editor.replaceColumn({ ...current, name: action.to });
      break;
    }
    case "alter-column-default": {
      const column = mustFind(editor, action.column);
      const { default: _old, ...rest } = column;
      editor.replaceColumn(
        action.default === undefined
          ? rest
          : { ...rest, default: definition.makeDefault(column.name, action.default, column) },
      );
      break;
    }
    case "alter-column-visibility":
      editor.replaceColumn({ ...mustFind(editor, action.column), invisible: !action.visible });
      break;
    default:
      break;
  }
}

function keyColumn(column: Column, inKey: boolean): Column {
  if (!inKey || !column.nullable) return column;
  const { default: given, ...rest } = column;
  const keeps = given !== undefined && !(given.kind === "literal" && given.value === null);
  return { ...rest, nullable: false, ...(keeps ? { default: given } : {}) };
}

function mustFind(editor: SchemaEditor, name: string): Column {
  const column = editor.findColumn(name);
  if (column === undefined) throw sqlError("ER_BAD_FIELD_ERROR", name, editor.tableName);
  return column;
}

function positionOf(position: ColumnPosition | undefined, editor: SchemaEditor): number | undefined {
  if (position === undefined) return undefined;
  if (position.kind === "first") return 0;
  const at = editor.columns.findIndex((column) => sameName(column.name, position.column));
  if (at < 0) throw sqlError("ER_BAD_FIELD_ERROR", position.column, editor.tableName);
  return at + 1;
}

function replaceColumn(editor: SchemaEditor, column: Column, position: ColumnPosition | undefined): void {
  if (position === undefined) {
    editor.replaceColumn(column);
    return;
  }
  editor.columns = editor.columns.filter((other) => other.id !== column.id);
  editor.columns.splice(positionOf(position, editor) ?? editor.columns.length, 0, column);
}

function applyOther(
  action: AlterTableAction,
  definition: TableDefinition,
  applied: Applied,
  run: TransactionRun,
): void {
  const { editor } = definition;
  switch (action.kind) {
    case "add-column":
    case "change-column":
      definition.addColumnKeys(action.column);
      break;
    case "add":
      for (const element of action.elements) {
        if (element.kind === "column") definition.addColumnKeys(element.column);
        else definition.addElement(element);
      }
      break;
    case "rename-index": {
      const index = editor.findIndex(action.from);
      if (index === undefined) throw sqlError("ER_KEY_DOES_NOT_EXITS", action.from, editor.tableName);
      const twin = editor.findIndex(action.to);
      if (twin !== undefined && twin !== index) throw sqlError("ER_DUP_KEYNAME", action.to);
      if (sameName(action.to, "PRIMARY")) throw sqlError("ER_WRONG_NAME_FOR_INDEX", action.to);
      editor.indexes = editor.indexes.map((other) =>
        other === index ? { ...other, name: action.to } : other,
      );
      break;
    }
    case "alter-index": {
      const index = editor.findIndex(action.name);
      if (index === undefined) throw sqlError("ER_KEY_DOES_NOT_EXITS", action.name, editor.tableName);
      editor.indexes = editor.indexes.map((other) =>
        other === index ? { ...other, visible: action.visible } : other,
      );
      break;
    }
    case "alter-check": {
      if (!editor.checks.some((check) => sameName(check.name, action.name)))
        throw sqlError("ER_CHECK_CONSTRAINT_NOT_FOUND", action.name);
      editor.checks = editor.checks.map((check) =>
        sameName(check.name, action.name) ? { ...check, enforced: action.enforced } : check,
      );
      break;
    }
    case "rename":
      applied.newName = action.to;
      break;
    case "keys":
      run.session.warn("Note", 1031, sqlError("ER_ILLEGAL_HA", editor.tableName).message);
      break;
    case "force":
      applied.force = true;
      break;
    case "partition-by":
    case "remove-partitioning":
    case "partition":
    case "tablespace":
      throw sqlError(
        "ER_NOT_SUPPORTED_YET",
        `ALTER TABLE … ${action.kind.replaceAll("-", " ").toUpperCase()}`,
      );
    default:
      break;
  }
}

/** Rows must be rewritten unless only metadata changed or columns were added at the end that have a constant default. */
function needsConversion(before: TableSchema, after: TableSchema, force: boolean): boolean {
  if (force) return true;
  if (JSON.stringify(before.primaryKey) !== JSON.stringify(after.primaryKey)) return true;
  if (after.columns.length < before.columns.length) return true;
  const checksAdded = after.checks.some(
    (check) => check.enforced && !before.checks.some((old) => old.sql === check.sql && old.enforced),
  );
  if (checksAdded || addsIndexOfVirtualColumn(before, after)) return true;
  for (const [at, column] of after.columns.entries()) {
    const old = before.columns[at];
    if (old === undefined) {
      if (column.generated !== undefined || column.autoIncrement || column.type.kind === "timestamp")
        return true;
      if (column.default !== undefined && column.default.kind !== "literal") return true;
      continue;
    }
    if (old.id !== column.id || JSON.stringify(old.type) !== JSON.stringify(column.type)) return true;
    if (
      old.nullable !== column.nullable ||
      JSON.stringify(old.generated) !== JSON.stringify(column.generated)
    )
      return true;
  }
  return false;
}

/** Rows do not have the value of a virtual column, so that the entries of its index must be computed. */
function addsIndexOfVirtualColumn(before: TableSchema, after: TableSchema): boolean {
  const virtual = new Set(
    after.columns.flatMap(({ id, generated }) => (generated?.stored === false ? [id] : [])),
  );
  if (virtual.size === 0) return false;
  const isKept = ({ kind, parts }: IndexDefinition): boolean =>
    before.indexes.some((old) => old.kind === kind && JSON.stringify(old.parts) === JSON.stringify(parts));
  return after.indexes.some(
    (index) => index.parts.some(({ columnId }) => virtual.has(columnId)) && !isKept(index),
  );
}

/** Old values in old order → new values in new order. */
function rowConverter(
  before: TableSchema,
  after: TableSchema,
  run: TransactionRun,
): (values: readonly Value[]) => readonly Value[] {
  const { session, transaction, parameters, context } = run;
  const builder = createBuilder(session, transaction, parameters, context);
  const target = new TargetTable(
    { database: "", name: run.session.database ?? "" },
    { schema: after, codec: codecOf(after) },
    builder,
  );
  const frame = new ExecutionFrame(0, builder.registerCount, context);
  frame.execution = 1;
  const sources = after.columns.map((column) => sourceOf(column, before));
  let row = 0;
  let nextAutoIncrement = 1;
  return (values) => {
    context.rowNumber = ++row;
    for (let at = 0; at < sources.length; at++) {
      const column = after.columns[at] as Column;
      const source = sources[at];
      let value: Value;
      if (source !== undefined) value = convertedValue(values[source.at] as Value, source, column, context);
      else if (column.autoIncrement) value = nextAutoIncrement++;
      else value = addedValue(target, at, frame, context);
      frame.registers[target.base + at] = value;
    }
    target.complete(frame, context);
    return target.toStored(frame, context);
  };
}

/** The old column that a column's values come from. */
interface SourceColumn {
  readonly at: number;
  readonly column: Column;
  readonly sameType: boolean;
}

function sourceOf(column: Column, before: TableSchema): SourceColumn | undefined {
  const at = before.columns.findIndex((old) => old.id === column.id);
  const old = before.columns[at];
  return old === undefined ? undefined : { at, column: old, sameType: sameType(old.type, column.type) };
}

/** A new column's value in old rows: its default, or without one its type's, whatever the mode. */
function addedValue(target: TargetTable, at: number, frame: ExecutionFrame, context: SessionContext): Value {
  const column = target.schema.columns[at] as Column;
  if (target.hasDefault(at)) return target.defaultValue(at, frame, context);
  return column.nullable || column.generated !== undefined ? null : implicitDefault(column.type);
}

function convertedValue(value: Value, source: SourceColumn, column: Column, context: SessionContext): Value {
  if (value === null) {
    if (column.nullable || column.generated !== undefined) return null;
    if (context.strict) throw sqlError("WARN_DATA_TRUNCATED", column.name, context.rowNumber);
    context.warn("Warning", 1265, sqlError("WARN_DATA_TRUNCATED", column.name, context.rowNumber).message);
    return implicitDefault(column.type);
  }
  const local =
    source.column.type.kind === "timestamp" && (value as DateTime).month > 0
      ? context.utcToLocal(value as DateTime)
      : value;
  return source.sameType ? local : convertForStore(local, source.column.type, column.type, column, context);
}

function sameType(left: SqlType, right: SqlType): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

export function runCreateIndex(statement: CreateIndex, run: TransactionRun): Promise<ChangeResult> {
  const { start, end, table, index } = statement;
  return runAlterTable(
    { kind: "alter-table", table, actions: [{ kind: "add", elements: [index] }], start, end },
    run,
  );
}

export function runDropIndex(statement: DropIndex, run: TransactionRun): Promise<ChangeResult> {
  const { start, end, table, name } = statement;
  const action: AlterTableAction = sameName(name, "PRIMARY")
    ? { kind: "drop-primary-key" }
    : { kind: "drop-index", name };
  return runAlterTable({ kind: "alter-table", table, actions: [action], start, end }, run);
}

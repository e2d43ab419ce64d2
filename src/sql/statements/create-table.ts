/** CREATE TABLE in its three forms: by definition, LIKE, and AS SELECT. */

import type { TableSchema } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Insert } from "../ast/data-change.ts";
import type { CreateTable, CreateTableLike } from "../ast/data-definition.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { planQuery } from "../planner/query-planner.ts";
import { createBuilder } from "../session/select-runner.ts";
import { runInsert } from "./insert.ts";
import { checkName, emptySchema, SchemaEditor } from "./schema-editor.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TableDefinition } from "./table-definition.ts";

const NOTHING: ChangeResult = { affectedRows: 0, lastInsertId: 0, info: "" };

/** `reopen` commits the definition and gives a new transaction for AS SELECT's rows. */
export async function runCreateTable(
  statement: CreateTable,
  run: TransactionRun,
  reopen: () => TransactionRun,
): Promise<ChangeResult> {
  if (statement.temporary) throw sqlError("ER_NOT_SUPPORTED_YET", "CREATE TEMPORARY TABLE");
  if (statement.partitionBy !== undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "PARTITION BY");
  const { session, transaction } = run;
  const { name } = statement.table;
  const revision = session.revisionOf(statement.table.database);
  checkName(name);
  if (transaction.getSchema(revision, name) !== undefined) {
    if (!statement.ifNotExists) throw sqlError("ER_TABLE_EXISTS_ERROR", name);
    session.warn("Note", 1050, sqlError("ER_TABLE_EXISTS_ERROR", name).message);
    return NOTHING;
  }
  const defaults = session.services.engine.databaseOptions(revision.databaseName);
  const editor = new SchemaEditor(name, emptySchema(defaults.charset, defaults.collation));
  const definition = new TableDefinition(editor, run);
  definition.database = revision.databaseName;
  const autoIncrement = definition.applyOptions(statement.options, true);
  const columns = statement.elements.flatMap((element) =>
    element.kind === "column" ? [element.column] : [],
  );
  for (const column of columns) {
    definition.addColumn(column, undefined);
    definition.noteExpressions(column);
  }
  const selected = statement.query === undefined ? undefined : addSelectedColumns(statement, definition, run);
  for (const column of columns) definition.addColumnKeys(column);
  for (const element of statement.elements) if (element.kind !== "column") definition.addElement(element);
  definition.finishIndexes();
  definition.warnOfDuplicates([]);
  const schema = editor.finish();
  definition.checkExpressions();
  await session.engineSession.dataDefinition.createTable(revision, name, schema, autoIncrement ?? 1n);
  if (statement.query === undefined || selected === undefined) return NOTHING;
  const insert: Insert = {
    kind: "insert",
    replace: statement.duplicates === "replace",
    ignore: statement.duplicates === "ignore",
    table: statement.table,
    partitions: [],
    columns: selected.map((column) => ({ kind: "column", name: column, start: 0, end: 0 })),
    source: { kind: "query", query: statement.query },
    onDuplicate: [],
    start: statement.start,
    end: statement.end,
  };
  return runInsert(insert, reopen());
}

/** Columns of the query that the definition doesn't name are added at the end; returns all the query's columns. */
function addSelectedColumns(
  statement: CreateTable,
  definition: TableDefinition,
  run: TransactionRun,
): readonly string[] {
  const { query } = statement;
  if (query === undefined) return [];
  const { session, transaction, parameters, context } = run;
  const builder = createBuilder(session, transaction, parameters, context);
  const planned = planQuery(query, { builder, outer: undefined, commonTables: new CommonTables() });
  const named = new Set<string>();
  for (const { name, expression } of planned.columns) {
    if (named.has(name.toLowerCase())) throw sqlError("ER_DUP_FIELDNAME", name);
    named.add(name.toLowerCase());
    if (definition.editor.findColumn(name) !== undefined) continue;
    const original =
      expression.kind === "column"
        ? builder.tables[expression.slot]?.table.view.schema.columns[expression.column]
        : undefined;
    const nullable = original?.nullable ?? expression.nullable;
    const { editor } = definition;
    const keptDefault =
      original?.default ?? (nullable ? ({ kind: "literal", value: null } as const) : undefined);
    editor.insertColumn(
      {
        id: editor.takeId(),
        name,
        type: columnTypeOf(expression.type),
        nullable,
        ...(keptDefault !== undefined ? { default: keptDefault } : {}),
        autoIncrement: false,
        invisible: false,
        comment: original?.comment ?? "",
      },
      undefined,
    );
  }
  return planned.columns.map((column) => column.name);
}

/** The type of a column that is made to hold an expression's values. */
function columnTypeOf(type: SqlType): SqlType {
  if (type.kind === "null") return { kind: "binary", name: "binary", length: 0 };
  return type;
}

export async function runCreateTableLike(
  statement: CreateTableLike,
  run: TransactionRun,
): Promise<ChangeResult> {
  if (statement.temporary) throw sqlError("ER_NOT_SUPPORTED_YET", "CREATE TEMPORARY TABLE");
  const { session, transaction } = run;
  const revision = session.revisionOf(statement.table.database);
  const { name } = statement.table;
  const source = transaction.openTable(session.revisionOf(statement.like.database), statement.like.name);
  if (transaction.getSchema(revision, name) !== undefined) {
    if (!statement.ifNotExists) throw sqlError("ER_TABLE_EXISTS_ERROR", name);
    session.warn("Note", 1050, sqlError("ER_TABLE_EXISTS_ERROR", name).message);
    return NOTHING;
  }
  // Foreign keys are not copied; generated names of checks follow the new table.
  const checks = source.schema.checks.map((check, at) => ({ ...check, name: `${name}_chk_${at + 1}` }));
  const schema: TableSchema = { ...source.schema, foreignKeys: [], checks };
  await session.engineSession.dataDefinition.createTable(revision, name, schema, 1n);
  return NOTHING;
}

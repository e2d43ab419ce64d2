/** LOAD DATA [LOCAL] INFILE. */
import { createReadStream } from "node:fs";
import { Pause } from "../../base/pause.ts";
import type { Column } from "../../tables/schema.ts";
import { decodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType, StringType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { LoadData } from "../ast/data-change.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import { compileExpression } from "../expression/compile.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { subqueryPlanner } from "../planner/query-planner.ts";
import { QueryLevel } from "../planner/query-scope.ts";
import { createBuilder } from "../session/select-runner.ts";
import { codecOf } from "../session/session-catalog.ts";
import { implicitDefault, nowFor } from "./column-default.ts";
import { DelimitedReader, type Field } from "./delimited-reader.ts";
import { resolveFormat } from "./file-format.ts";
import { RowInserter } from "./insert-rows.ts";
import { rowScope } from "./row-scope.ts";
import { storeInto } from "./row-writing.ts";
import { serverFilePath } from "./select-outfile.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TargetTable } from "./target-table.ts";

/** Assignment does not ask how long the text of a type may be. */
const FIELD_TEXT: StringType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const BYTES: SqlType = { kind: "binary", name: "longblob", length: 4294967295 };

export async function runLoadData(statement: LoadData, run: TransactionRun): Promise<ChangeResult> {
  if (statement.xml) throw sqlError("ER_NOT_SUPPORTED_YET", "LOAD XML");
  const { session, transaction, context, parameters } = run;
  const format = resolveFormat(statement.format);
  if (format.fieldsTerminatedBy.length === 0 && format.enclosure === undefined)
    throw sqlError("ER_NOT_SUPPORTED_YET", "LOAD DATA of fixed-size rows");
  const revision = session.revisionOf(statement.table.database);
  if (revision.readOnly) throw sqlError("ER_OPEN_AS_READONLY", statement.table.name);
  const writer = await transaction.openTableForWrite(revision, statement.table.name, {
    foreignKeyChecks: session.settings.foreignKeyChecks,
  });
  const builder = createBuilder(session, transaction, parameters, context);
  const { current } = writer;
  const target = new TargetTable(
    { database: current.databaseName, name: current.name },
    { schema: current.schema, codec: codecOf(current.schema) },
    builder,
  );
  const charset =
    statement.charset ?? String(session.variables.get("character_set_database", "session") ?? "utf8mb4");
  const level = new QueryLevel(
    undefined,
    () => builder.addRegister(),
    subqueryPlanner({ builder, outer: undefined, commonTables: new CommonTables() }),
  );
  const scope = rowScope(target.columns, level, "field list", target);
  const places = placesOf(statement, target);
  // SET is bound to what the fields will be, not to what the variables held before.
  for (const place of places) {
    if (typeof place === "string") context.setUserVariable(place, null, textType(""));
  }
  const sets = statement.assignments.map((assignment) => {
    const at = target.columnIndex(assignment.column.name, "field list");
    const column = target.schema.columns[at] as Column;
    if (assignment.value.kind === "default") return { at, column, value: undefined };
    const bound = bindExpression(assignment.value, scope, builder.environment);
    return { at, column, value: { evaluate: compileExpression(bound, builder), type: bound.type } };
  });
  const frame = new ExecutionFrame(builder.tables.length, builder.registerCount, context);
  frame.execution = 1;
  frame.parameters = parameters.values;
  builder.tables.forEach(({ table }, slot) => {
    frame.tables[slot] = transaction.openTable(table.revision, table.name);
  });
  context.frame = frame;
  const ignore = statement.duplicates === "ignore" || (statement.local && statement.duplicates === undefined);
  const inserter = new RowInserter(
    { target, writer, frame, context },
    {
      onDuplicate:
        statement.duplicates === "replace"
          ? { kind: "replace" }
          : ignore
            ? { kind: "ignore" }
            : { kind: "error" },
      ignore,
      zeroIsValue: session.settings.sqlMode.has("NO_AUTO_VALUE_ON_ZERO"),
      foundRows: false,
      lenientNulls: !context.strict,
    },
  );
  const assigned = new Set(sets.map(({ at }) => at));
  const named = new Set(places.flatMap((place) => (typeof place === "number" ? [place] : [])));
  const defaulted = target.schema.columns.flatMap((_, at) => (named.has(at) || assigned.has(at) ? [] : [at]));
  const insertLine = (fields: readonly Field[]): Promise<void> | undefined => {
    context.rowNumber = inserter.records + 1;
    const { registers } = frame;
    for (const at of assigned) registers[target.base + at] = null;
    for (const at of defaulted) registers[target.base + at] = target.defaultValue(at, frame, context);
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number | string;
      const field = fields[i];
      if (typeof place === "string") {
        const value = field === undefined || field === null ? null : decodeText(field, charset);
        context.setUserVariable(place, value, textType(value ?? ""));
        continue;
      }
      const column = target.schema.columns[place] as Column;
      registers[target.base + place] = columnValue(column, field, { charset, context });
    }
    if (fields.length > places.length) warnRow(run, "ER_WARN_TOO_MANY_RECORDS");
    for (const { at, column, value } of sets) {
      registers[target.base + at] =
        value === undefined
          ? target.defaultValue(at, frame, context)
          : storeInto(column, value.evaluate(frame), value.type, context);
    }
    return inserter.insert();
  };
  await forEachLine(statement, run, { format, insertLine });
  if (inserter.firstGenerated !== undefined) session.lastInsertId = inserter.firstGenerated;
  const skipped = statement.duplicates === "replace" ? 0 : inserter.duplicates;
  const deleted = statement.duplicates === "replace" ? inserter.duplicates : 0;
  return {
    affectedRows: inserter.affected,
    lastInsertId: inserter.firstGenerated ?? 0,
    info: `Records: ${inserter.records}  Deleted: ${deleted}  Skipped: ${skipped}  Warnings: ${session.diagnostics.warningCount}`,
  };
}

/** Where each field goes: a column's position or a user variable's name. */
function placesOf(statement: LoadData, target: TargetTable): readonly (number | string)[] {
  if (statement.targets === undefined) {
    return target.schema.columns.flatMap((column, at) => (column.invisible ? [] : [at]));
  }
  return statement.targets.map((place) =>
    place.kind === "variable" ? place.name : target.columnIndex(place.column.name, "field list"),
  );
}

function textType(text: string): SqlType {
  return { ...FIELD_TEXT, length: Math.max(text.length, 1) };
}

function columnValue(
  column: Column,
  field: Field | undefined,
  options: { readonly charset: string; readonly context: TransactionRun["context"] },
): Value {
  const { context, charset } = options;
  if (field === undefined) {
    const error = sqlError("ER_WARN_TOO_FEW_RECORDS", context.rowNumber);
    if (context.strict) throw error;
    context.warn("Warning", error.errno, error.message);
    return column.type.kind === "timestamp" ? nowFor(0, context) : implicitDefault(column.type);
  }
  if (field === null) return null;
  if (column.type.kind === "binary" || column.type.kind === "geometry")
    return storeInto(column, field, BYTES, context);
  if (column.type.kind === "bit") return storeInto(column, field, BYTES, context);
  const text = decodeText(field, charset === "binary" ? "utf8mb4" : charset);
  return storeInto(column, text, FIELD_TEXT, context);
}

function warnRow(run: TransactionRun, symbol: "ER_WARN_TOO_MANY_RECORDS"): void {
  const error = sqlError(symbol, run.context.rowNumber);
  if (run.context.strict) throw error;
  run.context.warn("Warning", error.errno, error.message);
}

/** Lines between looks at the clock. */
const LINES_PER_LOOK = 128;

/** Reads the file to its end, line by line; others have their turn in between, and the statement can be killed. */
async function forEachLine(
  statement: LoadData,
  run: TransactionRun,
  each: {
    readonly format: ReturnType<typeof resolveFormat>;
    readonly insertLine: (fields: readonly Field[]) => Promise<void> | undefined;
  },
): Promise<void> {
  const { signal } = run.options;
  const reader = new DelimitedReader(each.format);
  const pause = new Pause(signal);
  let toSkip = statement.ignoreLines;
  let lines = 0;
  const insertLines = async (isEnd: boolean): Promise<void> => {
    while (toSkip > 0) {
      if (!reader.skipLine(isEnd)) return;
      toSkip--;
      if (isEnd && toSkip > 0) break;
    }
    for (let line = reader.nextLine(isEnd); line !== undefined; line = reader.nextLine(isEnd)) {
      const pending = each.insertLine(line);
      if (pending !== undefined) await pending;
      if (++lines % LINES_PER_LOOK === 0 && pause.isDue()) await pause.take();
    }
  };
  for await (const chunk of openFile(statement, run)) {
    reader.push(chunk);
    await insertLines(false);
    if (signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
  }
  await insertLines(true);
}

async function* openFile(statement: LoadData, run: TransactionRun): AsyncGenerator<Uint8Array> {
  const { session, options } = run;
  if (statement.local) {
    const allowed = Number(session.variables.get("local_infile", "global")) !== 0;
    if (!allowed || options.readLocalFile === undefined) throw sqlError("ER_CLIENT_LOCAL_FILES_DISABLED");
    yield* options.readLocalFile(statement.file);
    return;
  }
  const path = serverFilePath(statement.file, session);
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (cause) {
    const error = sqlError("ER_FILE_NOT_FOUND", statement.file, 2, "No such file or directory");
    error.cause = cause;
    throw error;
  }
}

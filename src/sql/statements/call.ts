/** CALL, DO, and SELECT dolt_x(…), which calls a procedure like a function. */

import type { Procedure } from "../../engine/procedures/procedure.ts";
import type { ResultColumn } from "../../values/row-writer.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Call, Do } from "../ast/data-change.ts";
import type { Expression } from "../ast/expression.ts";
import type { Query } from "../ast/query.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import { compileFieldWriter } from "../expression/field-writer.ts";
import { NO_ROWS } from "../expression/row-layout.ts";
import { callingSession } from "../session/calling-session.ts";
import { SessionContext } from "../session/session-context.ts";
import type { SessionState } from "../session/session-state.ts";
import { report } from "./run-statement.ts";
import { awaitFunctions, evaluateAnywhere } from "./set.ts";
import type { StatementRun } from "./statement-run.ts";

const NOTHING = { affectedRows: 0, lastInsertId: 0, info: "" };

export async function runCall(statement: Call, run: StatementRun): Promise<void> {
  const { session } = run;
  const procedure = session.services.procedures?.get(statement.name);
  if (procedure === undefined) {
    const database = statement.database ?? session.database;
    if (database === undefined) throw sqlError("ER_NO_DB_ERROR");
    throw sqlError("ER_SP_DOES_NOT_EXIST", "PROCEDURE", `${database}.${statement.name}`);
  }
  const rows = await callProcedure(procedure, statement.args, run);
  sendTable(procedure.columns, rows, run);
  report(run, NOTHING);
}

async function callProcedure(
  procedure: Procedure,
  args: readonly Expression[],
  run: StatementRun,
): Promise<readonly (readonly Value[])[]> {
  const values = args.map((argument) => evaluateAnywhere(argument, run).value);
  const { procedures } = run.session.services;
  if (procedures === undefined) throw sqlError("ER_NOT_SUPPORTED_YET", "procedures without a server");
  return procedures.call(procedure, values, callingSession(run.session, run.options.signal));
}

/** Sends rows of values as a result set. */
export function sendTable(
  columns: readonly { readonly name: string; readonly type: SqlType; readonly nullable: boolean }[],
  rows: Iterable<readonly Value[]>,
  run: StatementRun,
): void {
  const { session, sink, options } = run;
  const resultColumns: ResultColumn[] = columns.map((column) => ({
    name: column.name,
    originalName: "",
    table: "",
    originalTable: "",
    database: "",
    type: column.type,
    nullable: column.nullable,
  }));
  const writer = sink.startResultSet(resultColumns);
  const frame = new ExecutionFrame(
    0,
    columns.length,
    new SessionContext(session, { signal: options.signal }),
  );
  const emit = columns.map((column, register) =>
    compileFieldWriter(
      { kind: "register", register, type: column.type, nullable: column.nullable, coercibility: 2 },
      NO_ROWS,
    ),
  );
  for (const row of rows) {
    writer.beginRow();
    row.forEach((value, at) => {
      frame.registers[at] = value;
    });
    for (const write of emit) write(frame, writer);
    writer.endRow();
  }
  sink.endResultSet(session.diagnostics.warningCount);
}

interface SelectedProcedure {
  readonly procedure: Procedure;
  readonly args: readonly Expression[];
  readonly columnName: string;
}

/** The procedure that `SELECT dolt_x(…)` calls: a lone call in a SELECT without FROM. */
export function procedureSelect(query: Query, session: SessionState): SelectedProcedure | undefined {
  const { body } = query;
  if (body.kind !== "select" || body.from.length > 0 || body.items.length !== 1) return undefined;
  const [item] = body.items;
  if (item?.kind !== "item" || item.expression.kind !== "function") return undefined;
  const procedure = session.services.procedures?.get(item.expression.name);
  if (procedure === undefined || session.services.engineFunctions.typeOf(item.expression.name) !== undefined)
    return undefined;
  return { procedure, args: item.expression.args, columnName: item.alias ?? item.text };
}

/** As a function it gives the first column of its first row. */
export async function runSelectedProcedure(called: SelectedProcedure, run: StatementRun): Promise<void> {
  const { procedure, args, columnName } = called;
  const rows = await callProcedure(procedure, args, run);
  const [column] = procedure.columns;
  const type: SqlType = column?.type ?? { kind: "null" };
  sendTable([{ name: columnName, type, nullable: true }], [[rows[0]?.[0] ?? null]], run);
}

export async function runDo(statement: Do, run: StatementRun): Promise<void> {
  await awaitFunctions(statement.expressions, run);
  for (const expression of statement.expressions) evaluateAnywhere(expression, run);
  report(run, NOTHING);
}

/** Plans and runs queries for a session, and sends their rows to a sink. */

import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Transaction } from "../../engine/api.ts";
import type { ResultSink, RowWriter } from "../../values/row-writer.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Query } from "../ast/query.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import type { Frame } from "../executor/frame.ts";
import { drive } from "../executor/query-driver.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { ExecutableQuery, type FieldEmit } from "../planner/executable-query.ts";
import { PlanBuilder } from "../planner/plan-builder.ts";
import { planQuery } from "../planner/query-planner.ts";
import { SessionCatalog } from "./session-catalog.ts";
import { type ContextOptions, SessionContext } from "./session-context.ts";
import type { SessionState } from "./session-state.ts";

export interface ParameterValues {
  readonly types: readonly SqlType[];
  readonly values: readonly Value[];
}

export const NO_PARAMETERS: ParameterValues = { types: [], values: [] };

/** Values are read for estimates: what there is to warn of, the execution says. */
class PlanningContext extends SessionContext {
  override warn(): void {}

  override setUserVariable(): void {}
}

/** A builder for the statement, with a frame that knows the parameters for estimates. */
export function createBuilder(
  session: SessionState,
  transaction: Transaction,
  parameters: ParameterValues,
  context: SessionContext,
): PlanBuilder {
  const sample = new ExecutionFrame(0, 0, new PlanningContext(session, { signal: context.signal }));
  sample.parameters = parameters.values;
  return new PlanBuilder(
    new SessionCatalog(session, transaction),
    session.bindEnvironment(parameters.types),
    sample,
  );
}

export function planStatementQuery(
  session: SessionState,
  transaction: Transaction,
  query: Query,
  options: PlanOptions,
): ExecutableQuery {
  const builder = createBuilder(session, transaction, options.parameters, options.context);
  const planned = planQuery(query, { builder, outer: undefined, commonTables: new CommonTables() });
  return new ExecutableQuery(planned, builder);
}

export interface PlanOptions {
  readonly parameters: ParameterValues;
  readonly context: SessionContext;
}

export interface SelectOptions extends ContextOptions {
  readonly sink: ResultSink;
  readonly parameters: ParameterValues;
}

/** Sends each row to the sink. */
class SinkConsumer {
  readonly #sink: ResultSink;
  readonly #writer: RowWriter;
  readonly #fields: readonly FieldEmit[];
  rows = 0;

  constructor(sink: ResultSink, executable: ExecutableQuery) {
    this.#sink = sink;
    this.#fields = executable.writers;
    this.#writer = sink.startResultSet(executable.columns);
  }

  onRow(frame: Frame): boolean {
    const fields = this.#fields;
    const writer = this.#writer;
    writer.beginRow();
    for (let i = 0; i < fields.length; i++) (fields[i] as FieldEmit)(frame, writer);
    writer.endRow();
    this.rows++;
    return false;
  }

  backPressure(): Promise<void> | undefined {
    return this.#sink.backPressure();
  }

  restart(): boolean {
    return this.rows === 0;
  }
}

/** Runs a planned query whose tables are open. Undefined when it ended without waiting. */
export function sendRows(
  session: SessionState,
  executable: ExecutableQuery,
  options: SelectOptions,
  context: SessionContext,
): Promise<void> | undefined {
  executable.begin(context, options.parameters.values);
  context.frame = executable.frame;
  const { operator } = executable;
  const consumer = new SinkConsumer(options.sink, executable);
  const pending = drive(operator, executable.frame, consumer, session.services.clock);
  const finish = (): void => {
    session.foundRows = executable.countedRows ?? consumer.rows;
    session.rowCount = -1;
  };
  if (pending === undefined) {
    finish();
    return undefined;
  }
  return pending.then(finish);
}

const REPLAN_ATTEMPTS_MAX = 10;

/** Plans a query and opens its tables; repeats when a table is redefined meanwhile. */
export function planAndOpen(
  session: SessionState,
  transaction: Transaction,
  query: Query,
  options: PlanOptions,
): MaybePromise<ExecutableQuery> {
  const executable = planStatementQuery(session, transaction, query, options);
  if (executable.locksRows) return openSlowly(session, transaction, query, options, executable);
  if (!executable.openTables(transaction)) throw sqlError("ER_TABLE_DEF_CHANGED");
  const preparing = executable.prepare();
  return preparing === undefined ? executable : preparing.then(() => executable);
}

/** With locks, which other statements may redefine the tables during the wait for. */
async function openSlowly(
  session: SessionState,
  transaction: Transaction,
  query: Query,
  options: PlanOptions,
  first: ExecutableQuery,
): Promise<ExecutableQuery> {
  let executable = first;
  for (let attempt = 0; attempt < REPLAN_ATTEMPTS_MAX; attempt++) {
    const isOpen = await executable.openWriters(transaction, session.settings.foreignKeyChecks);
    if (isOpen && executable.openTables(transaction)) {
      await executable.prepare();
      return executable;
    }
    executable = planStatementQuery(session, transaction, query, options);
  }
  throw sqlError("ER_TABLE_DEF_CHANGED");
}

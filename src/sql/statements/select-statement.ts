/** SELECT and the other query expressions as statements, with INTO. */
import { type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import type { Transaction } from "../../engine/api.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Query } from "../ast/query.ts";
import { drive } from "../executor/query-driver.ts";
import type { ExecutableQuery } from "../planner/executable-query.ts";
import { PlanGuard } from "../session/plan-guard.ts";
import { type ParameterValues, planAndOpen, sendRows } from "../session/select-runner.ts";
import { SessionContext } from "../session/session-context.ts";
import type { SessionState } from "../session/session-state.ts";
import { procedureSelect, runSelectedProcedure } from "./call.ts";
import { writeOutfile } from "./select-outfile.ts";
import { awaitFunctions } from "./set.ts";
import { shareLocked } from "./share-locked.ts";
import type { StatementRun } from "./statement-run.ts";

/** Undefined when it was all done without waiting. */
export function runQuery(query: Query, run: StatementRun): Promise<void> | undefined {
  const called = procedureSelect(query, run.session);
  if (called !== undefined) return runSelectedProcedure(called, run);
  // Over no table: the only place where functions may wait.
  if (query.body.kind === "select" && query.body.from.length === 0) {
    const waiting = awaitFunctions(query.body.items, run);
    if (waiting !== undefined) return waiting.then(() => runReading(query, run));
  }
  return runReading(query, run);
}

function runReading(query: Query, run: StatementRun): Promise<void> | undefined {
  const { session, options } = run;
  const { transactions } = session;
  let pending: Promise<void> | undefined;
  try {
    const transaction = transactions.forStatement(options.signal);
    const { isOpen } = transactions;
    const locks = isOpen
      ? transaction.lockMetadata(session.revisionOfOrNone(), tableNames(query))
      : undefined;
    const serializable = isOpen && transaction.isolation === "SERIALIZABLE" && !session.tablesLocked;
    const read = serializable ? shareLocked(query) : query;
    pending =
      locks === undefined
        ? runInside(read, transaction, run)
        : locks.then(() => runInside(read, transaction, run));
    if (pending === undefined) {
      const ending = transactions.endStatement();
      if (ending === undefined) return undefined;
      pending = ending;
    } else {
      pending = pending.then(() => transactions.endStatement());
    }
  } catch (error) {
    transactions.failStatement();
    throw error;
  }
  return pending.catch((error: unknown) => {
    transactions.failStatement();
    throw error;
  });
}

function runInside(query: Query, transaction: Transaction, run: StatementRun): Promise<void> | undefined {
  const { session, options } = run;
  const context = new SessionContext(session, { signal: options.signal });
  const reused = reusablePlan(query, run, transaction);
  if (!(reused instanceof Promise)) {
    return reused === undefined
      ? runAnew(query, transaction, run, context)
      : runOpened(query, reused, run, context);
  }
  return reused.then((executable) =>
    executable === undefined
      ? runAnew(query, transaction, run, context)
      : runOpened(query, executable, run, context),
  );
}

function runAnew(
  query: Query,
  transaction: Transaction,
  run: StatementRun,
  context: SessionContext,
): Promise<void> | undefined {
  const { session, parameters } = run;
  const planned = planAndOpen(session, transaction, query, { parameters, context });
  const runPlanned = (executable: ExecutableQuery): Promise<void> | undefined => {
    keepPlan(query, executable, session, parameters);
    return runOpened(query, executable, run, context);
  };
  return planned instanceof Promise ? planned.then(runPlanned) : runPlanned(planned);
}

/** Runs a plan whose tables are open. */
function runOpened(
  query: Query,
  executable: ExecutableQuery,
  run: StatementRun,
  context: SessionContext,
): Promise<void> | undefined {
  const { session, options, parameters, sink } = run;
  let pending: Promise<void> | undefined;
  try {
    if (query.into !== undefined) pending = runInto(query.into, executable, { run, context });
    else {
      pending = sendRows(session, executable, { signal: options.signal, sink, parameters }, context);
      if (pending === undefined) sink.endResultSet(session.diagnostics.warningCount);
      else pending = pending.then(() => sink.endResultSet(session.diagnostics.warningCount));
    }
  } finally {
    if (pending === undefined) executable.end();
  }
  return pending?.finally(() => executable.end());
}

interface KeptPlan {
  readonly guard: PlanGuard;
  readonly executable: ExecutableQuery;
}

/** Plans by the AST they were made of; an AST belongs to one session and is reused through its statement cache. */
const keptPlans = new WeakMap<Query, KeptPlan>();

/** The plan of an earlier execution with its tables open, when it still fits. A promise when opening has to wait. */
function reusablePlan(
  query: Query,
  run: StatementRun,
  transaction: Transaction,
): MaybePromise<ExecutableQuery | undefined> {
  const kept = keptPlans.get(query);
  if (kept === undefined) return undefined;
  const { session, parameters } = run;
  const { guard, executable } = kept;
  if (!guard.holds(session, parameters.types)) return forgetPlan(query, kept);
  if (!executable.locksRows) return checkOpened(query, kept, run, executable.openTables(transaction));
  const opened = executable.openWriters(transaction, session.settings.foreignKeyChecks);
  return whenDone(opened, (isOpen) =>
    checkOpened(query, kept, run, isOpen && executable.openTables(transaction)),
  );
}

function checkOpened(
  query: Query,
  kept: KeptPlan,
  { session, parameters }: StatementRun,
  isOpen: boolean,
): ExecutableQuery | undefined {
  const { guard, executable } = kept;
  const { tables } = executable.frame;
  const isStale = !isOpen || guard.isOutgrown(tables) || guard.isMisled(parameters.values, tables);
  if (isStale) return forgetPlan(query, kept);
  guard.replayWarnings(session);
  return executable;
}

function forgetPlan(query: Query, { executable }: KeptPlan): undefined {
  keptPlans.delete(query);
  executable.end();
}

function keepPlan(
  query: Query,
  executable: ExecutableQuery,
  session: SessionState,
  parameters: ParameterValues,
): void {
  const { builder } = executable;
  if (!builder.cacheable || query.into !== undefined) return;
  keptPlans.set(query, { executable, guard: new PlanGuard(session, parameters.types, builder) });
}

const namesByQuery = new WeakMap<Query, readonly string[]>();

/** Plain table names of the current database, for metadata locks of transactions. */
function tableNames(query: Query): readonly string[] {
  let names = namesByQuery.get(query);
  if (names === undefined) {
    const { body } = query;
    const from = body.kind === "select" ? body.from : [];
    names = from.flatMap((reference) =>
      reference.kind === "table" && reference.database === undefined ? [reference.name] : [],
    );
    namesByQuery.set(query, names);
  }
  return names;
}

async function runInto(
  into: NonNullable<Query["into"]>,
  executable: ExecutableQuery,
  parts: { readonly run: StatementRun; readonly context: SessionContext },
): Promise<void> {
  const { run, context } = parts;
  const { session, parameters, sink } = run;
  if (into.kind === "variables" && into.variables.length !== executable.output.length) {
    throw sqlError("ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT");
  }
  executable.begin(context, parameters.values);
  context.frame = executable.frame;
  const evaluators = executable.evaluators;
  const rows: Value[][] = [];
  const most = into.kind === "variables" ? 2 : Number.POSITIVE_INFINITY;
  const pending = drive(
    executable.operator,
    executable.frame,
    {
      onRow: (frame) => {
        rows.push(evaluators.map((evaluate) => evaluate(frame)));
        return rows.length >= most;
      },
      backPressure: () => undefined,
      restart: () => {
        rows.length = 0;
        return true;
      },
    },
    session.services.clock,
  );
  if (pending !== undefined) await pending;
  if (into.kind !== "variables") {
    const affected = await writeOutfile(
      into,
      executable.output.map((column) => column.expression),
      rows,
      session,
    );
    session.rowCount = affected;
    sink.ok({
      affectedRows: affected,
      lastInsertId: 0,
      warningCount: session.diagnostics.warningCount,
      info: "",
    });
    return;
  }
  if (rows.length > 1) throw sqlError("ER_TOO_MANY_ROWS");
  const [row] = rows;
  if (row === undefined) session.warn("Warning", 1329, sqlError("ER_SP_FETCH_NO_DATA").message);
  else {
    into.variables.forEach((variable, at) => {
      if (!variable.user) throw sqlError("ER_SP_UNDECLARED_VAR", variable.name);
      const type = executable.output[at]?.expression.type ?? { kind: "null" };
      context.setUserVariable(variable.name, row[at] ?? null, type);
    });
  }
  session.rowCount = rows.length;
  sink.ok({
    affectedRows: rows.length,
    lastInsertId: 0,
    warningCount: session.diagnostics.warningCount,
    info: "",
  });
}

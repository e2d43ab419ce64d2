/** What an INSERT reads: the tables of subqueries in its values, and the rows of its query. */
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Transaction } from "../../engine/api.ts";
import type { Value } from "../../values/value.ts";
import type { ExecutionFrame } from "../executor/execution-frame.ts";
import { drive } from "../executor/query-driver.ts";
import { ExecutableQuery, SHARED } from "../planner/executable-query.ts";
import type { PlanBuilder } from "../planner/plan-builder.ts";
import type { PlannedQuery } from "../planner/query-planner.ts";
import type { TransactionRun } from "./statement-run.ts";

/** Opens what subqueries read: the newest rows, to be locked, or those of the snapshot. False: redefined, plan again. */
export function openSources(
  builder: PlanBuilder,
  frame: ExecutionFrame,
  transaction: Transaction,
): MaybePromise<boolean> {
  return builder.tables.length === 0 || openAll(builder, frame, transaction);
}

async function openAll(
  builder: PlanBuilder,
  frame: ExecutionFrame,
  transaction: Transaction,
): Promise<boolean> {
  for (const [slot, { table, forWrite }] of builder.tables.entries()) {
    const writer = forWrite
      ? await transaction.openTableForWrite(table.revision, table.name, SHARED)
      : undefined;
    const view = writer?.current ?? transaction.openTable(table.revision, table.name);
    if (view.schemaHash !== table.view.schemaHash) return false;
    frame.writers[slot] = writer;
    frame.tables[slot] = view;
  }
  return true;
}

/**
 * All rows of INSERT … SELECT: they are read to the end before the first is written, for it may be the very table. Undefined
 * when a table was redefined meanwhile: plan again.
 */
export async function readSource(
  planned: PlannedQuery,
  builder: PlanBuilder,
  run: TransactionRun,
): Promise<
  { readonly rows: readonly (readonly Value[])[]; readonly executable: ExecutableQuery } | undefined
> {
  const { session, transaction, parameters, context } = run;
  const executable = new ExecutableQuery(planned, builder);
  const { evaluators, frame } = executable;
  const isOpen = await executable.openWriters(transaction, session.settings.foreignKeyChecks);
  if (!isOpen || !executable.openTables(transaction)) return undefined;
  executable.begin(context, parameters.values);
  context.frame = frame;
  const rows: Value[][] = [];
  await drive(
    executable.operator,
    frame,
    {
      onRow: () => {
        rows.push(evaluators.map((evaluate) => evaluate(frame)));
        return false;
      },
      backPressure: () => undefined,
      restart: () => {
        rows.length = 0;
        return true;
      },
    },
    session.services.clock,
  );
  return { rows, executable };
}

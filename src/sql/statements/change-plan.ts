/** Plans of UPDATE and DELETE, kept by their AST and opened for an execution. */
import { type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Delete, Update } from "../ast/data-change.ts";
import { PlanGuard } from "../session/plan-guard.ts";
import type { ChangedRows } from "./changed-rows.ts";
import { sharesSources } from "./share-locked.ts";
import type { TransactionRun } from "./statement-run.ts";

/** What planning an UPDATE or DELETE gives. */
export interface ChangePlan {
  readonly changed: ChangedRows;
}

const keptPlans = new WeakMap<object, { readonly guard: PlanGuard; readonly plan: ChangePlan }>();
const REPLAN_ATTEMPTS_MAX = 10;

/** Makes a new plan of the statement. */
export type MakePlan<S, P> = (statement: S, run: TransactionRun) => P;

/** The statement's plan with its tables open: an earlier one when it still fits. */
export function openChange<S extends Update | Delete, P extends ChangePlan>(
  statement: S,
  run: TransactionRun,
  makePlan: MakePlan<S, P>,
): MaybePromise<P> {
  const kept = keptPlans.get(statement);
  if (kept === undefined) return openNew(statement, run, makePlan);
  const { guard } = kept;
  // The map holds for a statement only what was made for it.
  const plan = kept.plan as P;
  const { changed } = plan;
  if (
    !guard.holds(run.session, run.parameters.types) ||
    changed.builder.sharesSources !== sharesSources(statement, run)
  ) {
    keptPlans.delete(statement);
    return openNew(statement, run, makePlan);
  }
  changed.rebind(run);
  const open = changed.open();
  if (open instanceof Promise)
    return open.then((isOpen) =>
      isOpen && mayRun(guard, plan, run) ? plan : replan(statement, run, makePlan),
    );
  return open && mayRun(guard, plan, run) ? plan : replan(statement, run, makePlan);
}

/** Whether a kept plan whose tables are open is still good for them and for these parameters. */
function mayRun(guard: PlanGuard, { changed }: ChangePlan, { session, parameters }: TransactionRun): boolean {
  const { tables } = changed.executable.frame;
  if (guard.isOutgrown(tables) || guard.isMisled(parameters.values, tables)) return false;
  guard.replayWarnings(session);
  return true;
}

function replan<S extends Update | Delete, P extends ChangePlan>(
  statement: S,
  run: TransactionRun,
  makePlan: MakePlan<S, P>,
): MaybePromise<P> {
  keptPlans.delete(statement);
  return openNew(statement, run, makePlan);
}

function openNew<S extends Update | Delete, P extends ChangePlan>(
  statement: S,
  run: TransactionRun,
  makePlan: MakePlan<S, P>,
  attempt = 1,
): MaybePromise<P> {
  const { session, parameters } = run;
  const plan = makePlan(statement, run);
  return whenDone(plan.changed.open(), (isOpen) => {
    if (!isOpen) {
      if (attempt >= REPLAN_ATTEMPTS_MAX) throw sqlError("ER_TABLE_DEF_CHANGED");
      return openNew(statement, run, makePlan, attempt + 1);
    }
    const { builder } = plan.changed;
    if (builder.cacheable) {
      keptPlans.set(statement, { plan, guard: new PlanGuard(session, parameters.types, builder) });
    }
    return plan;
  });
}

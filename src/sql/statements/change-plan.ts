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

/** The statement's plan with its tables open: an earlier one when it still fits. */
export function openChange<P extends ChangePlan>(
  statement: Update | Delete,
  run: TransactionRun,
  makePlan: () => P,
): MaybePromise<P> {
  const { session, parameters } = run;
  const kept = keptPlans.get(statement);
  if (kept === undefined) return openNew(statement, run, makePlan);
  const { guard } = kept;
  if (
    !guard.holds(session, parameters.types) ||
    kept.plan.changed.builder.sharesSources !== sharesSources(statement, run)
  ) {
    keptPlans.delete(statement);
    return openNew(statement, run, makePlan);
  }
  // The map holds for a statement only what was made for it.
  const plan = kept.plan as P;
  const { frame } = plan.changed.executable;
  plan.changed.rebind(run);
  return whenDone(plan.changed.open(), (isOpen) => {
    const viewOf = (slot: number) => frame.tables[slot];
    const isStale =
      !isOpen ||
      guard.isOutgrown((slot) => viewOf(slot)?.rowCount() ?? 0) ||
      guard.isMisled(parameters.values, viewOf);
    if (!isStale) {
      guard.replayWarnings(session);
      return plan;
    }
    keptPlans.delete(statement);
    return openNew(statement, run, makePlan);
  });
}

function openNew<P extends ChangePlan>(
  statement: Update | Delete,
  run: TransactionRun,
  makePlan: () => P,
  attempt = 1,
): MaybePromise<P> {
  const { session, parameters } = run;
  const plan = makePlan();
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

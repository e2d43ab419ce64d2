/** Plans of UPDATE and DELETE, kept by their AST and opened for an execution. */
import { sqlError } from "../../values/sql-error.ts";
import { PlanGuard } from "../session/plan-guard.ts";
import type { ChangedRows } from "./changed-rows.ts";
import type { TransactionRun } from "./statement-run.ts";

/** What planning an UPDATE or DELETE gives. */
export interface ChangePlan {
  readonly changed: ChangedRows;
}

const keptPlans = new WeakMap<object, { readonly guard: PlanGuard; readonly plan: ChangePlan }>();
const REPLAN_ATTEMPTS_MAX = 10;

/** The statement's plan with its tables open: an earlier one when it still fits. */
export async function openChange<P extends ChangePlan>(
  statement: object,
  run: TransactionRun,
  makePlan: () => P,
): Promise<P> {
  const { session, parameters } = run;
  const kept = keptPlans.get(statement);
  if (kept !== undefined) {
    // The map holds for a statement only what was made for it.
    const plan = kept.plan as P;
    const { frame } = plan.changed.executable;
    if (kept.guard.holds(session, parameters.types)) {
      plan.changed.rebind(run);
      const isOpen = await plan.changed.open();
      if (isOpen && !kept.guard.isOutgrown((slot) => frame.tables[slot]?.rowCount() ?? 0)) {
        kept.guard.replayWarnings(session);
        return plan;
      }
    }
    keptPlans.delete(statement);
  }
  for (let attempt = 0; attempt < REPLAN_ATTEMPTS_MAX; attempt++) {
    const plan = makePlan();
    if (!(await plan.changed.open())) continue;
    if (plan.changed.builder.cacheable) {
      keptPlans.set(statement, {
        plan,
        guard: new PlanGuard(session, parameters.types, plan.changed.builder),
      });
    }
    return plan;
  }
  throw sqlError("ER_TABLE_DEF_CHANGED");
}

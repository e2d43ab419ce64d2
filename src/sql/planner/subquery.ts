/** A planned subquery as expressions run it: built at its first use, when every slot's access is settled. */
import { AssertionError } from "../../base/assert.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { SubqueryPlan } from "../binder/bound-expression.ts";
import type { Evaluator, Frame, Operator } from "../executor/frame.ts";
import { STEP_DONE, STEP_ROW, STEP_WAIT } from "../executor/frame.ts";
import { LockWait } from "../executor/lock-wait.ts";
import { compileExpression } from "../expression/compile.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlannedQuery } from "./query-planner.ts";

const STEPS_BETWEEN_KILL_CHECKS = 1024;

function waitOf(frame: Frame): Error {
  const { waitFor } = frame;
  frame.waitFor = undefined;
  return waitFor === undefined
    ? new AssertionError("an operator that waits says for what")
    : new LockWait(waitFor.promise);
}

export function makeSubqueryPlan(planned: PlannedQuery, builder: PlanBuilder): SubqueryPlan {
  let operator: Operator | undefined;
  let evaluators: Evaluator[] = [];
  const row: Value[] = [];
  builder.subqueries.push(planned.node.explain);
  return {
    columns: planned.columns.map((column) => column.expression),
    correlated: planned.outerReferences.length > 0,
    outerReferences: planned.outerReferences,
    forEachRow(frame: Frame, visit: (row: readonly Value[]) => boolean): void {
      if (operator === undefined) {
        operator = planned.node.build();
        evaluators = planned.columns.map((column) => compileExpression(column.expression, builder));
      }
      operator.open(frame);
      try {
        for (let steps = 1; ; steps++) {
          const step = operator.next(frame);
          if (step === STEP_DONE) return;
          if (step === STEP_WAIT) throw waitOf(frame);
          if (steps % STEPS_BETWEEN_KILL_CHECKS === 0 && frame.context.signal.aborted)
            throw sqlError("ER_QUERY_INTERRUPTED");
          if (step !== STEP_ROW) continue;
          for (let i = 0; i < evaluators.length; i++) row[i] = (evaluators[i] as Evaluator)(frame);
          if (visit(row)) return;
        }
      } finally {
        operator.close(frame);
      }
    },
  };
}

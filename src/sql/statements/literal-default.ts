/** DEFAULT literals: evaluated and converted when the table is defined, strictly whatever the mode. */
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import { convertForStore } from "../../values/store/convert-for-store.ts";
import type { Value } from "../../values/value.ts";
import type { Expression } from "../ast/expression.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import { compileExpression } from "../expression/compile.ts";
import { NO_ROWS } from "../expression/row-layout.ts";
import { columnsScope } from "../planner/generated-column.ts";
import type { SessionContext } from "../session/session-context.ts";
import type { StatementRun, TransactionRun } from "./statement-run.ts";

/** The value of an expression without columns, with its type. */
export function evaluateConstant(
  expression: Expression,
  run: StatementRun & { readonly context: SessionContext },
): { readonly value: Value; readonly type: SqlType } {
  const bound = bindExpression(
    expression,
    columnsScope([], "field list"),
    run.session.bindEnvironment(run.parameters.types),
  );
  const frame = new ExecutionFrame(0, 0, run.context);
  frame.parameters = run.parameters.values;
  return { value: compileExpression(bound, NO_ROWS)(frame), type: bound.type };
}

/** 1067 unless the literal is a value of the column's type. */
export function literalDefault(name: string, literal: Expression, type: SqlType, run: TransactionRun): Value {
  const { value, type: from } = evaluateConstant(literal, run);
  const { context } = run;
  try {
    return convertForStore(
      value,
      from,
      type,
      { name },
      {
        strict: true,
        rules: context.rules,
        rowNumber: 1,
        today: () => context.today(),
        localToUtc: (local) => context.localToUtc(local),
        utcToLocal: (utc) => context.utcToLocal(utc),
        warn: () => undefined,
      },
    );
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const refusal = sqlError("ER_INVALID_DEFAULT", name);
    refusal.cause = error;
    throw refusal;
  }
}

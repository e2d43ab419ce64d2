/** ON UPDATE CURRENT_TIMESTAMP: columns that follow a change of their row. */
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { SessionContext } from "../session/session-context.ts";
import { nowFor } from "./column-default.ts";
import { sameStoredValue } from "./row-equality.ts";
import type { TargetTable } from "./target-table.ts";

/** The columns of a row that follow its changes, unless they are assigned themselves. */
export function touchedColumns({ schema }: TargetTable, assigned: ReadonlySet<number>): readonly number[] {
  return schema.columns.flatMap((column, at) =>
    column.onUpdateNow !== undefined && !assigned.has(at) ? [at] : [],
  );
}

/** When any column of the row in the registers differs from `before`, sets the touched columns. */
export function touchOnUpdate(
  row: TargetTable,
  touched: readonly number[],
  before: readonly Value[],
  frame: Frame,
  context: SessionContext,
): void {
  const changed = before.some(
    (value, at) => !sameStoredValue(value, frame.registers[row.base + at] as Value),
  );
  if (!changed) return;
  for (const at of touched) {
    const fraction = row.schema.columns[at]?.onUpdateNow?.fraction ?? 0;
    frame.registers[row.base + at] = nowFor(fraction, context);
  }
}

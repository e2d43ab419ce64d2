/** ON UPDATE CURRENT_TIMESTAMP: columns that follow a change of their row. */
import type { Value } from "../../values/value.ts";
import type { Frame } from "../executor/frame.ts";
import type { SessionContext } from "../session/session-context.ts";
import { nowFor } from "./column-default.ts";
import { sameStoredValue } from "./row-equality.ts";
import type { TargetTable } from "./target-table.ts";

/** When any column of the row in the registers differs from `before`, sets the columns that were not assigned. */
export function touchOnUpdate(
  row: TargetTable,
  assigned: ReadonlySet<number>,
  before: readonly Value[],
  frame: Frame,
  context: SessionContext,
): void {
  const touched = row.schema.columns.flatMap((column, at) =>
    column.onUpdateNow !== undefined && !assigned.has(at) ? [at] : [],
  );
  if (touched.length === 0) return;
  const changed = before.some(
    (value, at) => !sameStoredValue(value, frame.registers[row.base + at] as Value),
  );
  if (!changed) return;
  for (const at of touched) {
    const fraction = row.schema.columns[at]?.onUpdateNow?.fraction ?? 0;
    frame.registers[row.base + at] = nowFor(fraction, context);
  }
}

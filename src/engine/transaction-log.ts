/** What the write-ahead log keeps of a transaction's edits. */
import type { TableToLog } from "./log-record.ts";
import type { OwnTableEdits } from "./own-edits.ts";

export function tablesToLog(tables: readonly OwnTableEdits[]): readonly TableToLog[] {
  return tables.map((edits) => {
    const { state, indexes } = edits;
    const logged: { readonly index: number; readonly delta: (typeof indexes)[number] }[] = [];
    for (const index of state.definition.loggedIndexes) {
      const delta = indexes[index];
      if (delta !== undefined && delta.count > 0) logged.push({ index, delta });
    }
    const { autoIncrement, nextRowId } = state;
    return {
      branch: edits.branch.name,
      name: state.definition.name,
      autoIncrement,
      nextRowId,
      indexes: logged,
    };
  });
}

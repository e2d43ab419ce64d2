/** What the write-ahead log keeps of a transaction's edits. */
import type { LoggedEdit, LoggedIndex, LoggedTable } from "./log-record.ts";
import { loggedIndexes } from "./log-replay.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import type { RowDelta } from "./row-delta.ts";

export function tablesToLog(tables: readonly OwnTableEdits[]): readonly LoggedTable[] {
  return tables.map((edits) => {
    const { state } = edits;
    return {
      branch: edits.branch.name,
      name: state.definition.name,
      autoIncrement: state.autoIncrement,
      nextRowId: state.nextRowId,
      indexes: indexesToLog(edits),
    };
  });
}

function indexesToLog(edits: OwnTableEdits): readonly LoggedIndex[] {
  const logged: LoggedIndex[] = [];
  for (const index of loggedIndexes(edits.state.definition.schema)) {
    const delta = edits.indexes[index];
    if (delta !== undefined && delta.count > 0) logged.push({ index, edits: toLoggedEdits(delta) });
  }
  return logged;
}

function toLoggedEdits(delta: RowDelta): readonly LoggedEdit[] {
  const edits: LoggedEdit[] = [];
  for (const entry of delta.entries()) edits.push({ key: entry.keyBytes, value: entry.head.value });
  return edits;
}

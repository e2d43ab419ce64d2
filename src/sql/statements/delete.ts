/** DELETE from one table or several. */
import type { TableWriter } from "../../engine/api.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Delete } from "../ast/data-change.ts";
import type { TableName } from "../ast/query.ts";
import type { RowSlot } from "../executor/frame.ts";
import type { StoredRelation } from "../planner/relation.ts";
import { openChange } from "./change-plan.ts";
import { ChangedRows } from "./changed-rows.ts";
import { untilDone } from "./insert-rows.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TargetTable } from "./target-table.ts";

interface DeleteTarget {
  readonly relation: StoredRelation;
  readonly row: TargetTable;
  readonly seen: Set<string>;
}

export async function runDelete(statement: Delete, run: TransactionRun): Promise<ChangeResult> {
  const { context } = run;
  const { changed, targets } = await openChange(statement, run, () => planDelete(statement, run));
  for (const target of targets) target.seen.clear();
  const { rows, frame } = await changed.read();
  let affected = 0;
  for (let position = 0; position < rows.count; position++) {
    for (const { relation, row, seen } of targets) {
      rows.restore(position, frame);
      const slot = frame.slots[relation.slot] as RowSlot;
      if (!slot.present) continue;
      const key = slot.keyBytes.slice(slot.keyStart, slot.keyEnd);
      if (statement.multi) {
        const id = Buffer.from(key).toString("latin1");
        if (seen.has(id)) continue;
        seen.add(id);
      }
      const writer = frame.writers[relation.slot] as TableWriter;
      let existing = row.codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
      if (row.hasGenerated) {
        row.load(existing, frame, context);
        existing = row.toStored(frame, context);
      }
      try {
        await untilDone(
          () => writer.deleteRow(existing, key),
          () => sqlError("ER_DUP_KEY", row.name),
        );
        affected++;
      } catch (error) {
        if (!statement.ignore || !(error instanceof SqlError) || error.code !== "ER_ROW_IS_REFERENCED_2")
          throw error;
        context.warn("Warning", error.errno, error.message);
      }
    }
  }
  changed.executable.end();
  return { affectedRows: affected, lastInsertId: 0, info: "" };
}

export function planDelete(
  statement: Delete,
  run: TransactionRun,
): { readonly changed: ChangedRows; readonly targets: readonly DeleteTarget[] } {
  const changed = new ChangedRows(statement, run);
  const relations = statement.multi
    ? statement.targets.map((name) => targetRelation(name, changed, run))
    : changed.relations.slice(0, 1);
  const targets = relations.map((relation): DeleteTarget => {
    const { table } = relation;
    const row = new TargetTable(
      { database: table.database, name: table.name },
      { schema: table.view.schema, codec: table.codec },
      changed.builder,
    );
    return { relation, row, seen: new Set() };
  });
  changed.plan(relations);
  return { changed, targets };
}

/** 1109 when the name is none of the tables that rows are read from. */
function targetRelation(name: TableName, changed: ChangedRows, run: TransactionRun): StoredRelation {
  const found = changed.relations.find((relation) => {
    if (name.database === undefined) return relation.alias === name.name;
    const database = run.session.revisionOf(name.database).databaseName;
    return relation.table.name === name.name && relation.table.database === database;
  });
  if (found === undefined) throw sqlError("ER_UNKNOWN_TABLE", name.name, "MULTI DELETE");
  return found;
}

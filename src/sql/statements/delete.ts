/** DELETE from one table or several. */

import { inSequence, type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import type { TableWriter } from "../../engine/api.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Delete } from "../ast/data-change.ts";
import type { TableName } from "../ast/query.ts";
import type { ExecutionFrame } from "../executor/execution-frame.ts";
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

export function runDelete(statement: Delete, run: TransactionRun): MaybePromise<ChangeResult> {
  return whenDone(
    openChange(statement, run, () => planDelete(statement, run)),
    ({ changed, targets }) => {
      for (const target of targets) target.seen.clear();
      return whenDone(changed.read(), ({ rows, frame }) => {
        let affected = 0;
        const count = (outcome: RowOutcome): void => {
          if (outcome === "deleted") affected++;
        };
        const step = (at: number): MaybePromise<void> => {
          const target = targets[at % targets.length] as DeleteTarget;
          rows.restore(Math.floor(at / targets.length), frame);
          return whenDone(deleteRow(target, statement, frame, run), count);
        };
        const done = inSequence(rows.count * targets.length, step, run.options.signal);
        return whenDone(done, () => {
          changed.executable.end();
          return { affectedRows: affected, lastInsertId: 0, info: "" };
        });
      });
    },
  );
}

type RowOutcome = "absent" | "deleted" | "kept";

function deleteRow(
  target: DeleteTarget,
  statement: Delete,
  frame: ExecutionFrame,
  run: TransactionRun,
): MaybePromise<RowOutcome> {
  const { relation, row, seen } = target;
  const { context } = run;
  const slot = frame.slots[relation.slot] as RowSlot;
  if (!slot.present) return "absent";
  const key = slot.keyBytes.slice(slot.keyStart, slot.keyEnd);
  if (statement.multi) {
    const id = Buffer.from(key).toString("latin1");
    if (seen.has(id)) return "absent";
    seen.add(id);
  }
  const writer = frame.writers[relation.slot] as TableWriter;
  let existing = row.codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
  if (row.hasGenerated) {
    row.load(existing, frame, context);
    existing = row.toStored(frame, context);
  }
  const keep = (error: unknown): "kept" => {
    if (!statement.ignore || !(error instanceof SqlError) || error.code !== "ER_ROW_IS_REFERENCED_2")
      throw error;
    context.warn("Warning", error.errno, error.message);
    return "kept";
  };
  try {
    const pending = untilDone(
      () => writer.deleteRow(existing, key),
      () => sqlError("ER_DUP_KEY", row.name),
    );
    return pending === undefined ? "deleted" : pending.then(() => "deleted" as const, keep);
  } catch (error) {
    return keep(error);
  }
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

/** DELETE from one table or several. */

import { inSequence, type MaybePromise } from "../../base/maybe-promise.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { TableWriter } from "../../engine/api.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Delete } from "../ast/data-change.ts";
import type { TableName } from "../ast/query.ts";
import { type ExecutionFrame, keyOf } from "../executor/execution-frame.ts";
import type { RowSlot } from "../executor/frame.ts";
import type { RowBuffer } from "../executor/row-buffer.ts";
import type { StoredRelation } from "../planner/relation.ts";
import { openChange } from "./change-plan.ts";
import { ChangedRows } from "./changed-rows.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TargetTable } from "./target-table.ts";

interface DeleteTarget {
  readonly relation: StoredRelation;
  readonly row: TargetTable;
  readonly seen: Set<string>;
}

interface DeletePlan {
  readonly changed: ChangedRows;
  readonly targets: readonly DeleteTarget[];
}

export function runDelete(statement: Delete, run: TransactionRun): MaybePromise<ChangeResult> {
  const plan = openChange(statement, run, planDelete);
  if (plan instanceof Promise) return plan.then((opened) => readAndDelete(statement, run, opened));
  return readAndDelete(statement, run, plan);
}

function readAndDelete(statement: Delete, run: TransactionRun, plan: DeletePlan): MaybePromise<ChangeResult> {
  const pending = plan.changed.read();
  if (pending !== undefined) return pending.then(() => deleteRows(statement, run, plan));
  return deleteRows(statement, run, plan);
}

function deleteRows(statement: Delete, run: TransactionRun, plan: DeletePlan): MaybePromise<ChangeResult> {
  const { targets, changed } = plan;
  for (const target of targets) target.seen.clear();
  const deleter = new RowDeleter(statement, run, plan);
  const pending = inSequence(changed.rows.count * targets.length, deleter.step, run.options.signal);
  if (pending instanceof Promise) return pending.then(() => deleter.finish());
  return deleter.finish();
}

/** One execution's writing half. */
class RowDeleter {
  readonly #statement: Delete;
  readonly #run: TransactionRun;
  readonly #plan: DeletePlan;
  readonly #rows: RowBuffer;
  readonly #frame: ExecutionFrame;
  #readFrom: TableWriter | undefined;
  #affected = 0;

  constructor(statement: Delete, run: TransactionRun, plan: DeletePlan) {
    this.#statement = statement;
    this.#run = run;
    this.#plan = plan;
    this.#rows = plan.changed.rows;
    this.#frame = plan.changed.frame;
  }

  /** Deletes each target's part of each row. */
  readonly step = (at: number): Promise<void> | undefined => {
    const { targets } = this.#plan;
    this.#rows.restore(targets.length === 1 ? at : Math.floor(at / targets.length), this.#frame);
    const target = targets[at % targets.length] as DeleteTarget;
    const frame = this.#frame;
    const slot = frame.slots[target.relation.slot] as RowSlot;
    if (!slot.present) return undefined;
    const key = keyOf(slot);
    if (this.#statement.multi) {
      const id = Buffer.from(key).toString("latin1");
      if (target.seen.has(id)) return undefined;
      target.seen.add(id);
    }
    const existing = this.#existing(target, slot);
    if (!this.#statement.ignore) return this.#delete(target, existing, key);
    try {
      return this.#delete(target, existing, key)?.catch(this.#passOver);
    } catch (error) {
      this.#passOver(error);
      return undefined;
    }
  };

  /** The stored row with its virtual columns, which index entries are made of. */
  #existing({ row, relation }: DeleteTarget, slot: RowSlot): readonly Value[] {
    const frame = this.#frame;
    this.#readFrom = frame.writers[relation.slot];
    const found = row.codec.decodeRow(slot, this.#readBlob);
    if (!row.hasGenerated) return found;
    const { context } = this.#run;
    row.load(found, frame, context);
    return row.toStored(frame, context);
  }

  readonly #readBlob = (hash: Hash): Uint8Array => (this.#readFrom as TableWriter).current.readBlob(hash);

  /** Deletes the row, again while it has to wait. */
  #delete(target: DeleteTarget, existing: readonly Value[], key: Uint8Array): Promise<void> | undefined {
    const writer = this.#frame.writers[target.relation.slot] as TableWriter;
    const outcome = writer.deleteRow(existing, key);
    if (outcome.kind === "wait") return outcome.promise.then(() => this.#delete(target, existing, key));
    if (outcome.kind === "duplicate") throw sqlError("ER_DUP_KEY", target.row.name);
    this.#affected++;
    return undefined;
  }

  /** IGNORE keeps rows that others refer to. */
  readonly #passOver = (error: unknown): void => {
    if (!(error instanceof SqlError) || error.code !== "ER_ROW_IS_REFERENCED_2") throw error;
    this.#run.context.warn("Warning", error.errno, error.message);
  };

  finish(): ChangeResult {
    this.#plan.changed.end();
    return { affectedRows: this.#affected, lastInsertId: 0, info: "" };
  }
}

export function planDelete(statement: Delete, run: TransactionRun): DeletePlan {
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

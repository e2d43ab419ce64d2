/** UPDATE of one table or several: reads the rows to change, then changes them one after the other. */
import { inSequence, type MaybePromise } from "../../base/maybe-promise.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { TableWriter } from "../../engine/api.ts";
import { SqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { Update } from "../ast/data-change.ts";
import { type ExecutionFrame, keyOf } from "../executor/execution-frame.ts";
import type { RowSlot } from "../executor/frame.ts";
import { LockWait } from "../executor/lock-wait.ts";
import type { RowBuffer } from "../executor/row-buffer.ts";
import { openChange } from "./change-plan.ts";
import { sameRow } from "./row-equality.ts";
import { duplicateError, refuseNull, storeInto } from "./row-writing.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { touchOnUpdate } from "./update-now.ts";
import { planUpdate, type UpdatePlan, type UpdateTarget } from "./update-plan.ts";

export function runUpdate(update: Update, run: TransactionRun): MaybePromise<ChangeResult> {
  const plan = openChange(update, run, planUpdate);
  if (plan instanceof Promise) return plan.then((opened) => readAndChange(update, run, opened));
  return readAndChange(update, run, plan);
}

function readAndChange(update: Update, run: TransactionRun, plan: UpdatePlan): MaybePromise<ChangeResult> {
  const pending = plan.changed.read();
  if (pending !== undefined) return pending.then(() => changeRows(update, run, plan));
  return changeRows(update, run, plan);
}

function changeRows(update: Update, run: TransactionRun, plan: UpdatePlan): MaybePromise<ChangeResult> {
  const { targets, changed } = plan;
  for (const target of targets) target.seen.clear();
  const updater = new RowUpdater(update, run, plan);
  const pending = inSequence(changed.rows.count * targets.length, updater.step, run.options.signal);
  if (pending instanceof Promise) return pending.then(() => updater.finish());
  return updater.finish();
}

type RowOutcome = "absent" | "same" | "changed";

/** One execution's writing half. */
class RowUpdater {
  readonly #run: TransactionRun;
  readonly #plan: UpdatePlan;
  readonly #rows: RowBuffer;
  readonly #frame: ExecutionFrame;
  readonly #ignore: boolean;
  /** A row may come more than once. */
  readonly #several: boolean;
  /** The stored row that {@link #makeRow} began with, virtual columns included. */
  #existing: readonly Value[] = [];
  #readFrom: TableWriter | undefined;
  #matched = 0;
  #affected = 0;

  constructor(update: Update, run: TransactionRun, plan: UpdatePlan) {
    this.#run = run;
    this.#plan = plan;
    this.#rows = plan.changed.rows;
    this.#frame = plan.changed.frame;
    this.#ignore = update.ignore;
    this.#several = plan.targets.length > 1 || update.tables.length > 1;
  }

  /** Changes each target's part of each row. */
  readonly step = (at: number): MaybePromise<void> => {
    const { targets } = this.#plan;
    const position = targets.length === 1 ? at : Math.floor(at / targets.length);
    this.#run.context.rowNumber = position + 1;
    this.#rows.restore(position, this.#frame);
    const outcome = this.#changeRow(targets[at % targets.length] as UpdateTarget);
    if (outcome instanceof Promise) return outcome.then(this.#count);
    this.#count(outcome);
  };

  readonly #count = (outcome: RowOutcome): void => {
    if (outcome === "absent") return;
    this.#matched++;
    if (outcome === "changed") this.#affected++;
  };

  finish(): ChangeResult {
    this.#plan.changed.end();
    const { session } = this.#run;
    return {
      affectedRows: session.connection.foundRows ? this.#matched : this.#affected,
      lastInsertId: 0,
      info: infoText(this.#matched, this.#affected, session.diagnostics.warningCount),
    };
  }

  #changeRow(target: UpdateTarget): MaybePromise<RowOutcome> {
    const frame = this.#frame;
    const slot = frame.slots[target.relation.slot] as RowSlot;
    if (!slot.present) return "absent";
    const key = keyOf(slot);
    if (this.#several) {
      const id = Buffer.from(key).toString("latin1");
      if (target.seen.has(id)) return "absent";
      target.seen.add(id);
    }
    this.#readFrom = frame.writers[target.relation.slot];
    const found = target.row.codec.decodeRow(slot, this.#readBlob);
    if (!this.#ignore) return this.#change(target, found, key);
    try {
      const outcome = this.#change(target, found, key);
      return outcome instanceof Promise ? outcome.catch(this.#passOver) : outcome;
    } catch (error) {
      return this.#passOver(error);
    }
  }

  readonly #readBlob = (hash: Hash): Uint8Array => (this.#readFrom as TableWriter).current.readBlob(hash);

  readonly #passOver = (error: unknown): RowOutcome => {
    if (!(error instanceof SqlError) || !IGNORED.has(error.code)) throw error;
    this.#run.context.warn("Warning", error.errno, error.message);
    return "same";
  };

  /** Makes the new row, again after each lock that a subquery in it has to wait for, and stores it. */
  #change(target: UpdateTarget, found: readonly Value[], key: Uint8Array): MaybePromise<RowOutcome> {
    let next: readonly Value[];
    try {
      next = this.#makeRow(target, found);
    } catch (error) {
      if (!(error instanceof LockWait)) throw error;
      return error.promise.then(() => this.#change(target, found, key));
    }
    const existing = this.#existing;
    if (sameRow(existing, next)) return "same";
    return this.#store(target, existing, { next, key });
  }

  #makeRow(target: UpdateTarget, found: readonly Value[]): Value[] {
    const frame = this.#frame;
    const { context } = this.#run;
    const { row, touched } = target;
    row.load(found, frame, context);
    this.#existing = row.hasGenerated ? row.toStored(frame, context) : found;
    if (touched.length === 0) {
      this.#assign(target);
    } else {
      const before = frame.registers.slice(row.base, row.base + row.width);
      this.#assign(target);
      touchOnUpdate(row, touched, before, frame, context);
    }
    row.complete(frame, context);
    return row.toStored(frame, context);
  }

  #assign({ row, assignments }: UpdateTarget): void {
    const frame = this.#frame;
    const { context } = this.#run;
    for (let i = 0; i < assignments.length; i++) {
      const { at, column, value } = assignments[i] as (typeof assignments)[number];
      let stored: Value =
        value === undefined
          ? row.defaultValue(at, frame, context)
          : storeInto(column, value.evaluate(frame), value.type, context);
      if (stored === null && !column.nullable)
        stored = refuseNull(column, context, this.#ignore || !context.strict);
      frame.registers[row.base + at] = stored;
    }
  }

  /** Writes the row, again while it has to wait. */
  #store(
    target: UpdateTarget,
    existing: readonly Value[],
    row: { readonly next: readonly Value[]; readonly key: Uint8Array },
  ): MaybePromise<RowOutcome> {
    const writer = this.#frame.writers[target.relation.slot] as TableWriter;
    const outcome = writer.updateRow(existing, row.next, row.key);
    switch (outcome.kind) {
      case "done":
        return "changed";
      case "duplicate":
        throw duplicateError(target.row, outcome.index, row.next);
      case "wait":
        return outcome.promise.then(() => this.#store(target, existing, row));
    }
  }
}

/** The texts that most updates end with need not be made again. */
const ONE_CHANGED = "Rows matched: 1  Changed: 1  Warnings: 0";
const ONE_SAME = "Rows matched: 1  Changed: 0  Warnings: 0";
const NONE_FOUND = "Rows matched: 0  Changed: 0  Warnings: 0";

function infoText(matched: number, changed: number, warnings: number): string {
  if (matched > 1 || warnings > 0)
    return `Rows matched: ${matched}  Changed: ${changed}  Warnings: ${warnings}`;
  if (matched === 0) return NONE_FOUND;
  return changed === 0 ? ONE_SAME : ONE_CHANGED;
}

const IGNORED: ReadonlySet<string> = new Set([
  "ER_DUP_ENTRY",
  "ER_NO_REFERENCED_ROW_2",
  "ER_ROW_IS_REFERENCED_2",
  "ER_CHECK_CONSTRAINT_VIOLATED",
]);

/** UPDATE of one table or several. */

import { inSequence, type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import type { TableWriter } from "../../engine/api.ts";
import type { Column } from "../../tables/schema.ts";
import { SqlError, sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { ColumnAssignment, Update } from "../ast/data-change.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import type { ExecutionFrame } from "../executor/execution-frame.ts";
import type { Evaluator, RowSlot } from "../executor/frame.ts";
import { evaluateWithLocks } from "../executor/lock-wait.ts";
import type { RowBuffer } from "../executor/row-buffer.ts";
import { compileExpression } from "../expression/compile.ts";
import { QueryLevel, QueryScope } from "../planner/query-scope.ts";
import type { StoredRelation } from "../planner/relation.ts";
import { openChange } from "./change-plan.ts";
import { ChangedRows } from "./changed-rows.ts";
import { untilDone } from "./insert-rows.ts";
import { sameRow } from "./row-equality.ts";
import { defaultConstant } from "./row-scope.ts";
import { duplicateError, refuseNull, storeInto } from "./row-writing.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { TargetTable } from "./target-table.ts";
import { touchOnUpdate } from "./update-now.ts";

interface CompiledAssignment {
  readonly at: number;
  readonly column: Column;
  /** undefined: DEFAULT */
  readonly value: { readonly evaluate: Evaluator; readonly type: SqlType } | undefined;
}

interface UpdateTarget {
  readonly relation: StoredRelation;
  readonly row: TargetTable;
  readonly assignments: CompiledAssignment[];
  /** The columns that they assign. */
  readonly assigned: Set<number>;
  /** Keys of rows changed already: a joined row is changed once. */
  readonly seen: Set<string>;
}

export function runUpdate(update: Update, run: TransactionRun): MaybePromise<ChangeResult> {
  return whenDone(
    openChange(update, run, () => planUpdate(update, run)),
    (plan) => whenDone(plan.changed.read(), (read) => changeRows(update, run, plan, read)),
  );
}

function changeRows(
  update: Update,
  run: TransactionRun,
  { changed, targets }: UpdatePlan,
  { rows, frame }: { readonly rows: RowBuffer; readonly frame: ExecutionFrame },
): MaybePromise<ChangeResult> {
  const { session, context } = run;
  const change: RowChange = {
    run,
    ignore: update.ignore,
    several: targets.length > 1 || update.tables.length > 1,
  };
  let matched = 0;
  let affected = 0;
  const count = (outcome: RowOutcome): void => {
    if (outcome === "absent") return;
    matched++;
    if (outcome === "changed") affected++;
  };
  for (const target of targets) target.seen.clear();
  const step = (at: number): MaybePromise<void> => {
    const position = Math.floor(at / targets.length);
    context.rowNumber = position + 1;
    rows.restore(position, frame);
    const outcome = changeRow(targets[at % targets.length] as UpdateTarget, frame, change);
    return outcome instanceof Promise ? outcome.then(count) : count(outcome);
  };
  const done = inSequence(rows.count * targets.length, step, run.options.signal);
  return whenDone(done, () => {
    changed.executable.end();
    const warnings = session.diagnostics.warningCount;
    return {
      affectedRows: session.connection.foundRows ? matched : affected,
      lastInsertId: 0,
      info: `Rows matched: ${matched}  Changed: ${affected}  Warnings: ${warnings}`,
    };
  });
}

interface UpdatePlan {
  readonly changed: ChangedRows;
  readonly targets: readonly UpdateTarget[];
}

export function planUpdate(update: Update, run: TransactionRun): UpdatePlan {
  const changed = new ChangedRows(update, run);
  const targets = bindTargets(update, changed);
  changed.plan(targets.map((target) => target.relation));
  return { changed, targets };
}

function bindTargets(update: Update, changed: ChangedRows): UpdateTarget[] {
  const { builder, level, relations } = changed;
  const targets = new Map<number, UpdateTarget>();
  const resolved = update.assignments.map((assignment) => {
    const relation = relationOf(assignment, changed);
    let target = targets.get(relation.slot);
    if (target === undefined) {
      const { table } = relation;
      const row = new TargetTable(
        { database: table.database, name: table.name, alias: relation.alias },
        { schema: table.view.schema, codec: table.codec },
        builder,
      );
      target = { relation, row, assignments: [], assigned: new Set(), seen: new Set() };
      targets.set(relation.slot, target);
    }
    return { assignment, target };
  });
  // Values see the targets' columns as assigned so far: SET a = a + 1, b = a gives b the new a.
  const inner = new QueryLevel(undefined, () => builder.addRegister(), level.planSubquery);
  inner.merged = level.merged;
  for (const source of level.sources) {
    const relation = relations.find(
      (item) => item.alias === source.alias && item.table.database === source.database,
    );
    const target = relation === undefined ? undefined : targets.get(relation.slot);
    inner.sources.push(target === undefined ? source : { ...source, columns: target.row.columns });
  }
  for (const { assignment, target } of resolved) {
    const { row } = target;
    const at = row.columnIndex(assignment.column.name, "field list");
    const column = row.schema.columns[at] as Column;
    if (assignment.value.kind === "default") {
      if (column.generated === undefined) target.assignments.push({ at, column, value: undefined });
      continue;
    }
    if (column.generated !== undefined)
      throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, row.name);
    const scope = new AssignmentScope(inner, row);
    const bound = bindExpression(assignment.value, scope, builder.environment);
    if (bound.kind === "row") throw sqlError("ER_OPERAND_COLUMNS", 1);
    target.assignments.push({
      at,
      column,
      value: { evaluate: compileExpression(bound, builder), type: bound.type },
    });
  }
  for (const target of targets.values()) for (const { at } of target.assignments) target.assigned.add(at);
  return [...targets.values()];
}

class AssignmentScope extends QueryScope {
  readonly #row: TargetTable;

  constructor(level: QueryLevel, row: TargetTable) {
    super(level, { clause: "field list", aggregates: "forbidden", windows: false, aliases: "none" });
    this.#row = row;
  }

  override defaultOf(reference: Parameters<QueryScope["defaultOf"]>[0]): ReturnType<QueryScope["defaultOf"]> {
    return defaultConstant(this.#row, reference);
  }
}

/** The table an assigned column belongs to. 1054, 1052, 1288. */
function relationOf(assignment: ColumnAssignment, changed: ChangedRows): StoredRelation {
  const scope = new QueryScope(changed.level, {
    clause: "field list",
    aggregates: "forbidden",
    windows: false,
    aliases: "none",
  });
  const { column } = assignment;
  const bound = scope.resolveColumn(column);
  const name = column.name.toLowerCase();
  const owner = changed.level.sources.find((source) =>
    source.columns.some((item) => item.expression === bound && item.name.toLowerCase() === name),
  );
  const relation = changed.relations.find(
    (item) => item.alias === owner?.alias && item.table.database === owner.database,
  );
  if (relation === undefined)
    throw sqlError("ER_NON_UPDATABLE_TABLE", owner?.alias ?? column.table ?? "", "UPDATE");
  return relation;
}

interface RowChange {
  readonly run: TransactionRun;
  readonly ignore: boolean;
  readonly several: boolean;
}

type RowOutcome = "absent" | "same" | "changed";

function changeRow(target: UpdateTarget, frame: ExecutionFrame, change: RowChange): MaybePromise<RowOutcome> {
  const { context } = change.run;
  const { row, relation } = target;
  const slot = frame.slots[relation.slot] as RowSlot;
  if (!slot.present) return "absent";
  const key = slot.keyBytes.slice(slot.keyStart, slot.keyEnd);
  if (change.several) {
    const id = Buffer.from(key).toString("latin1");
    if (target.seen.has(id)) return "absent";
    target.seen.add(id);
  }
  const writer = frame.writers[relation.slot] as TableWriter;
  const found = row.codec.decodeRow(slot, (hash) => writer.current.readBlob(hash));
  let existing: readonly Value[] = found;
  const makeRow = (): Value[] => {
    row.load(found, frame, context);
    const before = frame.registers.slice(row.base, row.base + row.width);
    if (row.hasGenerated) existing = row.toStored(frame, context);
    assignValues(target, frame, change);
    touchOnUpdate(row, target.assigned, before, frame, context);
    row.complete(frame, context);
    return row.toStored(frame, context);
  };
  const pass = (error: unknown): RowOutcome => {
    if (!change.ignore || !(error instanceof SqlError) || !IGNORED.has(error.code)) throw error;
    context.warn("Warning", error.errno, error.message);
    return "same";
  };
  try {
    const outcome = whenDone(evaluateWithLocks(makeRow), (next): MaybePromise<RowOutcome> => {
      if (sameRow(existing, next)) return "same";
      const pending = untilDone(
        () => writer.updateRow(existing, next, key),
        (index) => duplicateError(row, index, next),
      );
      return pending === undefined ? "changed" : pending.then(() => "changed" as const);
    });
    return outcome instanceof Promise ? outcome.catch(pass) : outcome;
  } catch (error) {
    return pass(error);
  }
}

function assignValues({ row, assignments }: UpdateTarget, frame: ExecutionFrame, change: RowChange): void {
  const { context } = change.run;
  for (const { at, column, value } of assignments) {
    let stored: Value =
      value === undefined
        ? row.defaultValue(at, frame, context)
        : storeInto(column, value.evaluate(frame), value.type, context);
    if (stored === null && !column.nullable)
      stored = refuseNull(column, context, change.ignore || !context.strict);
    frame.registers[row.base + at] = stored;
  }
}

const IGNORED: ReadonlySet<string> = new Set([
  "ER_DUP_ENTRY",
  "ER_NO_REFERENCED_ROW_2",
  "ER_ROW_IS_REFERENCED_2",
  "ER_CHECK_CONSTRAINT_VIOLATED",
]);

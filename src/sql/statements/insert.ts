/** INSERT and REPLACE. */

import { yieldToOthers } from "../../base/clock.ts";
import { inSequence, type MaybePromise, whenDone } from "../../base/maybe-promise.ts";
import { Pause } from "../../base/pause.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { TableWriter } from "../../engine/api.ts";
import type { Column } from "../../tables/schema.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { ColumnAssignment, Insert } from "../ast/data-change.ts";
import type { ColumnReference, Expression } from "../ast/expression.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { evaluateWithLocks } from "../executor/lock-wait.ts";
import { compileExpression } from "../expression/compile.ts";
import { CommonTables } from "../planner/derived-table.ts";
import type { PlanBuilder } from "../planner/plan-builder.ts";
import { planQuery, subqueryPlanner } from "../planner/query-planner.ts";
import { QueryLevel } from "../planner/query-scope.ts";
import type { Source, SourceColumn } from "../planner/source.ts";
import { PlanGuard } from "../session/plan-guard.ts";
import { createBuilder } from "../session/select-runner.ts";
import { codecOf } from "../session/session-catalog.ts";
import type { SessionContext } from "../session/session-context.ts";
import type { LiteralRows } from "./bulk-insert.ts";
import { type DuplicateUpdate, type InsertOptions, type OnDuplicate, RowInserter } from "./insert-rows.ts";
import { rowScope } from "./row-scope.ts";
import { storeInto } from "./row-writing.ts";
import { sharesSources } from "./share-locked.ts";
import { openSources, readSource } from "./source-tables.ts";
import type { ChangeResult, TransactionRun } from "./statement-run.ts";
import { registerColumns, TargetTable } from "./target-table.ts";
import { touchedColumns, touchOnUpdate } from "./update-now.ts";

const VALUES_DEPRECATED =
  "'VALUES function' is deprecated and will be removed in a future release. Please use an alias (INSERT INTO ... VALUES (...) AS alias) and replace VALUES(col) in the ON DUPLICATE KEY UPDATE clause with alias.col instead";

const SLICE_MS = 10;
const REPLAN_ATTEMPTS_MAX = 10;
/** Rows of a query between looks at the clock. */
const ROWS_PER_LOOK = 128;

/** Where a column's value comes from: `undefined` at run time means the column's default. */
type ColumnValue = { readonly evaluate: Evaluator; readonly type: SqlType } | "default";

/** `literals` are the rows when they were read without an AST. */
export function runInsert(
  insert: Insert,
  run: TransactionRun,
  literals?: LiteralRows,
): MaybePromise<ChangeResult> {
  const { session, transaction } = run;
  const revision = session.revisionOf(insert.table.database);
  if (revision.readOnly) throw sqlError("ER_OPEN_AS_READONLY", insert.table.name);
  const { foreignKeyChecks } = session.settings;
  return whenDone(
    transaction.openTableForWrite(revision, insert.table.name, { foreignKeyChecks }),
    (writer) =>
      literals === undefined
        ? insertPlanned(insert, writer, run)
        : insertLiterals(insert, writer, run, literals),
  );
}

async function insertLiterals(
  insert: Insert,
  writer: TableWriter,
  run: TransactionRun,
  literals: LiteralRows,
): Promise<ChangeResult> {
  const plan = new InsertPlan(insert, writer, run);
  await plan.insertLiterals(literals);
  return plan.result();
}

function insertPlanned(
  insert: Insert,
  writer: TableWriter,
  run: TransactionRun,
  attempt = 1,
): MaybePromise<ChangeResult> {
  const { session, parameters } = run;
  const { schemaHash } = writer.current;
  const { source } = insert;
  const kept = keptPlans.get(insert);
  const isKept =
    kept?.guard.holds(session, parameters.types) === true &&
    kept.schemaHash === schemaHash &&
    kept.plan.builder.sharesSources === sharesSources(insert, run);
  if (isKept) {
    kept.plan.rebind(writer, run);
    kept.guard.replayWarnings(session);
  }
  const plan = isKept ? kept.plan : new InsertPlan(insert, writer, run);
  const inserted = source.kind === "query" ? plan.insertQuery() : plan.insertRows(source.rows);
  return whenDone(inserted, (result) => {
    if (result === undefined) {
      keptPlans.delete(insert);
      if (attempt >= REPLAN_ATTEMPTS_MAX) throw sqlError("ER_TABLE_DEF_CHANGED");
      return insertPlanned(insert, writer, run, attempt + 1);
    }
    // Only plans of rows are kept.
    if (!isKept && source.kind === "rows" && plan.builder.cacheable) {
      const guard = new PlanGuard(session, parameters.types, plan.builder);
      keptPlans.set(insert, { plan, guard, schemaHash });
    }
    return result;
  });
}

interface KeptInsert {
  readonly plan: InsertPlan;
  readonly guard: PlanGuard;
  readonly schemaHash: Hash;
}

/** Plans by AST: prepared statements and statements of one normalised text insert again and again. */
const keptPlans = new WeakMap<Insert, KeptInsert>();

class InsertPlan {
  readonly #insert: Insert;
  #run: TransactionRun;
  readonly #builder: PlanBuilder;
  readonly #target: TargetTable;
  readonly #positions: readonly number[];
  #writer: TableWriter;
  #compiled: readonly (readonly ColumnValue[])[] | undefined;
  #keptFrame: ExecutionFrame | undefined;
  readonly #level: QueryLevel;
  #rowSource: Source | undefined;
  #inserter: RowInserter | undefined;
  /** Columns not named in the statement whose defaults depend on nothing. */
  #defaulted: readonly number[] | undefined;
  #options: InsertOptions | undefined;
  #literalRows = 0;
  #onDuplicate: OnDuplicate | undefined;

  constructor(insert: Insert, writer: TableWriter, run: TransactionRun) {
    this.#insert = insert;
    this.#run = run;
    this.#writer = writer;
    const { session, transaction, parameters, context } = run;
    this.#builder = createBuilder(session, transaction, parameters, context);
    this.#builder.sharesSources = sharesSources(insert, run);
    const { current } = writer;
    const names = { database: current.databaseName, name: current.name };
    this.#target = new TargetTable(
      names,
      { schema: current.schema, codec: codecOf(current.schema) },
      this.#builder,
    );
    this.#level = new QueryLevel(
      undefined,
      () => this.#builder.addRegister(),
      subqueryPlanner(this.#queryContext()),
    );
    this.#positions = this.#columnPositions();
  }

  get builder(): PlanBuilder {
    return this.#builder;
  }

  /** Makes the plan that of another execution. */
  rebind(writer: TableWriter, run: TransactionRun): void {
    this.#writer = writer;
    this.#run = run;
    this.#inserter = undefined;
  }

  #queryContext() {
    return { builder: this.#builder, outer: undefined, commonTables: new CommonTables() };
  }

  #columnPositions(): number[] {
    const { columns, table } = this.#insert;
    const target = this.#target;
    if (columns === undefined) {
      return target.schema.columns.flatMap((column, at) => (column.invisible ? [] : [at]));
    }
    const seen = new Set<number>();
    return columns.map((column) => {
      if (column.table !== undefined && column.table !== table.name) {
        throw sqlError("ER_BAD_FIELD_ERROR", `${column.table}.${column.name}`, "field list");
      }
      const at = target.columnIndex(column.name, "field list");
      if (seen.has(at)) throw sqlError("ER_FIELD_SPECIFIED_TWICE", column.name);
      seen.add(at);
      return at;
    });
  }

  /** Undefined when a table that it reads was redefined: plan again. */
  insertRows(rows: readonly (readonly Expression[])[]): MaybePromise<ChangeResult | undefined> {
    const emptyRow = rows.length === 1 && rows[0]?.length === 0;
    const positions = emptyRow ? [] : this.#positions;
    this.#compiled ??= this.#compileRows(rows, positions);
    const compiled = this.#compiled;
    const frame = this.#frame();
    const opening = openSources(this.#builder, frame, this.#run.transaction);
    return whenDone(opening, (isOpen) =>
      isOpen ? this.#insertCompiled(compiled, positions, frame) : undefined,
    );
  }

  #insertCompiled(
    rows: readonly (readonly ColumnValue[])[],
    positions: readonly number[],
    frame: ExecutionFrame,
  ): MaybePromise<ChangeResult> {
    const inserter = this.#openInserter(frame, rows.length === 1 && !this.#insert.ignore, rows.length);
    const { context, options } = this.#run;
    const readsTables = this.#builder.tables.length > 0;
    const step = (at: number): Promise<void> | undefined => {
      context.rowNumber = at + 1;
      const row = rows[at] as readonly ColumnValue[];
      if (!readsTables) {
        this.#evaluateRow(row, positions, frame);
        return inserter.insert();
      }
      const evaluated = evaluateWithLocks(() => this.#evaluateRow(row, positions, frame));
      return evaluated instanceof Promise ? evaluated.then(() => inserter.insert()) : inserter.insert();
    };
    const done = inSequence(rows.length, step, options.signal);
    return whenDone(done, () => this.result());
  }

  #evaluateRow(row: readonly ColumnValue[], positions: readonly number[], frame: Frame): void {
    const target = this.#target;
    const { context } = this.#run;
    this.#fillDefaults(frame, positions);
    for (let i = 0; i < row.length; i++) {
      const position = positions[i] as number;
      const column = target.schema.columns[position] as Column;
      const value = row[i] as ColumnValue;
      frame.registers[target.base + position] =
        value === "default"
          ? target.defaultValue(position, frame, context)
          : storeInto(column, value.evaluate(frame), value.type, context);
    }
    this.#computeDefaults(frame, positions);
  }

  #compileRows(
    rows: readonly (readonly Expression[])[],
    positions: readonly number[],
  ): readonly (readonly ColumnValue[])[] {
    const target = this.#target;
    const scope = rowScope(target.columns, this.#level, "field list", target);
    const environment = this.#builder.environment;
    return rows.map((row, at) => {
      if (row.length !== positions.length) throw sqlError("ER_WRONG_VALUE_COUNT_ON_ROW", at + 1);
      return row.map((expression, i): ColumnValue => {
        const column = target.schema.columns[positions[i] as number] as Column;
        if (expression.kind === "default") return "default";
        if (column.generated !== undefined) {
          throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, target.name);
        }
        const bound = bindExpression(expression, scope, environment);
        if (bound.kind === "row") throw sqlError("ER_OPERAND_COLUMNS", 1);
        return { evaluate: compileExpression(bound, this.#builder), type: bound.type };
      });
    });
  }

  /** Rows of literals that were read straight from the text. */
  async insertLiterals(rows: LiteralRows): Promise<void> {
    const target = this.#target;
    const positions = this.#positions;
    if (rows.width !== positions.length) throw sqlError("ER_WRONG_VALUE_COUNT_ON_ROW", rows.wrongRow);
    if (rows.wrongRow > 0) throw sqlError("ER_WRONG_VALUE_COUNT_ON_ROW", rows.wrongRow);
    const columns = positions.map((position) => target.schema.columns[position] as Column);
    const frame = this.#frame();
    if (!(await openSources(this.#builder, frame, this.#run.transaction)))
      throw sqlError("ER_TABLE_DEF_CHANGED");
    const inserter = this.#openInserter(frame, false, rows.count);
    const { context, session, options } = this.#run;
    const { clock } = session.services;
    let sliceEnd = clock.monotonicMs() + SLICE_MS;
    for (let row = 0; row < rows.count; row++) {
      context.rowNumber = row + 1;
      this.#fillDefaults(frame, positions);
      for (let i = 0; i < positions.length; i++) {
        const position = positions[i] as number;
        const column = columns[i] as Column;
        const value = rows.values[row * rows.width + i] as Value;
        const type = rows.types[row * rows.width + i];
        if (type !== undefined && column.generated !== undefined)
          throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, target.name);
        frame.registers[target.base + position] =
          type === undefined
            ? target.defaultValue(position, frame, context)
            : value === null
              ? null
              : storeInto(column, value, type, context);
      }
      this.#computeDefaults(frame, positions);
      const pending = inserter.insert();
      if (pending !== undefined) await pending;
      if (row % 256 === 255 && clock.monotonicMs() >= sliceEnd) {
        await yieldToOthers();
        if (options.signal.aborted) throw sqlError("ER_QUERY_INTERRUPTED");
        sliceEnd = clock.monotonicMs() + SLICE_MS;
      }
    }
    this.#literalRows = rows.count;
  }

  /** Undefined when a table that it reads was redefined: plan again. */
  async insertQuery(): Promise<ChangeResult | undefined> {
    const { source } = this.#insert;
    if (source.kind !== "query") throw new TypeError("not an INSERT … SELECT");
    const target = this.#target;
    const { context } = this.#run;
    const planned = planQuery(source.query, this.#queryContext());
    if (planned.columns.length !== this.#positions.length) throw sqlError("ER_WRONG_VALUE_COUNT_ON_ROW", 1);
    for (const position of this.#positions) {
      const column = target.schema.columns[position] as Column;
      if (column.generated !== undefined)
        throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, target.name);
    }
    const types = planned.columns.map((column) => column.expression.type);
    const read = await readSource(planned, this.#builder, this.#run);
    if (read === undefined) return undefined;
    const { rows, executable } = read;
    const { frame } = executable;
    while (frame.registers.length < this.#builder.registerCount) frame.registers.push(null);
    const inserter = this.#openInserter(frame, false);
    const pause = new Pause(this.#run.options.signal);
    for (const [at, row] of rows.entries()) {
      if (at % ROWS_PER_LOOK === 0 && pause.isDue()) await pause.take();
      context.rowNumber = at + 1;
      this.#fillDefaults(frame, this.#positions);
      for (let i = 0; i < row.length; i++) {
        const position = this.#positions[i] as number;
        const column = target.schema.columns[position] as Column;
        frame.registers[target.base + position] = storeInto(
          column,
          row[i] as Value,
          types[i] as SqlType,
          context,
        );
      }
      this.#computeDefaults(frame, this.#positions);
      const pending = inserter.insert();
      if (pending !== undefined) await pending;
    }
    executable.end();
    return this.result();
  }

  #frame(): ExecutionFrame {
    this.#prepareDuplicates();
    const { context, parameters } = this.#run;
    this.#keptFrame ??= new ExecutionFrame(this.#builder.tables.length, this.#builder.registerCount, context);
    const frame = this.#keptFrame;
    frame.context = context;
    frame.parameters = parameters.values;
    frame.execution++;
    context.frame = frame;
    return frame;
  }

  /** Before a row's values come its defaults, of columns that the statement does not name; the others are emptied. */
  #fillDefaults(frame: Frame, given: readonly number[]): void {
    const { base, width } = this.#target;
    this.#defaulted ??= this.#defaultedColumns(given);
    const defaulted = this.#defaulted;
    const { registers } = frame;
    for (let register = base; register < base + width; register++) registers[register] = null;
    for (let i = 0; i < defaulted.length; i++) {
      const at = defaulted[i] as number;
      registers[base + at] = this.#target.defaultValue(at, frame, this.#run.context);
    }
  }

  #defaultedColumns(given: readonly number[]): readonly number[] {
    const target = this.#target;
    const all = Array.from({ length: target.width }, (_, at) => at);
    return all.filter((at) => !given.includes(at) && !target.hasComputedDefault(at));
  }

  /** Defaults that are expressions may read the columns that were given. */
  #computeDefaults(frame: Frame, given: readonly number[]): void {
    const target = this.#target;
    if (!target.hasComputedDefaults) return;
    for (let at = 0; at < target.width; at++) {
      if (given.includes(at) || !target.hasComputedDefault(at)) continue;
      frame.registers[target.base + at] = target.defaultValue(at, frame, this.#run.context);
    }
  }

  #openInserter(frame: Frame, singleRow: boolean, expectedRows?: number): RowInserter {
    this.#prepareDuplicates();
    while (frame.registers.length < this.#builder.registerCount) frame.registers.push(null);
    const { context } = this.#run;
    // A kept plan runs under the settings it was made for, and always with the same rows.
    this.#options ??= this.#insertOptions(singleRow, expectedRows);
    const parts = { target: this.#target, writer: this.#writer, frame, context };
    this.#inserter = new RowInserter(parts, this.#options);
    return this.#inserter;
  }

  #insertOptions(singleRow: boolean, expectedRows: number | undefined): InsertOptions {
    const { session, context } = this.#run;
    const { replace, ignore } = this.#insert;
    return {
      onDuplicate:
        this.#onDuplicate ??
        (replace ? { kind: "replace" } : ignore ? { kind: "ignore" } : { kind: "error" }),
      ignore,
      ...(expectedRows !== undefined ? { expectedRows } : {}),
      zeroIsValue: session.settings.sqlMode.has("NO_AUTO_VALUE_ON_ZERO"),
      foundRows: session.connection.foundRows,
      lenientNulls: ignore || (!context.strict && !singleRow),
    };
  }

  #prepareDuplicates(): void {
    const { onDuplicate } = this.#insert;
    if (onDuplicate.length === 0 || this.#onDuplicate !== undefined) return;
    this.#onDuplicate = { kind: "update", update: this.#bindUpdate(onDuplicate) };
  }

  #bindUpdate(assignments: readonly ColumnAssignment[]): DuplicateUpdate {
    const proposed = this.#target;
    const { name, database, schema, codec } = proposed;
    const row = new TargetTable({ database, name }, { schema, codec }, this.#builder);
    const alias = this.#insert.rowAlias;
    if (alias !== undefined) {
      const names = alias.columns;
      const shown: SourceColumn[] = registerColumns(schema, proposed.base, alias.name).map((column, at) => {
        const position = this.#positions.indexOf(at);
        return names === undefined || position < 0
          ? column
          : { ...column, name: names[position] ?? column.name };
      });
      this.#rowSource = { database: undefined, alias: alias.name, columns: shown };
    }
    const scope = rowScope(row.columns, this.#level, "field list", row, {
      valuesOf: (reference: ColumnReference) => {
        this.#builder.environment.warn("Warning", 1287, VALUES_DEPRECATED);
        const at = proposed.columnIndex(reference.name, "field list");
        return (proposed.columns[at] as SourceColumn).expression;
      },
      ...(this.#rowSource !== undefined ? { more: this.#rowSource } : {}),
    });
    const compiled = assignments.map((assignment) => {
      const at = row.columnIndex(assignment.column.name, "field list");
      const column = schema.columns[at] as Column;
      if (assignment.value.kind === "default") return { at, column, value: undefined };
      if (column.generated !== undefined)
        throw sqlError("ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN", column.name, name);
      const bound = bindExpression(assignment.value, scope, this.#builder.environment);
      return { at, column, value: { evaluate: compileExpression(bound, this.#builder), type: bound.type } };
    });
    const touched = touchedColumns(row, new Set(compiled.map((item) => item.at)));
    return {
      row,
      assign: (frame: Frame, context: SessionContext) => {
        const before = frame.registers.slice(row.base, row.base + row.width);
        for (const { at, column, value } of compiled) {
          const stored =
            value === undefined
              ? row.defaultValue(at, frame, context)
              : storeInto(column, value.evaluate(frame), value.type, context);
          if (stored === null && !column.nullable) throw sqlError("ER_BAD_NULL_ERROR", column.name);
          frame.registers[row.base + at] = stored;
        }
        if (touched.length > 0) touchOnUpdate(row, touched, before, frame, context);
      },
    };
  }

  result(): ChangeResult {
    const inserter = this.#inserter;
    const { session } = this.#run;
    if (inserter === undefined) return { affectedRows: 0, lastInsertId: 0, info: "" };
    if (inserter.firstGenerated !== undefined) session.lastInsertId = inserter.firstGenerated;
    const { source } = this.#insert;
    const several = source.kind === "query" || source.rows.length > 1 || this.#literalRows > 1;
    const warnings = session.diagnostics.warningCount;
    return {
      affectedRows: inserter.affected,
      lastInsertId:
        inserter.firstGenerated ??
        (inserter.copied > 0 || inserter.duplicates > 0 ? inserter.lastExplicit : 0),
      info: several
        ? `Records: ${inserter.records}  Duplicates: ${inserter.duplicates}  Warnings: ${warnings}`
        : "",
    };
  }
}

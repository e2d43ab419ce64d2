/** A planned query made ready to run: operators, frame and field writers, used again for each execution. */
import { AssertionError } from "../../base/assert.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { DatabaseRevision, TableWriter, Transaction, WriteOptions } from "../../engine/api.ts";
import type { ResultColumn, RowWriter } from "../../values/row-writer.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import type { Evaluator, Frame, Operator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { compileExpression } from "../expression/compile.ts";
import { compileFieldWriter } from "../expression/field-writer.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { ExplainNode } from "./plan-node.ts";
import type { OutputColumn, PlannedQuery } from "./query-planner.ts";

export type FieldEmit = (frame: Frame, writer: RowWriter) => void;

/** A table of a plan: opened anew for each execution. */
export interface PlanTable {
  readonly revision: DatabaseRevision;
  readonly database: string;
  readonly name: string;
  readonly schemaHash: Hash;
  readonly forWrite: boolean;
  /** Its rows are locked FOR SHARE and not changed. */
  readonly locksOnly: boolean;
}

/** For tables whose rows are only locked. */
export const SHARED: WriteOptions = { foreignKeyChecks: false, locksOnly: true };

const NO_CONTEXT: StatementContext = new Proxy({} as StatementContext, {
  get(): never {
    throw new AssertionError("a plan runs with a statement's context");
  },
});

export class ExecutableQuery {
  readonly columns: readonly ResultColumn[];
  readonly output: readonly OutputColumn[];
  readonly tables: readonly PlanTable[];
  readonly frame: ExecutionFrame;
  readonly explain: ExplainNode;
  readonly subqueries: readonly ExplainNode[];
  readonly builder: PlanBuilder;
  readonly #planned: PlannedQuery;
  #operator: Operator | undefined;
  #writers: readonly FieldEmit[] | undefined;

  constructor(planned: PlannedQuery, builder: PlanBuilder) {
    this.builder = builder;
    this.#planned = planned;
    this.output = planned.columns;
    this.columns = planned.columns.map(resultColumn);
    this.explain = planned.node.explain;
    this.subqueries = builder.subqueries;
    this.tables = builder.tables.map(({ table, forWrite, lock }) => ({
      revision: table.revision,
      database: table.database,
      name: table.name,
      schemaHash: table.view.schemaHash,
      forWrite,
      locksOnly: lock?.strength === "share",
    }));
    this.frame = new ExecutionFrame(builder.tables.length, builder.registerCount, NO_CONTEXT);
  }

  get operator(): Operator {
    this.#operator ??= this.#planned.node.build();
    return this.#operator;
  }

  get writers(): readonly FieldEmit[] {
    // Building the operators settles how slots are read.
    void this.operator;
    this.#writers ??= this.#planned.columns.map((column) =>
      compileFieldWriter(column.expression, this.builder),
    );
    return this.#writers;
  }

  /** The columns' values, for what doesn't go to a client. */
  get evaluators(): readonly Evaluator[] {
    void this.operator;
    return this.#planned.columns.map((column) => compileExpression(column.expression, this.builder));
  }

  /** Rows seen by LIMIT under SQL_CALC_FOUND_ROWS. */
  get countedRows(): number | undefined {
    return this.builder.foundRows?.inputRows;
  }

  /** Opens the tables for reading. False when one of them has changed its definition: plan again. */
  openTables(transaction: Transaction): boolean {
    const { frame } = this;
    for (let i = 0; i < this.tables.length; i++) {
      const table = this.tables[i] as PlanTable;
      if (table.forWrite) continue;
      const view = transaction.openTable(table.revision, table.name);
      if (view.schemaHash !== table.schemaHash) return false;
      frame.tables[i] = view;
    }
    return true;
  }

  /** Lets computed tables get ready. */
  prepare(): Promise<void> | undefined {
    // Building the operators is what finds them.
    void this.operator;
    return this.builder.preparations.length === 0 ? undefined : this.#prepareTables();
  }

  async #prepareTables(): Promise<void> {
    for (const preparation of this.builder.preparations) await preparation();
  }

  get locksRows(): boolean {
    return this.tables.some((table) => table.forWrite);
  }

  /** Opens the tables whose rows are locked or changed. False when one of them has changed its definition. */
  openWriters(transaction: Transaction, foreignKeyChecks: boolean): MaybePromise<boolean> {
    return this.#openWritersFrom(0, transaction, { foreignKeyChecks });
  }

  #openWritersFrom(first: number, transaction: Transaction, options: WriteOptions): MaybePromise<boolean> {
    for (let i = first; i < this.tables.length; i++) {
      const table = this.tables[i] as PlanTable;
      if (!table.forWrite) continue;
      if (table.revision.readOnly) throw sqlError("ER_OPEN_AS_READONLY", table.name);
      const { locksOnly } = table;
      const opened = transaction.openTableForWrite(table.revision, table.name, locksOnly ? SHARED : options);
      if (opened instanceof Promise) {
        return opened.then(
          (writer) => this.#showWriter(i, writer) && this.#openWritersFrom(i + 1, transaction, options),
        );
      }
      if (!this.#showWriter(i, opened)) return false;
    }
    return true;
  }

  #showWriter(slot: number, writer: TableWriter): boolean {
    if (writer.current.schemaHash !== this.tables[slot]?.schemaHash) return false;
    this.frame.tables[slot] = writer.current;
    this.frame.writers[slot] = writer;
    return true;
  }

  /** Prepares the frame for one execution. */
  begin(context: StatementContext, parameters: readonly Value[]): void {
    const { frame } = this;
    frame.context = context;
    frame.parameters = parameters;
    frame.execution++;
    frame.waitFor = undefined;
  }

  end(): void {
    this.frame.release();
  }
}

export function resultColumn(column: OutputColumn): ResultColumn {
  const { expression, name } = column;
  const origin =
    expression.kind === "column" || expression.kind === "register" ? expression.origin : undefined;
  return {
    name,
    originalName: origin?.originalName ?? "",
    table: origin?.table ?? "",
    originalTable: origin?.originalTable ?? "",
    database: origin?.database ?? "",
    type: expression.type,
    nullable: expression.nullable,
    ...(origin?.primaryKey ? { primaryKey: true } : {}),
    ...(origin?.uniqueKey ? { uniqueKey: true } : {}),
    ...(origin?.multipleKey ? { multipleKey: true } : {}),
    ...(origin?.autoIncrement ? { autoIncrement: true } : {}),
    ...(origin?.noDefault ? { noDefault: true } : {}),
    ...(origin?.onUpdateNow ? { onUpdateNow: true } : {}),
    ...shapeOf(expression),
  };
}

function shapeOf(expression: BoundExpression): { displayLength?: number; decimals?: number } {
  return {
    ...(expression.displayLength !== undefined ? { displayLength: expression.displayLength } : {}),
    ...(expression.decimals !== undefined ? { decimals: expression.decimals } : {}),
  };
}

/**
 * Hands out the slots and registers of one statement's plan and knows how the columns of each slot are read. All
 * queries of a statement, subqueries included, share one frame, so correlated references need no plumbing.
 */

import { assert } from "../../base/assert.ts";
import type { LockWaitPolicy } from "../../engine/api.ts";
import type { TupleSlot } from "../../prolly/tuple-cursor.ts";
import { FIELD_NULL, type FieldReader, type FieldState, type ReadBlob } from "../../tables/row-codec.ts";
import type { Value } from "../../values/value.ts";
import { type BoundExpression, visitReferences } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import type { ExecutionFrame } from "../executor/execution-frame.ts";
import type { RowSlot } from "../executor/frame.ts";
import type { RowLayout } from "../expression/row-layout.ts";
import type { PlannerCatalog, StoredTable } from "./catalog.ts";
import type { ExplainNode } from "./plan-node.ts";
import type { ValueCheck } from "./value-check.ts";

export interface PlannedTable {
  readonly table: StoredTable;
  /** Rows are read through a writer (newest committed) and may be locked. */
  forWrite: boolean;
  /** Rows are locked as they are read. */
  lock?: { readonly strength: "share" | "update"; readonly policy: LockWaitPolicy };
}

/** All expressions by which a query reads its slots. */
export interface ColumnReads {
  readonly expressions: readonly BoundExpression[];
  /** Conditions, which an access path may make true by itself. */
  readonly conditions: readonly BoundExpression[];
}

/** What a plan does when it is done: things subqueries of the same statement share. */
export class PlanBuilder implements RowLayout {
  readonly catalog: PlannerCatalog;
  readonly environment: BindEnvironment;
  readonly tables: PlannedTable[] = [];
  /** Slots read from a covering secondary index instead of the row: slot → index. */
  readonly #covering: Map<number, number> = new Map<number, number>();
  /** Slots that compiled expressions read. */
  readonly #compiled: Set<number> = new Set<number>();
  /** What the queries read of the slots; absent for slots whose rows may be read in ways that are not listed. */
  readonly #reads: Map<number, ColumnReads> = new Map<number, ColumnReads>();
  /** A frame with the values that parameters have while planning, for estimates. */
  readonly sampleFrame: ExecutionFrame | undefined;
  /** Slots whose row may be missing: the null-extended sides of outer joins. */
  readonly nullableSlots: Set<number> = new Set<number>();
  /** Plans of subqueries in expressions, for EXPLAIN. */
  readonly subqueries: ExplainNode[] = [];
  /** The LIMIT that counts its input for SQL_CALC_FOUND_ROWS. */
  foundRows: { readonly inputRows: number } | undefined;
  /** What computed tables want awaited before the query runs. */
  readonly preparations: (() => Promise<void> | undefined)[] = [];
  /** What binding warned of. */
  readonly bindWarnings: {
    readonly level: "Note" | "Warning";
    readonly errno: number;
    readonly message: string;
  }[] = [];
  /** By slot: what to ask before the plan runs with other parameters. */
  readonly valueChecks: Map<number, ValueCheck> = new Map<number, ValueCheck>();
  registerCount = 0;
  /** What SELECTs without a locking clause read is locked FOR SHARE: the statement changes rows by it. Set before planning. */
  sharesSources = false;
  /** What is compiled now serves planning only. */
  isEstimating = false;
  /** Names of computed tables, functions and variables whose use forbids keeping the plan. */
  cacheable = true;

  constructor(
    catalog: PlannerCatalog,
    environment: BindEnvironment,
    sampleFrame: ExecutionFrame | undefined,
  ) {
    this.catalog = catalog;
    this.environment = {
      ...environment,
      // The type of a user variable may be another at the next execution.
      userVariableType: (name) => {
        this.cacheable = false;
        return environment.userVariableType(name);
      },
      warn: (level, errno, message) => {
        this.bindWarnings.push({ level, errno, message });
        environment.warn(level, errno, message);
      },
    };
    this.sampleFrame = sampleFrame;
  }

  addSlot(table: StoredTable): number {
    this.tables.push({ table, forWrite: false });
    return this.tables.length - 1;
  }

  /** Says that a query reads these slots by these expressions alone. */
  noteReads(slots: readonly number[], reads: ColumnReads): void {
    for (const slot of slots) this.#reads.set(slot, reads);
  }

  /** The columns of a slot that are read when some conditions need not be checked; undefined when that is not known. */
  columnsRead(slot: number, consumed: ReadonlySet<BoundExpression>): ReadonlySet<number> | undefined {
    const reads = this.#reads.get(slot);
    if (reads === undefined || this.tables[slot]?.forWrite !== false) return undefined;
    const columns = new Set<number>();
    const note = (expression: BoundExpression): void =>
      visitReferences(expression, (reference) => {
        if (reference.kind === "column" && reference.slot === slot) columns.add(reference.column);
      });
    for (const expression of reads.expressions) note(expression);
    for (const condition of reads.conditions) if (!consumed.has(condition)) note(condition);
    return columns;
  }

  addRegisters(count: number): number[] {
    const first = this.registerCount;
    this.registerCount += count;
    return Array.from({ length: count }, (_, i) => first + i);
  }

  addRegister(): number {
    return this.registerCount++;
  }

  /** Rows of this slot are entries of a secondary index. Said while building, before anything that reads them. */
  readThrough(slot: number, index: number): void {
    assert(
      !this.#compiled.has(slot),
      "it is settled how a slot is read before expressions over it are compiled",
    );
    this.#covering.set(slot, index);
  }

  columnReader(slot: number, column: number): FieldReader {
    const planned = this.tables[slot];
    if (planned === undefined) throw new RangeError(`slot ${slot} is not planned`);
    if (!this.isEstimating) this.#compiled.add(slot);
    const { codec } = planned.table;
    const coveringIndex = this.#covering.get(slot);
    const reader =
      coveringIndex === undefined ? codec.fieldReader(column) : codec.indexFieldReader(coveringIndex, column);
    assert(reader !== undefined, "a covering index holds every column that is read");
    return this.nullableSlots.has(slot) ? new NullExtendedReader(reader) : reader;
  }
}

/** Reads a slot that an outer join (or an aggregate over no rows) may show as a row of NULLs. */
class NullExtendedReader implements FieldReader {
  readonly encoding: "key" | "field";
  readonly #reader: FieldReader;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  constructor(reader: FieldReader) {
    this.#reader = reader;
    this.encoding = reader.encoding;
  }

  locate(slot: TupleSlot): FieldState {
    if (!(slot as RowSlot).present) return FIELD_NULL;
    const reader = this.#reader;
    const state = reader.locate(slot);
    this.bytes = reader.bytes;
    this.start = reader.start;
    this.end = reader.end;
    return state;
  }

  read(slot: TupleSlot, readBlob: ReadBlob): Value {
    return (slot as RowSlot).present ? this.#reader.read(slot, readBlob) : null;
  }
}

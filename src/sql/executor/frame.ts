/**
 * The executor's working memory. A plan has numbered *slots*, one per table source, each showing the current row as
 * ranges of encoded bytes, and numbered *registers* for computed values (group keys, aggregates, derived columns,
 * user variables set in passing). Operators move rows by re-pointing slots; expressions are closures
 * `(frame) => Value` compiled once per plan that read fields by offset. Nothing is allocated per row.
 */
import type { LockOutcome, TableView, TableWriter } from "../../engine/api.ts";
import type { TupleSlot } from "../../prolly/tuple-cursor.ts";
import type { Value } from "../../values/value.ts";
import type { StatementContext } from "./statement-context.ts";

/** The current row of one source. `present` is false for the null-extended side of an outer join. */
export interface RowSlot extends TupleSlot {
  present: boolean;
}

export interface Frame {
  readonly slots: readonly RowSlot[];
  /** The table behind each slot, opened for this execution. */
  readonly tables: readonly TableView[];
  /** For slots whose rows are locked or changed by the statement. */
  readonly writers: readonly (TableWriter | undefined)[];
  readonly registers: Value[];
  /** Literals taken out of the statement text and prepared-statement parameters, by position. */
  readonly parameters: readonly Value[];
  readonly context: StatementContext;
  /** Counts the executions of the plan: what an operator kept from an earlier one is void. */
  readonly execution: number;
  /** Set by an operator that returns STEP_WAIT: what to await before calling `next` again. */
  waitFor: (LockOutcome & { readonly kind: "wait" }) | undefined;
}

/** A compiled expression. Its SQL type, and so the JavaScript type of its values, is fixed at compile time. */
export type Evaluator = (frame: Frame) => Value;
/** A compiled condition: NULL counts as false. */
export type Predicate = (frame: Frame) => boolean;

/** What `Operator.next` did. */
export const STEP_DONE = 0;
/** The frame shows the next row. */
export const STEP_ROW = 1;
/** No row yet, but work was done: call again (the driver may yield to the event loop, or answer KILL). */
export const STEP_AGAIN = 2;
/** Await `frame.waitFor`, then call again. */
export const STEP_WAIT = 3;
export type Step = 0 | 1 | 2 | 3;

/**
 * A relational operator: synchronous, resumable, tuple at a time. Blocking operators (sort, hash build) return
 * STEP_AGAIN every few thousand input rows so that no statement holds the event loop.
 */
export interface Operator {
  /** True when each row it gives is, at that moment, the newest version of the row in its table. */
  readonly showsNewest?: boolean;
  /** Starts (again), for the frame's present parameters and outer rows. */
  open(frame: Frame): void;
  next(frame: Frame): Step;
  /** May be called between `open` and the first `next` where there is one: the first rows are left out. */
  skipRows?(count: number): void;
  close(frame: Frame): void;
}

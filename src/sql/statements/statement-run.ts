/** What a statement's implementation is given: session, transaction, context, parameters and where answers go. */
import type { Transaction } from "../../engine/api.ts";
import type { ResultSink } from "../../values/row-writer.ts";
import type { QueryOptions } from "../api.ts";
import type { ParameterValues } from "../session/select-runner.ts";
import type { SessionContext } from "../session/session-context.ts";
import type { SessionState } from "../session/session-state.ts";

export interface StatementRun {
  readonly session: SessionState;
  readonly options: QueryOptions;
  readonly sink: ResultSink;
  readonly parameters: ParameterValues;
  /** The statement's text, for what keeps source text. */
  readonly text: Uint8Array;
}

/** A statement that reads or writes tables, inside its transaction. */
export interface TransactionRun extends StatementRun {
  readonly transaction: Transaction;
  readonly context: SessionContext;
}

/** What a statement without result set reports. */
export interface ChangeResult {
  readonly affectedRows: number;
  readonly lastInsertId: number | bigint;
  readonly info: string;
}

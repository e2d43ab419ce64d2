/** What an assignment to a column depends on besides the two types, and how it reports what it had to change. */
import type { DateTime } from "../datetime.ts";
import { ERRORS, type ErrorSymbol } from "../error-catalogue.ts";
import { SqlError, sqlError } from "../sql-error.ts";
import type { DateRules } from "../temporal-parse.ts";

export interface StoreContext {
  /** Strict mode holds for the statement (no IGNORE): what would be changed is an error instead. */
  readonly strict: boolean;
  readonly rules: DateRules;
  /** "at row N", from 1 */
  readonly rowNumber: number;
  /** Today in the session's zone, for TIME values stored as dates. */
  today(): DateTime;
  /** A local date and time in UTC; undefined when there is no such instant (a gap of summer time). */
  localToUtc(local: DateTime): DateTime | undefined;
  /** A UTC date and time in the session's zone, for text with an offset of its own. */
  utcToLocal(utc: DateTime): DateTime;
  warn(level: "Note" | "Warning", errno: number, message: string): void;
}

/** The column being assigned, for messages. */
export interface StoreTarget {
  readonly name: string;
}

/** Raises the problem under strict mode, else warns and lets the caller go on with its adjusted value. */
export function storeProblem(
  context: StoreContext,
  symbol: ErrorSymbol,
  ...values: readonly (string | number | bigint)[]
): void {
  const error = sqlError(symbol, ...values);
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);
}

/** Warns whatever the mode. */
export function storeNote(
  context: StoreContext,
  level: "Note" | "Warning",
  symbol: ErrorSymbol,
  ...values: readonly (string | number | bigint)[]
): void {
  context.warn(level, ERRORS[symbol].errno, sqlError(symbol, ...values).message);
}

/** 1264 Out of range value for column … */
export function outOfRange(context: StoreContext, target: StoreTarget): void {
  storeProblem(context, "ER_WARN_DATA_OUT_OF_RANGE", target.name, context.rowNumber);
}

/** 1265 Data truncated for column … */
export function dataTruncated(context: StoreContext, target: StoreTarget): void {
  storeProblem(context, "WARN_DATA_TRUNCATED", target.name, context.rowNumber);
}

/** 1265 as a note, which strict mode does not raise. */
export function noteTruncated(context: StoreContext, target: StoreTarget): void {
  storeNote(context, "Note", "WARN_DATA_TRUNCATED", target.name, context.rowNumber);
}

/** 1366 Incorrect integer value: 'x' for column … */
export function incorrectValue(context: StoreContext, target: StoreTarget, kind: string, text: string): void {
  storeProblem(context, "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", kind, text, target.name, context.rowNumber);
}

/** 1292 Incorrect datetime value: 'x' for column … */
export function incorrectTemporal(
  context: StoreContext,
  target: StoreTarget,
  kind: string,
  text: string,
): void {
  const message = `Incorrect ${kind} value: '${text}' for column '${target.name}' at row ${context.rowNumber}`;
  const error = new SqlError("ER_TRUNCATED_WRONG_VALUE", message);
  if (context.strict) throw error;
  context.warn("Warning", error.errno, error.message);
}

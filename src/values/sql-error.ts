/**
 * `SqlError` carries what a MySQL client sees: number, SQLSTATE and message. It is thrown by `values`, `tables`,
 * `engine`, `plugin` and `sql`; the storage and remote layers have error classes of their own.
 */
import { AppError } from "../base/errors.ts";
import { ERRORS, type ErrorSymbol } from "./error-catalogue.ts";

export class SqlError extends AppError<ErrorSymbol> {
  readonly errno: number;
  readonly sqlState: string;

  constructor(symbol: ErrorSymbol, message: string, options?: { readonly cause?: unknown }) {
    super(symbol, message, options);
    this.errno = ERRORS[symbol].errno;
    this.sqlState = ERRORS[symbol].sqlState;
  }
}

/**
 * The error `symbol` with MySQL's own message, its `%s`, `%d`, `%ld`, `%-.192s` … filled in order from `values`.
 */
export function sqlError(symbol: ErrorSymbol, ...values: readonly (string | number | bigint)[]): SqlError {
  let at = 0;
  const message = ERRORS[symbol].message.replace(/%(?:%|[-.*0-9]*(?:l|ll|z)?[a-zA-Z])/g, (placeholder) =>
    placeholder === "%%" ? "%" : String(values[at++] ?? ""),
  );
  return new SqlError(symbol, message);
}

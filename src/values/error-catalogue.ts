/**
 * The catalogue of SQL errors: symbol → number, SQLSTATE and message format, exactly as MySQL 9.7 has them. The one
 * exception is ER_DUP_ENTRY, whose text names the key by name as MySQL's answers do.
 */
import { ERRORS_1000 } from "./error-table-1000.ts";
import { ERRORS_1400 } from "./error-table-1400.ts";
import { ERRORS_3000 } from "./error-table-3000.ts";
import { ERRORS_3700 } from "./error-table-3700.ts";

export interface ErrorEntry {
  readonly errno: number;
  readonly sqlState: string;
  /** printf-style; see `sqlError`. */
  readonly message: string;
}

export type ErrorSymbol =
  | keyof typeof ERRORS_1000
  | keyof typeof ERRORS_1400
  | keyof typeof ERRORS_3000
  | keyof typeof ERRORS_3700;

export const ERRORS: Readonly<Record<ErrorSymbol, ErrorEntry>> = {
  ...ERRORS_1000,
  ...ERRORS_1400,
  ...ERRORS_3000,
  ...ERRORS_3700,
};

/**
 * A table whose rows are computed: `dolt_log`, `dolt_status` …, information_schema and the results of SHOW. Rows are
 * produced lazily, so `LIMIT 1` on a long history reads one commit.
 */
import type { SqlType } from "../values/sql-type.ts";
import type { Value } from "../values/value.ts";

export interface VirtualColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly primaryKey?: boolean;
}

/** Equality conditions of the query on the table's columns, by lower-case column name: a producer may use them to do
 *  less work; the executor checks them again. */
export type EqualityHints = ReadonlyMap<string, Value>;

export interface VirtualTable<Context> {
  /** As SQL writes it; matched case-insensitively for dolt_ tables and information_schema. */
  readonly name: string;
  readonly columns: readonly VirtualColumn[];
  /** Awaited before {@link rows}, for what cannot be had synchronously (a checkpoint, say). */
  prepare?(context: Context): Promise<void> | undefined;
  /** Rows in column order; values of the JavaScript form of the column's type. */
  rows(context: Context, hints: EqualityHints): Iterable<readonly Value[]>;
}

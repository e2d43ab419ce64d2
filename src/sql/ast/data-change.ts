/** INSERT, REPLACE, UPDATE, DELETE, TRUNCATE, LOAD DATA, CALL, DO. */
import type { ColumnReference, Expression, SourceRange } from "./expression.ts";
import type { FileFormat, Limit, OrderItem, Query, TableName, TableReference, WithClause } from "./query.ts";

export interface ColumnAssignment {
  readonly column: ColumnReference;
  /** may be `default` */
  readonly value: Expression;
}

export interface Insert extends SourceRange {
  readonly kind: "insert";
  readonly replace: boolean;
  readonly ignore: boolean;
  readonly table: TableName;
  readonly partitions: readonly string[];
  /** undefined: all columns. Names may be qualified by the table. */
  readonly columns?: readonly ColumnReference[];
  readonly source: InsertSource;
  /** VALUES … AS alias(columns) */
  readonly rowAlias?: {
    readonly name: string;
    readonly columns?: readonly string[];
  };
  readonly onDuplicate: readonly ColumnAssignment[];
}
export type InsertSource =
  /** also INSERT … SET, and INSERT … () VALUES () with empty rows */
  | { readonly kind: "rows"; readonly rows: readonly (readonly Expression[])[] }
  | { readonly kind: "query"; readonly query: Query };

export interface Update extends SourceRange {
  readonly kind: "update";
  readonly with?: WithClause;
  readonly ignore: boolean;
  readonly tables: readonly TableReference[];
  readonly assignments: readonly ColumnAssignment[];
  readonly where?: Expression;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Limit;
}

export interface Delete extends SourceRange {
  readonly kind: "delete";
  readonly with?: WithClause;
  readonly ignore: boolean;
  readonly quick: boolean;
  /** The tables (or aliases) whose rows go. Single-table form: `multi` false, one target equal to `tables[0]`. */
  readonly multi: boolean;
  readonly targets: readonly TableName[];
  readonly tables: readonly TableReference[];
  readonly where?: Expression;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Limit;
}

export interface Truncate extends SourceRange {
  readonly kind: "truncate";
  readonly table: TableName;
}

export interface LoadData extends SourceRange {
  readonly kind: "load-data";
  readonly xml: boolean;
  readonly local: boolean;
  readonly file: string;
  readonly duplicates?: "replace" | "ignore";
  readonly table: TableName;
  readonly partitions: readonly string[];
  readonly charset?: string;
  readonly format: FileFormat;
  readonly rowsIdentifiedBy?: string;
  readonly ignoreLines: number;
  readonly targets?: readonly (
    | { readonly kind: "column"; readonly column: ColumnReference }
    | { readonly kind: "variable"; readonly name: string }
  )[];
  readonly assignments: readonly ColumnAssignment[];
}

export interface Call extends SourceRange {
  readonly kind: "call";
  readonly database?: string;
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Do extends SourceRange {
  readonly kind: "do";
  readonly expressions: readonly Expression[];
}

export type DataChange = Insert | Update | Delete | Truncate | LoadData | Call | Do;

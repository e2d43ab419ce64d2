/**
 * What a table is: columns, keys, constraints and options, as plain immutable data. The order of `columns` is the
 * order users see; `id` never changes and is what stored data refers to, so that renaming costs nothing.
 */
import type { SqlType } from "../values/sql-type.ts";
import type { Value } from "../values/value.ts";

/** A default is a literal, or the canonical SQL text of an expression (compiled by `sql` when needed). */
export type ColumnDefault =
  | { readonly kind: "literal"; readonly value: Value }
  /** CURRENT_TIMESTAMP(n) on datetime and timestamp columns */
  | { readonly kind: "now"; readonly fraction: number }
  | { readonly kind: "expression"; readonly sql: string };

export interface GeneratedColumn {
  /** canonical SQL text */
  readonly sql: string;
  /** A virtual column is computed when read and has no field in the value tuple. */
  readonly stored: boolean;
}

export interface Column {
  readonly id: number;
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** Absent: no default. (`DEFAULT NULL` is a literal null.) */
  readonly default?: ColumnDefault;
  /** The value of rows written before this column was added at the end without rewriting them (absent: NULL). It
   *  stays as it is when the default changes later. */
  readonly absentValue?: Value;
  /** ON UPDATE CURRENT_TIMESTAMP(fraction) */
  readonly onUpdateNow?: { readonly fraction: number };
  readonly autoIncrement: boolean;
  readonly generated?: GeneratedColumn;
  readonly invisible: boolean;
  readonly comment: string;
}

export interface IndexPart {
  readonly columnId: number;
  /** characters for strings, bytes for binary */
  readonly prefixLength?: number;
  readonly descending: boolean;
}

export type IndexKind = "unique" | "index" | "fulltext" | "spatial";

/** A secondary index. The primary key is `TableSchema.primaryKey`. */
export interface IndexDefinition {
  readonly id: number;
  readonly name: string;
  readonly kind: IndexKind;
  readonly parts: readonly IndexPart[];
  readonly visible: boolean;
  readonly comment: string;
  /** USING clause as written, for SHOW CREATE TABLE */
  readonly using?: "btree" | "hash";
  /** FULLTEXT … WITH PARSER */
  readonly parser?: string;
  /** Made by the server for a foreign key; dropped silently when an explicit index serves. */
  readonly implicit?: boolean;
}

export type ReferentialAction = "restrict" | "cascade" | "set null" | "no action" | "set default";

export interface ForeignKey {
  readonly name: string;
  readonly columnIds: readonly number[];
  /** undefined = same database */
  readonly parentDatabase?: string;
  readonly parentTable: string;
  readonly parentColumns: readonly string[];
  /** undefined when not written: acts as NO ACTION and is not printed */
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
}

export interface CheckConstraint {
  readonly name: string;
  /** canonical SQL text, without the outer parentheses */
  readonly sql: string;
  readonly enforced: boolean;
}

export interface TableSchema {
  readonly columns: readonly Column[];
  /** Column parts in key order; empty for a table without primary key (rows then have a hidden 8-byte row id that
   *  grows, so that scans keep insertion order as InnoDB's do). */
  readonly primaryKey: readonly IndexPart[];
  readonly indexes: readonly IndexDefinition[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly CheckConstraint[];
  readonly charset: string;
  readonly collation: string;
  /** As written (InnoDB, MyISAM …); every table is stored by CairnDB. */
  readonly engine: string;
  readonly comment: string;
  /** Other options kept for SHOW CREATE TABLE, in MySQL's order: ROW_FORMAT, KEY_BLOCK_SIZE, STATS_… */
  readonly options: Readonly<Record<string, string>>;
  /** The next id for a column or index; ids are never reused. */
  readonly nextId: number;
  /** ISO time of CREATE TABLE, for information_schema; no part of equality between commits. */
  readonly createdAt?: string;
}

/**
 * The seam between the executor, which produces result rows, and the wire, which encodes them: values go straight into
 * a packet buffer. The writer knows each column's wire type from the result set's columns, so text and binary protocol
 * are two implementations of this one interface.
 */
import type { DateTime } from "./datetime.ts";
import type { SqlType } from "./sql-type.ts";
import type { SqlInteger } from "./value.ts";

/** A result column as the protocol describes it. */
export interface ResultColumn {
  readonly name: string;
  readonly originalName: string;
  /** alias */
  readonly table: string;
  readonly originalTable: string;
  readonly database: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly primaryKey?: boolean;
  readonly uniqueKey?: boolean;
  readonly multipleKey?: boolean;
  readonly autoIncrement?: boolean;
  readonly noDefault?: boolean;
  readonly onUpdateNow?: boolean;
  /** Overrides the length the type implies, in bytes of the wire. */
  readonly displayLength?: number;
  /** digits after the point for float expressions; 31 = not fixed */
  readonly decimals?: number;
}

/** Writes the fields of one row after the other, in column order, between beginRow and endRow. */
export interface RowWriter {
  beginRow(): void;
  writeNull(): void;
  /** integer, bit, year; the writer formats by the column's type (zerofill, bit as bytes). */
  writeInteger(value: SqlInteger): void;
  writeDouble(value: number): void;
  /** Text: strings, decimals, enum and set members, JSON; converted to the result character set by the writer. */
  writeText(value: string): void;
  /** As {@link writeText}, from UTF-8 bytes in storage. */
  writeUtf8(bytes: Uint8Array, start: number, end: number): void;
  /** Binary strings and geometry, untouched. */
  writeBytes(bytes: Uint8Array, start: number, end: number): void;
  writeDateTime(value: DateTime): void;
  /** signed microseconds */
  writeTime(microseconds: number): void;
  endRow(): void;
}

export interface OkResult {
  readonly affectedRows: number | bigint;
  readonly lastInsertId: number | bigint;
  readonly warningCount: number;
  /** e.g. `Records: 3  Duplicates: 0  Warnings: 0` */
  readonly info: string;
}

/**
 * Where a statement's answers go. A statement that gives one result set (SELECT, SHOW) writes just that: its end is the
 * answer. A statement without one gives one `ok`. CALL gives its result sets and then an `ok`. Errors are thrown.
 */
export interface ResultSink {
  /** Starts a result set. */
  startResultSet(columns: readonly ResultColumn[]): RowWriter;
  /** Undefined while the reader keeps up; else a promise to await before the next row (back-pressure). */
  backPressure(): Promise<void> | undefined;
  endResultSet(warningCount: number): void;
  ok(result: OkResult): void;
}

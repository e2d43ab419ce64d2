/** Runs statements for the shell and prints their results as the mysql client does. */
import { performance } from "node:perf_hooks";
import type { FieldPacket, ResultSetHeader } from "mysql2";
import type { Connection } from "mysql2/promise";
import { formatResult, type ResultCell, type ResultFormat, type ResultHeading } from "./format-result.ts";

export interface RunnerOptions {
  readonly format: ResultFormat;
  /** Counts, times and warnings besides the rows. */
  readonly chatty: boolean;
  readonly write: (text: string) => void;
  /** The connection was opened for bytes: see {@link toByteText}. */
  readonly byteText?: boolean;
}

/**
 * A script may hold raw bytes (mysqldump writes BLOBs so), which no decoded text could carry. So scripts are read and
 * sent as texts with one character a byte, over a connection whose charset has this one-to-one form. */
export function toByteText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** What the server sent in UTF-8 and such a connection took for one character a byte. */
export function fromByteText(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

const BINARY_CHARSET = 63;
/** Type codes of the protocol whose values are numbers: printed to the right. */
const NUMERIC_TYPES: ReadonlySet<number> = new Set([0, 1, 2, 3, 4, 5, 8, 9, 13, 246]);
/** Strings and blobs: in the binary character set their values are bytes. */
const BYTE_TYPES: ReadonlySet<number> = new Set([15, 16, 249, 250, 251, 252, 253, 254, 255]);
const BIT_TYPE = 16;
const GEOMETRY_TYPE = 255;

/** Runs one statement; its results are printed. Throws what the server answers. */
export async function runStatement(
  connection: Connection,
  text: string,
  options: RunnerOptions,
): Promise<void> {
  const vertical = /\\G\s*$/.test(text);
  const sql = text.replace(/\\[gG]\s*$/, "");
  const started = performance.now();
  const [results, fields] = await connection.query<ResultCell[][] & never>({
    sql,
    rowsAsArray: true,
    typeCast: (field) => (field.type === "NULL" ? null : field.buffer()),
  });
  const seconds = (performance.now() - started) / 1000;
  for (const result of splitResults(results, fields)) {
    if (result.kind === "ok") {
      if (options.chatty) options.write(okText(result.header, seconds));
      continue;
    }
    const rows = result.rows.map((row) => row.map((cell, at) => toCell(cell, result.fields[at])));
    const format = vertical ? "vertical" : options.format;
    options.write(
      formatResult(
        { kind: "rows", columns: result.fields.map((field) => toHeading(field, options)), rows },
        format,
      ),
    );
    if (options.chatty) options.write(rowsText(rows.length, seconds));
  }
}

type Result =
  | { readonly kind: "ok"; readonly header: ResultSetHeader }
  | {
      readonly kind: "rows";
      readonly rows: readonly (Buffer | null)[][];
      readonly fields: readonly FieldPacket[];
    };

/** mysql2 gives one result, or an array of them when there are several (a CALL); the fields tell which. */
function splitResults(results: unknown, fields: unknown): readonly Result[] {
  if (!Array.isArray(fields)) return [{ kind: "ok", header: results as ResultSetHeader }];
  const several = fields.length > 0 && fields.some((each) => each === undefined || Array.isArray(each));
  if (!several) return [toResult(results, fields)];
  return fields.map((each, at) => toResult((results as readonly unknown[])[at], each));
}

function toResult(result: unknown, fields: unknown): Result {
  if (fields === undefined) return { kind: "ok", header: result as ResultSetHeader };
  return { kind: "rows", rows: result as (Buffer | null)[][], fields: fields as readonly FieldPacket[] };
}

function toHeading(field: FieldPacket, { byteText }: RunnerOptions): ResultHeading {
  // Names come in the column's character set, or in the connection's when the values are binary.
  const name = byteText === true && isBinary(field) ? fromByteText(field.name) : field.name;
  return { name, numeric: NUMERIC_TYPES.has(typeOf(field)) };
}

function toCell(value: Buffer | null, field: FieldPacket | undefined): ResultCell {
  if (value === null || field === undefined) return value;
  const type = typeOf(field);
  const bytes = type === BIT_TYPE || type === GEOMETRY_TYPE || (isBinary(field) && BYTE_TYPES.has(type));
  return bytes ? value : value.toString("utf8");
}

function typeOf(field: FieldPacket): number {
  return field.columnType ?? field.type ?? 0;
}

function isBinary(field: FieldPacket): boolean {
  return (field as { readonly characterSet?: number }).characterSet === BINARY_CHARSET;
}

function okText(header: ResultSetHeader, seconds: number): string {
  const rows = `${header.affectedRows} ${header.affectedRows === 1 ? "row" : "rows"} affected`;
  const info = header.info === "" || header.info === undefined ? "" : `${header.info.trim()}\n`;
  return `Query OK, ${rows}${warningText(header.warningStatus)} (${seconds.toFixed(2)} sec)\n${info}\n`;
}

function rowsText(count: number, seconds: number): string {
  if (count === 0) return `Empty set (${seconds.toFixed(2)} sec)\n\n`;
  return `${count} ${count === 1 ? "row" : "rows"} in set (${seconds.toFixed(2)} sec)\n\n`;
}

function warningText(count: number): string {
  return count === 0 ? "" : `, ${count} ${count === 1 ? "warning" : "warnings"}`;
}

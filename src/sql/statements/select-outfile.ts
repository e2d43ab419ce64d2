/** SELECT … INTO OUTFILE and DUMPFILE: files on the server, in the folder that secure_file_priv names. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { encodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import { sourceText } from "../../values/store/source-value.ts";
import type { Value } from "../../values/value.ts";
import type { SelectInto } from "../ast/query.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { SessionState } from "../session/session-state.ts";
import { type ResolvedFormat, resolveFormat } from "./file-format.ts";

/** 1290 unless the file is where files may be: '' allows every place, NULL none. */
export function serverFilePath(file: string, session: SessionState): string {
  const allowed = session.variables.get("secure_file_priv", "global");
  const path = resolve(file);
  const folder = allowed === null ? undefined : String(allowed);
  if (folder === undefined || (folder !== "" && !`${path}`.startsWith(resolve(folder) + sep))) {
    throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--secure-file-priv");
  }
  const { accounts } = session.services;
  if (accounts !== undefined && !accounts.hasGlobal(session.connection.account, "FILE")) {
    throw sqlError("ER_SPECIFIC_ACCESS_DENIED_ERROR", "FILE");
  }
  return path;
}

export async function writeOutfile(
  into: Exclude<SelectInto, { readonly kind: "variables" }>,
  columns: readonly BoundExpression[],
  rows: readonly (readonly Value[])[],
  session: SessionState,
): Promise<number> {
  const path = serverFilePath(into.file, session);
  if (into.kind === "dumpfile" && rows.length > 1) throw sqlError("ER_TOO_MANY_ROWS");
  const parts: Uint8Array[] = [];
  if (into.kind === "dumpfile") {
    for (const row of rows)
      row.forEach((value, at) => {
        parts.push(valueBytes(value, columns[at] as BoundExpression, "utf8mb4"));
      });
  } else {
    const format = resolveFormat(into.format);
    const charset = into.charset ?? "binary";
    for (const row of rows) parts.push(lineOf(row, columns, { format, charset }));
  }
  // The file must be new: MySQL never overwrites one.
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o640);
  } catch (cause) {
    const error = isExisting(cause)
      ? sqlError("ER_FILE_EXISTS_ERROR", into.file)
      : sqlError("ER_CANT_CREATE_FILE", into.file, 2, String(cause));
    error.cause = cause;
    throw error;
  }
  try {
    for (const part of parts) await file.write(part);
  } finally {
    await file.close();
  }
  return rows.length;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

function valueBytes(value: Value, column: BoundExpression, charset: string): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  return encodeText(sourceText(value, column.type), charset === "binary" ? "utf8mb4" : charset);
}

function lineOf(
  row: readonly Value[],
  columns: readonly BoundExpression[],
  options: { readonly format: ResolvedFormat; readonly charset: string },
): Uint8Array {
  const { format, charset } = options;
  const parts: Uint8Array[] = [format.linesStartingBy];
  row.forEach((value, at) => {
    if (at > 0) parts.push(format.fieldsTerminatedBy);
    const column = columns[at] as BoundExpression;
    if (value === null) {
      parts.push(
        Buffer.from(
          format.escapeByte === undefined ? "NULL" : `${String.fromCharCode(format.escapeByte)}N`,
          "latin1",
        ),
      );
      return;
    }
    const textual = [
      "string",
      "binary",
      "enum",
      "set",
      "date",
      "datetime",
      "timestamp",
      "time",
      "json",
      "geometry",
    ].includes(column.type.kind);
    const enclose = format.enclosure !== undefined && (!format.optionallyEnclosed || textual);
    const bytes = escapeField(valueBytes(value, column, charset), format, enclose);
    if (enclose && format.enclosure !== undefined)
      parts.push(Uint8Array.of(format.enclosure), bytes, Uint8Array.of(format.enclosure));
    else parts.push(bytes);
  });
  parts.push(format.linesTerminatedBy);
  return Buffer.concat(parts);
}

function escapeField(bytes: Uint8Array, format: ResolvedFormat, enclosed: boolean): Uint8Array {
  const { escapeByte, enclosure, fieldsTerminatedBy, linesTerminatedBy } = format;
  if (escapeByte === undefined) return bytes;
  const result: number[] = [];
  for (const byte of bytes) {
    const special =
      byte === escapeByte ||
      byte === enclosure ||
      (!enclosed && byte === fieldsTerminatedBy[0]) ||
      byte === linesTerminatedBy[0];
    if (byte === 0) result.push(escapeByte, 0x30);
    else if (special) result.push(escapeByte, byte);
    else result.push(byte);
  }
  return Uint8Array.from(result);
}

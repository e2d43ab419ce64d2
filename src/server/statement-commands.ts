/** The commands of prepared statements. */

import { decodeText } from "../values/charset.ts";
import type { ResultColumn } from "../values/row-writer.ts";
import { sqlError } from "../values/sql-error.ts";
import { writeColumnDefinition } from "../wire/column-definition.ts";
import { asksForCursor, type DecodeOptions } from "../wire/execute-parameters.ts";
import type { PayloadReader } from "../wire/payload-reader.ts";
import {
  CLIENT_DEPRECATE_EOF,
  CLIENT_QUERY_ATTRIBUTES,
  SERVER_STATUS_CURSOR_EXISTS,
  SERVER_STATUS_LAST_ROW_SENT,
} from "../wire/protocol.ts";
import { writeEndOfRows, writeEof, writeOk } from "../wire/response.ts";
import type { WireColumn } from "../wire/wire-column.ts";
import type { CommandTarget } from "./commands.ts";
import type { ServerStatement } from "./prepared-statements.ts";
import { StoredRows } from "./stored-rows.ts";

export async function prepareStatement(target: CommandTarget, payload: PayloadReader): Promise<void> {
  target.command = "Prepare";
  target.statements.checkRoom();
  // The message's bytes belong to a larger chunk, which the statement must not keep alive.
  const text = Buffer.from(payload.rest());
  target.showText(text);
  const prepared = await target.session.prepare(text);
  const statement = target.statements.add(prepared, text);
  const { writer } = target.stream;
  writer.begin();
  writer.writeUint8(0);
  writer.writeUint32(statement.id);
  writer.writeUint16(prepared.columns.length);
  writer.writeUint16(prepared.parameterCount);
  writer.writeUint8(0);
  writer.writeUint16(0);
  writer.end();
  writeDefinitions(target, prepared.parameterTypes.map(parameterColumn));
  writeDefinitions(target, prepared.columns);
}

/** `payload` is after the command byte. */
export function executeStatement(target: CommandTarget, payload: PayloadReader): Promise<void> | undefined {
  target.command = "Execute";
  const statement = target.statements.mustGet(payload.uint32(), "mysqld_stmt_execute");
  target.showText(statement.text);
  statement.cursor = undefined;
  const withCursor = payload.remaining > 0 && asksForCursor(payload.bytes[payload.at] as number);
  const parameters = statement.parameters.decode(payload, decodeOptionsOf(target));
  if (withCursor && statement.prepared.columns.length > 0) return openCursor(target, statement);
  target.sender.begin("binary");
  let pending: Promise<void> | undefined;
  try {
    pending = target.session.execute(statement.prepared, parameters, target.queryOptions());
  } catch (error) {
    statement.parameters.forgetLongData();
    throw error;
  }
  if (pending !== undefined) return finishExecution(target, statement, pending);
  statement.parameters.forgetLongData();
  target.sender.finish();
  return undefined;
}

async function finishExecution(
  target: CommandTarget,
  statement: ServerStatement,
  pending: Promise<void>,
): Promise<void> {
  try {
    await pending;
  } finally {
    statement.parameters.forgetLongData();
  }
  target.sender.finish();
}

export function fetchRows(target: CommandTarget, payload: PayloadReader): undefined {
  target.command = "Fetch";
  const id = payload.uint32();
  const rowCount = payload.uint32();
  const statement = target.statements.mustGet(id, "mysqld_stmt_fetch");
  const { cursor } = statement;
  if (cursor === undefined) throw sqlError("ER_STMT_HAS_NO_OPEN_CURSOR", id);
  const { writer } = target.stream;
  let sent = 0;
  while (sent < rowCount && cursor.sendNext(writer)) sent++;
  const flag = sent < rowCount ? SERVER_STATUS_LAST_ROW_SENT : SERVER_STATUS_CURSOR_EXISTS;
  if (sent < rowCount) statement.cursor = undefined;
  writeEndOfRows(writer, target.capabilities, {
    warningCount: 0,
    statusFlags: target.statusFlags() | flag,
  });
}

/** Has no answer. */
export function closeStatement(target: CommandTarget, payload: PayloadReader): undefined {
  target.command = "Close stmt";
  target.statements.delete(payload.uint32());
}

export function resetStatement(target: CommandTarget, payload: PayloadReader): undefined {
  target.command = "Reset stmt";
  const statement = target.statements.mustGet(payload.uint32(), "mysqld_stmt_reset");
  statement.cursor = undefined;
  statement.parameters.forgetLongData();
  target.sender.begin("text");
  target.sender.ok({ affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" });
  target.sender.finish();
}

/** Has no answer, so an unknown statement or parameter is passed over; the execution will say what is wrong. */
export function sendLongData(target: CommandTarget, payload: PayloadReader): undefined {
  target.command = "Long Data";
  const statement = target.statements.get(payload.uint32());
  const index = payload.uint16();
  if (statement === undefined || index >= statement.parameters.count) return;
  statement.parameters.addLongData(index, payload.rest());
}

/** Runs the statement and keeps its rows; the answer has only the columns, and says that a cursor is open. */
async function openCursor(target: CommandTarget, statement: ServerStatement): Promise<void> {
  const { sender } = target;
  const rows = new StoredRows((columns) => sender.wireColumns(columns));
  const parameters = statement.parameters.decoded;
  try {
    await target.session.execute(statement.prepared, parameters, { ...target.queryOptions(), sink: rows });
  } finally {
    statement.parameters.forgetLongData();
  }
  if (rows.columns !== undefined) {
    statement.cursor = rows;
    sender.writeColumns(rows.columns, SERVER_STATUS_CURSOR_EXISTS);
    return;
  }
  writeOk(target.stream.writer, target.capabilities, {
    ...(rows.okResult ?? { affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" }),
    statusFlags: target.statusFlags(),
  });
}

const UTF8_PLAIN: DecodeOptions = { withAttributes: false, decodeText: undefined };
const UTF8_WITH_ATTRIBUTES: DecodeOptions = { withAttributes: true, decodeText: undefined };

function decodeOptionsOf(target: CommandTarget): DecodeOptions {
  const charset = target.session.status.clientCharset;
  const withAttributes = (target.capabilities & CLIENT_QUERY_ATTRIBUTES) !== 0;
  if (charset === "utf8mb4" || charset === "utf8mb3")
    return withAttributes ? UTF8_WITH_ATTRIBUTES : UTF8_PLAIN;
  return { withAttributes, decodeText: (bytes) => decodeText(bytes, charset) };
}

function writeDefinitions(target: CommandTarget, columns: readonly ResultColumn[]): void {
  if (columns.length === 0) return;
  const { writer } = target.stream;
  const wireColumns = target.sender.wireColumns(columns);
  columns.forEach((column, at) => {
    writeColumnDefinition(writer, column, wireColumns[at] as WireColumn);
  });
  if ((target.capabilities & CLIENT_DEPRECATE_EOF) === 0) writeEof(writer, 0, target.statusFlags());
}

function parameterColumn(type: ResultColumn["type"]): ResultColumn {
  return {
    name: "?",
    originalName: "",
    table: "",
    originalTable: "",
    database: "",
    type,
    nullable: true,
  };
}

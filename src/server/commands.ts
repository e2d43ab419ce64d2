/** The commands of the protocol and their answers. */
import type { AccountName } from "../engine/accounts/account.ts";
import type { KillKind } from "../engine/process-list.ts";
import type { QueryOptions, SqlSession } from "../sql/api.ts";
import { sqlError } from "../values/sql-error.ts";
import { writeColumnDefinition } from "../wire/column-definition.ts";
import { skipQueryAttributes } from "../wire/execute-parameters.ts";
import { decodeChangeUser } from "../wire/handshake.ts";
import { PayloadReader } from "../wire/payload-reader.ts";
import * as protocol from "../wire/protocol.ts";
import { writeEndOfRows, writeOk } from "../wire/response.ts";
import type { WireColumn } from "../wire/wire-column.ts";
import { WireError } from "../wire/wire-error.ts";
import { createNonce } from "./authentication.ts";
import type { ClientStream } from "./client-stream.ts";
import { type ClientOrigin, type Login, proveAccount } from "./login.ts";
import type { PreparedStatements } from "./prepared-statements.ts";
import type { ResultSender } from "./result-sender.ts";
import type { ServerContext } from "./server-context.ts";
import {
  closeStatement,
  executeStatement,
  fetchRows,
  prepareStatement,
  resetStatement,
  sendLongData,
} from "./statement-commands.ts";

/** What the commands need of their connection. */
export interface CommandTarget {
  readonly id: number;
  readonly context: ServerContext;
  readonly stream: ClientStream;
  readonly origin: ClientOrigin;
  readonly session: SqlSession;
  readonly sender: ResultSender;
  readonly statements: PreparedStatements;
  readonly capabilities: number;
  readonly account: AccountName;
  readonly user: string;
  command: string;
  multiStatements: boolean;
  queryOptions(): QueryOptions;
  showText(text: Buffer): void;
  statusFlags(): number;
  databaseChosen(): void;
  startSession(login: Login): Promise<void>;
  quit(): void;
}

const MULTI_STATEMENTS_ON = 0;
const MULTI_STATEMENTS_OFF = 1;
const SHOW_PROCESSLIST = Buffer.from("SHOW PROCESSLIST");

/** Answers the message in the stream's reader. A promise when the answer takes its time. */
export function dispatchCommand(target: CommandTarget): Promise<void> | undefined {
  const { reader } = target.stream;
  if (reader.end === reader.start) throw new WireError("malformed_packet", "a command is empty");
  const code = reader.bytes[reader.start] as number;
  const payload = new PayloadReader(reader.bytes, reader.start + 1, reader.end);
  switch (code) {
    case protocol.COM_QUERY:
      return query(target, payload);
    case protocol.COM_STMT_EXECUTE:
      return executeStatement(target, payload);
    case protocol.COM_STMT_PREPARE:
      return prepareStatement(target, payload);
    case protocol.COM_STMT_FETCH:
      return fetchRows(target, payload);
    case protocol.COM_STMT_CLOSE:
      return closeStatement(target, payload);
    case protocol.COM_STMT_RESET:
      return resetStatement(target, payload);
    case protocol.COM_STMT_SEND_LONG_DATA:
      return sendLongData(target, payload);
    case protocol.COM_PING:
      target.command = "Ping";
      return answerOk(target);
    case protocol.COM_INIT_DB:
      return useDatabase(target, payload);
    case protocol.COM_QUIT:
      target.quit();
      return undefined;
    default:
      return dispatchRareCommand(target, code, payload);
  }
}

/** Without rows or counts. */
function answerOk(target: CommandTarget): undefined {
  target.sender.begin("text");
  target.sender.ok({ affectedRows: 0, lastInsertId: 0, warningCount: 0, info: "" });
  target.sender.finish();
}

function dispatchRareCommand(
  target: CommandTarget,
  code: number,
  payload: PayloadReader,
): Promise<void> | undefined {
  switch (code) {
    case protocol.COM_FIELD_LIST:
      return fieldList(target, payload);
    case protocol.COM_STATISTICS:
      return statistics(target);
    case protocol.COM_PROCESS_INFO:
      return runQuery(target, SHOW_PROCESSLIST);
    case protocol.COM_PROCESS_KILL:
      return killProcess(target, payload, "connection");
    case protocol.COM_DEBUG:
      return answerEof(target);
    case protocol.COM_SET_OPTION:
      return setOption(target, payload);
    case protocol.COM_CHANGE_USER:
      return changeUser(target);
    case protocol.COM_RESET_CONNECTION:
      return resetConnection(target);
    default:
      throw sqlError("ER_UNKNOWN_COM_ERROR");
  }
}

function query(target: CommandTarget, payload: PayloadReader): Promise<void> | undefined {
  if ((target.capabilities & protocol.CLIENT_QUERY_ATTRIBUTES) !== 0) skipQueryAttributes(payload);
  return runQuery(target, payload.rest());
}

function runQuery(target: CommandTarget, text: Buffer): Promise<void> | undefined {
  target.command = "Query";
  target.showText(text);
  target.sender.begin("text");
  const pending = target.session.query(text, target.queryOptions());
  if (pending !== undefined) return finishQuery(target, pending);
  target.sender.finish();
  return undefined;
}

async function finishQuery(target: CommandTarget, pending: Promise<void>): Promise<void> {
  await pending;
  target.sender.finish();
}

async function useDatabase(target: CommandTarget, payload: PayloadReader): Promise<void> {
  target.command = "Init DB";
  await target.session.useDatabase(payload.rest().toString("utf8"));
  target.databaseChosen();
  answerOk(target);
}

async function fieldList(target: CommandTarget, payload: PayloadReader): Promise<void> {
  target.command = "Field List";
  const table = payload.nulBytes().toString("utf8");
  const wildcard = payload.rest().toString("utf8");
  const columns = await target.session.fieldList(table, wildcard);
  const { writer } = target.stream;
  const wireColumns = target.sender.wireColumns(columns);
  columns.forEach((column, at) => {
    writeColumnDefinition(writer, column, wireColumns[at] as WireColumn, true);
  });
  answerEof(target);
}

function statistics(target: CommandTarget): undefined {
  target.command = "Statistics";
  const { processes, clock } = target.context;
  const { counters } = processes;
  const uptime = Math.max(1, Math.floor((clock.now() - counters.startedAtMs) / 1000));
  const { writer } = target.stream;
  writer.begin();
  writer.writeText(
    `Uptime: ${uptime}  Threads: ${processes.count}  Questions: ${counters.questions}  ` +
      `Slow queries: ${counters.slowQueries}  Opens: 0  Flush tables: 0  Open tables: 0  ` +
      `Queries per second avg: ${(counters.questions / uptime).toFixed(3)}`,
  );
  writer.end();
}

function killProcess(target: CommandTarget, payload: PayloadReader, kind: KillKind): undefined {
  target.command = "Kill";
  const { accounts, processes } = target.context;
  const mayKillOthers =
    accounts.hasGlobal(target.account, "CONNECTION_ADMIN") || accounts.hasGlobal(target.account, "SUPER");
  const id = payload.uint32();
  // The answer goes out first: a connection may end itself.
  processes.kill(id, kind, { user: target.user, mayKillOthers });
  answerOk(target);
}

function setOption(target: CommandTarget, payload: PayloadReader): undefined {
  target.command = "Set option";
  const option = payload.uint16();
  if (option === MULTI_STATEMENTS_ON) target.multiStatements = true;
  else if (option === MULTI_STATEMENTS_OFF) target.multiStatements = false;
  else throw sqlError("ER_UNKNOWN_COM_ERROR");
  answerEof(target);
}

function answerEof(target: CommandTarget): undefined {
  writeEndOfRows(target.stream.writer, target.capabilities, {
    warningCount: 0,
    statusFlags: target.statusFlags(),
  });
}

/** A refusal ends the connection, as in MySQL: who it is now is unknown. */
async function changeUser(target: CommandTarget): Promise<void> {
  target.command = "Change user";
  const { stream, context, origin } = target;
  const { reader } = stream;
  const response = decodeChangeUser(reader.bytes, reader.start + 1, reader.end, target.capabilities);
  try {
    const account = await proveAccount(context, {
      stream,
      origin,
      response,
      nonce: createNonce(context.random),
      alwaysSwitch: true,
    });
    await target.startSession({ account, response });
  } catch (error) {
    target.quit();
    throw error;
  }
  writeOk(stream.writer, target.capabilities, {
    affectedRows: 0,
    lastInsertId: 0,
    statusFlags: target.statusFlags(),
    warningCount: 0,
    info: "",
  });
}

async function resetConnection(target: CommandTarget): Promise<void> {
  target.command = "Reset Connection";
  await target.session.reset();
  target.statements.clear();
  answerOk(target);
}

/** The answers that are not rows: OK, EOF, ERR and the request for a local file. */
import type { PacketWriter } from "./packet-writer.ts";
import {
  CLIENT_DEPRECATE_EOF,
  CLIENT_SESSION_TRACK,
  SERVER_SESSION_STATE_CHANGED,
  SESSION_TRACK_SCHEMA,
  SESSION_TRACK_SYSTEM_VARIABLES,
} from "./protocol.ts";

const OK_HEADER = 0x00;
const EOF_HEADER = 0xfe;
const ERR_HEADER = 0xff;
const LOCAL_FILE_HEADER = 0xfb;
const WARNING_COUNT_MAX = 0xffff;

/** What changed in the session by a statement, for clients that track it. */
export interface SessionChanges {
  readonly schema?: string;
  readonly variables: readonly (readonly [name: string, value: string])[];
}

export interface OkPacket {
  readonly affectedRows: number | bigint;
  readonly lastInsertId: number | bigint;
  readonly statusFlags: number;
  readonly warningCount: number;
  readonly info: string;
  readonly changes?: SessionChanges | undefined;
}

/** What a statement's result says in an OK. */
type OkCounts = Pick<OkPacket, "affectedRows" | "lastInsertId" | "warningCount" | "info">;
/** What the session says in it. */
type OkState = Pick<OkPacket, "statusFlags" | "changes">;

/** An OK whose counts come from a statement's result. */
export function writeResultOk(
  writer: PacketWriter,
  capabilities: number,
  result: OkCounts,
  session: OkState,
): void {
  writeOkBody(writer, capabilities, OK_HEADER, result, session);
}

export function writeOk(writer: PacketWriter, capabilities: number, ok: OkPacket): void {
  writeOkBody(writer, capabilities, OK_HEADER, ok, ok);
}

/** The end of rows: an OK with the header of EOF for clients with CLIENT_DEPRECATE_EOF, else an EOF. */
export function writeEndOfRows(
  writer: PacketWriter,
  capabilities: number,
  end: {
    readonly warningCount: number;
    readonly statusFlags: number;
    readonly changes?: SessionChanges | undefined;
  },
): void {
  if ((capabilities & CLIENT_DEPRECATE_EOF) === 0) {
    writeEof(writer, end.warningCount, end.statusFlags);
    return;
  }
  const counts = { affectedRows: 0, lastInsertId: 0, warningCount: end.warningCount, info: "" };
  writeOkBody(writer, capabilities, EOF_HEADER, counts, end);
}

export function writeEof(writer: PacketWriter, warningCount: number, statusFlags: number): void {
  writer.begin();
  writer.writeUint8(EOF_HEADER);
  writer.writeUint16(Math.min(warningCount, WARNING_COUNT_MAX));
  writer.writeUint16(statusFlags);
  writer.end();
}

/** Before the greeting the client's capabilities are unknown: `sqlState` is then left out. */
export function writeError(
  writer: PacketWriter,
  error: { readonly errno: number; readonly sqlState: string | undefined; readonly message: string },
): void {
  writer.begin();
  writer.writeUint8(ERR_HEADER);
  writer.writeUint16(error.errno);
  if (error.sqlState !== undefined) writer.writeText(`#${error.sqlState}`);
  writer.writeText(error.message);
  writer.end();
}

/** Asks for the file of LOAD DATA LOCAL. */
export function writeLocalFileRequest(writer: PacketWriter, name: string): void {
  writer.begin();
  writer.writeUint8(LOCAL_FILE_HEADER);
  writer.writeText(name);
  writer.end();
}

function writeOkBody(
  writer: PacketWriter,
  capabilities: number,
  header: number,
  ok: OkCounts,
  session: OkState,
): void {
  const { statusFlags } = session;
  const changes = (capabilities & CLIENT_SESSION_TRACK) !== 0 ? session.changes : undefined;
  writer.begin();
  writer.writeUint8(header);
  writer.writeLength(ok.affectedRows);
  writer.writeLength(ok.lastInsertId);
  writer.writeUint16(changes === undefined ? statusFlags : statusFlags | SERVER_SESSION_STATE_CHANGED);
  writer.writeUint16(Math.min(ok.warningCount, WARNING_COUNT_MAX));
  // The length goes before the text also for clients without CLIENT_SESSION_TRACK, as MySQL does it, whatever its
  // description of the protocol says; their client library reads it so.
  if (changes !== undefined || ok.info !== "") {
    writer.writeLengthText(ok.info);
    if (changes !== undefined) writeChanges(writer, changes);
  }
  writer.end();
}

function writeChanges(writer: PacketWriter, changes: SessionChanges): void {
  const entries: Buffer[] = [];
  for (const [name, value] of changes.variables) {
    entries.push(
      trackedEntry(SESSION_TRACK_SYSTEM_VARIABLES, Buffer.concat([lengthText(name), lengthText(value)])),
    );
  }
  if (changes.schema !== undefined)
    entries.push(trackedEntry(SESSION_TRACK_SCHEMA, lengthText(changes.schema)));
  const all = Buffer.concat(entries);
  writer.writeLengthBytes(all, 0, all.length);
}

function trackedEntry(kind: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.of(kind), lengthPrefix(data.length), data]);
}

function lengthText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([lengthPrefix(bytes.length), bytes]);
}

function lengthPrefix(size: number): Buffer {
  if (size < 0xfb) return Buffer.of(size);
  if (size <= 0xffff) return Buffer.of(0xfc, size & 0xff, size >>> 8);
  return Buffer.of(0xfd, size & 0xff, (size >>> 8) & 0xff, size >>> 16);
}

/**
 * One record of the write-ahead log: the row edits of one committed SQL transaction. Only primary rows are logged;
 * the edits of secondary indexes follow from them when the log is replayed, except of indexes on virtual columns, whose
 * values the engine cannot compute: those are logged too.
 *
 * Payload: varint LSN, varint table count, then per table
 *   string branch, string name, AUTO_INCREMENT counter, varint next row id, varint count of logged indexes, then per index
 *   varint index number (0 = primary), varint edit count, then per edit
 *   sized key, varint (0 = deleted, else size of value + 1), value.
 * A counter is a varint of itself + 1, or (from 2^53 on) a 0 and eight bytes big-endian.
 */
import { ByteReader } from "../bytes/byte-reader.ts";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import type { RowDelta } from "./row-delta.ts";

export interface LoggedEdit {
  readonly key: Uint8Array;
  /** undefined: deleted */
  readonly value: Uint8Array | undefined;
}

export interface LoggedTable {
  readonly branch: string;
  readonly name: string;
  readonly autoIncrement: bigint;
  readonly nextRowId: number;
  /** The primary index first. */
  readonly indexes: readonly LoggedIndex[];
}

export interface LoggedIndex {
  readonly index: number;
  readonly edits: readonly LoggedEdit[];
}

/** What is encoded: the edits are taken from the transaction's deltas as they are. */
export interface RecordToLog {
  readonly tables: readonly TableToLog[];
}

export interface TableToLog extends Omit<LoggedTable, "indexes"> {
  readonly indexes: readonly { readonly index: number; readonly delta: RowDelta }[];
}

export interface LogRecord {
  readonly tables: readonly LoggedTable[];
}

const LARGE_COUNTER = 2n ** 53n;

export function encodeLogRecord(writer: ByteWriter, lsn: number, record: RecordToLog): void {
  writer.writeVarint(lsn);
  writer.writeVarint(record.tables.length);
  for (const table of record.tables) {
    writer.writeString(table.branch);
    writer.writeString(table.name);
    writeCounter(writer, table.autoIncrement);
    writer.writeVarint(table.nextRowId);
    writer.writeVarint(table.indexes.length);
    for (const { index, delta } of table.indexes) writeIndex(writer, index, delta);
  }
}

function writeIndex(writer: ByteWriter, index: number, delta: RowDelta): void {
  writer.writeVarint(index);
  writer.writeVarint(delta.count);
  delta.forEach(({ keyBytes, head: { value } }) => {
    writer.writeSizedBytes(keyBytes);
    if (value === undefined) {
      writer.writeVarint(0);
    } else {
      writer.writeVarint(value.length + 1);
      writer.writeBytes(value);
    }
  });
}

export function decodeLogRecord(payload: Uint8Array): { readonly lsn: number; readonly record: LogRecord } {
  const reader = new ByteReader(payload);
  const lsn = reader.readVarint();
  const tables: LoggedTable[] = [];
  for (let tableCount = reader.readVarint(); tableCount > 0; tableCount--) {
    const branch = reader.readString();
    const name = reader.readString();
    const autoIncrement = readCounter(reader);
    const nextRowId = reader.readVarint();
    const indexes: LoggedIndex[] = [];
    for (let indexCount = reader.readVarint(); indexCount > 0; indexCount--) indexes.push(readIndex(reader));
    tables.push({ branch, name, autoIncrement, nextRowId, indexes });
  }
  reader.expectEnd();
  return { lsn, record: { tables } };
}

function readIndex(reader: ByteReader): LoggedIndex {
  const index = reader.readVarint();
  const edits: LoggedEdit[] = [];
  for (let editCount = reader.readVarint(); editCount > 0; editCount--) {
    const key = reader.readSizedBytes();
    const sizePlusOne = reader.readVarint();
    edits.push({ key, value: sizePlusOne === 0 ? undefined : reader.readBytes(sizePlusOne - 1) });
  }
  return { index, edits };
}

function writeCounter(writer: ByteWriter, value: bigint): void {
  if (value < LARGE_COUNTER) {
    writer.writeVarint(Number(value) + 1);
    return;
  }
  writer.writeVarint(0);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  writer.writeBytes(bytes);
}

function readCounter(reader: ByteReader): bigint {
  const small = reader.readVarint();
  if (small > 0) return BigInt(small - 1);
  return Buffer.from(reader.readBytes(8)).readBigUInt64BE();
}

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
import { compareRanges } from "../bytes/compare.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import type { OwnDelta } from "./own-delta.ts";

export interface LoggedTable {
  readonly branch: string;
  readonly name: string;
  readonly autoIncrement: bigint;
  readonly nextRowId: number;
}

/** Takes what a record holds, in the record's order. */
export interface LogRecordSink {
  beginTable(table: LoggedTable): void;
  /** 0: the primary index, which comes first. */
  beginIndex(index: number): void;
  /** The key and the value lie in `bytes`; `valueEnd` below `valueStart`: deleted. */
  addEdit(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void;
}

/** What is encoded: the edits are taken from the transaction's deltas as they are. */
export interface RecordToLog {
  readonly tables: readonly TableToLog[];
}

export interface TableToLog extends LoggedTable {
  readonly indexes: readonly { readonly index: number; readonly delta: OwnDelta }[];
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

function writeIndex(writer: ByteWriter, index: number, delta: OwnDelta): void {
  writer.writeVarint(index);
  writer.writeVarint(delta.count);
  delta.forEach(({ keyBytes, value }) => {
    writer.writeSizedBytes(keyBytes);
    if (value === undefined) {
      writer.writeVarint(0);
    } else {
      writer.writeVarint(value.length + 1);
      writer.writeBytes(value);
    }
  });
}

/** Reads the records in a segment of the log without making an object of any edit. */
export class LogRecordReader {
  readonly #bytes: Uint8Array;
  readonly #reader: ByteReader;
  /** The branches and tables met last; many records in a row are of few. */
  readonly #names: TableName[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#reader = new ByteReader(bytes);
  }

  /** Begins the record at `start` and answers its LSN. */
  open(start: number): number {
    this.#reader.seek(start);
    return this.#reader.readVarint();
  }

  /** Reads the rest of the record, which must end at `end`. */
  readInto(sink: LogRecordSink, end: number): void {
    const reader = this.#reader;
    for (let tableCount = reader.readVarint(); tableCount > 0; tableCount--) {
      const { branch, name } = this.#readName();
      sink.beginTable({ branch, name, autoIncrement: readCounter(reader), nextRowId: reader.readVarint() });
      for (let indexCount = reader.readVarint(); indexCount > 0; indexCount--) this.#readIndex(sink);
    }
    if (reader.offset !== end) {
      throw new DecodeError("malformed", `a record ends at ${reader.offset}, not at ${end}`, reader.offset);
    }
  }

  #readIndex(sink: LogRecordSink): void {
    const reader = this.#reader;
    const bytes = this.#bytes;
    sink.beginIndex(reader.readVarint());
    for (let editCount = reader.readVarint(); editCount > 0; editCount--) {
      const keySize = reader.readVarint();
      const keyStart = reader.skip(keySize);
      const sizePlusOne = reader.readVarint();
      const valueStart = sizePlusOne === 0 ? reader.offset : reader.skip(sizePlusOne - 1);
      sink.addEdit(bytes, keyStart, keyStart + keySize, valueStart, valueStart + sizePlusOne - 1);
    }
  }

  #readName(): TableName {
    const reader = this.#reader;
    const start = reader.offset;
    for (let at = 0; at < this.#names.length; at++) {
      const known = this.#names[at] as TableName;
      const { length } = known.bytes;
      if (length > reader.remaining) continue;
      if (compareRanges(known.bytes, 0, length, this.#bytes, start, start + length) !== 0) continue;
      reader.skip(length);
      return known;
    }
    const branch = reader.readString();
    const name = reader.readString();
    const read = { bytes: this.#bytes.subarray(start, reader.offset), branch, name };
    this.#names.unshift(read);
    if (this.#names.length > NAMES_MAX) this.#names.pop();
    return read;
  }
}

interface TableName {
  /** Both strings as they are in a record. */
  readonly bytes: Uint8Array;
  readonly branch: string;
  readonly name: string;
}

const NAMES_MAX = 16;

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

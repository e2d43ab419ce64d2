/**
 * The file format of a segment of the write-ahead log. All numbers are big-endian.
 *
 * Header, 24 bytes: magic "CAIRNWAL", u32 version, u64 first LSN, u32 CRC of the 20 bytes before.
 * Frames, one for each group commit:
 *   u32 marker "FRAM", u32 payload size, u32 CRC of the payload, payload:
 *   u64 the LSN that was durable when this frame was written, then records: u32 size, bytes.
 * Zeros after the last frame are room for further ones, reserved so that a sync has no change of the file's size to
 * write down.
 *
 * The durable LSN tells a torn tail from damage: a frame that cannot be read is a torn tail unless a later frame says
 * that it had been durable. (A crash may well keep a later page of a file and lose an earlier one.)
 */
import { assert } from "../base/assert.ts";
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { crc32 } from "../bytes/crc32.ts";
import { StorageError } from "../io/storage-error.ts";

const MAGIC = Buffer.from("CAIRNWAL", "latin1");
const VERSION = 2;
/** It reserved no room: its frames end with the file. */
const OLDEST_VERSION = 1;
const FRAME_MARKER = Buffer.from("FRAM", "latin1");
const FRAME_HEADER_SIZE = 12;
export const SEGMENT_HEADER_SIZE = 24;
export const FIRST_LSN_OFFSET = 12;

export interface SegmentFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** No later segment exists. */
  readonly last: boolean;
}

export interface SegmentContent {
  /** Undefined when a crash came before the header was complete. */
  readonly firstLsn: number | undefined;
  /** Where the payloads of the log records begin in the file, and, at the same places, where they end. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Where a torn tail begins. */
  readonly tornAt: number | undefined;
}

export function encodeSegmentHeader(firstLsn: number): Uint8Array {
  const writer = new ByteWriter(SEGMENT_HEADER_SIZE);
  writer.writeBytes(MAGIC);
  writer.writeUint32(VERSION);
  writer.writeUint64(firstLsn);
  writer.writeUint32(crc32(writer.view()));
  assert(writer.size === SEGMENT_HEADER_SIZE, "the header has its size");
  return writer.finish();
}

/** Begins a frame in an empty writer. Records are appended with {@link appendRecord}, then {@link finishFrame}. */
export function beginFrame(writer: ByteWriter): void {
  writer.reset();
  writer.writeBytes(FRAME_MARKER);
  // Size, checksum and the durable LSN are known when the frame is finished.
  for (let zeros = 0; zeros < 4; zeros++) writer.writeUint32(0);
}

/** Lets `encode` write a record's bytes; when that fails, the frame is as before. */
export function appendRecord(writer: ByteWriter, encode: (writer: ByteWriter) => void): void {
  const start = writer.size;
  writer.writeUint32(0);
  try {
    encode(writer);
  } catch (error) {
    writer.cut(start);
    throw error;
  }
  writer.patchUint32(start, writer.size - start - 4);
}

/** The bytes of the frame, valid until the writer is used again. */
export function finishFrame(writer: ByteWriter, durableLsn: number): Uint8Array {
  writer.patchUint32(4, writer.size - FRAME_HEADER_SIZE);
  writer.patchUint64(FRAME_HEADER_SIZE, durableLsn);
  writer.patchUint32(8, crc32(writer.view(FRAME_HEADER_SIZE)));
  return writer.view();
}

/** Throws StorageError for anything that a crash alone cannot have left. */
export function readSegment(file: SegmentFile): SegmentContent {
  const firstLsn = readHeader(file);
  const starts: number[] = [];
  const ends: number[] = [];
  if (firstLsn === undefined) return { firstLsn, starts, ends, tornAt: 0 };
  const reader = new ByteReader(file.bytes);
  let offset = SEGMENT_HEADER_SIZE;
  while (offset < file.bytes.length) {
    const payload = readFrame(file.bytes, offset);
    if (payload === undefined) {
      if (isZero(file.bytes, offset)) break;
      if (!file.last || wasDurable(file.bytes, offset, firstLsn + starts.length)) {
        throw new StorageError("checksum_mismatch", "the write-ahead log is damaged", {
          path: file.path,
          offset,
        });
      }
      return { firstLsn, starts, ends, tornAt: offset };
    }
    reader.seek(offset + FRAME_HEADER_SIZE + 8);
    offset += FRAME_HEADER_SIZE + payload.length;
    while (reader.offset < offset) {
      const size = reader.readUint32();
      starts.push(reader.skip(size));
      ends.push(reader.offset);
    }
    if (reader.offset > offset) {
      throw new StorageError("bad_format", "a record of the write-ahead log is longer than its frame", {
        path: file.path,
        offset,
      });
    }
  }
  return { firstLsn, starts, ends, tornAt: undefined };
}

function readHeader({ path, bytes, last }: SegmentFile): number | undefined {
  if (bytes.length < SEGMENT_HEADER_SIZE) {
    if (last) return undefined;
    throw new StorageError("bad_format", "a segment of the write-ahead log is cut short", {
      path,
      offset: bytes.length,
    });
  }
  const reader = new ByteReader(bytes);
  const magic = reader.readBytes(MAGIC.length);
  const version = reader.readUint32();
  const checksum = new ByteReader(bytes, SEGMENT_HEADER_SIZE - 4).readUint32();
  if (!MAGIC.equals(magic) || checksum !== crc32(bytes.subarray(0, SEGMENT_HEADER_SIZE - 4))) {
    // The header is synced before the first frame is written, so only a file without frames can be torn here.
    if (last && isZero(bytes, SEGMENT_HEADER_SIZE)) return undefined;
    throw new StorageError("bad_format", "not a segment of a write-ahead log", { path, offset: 0 });
  }
  if (version < OLDEST_VERSION || version > VERSION) {
    throw new StorageError("unknown_version", `log format ${version}; this program reads ${VERSION}`, {
      path,
      offset: MAGIC.length,
    });
  }
  return reader.readUint64();
}

/** The payload of the frame at `offset`, or undefined when it is cut or damaged. */
function readFrame(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (bytes.length - offset < FRAME_HEADER_SIZE + 8) return undefined;
  const reader = new ByteReader(bytes, offset);
  if (!FRAME_MARKER.equals(reader.readBytes(4))) return undefined;
  const size = reader.readUint32();
  const checksum = reader.readUint32();
  if (size < 8 || size > reader.remaining) return undefined;
  const payload = reader.readBytes(size);
  return crc32(payload) === checksum ? payload : undefined;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** True when an intact frame after `offset` says that record `lsn` had been durable before it was written. */
function wasDurable(bytes: Uint8Array, offset: number, lsn: number): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (;;) {
    const at = buffer.indexOf(FRAME_MARKER, offset + 1);
    if (at < 0) return false;
    const payload = readFrame(bytes, at);
    if (payload !== undefined && new ByteReader(payload).readUint64() >= lsn) return true;
    offset = at;
  }
}

/**
 * The bytes of a journal file, big-endian.
 *
 *   header (16 bytes): "CAIRNJR1" (the digit is the version), u32 journal number, u32 crc of the 12 bytes before
 *   chunk record:      u32 size of the chunk, u8 kind 1, u32 crc of (size, kind, hash, chunk), 20-byte hash, chunk
 *   root record:       u32 40, u8 kind 2, u32 crc of (40, kind, what follows), "ROOT", u64 position of the record,
 *                      u64 position where its sync group begins, 20-byte root
 *
 * A sync group is everything written since the last finished sync. Only the last group of a journal can be torn by a
 * crash: if a root record of a *later* group is found behind a damaged place, the damage is a fault of the disk.
 */
import { ByteReader } from "../bytes/byte-reader.ts";
import type { ByteWriter } from "../bytes/byte-writer.ts";
import { crc32 } from "../bytes/crc32.ts";
import { HASH_SIZE, type Hash } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";

export const JOURNAL_HEADER_SIZE = 16;
const MAGIC = "CAIRNJR1";
const MAGIC_STEM = "CAIRNJR";
/** u32 size, u8 kind, u32 crc. */
const RECORD_HEADER_SIZE = 9;
const CRC_OFFSET = 5;
const KIND_CHUNK = 1;
const KIND_ROOT = 2;
const ROOT_MARK: Uint8Array = Buffer.from("ROOT");
const ROOT_BODY_SIZE = 4 + 8 + 8 + HASH_SIZE;
/** Bytes of a chunk record before the chunk itself. */
export const CHUNK_RECORD_OVERHEAD: number = RECORD_HEADER_SIZE + HASH_SIZE;
/** A chunk's size fits in 22 bits, so that position and size of a chunk fit in one number. */
export const CHUNK_SIZE_MAX: number = 2 ** 22 - 1;

export type JournalRecord =
  | {
      readonly kind: "chunk";
      readonly hash: Hash;
      readonly dataOffset: number;
      readonly size: number;
      readonly end: number;
    }
  | { readonly kind: "root"; readonly root: Hash; readonly groupStart: number; readonly end: number };

export function writeJournalHeader(writer: ByteWriter, journalNumber: number): void {
  const start = writer.size;
  writer.writeBytes(Buffer.from(MAGIC));
  writer.writeUint32(journalNumber);
  writer.writeUint32(crc32(writer.view(start)));
}

/** Throws unless `bytes` begin with the header of journal `journalNumber`. */
export function checkJournalHeader(bytes: Uint8Array, journalNumber: number, path: string): void {
  const magic = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (magic !== MAGIC && magic.startsWith(MAGIC_STEM) && /\d$/.test(magic)) {
    throw new StorageError("unknown_version", `journal of version ${magic.slice(-1)}`, { path });
  }
  const fine =
    bytes.length >= JOURNAL_HEADER_SIZE &&
    magic === MAGIC &&
    new ByteReader(bytes, 8).readUint32() === journalNumber &&
    new ByteReader(bytes, 12).readUint32() === crc32(bytes.subarray(0, 12));
  if (!fine) throw new StorageError("bad_format", "damaged journal header", { path, offset: 0 });
}

export function writeChunkRecord(writer: ByteWriter, hash: Hash, chunk: Uint8Array): void {
  const start = writer.size;
  writer.writeUint32(chunk.length);
  writer.writeUint8(KIND_CHUNK);
  writer.writeUint32(0);
  writer.writeHash(hash);
  writer.writeBytes(chunk);
  patchCrc(writer, start);
}

/** `position` is where the record will stand in the file. */
export function writeRootRecord(writer: ByteWriter, root: Hash, position: number, groupStart: number): void {
  const start = writer.size;
  writer.writeUint32(ROOT_BODY_SIZE);
  writer.writeUint8(KIND_ROOT);
  writer.writeUint32(0);
  writer.writeBytes(ROOT_MARK);
  writer.writeUint64(position);
  writer.writeUint64(groupStart);
  writer.writeHash(root);
  patchCrc(writer, start);
}

/** The whole and undamaged record at `offset` of the file's `bytes`, or undefined. The bytes begin at `base` of the file. */
export function readJournalRecord(bytes: Uint8Array, offset: number, base = 0): JournalRecord | undefined {
  if (bytes.length - offset < RECORD_HEADER_SIZE) return undefined;
  const reader = new ByteReader(bytes, offset);
  const size = reader.readUint32();
  const kind = reader.readUint8();
  const crc = reader.readUint32();
  const bodySize = kind === KIND_CHUNK ? size + HASH_SIZE : size;
  if (kind === KIND_CHUNK ? size > CHUNK_SIZE_MAX : kind !== KIND_ROOT || size !== ROOT_BODY_SIZE)
    return undefined;
  if (reader.remaining < bodySize) return undefined;
  const end = offset + RECORD_HEADER_SIZE + bodySize;
  if (recordCrc(bytes, offset, end) !== crc) return undefined;
  if (kind === KIND_CHUNK) {
    return { kind: "chunk", hash: reader.readHash(), dataOffset: offset + CHUNK_RECORD_OVERHEAD, size, end };
  }
  reader.readBytes(ROOT_MARK.length);
  const position = reader.readUint64();
  const groupStart = reader.readUint64();
  return position === base + offset ? { kind: "root", root: reader.readHash(), groupStart, end } : undefined;
}

/** The first root record behind a damaged place whose sync group begins behind it: proof that the place was once synced. */
export function findLaterGroup(bytes: Uint8Array, damagedAt: number): number | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let markAt = buffer.indexOf(ROOT_MARK, damagedAt);
  while (markAt >= 0) {
    const recordAt = markAt - RECORD_HEADER_SIZE;
    const record = recordAt > damagedAt ? readJournalRecord(bytes, recordAt) : undefined;
    if (record?.kind === "root" && record.groupStart > damagedAt) return recordAt;
    markAt = buffer.indexOf(ROOT_MARK, markAt + 1);
  }
  return undefined;
}

function patchCrc(writer: ByteWriter, start: number): void {
  writer.patchUint32(start + CRC_OFFSET, recordCrc(writer.view(), start, writer.size));
}

function recordCrc(bytes: Uint8Array, start: number, end: number): number {
  return crc32(
    bytes.subarray(start + RECORD_HEADER_SIZE, end),
    crc32(bytes.subarray(start, start + CRC_OFFSET)),
  );
}

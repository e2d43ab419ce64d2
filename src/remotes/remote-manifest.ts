/**
 * The manifest of a remote or a backup: whose it is, its root, its table files, and for a backup its restore points.
 *
 * Bytes, big-endian: "CAIRNRM1" (the digit is the version), u8 kind (0 remote, 1 backup), u64 generation, 16-byte
 * database id, 20-byte root, 16-byte nonce, varint count of table files (string name, varint chunk count, varint size
 * each), varint count of retired files (string name, u64 time in ms each), varint count of snapshots (u64 time in ms,
 * 20-byte root each, oldest first), u32 crc of everything before.
 */
import { systemRandom } from "../base/random.ts";
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { crc32 } from "../bytes/crc32.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import type { Hash } from "../bytes/hash.ts";
import { RemoteError } from "./remote-error.ts";

const MAGIC = "CAIRNRM1";
const MAGIC_STEM = "CAIRNRM";
const DATABASE_MAGIC_STEM = "CAIRNMF";
const ID_SIZE = 16;
const CRC_SIZE = 4;

export type RemoteKind = "remote" | "backup";

export interface RemoteTable {
  readonly name: string;
  readonly chunkCount: number;
  readonly sizeBytes: number;
}

/** A table file that no longer counts, kept for a while for those who read by an older manifest. */
export interface RetiredTable {
  readonly name: string;
  readonly retiredMs: number;
}

/** A restore point. */
export interface Snapshot {
  readonly timeMs: number;
  readonly root: Hash;
}

export interface RemoteManifest {
  readonly kind: RemoteKind;
  /** Grows by one with each swap. */
  readonly generation: number;
  /** The database that made it; 32 hexadecimal digits. */
  readonly databaseId: string;
  /** Address of the refs map. */
  readonly root: Hash;
  /** Different in each manifest ever written: tells after a lost answer whether a swap took place. */
  readonly nonce: string;
  readonly tables: readonly RemoteTable[];
  readonly retired: readonly RetiredTable[];
  /** Oldest first; the last one's root is the manifest's. Empty for a remote. */
  readonly snapshots: readonly Snapshot[];
}

export function newNonce(): string {
  return Buffer.from(systemRandom.bytes(ID_SIZE)).toString("hex");
}

export function encodeRemoteManifest(manifest: RemoteManifest): Uint8Array {
  const writer = new ByteWriter();
  writer.writeBytes(Buffer.from(MAGIC));
  writer.writeUint8(manifest.kind === "backup" ? 1 : 0);
  writer.writeUint64(manifest.generation);
  writer.writeBytes(Buffer.from(manifest.databaseId, "hex"));
  writer.writeHash(manifest.root);
  writer.writeBytes(Buffer.from(manifest.nonce, "hex"));
  writer.writeVarint(manifest.tables.length);
  for (const table of manifest.tables) {
    writer.writeString(table.name);
    writer.writeVarint(table.chunkCount);
    writer.writeVarint(table.sizeBytes);
  }
  writer.writeVarint(manifest.retired.length);
  for (const table of manifest.retired) {
    writer.writeString(table.name);
    writer.writeUint64(table.retiredMs);
  }
  writer.writeVarint(manifest.snapshots.length);
  for (const snapshot of manifest.snapshots) {
    writer.writeUint64(snapshot.timeMs);
    writer.writeHash(snapshot.root);
  }
  writer.writeUint32(crc32(writer.view()));
  return writer.finish();
}

/** Throws `corrupted`, `unknown_version`, or `wrong_kind` for the manifest of a database's own folder. */
export function decodeRemoteManifest(bytes: Uint8Array, url: string): RemoteManifest {
  const corrupted = (cause?: unknown): RemoteError =>
    new RemoteError("corrupted", url, `the manifest of ${url} is damaged`, { cause });
  const magic = Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1");
  if (magic !== MAGIC) {
    if (magic.startsWith(DATABASE_MAGIC_STEM)) {
      throw new RemoteError("wrong_kind", url, `${url} is the folder of a database, not a remote or backup`);
    }
    if (magic.startsWith(MAGIC_STEM) && /\d$/.test(magic)) {
      throw new RemoteError(
        "unknown_version",
        url,
        `${url} was written by a newer version (${magic.slice(-1)})`,
      );
    }
    throw corrupted();
  }
  const bodySize = bytes.length - CRC_SIZE;
  if (
    bodySize < MAGIC.length ||
    new ByteReader(bytes, bodySize).readUint32() !== crc32(bytes.subarray(0, bodySize))
  ) {
    throw corrupted();
  }
  try {
    return readBody(new ByteReader(bytes.subarray(0, bodySize), MAGIC.length));
  } catch (error) {
    if (error instanceof DecodeError) throw corrupted(error);
    throw error;
  }
}

function readBody(reader: ByteReader): RemoteManifest {
  const kind = reader.readUint8() === 1 ? "backup" : "remote";
  const generation = reader.readUint64();
  const databaseId = Buffer.from(reader.readBytes(ID_SIZE)).toString("hex");
  const root = reader.readHash();
  const nonce = Buffer.from(reader.readBytes(ID_SIZE)).toString("hex");
  const tables: RemoteTable[] = [];
  for (let left = reader.readVarint(); left > 0; left--) {
    tables.push({
      name: reader.readString(),
      chunkCount: reader.readVarint(),
      sizeBytes: reader.readVarint(),
    });
  }
  const retired: RetiredTable[] = [];
  for (let left = reader.readVarint(); left > 0; left--) {
    retired.push({ name: reader.readString(), retiredMs: reader.readUint64() });
  }
  const snapshots: Snapshot[] = [];
  for (let left = reader.readVarint(); left > 0; left--) {
    snapshots.push({ timeMs: reader.readUint64(), root: reader.readHash() });
  }
  reader.expectEnd();
  return { kind, generation, databaseId, root, nonce, tables, retired, snapshots };
}

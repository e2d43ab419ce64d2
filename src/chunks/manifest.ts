/**
 * The manifest: the one small file that says what a chunk store consists of. It is replaced atomically, so a reader or
 * a crash sees one whole version. Everything in the folder that it does not name is left over and may be removed.
 *
 * Bytes, big-endian: "CAIRNMF1" (the digit is the version), u64 generation, 16-byte database id, 20-byte root, varint
 * count of journals (varint number, varint known size each), varint count of
 * table files (string name, varint chunk count, varint size, u8 1 = old generation), u32 crc of everything before.
 */
import { join } from "node:path";
import { ByteReader } from "../bytes/byte-reader.ts";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { crc32 } from "../bytes/crc32.ts";
import { DecodeError } from "../bytes/decode-error.ts";
import type { Hash } from "../bytes/hash.ts";
import type { FileSystem } from "../io/file-system.ts";
import { StorageError } from "../io/storage-error.ts";
import { writeFileAtomically } from "../io/write-atomically.ts";

export const MANIFEST_NAME = "manifest";
const MAGIC = "CAIRNMF1";
const MAGIC_STEM = "CAIRNMF";
const DATABASE_ID_SIZE = 16;
const CRC_SIZE = 4;

export interface ManifestJournal {
  readonly number: number;
  /** Everything before this position was on the disk when the manifest was written. */
  readonly knownSize: number;
}

export interface ManifestTable {
  readonly name: string;
  readonly chunkCount: number;
  readonly sizeBytes: number;
  /** Old: written by a garbage collection, holds nothing that was garbage then. */
  readonly generation: "young" | "old";
}

export interface Manifest {
  /** Grows by one with each replacement. */
  readonly generation: number;
  /** 32 hexadecimal digits, given at creation. */
  readonly databaseId: string;
  /** The root when the manifest was written; root records in the journals come after it. */
  readonly root: Hash;
  /** In the order they were written; the last one is being written to. */
  readonly journals: readonly ManifestJournal[];
  readonly tables: readonly ManifestTable[];
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const writer = new ByteWriter();
  writer.writeBytes(Buffer.from(MAGIC));
  writer.writeUint64(manifest.generation);
  writer.writeBytes(Buffer.from(manifest.databaseId, "hex"));
  writer.writeHash(manifest.root);
  writer.writeVarint(manifest.journals.length);
  for (const journal of manifest.journals) {
    writer.writeVarint(journal.number);
    writer.writeVarint(journal.knownSize);
  }
  writer.writeVarint(manifest.tables.length);
  for (const table of manifest.tables) {
    writer.writeString(table.name);
    writer.writeVarint(table.chunkCount);
    writer.writeVarint(table.sizeBytes);
    writer.writeUint8(table.generation === "old" ? 1 : 0);
  }
  writer.writeUint32(crc32(writer.view()));
  return writer.finish();
}

/** `path` is for error messages. */
export function decodeManifest(bytes: Uint8Array, path: string): Manifest {
  const magic = Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1");
  if (magic !== MAGIC) {
    if (magic.startsWith(MAGIC_STEM) && /\d$/.test(magic)) {
      throw new StorageError("unknown_version", `manifest of version ${magic.slice(-1)}`, {
        path,
        offset: MAGIC_STEM.length,
      });
    }
    throw new StorageError("bad_format", "not a manifest", { path, offset: 0 });
  }
  const bodySize = bytes.length - CRC_SIZE;
  if (
    bodySize < MAGIC.length ||
    new ByteReader(bytes, bodySize).readUint32() !== crc32(bytes.subarray(0, bodySize))
  ) {
    throw new StorageError("checksum_mismatch", "damaged manifest", { path, offset: 0 });
  }
  try {
    return readBody(new ByteReader(bytes.subarray(0, bodySize), MAGIC.length));
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new StorageError("bad_format", "damaged manifest", { path, offset: cause.offset, cause });
  }
}

/** `undefined` when the folder has none. */
export function readManifest(files: FileSystem, folder: string): Manifest | undefined {
  const path = join(folder, MANIFEST_NAME);
  return files.status(path) === undefined ? undefined : decodeManifest(files.readFile(path), path);
}

/** Durable when it resolves. */
export async function writeManifest(files: FileSystem, folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomically(files, join(folder, MANIFEST_NAME), encodeManifest(manifest));
}

function readBody(reader: ByteReader): Manifest {
  const generation = reader.readUint64();
  const databaseId = Buffer.from(reader.readBytes(DATABASE_ID_SIZE)).toString("hex");
  const root = reader.readHash();
  const journals = readList(reader, () => ({ number: reader.readVarint(), knownSize: reader.readVarint() }));
  const tables = readList(reader, () => ({
    name: reader.readString(),
    chunkCount: reader.readVarint(),
    sizeBytes: reader.readVarint(),
    generation: reader.readUint8() === 1 ? ("old" as const) : ("young" as const),
  }));
  reader.expectEnd();
  return { generation, databaseId, root, journals, tables };
}

function readList<Item>(reader: ByteReader, readItem: () => Item): Item[] {
  const count = reader.readVarint();
  const items: Item[] = [];
  for (let i = 0; i < count; i++) items.push(readItem());
  return items;
}

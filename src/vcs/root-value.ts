/**
 * A root value: the tables of a database at one moment, with the database's default character set and collation. Equal
 * tables give equal addresses. Table names are compared case-sensitively, as MySQL does on Linux.
 *
 * Chunk: address of the tables tree (EMPTY_HASH when there is no table), then charset and collation (strings). The
 * tree maps names (UTF-8) to records: u8 count of addresses; schema, rows, indexes in order; then auto increment and
 * next row id (u64 big-endian each).
 */
import { assert } from "../base/assert.ts";
import { compareBytes } from "../bytes/compare.ts";
import { HASH_SIZE, type Hash, hashFromBytes, writeHash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { CHUNK_ROOT_VALUE, ChunkFormatError } from "../prolly/chunk-kinds.ts";
import type { NodeReader } from "../prolly/node-reader.ts";
import { openTree } from "../prolly/prolly-tree.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_ADDRESSES } from "../prolly/tree-node.ts";
import { addressListSize } from "../prolly/tree-walk.ts";
import { decodeChunk, encodeChunk } from "./chunk-codec.ts";

export interface TableRecord {
  /** Chunk of the schema (tables/schema-codec.ts). */
  readonly schema: Hash;
  /** Tree of the rows. */
  readonly primary: Hash;
  /** Trees of the secondary indexes, in the order of `schema.indexes`. */
  readonly indexes: readonly Hash[];
  /** The next AUTO_INCREMENT value; 0 = the table has none. */
  readonly autoIncrement: bigint;
  /** The next row id of a table without primary key. */
  readonly nextRowId: number;
}

export interface RootValue {
  /** Sorted by name (by UTF-8 bytes). */
  readonly tables: ReadonlyMap<string, TableRecord>;
  readonly charset: string;
  readonly collation: string;
}

const COUNTERS_SIZE = 16;

export function readRootValue(nodes: NodeReader, address: Hash): RootValue {
  const header = decodeRootHeader(nodes.chunks.mustGetChunk(address));
  const tables = new Map<string, TableRecord>();
  const cursor = openTree(nodes, header.tables, CONTENT_ADDRESSES).openCursor({}, "forward");
  while (cursor.next()) {
    const name = Buffer.from(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd)).toString("utf8");
    tables.set(name, decodeTableRecord(cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd)));
  }
  return { tables, charset: header.charset, collation: header.collation };
}

/** Stores a root value and gives its address. */
export function writeRootValue(chunks: ChunkStore, root: RootValue): Hash {
  const builder = new TreeBuilder(chunks, CONTENT_ADDRESSES);
  const entries = [...root.tables].map(([name, record]) => ({ key: Buffer.from(name, "utf8"), record }));
  entries.sort((left, right) => compareBytes(left.key, right.key));
  for (const { key, record } of entries) builder.append(key, encodeTableRecord(record));
  const tables = builder.finish();
  return chunks.putChunk(
    encodeChunk(CHUNK_ROOT_VALUE, (writer) => {
      writer.writeHash(tables);
      writer.writeString(root.charset);
      writer.writeString(root.collation);
    }),
  );
}

/** The root value with tables added, replaced or (undefined) removed. */
export function withTables(
  root: RootValue,
  changes: ReadonlyMap<string, TableRecord | undefined>,
): RootValue {
  const changed = new Map(root.tables);
  for (const [name, record] of changes) {
    if (record === undefined) changed.delete(name);
    else changed.set(name, record);
  }
  const names = [...changed.keys()].sort((left, right) =>
    compareBytes(Buffer.from(left), Buffer.from(right)),
  );
  const tables = new Map<string, TableRecord>();
  for (const name of names) {
    const record = changed.get(name);
    if (record !== undefined) tables.set(name, record);
  }
  return { ...root, tables };
}

/** Same schema and rows. Counters don't count: they move without a row being changed. */
export function tablesEqual(left: TableRecord | undefined, right: TableRecord | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.schema === right.schema &&
    left.primary === right.primary &&
    left.indexes.length === right.indexes.length &&
    left.indexes.every((root, index) => root === right.indexes[index])
  );
}

/** Same tables and defaults. */
export function rootsEqual(left: RootValue, right: RootValue): boolean {
  return (
    left.charset === right.charset &&
    left.collation === right.collation &&
    left.tables.size === right.tables.size &&
    [...left.tables].every(([name, record]) => tablesEqual(record, right.tables.get(name)))
  );
}

/** The fields of a root value's own chunk. */
export function decodeRootHeader(chunk: Uint8Array): {
  readonly tables: Hash;
  readonly charset: string;
  readonly collation: string;
} {
  return decodeChunk(chunk, CHUNK_ROOT_VALUE, (reader) => ({
    tables: reader.readHash(),
    charset: reader.readString(),
    collation: reader.readString(),
  }));
}

function encodeTableRecord(record: TableRecord): Uint8Array {
  const addresses = [record.schema, record.primary, ...record.indexes];
  assert(addresses.length <= 255, "a table has at most 253 indexes");
  const size = addressListSize(addresses.length);
  const bytes = new Uint8Array(size + COUNTERS_SIZE);
  bytes[0] = addresses.length;
  addresses.forEach((address, index) => {
    writeHash(address, bytes, 1 + HASH_SIZE * index);
  });
  const view = new DataView(bytes.buffer);
  view.setBigUint64(size, record.autoIncrement);
  view.setBigUint64(size + 8, BigInt(record.nextRowId));
  return bytes;
}

function decodeTableRecord(bytes: Uint8Array): TableRecord {
  const count = bytes[0] ?? 0;
  const size = addressListSize(count);
  if (count < 2 || bytes.length !== size + COUNTERS_SIZE) {
    throw new ChunkFormatError("malformed_chunk", "a table record is malformed");
  }
  const addressAt = (index: number): Hash => hashFromBytes(bytes, 1 + HASH_SIZE * index);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    schema: addressAt(0),
    primary: addressAt(1),
    indexes: Array.from({ length: count - 2 }, (_, index) => addressAt(index + 2)),
    autoIncrement: view.getBigUint64(size),
    nextRowId: Number(view.getBigUint64(size + 8)),
  };
}

/**
 * A root value: the tables of a database at one moment, with the database's default character set and collation. Equal
 * tables give equal addresses. Table names are compared case-sensitively, as MySQL does on Linux.
 *
 * Chunk: kind, version, address of the tables tree (EMPTY_HASH when there is no table), then charset and collation,
 * each as u8 length and UTF-8. The tables tree maps names to encoded table records.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import type { NodeReader } from "../prolly/node-reader.ts";

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
  /** Sorted by name (by code unit). */
  readonly tables: ReadonlyMap<string, TableRecord>;
  readonly charset: string;
  readonly collation: string;
}

export declare function readRootValue(nodes: NodeReader, address: Hash): RootValue;
/** Stores a root value and gives its address. */
export declare function writeRootValue(chunks: ChunkStore, root: RootValue): Hash;
export declare function withTable(root: RootValue, name: string, record: TableRecord | undefined): RootValue;
/** Same schema and rows. Counters don't count: they move without a row being changed. */
export declare function tablesEqual(left: TableRecord, right: TableRecord): boolean;

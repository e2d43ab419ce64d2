/** Compiled once per schema: rows to and from key and value tuples. */
import type { Hash } from "../bytes/hash.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import type { Value } from "../values/value.ts";
import type { TableSchema } from "./schema.ts";

export type ReadBlob = (hash: Hash) => Uint8Array;
export type WriteBlob = (bytes: Uint8Array) => Hash;

export interface EncodedRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What {@link FieldReader.locate} found. */
export const FIELD_NULL = 0;
/** `bytes[start, end)` is the encoded field. */
export const FIELD_INLINE = 1;
/** `bytes[start, end)` is a blob's address (20 bytes) and length (u64 little-endian). */
export const FIELD_EXTERNAL = 2;
export type FieldState = 0 | 1 | 2;

/** Reads one column of a row by offsets. One synchronous user at a time: the fields show the last located range. */
export interface FieldReader {
  /** How `bytes[start, end)` is encoded: by the column's KeyCodec, or by its FieldCodec. */
  readonly encoding: "key" | "field";
  bytes: Uint8Array;
  start: number;
  end: number;
  locate(slot: TupleSlot): FieldState;
  read(slot: TupleSlot, readBlob: ReadBlob): Value;
}

/** `index` below is 0 for the primary index, n for `schema.indexes[n - 1]`. Values are in schema column order, virtual
 *  generated columns included (as the caller computed them; they are not stored); TIMESTAMP values are in UTC. */
export interface RowCodec {
  readonly schema: TableSchema;
  /** True for a table without primary key: its key is a row id of 8 bytes. */
  readonly keyless: boolean;
  /** `rowId` is used by a table without primary key only. Long fields stay inline: see {@link externalizeValue}. */
  encodeRow(values: readonly Value[], rowId: number): EncodedRow;
  /** All columns; virtual generated ones are null. */
  decodeRow(slot: TupleSlot, readBlob: ReadBlob): Value[];
  encodePrimaryKey(values: readonly Value[]): Uint8Array;
  /** Key of the first parts of an index; one value per part. For look-ups and range bounds. */
  encodeKeyPrefix(index: number, partValues: readonly Value[]): Uint8Array;
  /** The entry of a secondary index for a row: index parts, then the primary key. */
  encodeIndexKey(index: number, values: readonly Value[], primaryKey: Uint8Array): Uint8Array;
  /** Only the parts of the index, and whether any of them is NULL (then a unique index lets it pass). */
  encodeUniqueParts(
    index: number,
    values: readonly Value[],
  ): { readonly key: Uint8Array; readonly hasNull: boolean };
  /** Where the primary key starts inside the index entry `bytes[start, end)`; it extends to `end`. */
  primaryKeyStart(index: number, bytes: Uint8Array, start: number, end: number): number;
  fieldReader(columnIndex: number): FieldReader;
  /** A reader of a column out of a secondary index entry (a covering read); undefined when it isn't decodable. */
  indexFieldReader(index: number, columnIndex: number): FieldReader | undefined;
  /** Moves the long fields of an inline value tuple into blobs. Every value tuple that goes into a tree passes
   *  through here (checkpoint, bulk build); the same row always gives the same tuple. */
  externalizeValue(value: Uint8Array, writeBlob: WriteBlob): Uint8Array;
}

export declare function createRowCodec(schema: TableSchema): RowCodec;
/** The smallest key that is greater than every key beginning with `prefix`; undefined when there is none. */
export declare function prefixSuccessor(prefix: Uint8Array): Uint8Array | undefined;

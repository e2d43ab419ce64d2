/**
 * Rows to and from key and value tuples, compiled once per schema.
 *
 * The primary key tuple joins the key parts in order (a table without primary key: a row id, 8 bytes big-endian). The
 * value tuple (value-tuple.ts) holds all other stored columns in schema order. A primary key column is left out of it
 * only when it can be read from the key at a fixed place: fixed-width and so are all parts before it. An entry of a
 * secondary index has the index parts followed by the primary key as its key, and no value.
 *
 * `index` below is 0 for the primary index and n for `schema.indexes[n - 1]`. Row values are in schema column order,
 * virtual generated columns included (as the caller computed them; they are not stored). TIMESTAMP values are in UTC.
 */
import { assert } from "../base/assert.ts";
import { type Hash, hashFromBytes } from "../bytes/hash.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { type FieldCodec, fieldCodecFor } from "../values/codec/field-codec.ts";
import { FieldWriter } from "../values/codec/field-writer.ts";
import { type KeyCodec, keyCodecFor } from "../values/codec/key-codec.ts";
import type { SqlType } from "../values/sql-type.ts";
import type { Value } from "../values/value.ts";
import {
  type FieldReader,
  FixedKeyReader,
  KeyPartReader,
  type ReadBlob,
  ValueFieldReader,
  VirtualFieldReader,
} from "./field-reader.ts";
import type { Column, IndexDefinition, IndexPart, TableSchema } from "./schema.ts";
import {
  decodeTuple,
  externalizeTuple,
  NARROW_NULL,
  NARROW_OFFSET_MASK,
  TUPLE_WIDE,
  type TupleField,
  WIDE_NULL,
} from "./value-tuple.ts";

export {
  FIELD_EXTERNAL,
  FIELD_INLINE,
  FIELD_NULL,
  type FieldReader,
  type FieldState,
  type ReadBlob,
} from "./field-reader.ts";

export type WriteBlob = (bytes: Uint8Array) => Hash;

const ROW_ID_SIZE = 8;

export interface EncodedRow {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface UniqueParts {
  readonly key: Uint8Array;
  /** Some part is NULL: then a unique index lets the row pass. */
  readonly hasNull: boolean;
}

/** Full-text and spatial indexes are kept in the schema only: they have no entries, and their tree is empty. */
export function hasEntries(definition: IndexDefinition): boolean {
  return definition.kind === "unique" || definition.kind === "index";
}

/** The smallest byte string that is greater than every one beginning with `prefix`; undefined when there is none. */
export function prefixSuccessor(prefix: Uint8Array): Uint8Array | undefined {
  let size = prefix.length;
  while (size > 0 && prefix[size - 1] === 0xff) size--;
  if (size === 0) return undefined;
  const successor = Uint8Array.prototype.slice.call(prefix, 0, size);
  successor[size - 1] = (successor[size - 1] as number) + 1;
  return successor;
}

/** The key of a row in a table without primary key. */
export function encodeRowId(rowId: number): Uint8Array {
  const key = new Uint8Array(ROW_ID_SIZE);
  new DataView(key.buffer).setBigUint64(0, BigInt(rowId));
  return key;
}

export function decodeRowId(bytes: Uint8Array, start: number): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset + start, ROW_ID_SIZE).getBigUint64(0));
}

export function createRowCodec(schema: TableSchema): RowCodec {
  return new RowCodec(schema);
}

/** A part of a key: which column it takes, and how it lies. */
interface KeyPart {
  readonly columnIndex: number;
  readonly codec: KeyCodec;
}

export class RowCodec {
  readonly schema: TableSchema;
  /** True for a table without primary key. */
  readonly keyless: boolean;
  /** Key parts by index number; the primary key's at 0. */
  readonly #parts: readonly (readonly KeyPart[])[];
  /** Offset in the primary key by column, for the columns that live in the key alone. */
  readonly #keyOffsets: ReadonlyMap<number, number>;
  /** Field number in the value tuple by column; -1 for columns without a field. */
  readonly #fieldIndexes: readonly number[];
  readonly #storedColumns: readonly { readonly columnIndex: number; readonly codec: FieldCodec }[];
  readonly #external: readonly boolean[];
  /** Size of every primary key; undefined when it varies. */
  readonly #keyWidth: number | undefined;
  readonly #readers: readonly FieldReader[];
  readonly #writer = new FieldWriter();
  readonly #ends: number[];

  constructor(schema: TableSchema) {
    this.schema = schema;
    this.keyless = schema.primaryKey.length === 0;
    const columnIndexes = new Map(schema.columns.map(({ id }, index) => [id, index]));
    const toParts = (parts: readonly IndexPart[]): KeyPart[] =>
      parts.map((part) => toKeyPart(schema, columnIndexes, part));
    this.#parts = [
      toParts(schema.primaryKey),
      ...schema.indexes.map((definition) => (hasEntries(definition) ? toParts(definition.parts) : [])),
    ];
    const primary = this.#mustGetParts(0);
    this.#keyOffsets = keyOffsetsOf(primary);
    this.#keyWidth = this.keyless ? ROW_ID_SIZE : totalWidth(primary.map(({ codec }) => codec));
    const stored = schema.columns.flatMap((column, columnIndex) =>
      isVirtual(column) || this.#keyOffsets.has(columnIndex)
        ? []
        : [{ columnIndex, codec: fieldCodecFor(column.type) }],
    );
    this.#storedColumns = stored;
    this.#fieldIndexes = schema.columns.map((_, at) =>
      stored.findIndex(({ columnIndex }) => columnIndex === at),
    );
    this.#external = stored.map(({ codec }) => mayBeExternal(codec.type));
    this.#ends = stored.map(() => 0);
    this.#readers = schema.columns.map((_, columnIndex) => this.fieldReader(columnIndex));
  }

  /** `rowId` is used by a table without primary key only. Long fields stay inline: see {@link externalizeValue}. */
  encodeRow(values: readonly Value[], rowId: number): EncodedRow {
    assert(values.length === this.schema.columns.length, "a row has a value for every column");
    const key = this.keyless ? encodeRowId(rowId) : this.encodePrimaryKey(values);
    return { key, value: this.encodeValue(values) };
  }

  encodeValue(values: readonly Value[]): Uint8Array {
    const writer = this.#writer;
    const stored = this.#storedColumns;
    const ends = this.#ends;
    writer.reset();
    for (let field = 0; field < stored.length; field++) {
      const { columnIndex, codec } = stored[field] as (typeof stored)[number];
      const value = values[columnIndex] as Value;
      if (value !== null) codec.encode(value, writer);
      ends[field] = value === null ? -writer.size - 1 : writer.size;
    }
    return assembleTuple(ends, writer);
  }

  /** All columns; virtual generated ones are null. */
  decodeRow(slot: TupleSlot, readBlob: ReadBlob): Value[] {
    const readers = this.#readers;
    const values: Value[] = new Array(readers.length);
    for (let index = 0; index < readers.length; index++) {
      values[index] = (readers[index] as FieldReader).read(slot, readBlob);
    }
    return values;
  }

  /** For a table with a primary key. */
  encodePrimaryKey(values: readonly Value[]): Uint8Array {
    assert(!this.keyless, "the table has a primary key");
    this.#writer.reset();
    for (const { columnIndex, codec } of this.#mustGetParts(0)) {
      codec.encode(values[columnIndex] as Value, this.#writer);
    }
    return this.#writer.toBytes();
  }

  /** The key of the first parts of an index, one value per part: for look-ups and range bounds. */
  encodeKeyPrefix(index: number, partValues: readonly Value[]): Uint8Array {
    const parts = this.#mustGetParts(index);
    assert(partValues.length <= parts.length, "no more values than key parts");
    this.#writer.reset();
    partValues.forEach((value, at) => {
      (parts[at] as KeyPart).codec.encode(value, this.#writer);
    });
    return this.#writer.toBytes();
  }

  /** The key of a row's entry in a secondary index: its parts, then the primary key. */
  encodeIndexKey(index: number, values: readonly Value[], primaryKey: Uint8Array): Uint8Array {
    return this.writeIndexKey(index, values, primaryKey, 0, primaryKey.length).toBytes();
  }

  /** {@link encodeIndexKey} without a copy: what was written lasts until this codec encodes again. */
  writeIndexKey(
    index: number,
    values: readonly Value[],
    primaryKey: Uint8Array,
    keyStart: number,
    keyEnd: number,
  ): FieldWriter {
    const writer = this.#writer;
    writer.reset();
    for (const { columnIndex, codec } of this.#mustGetParts(index)) {
      codec.encode(values[columnIndex] as Value, writer);
    }
    writer.writeBytes(primaryKey, keyStart, keyEnd);
    return writer;
  }

  /** Then a unique index lets the row pass. */
  hasNullPart(index: number, values: readonly Value[]): boolean {
    return this.#mustGetParts(index).some(({ columnIndex }) => values[columnIndex] === null);
  }

  /** Only the parts of the index: the prefix that no other row may have in a unique index. */
  encodeUniqueParts(index: number, values: readonly Value[]): UniqueParts {
    this.#writer.reset();
    let hasNull = false;
    for (const { columnIndex, codec } of this.#mustGetParts(index)) {
      const value = values[columnIndex] as Value;
      if (value === null) hasNull = true;
      codec.encode(value, this.#writer);
    }
    return { key: this.#writer.toBytes(), hasNull };
  }

  /** The codecs of an index's parts, for callers that build bounds themselves. */
  keyCodecs(index: number): readonly KeyCodec[] {
    return this.#mustGetParts(index).map(({ codec }) => codec);
  }

  /** Where the primary key starts inside the index entry `bytes[start, end)`; it extends to `end`. */
  primaryKeyStart(index: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.#keyWidth !== undefined) return end - this.#keyWidth;
    let at = start;
    for (const { codec } of this.#mustGetParts(index)) at = codec.skip(bytes, at);
    return at;
  }

  /** A new reader of a column in rows of the primary index. */
  fieldReader(columnIndex: number): FieldReader {
    const column = this.schema.columns[columnIndex];
    assert(column !== undefined, "the column exists");
    if (isVirtual(column)) return new VirtualFieldReader();
    const offset = this.#keyOffsets.get(columnIndex);
    if (offset !== undefined) {
      const part = this.#mustGetParts(0).find((candidate) => candidate.columnIndex === columnIndex);
      assert(part?.codec.fixedWidth !== undefined, "a column at a fixed place of the key is fixed-width");
      return new FixedKeyReader(offset, part.codec.fixedWidth, part.codec);
    }
    const codec = fieldCodecFor(column.type);
    return new ValueFieldReader(this.#fieldIndexes[columnIndex] as number, codec, absentField(column, codec));
  }

  /** A new reader of a column out of entries of a secondary index (a covering read); undefined when the entry does not
   *  hold it in a form that can be read back. */
  indexFieldReader(index: number, columnIndex: number): FieldReader | undefined {
    const parts = [...this.#mustGetParts(index), ...this.#mustGetParts(0)];
    const at = parts.findIndex((part) => part.columnIndex === columnIndex && part.codec.reversible);
    const part = parts[at];
    if (part === undefined) return undefined;
    const before = parts.slice(0, at).map(({ codec }) => codec);
    const offset = totalWidth(before);
    const width = part.codec.fixedWidth;
    if (offset !== undefined && width !== undefined) return new FixedKeyReader(offset, width, part.codec);
    return new KeyPartReader(before, part.codec, fieldCodecFor(part.codec.type).fixedWidth !== undefined);
  }

  /**
   * Moves the long fields of an inline value tuple into blobs. Every value tuple that goes into a tree passes through
   * here (checkpoint, bulk build), and the same row always gives the same tuple. Edits in the log and in memory keep
   * their fields inline, so that they depend on no chunk that is not yet durable.
   */
  externalizeValue(value: Uint8Array, writeBlob: WriteBlob): Uint8Array {
    return externalizeTuple(value, (field) => this.#external[field] === true, writeBlob);
  }

  /** All stored fields of a value tuple with their bytes in hand: blobs read, fields it is too short for filled in. Two
   *  tuples hold the same row when these are equal. */
  inlineFields(value: Uint8Array, readBlob: ReadBlob): readonly TupleField[] {
    const fields = decodeTuple(value, 0);
    return this.#storedColumns.map(({ columnIndex, codec }, at) => {
      const field = fields[at];
      if (field === undefined) {
        const absent = absentField(this.schema.columns[columnIndex] as Column, codec);
        return absent === undefined ? { kind: "null" } : inlineField(absent);
      }
      return field.kind === "external"
        ? inlineField(readBlob(hashFromBytes(field.bytes, field.start)))
        : field;
    });
  }

  #mustGetParts(index: number): readonly KeyPart[] {
    const parts = this.#parts[index];
    assert(parts !== undefined, "the index exists");
    return parts;
  }
}

function toKeyPart(
  schema: TableSchema,
  columnIndexes: ReadonlyMap<number, number>,
  part: IndexPart,
): KeyPart {
  const columnIndex = columnIndexes.get(part.columnId);
  const column = columnIndex === undefined ? undefined : schema.columns[columnIndex];
  assert(columnIndex !== undefined && column !== undefined, "a key part names a column of the table");
  const nullable = column.nullable && !schema.primaryKey.some(({ columnId }) => columnId === column.id);
  const { descending, prefixLength } = part;
  const options = { nullable, descending };
  return {
    columnIndex,
    codec: keyCodecFor(column.type, prefixLength === undefined ? options : { ...options, prefixLength }),
  };
}

function isVirtual({ generated }: Column): boolean {
  return generated !== undefined && !generated.stored;
}

/** The offsets of the leading fixed-width parts of the primary key. */
function keyOffsetsOf(parts: readonly KeyPart[]): Map<number, number> {
  const offsets = new Map<number, number>();
  let offset = 0;
  for (const { columnIndex, codec } of parts) {
    if (codec.fixedWidth === undefined) break;
    if (codec.reversible) offsets.set(columnIndex, offset);
    offset += codec.fixedWidth;
  }
  return offsets;
}

function totalWidth(codecs: readonly KeyCodec[]): number | undefined {
  let width = 0;
  for (const { fixedWidth } of codecs) {
    if (fixedWidth === undefined) return undefined;
    width += fixedWidth;
  }
  return width;
}

function mayBeExternal({ kind }: SqlType): boolean {
  return kind === "string" || kind === "binary" || kind === "json" || kind === "geometry";
}

function absentField({ absentValue }: Column, codec: FieldCodec): Uint8Array | undefined {
  if (absentValue === undefined || absentValue === null) return undefined;
  const writer = new FieldWriter();
  codec.encode(absentValue, writer);
  return writer.toBytes();
}

function inlineField(bytes: Uint8Array): TupleField {
  return { kind: "inline", bytes, start: 0, end: bytes.length };
}

/** Tuples share blocks of memory: one of its own costs each an allocation outside the heap, and the collector as much. */
const TUPLE_BLOCK_SIZE = 32_768;
const TUPLE_SIZE_SHARED_MAX = 2_048;
let tupleBlock = new ArrayBuffer(TUPLE_BLOCK_SIZE);
let tupleBlockUsed = 0;

function allocateTuple(size: number): Uint8Array {
  if (size > TUPLE_SIZE_SHARED_MAX) return new Uint8Array(size);
  if (tupleBlockUsed + size > TUPLE_BLOCK_SIZE) {
    tupleBlock = new ArrayBuffer(TUPLE_BLOCK_SIZE);
    tupleBlockUsed = 0;
  }
  const tuple = new Uint8Array(tupleBlock, tupleBlockUsed, size);
  tupleBlockUsed += size;
  return tuple;
}

/** Joins encoded fields to a tuple. `ends` are the ends in `data`; -end - 1 for NULL. */
function assembleTuple(ends: readonly number[], data: FieldWriter): Uint8Array {
  const count = ends.length;
  const narrowHeader = 2 + 2 * count;
  const wide = narrowHeader + data.size > NARROW_OFFSET_MASK;
  const header = wide ? 2 + 4 * count : narrowHeader;
  const tuple = allocateTuple(header + data.size);
  const head = count | (wide ? TUPLE_WIDE : 0);
  tuple[0] = head;
  tuple[1] = head >>> 8;
  for (let field = 0; field < count; field++) {
    const coded = ends[field] as number;
    const end = header + (coded < 0 ? -coded - 1 : coded);
    const at = 2 + field * (wide ? 4 : 2);
    const word = coded < 0 ? end + (wide ? WIDE_NULL : NARROW_NULL) : end;
    tuple[at] = word;
    tuple[at + 1] = word >>> 8;
    if (wide) {
      tuple[at + 2] = word >>> 16;
      tuple[at + 3] = word >>> 24;
    }
  }
  const { bytes, size } = data;
  if (size > 64) tuple.set(bytes.subarray(0, size), header);
  else for (let i = 0; i < size; i++) tuple[header + i] = bytes[i] as number;
  return tuple;
}

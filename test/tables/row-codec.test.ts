import { describe, expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { MemoryChunkStore } from "../../src/chunks/memory-chunk-store.ts";
import { readBlob, writeBlob } from "../../src/prolly/blob.ts";
import type { TupleSlot } from "../../src/prolly/tuple-cursor.ts";
import {
  createRowCodec,
  FIELD_EXTERNAL,
  FIELD_INLINE,
  FIELD_NULL,
  prefixSuccessor,
} from "../../src/tables/row-codec.ts";
import type { Column, TableSchema } from "../../src/tables/schema.ts";
import { decodeTuple, walkTupleAddresses } from "../../src/tables/value-tuple.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

const INT: SqlType = { kind: "integer", name: "int", unsigned: false, zerofill: false };
const BIGINT: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const TEXT: SqlType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_bin",
};
const NAME: SqlType = {
  kind: "string",
  name: "varchar",
  length: 50,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_bin",
};

function column(id: number, name: string, type: SqlType, more: Partial<Column> = {}): Column {
  return { id, name, type, nullable: true, autoIncrement: false, invisible: false, comment: "", ...more };
}

function schemaOf(columns: readonly Column[], more: Partial<TableSchema> = {}): TableSchema {
  return {
    columns,
    primaryKey: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    charset: "utf8mb4",
    collation: "utf8mb4_0900_ai_ci",
    engine: "InnoDB",
    comment: "",
    options: {},
    nextId: 100,
    ...more,
  };
}

const part = (columnId: number, descending = false) => ({ columnId, descending });
const slotOf = (key: Uint8Array, value: Uint8Array): TupleSlot => ({
  keyBytes: key,
  keyStart: 0,
  keyEnd: key.length,
  valueBytes: value,
  valueStart: 0,
  valueEnd: value.length,
});
const noBlobs = (): never => {
  throw new Error("no blob is read");
};

const people = schemaOf(
  [
    column(1, "id", INT, { nullable: false }),
    column(2, "name", NAME),
    column(3, "age", INT),
    column(4, "bio", TEXT),
    column(5, "twice", INT, { generated: { sql: "`age` * 2", stored: false } }),
  ],
  {
    primaryKey: [part(1)],
    indexes: [
      { id: 10, name: "by_name", kind: "unique", parts: [part(2)], visible: true, comment: "" },
      { id: 11, name: "by_age", kind: "index", parts: [part(3, true), part(2)], visible: true, comment: "" },
    ],
  },
);

describe("RowCodec", () => {
  test("gives back the row that was encoded, but for virtual columns", () => {
    const codec = createRowCodec(people);
    const row: Value[] = [-7, "Ann", null, "écrit", 14];
    const { key, value } = codec.encodeRow(row, 0);
    expect(codec.decodeRow(slotOf(key, value), noBlobs)).toEqual([-7, "Ann", null, "écrit", null]);
  });

  test("keeps a fixed-width primary key out of the value tuple", () => {
    const { key, value } = createRowCodec(people).encodeRow([1, "a", 2, "b", null], 0);
    expect(key.length).toBe(4);
    expect(decodeTuple(value, 0)).toHaveLength(3);
  });

  test("keeps rows readable whose tuple is wide", () => {
    const codec = createRowCodec(people);
    const row: Value[] = [1, null, 3, "x".repeat(40_000), null];
    const { key, value } = codec.encodeRow(row, 0);
    expect(codec.decodeRow(slotOf(key, value), noBlobs)).toEqual(row);
  });

  test("moves long fields into blobs and reads them back; doing it twice changes nothing", () => {
    const store = new MemoryChunkStore();
    const codec = createRowCodec(people);
    const row: Value[] = [1, "n", 3, "long ".repeat(10_000), null];
    const { key, value } = codec.encodeRow(row, 0);
    const outside = codec.externalizeValue(value, (bytes) => writeBlob(store, bytes));
    expect(outside.length).toBeLessThan(100);
    expect(codec.externalizeValue(outside, noBlobs)).toEqual(outside);
    expect(codec.decodeRow(slotOf(key, outside), (hash) => readBlob(store, hash))).toEqual(row);
    const reader = codec.fieldReader(3);
    expect(reader.locate(slotOf(key, outside))).toBe(FIELD_EXTERNAL);
    const found: string[] = [];
    walkTupleAddresses(outside, 0, outside.length, (hash) => found.push(hash));
    expect(found).toHaveLength(1);
  });

  test("field readers give the range, the NULL flag and the value of one column", () => {
    const codec = createRowCodec(people);
    const { key, value } = codec.encodeRow([5, "Bo", null, "t", null], 0);
    const slot = slotOf(key, value);
    const name = codec.fieldReader(1);
    expect(name.locate(slot)).toBe(FIELD_INLINE);
    expect(Buffer.from(name.bytes.subarray(name.start, name.end)).toString()).toBe("Bo");
    expect(codec.fieldReader(2).locate(slot)).toBe(FIELD_NULL);
    expect(codec.fieldReader(0).read(slot, noBlobs)).toBe(5);
    expect(codec.fieldReader(0).encoding).toBe("field");
  });

  test("a row written before a column was added has the value that the column was added with", () => {
    const before = createRowCodec(schemaOf([column(1, "a", INT)]));
    const { key, value } = before.encodeRow([1], 1);
    const after = schemaOf([
      column(1, "a", INT),
      column(2, "b", NAME, { absentValue: "old", default: { kind: "literal", value: "new" } }),
      column(3, "c", INT),
    ]);
    expect(createRowCodec(after).decodeRow(slotOf(key, value), noBlobs)).toEqual([1, "old", null]);
  });

  test("a table without primary key orders rows by row id", () => {
    const codec = createRowCodec(schemaOf([column(1, "a", INT)]));
    expect(codec.keyless).toBe(true);
    const keys = [1, 255, 256, 2 ** 40].map((rowId) => codec.encodeRow([0], rowId).key);
    for (let i = 1; i < keys.length; i++) expect(compareBytes(keys[i - 1]!, keys[i]!)).toBeLessThan(0);
  });

  test("index entries sort by their parts and end with the primary key", () => {
    const codec = createRowCodec(people);
    const rows: Value[][] = [
      [1, "b", 30, "", null],
      [2, "a", 30, "", null],
      [3, "c", 40, "", null],
      [4, "d", null, "", null],
    ];
    const entries = rows.map((row) => {
      const primaryKey = codec.encodePrimaryKey(row);
      return { id: row[0], key: codec.encodeIndexKey(2, row, primaryKey), primaryKey };
    });
    for (const { key, primaryKey } of entries) {
      expect(key.subarray(codec.primaryKeyStart(2, key, 0, key.length))).toEqual(primaryKey);
    }
    entries.sort((left, right) => compareBytes(left.key, right.key));
    // age DESC, name ASC; NULL is last in descending order.
    expect(entries.map(({ id }) => id)).toEqual([3, 2, 1, 4]);
  });

  test("columns are read out of index entries when the entry holds them", () => {
    const codec = createRowCodec(people);
    const row: Value[] = [9, "zoe", 33, "x", null];
    const key = codec.encodeIndexKey(2, row, codec.encodePrimaryKey(row));
    const slot = slotOf(key, new Uint8Array(0));
    const read = (columnIndex: number) => codec.indexFieldReader(2, columnIndex)?.read(slot, noBlobs);
    expect([read(0), read(1), read(2)]).toEqual([9, "zoe", 33]);
    expect(codec.indexFieldReader(2, 3)).toBeUndefined();
  });

  test("says when unique parts hold a NULL", () => {
    const codec = createRowCodec(people);
    expect(codec.encodeUniqueParts(1, [1, null, 2, "", null]).hasNull).toBe(true);
    const parts = codec.encodeUniqueParts(1, [1, "a", 2, "", null]);
    expect(parts.hasNull).toBe(false);
    const entry = codec.encodeIndexKey(
      1,
      [1, "a", 2, "", null],
      codec.encodePrimaryKey([1, "a", 2, "", null]),
    );
    expect(entry.subarray(0, parts.key.length)).toEqual(parts.key);
  });

  test("a later primary key column behind one of varying size is stored in the value tuple", () => {
    const codec = createRowCodec(
      schemaOf([column(1, "n", NAME, { nullable: false }), column(2, "i", BIGINT, { nullable: false })], {
        primaryKey: [part(1), part(2)],
      }),
    );
    const { key, value } = codec.encodeRow(["a", 2], 0);
    expect(decodeTuple(value, 0)).toHaveLength(2);
    expect(codec.decodeRow(slotOf(key, value), noBlobs)).toEqual(["a", 2]);
  });
});

describe("prefixSuccessor", () => {
  test("is above every key with the prefix and not above the next one", () => {
    expect(prefixSuccessor(Uint8Array.of(1, 255))).toEqual(Uint8Array.of(2));
    expect(prefixSuccessor(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 3));
    expect(prefixSuccessor(Uint8Array.of(255))).toBeUndefined();
  });
});

import { tmpdir } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../../src/bytes/compare.ts";
import { readBlob, writeBlob } from "../../../src/prolly/blob.ts";
import { checkTable } from "../../../src/tables/check-table.ts";
import { createRowCodec } from "../../../src/tables/row-codec.ts";
import type { Column, TableSchema } from "../../../src/tables/schema.ts";
import { decodeSchema, encodeSchema } from "../../../src/tables/schema-codec.ts";
import type { SqlType } from "../../../src/values/sql-type.ts";
import type { Value } from "../../../src/values/value.ts";
import { mergeRoots } from "../../../src/vcs/merge-roots.ts";
import type { TableRecord } from "../../../src/vcs/root-value.ts";
import { blobReader, openIndex, openRows } from "../../../src/vcs/table-access.ts";
import { column, PEOPLE, type Rows, SampleRepository } from "../../vcs/sample-repository.ts";

const repository = new SampleRepository();
const store = { nodes: repository.nodes, chunks: repository.chunks, spillFolder: tmpdir() };

const integer = (name: "tinyint" | "int" | "bigint", unsigned: boolean): SqlType => ({
  kind: "integer",
  name,
  unsigned,
  zerofill: false,
});
const canonical = (value: bigint): Value =>
  BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;

/** A column type with values of it. */
const typed: fc.Arbitrary<{ readonly type: SqlType; readonly value: fc.Arbitrary<Value> }> = fc.constantFrom<{
  readonly type: SqlType;
  readonly value: fc.Arbitrary<Value>;
}>(
  { type: integer("tinyint", false), value: fc.integer({ min: -128, max: 127 }) },
  { type: integer("int", true), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
  {
    type: integer("bigint", false),
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(canonical),
  },
  { type: integer("bigint", true), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(canonical) },
  {
    type: { kind: "float", name: "double", unsigned: false, zerofill: false },
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  },
  {
    type: { kind: "string", name: "varchar", length: 200, charset: "utf8mb4", collation: "utf8mb4_0900_bin" },
    value: fc.string({ unit: "grapheme", maxLength: 20 }),
  },
  {
    type: {
      kind: "string",
      name: "longtext",
      length: 4294967295,
      charset: "utf8mb4",
      collation: "utf8mb4_0900_ai_ci",
    },
    value: fc.tuple(fc.string(), fc.nat(6000)).map(([text, n]) => text + "t".repeat(n)),
  },
  { type: { kind: "binary", name: "varbinary", length: 200 }, value: fc.uint8Array({ maxLength: 30 }) },
  { type: { kind: "year" }, value: fc.constantFrom(0, 1901, 2155) },
  { type: { kind: "time", fraction: 6 }, value: fc.integer({ min: -3020399000000, max: 3020399000000 }) },
);

const plain = (value: Value): unknown => (value instanceof Uint8Array ? [...value] : value);

describe("RowCodec", () => {
  const cell = typed.chain(({ type, value }) =>
    fc.record({
      type: fc.constant(type),
      values: fc.tuple(fc.option(value, { nil: null }), fc.option(value, { nil: null })),
      keyValues: fc.tuple(value, value),
    }),
  );

  test("rows read back, inline and with long fields in blobs, and keys sort as their parts do", () => {
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 1, maxLength: 6 }),
        fc.nat(3),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        (cells, keyCount, descending) => {
          const keys = Math.min(keyCount, cells.length);
          const columns: Column[] = cells.map(({ type }, at) =>
            column(at + 1, `c${at}`, type, { nullable: at >= keys }),
          );
          const schema: TableSchema = {
            ...PEOPLE,
            columns,
            primaryKey: columns
              .slice(0, keys)
              .map(({ id }, at) => ({ columnId: id, descending: descending[at]! })),
            indexes: [],
          };
          const codec = createRowCodec(schema);
          const rows = [0, 1].map((n) => cells.map((c, at) => (at < keys ? c.keyValues[n]! : c.values[n]!)));
          const encoded = rows.map((row, n) => codec.encodeRow(row, n + 1));
          encoded.forEach(({ key, value }, n) => {
            const stored = codec.externalizeValue(value, (bytes) => writeBlob(repository.chunks, bytes));
            for (const bytes of [value, stored]) {
              const slot = {
                keyBytes: key,
                keyStart: 0,
                keyEnd: key.length,
                valueBytes: bytes,
                valueStart: 0,
                valueEnd: bytes.length,
              };
              const read = codec.decodeRow(slot, (hash) => readBlob(repository.chunks, hash));
              expect(read.map(plain)).toEqual(rows[n]!.map(plain));
            }
            // What is in blobs is the same row: taken back inline it is stored alike.
            expect(codec.encodeValue(rows[n]!)).toEqual(value);
          });
          const [left, right] = encoded.map(({ key }) => key);
          const single = cells[0]!;
          if (
            keys === 1 &&
            (single.type.kind === "integer" || single.type.kind === "float" || single.type.kind === "time")
          ) {
            const [a, b] = single.keyValues as readonly [number | bigint, number | bigint];
            const expected = (a < b ? -1 : a > b ? 1 : 0) * (descending[0] ? -1 : 1);
            expect(Math.sign(compareBytes(left!, right!)) + 0).toBe(expected + 0);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("schemas read back from their chunk, byte for byte", () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
        const columns = cells.map(({ type, values }, at) =>
          column(at + 1, `c${at}`, type, {
            default: { kind: "literal", value: values[0] },
            ...(values[1] === null ? {} : { absentValue: values[1] }),
          }),
        );
        const bytes = encodeSchema({ ...PEOPLE, columns });
        expect(encodeSchema(decodeSchema(bytes))).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });
});

describe("mergeRoots", () => {
  const row = fc.tuple(
    fc.nat(5),
    fc.option(fc.constantFrom("a", "b", "C", "long".repeat(20)), { nil: null }),
  );
  const rowsOf = fc
    .uniqueArray(fc.nat(30), { maxLength: 20 })
    .chain((ids) =>
      fc
        .tuple(...ids.map(() => row))
        .map((cells) => ids.sort((l, r) => l - r).map((id, at) => [id, ...cells[at]!] as Value[])),
    );
  const schema: TableSchema = { ...PEOPLE, indexes: [PEOPLE.indexes[0]!] };
  const merge = (base: TableRecord, ours: TableRecord, theirs: TableRecord) =>
    mergeRoots(store, {
      base: repository.root({ t: base }),
      ours: repository.root({ t: ours }),
      theirs: repository.root({ t: theirs }),
    });
  /** The merge of one row by cells; "conflict" when it cannot be. */
  const mergeRow = (
    b: Value[] | undefined,
    o: Value[] | undefined,
    t: Value[] | undefined,
  ): Value[] | undefined | "conflict" => {
    const same = (x: Value[] | undefined, y: Value[] | undefined) => JSON.stringify(x) === JSON.stringify(y);
    if (same(o, t) || same(b, t)) return o;
    if (same(b, o)) return t;
    if (b === undefined || o === undefined || t === undefined) return "conflict";
    const cells = o.map((cell, at) =>
      cell === t[at] || b[at] === t[at] ? cell : b[at] === cell ? t[at]! : undefined,
    );
    return cells.includes(undefined) ? "conflict" : (cells as Value[]);
  };

  test("merges rows as a merge of each row by its cells would, either way round, with sound indexes", () => {
    fc.assert(
      fc.property(rowsOf, rowsOf, rowsOf, (base, ours, theirs) => {
        const find = (rows: Rows, id: number) => rows.find(([key]) => key === id) as Value[] | undefined;
        const expected = Array.from({ length: 31 }, (_, id) =>
          mergeRow(find(base, id), find(ours, id), find(theirs, id)),
        );
        const conflicts = expected.filter((merged) => merged === "conflict").length;
        const tables = [base, ours, theirs].map((rows) => repository.table(rows, schema));
        const [b, o, t] = tables as [TableRecord, TableRecord, TableRecord];
        for (const merged of [merge(b, o, t), merge(b, t, o)]) {
          expect(merged.conflicts.map(({ count }) => count)).toEqual(conflicts === 0 ? [] : [conflicts]);
          if (conflicts > 0) continue;
          const record = merged.root.tables.get("t")!;
          expect(repository.rows(record)).toEqual(expected.filter((merge) => merge !== undefined));
          const problems = checkTable({
            name: "t",
            codec: createRowCodec(schema),
            primary: openRows(repository.nodes, record.primary),
            indexes: record.indexes.map((index) => openIndex(repository.nodes, index)),
            readBlob: blobReader(repository.nodes),
          });
          expect(problems).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

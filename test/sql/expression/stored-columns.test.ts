/**
 * The fast predicates over stored bytes must give what the general comparison gives: random rows and constants, every
 * operator, several types and collations.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { bindComparison, bindLike } from "../../../src/sql/binder/bind-condition.ts";
import { constant } from "../../../src/sql/binder/bind-literal.ts";
import type {
  BoundColumn,
  BoundExpression,
  ComparisonOperator,
} from "../../../src/sql/binder/bound-expression.ts";
import { BIGINT, decimalType, textType } from "../../../src/sql/binder/types.ts";
import type { Frame, RowSlot } from "../../../src/sql/executor/frame.ts";
import { compileExpression, compilePredicate } from "../../../src/sql/expression/compile.ts";
import type { RowLayout } from "../../../src/sql/expression/row-layout.ts";
import { createRowCodec, type RowCodec } from "../../../src/tables/row-codec.ts";
import type { Column, TableSchema } from "../../../src/tables/schema.ts";
import { DateTime } from "../../../src/values/datetime.ts";
import { decimalOf } from "../../../src/values/decimal.ts";
import type { SqlType } from "../../../src/values/sql-type.ts";
import type { Value } from "../../../src/values/value.ts";
import { createContext, createFrame, environment } from "../../support/expression-evaluator.ts";

function text(collation: string): SqlType {
  return textType(50, collation);
}

const TYPES: readonly SqlType[] = [
  { kind: "integer", name: "int", unsigned: false, zerofill: false },
  { kind: "integer", name: "bigint", unsigned: true, zerofill: false },
  decimalType(10, 2),
  text("utf8mb4_0900_ai_ci"),
  text("utf8mb4_general_ci"),
  text("utf8mb4_bin"),
  text("utf8mb4_0900_bin"),
  { kind: "date" },
  { kind: "datetime", fraction: 0 },
  { kind: "binary", name: "varbinary", length: 50 },
];

function column(id: number, type: SqlType): Column {
  return { id, name: `c${id}`, type, nullable: true, autoIncrement: false, invisible: false, comment: "" };
}

const schema: TableSchema = {
  columns: TYPES.map((type, at) => column(at + 1, type)),
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
};

let codec: RowCodec;
let layout: RowLayout;

beforeAll(() => {
  codec = createRowCodec(schema);
  layout = { columnReader: (_slot, at) => codec.fieldReader(at) };
});

function reference(at: number): BoundColumn {
  const type = TYPES[at] as SqlType;
  return { kind: "column", slot: 0, column: at, name: `c${at}`, type, nullable: true, coercibility: 2 };
}

function frameOf(values: readonly Value[]): Frame {
  const { key, value } = codec.encodeRow(values, 1);
  const slot: RowSlot = {
    keyBytes: key,
    keyStart: 0,
    keyEnd: key.length,
    valueBytes: value,
    valueStart: 0,
    valueEnd: value.length,
    present: true,
  };
  return { ...createFrame(createContext()), slots: [slot] };
}

const words = fc.oneof(
  fc.constantFrom("", "a", "A", "ab", "aB ", "a b", "é", "e", "ß", "ss", "a%b", "_", "日本", "Zz"),
  fc.string({ maxLength: 4 }),
);
const day = fc.integer({ min: 1, max: 28 }).map((n) => new DateTime(2024, 2, n));

const VALUES: readonly fc.Arbitrary<Value>[] = [
  fc.integer({ min: -3, max: 3 }),
  fc.bigInt({ min: 0n, max: 5n }).map(Number),
  fc.integer({ min: -300, max: 300 }).map((n) => decimalOf(n, 2)),
  words,
  words,
  words,
  words,
  day,
  day,
  words.map((word) => Buffer.from(word, "utf8")),
];

const OPERATORS: readonly ComparisonOperator[] = ["=", "<>", "<", "<=", ">", ">="];
const row = fc.tuple(...VALUES.map((value) => fc.option(value, { nil: null, freq: 6 })));

describe("a predicate over stored columns", () => {
  test.each(TYPES.map((_, at) => at))("agrees with the general comparison, column %i", (at) => {
    const constants = fc.option(VALUES[at] as fc.Arbitrary<Value>, { nil: null, freq: 10 });
    fc.assert(
      fc.property(
        row,
        constants,
        fc.constantFrom(...OPERATORS),
        fc.boolean(),
        (values, wanted, operator, flipped) => {
          const type = TYPES[at] as SqlType;
          const right: BoundExpression = constant(wanted, { type, coercibility: 4 });
          const left = reference(at);
          const bound = flipped
            ? bindComparison(operator, right, left, environment)
            : bindComparison(operator, left, right, environment);
          const frame = frameOf(values);
          expect(compilePredicate(bound, layout)(frame)).toBe(compileExpression(bound, layout)(frame) === 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([3, 4, 5, 6])("agrees with the general LIKE, column %i", (at) => {
    const patterns = words.chain((word) =>
      fc.constantFrom(word, `${word}%`, `%${word}`, `%${word}%`, `${word}_`),
    );
    fc.assert(
      fc.property(row, patterns, fc.boolean(), (values, pattern, negated) => {
        const type = TYPES[at] as SqlType;
        const bound = bindLike(
          {
            subject: reference(at),
            pattern: constant(pattern, { type, coercibility: 4 }),
            escape: undefined,
          },
          negated,
          environment,
        );
        const frame = frameOf(values);
        expect(compilePredicate(bound, layout)(frame)).toBe(compileExpression(bound, layout)(frame) === 1);
      }),
      { numRuns: 300 },
    );
  });

  test("reads a parameter anew for each execution", () => {
    const right: BoundExpression = {
      kind: "parameter",
      index: 0,
      type: BIGINT,
      nullable: false,
      coercibility: 5,
    };
    const predicate = compilePredicate(bindComparison("=", reference(0), right, environment), layout);
    const frame = frameOf([1, ...TYPES.slice(1).map(() => null)]);
    expect(predicate({ ...frame, parameters: [1] })).toBe(true);
    expect(predicate({ ...frame, parameters: [2] })).toBe(false);
    expect(predicate({ ...frame, parameters: [1] })).toBe(true);
  });
});

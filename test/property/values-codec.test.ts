/** Codecs: every value comes back as it was, and keys sort as their values do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { fieldCodecFor } from "../../src/values/codec/field-codec.ts";
import { FieldWriter } from "../../src/values/codec/field-writer.ts";
import { keyCodecFor } from "../../src/values/codec/key-codec.ts";
import { collationByName } from "../../src/values/collation.ts";
import {
  compareDateTimes,
  DateTime,
  dateTimeFromMicros,
  microsOfDateTime,
} from "../../src/values/datetime.ts";
import {
  canonicalInteger,
  compareDecimals,
  Decimal,
  decimalOf,
  parseDecimal,
} from "../../src/values/decimal.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

interface Family {
  readonly type: SqlType;
  readonly values: fc.Arbitrary<Value>;
  readonly compare: (left: never, right: never) => number;
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function integers(bits: bigint, unsigned: boolean): fc.Arbitrary<Value> {
  const [min, max] = unsigned ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return fc.bigInt({ min, max }).map(canonicalInteger);
}

const dateTimes = fc
  .tuple(fc.nat(9999), fc.nat(12), fc.nat(31), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999999))
  .map((parts) => new DateTime(...parts));
const text = { kind: "string", name: "varchar", length: 100, charset: "utf8mb4" } as const;
const strings = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("a", "A", "b", " ", "\t", "\0", "é", "日", "ÿ", "~"), maxLength: 6 }),
);

function stringFamily(collation: string): Family {
  const { compare } = collationByName(collation);
  return { type: { ...text, collation }, values: strings, compare: compare as Family["compare"] };
}

const FAMILIES: readonly Family[] = [
  ...(["tinyint", "smallint", "mediumint", "int", "bigint"] as const).flatMap((name, i) =>
    [true, false].map((unsigned) => ({
      type: { kind: "integer", name, unsigned, zerofill: false } as const,
      values: integers([8n, 16n, 24n, 32n, 64n][i] ?? 8n, unsigned),
      compare: compareNumbers,
    })),
  ),
  {
    type: { kind: "float", name: "double", unsigned: false, zerofill: false },
    values: fc.double({ noNaN: true }),
    compare: compareNumbers,
  },
  {
    type: { kind: "float", name: "float", unsigned: false, zerofill: false },
    values: fc.float({ noNaN: true }),
    compare: compareNumbers,
  },
  ...[
    [5, 2],
    [14, 0],
    [18, 6],
    [65, 30],
  ].map(([precision = 1, scale = 0]) => ({
    type: { kind: "decimal", precision, scale, unsigned: false, zerofill: false } as const,
    values: fc
      .bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n })
      .map((digits) => decimalOf(digits, scale) as Value),
    compare: compareDecimals,
  })),
  { type: { kind: "datetime", fraction: 6 }, values: dateTimes, compare: compareDateTimes },
  {
    type: { kind: "date" },
    values: dateTimes.map(({ year, month, day }) => new DateTime(year, month, day)),
    compare: compareDateTimes,
  },
  {
    type: { kind: "timestamp", fraction: 6 },
    values: fc.integer({ min: 1_000_000, max: 2_147_483_647_999_999 }).map(dateTimeFromMicros),
    compare: compareDateTimes,
  },
  {
    type: { kind: "time", fraction: 6 },
    values: fc.integer({ min: -3020399000000, max: 3020399000000 }).map((micros) => micros + 0),
    compare: compareNumbers,
  },
  {
    type: { kind: "year" },
    values: fc.oneof(fc.constant(0), fc.integer({ min: 1901, max: 2155 })),
    compare: compareNumbers,
  },
  { type: { kind: "bit", width: 64 }, values: integers(64n, true), compare: compareNumbers },
  {
    type: { kind: "binary", name: "varbinary", length: 100 },
    values: fc.uint8Array({ maxLength: 8 }),
    compare: compareBytes,
  },
  stringFamily("utf8mb4_0900_ai_ci"),
  stringFamily("utf8mb4_0900_as_cs"),
  stringFamily("utf8mb4_0900_bin"),
  stringFamily("utf8mb4_bin"),
  stringFamily("utf8mb4_general_ci"),
  stringFamily("utf8mb4_unicode_ci"),
];

function nameOf(type: SqlType): string {
  return JSON.stringify(type);
}

function keyOf(codec: ReturnType<typeof keyCodecFor>, value: Value): Uint8Array {
  const writer = new FieldWriter(4);
  codec.encode(value, writer);
  return writer.toBytes();
}

/** A byte array without the class of the buffer it was cut from. */
function plain(value: Value): Value {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

describe("field codecs", () => {
  test.each(FAMILIES.map((family) => [nameOf(family.type), family] as const))(
    "read back what they wrote: %s",
    (_, family) => {
      const codec = fieldCodecFor(family.type);
      fc.assert(
        fc.property(family.values, (value) => {
          const writer = new FieldWriter(4);
          writer.writeByte(7);
          codec.encode(value, writer);
          const bytes = writer.toBytes();
          if (codec.fixedWidth !== undefined) expect(bytes.length - 1).toBe(codec.fixedWidth);
          expect(plain(codec.decode(bytes, 1, bytes.length))).toEqual(value);
        }),
      );
    },
  );
});

describe("key codecs", () => {
  const cases = FAMILIES.flatMap((family) =>
    [false, true].map((descending) => [nameOf(family.type), descending, family] as const),
  );
  test.each(cases)(
    "sort as the values do and end where they say: %s, descending %s",
    (_, descending, family) => {
      const codec = keyCodecFor(family.type, { nullable: true, descending });
      const field = fieldCodecFor(family.type);
      const values = fc.option(family.values, { nil: null });
      fc.assert(
        fc.property(values, values, (left, right) => {
          const leftKey = keyOf(codec, left);
          const rightKey = keyOf(codec, right);
          const joined = Buffer.concat([leftKey, rightKey]);
          expect(codec.skip(joined, 0)).toBe(leftKey.length);
          if (codec.reversible && left !== null && !Object.is(left, -0)) {
            expect(plain(codec.decode(joined, 0, leftKey.length))).toEqual(left);
          }
          const order =
            left === null || right === null
              ? Number(left !== null) - Number(right !== null)
              : Math.sign(family.compare(left as never, right as never));
          // A comparison may answer -0, which is no other order than 0.
          expect(Math.sign(compareBytes(leftKey, rightKey)) + 0).toBe((descending ? -order : order) + 0);
          if (left !== null) {
            const stored = new FieldWriter(4);
            field.encode(left, stored);
            const again = new FieldWriter(4);
            codec.encodeField(stored.bytes, 0, stored.size, again);
            expect(again.toBytes()).toEqual(leftKey);
          }
        }),
        { numRuns: 200 },
      );
    },
  );

  test("a prefix's bytes begin the keys of all strings that begin with it", () => {
    for (const collation of [
      "utf8mb4_0900_ai_ci",
      "utf8mb4_0900_as_cs",
      "utf8mb4_bin",
      "utf8mb4_general_ci",
      "utf8mb4_0900_bin",
    ]) {
      const codec = keyCodecFor({ ...text, collation }, { nullable: false, descending: false });
      fc.assert(
        fc.property(strings, strings, (prefix, rest) => {
          const writer = new FieldWriter(4);
          codec.encodePrefix(prefix, writer);
          const start = writer.toBytes();
          expect(keyOf(codec, prefix + rest).subarray(0, start.length)).toEqual(start);
        }),
      );
    }
  });
});

describe("values", () => {
  test("a decimal's text reads back as the decimal", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 65n) + 1n, max: 10n ** 65n - 1n }),
        fc.nat(30),
        (digits, scale) => {
          const value = decimalOf(digits, scale);
          expect(parseDecimal(value.toString())).toEqual(new Decimal(value.digits, scale));
        },
      ),
    );
  });

  test("microseconds and calendar dates are each other's inverse", () => {
    fc.assert(
      fc.property(fc.integer({ min: -6213559680000000, max: 2534023007999999 }), (micros) => {
        expect(microsOfDateTime(dateTimeFromMicros(micros))).toBe(micros);
      }),
    );
  });
});

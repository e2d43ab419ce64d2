/** Values that are stored without going through all rules of assignment must come out as the rules say. A blank before
 *  a number or date means nothing, but sends the text through the rules. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimalPrefix } from "../../src/values/decimal.ts";
import { SqlError } from "../../src/values/sql-error.ts";
import type { IntegerName, SqlType } from "../../src/values/sql-type.ts";
import { convertForStore } from "../../src/values/store/convert-for-store.ts";
import type { StoreContext } from "../../src/values/store/store-context.ts";
import { dateRulesOf } from "../../src/values/temporal-parse.ts";
import type { Value } from "../../src/values/value.ts";

const TEXT: SqlType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};

/** The stored value with the numbers of all warnings, or the number of the error. */
function store(value: Value, from: SqlType, to: SqlType, strict: boolean): unknown {
  const warnings: number[] = [];
  const context: StoreContext = {
    strict,
    rules: dateRulesOf(new Set(strict ? ["NO_ZERO_DATE", "NO_ZERO_IN_DATE"] : [])),
    rowNumber: 1,
    today: () => {
      throw new Error("not needed");
    },
    localToUtc: (local) => local,
    utcToLocal: (utc) => utc,
    warn: (_level, errno) => void warnings.push(errno),
  };
  try {
    return { stored: convertForStore(value, from, to, { name: "c" }, context), warnings };
  } catch (error) {
    if (error instanceof SqlError) return { errno: error.errno, warnings };
    throw error;
  }
}

const integerType = fc.record({
  kind: fc.constant("integer" as const),
  name: fc.constantFrom<IntegerName>("tinyint", "smallint", "mediumint", "int", "bigint"),
  unsigned: fc.boolean(),
  zerofill: fc.constant(false),
});
const decimalType = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(10), fc.boolean()).map(
  ([precision, scale, unsigned]): SqlType => ({
    kind: "decimal",
    precision,
    scale: Math.min(scale, precision),
    unsigned,
    zerofill: false,
  }),
);
const numberText = fc.oneof(
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.integer({ min: -70_000, max: 70_000 }).map(String),
  fc
    .tuple(fc.integer({ min: -9999, max: 9999 }), fc.stringMatching(/^\d{0,6}$/))
    .map((parts) => parts.join(".")),
  fc.stringMatching(/^[-+]?\d{0,17}[.e]?\d{0,3}x?$/),
);
const dateText = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 9999 }), fc.nat(13), fc.nat(32), fc.nat(24), fc.nat(60), fc.nat(60))
    .map(([year, ...rest]) => {
      const [month, day, hour, minute, second] = rest.map((part) => String(part).padStart(2, "0"));
      return `${String(year).padStart(4, "0")}-${month}-${day} ${hour}:${minute}:${second}`;
    }),
  fc.stringMatching(/^\d{4}-[01]\d-[0-3]\d( [0-2]\d:[0-5]\d:[0-5]\d)?.?$/),
  fc.stringMatching(/^20[0-9]\d[-/]\d\d[-:]\d\d[ T]\d\d[:.]\d\d:\d\d$/),
);

function checkAgainstRules(text: fc.Arbitrary<string>, type: fc.Arbitrary<SqlType>): void {
  fc.assert(
    fc.property(text, type, fc.boolean(), (value, to, strict) => {
      expect(store(value, TEXT, to, strict)).toEqual(store(` ${value}`, TEXT, to, strict));
    }),
    { numRuns: 3000 },
  );
}

test("stores text in integer columns as the rules for any text do", () => {
  checkAgainstRules(numberText, integerType);
});

test("stores text in decimal columns as the rules for any text do", () => {
  checkAgainstRules(numberText, decimalType);
});

test("stores decimals in decimal columns as their text, but for exponents", () => {
  fc.assert(
    fc.property(
      numberText.filter((text) => !text.includes("e")),
      decimalType,
      fc.boolean(),
      (text, to, strict) => {
        const { value } = parseDecimalPrefix(text);
        const from: SqlType = {
          kind: "decimal",
          precision: 65,
          scale: value.scale,
          unsigned: false,
          zerofill: false,
        };
        expect(store(value, from, to, strict)).toEqual(store(` ${value.toString()}`, TEXT, to, strict));
      },
    ),
    { numRuns: 3000 },
  );
});

test("stores text in date and datetime columns as the rules for any text do", () => {
  const type = fc.constantFrom<SqlType>(
    { kind: "date" },
    { kind: "datetime", fraction: 0 },
    { kind: "datetime", fraction: 6 },
  );
  checkAgainstRules(dateText, type);
});

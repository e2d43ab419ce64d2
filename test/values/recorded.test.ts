/** Arithmetic, number texts and collations compared with what MySQL 9.7 answered (recorded in test/data/values). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { FieldWriter } from "../../src/values/codec/field-writer.ts";
import { collationByName } from "../../src/values/collation.ts";
import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  divisionScale,
  multiplyDecimals,
  parseDecimalPrefix,
  remainderOfDecimals,
  roundDecimal,
  subtractDecimals,
} from "../../src/values/decimal.ts";
import { formatDouble, formatFloatAsString } from "../../src/values/number-text.ts";

interface Recorded {
  readonly decimals: readonly [string, string, readonly (string | null)[]][];
  readonly rounds: readonly [string, number, string, string][];
  readonly doubles: readonly [number, string, string][];
  readonly strings: readonly string[];
  readonly collations: readonly [string, readonly [number, number][]][];
}

const file = path.resolve(import.meta.dirname, "../data/values/recorded.json.gz");
const recorded: Recorded = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));

describe("decimals", () => {
  test("add, subtract, multiply, divide and compare as MySQL's", () => {
    for (const [leftText, rightText, answers] of recorded.decimals) {
      // Beyond 65 digits MySQL's products lose digits in the middle of their computation.
      if (!Array.isArray(answers) || String(answers[2]).length > 67) continue;
      const left = parseDecimalPrefix(leftText).value;
      const right = parseDecimalPrefix(rightText).value;
      const actual = [
        addDecimals(left, right).toString(),
        subtractDecimals(left, right).toString(),
        multiplyDecimals(left, right).toString(),
        divideDecimals(left, right, divisionScale(left.scale))?.toString() ?? null,
        remainderOfDecimals(left, right)?.toString() ?? null,
        compareDecimals(left, right) < 0 ? "1" : "0",
      ];
      expect([leftText, rightText, ...actual]).toEqual([
        leftText,
        rightText,
        ...answers.slice(0, 6).map((x) => (x === null ? null : String(x))),
      ]);
    }
  });

  test("round and truncate as MySQL's, with at most the scale they had", () => {
    for (const [text, places, rounded, truncated] of recorded.rounds) {
      const value = parseDecimalPrefix(text).value;
      const scale = Math.min(places, value.scale);
      expect([text, places, roundDecimal(value, scale).toString()]).toEqual([text, places, rounded]);
      expect([text, places, roundDecimal(value, scale, "truncate").toString()]).toEqual([
        text,
        places,
        truncated,
      ]);
    }
  });
});

describe("number texts", () => {
  test("print doubles and floats as MySQL does", () => {
    for (const [value, double, float] of recorded.doubles) {
      // MySQL prints the least normal number with a digit too few.
      if (value !== 2.2250738585072014e-308) expect(formatDouble(value)).toBe(double);
      if (Math.abs(value) < 3e38)
        expect([value, formatFloatAsString(Math.fround(value))]).toEqual([value, float]);
    }
  });
});

describe("collations", () => {
  test.each(recorded.collations)(
    "%s orders strings as MySQL does, by comparison and by key",
    (name, ranks) => {
      const collation = collationByName(name);
      const wrong: string[] = [];
      const keys = ranks.map(([index]) => {
        const writer = new FieldWriter();
        collation.appendKey(recorded.strings[index] ?? "", writer);
        return writer.toBytes();
      });
      for (let i = 0; i < ranks.length; i++) {
        for (let j = 0; j < ranks.length; j++) {
          const [left, leftRank] = ranks[i] as [number, number];
          const [right, rightRank] = ranks[j] as [number, number];
          const expected = Math.sign(leftRank - rightRank);
          const compared = Math.sign(
            collation.compare(recorded.strings[left] ?? "", recorded.strings[right] ?? ""),
          );
          const byKey = Math.sign(compareBytes(keys[i] as Uint8Array, keys[j] as Uint8Array));
          if (compared !== expected || byKey !== expected) {
            wrong.push(
              `${JSON.stringify([recorded.strings[left], recorded.strings[right]])} ${expected} ${compared} ${byKey}`,
            );
          }
        }
      }
      expect(wrong.slice(0, 5)).toEqual([]);
    },
  );

  test("an order that is not built is refused by name", () => {
    expect(() => collationByName("utf8mb4_de_pb_0900_ai_ci")).toThrow(/utf8mb4_de_pb_0900_ai_ci/);
    expect(() => collationByName("klingon_ci")).toThrow("Unknown collation: 'klingon_ci'");
  });
});

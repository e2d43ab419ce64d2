import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FieldWriter } from "../../src/values/codec/field-writer.ts";
import { collationByName } from "../../src/values/collation.ts";

const COLLATIONS = [
  "utf8mb4_0900_ai_ci",
  "utf8mb4_0900_as_cs",
  "utf8mb4_0900_bin",
  "utf8mb4_bin",
  "utf8mb4_general_ci",
  "utf8mb4_unicode_ci",
  "latin1_swedish_ci",
  "ascii_bin",
];
const text = fc.string({
  unit: fc.constantFrom("a", "A", "b", "-", "1", "2", " ", "\t", "\0", "z", "~"),
  maxLength: 6,
});
const anyText = fc.oneof(
  text,
  fc.string({
    unit: fc.constantFrom("a", "á", "Á", "é", "ß", "s", "日", "z", " ", "\u200d", "１", "1"),
    maxLength: 5,
  }),
);

function keyOf(name: string, value: string): string {
  const into = new FieldWriter();
  const bytes = Buffer.from(value);
  collationByName(name).appendKeyUtf8(bytes, 0, bytes.length, into);
  return Buffer.from(into.toBytes()).toString("latin1");
}

function prefixKeyOf(name: string, value: string): string {
  const into = new FieldWriter();
  collationByName(name).appendPrefixKey(value, into);
  return Buffer.from(into.toBytes()).toString("latin1");
}

describe.each(COLLATIONS)("%s", (name) => {
  const collation = collationByName(name);
  const values = name.startsWith("utf8") ? anyText : text;

  test("orders texts as their leading numbers do, where those differ", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const [l, r] = [Buffer.from(left), Buffer.from(right)];
        const difference = collation.leadingNumber(l, 0, l.length) - collation.leadingNumber(r, 0, r.length);
        const order = collation.compareUtf8(l, 0, l.length, r, 0, r.length);
        return Number.isNaN(difference) || difference === 0 || Math.sign(difference) === Math.sign(order);
      }),
      { numRuns: 2000 },
    );
  });

  test("gives group keys that are equal exactly for equal texts", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const [l, r] = [Buffer.from(left), Buffer.from(right)];
        const equal = collation.compareUtf8(l, 0, l.length, r, 0, r.length) === 0;
        expect(collation.groupKey(l, 0, l.length) === collation.groupKey(r, 0, r.length)).toBe(equal);
      }),
      { numRuns: 3000 },
    );
  });

  test("gives keys that are ordered as the texts are", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const [l, r] = [Buffer.from(left), Buffer.from(right)];
        // Adding 0 makes -0 and 0 one.
        const order = Math.sign(collation.compareUtf8(l, 0, l.length, r, 0, r.length)) + 0;
        const [leftKey, rightKey] = [keyOf(name, left), keyOf(name, right)];
        expect(leftKey < rightKey ? -1 : leftKey > rightKey ? 1 : 0).toBe(order);
      }),
      { numRuns: 1000 },
    );
  });

  test("begins a text's key as the keys of all texts that begin with it, by whichever way it is made", () => {
    fc.assert(
      fc.property(values, (value) => {
        const prefix = prefixKeyOf(name, value);
        expect(keyOf(name, value).slice(0, prefix.length)).toBe(prefix);
      }),
      { numRuns: 1000 },
    );
  });
});

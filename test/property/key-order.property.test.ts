/** Sorting keys in place orders them as comparing their bytes does, whatever they begin with, and keeps ties in order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { sortKeys } from "../../src/tables/key-order.ts";

function orderOf(keys: readonly Uint8Array[]): number[] {
  const starts = new Int32Array(keys.length);
  const ends = new Int32Array(keys.length);
  let size = 0;
  keys.forEach((key, at) => {
    starts[at] = size;
    size += key.length;
    ends[at] = size;
  });
  return [...sortKeys({ bytes: Buffer.concat(keys), starts, ends, count: keys.length })];
}

function expected(keys: readonly Uint8Array[]): number[] {
  return keys
    .map((_, at) => at)
    .sort((a, b) => compareBytes(keys[a] as Uint8Array, keys[b] as Uint8Array) || a - b);
}

const piece = fc.constantFrom([0], [0, 0, 0], [1], [255], [97, 98, 99, 100, 101], [97, 98, 99, 100, 0]);
const key = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.array(piece, { maxLength: 6 }).map((pieces) => Uint8Array.from(pieces.flat())),
);

test("orders keys as their bytes are ordered, equal ones by arrival", () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300, size: "max" }), (keys) => {
      expect(orderOf(keys)).toEqual(expected(keys));
    }),
    { numRuns: 200 },
  );
});

test("orders keys that begin alike for a long time", () => {
  const keys = Array.from({ length: 2000 }, (_, i) => Buffer.alloc(4000 + ((i * 7919) % 2000), 120));
  expect(orderOf(keys)).toEqual(expected(keys));
});

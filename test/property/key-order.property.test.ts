/** Sorting keys in place orders them as comparing their bytes does, whatever they begin with, and keeps ties in order. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "../../src/bytes/compare.ts";
import { sortKeys } from "../../src/tables/key-order.ts";
import { sortKeysInSteps } from "../../src/tables/key-order-steps.ts";
import type { KeyRanges } from "../../src/tables/key-runs.ts";

function orderOf(keys: readonly Uint8Array[], from?: number, to?: number): number[] {
  return [...sortKeys(rangesOf(keys), from, to)];
}

/** In steps, with runs of more than `shortMax` keys dealt out. */
function steppedOrderOf(keys: readonly Uint8Array[], shortMax?: number): number[] {
  const steps = sortKeysInSteps(rangesOf(keys), shortMax);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return [...step.value];
  }
}

function rangesOf(keys: readonly Uint8Array[]): KeyRanges {
  const starts = new Int32Array(keys.length);
  const ends = new Int32Array(keys.length);
  let size = 0;
  keys.forEach((key, at) => {
    starts[at] = size;
    size += key.length;
    ends[at] = size;
  });
  return { bytes: Buffer.concat(keys), starts, ends, count: keys.length };
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
      expect(steppedOrderOf(keys)).toEqual(expected(keys));
      expect(steppedOrderOf(keys, 30)).toEqual(expected(keys));
    }),
    { numRuns: 200 },
  );
});

test("orders keys that begin alike for a long time", () => {
  const keys = Array.from({ length: 2000 }, (_, i) => Buffer.alloc(4000 + ((i * 7919) % 2000), 120));
  expect(orderOf(keys)).toEqual(expected(keys));
});

const manyKeys = fc
  .record({
    pieces: fc.array(fc.uint8Array({ maxLength: 5 }), { minLength: 1, maxLength: 40 }),
    parts: fc.integer({ min: 1, max: 6 }),
    prefix: fc.integer({ min: 0, max: 60 }),
    numbered: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    count: fc.integer({ min: 4000, max: 9000 }),
  })
  .map(({ pieces, parts, prefix, numbered, seed, count }) => {
    let state = seed;
    const next = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
      return (state >>> 8) % limit;
    };
    const start = Buffer.alloc(prefix, 7);
    return Array.from({ length: count }, () => {
      const middle = Array.from({ length: next(parts) + 1 }, () => pieces[next(pieces.length)] as Uint8Array);
      const end = numbered ? Buffer.from([next(4), next(256), next(256)]) : Buffer.alloc(next(3));
      return Buffer.concat([start, ...middle, end]);
    });
  });

test("orders many keys by the bits in which they differ, and where only some places are wanted, those", () => {
  fc.assert(
    fc.property(manyKeys, fc.nat(), fc.nat({ max: 500 }), (keys, place, size) => {
      const right = expected(keys);
      expect(orderOf(keys)).toEqual(right);
      expect(steppedOrderOf(keys, 1000)).toEqual(right);
      const from = place % keys.length;
      const some = orderOf(keys, from, from + size);
      expect(some.slice(from, from + size)).toEqual(right.slice(from, from + size));
      expect(some.toSorted((a, b) => a - b)).toEqual(keys.map((_, at) => at));
    }),
    { numRuns: 40 },
  );
});

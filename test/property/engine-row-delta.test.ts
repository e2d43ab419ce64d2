import fc from "fast-check";
import { expect, test } from "vitest";
import { MergedCursor } from "../../src/engine/merged-cursor.ts";
import { keyToText, RowDelta } from "../../src/engine/row-delta.ts";
import type { KeyRange, TupleCursor } from "../../src/prolly/tuple-cursor.ts";

const key = fc.uint8Array({ maxLength: 2 }).map((bytes) => bytes.map((byte) => byte % 4));
const edit = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }) });
const range: fc.Arbitrary<KeyRange> = fc.record(
  { lower: key, lowerInclusive: fc.boolean(), upper: key, upperInclusive: fc.boolean() },
  { requiredKeys: [] },
);

function entry(bytes: Uint8Array, value: Uint8Array | undefined) {
  return { key: keyToText(bytes), keyBytes: bytes, head: { sequence: 0, value, previous: undefined } };
}

function inRange(
  text: string,
  { lower, lowerInclusive = true, upper, upperInclusive = false }: KeyRange,
): boolean {
  const [low, high] = [lower && keyToText(lower), upper && keyToText(upper)];
  if (low !== undefined && (lowerInclusive ? text < low : text <= low)) return false;
  return high === undefined || (upperInclusive ? text <= high : text < high);
}

const byKey = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0;

test("a delta shows at each sequence what was committed by then, in key order, in both directions", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 60 }), range, fc.nat(60), (edits, bounds, sequence) => {
      const delta = new RowDelta();
      const model = new Map<string, Uint8Array | undefined>();
      for (const [at, each] of edits.entries()) {
        delta.putVersion(entry(each.key, each.value), at + 1, 0);
        if (at + 1 <= sequence) model.set(keyToText(each.key), each.value);
      }
      const expected = [...model].filter(([text]) => inRange(text, bounds)).sort(byKey);
      for (const direction of ["forward", "backward"] as const) {
        const cursor = delta.openCursor(bounds, direction, sequence);
        const seen: [string, Uint8Array | undefined][] = [];
        while (cursor.next()) seen.push([keyToText(cursor.keyBytes), cursor.value]);
        expect(seen).toEqual(direction === "forward" ? expected : expected.toReversed());
      }
    }),
  );
});

test("undoing edits in reverse order brings back every earlier state", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const delta = new RowDelta();
      const states: string[] = [];
      const undo: (() => void)[] = [];
      const state = (): string =>
        JSON.stringify(
          [...delta.entries()].map((each) => [each.key, each.head.value && [...each.head.value]]),
        );
      for (const each of edits) {
        states.push(state());
        const text = keyToText(each.key);
        const replaced = delta.putOwn(text, each.key, each.value);
        undo.push(() => delta.restoreOwn(text, replaced));
      }
      for (const step of undo.toReversed()) {
        step();
        expect(state()).toBe(states.pop());
      }
      expect(delta.count).toBe(0);
    }),
  );
});

test("a cursor goes on correctly when entries come and go between its steps", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(999), { maxLength: 700 }),
      fc.array(fc.nat(999), { maxLength: 50 }),
      (first, later) => {
        const delta = new RowDelta();
        const bytesOf = (number: number): Uint8Array => Buffer.from(String(number).padStart(3, "0"));
        const present = new Set<string>();
        const put = (number: number): void => {
          delta.putOwn(keyToText(bytesOf(number)), bytesOf(number), bytesOf(number));
          present.add(keyToText(bytesOf(number)));
        };
        for (const number of first) put(number);
        const cursor = delta.openCursor({}, "forward", 1);
        const seen: string[] = [];
        const additions = [...later];
        while (cursor.next()) {
          seen.push(keyToText(cursor.keyBytes));
          const addition = additions.pop();
          if (addition !== undefined) put(addition);
        }
        expect(seen).toEqual([...new Set(seen)].sort());
        for (const number of first) expect(seen).toContain(keyToText(bytesOf(number)));
      },
    ),
    { numRuns: 30 },
  );
});

class ArrayCursor implements TupleCursor {
  keyBytes: Uint8Array = new Uint8Array(0);
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = new Uint8Array(0);
  valueStart = 0;
  valueEnd = 0;
  readonly #rows: (readonly [Uint8Array, Uint8Array])[];

  constructor(rows: readonly (readonly [Uint8Array, Uint8Array])[]) {
    this.#rows = [...rows];
  }

  next(): boolean {
    const row = this.#rows.shift();
    if (row === undefined) return false;
    [this.keyBytes, this.valueBytes] = row;
    this.keyEnd = this.keyBytes.length;
    this.valueEnd = this.valueBytes.length;
    return true;
  }
}

test("a merged cursor shows the map with the edits applied", () => {
  fc.assert(
    fc.property(fc.array(edit), fc.array(edit), fc.boolean(), (base, edits, backward) => {
      const model = new Map<string, Uint8Array>();
      for (const each of base) if (each.value !== undefined) model.set(keyToText(each.key), each.value);
      const sorted = [...model].sort(byKey);
      if (backward) sorted.reverse();
      const rows = sorted.map(([text, value]) => [Buffer.from(text, "latin1"), value] as const);
      const delta = new RowDelta();
      for (const [at, each] of edits.entries()) {
        delta.putVersion(entry(each.key, each.value), at, 0);
        if (each.value === undefined) model.delete(keyToText(each.key));
        else model.set(keyToText(each.key), each.value);
      }
      const direction = backward ? "backward" : "forward";
      const cursor = new MergedCursor(new ArrayCursor(rows), delta.openCursor({}, direction, 1000), backward);
      const seen: [string, Uint8Array][] = [];
      while (cursor.next()) {
        const shown = cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd);
        seen.push([
          keyToText(shown),
          new Uint8Array(cursor.valueBytes.slice(cursor.valueStart, cursor.valueEnd)),
        ]);
      }
      const expected = [...model].sort(byKey);
      expect(seen).toEqual(backward ? expected.toReversed() : expected);
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { NEWEST } from "../../src/engine/branch-state.ts";
import type { EditCursor } from "../../src/engine/edit-cursor.ts";
import { keyToText } from "../../src/engine/key-text.ts";
import { MergedCursor } from "../../src/engine/merged-cursor.ts";
import { OwnDelta } from "../../src/engine/own-delta.ts";
import { RowDelta } from "../../src/engine/row-delta.ts";
import { emptySlot, type KeyRange, type TupleCursor } from "../../src/prolly/tuple-cursor.ts";

const key = fc.uint8Array({ maxLength: 2 }).map((bytes) => bytes.map((byte) => byte % 4));
const edit = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }) });
const range: fc.Arbitrary<KeyRange> = fc.record(
  { lower: key, lowerInclusive: fc.boolean(), upper: key, upperInclusive: fc.boolean() },
  { requiredKeys: [] },
);

function keyOf({ keyBytes, keyStart, keyEnd }: EditCursor): string {
  return keyToText(keyBytes.subarray(keyStart, keyEnd));
}

function valueAt(cursor: EditCursor): Uint8Array | undefined {
  if (cursor.deleted) return undefined;
  return new Uint8Array(cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd));
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

/** Edits as committed one by one, some of them while a snapshot that is this many commits older is read. */
const commits = fc.array(fc.record({ edit, snapshotAge: fc.option(fc.nat(5), { nil: undefined }) }), {
  maxLength: 120,
});

test("a delta shows at each sequence that may be read what was committed by then, in key order, in both directions", () => {
  fc.assert(
    fc.property(commits, range, fc.nat(120), (list, bounds, read) => {
      const delta = new RowDelta();
      // A snapshot once let go is not read again.
      let oldest = 0;
      for (const [at, { edit: each, snapshotAge }] of list.entries()) {
        const sequence = at + 1;
        oldest = Math.max(
          oldest,
          snapshotAge === undefined ? sequence : Math.max(0, sequence - 1 - snapshotAge),
        );
        delta.put(each.key, each.value, { sequence, oldestSnapshot: oldest });
      }
      const sequence = Math.max(oldest, Math.min(read, list.length));
      const model = new Map<string, Uint8Array | undefined>();
      for (const { edit: each } of list.slice(0, sequence)) model.set(keyToText(each.key), each.value);
      const expected = [...model].filter(([text]) => inRange(text, bounds)).sort(byKey);
      for (const direction of ["forward", "backward"] as const) {
        const cursor = delta.openCursor(bounds, direction, sequence);
        const seen: [string, Uint8Array | undefined][] = [];
        while (cursor.next()) seen.push([keyOf(cursor), valueAt(cursor)]);
        expect(seen).toEqual(direction === "forward" ? expected : expected.toReversed());
      }
      const slot = emptySlot();
      for (const { edit: each } of list) {
        const text = keyToText(each.key);
        const shown = delta.lookup(each.key, sequence, slot);
        const value = model.get(text);
        expect(shown).toBe(model.has(text) ? value !== undefined : undefined);
        if (shown)
          expect(new Uint8Array(slot.valueBytes.subarray(slot.valueStart, slot.valueEnd))).toEqual(value);
        expect(delta.isEdited(each.key, 0, each.key.length, sequence)).toBe(model.has(text));
      }
    }),
  );
});

test("a delta of many keys finds, counts and orders them all, large values too", () => {
  const numbers = fc.uniqueArray(fc.nat(20_000), { minLength: 1, maxLength: 3000, size: "max" });
  fc.assert(
    fc.property(numbers, fc.nat(20_000), fc.nat(20_000), (list, one, other) => {
      const delta = new RowDelta();
      const bytesOf = (number: number): Uint8Array => Buffer.from(String(number).padStart(5, "0"));
      const sizeOf = (number: number): number => (number % 997 === 0 ? 100_000 : number % 50);
      for (const [at, number] of list.entries()) {
        const value = Buffer.alloc(sizeOf(number), number % 256);
        delta.put(bytesOf(number), value, { sequence: at, oldestSnapshot: at });
      }
      expect(delta.count).toBe(list.length);
      const slot = emptySlot();
      for (const number of list) {
        expect(delta.lookup(bytesOf(number), 1e9, slot)).toBe(true);
        expect(slot.valueEnd - slot.valueStart).toBe(sizeOf(number));
        if (slot.valueEnd > slot.valueStart) expect(slot.valueBytes[slot.valueEnd - 1]).toBe(number % 256);
      }
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      const between = list.filter((number) => number >= low && number < high).length;
      expect(delta.countRange({ lower: bytesOf(low), upper: bytesOf(high) })).toBe(between);
      const sorted = list.toSorted((left, right) => left - right);
      expect(delta.selectKey(list.length >> 1)).toEqual(
        new Uint8Array(bytesOf(sorted[list.length >> 1] ?? 0)),
      );
      const seen: number[] = [];
      const cursor = delta.openCursor({}, "forward", 1e9);
      while (cursor.next()) seen.push(Number(keyOf(cursor)));
      expect(seen).toEqual(sorted);
    }),
    { numRuns: 20 },
  );
});

test("undoing edits in reverse order brings back every earlier state", () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
      const delta = new OwnDelta();
      const states: string[] = [];
      const undo: (() => void)[] = [];
      const state = (): string => {
        const entries: unknown[] = [];
        delta.forEach((each) => {
          entries.push([each.key, each.value && [...each.value]]);
        });
        return JSON.stringify(entries);
      };
      for (const each of edits) {
        states.push(state());
        const text = keyToText(each.key);
        const replaced = delta.put(text, each.key, each.value);
        undo.push(() => delta.restore(text, replaced));
      }
      for (const step of undo.toReversed()) {
        step();
        expect(state()).toBe(states.pop());
      }
      expect(delta.count).toBe(0);
    }),
  );
});

const bytesOf = (number: number): Uint8Array => Buffer.from(String(number).padStart(3, "0"));

test.each([
  {
    kind: "committed",
    open: () => {
      const delta = new RowDelta();
      let sequence = 0;
      const put = (key: Uint8Array): void => delta.put(key, key, { sequence: ++sequence, oldestSnapshot: 0 });
      return {
        put,
        cursor: (backward: boolean) => delta.openCursor({}, backward ? "backward" : "forward", NEWEST),
      };
    },
  },
  {
    kind: "a transaction's own",
    open: () => {
      const delta = new OwnDelta();
      const put = (key: Uint8Array): void => {
        delta.put(keyToText(key), key, key);
      };
      return { put, cursor: (backward: boolean) => delta.openCursor({}, backward ? "backward" : "forward") };
    },
  },
])("a cursor over $kind edits goes on correctly when entries come between its steps", ({ open }) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(999), { maxLength: 700 }),
      fc.array(fc.nat(999), { maxLength: 50 }),
      fc.boolean(),
      (first, later, backward) => {
        const { put, cursor: openCursor } = open();
        for (const number of first) put(bytesOf(number));
        const cursor = openCursor(backward);
        const seen: string[] = [];
        const additions = [...later];
        while (cursor.next()) {
          seen.push(keyOf(cursor));
          const addition = additions.pop();
          if (addition !== undefined) put(bytesOf(addition));
        }
        const sorted = [...new Set(seen)].sort();
        expect(seen).toEqual(backward ? sorted.toReversed() : sorted);
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
        delta.put(each.key, each.value, { sequence: at, oldestSnapshot: 0 });
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

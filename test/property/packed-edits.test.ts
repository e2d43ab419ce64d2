import fc from "fast-check";
import { expect, test } from "vitest";
import { keyToText } from "../../src/engine/key-text.ts";
import { PackedEdits } from "../../src/engine/packed-edits.ts";
import { RowDelta } from "../../src/engine/row-delta.ts";
import { emptySlot, type KeyRange } from "../../src/prolly/tuple-cursor.ts";

interface Edit {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** Puts edits into two buffers in turns, as keys and values of a log lie in its segments. */
function pack(edits: readonly Edit[]): PackedEdits {
  const packed = new PackedEdits();
  const half = edits.length >> 1;
  for (const part of [edits.slice(0, half), edits.slice(half)]) {
    const bytes = Buffer.concat(part.flatMap(({ key, value }) => [key, value ?? new Uint8Array(0)]));
    let at = 0;
    for (const { key, value } of part) {
      const valueStart = at + key.length;
      packed.append(bytes, at, valueStart, valueStart, value === undefined ? -1 : valueStart + value.length);
      at = valueStart + (value?.length ?? 0);
    }
  }
  packed.sort();
  return packed;
}

type State = readonly (readonly [string, string | undefined])[];

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString("latin1");
}

/** What the newest edit of each key says, by key. */
function newest(edits: readonly Edit[]): State {
  const model = new Map(edits.map(({ key, value }) => [keyToText(key), textOf(value)] as const));
  return [...model].sort(([left], [right]) => (left < right ? -1 : 1));
}

function stateOf(packed: PackedEdits): State {
  const slot = emptySlot();
  const shown = Array.from({ length: packed.count }, (_, at) => {
    packed.show(at, slot);
    const key = keyToText(slot.keyBytes.subarray(slot.keyStart, slot.keyEnd));
    const value = slot.valueBytes.subarray(slot.valueStart, slot.valueEnd);
    return [key, packed.isDeleted(at) ? undefined : textOf(value)] as const;
  });
  const visited: (readonly [string, string | undefined])[] = [];
  packed.forEach((source, keyStart, keyEnd, valueStart, valueSize) => {
    const bytes = packed.sources[source] as Uint8Array;
    const value = valueSize === 0 ? undefined : bytes.subarray(valueStart, valueStart + valueSize - 1);
    visited.push([keyToText(bytes.subarray(keyStart, keyEnd)), textOf(value)]);
  });
  expect(visited).toEqual(shown);
  return shown;
}

const someBytes = fc.uint8Array({ maxLength: 3 });
const value = fc.option(someBytes, { nil: undefined });

test("a few packed edits are in key order with the newest value of each key", () => {
  const key = fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes.map((byte) => byte % 3));
  fc.assert(
    fc.property(fc.array(fc.record({ key, value }), { maxLength: 60 }), (edits) => {
      expect(stateOf(pack(edits))).toEqual(newest(edits));
    }),
  );
});

/** Thousands of edits from a seed: keys that begin alike, are prefixes of each other, end in zeros, come again. */
function manyEdits(seed: number, prefixSize: number, tailSize: number): Edit[] {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  return Array.from({ length: 2500 + random(3000) }, (_, at) => {
    const size = prefixSize + random(tailSize + 1);
    const key = Uint8Array.from({ length: size }, (_, place) =>
      place < prefixSize ? 0xab : ([0, 0, 1, 0x7f, 0x80, 0xff][random(6)] ?? 0),
    );
    return { key, value: random(4) === 0 ? undefined : Buffer.from(String(at)) };
  });
}

test("thousands of packed edits are in key order with the newest value of each key", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(12), fc.nat(14), (seed, prefixSize, tailSize) => {
      const edits = manyEdits(seed, prefixSize, tailSize);
      expect(stateOf(pack(edits))).toEqual(newest(edits));
      const ascending = newest(edits).map(([key, text]) => ({
        key: Buffer.from(key, "latin1"),
        value: text === undefined ? undefined : Buffer.from(text, "latin1"),
      }));
      expect(stateOf(pack(ascending))).toEqual(newest(edits));
    }),
    { numRuns: 8 },
  );
});

const NUMBERS = 2000;
const keyOf = (number: number): Uint8Array => Buffer.from(String(number).padStart(4, "0"));
const number = fc.nat(NUMBERS);
const step = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), number, value }),
  fc.record({ kind: fc.constant("get" as const), number }),
  fc.record({ kind: fc.constant("count" as const), number, size: fc.nat(800) }),
  fc.record({ kind: fc.constant("scan" as const), number, backward: fc.boolean() }),
  fc.record({ kind: fc.constant("list" as const) }),
);

test("a delta filled with packed edits does what one does that was written entry by entry", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(number, { minLength: 1, maxLength: 1500, size: "max" }),
      fc.array(step, { maxLength: 40, size: "max" }),
      (numbers, steps) => {
        const edits = numbers.map((each) => ({
          key: keyOf(each),
          value: each % 5 === 0 ? undefined : Buffer.from(`value ${each}`),
        }));
        const filled = new RowDelta();
        filled.fill(pack(edits), 1);
        const written = new RowDelta();
        const put = (delta: RowDelta, { key: keyBytes, value }: Edit, sequence: number): void =>
          delta.put(keyBytes, value, { sequence, oldestSnapshot: 0 });
        for (const each of edits) put(written, each, 1);
        const both = [filled, written];
        const agree = (look: (delta: RowDelta) => unknown): void =>
          expect(look(filled)).toEqual(look(written));
        let sequence = 1;
        for (const each of steps) {
          switch (each.kind) {
            case "put":
              sequence++;
              for (const delta of both) put(delta, { key: keyOf(each.number), value: each.value }, sequence);
              break;
            case "get":
              agree((delta) => versionsOf(delta, keyOf(each.number), sequence));
              break;
            case "count": {
              const upper = keyOf(Math.min(NUMBERS, each.number + each.size));
              agree((delta) => delta.countRange({ lower: keyOf(each.number), upper }));
              agree((delta) => delta.countRange({ upper }));
              break;
            }
            case "scan":
              agree((delta) => {
                const range = each.backward ? { upper: keyOf(each.number) } : { lower: keyOf(each.number) };
                return scan(delta, { range, backward: each.backward, sequence: 1 });
              });
              break;
            case "list":
              agree((delta) => scan(delta, { range: {}, backward: false, sequence }));
              break;
            default:
              throw new Error(`no such step: ${JSON.stringify(each satisfies never)}`);
          }
        }
        agree((delta) => scan(delta, { range: {}, backward: false, sequence }));
        agree((delta) => delta.count);
      },
    ),
    { numRuns: 40 },
  );
});

function versionsOf(delta: RowDelta, key: Uint8Array, newest: number): unknown {
  const slot = emptySlot();
  const versions: unknown[] = [];
  for (let sequence = 0; sequence <= newest; sequence++) {
    const shown = delta.lookup(key, sequence, slot);
    versions.push(shown ? textOf(slot.valueBytes.subarray(slot.valueStart, slot.valueEnd)) : shown);
  }
  return versions;
}

/** The first entries of a scan. */
function scan(
  delta: RowDelta,
  { range, backward, sequence }: { range: KeyRange; backward: boolean; sequence: number },
): unknown {
  const cursor = delta.openCursor(range, backward ? "backward" : "forward", sequence);
  const seen: unknown[] = [];
  while (seen.length < 600 && cursor.next()) {
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
    const value = cursor.deleted ? undefined : valueBytes.subarray(valueStart, valueEnd);
    seen.push([keyToText(keyBytes.subarray(keyStart, keyEnd)), textOf(value)]);
  }
  return seen;
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../../src/bytes/compare.ts";
import { EMPTY_HASH, type Hash } from "../../../src/bytes/hash.ts";
import { MemoryChunkStore } from "../../../src/chunks/memory-chunk-store.ts";
import { readBlob, writeBlob } from "../../../src/prolly/blob.ts";
import { NodeReader } from "../../../src/prolly/node-reader.ts";
import { openTree, type ProllyTree } from "../../../src/prolly/prolly-tree.ts";
import { SortedLookup } from "../../../src/prolly/sorted-lookup.ts";
import { TreeBuilder } from "../../../src/prolly/tree-builder.ts";
import { DIFF_ADDED, DIFF_REMOVED, diffTrees } from "../../../src/prolly/tree-diff.ts";
import { applyEdits, type TreeEdit } from "../../../src/prolly/tree-editor.ts";
import { mergeTrees } from "../../../src/prolly/tree-merge.ts";
import { CONTENT_OPAQUE } from "../../../src/prolly/tree-node.ts";
import {
  emptySlot,
  type KeyRange,
  type TupleCursor,
  type TupleSlot,
} from "../../../src/prolly/tuple-cursor.ts";

type Model = Map<string, string>;
type ModelEdits = Map<string, string | undefined>;

const store = new MemoryChunkStore();
const nodes = new NodeReader(store);

const toBytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
const toText = (bytes: Uint8Array, start = 0, end = bytes.length): string =>
  Buffer.from(bytes).toString("latin1", start, end);
const sorted = <T>(model: Map<string, T>): [string, T][] =>
  [...model].sort(([left], [right]) => compareBytes(toBytes(left), toBytes(right)));
const tree = (root: Hash): ProllyTree => openTree(nodes, root, CONTENT_OPAQUE);

function build(model: Model): Hash {
  const builder = new TreeBuilder(store, CONTENT_OPAQUE);
  for (const [key, value] of sorted(model)) builder.append(toBytes(key), toBytes(value));
  return builder.finish();
}

function edit(root: Hash, edits: ModelEdits): Hash {
  const list: TreeEdit[] = sorted(edits).map(([key, value]) => ({
    key: toBytes(key),
    value: value === undefined ? undefined : toBytes(value),
  }));
  return applyEdits(store, tree(root), list);
}

function showSame(left: TupleSlot, right: TupleSlot): boolean {
  return (
    left.keyBytes === right.keyBytes &&
    left.keyStart === right.keyStart &&
    left.keyEnd === right.keyEnd &&
    left.valueBytes === right.valueBytes &&
    left.valueStart === right.valueStart &&
    left.valueEnd === right.valueEnd
  );
}

function entries(cursor: TupleCursor): [string, string][] {
  const found: [string, string][] = [];
  while (cursor.next()) {
    found.push([
      toText(cursor.keyBytes, cursor.keyStart, cursor.keyEnd),
      toText(cursor.valueBytes, cursor.valueStart, cursor.valueEnd),
    ]);
  }
  return found;
}

function applyToModel(model: Model, edits: ModelEdits): Model {
  const changed = new Map(model);
  for (const [key, value] of edits) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  return changed;
}

/** Keys of a small space, so that edits hit; values long enough to make several levels. */
const key = fc.oneof(
  fc.integer({ min: 0, max: 5000 }).map((n) => String.fromCharCode(n >> 8, n & 255)),
  fc.string({ unit: "binary-ascii", maxLength: 4 }),
);
const value = fc
  .tuple(fc.string({ unit: "binary-ascii", maxLength: 6 }), fc.nat(120))
  .map(([text, n]) => text + "v".repeat(n));
/** Large models come from a run of integers, small ones from arbitrary keys. */
const model: fc.Arbitrary<Model> = fc
  .record({
    run: fc.oneof(fc.nat(40), fc.nat(3000)),
    step: fc.integer({ min: 1, max: 7 }),
    size: fc.nat(60),
    extra: fc.array(fc.tuple(key, value), { maxLength: 40 }),
  })
  .map(({ run, step, size, extra }) => {
    const made: Model = new Map();
    for (let n = 0; n < run; n += step)
      made.set(String.fromCharCode(n >> 8, n & 255), "w".repeat((n * size) % 97));
    for (const [k, v] of extra) made.set(k, v);
    return made;
  });
/** Single edits and wide deletions. */
const edits: fc.Arbitrary<ModelEdits> = fc
  .record({
    list: fc.array(fc.tuple(key, fc.option(value, { nil: undefined })), { maxLength: 60 }),
    from: fc.nat(3000),
    length: fc.oneof(fc.constant(0), fc.nat(3000)),
    put: fc.boolean(),
  })
  .map(({ list, from, length, put }) => {
    const made: ModelEdits = new Map();
    for (let n = from; n < from + length; n++)
      made.set(String.fromCharCode(n >> 8, n & 255), put ? `p${n}` : undefined);
    for (const [k, v] of list) made.set(k, v);
    return made;
  });

describe("trees", () => {
  test("the same entries give the same root, whatever edits led to them", () => {
    fc.assert(
      fc.property(model, fc.array(edits, { maxLength: 4 }), (start, steps) => {
        let root = build(start);
        let current = start;
        for (const step of steps) {
          root = edit(root, step);
          current = applyToModel(current, step);
          expect(root).toBe(build(current));
        }
        expect(tree(root).count).toBe(current.size);
      }),
      { numRuns: 150 },
    );
  });

  test("edits in single steps end where one sorted pass ends", () => {
    fc.assert(
      fc.property(model, edits, (start, step) => {
        const few = new Map([...step].slice(0, 30));
        let root = build(start);
        for (const [k, v] of few) root = edit(root, new Map([[k, v]]));
        expect(root).toBe(edit(build(start), few));
      }),
      { numRuns: 40 },
    );
  });

  test("look-ups of ascending keys find what single ones find", () => {
    fc.assert(
      fc.property(model, fc.array(key, { maxLength: 60 }), fc.nat(9), (start, others, step) => {
        const opened = tree(build(start));
        const present = sorted(start).flatMap(([k], at) => (step > 0 && at % step === 0 ? [toBytes(k)] : []));
        const keys = [...present, ...others.map(toBytes)].sort(compareBytes);
        const lookups = new SortedLookup(opened);
        const [found, expected] = [emptySlot(), emptySlot()];
        for (const each of keys) {
          const there = lookups.lookup(each, found);
          const same = there === opened.lookup(each, expected) && (!there || showSame(found, expected));
          if (!same) expect.fail(`another answer for ${each}`);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("cursors show exactly the entries of their range, in both directions", () => {
    const bound = fc.option(key, { nil: undefined });
    fc.assert(
      fc.property(model, bound, bound, fc.boolean(), fc.boolean(), (start, lower, upper, li, ui) => {
        const range: KeyRange = {
          ...(lower === undefined ? {} : { lower: toBytes(lower), lowerInclusive: li }),
          ...(upper === undefined ? {} : { upper: toBytes(upper), upperInclusive: ui }),
        };
        const opened = tree(build(start));
        const expected = sorted(start).filter(([k]) => {
          const low = lower === undefined ? 1 : compareBytes(toBytes(k), toBytes(lower));
          const high = upper === undefined ? -1 : compareBytes(toBytes(k), toBytes(upper));
          return (low > 0 || (li && low === 0)) && (high < 0 || (ui && high === 0));
        });
        expect(entries(opened.openCursor(range, "forward"))).toEqual(expected);
        expect(entries(opened.openCursor(range, "backward"))).toEqual(expected.reverse());
        expect(opened.estimateCount(range)).toBe(expected.length);
      }),
      { numRuns: 200 },
    );
  });

  test("look-up, rank and select agree with the sorted entries", () => {
    fc.assert(
      fc.property(model, fc.array(key, { maxLength: 20 }), (start, others) => {
        const opened = tree(build(start));
        const slot = emptySlot();
        sorted(start).forEach(([k, v], index) => {
          if (index % 7 !== 0) return;
          expect(opened.lookup(toBytes(k), slot)).toBe(true);
          expect(toText(slot.valueBytes, slot.valueStart, slot.valueEnd)).toBe(v);
          expect(opened.rank(toBytes(k))).toBe(index);
          expect(opened.select(index, slot)).toBe(true);
          expect(toText(slot.keyBytes, slot.keyStart, slot.keyEnd)).toBe(k);
        });
        for (const k of others) expect(opened.lookup(toBytes(k), slot)).toBe(start.has(k));
        expect(opened.select(start.size, slot)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test("a diff applied to the first tree gives the second, and says no more than the difference", () => {
    fc.assert(
      fc.property(model, edits, (start, step) => {
        const from = build(start);
        const to = edit(from, step);
        const found: TreeEdit[] = [];
        const diff = diffTrees(tree(from), tree(to));
        while (diff.next()) {
          const slot = diff.kind === DIFF_ADDED ? diff.to : diff.from;
          found.push({
            key: slot.keyBytes.slice(slot.keyStart, slot.keyEnd),
            value:
              diff.kind === DIFF_REMOVED
                ? undefined
                : diff.to.valueBytes.slice(diff.to.valueStart, diff.to.valueEnd),
          });
        }
        expect(applyEdits(store, tree(from), found)).toBe(to);
        const after = applyToModel(start, step);
        const differing = [...new Set([...start.keys(), ...after.keys()])].filter(
          (k) => start.get(k) !== after.get(k),
        );
        expect(found.map(({ key: k }) => toText(k)).sort()).toEqual(differing.sort());
      }),
      { numRuns: 150 },
    );
  });

  test("merging disjoint changes keeps both; either order gives the same root; an unchanged side changes nothing", () => {
    fc.assert(
      fc.property(model, edits, edits, (start, left, right) => {
        const rightOnly = new Map([...right].filter(([k]) => !left.has(k)));
        const base = build(start);
        const ours = edit(base, left);
        const theirs = edit(base, rightOnly);
        const onConflict = (): never => {
          throw new Error("disjoint changes cannot be in conflict");
        };
        const merge = (a: Hash, b: Hash): Hash =>
          mergeTrees(store, { base: tree(base), ours: tree(a), theirs: tree(b), onConflict });
        const merged = merge(ours, theirs);
        expect(merged).toBe(build(applyToModel(applyToModel(start, left), rightOnly)));
        expect(merge(theirs, ours)).toBe(merged);
        expect(merge(ours, base)).toBe(ours);
        expect(merge(base, theirs)).toBe(theirs);
        expect(merge(ours, ours)).toBe(ours);
      }),
      { numRuns: 80 },
    );
  });

  test("conflicting changes are all reported, and the answer is what is stored", () => {
    fc.assert(
      fc.property(model, edits, edits, (start, left, right) => {
        const base = build(start);
        const ourModel = applyToModel(start, left);
        const theirModel = applyToModel(start, right);
        const reported: string[] = [];
        const merged = mergeTrees(store, {
          base: tree(base),
          ours: tree(build(ourModel)),
          theirs: tree(build(theirModel)),
          onConflict: (conflict) => {
            reported.push(toText(conflict.key));
            return conflict.theirs;
          },
        });
        const keys = new Set([...start.keys(), ...ourModel.keys(), ...theirModel.keys()]);
        const conflicting = [...keys].filter((k) => {
          const [b, o, t] = [start.get(k), ourModel.get(k), theirModel.get(k)];
          return o !== b && t !== b && o !== t;
        });
        expect(reported.sort()).toEqual(conflicting.sort());
        const expected = new Map(ourModel);
        for (const k of keys) {
          if (theirModel.get(k) === start.get(k)) continue;
          const theirs = theirModel.get(k);
          if (theirs === undefined) expected.delete(k);
          else expected.set(k, theirs);
        }
        expect(merged).toBe(build(expected));
      }),
      { numRuns: 60 },
    );
  });

  test("huge keys and values make a tree of finite height", () => {
    const large: Model = new Map();
    for (let n = 0; n < 300; n++)
      large.set(String.fromCharCode(n >> 8, n & 255) + "k".repeat(12_000), "v".repeat((n * 977) % 70_000));
    const root = build(large);
    expect(entries(tree(root).openCursor({}, "forward"))).toEqual(sorted(large));
    const [[first]] = sorted(large) as [[string, string]];
    const removed = edit(root, new Map([[first, undefined]]));
    large.delete(first);
    expect(removed).toBe(build(large));
  });

  test("no entries are the empty hash", () => {
    expect(build(new Map())).toBe(EMPTY_HASH);
    expect(edit(build(new Map([["a", "1"]])), new Map([["a", undefined]]))).toBe(EMPTY_HASH);
  });
});

describe("blobs", () => {
  test("read back as they were written", () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(255), (size, seed) => {
        const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed + (i >> 8)) & 255);
        expect(Buffer.compare(readBlob(store, writeBlob(store, bytes)), bytes)).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  test("of more than one index level read back as they were written", () => {
    const bytes = new Uint8Array(16_384 * 513 + 5).map((_, i) => i % 251);
    expect(Buffer.compare(readBlob(store, writeBlob(store, bytes)), bytes)).toBe(0);
  });
});

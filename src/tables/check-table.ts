/**
 * Checks one table against itself: every tree is sorted and sums up, every row decodes, and the entries of every
 * secondary index are exactly those that the rows ask for. Reads everything once per index; memory is bounded.
 */

import { AssertionError } from "../base/assert.ts";
import { AppError } from "../base/errors.ts";
import { compareBytes, compareRanges } from "../bytes/compare.ts";
import { HASH_SIZE, hashFromBytes } from "../bytes/hash.ts";
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import type { TupleCursor, TupleSlot } from "../prolly/tuple-cursor.ts";
import type { Value } from "../values/value.ts";
import type { ReadBlob } from "./field-reader.ts";
import { hasEntries, type RowCodec } from "./row-codec.ts";
import { decodeTuple } from "./value-tuple.ts";

export interface TableTrees {
  readonly name: string;
  readonly codec: RowCodec;
  readonly primary: ProllyTree;
  /** In the order of `schema.indexes`. */
  readonly indexes: readonly ProllyTree[];
  readonly readBlob: ReadBlob;
}

export interface TableProblem {
  readonly table: string;
  /** What is wrong, for people. */
  readonly message: string;
}

/** Problems reported per table at most: after that the table is simply broken. */
const PROBLEM_COUNT_MAX = 20;

/** Entries between two steps. */
const ENTRIES_PER_STEP = 4_096;

/** All problems of a table; empty when it is sound. Does not throw for what it finds in the data. */
export function checkTable(table: TableTrees): readonly TableProblem[] {
  const steps = checkTableInSteps(table);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** {@link checkTable} in steps of a few thousand entries, so that a caller may let others run between them. */
export function* checkTableInSteps(table: TableTrees): Generator<void, readonly TableProblem[]> {
  const { codec, primary, indexes } = table;
  const problems = new ProblemList(table.name);
  const rowCount = yield* checkTree(primary, "rows", problems);
  if (indexes.length !== codec.schema.indexes.length) {
    problems.add(`has ${indexes.length} index trees for ${codec.schema.indexes.length} indexes`);
  }
  yield* guard(problems, "rows", checkRows(table, problems));
  for (const [at, definition] of codec.schema.indexes.entries()) {
    const tree = indexes[at];
    if (tree === undefined) continue;
    const what = `index ${definition.name}`;
    const count = yield* checkTree(tree, what, problems);
    const expected = hasEntries(definition) ? rowCount : 0;
    if (count !== expected) problems.add(`${what} has ${count ?? 0} entries for ${expected ?? 0} rows`);
    if (hasEntries(definition)) yield* guard(problems, what, checkIndex(table, at + 1, problems));
  }
  return problems.found;
}

class ProblemList {
  readonly #table: string;
  readonly #found: TableProblem[] = [];

  constructor(table: string) {
    this.#table = table;
  }

  get found(): readonly TableProblem[] {
    return this.#found;
  }

  get full(): boolean {
    return this.#found.length >= PROBLEM_COUNT_MAX;
  }

  add(message: string): void {
    if (!this.full) this.#found.push({ table: this.#table, message });
  }

  /** Notes what a lower layer threw; errors that say nothing about the data are thrown on. */
  addDamage(what: string, error: unknown): void {
    if (!(error instanceof AppError || error instanceof AssertionError || error instanceof RangeError))
      throw error;
    this.add(`${what}: ${error.message}`);
  }
}

/** Counts the entries; checks their order and the counts kept in the nodes. Undefined when it cannot be read. */
function checkTree(
  tree: ProllyTree,
  what: string,
  problems: ProblemList,
): Generator<void, number | undefined> {
  return guard(problems, what, countEntries(tree, what, problems));
}

function* countEntries(tree: ProllyTree, what: string, problems: ProblemList): Generator<void, number> {
  let count = 0;
  let previous: Uint8Array | undefined;
  const cursor = tree.openCursor({}, "forward");
  while (cursor.next()) {
    const key = keyOf(cursor);
    if (previous !== undefined && compareBytes(previous, key) >= 0) {
      problems.add(`${what}: entry ${count} is out of order`);
    }
    previous = key;
    count++;
    if (count % ENTRIES_PER_STEP === 0) yield;
  }
  if (count !== tree.count)
    problems.add(`${what}: ${count} entries found, ${tree.count} counted in the root`);
  return count;
}

/** Every row decodes, and its key is the one that its values give. */
function* checkRows({ codec, primary, readBlob }: TableTrees, problems: ProblemList): Generator<void, void> {
  const cursor = primary.openCursor({}, "forward");
  for (let at = 0; cursor.next() && !problems.full; at++) {
    if (at % ENTRIES_PER_STEP === 0) yield;
    note(problems, `row ${at}`, () => {
      checkBlobs(cursor, readBlob, at, problems);
      const values = codec.decodeRow(cursor, readBlob);
      if (codec.keyless) return;
      const key = codec.encodePrimaryKey(values);
      if (compareBytes(key, keyOf(cursor)) !== 0)
        problems.add(`row ${at} has a key that is not of its values`);
    });
  }
}

/** True when the row's long values are there and as long as the row says. */
export function areBlobsWhole(slot: TupleSlot, readBlob: ReadBlob): boolean {
  const problems = new ProblemList("");
  checkBlobs(slot, readBlob, 0, problems);
  return problems.found.length === 0;
}

function checkBlobs(slot: TupleSlot, readBlob: ReadBlob, at: number, problems: ProblemList): void {
  for (const field of decodeTuple(slot.valueBytes, slot.valueStart)) {
    if (field.kind !== "external") continue;
    const { length } = readBlob(hashFromBytes(field.bytes, field.start));
    const view = new DataView(field.bytes.buffer, field.bytes.byteOffset);
    const expected = Number(view.getBigUint64(field.start + HASH_SIZE, true));
    if (length !== expected)
      problems.add(`row ${at}: a long value has ${length} bytes instead of ${expected}`);
  }
}

/** Every entry has a row whose values give this entry. As keys are unique and counts agree, the reverse holds too. */
function* checkIndex(table: TableTrees, index: number, problems: ProblemList): Generator<void, void> {
  const { codec, primary, indexes, readBlob } = table;
  const definition = codec.schema.indexes[index - 1];
  const tree = indexes[index - 1];
  if (definition === undefined || tree === undefined) return;
  const what = `index ${definition.name}`;
  const virtual = hasVirtualPart(codec, index);
  const slot: TupleSlot = emptyRowSlot();
  const cursor = tree.openCursor({}, "forward");
  let previous: Uint8Array | undefined;
  for (let at = 0; cursor.next() && !problems.full; at++) {
    if (at % ENTRIES_PER_STEP === 0) yield;
    const start = codec.primaryKeyStart(index, cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
    const primaryKey = cursor.keyBytes.subarray(start, cursor.keyEnd);
    if (!primary.lookup(primaryKey, slot)) {
      problems.add(`${what}: entry ${at} has no row`);
      continue;
    }
    // The value of a virtual column is not stored, so such entries can only be checked for their row.
    if (virtual) continue;
    const values = codec.decodeRow(slot, readBlob);
    const expected = codec.encodeIndexKey(index, values, primaryKey);
    if (compareRanges(expected, 0, expected.length, cursor.keyBytes, cursor.keyStart, cursor.keyEnd) !== 0) {
      problems.add(`${what}: entry ${at} differs from its row`);
    }
    if (definition.kind !== "unique") continue;
    const unique = uniqueKey(codec, index, values);
    if (unique !== undefined && previous !== undefined && compareBytes(unique, previous) === 0) {
      problems.add(`${what}: entry ${at} is a duplicate`);
    }
    previous = unique;
  }
}

/** The part of an entry that may be there once; undefined when it has a NULL. */
export function uniqueKey(codec: RowCodec, index: number, values: readonly Value[]): Uint8Array | undefined {
  const { key, hasNull } = codec.encodeUniqueParts(index, values);
  return hasNull ? undefined : key;
}

/** Whether an index has a part whose value is computed when read. */
export function hasVirtualPart({ schema }: RowCodec, index: number): boolean {
  const parts = schema.indexes[index - 1]?.parts ?? [];
  return parts.some(({ columnId }) => {
    const generated = schema.columns.find(({ id }) => id === columnId)?.generated;
    return generated !== undefined && !generated.stored;
  });
}

function keyOf(cursor: TupleCursor): Uint8Array {
  return cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd);
}

function emptyRowSlot(): TupleSlot {
  const none = new Uint8Array(0);
  return { keyBytes: none, keyStart: 0, keyEnd: 0, valueBytes: none, valueStart: 0, valueEnd: 0 };
}

/** Turns damage found by lower layers (missing chunks, malformed nodes, keys that do not decode) into a problem. */
function* guard<T>(
  problems: ProblemList,
  what: string,
  steps: Generator<void, T>,
): Generator<void, T | undefined> {
  try {
    return yield* steps;
  } catch (error) {
    problems.addDamage(what, error);
    return undefined;
  }
}

function note(problems: ProblemList, what: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    problems.addDamage(what, error);
  }
}

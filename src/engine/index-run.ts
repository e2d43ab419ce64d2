/**
 * The trees of a table that is rebuilt: sorted entries become a tree bottom-up, with a check that what must differ does. The
 * work is done in short slices, so that nobody waits for it long.
 */
import type { Clock } from "../base/clock.ts";
import { giveWay, SLICE_MS } from "../base/pause.ts";
import { restAfterBurst } from "../base/short-bursts.ts";
import { compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_OPAQUE, type TreeContent } from "../prolly/tree-node.ts";
import type { TupleCursor, TupleSlot } from "../prolly/tuple-cursor.ts";
import { KeySorter, type SortPause } from "../tables/key-sorter.ts";
import type { ReadBlob, RowCodec } from "../tables/row-codec.ts";
import type { IndexDefinition } from "../tables/schema.ts";
import type { Value } from "../values/value.ts";
import type { StoredIndexKeys } from "./stored-index-keys.ts";

/** Where a rebuild puts what it makes, and how it gives way to others. */
export interface BuildSite {
  readonly chunks: ChunkStore;
  readonly clock: Clock;
  /** Ends the work with its reason when it is aborted. */
  readonly signal: AbortSignal | undefined;
  /** Sorted runs that do not fit in memory go there. */
  readonly folder: string;
  /** Awaited between slices, to keep bounded what `chunks` holds in memory. */
  readonly flush?: () => Promise<void>;
}

const ROWS_BETWEEN_CLOCK_READS = 32;
export const NO_VALUE: Uint8Array = new Uint8Array(0);
/** Marks, while sorting, entries that must not share their parts with another. */
export const UNIQUE_ENTRY: Uint8Array = new Uint8Array([1]);

/** The entries of one index, sorted and built. */
export class IndexRun {
  /** As in row-codec.ts. */
  readonly index: number;
  readonly #codec: RowCodec;
  readonly #definition: IndexDefinition;
  readonly #unique: boolean;
  readonly #sorter: KeySorter;

  constructor(codec: RowCodec, index: number, folder: string) {
    this.index = index;
    this.#codec = codec;
    this.#definition = codec.schema.indexes[index - 1] as IndexDefinition;
    this.#unique = this.#definition.kind === "unique";
    this.#sorter = new KeySorter({ folder });
  }

  reads(columnId: number): boolean {
    return this.#definition.parts.some((part) => part.columnId === columnId);
  }

  /** The row's primary key is `key[keyStart, keyEnd)`. */
  add(values: readonly Value[], key: Uint8Array, keyStart: number, keyEnd: number): void {
    const codec = this.#codec;
    const value = this.#unique && !codec.hasNullPart(this.index, values) ? UNIQUE_ENTRY : NO_VALUE;
    const { bytes, size } = codec.writeIndexKey(this.index, values, key, keyStart, keyEnd);
    this.#sorter.addRange(bytes, size, value);
  }

  /** {@link add} for a row that stays as it is. */
  addStored(row: TupleSlot, keys: StoredIndexKeys, readBlob: ReadBlob): void {
    const value = keys.write(row, readBlob) ? UNIQUE_ENTRY : NO_VALUE;
    this.#sorter.addRange(keys.writer.bytes, keys.writer.size, value);
  }

  /** To be awaited between additions now and then. */
  async makeRoom(pace: Pace): Promise<void> {
    await this.#sorter.spillInSteps(pace);
  }

  /** `elsewhere`: the entries were not added here, and come from there in order. */
  async build(site: BuildSite, duplicate: DuplicateError, elsewhere?: TupleCursor): Promise<Hash> {
    const sorted = elsewhere ?? (await this.#sorter.sortedInSteps(new Pace(site)));
    return await buildSorted(site, CONTENT_OPAQUE, sorted, {
      value: () => NO_VALUE,
      compareWithLast: this.#unique
        ? (cursor, last) => this.#checkUnique(cursor, last, duplicate)
        : undefined,
    });
  }

  close(): void {
    this.#sorter.close();
  }

  #checkUnique(cursor: TupleCursor, last: LastKey, duplicate: DuplicateError): void {
    if (cursor.valueEnd === cursor.valueStart) return;
    const codec = this.#codec;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const partsEnd = codec.primaryKeyStart(this.index, keyBytes, keyStart, keyEnd);
    const lastEnd = codec.primaryKeyStart(this.index, last.bytes, last.start, last.end);
    if (compareRanges(keyBytes, keyStart, partsEnd, last.bytes, last.start, lastEnd) !== 0) return;
    throw duplicate(keyBytes.slice(partsEnd, keyEnd));
  }
}

/** Makes the error for a second row with the same unique value, of its primary key. */
export type DuplicateError = (primaryKey: Uint8Array) => Error;

/** The key before the one that a cursor shows: `bytes[start, end)`. */
export interface LastKey {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface SortedEntries {
  readonly value: (cursor: TupleCursor) => Uint8Array;
  /** Throws when the two keys may not both be there. */
  readonly compareWithLast: ((cursor: TupleCursor, last: LastKey) => void) | undefined;
}

/** The tree of entries that come in order. */
export async function buildSorted(
  site: BuildSite,
  content: TreeContent,
  sorted: TupleCursor,
  { value, compareWithLast }: SortedEntries,
): Promise<Hash> {
  const pace = new Pace(site);
  const builder = new TreeBuilder(site.chunks, content);
  const last = { bytes: NO_VALUE, start: 0, end: 0 };
  let isFirst = true;
  while (sorted.next()) {
    if (compareWithLast !== undefined) {
      if (!isFirst) compareWithLast(sorted, last);
      isFirst = false;
      last.bytes = sorted.keyBytes;
      last.start = sorted.keyStart;
      last.end = sorted.keyEnd;
    }
    const bytes = value(sorted);
    builder.appendRange(sorted.keyBytes, sorted.keyStart, sorted.keyEnd, bytes, 0, bytes.length);
    if (pace.isOver()) await pace.take();
  }
  return builder.finish();
}

/** Keeps long synchronous work from holding up everyone else, and ends it when it is killed. */
export class Pace implements SortPause {
  readonly #site: BuildSite;
  #rows = 0;
  #sliceEnd: number;

  constructor(site: BuildSite) {
    this.#site = site;
    this.#sliceEnd = site.clock.monotonicMs() + SLICE_MS;
  }

  /** {@link isDue} for who asks after every row. */
  isOver(): boolean {
    if (++this.#rows < ROWS_BETWEEN_CLOCK_READS) return false;
    this.#rows = 0;
    return this.isDue();
  }

  isDue(): boolean {
    restAfterBurst();
    return this.#site.clock.monotonicMs() >= this.#sliceEnd;
  }

  async take(): Promise<void> {
    const { clock, signal, flush } = this.#site;
    await flush?.();
    await giveWay(clock);
    signal?.throwIfAborted();
    this.#sliceEnd = clock.monotonicMs() + SLICE_MS;
  }
}

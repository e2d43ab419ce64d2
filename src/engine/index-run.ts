/**
 * The trees of a table that is rebuilt: sorted entries become a tree bottom-up, with a check that what must differ does. The
 * work is done in short slices, so that nobody waits for it long.
 */
import { type Clock, yieldToOthers } from "../base/clock.ts";
import { compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_OPAQUE, type TreeContent } from "../prolly/tree-node.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import { KeySorter } from "../tables/key-sorter.ts";
import type { RowCodec } from "../tables/row-codec.ts";
import type { IndexDefinition } from "../tables/schema.ts";
import type { Value } from "../values/value.ts";

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

const SLICE_MS = 1;
const ROWS_BETWEEN_CLOCK_READS = 32;
const NO_VALUE: Uint8Array = new Uint8Array(0);
/** Marks, while sorting, entries that must not share their parts with another. */
const UNIQUE_ENTRY: Uint8Array = new Uint8Array([1]);

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

  add(values: readonly Value[], primaryKey: Uint8Array): void {
    const codec = this.#codec;
    const value =
      this.#unique && !codec.encodeUniqueParts(this.index, values).hasNull ? UNIQUE_ENTRY : NO_VALUE;
    this.#sorter.add(codec.encodeIndexKey(this.index, values, primaryKey), value);
  }

  /** `duplicate` makes the error for a second row with the same unique value, of its primary key. */
  async build(site: BuildSite, duplicate: (primaryKey: Uint8Array) => Error): Promise<Hash> {
    return await buildSorted(site, CONTENT_OPAQUE, this.#sorter.sorted(), {
      value: () => NO_VALUE,
      sameAsLast: (cursor, last) => this.#checkUnique(cursor, last, duplicate),
    });
  }

  close(): void {
    this.#sorter.close();
  }

  #checkUnique(cursor: TupleCursor, last: Uint8Array, duplicate: (primaryKey: Uint8Array) => Error): void {
    if (cursor.valueEnd === cursor.valueStart) return;
    const codec = this.#codec;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const partsEnd = codec.primaryKeyStart(this.index, keyBytes, keyStart, keyEnd);
    const lastEnd = codec.primaryKeyStart(this.index, last, 0, last.length);
    if (compareRanges(keyBytes, keyStart, partsEnd, last, 0, lastEnd) !== 0) return;
    throw duplicate(keyBytes.slice(partsEnd, keyEnd));
  }
}

export interface SortedEntries {
  readonly value: (cursor: TupleCursor) => Uint8Array;
  /** Called with the key before this one; throws when they may not both be there. */
  readonly sameAsLast: (cursor: TupleCursor, last: Uint8Array) => void;
}

export async function buildSorted(
  site: BuildSite,
  content: TreeContent,
  sorted: TupleCursor,
  each: SortedEntries,
): Promise<Hash> {
  const pace = new Pace(site);
  const builder = new TreeBuilder(site.chunks, content);
  let last: Uint8Array | undefined;
  while (sorted.next()) {
    const key = sorted.keyBytes.slice(sorted.keyStart, sorted.keyEnd);
    if (last !== undefined) each.sameAsLast(sorted, last);
    builder.append(key, each.value(sorted));
    last = key;
    if (pace.isOver()) await pace.rest();
  }
  return builder.finish();
}

/** Keeps long synchronous work from holding up everyone else, and ends it when it is killed. */
export class Pace {
  readonly #site: BuildSite;
  #rows = 0;
  #sliceEnd: number;

  constructor(site: BuildSite) {
    this.#site = site;
    this.#sliceEnd = site.clock.monotonicMs() + SLICE_MS;
  }

  isOver(): boolean {
    if (++this.#rows < ROWS_BETWEEN_CLOCK_READS) return false;
    this.#rows = 0;
    return this.#site.clock.monotonicMs() >= this.#sliceEnd;
  }

  async rest(): Promise<void> {
    const { clock, signal, flush } = this.#site;
    await flush?.();
    await yieldToOthers();
    signal?.throwIfAborted();
    this.#sliceEnd = clock.monotonicMs() + SLICE_MS;
  }
}

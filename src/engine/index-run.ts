/**
 * The trees of a table that is rebuilt: sorted entries become a tree bottom-up, with a check that what must differ does. The
 * work is done in short slices, so that nobody waits for it long.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { giveWay, SLICE_MS } from "../base/pause.ts";
import { compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_OPAQUE, type TreeContent } from "../prolly/tree-node.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import { KeySorter, type SortPause } from "../tables/key-sorter.ts";
import {
  FIELD_INLINE,
  FIELD_NULL,
  type FieldReader,
  type ReadBlob,
  type RowCodec,
} from "../tables/row-codec.ts";
import type { IndexDefinition } from "../tables/schema.ts";
import { FieldWriter } from "../values/codec/field-writer.ts";
import type { KeyCodec } from "../values/codec/key-codec.ts";
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

const ROWS_BETWEEN_CLOCK_READS = 32;
const NO_VALUE: Uint8Array = new Uint8Array(0);
/** Marks, while sorting, entries that must not share their parts with another. */
const UNIQUE_ENTRY: Uint8Array = new Uint8Array([1]);

/** A part of an index that is taken from stored rows. */
export interface StoredPart {
  readonly codec: KeyCodec;
  /** Undefined: all rows have the constant. */
  readonly reader: FieldReader | undefined;
  readonly constant: Value;
}

/** The entries of one index, sorted and built. */
export class IndexRun {
  /** As in row-codec.ts. */
  readonly index: number;
  readonly #codec: RowCodec;
  readonly #definition: IndexDefinition;
  readonly #unique: boolean;
  readonly #sorter: KeySorter;
  readonly #writer = new FieldWriter();

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

  /** How to take the index's parts from rows as they are stored. `source` gives the reader of a column, or its value in
   *  all rows. */
  storedParts(source: (columnId: number) => Pick<StoredPart, "reader" | "constant">): readonly StoredPart[] {
    const codecs = this.#codec.keyCodecs(this.index);
    return this.#definition.parts.map(({ columnId }, at) => {
      const codec = codecs[at];
      assert(codec !== undefined, "each part has a codec");
      return { codec, ...source(columnId) };
    });
  }

  /** The row's primary key is `key[keyStart, keyEnd)`. */
  add(values: readonly Value[], key: Uint8Array, keyStart: number, keyEnd: number): void {
    const codec = this.#codec;
    const value = this.#unique && !codec.hasNullPart(this.index, values) ? UNIQUE_ENTRY : NO_VALUE;
    const { bytes, size } = codec.writeIndexKey(this.index, values, key, keyStart, keyEnd);
    this.#sorter.addRange(bytes, size, value);
  }

  /** {@link add} for a row that stays as it is: its fields become parts of the key without becoming values between. */
  addStored(row: TupleCursor, parts: readonly StoredPart[], readBlob: ReadBlob): void {
    const writer = this.#writer;
    writer.reset();
    let hasNull = false;
    for (let at = 0; at < parts.length; at++) {
      const { codec, reader, constant } = parts[at] as StoredPart;
      const state = reader === undefined ? FIELD_NULL : reader.locate(row);
      if (reader !== undefined && state === FIELD_INLINE && reader.encoding === "field") {
        codec.encodeField(reader.bytes, reader.start, reader.end, writer);
        continue;
      }
      const value = reader === undefined ? constant : reader.read(row, readBlob);
      if (value === null) hasNull = true;
      codec.encode(value, writer);
    }
    writer.writeBytes(row.keyBytes, row.keyStart, row.keyEnd);
    this.#sorter.addRange(writer.bytes, writer.size, this.#unique && !hasNull ? UNIQUE_ENTRY : NO_VALUE);
  }

  /** To be awaited between additions now and then. */
  async makeRoom(pace: Pace): Promise<void> {
    await this.#sorter.spillInSteps(pace);
  }

  /** `duplicate` makes the error for a second row with the same unique value, of its primary key. */
  async build(site: BuildSite, duplicate: (primaryKey: Uint8Array) => Error): Promise<Hash> {
    return await buildSorted(site, CONTENT_OPAQUE, this.#sorter, {
      value: () => NO_VALUE,
      compareWithLast: this.#unique
        ? (cursor, last) => this.#checkUnique(cursor, last, duplicate)
        : undefined,
    });
  }

  close(): void {
    this.#sorter.close();
  }

  #checkUnique(cursor: TupleCursor, last: LastKey, duplicate: (primaryKey: Uint8Array) => Error): void {
    if (cursor.valueEnd === cursor.valueStart) return;
    const codec = this.#codec;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const partsEnd = codec.primaryKeyStart(this.index, keyBytes, keyStart, keyEnd);
    const lastEnd = codec.primaryKeyStart(this.index, last.bytes, last.start, last.end);
    if (compareRanges(keyBytes, keyStart, partsEnd, last.bytes, last.start, lastEnd) !== 0) return;
    throw duplicate(keyBytes.slice(partsEnd, keyEnd));
  }
}

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

/** Sorts, and builds the tree. */
export async function buildSorted(
  site: BuildSite,
  content: TreeContent,
  sorter: KeySorter,
  { value, compareWithLast }: SortedEntries,
): Promise<Hash> {
  const pace = new Pace(site);
  const sorted = await sorter.sortedInSteps(pace);
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

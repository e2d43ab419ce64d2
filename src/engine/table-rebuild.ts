/**
 * Builds the trees of a table whose schema changes: only those that must. Rows are rewritten when their stored form
 * changes; an index is rebuilt when its definition, its columns' key form or the primary key changes. Trees are built
 * bottom-up from sorted runs. The caller keeps writers out.
 */
import { isDeepStrictEqual } from "node:util";
import { type Clock, yieldToOthers } from "../base/clock.ts";
import { compareRanges } from "../bytes/compare.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ChunkStore } from "../chunks/chunk-store.ts";
import { writeBlob } from "../prolly/blob.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_OPAQUE, CONTENT_ROWS, type TreeContent } from "../prolly/tree-node.ts";
import type { TupleCursor } from "../prolly/tuple-cursor.ts";
import { KeySorter } from "../tables/key-sorter.ts";
import {
  createRowCodec,
  decodeRowId,
  type FieldReader,
  hasEntries,
  type RowCodec,
} from "../tables/row-codec.ts";
import type { Column, IndexDefinition, IndexPart, TableSchema } from "../tables/schema.ts";
import type { Value } from "../values/value.ts";
import type { LayeredTableView } from "./layered-table-view.ts";
import { slotOf } from "./log-replay.ts";

export interface Rebuild {
  readonly view: LayeredTableView;
  readonly schema: TableSchema;
  readonly convertRow: ((oldValues: readonly Value[]) => readonly Value[]) | undefined;
  readonly chunks: ChunkStore;
  readonly clock: Clock;
  /** Ends the rebuild with its reason when it is aborted: then nothing has changed. */
  readonly signal: AbortSignal | undefined;
  /** The database's folder: sorted runs that do not fit in memory go there. */
  readonly folder: string;
  /** Makes the error for two rows with the same unique value; index 0 is the primary key. */
  readonly duplicate: (index: number, values: readonly Value[]) => Error;
  /** Sees each row of the new table, to check constraints; throws to refuse. */
  readonly checkRow: ((values: readonly Value[]) => void) | undefined;
}

export interface RebuiltTrees {
  /** Undefined: unchanged. */
  readonly primary: Hash | undefined;
  readonly indexes: readonly (Hash | "unchanged")[];
  readonly nextRowId: number | undefined;
  /** For each index that is unchanged, its place among the old ones. */
  readonly oldPlaces: readonly number[];
}

const SLICE_MS = 1;
const ROWS_BETWEEN_CLOCK_READS = 32;
const NO_VALUE: Uint8Array = new Uint8Array(0);

export async function rebuildTable(rebuild: Rebuild): Promise<RebuiltTrees> {
  const before = rebuild.view.schema;
  const { schema } = rebuild;
  const rewrite = rebuild.convertRow !== undefined || !sameRowForm(before, schema);
  const oldPlaces = schema.indexes.map((index) =>
    rewrite
      ? -1
      : before.indexes.findIndex((old) => sameIndexForm({ schema: before, index: old }, { schema, index })),
  );
  const builders = schema.indexes.flatMap((definition, at) =>
    oldPlaces[at] === -1 && hasEntries(definition) ? [new IndexRun(rebuild, definition, at + 1)] : [],
  );
  const keepsKeys = hasSameKeys(before, schema);
  const rows = rewrite && !keepsKeys ? new KeySorter({ folder: rebuild.folder }) : undefined;
  // Rows that keep their keys come in order: they need no sorting.
  const inOrder = rewrite && keepsKeys ? new TreeBuilder(rebuild.chunks, CONTENT_ROWS) : undefined;
  try {
    const scan = new RowScan(rebuild, { rows, inOrder, builders });
    const needed = rewrite || builders.length > 0 || rebuild.checkRow !== undefined;
    if (needed) await scan.run();
    const primary = rows === undefined ? inOrder?.finish() : await scan.buildRows(rows.sorted());
    const built = new Map<number, Hash>();
    for (const builder of builders) built.set(builder.index, await builder.build());
    return {
      primary,
      indexes: oldPlaces.map((place, at) => (place >= 0 ? "unchanged" : (built.get(at + 1) ?? EMPTY_HASH))),
      nextRowId: rewrite ? scan.nextRowId : undefined,
      oldPlaces,
    };
  } finally {
    rows?.close();
    for (const builder of builders) builder.close();
  }
}

/** True when value tuples and keys of the old schema can be read with the new one. */
function sameRowForm(before: TableSchema, after: TableSchema): boolean {
  const old = before.columns.filter(isStored);
  const next = after.columns.filter(isStored);
  if (next.length < old.length || !sameParts(before, after, [before.primaryKey, after.primaryKey]))
    return false;
  return old.every((column, at) => sameColumnForm(column, next[at]));
}

/** True when every row keeps its primary key, whatever becomes of its other columns. */
function hasSameKeys(before: TableSchema, after: TableSchema): boolean {
  const computed = after.primaryKey.some(({ columnId }) =>
    after.columns.some(({ id, generated }) => id === columnId && generated !== undefined),
  );
  return !computed && sameParts(before, after, [before.primaryKey, after.primaryKey]);
}

function isStored(column: Column): boolean {
  return column.generated?.stored !== false;
}

function sameColumnForm(left: Column | undefined, right: Column | undefined): boolean {
  return (
    left !== undefined &&
    right !== undefined &&
    left.id === right.id &&
    isDeepStrictEqual(left.type, right.type)
  );
}

function sameParts(
  before: TableSchema,
  after: TableSchema,
  [left, right]: readonly [readonly IndexPart[], readonly IndexPart[]],
): boolean {
  if (left.length !== right.length) return false;
  return left.every((part, at) => {
    const other = right[at];
    if (other === undefined || part.columnId !== other.columnId) return false;
    const column = before.columns.find(({ id }) => id === part.columnId);
    const next = after.columns.find(({ id }) => id === part.columnId);
    return (
      part.descending === other.descending &&
      part.prefixLength === other.prefixLength &&
      sameColumnForm(column, next) &&
      column?.nullable === next?.nullable &&
      isDeepStrictEqual(column?.generated, next?.generated)
    );
  });
}

interface IndexOf {
  readonly schema: TableSchema;
  readonly index: IndexDefinition;
}

/** An index that becomes unique must be checked, so it is built again. */
function sameIndexForm(old: IndexOf, next: IndexOf): boolean {
  const uniqueness =
    old.index.kind === next.index.kind || (old.index.kind === "unique" && next.index.kind === "index");
  return uniqueness && sameParts(old.schema, next.schema, [old.index.parts, next.index.parts]);
}

interface RowFeeds {
  /** For rows that are written anew: one of the two. */
  readonly rows: KeySorter | undefined;
  readonly inOrder: TreeBuilder | undefined;
  readonly builders: readonly IndexRun[];
}

/** Reads the old rows once and feeds everything that is built from them. */
class RowScan {
  nextRowId = 1;
  readonly #rebuild: Rebuild;
  readonly #feeds: RowFeeds;
  readonly #oldCodec: RowCodec;
  readonly #newCodec: RowCodec;
  readonly #readBlob = (hash: Hash): Uint8Array => this.#rebuild.view.readBlob(hash);
  readonly #putBlob = (bytes: Uint8Array): Hash => writeBlob(this.#rebuild.chunks, bytes);
  readonly #projection: readonly ProjectedColumn[];
  /** Used again for each row that is not converted. */
  readonly #projected: Value[];

  constructor(rebuild: Rebuild, feeds: RowFeeds) {
    this.#rebuild = rebuild;
    this.#feeds = feeds;
    this.#oldCodec = rebuild.view.layers.state.definition.codec;
    this.#newCodec = createRowCodec(rebuild.schema);
    const { schema, view, checkRow } = rebuild;
    const whole = feeds.rows !== undefined || feeds.inOrder !== undefined || checkRow !== undefined;
    const isRead = ({ id }: Column): boolean => whole || feeds.builders.some((builder) => builder.reads(id));
    // Columns by their ids; new ones get the value that older rows are to show.
    this.#projected = schema.columns.map((column) => column.absentValue ?? null);
    this.#projection = schema.columns.flatMap((column, to) => {
      const from = view.schema.columns.findIndex((old) => old.id === column.id);
      return from < 0 || !isRead(column) ? [] : [{ to, reader: this.#oldCodec.fieldReader(from) }];
    });
  }

  async run(): Promise<void> {
    const pace = new Pace(this.#rebuild);
    const cursor = this.#rebuild.view.openCursor(0, {}, "forward");
    while (cursor.next()) {
      this.#take(cursor);
      if (pace.isOver()) await pace.rest();
    }
  }

  async buildRows(sorted: TupleCursor): Promise<Hash> {
    const { chunks, duplicate } = this.#rebuild;
    return await buildSorted(
      { pace: new Pace(this.#rebuild), chunks, content: CONTENT_ROWS, sorted },
      {
        value: (cursor) => {
          const { valueBytes, valueStart, valueEnd } = cursor;
          return this.#newCodec.externalizeValue(valueBytes.slice(valueStart, valueEnd), this.#putBlob);
        },
        sameAsLast: (cursor, last) => {
          const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
          if (compareRanges(keyBytes, keyStart, keyEnd, last, 0, last.length) !== 0) return;
          const slot = slotOf(keyBytes.slice(keyStart, keyEnd), valueBytes.slice(valueStart, valueEnd));
          throw duplicate(0, this.#newCodec.decodeRow(slot, this.#readBlob));
        },
      },
    );
  }

  #take(cursor: TupleCursor): void {
    const key = cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd);
    const { convertRow, checkRow } = this.#rebuild;
    const { rows, inOrder, builders } = this.#feeds;
    const values = convertRow?.(this.#oldCodec.decodeRow(cursor, this.#readBlob)) ?? this.#project(cursor);
    checkRow?.(values);
    let newKey: Uint8Array = key;
    if (inOrder !== undefined) {
      this.#rowIdFor(key);
      inOrder.append(key, this.#newCodec.externalizeValue(this.#newCodec.encodeValue(values), this.#putBlob));
    } else if (rows !== undefined) {
      const encoded = this.#newCodec.encodeRow(values, this.#rowIdFor(key));
      newKey = encoded.key;
      rows.add(encoded.key, encoded.value);
    }
    for (const builder of builders) builder.add(this.#newCodec, values, newKey);
  }

  #rowIdFor(key: Uint8Array): number {
    if (!this.#newCodec.keyless) return 0;
    const rowId = this.#oldCodec.keyless ? decodeRowId(key, 0) : this.nextRowId;
    this.nextRowId = Math.max(this.nextRowId, rowId + 1);
    return rowId;
  }

  #project(row: TupleCursor): readonly Value[] {
    const values = this.#projected;
    for (const { to, reader } of this.#projection) values[to] = reader.read(row, this.#readBlob);
    return values;
  }
}

/** An old column that is read for a new one. */
interface ProjectedColumn {
  readonly to: number;
  readonly reader: FieldReader;
}

/** The entries of one index, sorted and built. */
class IndexRun {
  readonly index: number;
  readonly #rebuild: Rebuild;
  readonly #definition: IndexDefinition;
  readonly #unique: boolean;
  readonly #sorter: KeySorter;
  #codec: RowCodec | undefined;

  constructor(rebuild: Rebuild, definition: IndexDefinition, index: number) {
    this.#rebuild = rebuild;
    this.index = index;
    this.#definition = definition;
    this.#unique = definition.kind === "unique";
    this.#sorter = new KeySorter({ folder: rebuild.folder });
  }

  reads(columnId: number): boolean {
    return this.#definition.parts.some((part) => part.columnId === columnId);
  }

  add(codec: RowCodec, values: readonly Value[], primaryKey: Uint8Array): void {
    this.#codec = codec;
    const value =
      this.#unique && !codec.encodeUniqueParts(this.index, values).hasNull ? UNIQUE_ENTRY : NO_VALUE;
    this.#sorter.add(codec.encodeIndexKey(this.index, values, primaryKey), value);
  }

  async build(): Promise<Hash> {
    const { chunks } = this.#rebuild;
    const pace = new Pace(this.#rebuild);
    const source: SortedSource = { pace, chunks, content: CONTENT_OPAQUE, sorted: this.#sorter.sorted() };
    return await buildSorted(source, {
      value: () => NO_VALUE,
      sameAsLast: (cursor, last) => this.#checkUnique(cursor, last),
    });
  }

  close(): void {
    this.#sorter.close();
  }

  #checkUnique(cursor: TupleCursor, last: Uint8Array): void {
    const codec = this.#codec;
    if (codec === undefined || cursor.valueEnd === cursor.valueStart) return;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const partsEnd = codec.primaryKeyStart(this.index, keyBytes, keyStart, keyEnd);
    const lastEnd = codec.primaryKeyStart(this.index, last, 0, last.length);
    if (compareRanges(keyBytes, keyStart, partsEnd, last, 0, lastEnd) !== 0) return;
    throw this.#rebuild.duplicate(this.index, this.#valuesAt(keyBytes.slice(partsEnd, keyEnd)));
  }

  /** The row of a duplicate entry, for the message; its key is one of the new table. */
  #valuesAt(primaryKey: Uint8Array): readonly Value[] {
    const { view } = this.#rebuild;
    const slot = slotOf(NO_VALUE, NO_VALUE);
    const oldCodec = view.layers.state.definition.codec;
    if (!view.lookup(0, primaryKey, slot)) return [];
    const values = oldCodec.decodeRow(slot, (hash) => view.readBlob(hash));
    return this.#rebuild.convertRow?.(values) ?? values;
  }
}

/** Marks, while sorting, entries that must not share their parts with another. */
const UNIQUE_ENTRY: Uint8Array = new Uint8Array([1]);

interface SortedSource {
  readonly pace: Pace;
  readonly chunks: ChunkStore;
  readonly content: TreeContent;
  readonly sorted: TupleCursor;
}

async function buildSorted(
  { pace, chunks, content, sorted }: SortedSource,
  each: {
    readonly value: (cursor: TupleCursor) => Uint8Array;
    /** Called with the key before this one; throws when they may not both be there. */
    readonly sameAsLast: (cursor: TupleCursor, last: Uint8Array) => void;
  },
): Promise<Hash> {
  const builder = new TreeBuilder(chunks, content);
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
class Pace {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #rows = 0;
  #sliceEnd: number;

  constructor({ clock, signal }: Rebuild) {
    this.#clock = clock;
    this.#signal = signal;
    this.#sliceEnd = clock.monotonicMs() + SLICE_MS;
  }

  isOver(): boolean {
    if (++this.#rows < ROWS_BETWEEN_CLOCK_READS) return false;
    this.#rows = 0;
    return this.#clock.monotonicMs() >= this.#sliceEnd;
  }

  async rest(): Promise<void> {
    await yieldToOthers();
    this.#signal?.throwIfAborted();
    this.#sliceEnd = this.#clock.monotonicMs() + SLICE_MS;
  }
}

/**
 * Builds the trees of a table whose schema changes: only those that must (rebuild-plan.ts), bottom-up from sorted runs. It
 * needs the old rows and a place for the new trees, so it runs in any thread. The caller keeps writers out.
 */
import { compareRanges } from "../bytes/compare.ts";
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import { writeBlob } from "../prolly/blob.ts";
import { TreeBuilder } from "../prolly/tree-builder.ts";
import { CONTENT_ROWS } from "../prolly/tree-node.ts";
import type { TupleCursor, TupleSlot } from "../prolly/tuple-cursor.ts";
import { KeySorter } from "../tables/key-sorter.ts";
import { createRowCodec, decodeRowId, type FieldReader, type RowCodec } from "../tables/row-codec.ts";
import type { Column, TableSchema } from "../tables/schema.ts";
import type { Value } from "../values/value.ts";
import { duplicateEntry } from "./duplicate-entry.ts";
import { type BuildSite, buildSorted, IndexRun, Pace } from "./index-run.ts";
import { slotOf } from "./log-replay.ts";
import { planRebuild, type RebuildPlan } from "./rebuild-plan.ts";
import { StoredIndexKeys } from "./stored-index-keys.ts";

/** The rows before the change. */
export interface OldRows {
  readonly codec: RowCodec;
  /** All rows in the order of their keys. */
  openCursor(): TupleCursor;
  lookup(key: Uint8Array, into: TupleSlot): boolean;
  readBlob(hash: Hash): Uint8Array;
}

export interface Rebuild {
  readonly rows: OldRows;
  /** The table as it is to be; errors name it. */
  readonly name: string;
  readonly schema: TableSchema;
  /** The signal ends the rebuild: then nothing has changed. */
  readonly site: BuildSite;
  readonly convertRow: ((oldValues: readonly Value[]) => readonly Value[]) | undefined;
  /** Sees each row of the new table, to check constraints; throws to refuse. */
  readonly checkRow: ((values: readonly Value[]) => void) | undefined;
  /** The entries, in order, of new indexes (by their numbers) of rows that stay as they are. Absent: they are sorted here. */
  readonly sortEntries?: (indexes: readonly number[]) => Promise<readonly TupleCursor[]>;
}

/** Plain data. */
export interface RebuiltTrees {
  /** Undefined: unchanged. */
  readonly primary: Hash | undefined;
  readonly indexes: readonly (Hash | "unchanged")[];
  readonly nextRowId: number | undefined;
  /** For each index that is unchanged, its place among the old ones. */
  readonly oldPlaces: readonly number[];
}

const NO_VALUE: Uint8Array = new Uint8Array(0);

/** Throws 1062 for two rows with the same unique value. */
export async function rebuildTable(rebuild: Rebuild): Promise<RebuiltTrees> {
  const { schema, site } = rebuild;
  const plan = planRebuild(rebuild.rows.codec.schema, schema, rebuild.convertRow !== undefined);
  const scan = new RowScan(rebuild, plan);
  try {
    const entries = scan.takesStoredRows ? await rebuild.sortEntries?.(plan.builds) : undefined;
    const isScanned = plan.rewrite || plan.builds.length > 0 || rebuild.checkRow !== undefined;
    if (entries === undefined && isScanned) await scan.run();
    const primary = await scan.buildRows();
    const built = new Map<number, Hash>();
    for (const [at, run] of scan.indexRuns.entries()) {
      const duplicate = (primaryKey: Uint8Array): Error =>
        duplicateEntry(rebuild, run.index, scan.valuesAt(primaryKey));
      built.set(run.index, await run.build(site, duplicate, entries?.[at]));
    }
    return {
      primary,
      indexes: plan.oldPlaces.map((place, at) =>
        place >= 0 ? "unchanged" : (built.get(at + 1) ?? EMPTY_HASH),
      ),
      nextRowId: plan.rewrite ? scan.nextRowId : undefined,
      oldPlaces: plan.oldPlaces,
    };
  } finally {
    scan.close();
  }
}

/** Reads the old rows once and feeds everything that is built from them. */
class RowScan {
  nextRowId = 1;
  readonly indexRuns: readonly IndexRun[];
  readonly #rebuild: Rebuild;
  readonly #oldCodec: RowCodec;
  readonly #newCodec: RowCodec;
  readonly #readBlob = (hash: Hash): Uint8Array => this.#rebuild.rows.readBlob(hash);
  readonly #putBlob = (bytes: Uint8Array): Hash => writeBlob(this.#rebuild.site.chunks, bytes);
  /** For rows that are written anew: one of the two. Those that keep their keys come in order, and need no sorting. */
  readonly #unordered: KeySorter | undefined;
  readonly #inOrder: TreeBuilder | undefined;
  readonly #projection: readonly ProjectedColumn[];
  /** For each index, when {@link takesStoredRows}. */
  readonly #storedKeys: readonly StoredIndexKeys[] | undefined;
  /** Used again for each row that is not converted. */
  readonly #projected: Value[];

  constructor(rebuild: Rebuild, { rewrite, keepsKeys, builds }: RebuildPlan) {
    this.#rebuild = rebuild;
    const { schema, rows, site, checkRow } = rebuild;
    const { folder } = site;
    this.#oldCodec = rows.codec;
    const codec = createRowCodec(schema);
    this.#newCodec = codec;
    this.indexRuns = builds.map((index) => new IndexRun(codec, index, folder));
    this.#unordered = rewrite && !keepsKeys ? new KeySorter({ folder }) : undefined;
    this.#inOrder = rewrite && keepsKeys ? new TreeBuilder(site.chunks, CONTENT_ROWS) : undefined;
    const whole = rewrite || checkRow !== undefined;
    const isRead = ({ id }: Column): boolean => whole || this.indexRuns.some((run) => run.reads(id));
    // Columns by their ids; new ones get the value that older rows are to show.
    this.#projected = schema.columns.map((column) => column.absentValue ?? null);
    this.#projection = schema.columns.flatMap((column, to) => {
      const from = rows.codec.schema.columns.findIndex((old) => old.id === column.id);
      return from < 0 || !isRead(column) ? [] : [{ to, reader: this.#oldCodec.fieldReader(from) }];
    });
    this.#storedKeys = whole
      ? undefined
      : this.indexRuns.map((run) => new StoredIndexKeys(this.#oldCodec, codec, run.index));
  }

  /** Rows stay as they are, and nobody asks for their values. */
  get takesStoredRows(): boolean {
    return this.#storedKeys !== undefined;
  }

  async run(): Promise<void> {
    const pace = new Pace(this.#rebuild.site);
    const cursor = this.#rebuild.rows.openCursor();
    while (cursor.next()) {
      this.#take(cursor);
      if (!pace.isOver()) continue;
      await pace.take();
      await this.#unordered?.spillInSteps(pace);
      for (const run of this.indexRuns) await run.makeRoom(pace);
    }
  }

  /** The rows' own tree; undefined when it stays. */
  async buildRows(): Promise<Hash | undefined> {
    const sorter = this.#unordered;
    if (sorter === undefined) return this.#inOrder?.finish();
    const { site } = this.#rebuild;
    return await buildSorted(site, CONTENT_ROWS, await sorter.sortedInSteps(new Pace(site)), {
      value: (cursor) => {
        const { valueBytes, valueStart, valueEnd } = cursor;
        return this.#newCodec.externalizeValue(valueBytes.slice(valueStart, valueEnd), this.#putBlob);
      },
      compareWithLast: (cursor, { bytes, start, end }) => {
        const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
        if (compareRanges(keyBytes, keyStart, keyEnd, bytes, start, end) !== 0) return;
        const slot = slotOf(keyBytes.slice(keyStart, keyEnd), valueBytes.slice(valueStart, valueEnd));
        throw duplicateEntry(this.#rebuild, 0, this.#newCodec.decodeRow(slot, this.#readBlob));
      },
    });
  }

  /** The row of a duplicate entry, for the message; its key is one of the new table. */
  valuesAt(primaryKey: Uint8Array): readonly Value[] {
    const { rows, convertRow } = this.#rebuild;
    const slot = slotOf(NO_VALUE, NO_VALUE);
    if (!rows.lookup(primaryKey, slot)) return [];
    return convertRow?.(this.#oldCodec.decodeRow(slot, this.#readBlob)) ?? this.#project(slot);
  }

  close(): void {
    this.#unordered?.close();
    for (const run of this.indexRuns) run.close();
  }

  #take(cursor: TupleCursor): void {
    const stored = this.#storedKeys;
    if (stored !== undefined) {
      for (const [at, run] of this.indexRuns.entries())
        run.addStored(cursor, stored[at] as StoredIndexKeys, this.#readBlob);
      return;
    }
    const { keyBytes, keyStart, keyEnd } = cursor;
    const { convertRow, checkRow } = this.#rebuild;
    const values = convertRow?.(this.#oldCodec.decodeRow(cursor, this.#readBlob)) ?? this.#project(cursor);
    checkRow?.(values);
    if (this.#unordered !== undefined) {
      const { key, value } = this.#newCodec.encodeRow(values, this.#rowIdFor(cursor));
      this.#unordered.add(key, value);
      for (const run of this.indexRuns) run.add(values, key, 0, key.length);
      return;
    }
    if (this.#inOrder !== undefined) {
      this.#rowIdFor(cursor);
      const value = this.#newCodec.externalizeValue(this.#newCodec.encodeValue(values), this.#putBlob);
      this.#inOrder.appendRange(keyBytes, keyStart, keyEnd, value, 0, value.length);
    }
    for (const run of this.indexRuns) run.add(values, keyBytes, keyStart, keyEnd);
  }

  #rowIdFor({ keyBytes, keyStart }: TupleCursor): number {
    if (!this.#newCodec.keyless) return 0;
    const rowId = this.#oldCodec.keyless ? decodeRowId(keyBytes, keyStart) : this.nextRowId;
    this.nextRowId = Math.max(this.nextRowId, rowId + 1);
    return rowId;
  }

  #project(row: TupleSlot): readonly Value[] {
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

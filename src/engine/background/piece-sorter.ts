/**
 * Sorts the entries that new indexes have of one piece of a table's rows: sorted runs that are merged later (sort-pieces.ts). It
 * needs only the store's files, and a piece gives the same entries wherever it is sorted, so several threads share a table.
 */
import type { Hash } from "../../bytes/hash.ts";
import { ReadOnlyChunkStore, type StoreListing } from "../../chunks/read-only-chunk-store.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { readBlob } from "../../prolly/blob.ts";
import { NodeReader } from "../../prolly/node-reader.ts";
import { openTree, type ProllyTree } from "../../prolly/prolly-tree.ts";
import { CONTENT_ROWS } from "../../prolly/tree-node.ts";
import type { SortPause } from "../../tables/key-sorter.ts";
import { createRowCodec } from "../../tables/row-codec.ts";
import { RunSorter, type SortedRun } from "../../tables/run-sorter.ts";
import { readSchema } from "../../tables/schema-codec.ts";
import { NO_VALUE, UNIQUE_ENTRY } from "../index-run.ts";
import { StoredIndexKeys } from "../stored-index-keys.ts";

/** Rows are read once, in order: more than the nodes on the way is not needed again. */
const NODE_CACHE_BYTES = 4 * 1024 * 1024;
const ROWS_BETWEEN_PAUSES = 64;

/** Plain data, so that it can be sent to another thread. */
export interface PieceSource {
  readonly listing: StoreListing;
  /** The tree of all rows, and their schema. */
  readonly primary: Hash;
  readonly schemaBefore: Hash;
  /** The table as it is to be, and those of its indexes that are new, by their numbers. */
  readonly schema: Hash;
  readonly indexes: readonly number[];
}

/** Plain data. */
export interface Piece {
  /** The first row's key, and that of the first row after the piece. */
  readonly lower: Uint8Array | undefined;
  readonly upper: Uint8Array | undefined;
  /** Runs become files with names that begin so; undefined: they stay in memory. */
  readonly filePrefix: string | undefined;
}

/** For each index its runs. */
export type PieceRuns = readonly (readonly SortedRun[])[];

interface NewIndex {
  readonly keys: StoredIndexKeys;
  readonly sorter: RunSorter;
}

export class PieceSorter {
  readonly #base: ReadOnlyChunkStore;
  readonly #tree: ProllyTree;
  readonly #indexes: readonly NewIndex[];

  constructor(files: FileSystem, { listing, primary, schemaBefore, schema, indexes }: PieceSource) {
    const base = ReadOnlyChunkStore.open(files, listing);
    this.#base = base;
    try {
      const nodes = new NodeReader(base, { cacheSizeBytes: NODE_CACHE_BYTES });
      this.#tree = openTree(nodes, primary, CONTENT_ROWS);
      const rows = createRowCodec(readSchema(base, schemaBefore));
      const codec = createRowCodec(readSchema(base, schema));
      this.#indexes = indexes.map((index) => ({
        keys: new StoredIndexKeys(rows, codec, index),
        sorter: new RunSorter(),
      }));
    } catch (error) {
      base.close();
      throw error;
    }
  }

  async sort({ lower, upper, filePrefix }: Piece, pause: SortPause): Promise<PieceRuns> {
    const runs = this.#indexes.map((): SortedRun[] => []);
    const blobOf = (hash: Hash): Uint8Array => readBlob(this.#base, hash);
    let fileCount = 0;
    const take = (at: number, sorter: RunSorter): void => {
      const file = filePrefix === undefined ? undefined : `${filePrefix}-${fileCount++}.tmp`;
      runs[at]?.push(sorter.takeRun(file));
    };
    const range = { ...(lower === undefined ? {} : { lower }), ...(upper === undefined ? {} : { upper }) };
    const cursor = this.#tree.openCursor(range, "forward");
    let untilPause = ROWS_BETWEEN_PAUSES;
    while (cursor.next()) {
      for (let at = 0; at < this.#indexes.length; at++) {
        const { keys, sorter } = this.#indexes[at] as NewIndex;
        const value = keys.write(cursor, blobOf) ? UNIQUE_ENTRY : NO_VALUE;
        sorter.add(keys.writer.bytes, keys.writer.size, value);
        if (sorter.full) take(at, sorter);
      }
      if (--untilPause > 0) continue;
      untilPause = ROWS_BETWEEN_PAUSES;
      if (pause.isDue()) await pause.take();
    }
    for (const [at, { sorter }] of this.#indexes.entries()) {
      if (!sorter.empty) take(at, sorter);
      if (pause.isDue()) await pause.take();
    }
    return runs;
  }

  close(): void {
    this.#base.close();
  }
}

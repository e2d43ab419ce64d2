/** Builds the trees of a table that changes by the store's files alone, so that it can run in any thread. */
import { systemClock } from "../../base/clock.ts";
import type { Hash } from "../../bytes/hash.ts";
import { ReadOnlyChunkStore, type StoreListing } from "../../chunks/read-only-chunk-store.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { readBlob } from "../../prolly/blob.ts";
import { NodeReader } from "../../prolly/node-reader.ts";
import { openTree } from "../../prolly/prolly-tree.ts";
import { CONTENT_ROWS } from "../../prolly/tree-node.ts";
import type { TupleCursor } from "../../prolly/tuple-cursor.ts";
import { createRowCodec } from "../../tables/row-codec.ts";
import { readSchema } from "../../tables/schema-codec.ts";
import { Pace } from "../index-run.ts";
import { type RebuiltTrees, rebuildTable } from "../table-rebuild.ts";
import { type FoldOutput, FoldStore } from "./fold-store.ts";
import { type PiecePartner, SortedPieces } from "./sort-pieces.ts";

/** Rows are read once, in order: more than the nodes on the way is not needed again. */
const NODE_CACHE_BYTES = 4 * 1024 * 1024;

/** Plain data, so that it can be sent to another thread. */
export interface RebuildRequest {
  readonly listing: StoreListing;
  /** The tree of all rows, and their schema. */
  readonly primary: Hash;
  readonly schemaBefore: Hash;
  /** The table as it is to be. */
  readonly name: string;
  readonly schema: Hash;
  /** See fold-store.ts. */
  readonly tableBytesMin: number;
  /** See FoldLimits. */
  readonly pieceRows: number;
  readonly partnerRowsMin: number;
}

export interface RebuildResult extends FoldOutput {
  readonly trees: RebuiltTrees;
}

export interface RebuildHelp {
  /** Ends the work with its reason when it is aborted. */
  readonly signal: AbortSignal | undefined;
  readonly newPartner: (() => PiecePartner | undefined) | undefined;
}

export async function rebuildStoredTable(
  files: FileSystem,
  request: RebuildRequest,
  { signal, newPartner }: RebuildHelp,
): Promise<RebuildResult> {
  const { listing, primary, schemaBefore, name, schema, tableBytesMin, pieceRows } = request;
  const { folder } = listing;
  using base = ReadOnlyChunkStore.open(files, listing);
  const store = new FoldStore(files, base, { folder, tableBytesMin });
  const nodes = new NodeReader(store, { cacheSizeBytes: NODE_CACHE_BYTES });
  const tree = openTree(nodes, primary, CONTENT_ROWS);
  const site = { chunks: store, clock: systemClock, signal, folder, flush: () => store.flush() };
  let pieces: SortedPieces | undefined;
  const sortEntries = (indexes: readonly number[]): Promise<readonly TupleCursor[]> => {
    const partner = tree.count >= request.partnerRowsMin ? newPartner?.() : undefined;
    const source = { listing, primary, schemaBefore, schema, indexes };
    const pause = new Pace(site);
    pieces = new SortedPieces(tree, source, { files, clock: systemClock, pause, partner, pieceRows });
    return pieces.sort();
  };
  try {
    const trees = await rebuildTable({
      rows: {
        codec: createRowCodec(readSchema(base, schemaBefore)),
        openCursor: () => tree.openCursor({}, "forward"),
        lookup: (key, into) => tree.lookup(key, into),
        readBlob: (hash) => readBlob(base, hash),
      },
      name,
      schema: readSchema(base, schema),
      site,
      convertRow: undefined,
      checkRow: undefined,
      sortEntries,
    });
    return { trees, ...(await store.finish()) };
  } catch (error) {
    await store.abort();
    throw error;
  } finally {
    await pieces?.close();
  }
}

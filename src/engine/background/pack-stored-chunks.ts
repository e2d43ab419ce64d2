/** Packs a database's chunks for a remote or backup by the store's files alone, so that it can run in any thread. */
import type { MessagePort } from "node:worker_threads";
import { ReadOnlyChunkStore, type StoreListing } from "../../chunks/read-only-chunk-store.ts";
import { TableIndex } from "../../chunks/table-index.ts";
import type { FileSystem } from "../../io/file-system.ts";
import { type PackRequest, packChunks } from "../../remotes/pack-chunks.ts";
import { walkAddresses } from "../../vcs/walk-addresses.ts";
import { TableFeed } from "./table-feed.ts";

export interface PackJobRequest extends PackRequest {
  readonly listing: StoreListing;
}

export async function packStoredChunks(
  files: FileSystem,
  request: PackJobRequest,
  { tables, signal }: { readonly tables: MessagePort; readonly signal: AbortSignal | undefined },
): Promise<void> {
  using store = ReadOnlyChunkStore.open(files, request.listing);
  const added = new Map(request.added);
  const known = request.known.map(({ footer, trailer, path }) => new TableIndex(footer, trailer, path));
  const feed = new TableFeed(tables);
  try {
    await packChunks(
      {
        roots: request.roots,
        readChunk: (hash) => added.get(hash) ?? store.mustGetChunk(hash),
        walk: walkAddresses,
        destinationHas: (hash) => known.some((index) => index.find(hash) >= 0),
        signal,
      },
      (table) => feed.give(table),
    );
    await feed.finish();
  } finally {
    tables.close();
  }
}

/** A table's rebuild as seen from the thread that changes its schema. */
import type { FileChunkStore } from "../../chunks/file-chunk-store.ts";
import type { RebuiltTrees } from "../table-rebuild.ts";
import type { BackgroundJobs } from "./background-jobs.ts";
import type { RebuildRequest } from "./rebuild-stored-table.ts";
import { takeFoldOutput } from "./take-fold-output.ts";

/** The new chunks are in the store when it resolves, and become durable at the latest with the next root. */
export async function rebuildInBackground(
  request: Pick<RebuildRequest, "primary" | "schemaBefore" | "name" | "schema">,
  {
    chunks,
    background,
    signal,
  }: {
    readonly chunks: FileChunkStore;
    readonly background: BackgroundJobs;
    readonly signal: AbortSignal | undefined;
  },
): Promise<RebuiltTrees> {
  const { listing, release } = await chunks.listFiles();
  try {
    const { tableBytesMin, pieceRows, partnerRowsMin } = background.limits;
    const { trees, ...output } = await background.rebuildTable(
      { ...request, listing, tableBytesMin, pieceRows, partnerRowsMin },
      signal,
    );
    await takeFoldOutput(output, chunks);
    return trees;
  } finally {
    await release();
  }
}

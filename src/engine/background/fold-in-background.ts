/** A fold of many edits as seen from the thread that has them: it hands the edits out and takes the new chunks in. */
import { MessageChannel } from "node:worker_threads";
import { assert } from "../../base/assert.ts";
import type { Hash } from "../../bytes/hash.ts";
import type { FoldedRoots, FoldTarget, TreeToFold } from "../checkpoint.ts";
import type { RowDelta } from "../row-delta.ts";
import { feedEdits } from "./edit-feed.ts";
import { takeFoldOutput } from "./take-fold-output.ts";

/** The new chunks are in the store when it resolves, and become durable at the latest with the next root. */
export async function foldInBackground(
  folds: readonly TreeToFold[],
  { chunks, background }: FoldTarget,
): Promise<FoldedRoots> {
  const { listing, release } = await chunks.listFiles();
  const { port1: feed, port2: edits } = new MessageChannel();
  try {
    const trees = folds.map(({ tree: { root, content }, rowsOf }) => ({
      root,
      content,
      rowsOf: rowsOf?.definition.schemaHash,
    }));
    const deltas = folds.map(({ delta }) => delta);
    feedEdits(feed, deltas);
    const result = await background.foldTrees(
      { listing, trees, tableBytesMin: background.limits.tableBytesMin },
      edits,
    );
    await takeFoldOutput(result, chunks);
    assert(result.roots.length === folds.length, "each tree has a new root");
    return new Map(deltas.map((delta, at): [RowDelta, Hash] => [delta, result.roots[at] as Hash]));
  } finally {
    feed.close();
    await release();
  }
}

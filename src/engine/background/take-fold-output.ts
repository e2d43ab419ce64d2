/** The new chunks of a job in the background become part of the store it read. */
import { Pause } from "../../base/pause.ts";
import type { FileChunkStore } from "../../chunks/file-chunk-store.ts";
import type { FoldOutput } from "./fold-store.ts";

/** Call it while the files that the job read are still held. The chunks become durable at the latest with the next root. */
export async function takeFoldOutput({ chunks, table }: FoldOutput, store: FileChunkStore): Promise<void> {
  const pause = new Pause();
  for (const [hash, bytes] of chunks) {
    store.putAddressed(hash, bytes);
    if (pause.isDue()) await pause.take();
  }
  if (table !== undefined) await store.adoptTable(table);
}

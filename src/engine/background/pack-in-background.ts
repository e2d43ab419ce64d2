/** Packing for a remote or backup as seen from the thread that sends. */
import { MessageChannel } from "node:worker_threads";
import type { FileChunkStore } from "../../chunks/file-chunk-store.ts";
import type { EmitTable, PackRequest } from "../../remotes/pack-chunks.ts";
import type { BackgroundJobs } from "./background-jobs.ts";
import { TableReceiver } from "./table-feed.ts";

export async function packInBackground(
  request: PackRequest,
  emit: EmitTable,
  {
    chunks,
    background,
    signal,
  }: {
    readonly chunks: FileChunkStore;
    readonly background: BackgroundJobs;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { listing, release } = await chunks.listFiles();
  const { port1: taking, port2: giving } = new MessageChannel();
  const receiver = new TableReceiver(taking, emit);
  try {
    await background.packChunks({ ...request, listing }, giving, signal);
  } catch (error) {
    throw receiver.failure?.error ?? error;
  } finally {
    taking.close();
    await release();
  }
}

/**
 * Brings what roots reach from a remote into a store that lacks it. The walk stops at each chunk that the store
 * has. Everything is checked on the way, and becomes part of the store in one step at the end: when something fails,
 * the store is as it was.
 */
import { EMPTY_HASH, type Hash } from "../bytes/hash.ts";
import type { ImportTarget } from "../chunks/chunk-import.ts";
import type { WalkAddresses } from "../chunks/chunk-store.ts";
import type { RemoteChunkReader } from "./remote-chunk-reader.ts";
import type { TransferOptions, TransferProgress } from "./transfer-progress.ts";

/** Chunks asked for at a time. Nodes are about 4 KiB: 2 MB in memory. */
const BATCH_COUNT = 512;

export interface ReceiveRequest extends TransferOptions {
  readonly roots: readonly Hash[];
  readonly source: RemoteChunkReader;
  readonly target: ImportTarget;
  readonly walk: WalkAddresses;
}

export async function receiveChunks(request: ReceiveRequest): Promise<TransferProgress> {
  const { source, target, walk, signal } = request;
  const receivedBefore = source.receivedBytes;
  const seen = new Set<Hash>();
  const stack: Hash[] = [];
  const visit = (address: Hash): void => {
    if (address === EMPTY_HASH || seen.has(address) || target.hasChunk(address)) return;
    seen.add(address);
    stack.push(address);
  };
  let chunkCount = 0;
  let chunkBytes = 0;
  const progress = (): TransferProgress => ({
    chunkCount,
    chunkBytes,
    transferredBytes: source.receivedBytes - receivedBefore,
  });
  for (const root of request.roots) visit(root);
  if (stack.length === 0) return progress();
  const importing = await target.beginImport();
  try {
    while (stack.length > 0) {
      signal?.throwIfAborted();
      const batch = stack.splice(Math.max(0, stack.length - BATCH_COUNT));
      const chunks = await source.fetchChunks(batch);
      for (const hash of batch) {
        const chunk = chunks.get(hash) as Uint8Array;
        walk(chunk, visit);
        await importing.add(hash, chunk);
        chunkCount++;
        chunkBytes += chunk.length;
      }
      request.onProgress?.(progress());
    }
    await importing.finish();
  } finally {
    await importing.abort();
  }
  return progress();
}

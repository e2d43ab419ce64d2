/**
 * The ways of many chunks into and out of a store. In: not one by one but all at once, at the end. Until then the
 * store does not show them, so that it never holds a chunk without those below it, whenever the work is cut off.
 */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader } from "./chunk-store.ts";

export interface ChunkImport {
  /** Adds a chunk whose address was checked. The caller adds none twice, and none that the store has. */
  add(hash: Hash, bytes: Uint8Array): Promise<void>;
  /** Makes all added chunks part of the store, durably and in one step. */
  finish(): Promise<void>;
  /** Drops them. Does nothing after {@link finish}. */
  abort(): Promise<void>;
}

/** A store that many chunks leave: reads past the cache, because each is needed once. */
export interface ExportSource extends ChunkReader {
  /** Like {@link ChunkReader.getChunk}. */
  readChunk(hash: Hash): Uint8Array | undefined;
}

export interface ImportTarget extends ChunkReader {
  beginImport(): Promise<ChunkImport>;
}

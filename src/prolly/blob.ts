/** Long byte strings as trees of chunks. */
import type { Hash } from "../bytes/hash.ts";
import type { ChunkReader, ChunkStore } from "../chunks/chunk-store.ts";

export declare function writeBlob(chunks: ChunkStore, bytes: Uint8Array): Hash;
export declare function readBlob(chunks: ChunkReader, hash: Hash): Uint8Array;

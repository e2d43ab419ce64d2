/** Gets a chunk back out of a stored block, checking everything on the way. */
import { inflateRawSync } from "node:zlib";
import { type Hash, hashOf } from "../bytes/hash.ts";
import { StorageError } from "../io/storage-error.ts";
import type { Block } from "./table-index.ts";

/** The raw bytes of a block read from `path`. Throws `checksum_mismatch` when they cannot be what was written. */
export function decodeBlock(stored: Uint8Array, block: Block, path: string): Uint8Array {
  const damaged = (cause?: unknown): StorageError =>
    new StorageError("checksum_mismatch", "damaged block", { path, offset: block.fileOffset, cause });
  if (stored.length !== block.storedSize) throw damaged();
  if (block.codec === "stored") return stored;
  let raw: Uint8Array;
  try {
    raw = inflateRawSync(stored, { maxOutputLength: Math.max(block.rawSize, 1) });
  } catch (error) {
    throw damaged(error);
  }
  if (raw.length !== block.rawSize) throw damaged();
  return raw;
}

/** The content address is the checksum: nothing enters the process from a disk or a network without this. */
export function checkChunk(bytes: Uint8Array, hash: Hash, path: string, offset: number): void {
  if (hashOf(bytes) !== hash) {
    throw new StorageError("checksum_mismatch", "stored bytes are damaged", { path, offset, hash });
  }
}

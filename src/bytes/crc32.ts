/** CRC-32 (IEEE), the checksum of everything on disk that a content address does not already cover. */
import { crc32 as zlibCrc32 } from "node:zlib";

/** The checksum of `bytes`, or of what came before (`previous`) followed by `bytes`. Unsigned. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return zlibCrc32(bytes, previous);
}

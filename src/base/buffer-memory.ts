/** What buffers really take of the process's memory, for caches that are held to a budget. */

/** For each byte in them, once many of different sizes have come and gone: with the gaps between them, and with those that
 *  were given up and not collected yet. Measured on glibc under a mixed load. */
const SHARE = 1.35;

/** Bytes of memory that buffers with so many bytes take. */
export function bufferMemory(bytes: number): number {
  return Math.ceil(bytes * SHARE);
}

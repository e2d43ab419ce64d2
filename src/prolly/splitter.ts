/**
 * Decides where a node ends. The decision after an entry depends only on the entry's key and on how many bytes and
 * entries the node holds so far, so the same run of entries is cut alike whatever its history; and since the values
 * matter by their size alone, replacing a value by one of the same size never moves a boundary.
 *
 * The chance of a cut grows with the fourth power of the node's size, which keeps nodes near 4 KiB. These numbers and
 * the hash are part of the storage format: they decide root hashes.
 */

/** Nodes are never cut below this size … */
const NODE_SIZE_MIN = 512;
/** … and always above this one (an entry is never divided, so a node may be larger by one entry). */
const NODE_SIZE_MAX = 16_384;
/** Scale of the distribution; the mean size is about 0.9 of it. */
const NODE_SIZE_SCALE = 4_519;
const SCALE_TO_THE_FOURTH = NODE_SIZE_SCALE * NODE_SIZE_SCALE * NODE_SIZE_SCALE * NODE_SIZE_SCALE;
/** Internal nodes have at least two children, else a tree of huge keys would never come to a root. */
const CHILD_COUNT_MIN = 2;
/** The entry count that every node may hold at most. */
const ENTRY_COUNT_MAX = 4_096;
const TWO_TO_THE_32 = 0x1_0000_0000;

/** Whether a node ends after the entry with this key. `sizeBefore` and `sizeAfter`: the node's size without and with
 *  the entry; `count`: entries with it. */
export function isBoundary(
  level: number,
  count: number,
  sizeBefore: number,
  sizeAfter: number,
  key: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (level > 0 && count < CHILD_COUNT_MIN) return false;
  if (sizeAfter < NODE_SIZE_MIN) return false;
  if (sizeAfter >= NODE_SIZE_MAX || count >= ENTRY_COUNT_MAX) return true;
  // Plain multiplications round alike on every machine; library functions (exp, pow) need not.
  const before = sizeBefore * sizeBefore;
  const after = sizeAfter * sizeAfter;
  const chance = (after - before) * (after + before) * (TWO_TO_THE_32 / SCALE_TO_THE_FOURTH);
  return hashKey(level, key, start, end) < chance;
}

/** FNV-1a with a final avalanche, salted by the level so that boundaries of one level say nothing about the next. */
export function hashKey(level: number, key: Uint8Array, start: number, end: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(level + 1, 0x9e3779b1)) | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

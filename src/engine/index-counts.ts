/**
 * Counts of index entries without reading them: exact ones of a range, from the trees' subtree counts and the edits
 * over them, and sampled averages of how many entries share the values of their first parts.
 */
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import { emptySlot, type KeyRange, type TupleSlot } from "../prolly/tuple-cursor.ts";
import { prefixSuccessor, type RowCodec } from "../tables/row-codec.ts";
import { keyToText, type RowDelta, visibleVersion } from "./row-delta.ts";
import type { TableLayers } from "./table-state.ts";

/** What a view sees of one index: its tree, and the edits over it, newest first. */
export interface IndexLayers {
  readonly tree: ProllyTree;
  readonly edits: readonly RowDelta[];
  readonly sequence: number;
}

/** More edits than this within a range are not worth counting one by one. */
const COUNTED_EDITS_MAX = 2_000;

const scratch: TupleSlot = emptySlot();

/** The exact number of entries in a range; undefined when too many edits lie in it. */
export function countEntries({ tree, edits, sequence }: IndexLayers, range: KeyRange): number | undefined {
  let total = tree.estimateCount(range);
  let counted = 0;
  for (let at = 0; at < edits.length; at++) {
    const cursor = (edits[at] as RowDelta).openCursor(range, "forward", sequence);
    while (cursor.next()) {
      if (++counted > COUNTED_EDITS_MAX) return undefined;
      const key = cursor.keyBytes;
      if (at > 0 && isEdited(edits, at, keyToText(key), sequence)) continue;
      if (cursor.value !== undefined) total++;
      if (tree.lookup(key, scratch)) total--;
    }
  }
  return total;
}

/** Whether one of the first `end` layers says what has become of the key. */
function isEdited(edits: readonly RowDelta[], end: number, key: string, sequence: number): boolean {
  for (let at = 0; at < end; at++) {
    const entry = edits[at]?.getEntry(key);
    if (entry !== undefined && visibleVersion(entry, sequence) !== undefined) return true;
  }
  return false;
}

const SAMPLES = 16;

interface Sampled {
  readonly edits: number;
  readonly rows: number;
}

/** Samples by tree, then by number of parts: trees are replaced when they change. */
const samples = new WeakMap<ProllyTree, Map<number, Sampled>>();

/** How many entries share the values of their first `parts` parts, on average over these values. NULLs do not count. */
export function sampleRowsPerKey(layers: TableLayers, index: number, parts: number): number {
  const tree = layers.trees[index];
  const edits = layers.active.indexes[index];
  if (tree === undefined || edits === undefined) return 1;
  let known = samples.get(tree);
  if (known === undefined) {
    known = new Map();
    samples.set(tree, known);
  }
  const before = known.get(parts);
  if (before !== undefined && edits.count <= 2 * before.edits + tree.count / 4) return before.rows;
  const { codec } = layers.state.definition;
  const rows = averageOf(tree, edits, (key) => prefixOf(codec, index, parts, key));
  known.set(parts, { edits: edits.count, rows });
  return rows;
}

function averageOf(
  tree: ProllyTree,
  edits: RowDelta,
  prefix: (key: Uint8Array) => Uint8Array | undefined,
): number {
  let sampled = 0;
  let inverses = 0;
  for (const key of sampleKeys(tree, edits)) {
    const lower = prefix(key);
    if (lower === undefined) continue;
    const upper = prefixSuccessor(lower);
    const range: KeyRange = upper === undefined ? { lower } : { lower, upper };
    // A value of many entries is met more often, which its small share of the sum makes good.
    inverses += 1 / Math.max(1, tree.estimateCount(range) + edits.countRange(range));
    sampled++;
  }
  return sampled === 0 ? 1 : sampled / inverses;
}

/** Keys at even distances, from where most of the entries are. */
function sampleKeys(tree: ProllyTree, edits: RowDelta): Uint8Array[] {
  const keys: Uint8Array[] = [];
  if (tree.count >= edits.count) {
    for (let i = 0; i < SAMPLES; i++) {
      if (!tree.select(Math.floor(((i + 0.5) * tree.count) / SAMPLES), scratch)) continue;
      keys.push(scratch.keyBytes.slice(scratch.keyStart, scratch.keyEnd));
    }
    return keys;
  }
  const { blockCount } = edits;
  const step = Math.max(1, Math.floor(blockCount / SAMPLES));
  const perBlock = Math.max(1, Math.floor(SAMPLES / blockCount));
  for (let at = 0; at < blockCount && keys.length < 2 * SAMPLES; at += step) {
    const block = edits.blockAt(at) ?? [];
    for (let i = 0; i < perBlock; i++) {
      const entry = block[Math.floor(((i + 0.5) * block.length) / perBlock)];
      if (entry !== undefined) keys.push(entry.keyBytes);
    }
  }
  return keys;
}

/** The first parts of a key; undefined when one of them is NULL. */
function prefixOf(codec: RowCodec, index: number, parts: number, key: Uint8Array): Uint8Array | undefined {
  let end = 0;
  for (const part of codec.keyCodecs(index).slice(0, parts)) {
    const { nullable, descending } = part.options;
    if (nullable && key[end] === (descending ? 0xff : 0)) return undefined;
    end = part.skip(key, end);
  }
  return key.subarray(0, end);
}

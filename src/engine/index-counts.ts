/**
 * Counts of index entries without reading them: exact ones of a range, from the trees' subtree counts and the edits
 * over them, and sampled averages of how many entries share the values of their first parts.
 */
import type { ProllyTree } from "../prolly/prolly-tree.ts";
import { emptySlot, type KeyRange, type TupleSlot } from "../prolly/tuple-cursor.ts";
import { prefixSuccessor, type RowCodec } from "../tables/row-codec.ts";
import type { EditCursor, EditLayer } from "./edit-cursor.ts";
import type { RowDelta } from "./row-delta.ts";
import type { TableLayers } from "./table-state.ts";

/** What a view sees of one index: its tree, and the edits over it, newest first. */
export interface IndexLayers {
  readonly tree: ProllyTree;
  readonly edits: readonly EditLayer[];
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
    const cursor = (edits[at] as EditLayer).openCursor(range, "forward", sequence);
    while (cursor.next()) {
      if (++counted > COUNTED_EDITS_MAX) return undefined;
      if (at > 0 && isEditedAbove(edits, at, cursor, sequence)) continue;
      if (!cursor.deleted) total++;
      if (tree.lookup(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd), scratch)) total--;
    }
  }
  return total;
}

/** Whether one of the first `end` layers says what has become of the key. */
function isEditedAbove(
  edits: readonly EditLayer[],
  end: number,
  { keyBytes, keyStart, keyEnd }: EditCursor,
  sequence: number,
): boolean {
  for (let at = 0; at < end; at++) if (edits[at]?.isEdited(keyBytes, keyStart, keyEnd, sequence)) return true;
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
  const inTree = tree.count >= edits.count;
  const total = inTree ? tree.count : edits.count;
  for (let i = 0; i < Math.min(SAMPLES, total); i++) {
    const rank = Math.floor(((i + 0.5) * total) / Math.min(SAMPLES, total));
    const key = inTree ? selectKey(tree, rank) : edits.selectKey(rank);
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

function selectKey(tree: ProllyTree, rank: number): Uint8Array | undefined {
  if (!tree.select(rank, scratch)) return undefined;
  return scratch.keyBytes.slice(scratch.keyStart, scratch.keyEnd);
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

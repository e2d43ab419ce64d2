/**
 * Three-way merge of the rows of one table, all three sides being of one schema. A row that both sides changed is merged
 * by cells; that is left out for tables with generated columns or check constraints, whose rules cannot be evaluated in
 * this layer: there such a row is a conflict. Secondary indexes follow the rows.
 */
import { compareRanges } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import { TreeEditor } from "../prolly/tree-editor.ts";
import { type MergeConflict, mergeTrees } from "../prolly/tree-merge.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { hasVirtualPart } from "../tables/check-table.ts";
import { KeySorter } from "../tables/key-sorter.ts";
import { hasEntries, type RowCodec } from "../tables/row-codec.ts";
import { encodeTuple, type TupleField } from "../tables/value-tuple.ts";
import {
  blobReader,
  blobWriter,
  type MergeStore,
  openIndex,
  openRows,
  type TableRoots,
} from "./table-access.ts";

export interface RowMergeInput {
  readonly codec: RowCodec;
  readonly base: TableRoots;
  readonly ours: TableRoots;
  readonly theirs: TableRoots;
}

export interface RowMerge extends TableRoots {
  readonly conflictCount: number;
}

/** What the sorters keep beside a key: any byte says "put". */
const PUT = Uint8Array.of(1);
const DELETE = new Uint8Array(0);
/** Index entries have no value. */
const NO_VALUE = new Uint8Array(0);

export function mergeRows(store: MergeStore, input: RowMergeInput): RowMerge {
  const { codec } = input;
  const sorters = codec.schema.indexes.map((definition, at) =>
    hasEntries(definition) && !hasVirtualPart(codec, at + 1)
      ? new KeySorter({ folder: store.spillFolder })
      : undefined,
  );
  try {
    let conflictCount = 0;
    const primary = mergeTrees(store.chunks, {
      base: openRows(store.nodes, input.base.primary),
      ours: openRows(store.nodes, input.ours.primary),
      theirs: openRows(store.nodes, input.theirs.primary),
      onConflict: (conflict) => {
        const merged = mergeCells(store, codec, conflict);
        if (merged === undefined) conflictCount++;
        return merged ?? conflict.ours;
      },
      onChange: (key, ours, merged) => noteIndexEdits(store, codec, sorters, { key, ours, merged }),
    });
    const indexes = sorters.map((sorter, at) =>
      sorter === undefined
        ? mergeIndexTrees(store, input, at)
        : applySorted(store, input.ours.indexes[at] as Hash, sorter),
    );
    return { primary, indexes, conflictCount };
  } finally {
    for (const sorter of sorters) sorter?.close();
  }
}

/** The row with the changed cells of both sides; undefined when that cannot be. */
function mergeCells(
  store: MergeStore,
  codec: RowCodec,
  { base, ours, theirs }: MergeConflict,
): Uint8Array | undefined {
  if (base === undefined || ours === undefined || theirs === undefined) return undefined;
  const { columns, checks } = codec.schema;
  if (checks.length > 0 || columns.some(({ generated }) => generated !== undefined)) return undefined;
  const readBlob = blobReader(store.nodes);
  const [baseFields, ourFields, theirFields] = [base, ours, theirs].map((row) =>
    codec.inlineFields(row, readBlob),
  );
  if (baseFields === undefined || ourFields === undefined || theirFields === undefined) return undefined;
  const merged: TupleField[] = [];
  for (const [at, ourField] of ourFields.entries()) {
    const baseField = baseFields[at] as TupleField;
    const theirField = theirFields[at] as TupleField;
    if (sameField(ourField, theirField) || sameField(baseField, theirField)) merged.push(ourField);
    else if (sameField(baseField, ourField)) merged.push(theirField);
    else return undefined;
  }
  return codec.externalizeValue(encodeTuple(merged), blobWriter(store.chunks));
}

function sameField(left: TupleField, right: TupleField): boolean {
  if (left.kind === "null" || right.kind === "null") return left.kind === right.kind;
  return compareRanges(left.bytes, left.start, left.end, right.bytes, right.start, right.end) === 0;
}

interface RowChange {
  readonly key: Uint8Array;
  readonly ours: Uint8Array | undefined;
  readonly merged: Uint8Array | undefined;
}

/** Notes what a changed row of ours means for each index. */
function noteIndexEdits(
  store: MergeStore,
  codec: RowCodec,
  sorters: readonly (KeySorter | undefined)[],
  { key, ours, merged }: RowChange,
): void {
  const readBlob = blobReader(store.nodes);
  const before = ours && codec.decodeRow(slotOf(key, ours), readBlob);
  const after = merged && codec.decodeRow(slotOf(key, merged), readBlob);
  sorters.forEach((sorter, at) => {
    if (sorter === undefined) return;
    const oldKey = before && codec.encodeIndexKey(at + 1, before, key);
    const newKey = after && codec.encodeIndexKey(at + 1, after, key);
    if (oldKey !== undefined && newKey !== undefined && Buffer.compare(oldKey, newKey) === 0) return;
    if (oldKey !== undefined) sorter.add(oldKey, DELETE);
    if (newKey !== undefined) sorter.add(newKey, PUT);
  });
}

function slotOf(key: Uint8Array, value: Uint8Array): TupleSlot {
  return {
    keyBytes: key,
    keyStart: 0,
    keyEnd: key.length,
    valueBytes: value,
    valueStart: 0,
    valueEnd: value.length,
  };
}

function applySorted(store: MergeStore, root: Hash, sorter: KeySorter): Hash {
  const tree = openIndex(store.nodes, root);
  if (sorter.count === 0) return tree.root;
  const editor = new TreeEditor(tree, store.chunks);
  const cursor = sorter.sorted();
  while (cursor.next()) {
    const put = cursor.valueEnd > cursor.valueStart;
    editor.edit(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd), put ? NO_VALUE : undefined);
  }
  return editor.finish();
}

/** Indexes over virtual columns: without cell merges, each row's entries come whole from one side. */
function mergeIndexTrees(store: MergeStore, { base, ours, theirs }: RowMergeInput, at: number): Hash {
  const open = ({ indexes }: TableRoots) => openIndex(store.nodes, indexes[at] as Hash);
  return mergeTrees(store.chunks, {
    base: open(base),
    ours: open(ours),
    theirs: open(theirs),
    onConflict: ({ ours: kept }) => kept,
  });
}

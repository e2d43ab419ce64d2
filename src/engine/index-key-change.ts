/**
 * Tells how a change of a row changes its entry in one secondary index, from the encoded row before and after. Only the
 * index's columns are looked at, and they are decoded only when their bytes differ.
 */
import { compareBytes } from "../bytes/compare.ts";
import type { Hash } from "../bytes/hash.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { FIELD_EXTERNAL, FIELD_NULL, type FieldReader, hasEntries } from "../tables/row-codec.ts";
import type { Value } from "../values/value.ts";
import type { TableDefinition } from "./table-state.ts";

/** The secondary indexes whose entries follow from the rows. */
export function indexesToDerive({ schema, loggedIndexes }: TableDefinition): readonly number[] {
  const logged = new Set(loggedIndexes);
  return schema.indexes.flatMap((definition, at) =>
    hasEntries(definition) && !logged.has(at + 1) ? [at + 1] : [],
  );
}

/** A column of the index, with a reader for each of the two rows. */
interface IndexColumn {
  readonly at: number;
  readonly before: FieldReader;
  readonly after: FieldReader;
}

export class IndexKeyChange {
  /** The key of the entry to remove, after {@link compare}. */
  removed: Uint8Array | undefined = undefined;
  /** The key of the entry to add. */
  added: Uint8Array | undefined = undefined;
  readonly #definition: TableDefinition;
  readonly #index: number;
  readonly #readBlob: (hash: Hash) => Uint8Array;
  readonly #columns: readonly IndexColumn[];
  /** A row of which only the index's columns are filled in. */
  readonly #values: Value[];

  constructor(definition: TableDefinition, index: number, readBlob: (hash: Hash) => Uint8Array) {
    const { schema, codec } = definition;
    this.#definition = definition;
    this.#index = index;
    this.#readBlob = readBlob;
    const ids = new Set(schema.indexes[index - 1]?.parts.map(({ columnId }) => columnId));
    this.#columns = schema.columns.flatMap(({ id }, at) =>
      ids.has(id) ? [{ at, before: codec.fieldReader(at), after: codec.fieldReader(at) }] : [],
    );
    this.#values = schema.columns.map(() => null);
  }

  /** True when there is something to remove or to add. `primaryKey` is that of both rows. */
  compare(primaryKey: Uint8Array, before: TupleSlot | undefined, after: TupleSlot | undefined): boolean {
    this.removed = undefined;
    this.added = undefined;
    if (before !== undefined && after !== undefined && this.#sameFields(before, after)) return false;
    if (before !== undefined) {
      for (const column of this.#columns)
        this.#values[column.at] = column.before.read(before, this.#readBlob);
      this.removed = this.#definition.codec.encodeIndexKey(this.#index, this.#values, primaryKey);
    }
    if (after !== undefined) {
      for (const column of this.#columns) this.#values[column.at] = column.after.read(after, this.#readBlob);
      this.added = this.#definition.codec.encodeIndexKey(this.#index, this.#values, primaryKey);
    }
    // Values that differ may have one key: those that the collation takes for equal, and long ones with a prefix index.
    const { removed, added } = this;
    return removed === undefined || added === undefined || compareBytes(removed, added) !== 0;
  }

  #sameFields(before: TupleSlot, after: TupleSlot): boolean {
    for (const column of this.#columns) {
      const left = column.before;
      const right = column.after;
      const state = left.locate(before);
      // A blob's address says nothing about a field that is inline in the other row.
      if (state !== right.locate(after) || state === FIELD_EXTERNAL) return false;
      if (state === FIELD_NULL) continue;
      if (!equalRanges(left, right)) return false;
    }
    return true;
  }
}

interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

function equalRanges(left: ByteRange, right: ByteRange): boolean {
  const size = left.end - left.start;
  if (size !== right.end - right.start) return false;
  for (let at = 0; at < size; at++) {
    if (left.bytes[left.start + at] !== right.bytes[right.start + at]) return false;
  }
  return true;
}

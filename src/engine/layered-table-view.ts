/**
 * A table as a reader sees it: trees, then the edits folded in by a running checkpoint, then later commits up to a
 * sequence, then the transaction's own edits. A view of a snapshot keeps its layers; a live view (what writers and
 * locking reads use) follows the table's newest ones.
 *
 * Where there are no edits, cursors are the trees' own.
 */
import type { Hash } from "../bytes/hash.ts";
import type { KeyRange, ScanDirection, TupleCursor, TupleSlot } from "../prolly/tuple-cursor.ts";
import type { TableSchema } from "../tables/schema.ts";
import type { TableView } from "./api.ts";
import { NEWEST } from "./branch-state.ts";
import type { EditLayer } from "./edit-cursor.ts";
import { countEntries, sampleRowsPerKey } from "./index-counts.ts";
import { keyToText } from "./key-text.ts";
import { MergedCursor } from "./merged-cursor.ts";
import type { OwnDelta } from "./own-delta.ts";
import type { OwnTableEdits } from "./own-edits.ts";
import type { RowDelta } from "./row-delta.ts";
import type { TableLayers, TableState } from "./table-state.ts";

export interface TableViewOptions {
  readonly databaseName: string;
  readonly name: string;
  readonly layers: TableLayers;
  /** NEWEST: a live view. */
  readonly sequence: number;
  readonly own: () => OwnTableEdits | undefined;
  readonly readBlob: (hash: Hash) => Uint8Array;
}

export class LayeredTableView implements TableView {
  readonly databaseName: string;
  readonly name: string;
  readonly schema: TableSchema;
  readonly schemaHash: Hash;
  readonly #state: TableState;
  readonly #sequence: number;
  readonly #fixed: TableLayers | undefined;
  readonly #own: () => OwnTableEdits | undefined;
  readonly #readBlob: (hash: Hash) => Uint8Array;

  constructor(options: TableViewOptions) {
    const { state } = options.layers;
    this.databaseName = options.databaseName;
    this.name = options.name;
    this.schema = state.definition.schema;
    this.schemaHash = state.definition.schemaHash;
    this.#state = state;
    this.#sequence = options.sequence;
    this.#fixed = options.sequence === NEWEST ? undefined : options.layers;
    this.#own = options.own;
    this.#readBlob = options.readBlob;
  }

  get layers(): TableLayers {
    return this.#fixed ?? this.#state.layers;
  }

  rowCount(): number {
    const { trees, frozen, active } = this.layers;
    const own = this.#own();
    const ownChange =
      own === undefined ? 0 : this.#fixed === undefined ? own.countChange : own.viewCountChange;
    return (
      (trees[0]?.count ?? 0) +
      (frozen?.countChange(this.#sequence) ?? 0) +
      active.countChange(this.#sequence) +
      ownChange
    );
  }

  autoIncrement(): bigint {
    return this.#state.autoIncrement;
  }

  /** `text`: the key's, of a caller that has it already. */
  lookup(index: number, key: Uint8Array, into: TupleSlot, text?: string): boolean {
    const own = this.#own()?.indexes[index];
    const isOwn = own !== undefined && own.count > 0;
    const edited = isOwn ? lookupOwn(own, text ?? keyToText(key), into) : undefined;
    const { trees, frozen, active } = this.layers;
    return (
      edited ??
      active.indexes[index]?.lookup(key, this.#sequence, into) ??
      frozen?.indexes[index]?.lookup(key, this.#sequence, into) ??
      trees[index]?.lookup(key, into) ??
      false
    );
  }

  openCursor(index: number, range: KeyRange, direction: ScanDirection): TupleCursor {
    if (this.#fixed !== undefined) return this.openLayers(this.#fixed, index, { range, direction });
    return new FollowingCursor(this, index, { range, direction });
  }

  /** A cursor over one set of layers, for {@link FollowingCursor}. */
  openLayers(layers: TableLayers, index: number, scan: Scan): TupleCursor {
    const { range, direction } = scan;
    const tree = layers.trees[index];
    const committed = layers.active.indexes[index] as RowDelta;
    const folding = layers.frozen?.indexes[index];
    const own = this.#own()?.indexes[index];
    let cursor: TupleCursor = (tree as NonNullable<typeof tree>).openCursor(range, direction);
    const backward = direction === "backward";
    const addLayer = (delta: EditLayer): void => {
      cursor = new MergedCursor(cursor, delta.openCursor(range, direction, this.#sequence), backward);
    };
    if (folding !== undefined && folding.count > 0) addLayer(folding);
    // A live cursor must also show what is committed or written while it is open.
    if (committed.count > 0 || this.#fixed === undefined) addLayer(committed);
    if (own !== undefined && (own.count > 0 || this.#fixed === undefined)) addLayer(own);
    return cursor;
  }

  estimateCount(index: number, range: KeyRange): number {
    const { trees, frozen, active } = this.layers;
    return (
      (trees[index]?.estimateCount(range) ?? 0) +
      (frozen?.indexes[index]?.countRange(range) ?? 0) +
      (active.indexes[index]?.countRange(range) ?? 0)
    );
  }

  countRange(index: number, range: KeyRange): number | undefined {
    const { trees, frozen, active } = this.layers;
    const edits = [this.#own()?.indexes[index], active.indexes[index], frozen?.indexes[index]];
    const tree = trees[index];
    if (tree === undefined) return 0;
    return countEntries(
      {
        tree,
        edits: edits.filter((delta): delta is OwnDelta | RowDelta => delta !== undefined && delta.count > 0),
        sequence: this.#sequence,
      },
      range,
    );
  }

  rowsPerKey(index: number, parts: number): number {
    return sampleRowsPerKey(this.layers, index, parts);
  }

  readBlob(hash: Hash): Uint8Array {
    return this.#readBlob(hash);
  }
}

interface Scan {
  readonly range: KeyRange;
  readonly direction: ScanDirection;
}

/** A cursor of a live view: goes on over the new layers when a checkpoint has replaced the old ones. */
class FollowingCursor implements TupleCursor {
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly #view: LayeredTableView;
  readonly #index: number;
  #scan: Scan;
  #layers: TableLayers;
  #cursor: TupleCursor;

  constructor(view: LayeredTableView, index: number, scan: Scan) {
    this.#view = view;
    this.#index = index;
    this.#scan = scan;
    this.#layers = view.layers;
    this.#cursor = view.openLayers(this.#layers, index, scan);
  }

  next(): boolean {
    if (this.#layers !== this.#view.layers) this.#reopen();
    const cursor = this.#cursor;
    if (!cursor.next()) return false;
    this.keyBytes = cursor.keyBytes;
    this.keyStart = cursor.keyStart;
    this.keyEnd = cursor.keyEnd;
    this.valueBytes = cursor.valueBytes;
    this.valueStart = cursor.valueStart;
    this.valueEnd = cursor.valueEnd;
    return true;
  }

  #reopen(): void {
    const { range, direction } = this.#scan;
    if (this.keyBytes !== EMPTY_BYTES) {
      const key = this.keyBytes.slice(this.keyStart, this.keyEnd);
      const rest: KeyRange =
        direction === "forward"
          ? { ...range, lower: key, lowerInclusive: false }
          : { ...range, upper: key, upperInclusive: false };
      this.#scan = { range: rest, direction };
    }
    this.#layers = this.#view.layers;
    this.#cursor = this.#view.openLayers(this.#layers, this.#index, this.#scan);
  }
}

const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/** Undefined when the transaction did not edit the key. */
function lookupOwn(own: OwnDelta, text: string, into: TupleSlot): boolean | undefined {
  const entry = own.getEntry(text);
  if (entry === undefined) return undefined;
  const { value, keyBytes } = entry;
  if (value === undefined) return false;
  // The entry's key, not the caller's: that one may be a buffer it uses again.
  into.keyBytes = keyBytes;
  into.keyStart = 0;
  into.keyEnd = keyBytes.length;
  into.valueBytes = value;
  into.valueStart = 0;
  into.valueEnd = value.length;
  return true;
}

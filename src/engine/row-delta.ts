/**
 * Committed edits of one index since the last checkpoint: an ordered map in memory, with versions for snapshot reads. It
 * holds no object for an edit. Keys and values lie in an arena, numbers say where, and entries are found by a hash table
 * and by sorted blocks of their numbers; so a million edits cost the garbage collector nothing.
 *
 * Nothing is removed from a delta: it goes as a whole when a checkpoint has folded it into the trees. A cursor survives
 * what is added between its steps.
 */
import { assert } from "../base/assert.ts";
import type { KeyRange, ScanDirection, TupleSlot } from "../prolly/tuple-cursor.ts";
import { EditArena } from "./edit-arena.ts";
import type { EditCursor, EditLayer } from "./edit-cursor.ts";
import { EditEntries, ENTRY_WIDTH } from "./edit-entries.ts";
import { KeyOrder, ORDER_ENTRY_BYTES } from "./key-order.ts";
import { hashKey, KeyTable } from "./key-table.ts";
import { NumberPages } from "./number-pages.ts";
import type { PackedEdits } from "./packed-edits.ts";
import { RowDeltaCursor } from "./row-delta-cursor.ts";

/** Numbers of a version: where its value is, in size + 1 bytes (0: deleted), when it was committed (since the delta's first
 *  commit), and the version before it + 1. */
const PIECE = 0;
const VALUE_START = 1;
const VALUE_SIZE = 2;
const SEQUENCE = 3;
const PREVIOUS = 4;
const VERSION_WIDTH = 5;

/** What an edit takes here beside its key and value, without the hash table. */
export const DELTA_EDIT_BYTES: number =
  (ENTRY_WIDTH + VERSION_WIDTH) * Int32Array.BYTES_PER_ELEMENT + ORDER_ENTRY_BYTES;

/** Fewer entries are found in their order. */
const TABLE_ENTRIES_MIN = 16;

export class RowDelta implements EditLayer {
  readonly #arena: EditArena = new EditArena();
  readonly #entries: EditEntries = new EditEntries(this.#arena.pieces);
  readonly #versions: NumberPages = new NumberPages(VERSION_WIDTH);
  readonly order: KeyOrder = new KeyOrder(this.#entries);
  /** None while there are few entries, nor of what a replayed log has filled in: making it would take long at once. */
  #table: KeyTable | undefined;
  #filled = false;
  #firstSequence = 0;

  get count(): number {
    return this.#entries.count;
  }

  /** Memory held, for deciding when to checkpoint. */
  get sizeBytes(): number {
    return (
      this.#arena.sizeBytes +
      this.#entries.sizeBytes +
      this.#versions.sizeBytes +
      this.order.sizeBytes +
      (this.#table?.sizeBytes ?? 0)
    );
  }

  /** Adds a version of a key; `value` undefined: it was deleted. Versions that no snapshot at or after `oldestSnapshot`
   *  can see are let go. */
  put(
    key: Uint8Array,
    value: Uint8Array | undefined,
    { sequence, oldestSnapshot }: { readonly sequence: number; readonly oldestSnapshot: number },
  ): void {
    const hash = hashKey(key, 0, key.length);
    const id = this.#find(hash, key, 0, key.length);
    const arena = this.#arena;
    if (id < 0) {
      if (this.count === 0) this.#firstSequence = sequence;
      arena.append(key, value ?? NO_BYTES);
      const { piece, start } = arena;
      const end = start + key.length;
      const head = this.#addVersion(piece, end, value === undefined ? 0 : value.length + 1);
      this.#stamp(head, sequence, 0);
      this.#place(this.#entries.add(piece, start, end, { hash, head }), key);
      return;
    }
    const before = this.#entries.headOf(id);
    const beforeSequence = this.#sequenceOf(before);
    assert(beforeSequence <= sequence, "versions are added in commit order");
    arena.append(NO_BYTES, value ?? NO_BYTES);
    const size = value === undefined ? 0 : value.length + 1;
    if (oldestSnapshot >= sequence) {
      this.#setValue(before, arena.piece, arena.start, size);
      this.#stamp(before, sequence, 0);
      return;
    }
    if (beforeSequence <= oldestSnapshot) this.#stamp(before, beforeSequence, 0);
    const head = this.#addVersion(arena.piece, arena.start, size);
    this.#stamp(head, sequence, before + 1);
    this.#entries.setHead(id, head);
  }

  /** Puts sorted edits, of one version each, into an empty delta. Their bytes are not copied. */
  fill(edits: PackedEdits, sequence: number): void {
    assert(this.count === 0, "a delta is filled once");
    this.#filled = true;
    this.#firstSequence = sequence;
    const { keys, values } = edits.contentBytes();
    const firstPiece = this.#arena.adopt(edits.sources, keys + values);
    edits.forEach((source, keyStart, keyEnd, valueStart, valueSize) => {
      const piece = firstPiece + source;
      const head = this.#addVersion(piece, valueStart, valueSize);
      const id = this.#entries.add(piece, keyStart, keyEnd, { hash: 0, head });
      this.order.append(id, edits.sources[source] as Uint8Array, keyStart, keyEnd);
    });
  }

  /** Shows a key as it was edited last by `sequence`; false when it was deleted, undefined when no edit is so old. */
  lookup(key: Uint8Array, sequence: number, into: TupleSlot): boolean | undefined {
    if (this.count === 0) return undefined;
    const id = this.find(key, 0, key.length);
    if (id < 0) return undefined;
    const version = this.visibleVersion(id, sequence);
    if (version < 0) return undefined;
    if (this.isDeletion(version)) return false;
    // The entry's key, not the caller's: that one may be a buffer it uses again.
    this.showKey(id, into);
    this.showValue(version, into);
    return true;
  }

  isEdited(bytes: Uint8Array, start: number, end: number, sequence: number): boolean {
    const id = this.find(bytes, start, end);
    return id >= 0 && this.visibleVersion(id, sequence) >= 0;
  }

  openCursor(range: KeyRange, direction: ScanDirection, sequence: number): EditCursor {
    return new RowDeltaCursor({ delta: this, range, backward: direction === "backward", sequence });
  }

  /** The number of entries in a range, deleted and invisible ones included. */
  countRange(range: KeyRange): number {
    const end = range.upper === undefined ? this.count : this.order.rank(range.upper);
    const start = range.lower === undefined ? 0 : this.order.rank(range.lower);
    return Math.max(0, end - start);
  }

  /** The key with so many before it. */
  selectKey(rank: number): Uint8Array | undefined {
    const id = this.order.select(rank);
    if (id < 0) return undefined;
    const slot = { keyBytes: NO_BYTES, keyStart: 0, keyEnd: 0 };
    this.showKey(id, slot);
    return slot.keyBytes.subarray(slot.keyStart, slot.keyEnd);
  }

  // For the cursor.

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#find(this.#table === undefined ? 0 : hashKey(bytes, start, end), bytes, start, end);
  }

  /** The newest version of an entry up to `sequence`, or -1. */
  visibleVersion(id: number, sequence: number): number {
    let version = this.#entries.headOf(id);
    while (version >= 0 && this.#sequenceOf(version) > sequence) version = this.#get(version, PREVIOUS) - 1;
    return version;
  }

  isDeletion(version: number): boolean {
    return this.#get(version, VALUE_SIZE) === 0;
  }

  showKey(id: number, into: Pick<TupleSlot, "keyBytes" | "keyStart" | "keyEnd">): void {
    this.#entries.showKey(id, into);
  }

  /** Of a version that is no deletion. */
  showValue(version: number, into: Pick<TupleSlot, "valueBytes" | "valueStart" | "valueEnd">): void {
    const page = this.#versions.pageOf(version);
    const at = this.#versions.startOf(version);
    const start = page[at + VALUE_START] as number;
    into.valueBytes = this.#arena.pieces[page[at + PIECE] as number] as Uint8Array;
    into.valueStart = start;
    into.valueEnd = start + (page[at + VALUE_SIZE] as number) - 1;
  }

  compareKey(id: number, bytes: Uint8Array, start: number, end: number): number {
    return this.#entries.compare(id, bytes, start, end);
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.#table !== undefined) return this.#table.find(hash, bytes, start, end);
    this.order.seek(bytes, start, end, place);
    const id = this.order.idAt(place.block, place.at);
    return id >= 0 && this.#entries.compare(id, bytes, start, end) === 0 ? id : -1;
  }

  #place(id: number, key: Uint8Array): void {
    this.order.add(id, key);
    if (this.#table !== undefined) this.#table.add(id);
    else if (this.count > TABLE_ENTRIES_MIN && !this.#filled) this.#openTable();
  }

  #openTable(): void {
    this.#table = new KeyTable(this.#entries);
    for (let id = 0; id < this.count; id++) this.#table.add(id);
  }

  #addVersion(piece: number, valueStart: number, valueSize: number): number {
    const version = this.#versions.add();
    this.#setValue(version, piece, valueStart, valueSize);
    return version;
  }

  #setValue(version: number, piece: number, valueStart: number, valueSize: number): void {
    const page = this.#versions.pageOf(version);
    const at = this.#versions.startOf(version);
    page[at + PIECE] = piece;
    page[at + VALUE_START] = valueStart;
    page[at + VALUE_SIZE] = valueSize;
  }

  #stamp(version: number, sequence: number, previous: number): void {
    const page = this.#versions.pageOf(version);
    const at = this.#versions.startOf(version);
    const since = sequence - this.#firstSequence;
    assert(since <= SINCE_MAX, "a checkpoint comes before so many commits");
    page[at + SEQUENCE] = since;
    page[at + PREVIOUS] = previous;
  }

  #sequenceOf(version: number): number {
    return this.#firstSequence + this.#get(version, SEQUENCE);
  }

  #get(version: number, field: number): number {
    return this.#versions.pageOf(version)[this.#versions.startOf(version) + field] as number;
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
const SINCE_MAX = 2 ** 31 - 1;
const place = { block: 0, at: 0 };

/**
 * An in-memory ordered map of row edits: committed edits of a table's index since the last checkpoint (with versions
 * for snapshot reads), or the edits of one open transaction. Keys are latin1 strings, whose order in JavaScript is
 * the order of the bytes.
 *
 * Entries sit in sorted blocks of bounded size, with a hash map beside them for point look-ups once there are more than
 * a handful: most transactions edit a row or two, and a map costs more than it finds then. A cursor survives changes
 * made between its steps: it then finds its place again by its last key. What a replayed log filled in stays packed,
 * block by block, until somebody looks into the block.
 */
import { assert } from "../base/assert.ts";
import type { KeyRange, ScanDirection } from "../prolly/tuple-cursor.ts";
import type { PackedEdits } from "./packed-edits.ts";

/** One state of a row: `value` undefined means deleted. Newer versions come first. */
export interface RowVersion {
  sequence: number;
  readonly value: Uint8Array | undefined;
  previous: RowVersion | undefined;
}

export interface RowEntry {
  readonly key: string;
  readonly keyBytes: Uint8Array;
  head: RowVersion;
}

const BLOCK_ENTRIES_MAX = 256;
/** What an entry costs in memory beside its key and value, as measured: entry, version, two byte arrays, map slot, block
 *  slot. */
const ENTRY_OVERHEAD_BYTES = 450;

/** Blocks of which only the first entry is there yet. */
interface PackedBlocks {
  readonly edits: PackedEdits;
  readonly sequence: number;
  /** Where each begins. */
  readonly starts: Map<readonly RowEntry[], number>;
}

/** Up to so many entries are searched one by one. */
const UNMAPPED_ENTRIES_MAX = 8;

/** The map key of a byte string. Keys of one or two numbers are common, and calling out of JavaScript costs five times
 *  what making them here does. */
export function keyToText(bytes: Uint8Array): string {
  switch (bytes.length) {
    case 4:
      return String.fromCharCode(
        bytes[0] as number,
        bytes[1] as number,
        bytes[2] as number,
        bytes[3] as number,
      );
    case 8:
      return String.fromCharCode(
        bytes[0] as number,
        bytes[1] as number,
        bytes[2] as number,
        bytes[3] as number,
        bytes[4] as number,
        bytes[5] as number,
        bytes[6] as number,
        bytes[7] as number,
      );
    default:
      return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
  }
}

/** The version visible at `sequence`, or undefined when the entry is younger. */
export function visibleVersion(entry: RowEntry, sequence: number): RowVersion | undefined {
  let version: RowVersion | undefined = entry.head;
  while (version !== undefined && version.sequence > sequence) version = version.previous;
  return version;
}

export class RowDelta {
  /** Undefined while the only block holds few entries, and while there are packed blocks. */
  #byKey: Map<string, RowEntry> | undefined;
  #packed: PackedBlocks | undefined;
  #blocks: RowEntry[][] = [];
  #count = 0;
  /** Grows whenever entries move, so that cursors know to find their place again. */
  #layout = 0;
  #sizeBytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Approximate memory held, for deciding when to checkpoint. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  getEntry(key: string): RowEntry | undefined {
    if (this.#byKey !== undefined) return this.#byKey.get(key);
    if (this.#count === 0) return undefined;
    if (this.#packed !== undefined) return this.#find(key);
    if (this.#count > UNMAPPED_ENTRIES_MAX) return this.#mapEntries().get(key);
    const entries = this.#blocks[0] as RowEntry[];
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at] as RowEntry;
      if (entry.key === key) return entry;
    }
    return undefined;
  }

  /**
   * Adds the version in `entry` (an open transaction's, which gives the entry away). Versions that no snapshot at or
   * after `oldestSnapshot` can see are let go.
   */
  putVersion(entry: RowEntry, sequence: number, oldestSnapshot: number): void {
    const version = entry.head;
    version.sequence = sequence;
    const existing = this.getEntry(entry.key);
    if (existing === undefined) {
      this.#insert(entry);
      return;
    }
    const head = existing.head;
    assert(head.sequence <= sequence, "versions are added in commit order");
    if (head.sequence <= oldestSnapshot) head.previous = undefined;
    version.previous = oldestSnapshot >= sequence ? undefined : head;
    existing.head = version;
    this.#sizeBytes += (version.value?.length ?? 0) + 64;
  }

  /** {@link putVersion} of everything in an open transaction's edits. */
  putVersions(own: RowDelta, sequence: number, oldestSnapshot: number): void {
    for (const block of own.#blocks) {
      for (let at = 0; at < block.length; at++)
        this.putVersion(block[at] as RowEntry, sequence, oldestSnapshot);
    }
  }

  /** Puts sorted edits, of one version each, into an empty delta. */
  fill(edits: PackedEdits, sequence: number): void {
    assert(this.#count === 0, "a delta is filled once");
    const { count } = edits;
    if (count === 0) return;
    const starts = new Map<readonly RowEntry[], number>();
    for (let start = 0; start < count; start += BLOCK_ENTRIES_MAX) {
      const block = [edits.entryAt(start, sequence)];
      this.#blocks.push(block);
      starts.set(block, start);
    }
    this.#packed = { edits, sequence, starts };
    const { keys, values } = edits.contentBytes();
    this.#sizeBytes = count * ENTRY_OVERHEAD_BYTES + 2 * keys + values;
    this.#count = count;
    this.#layout++;
  }

  /** Sets the only version of a key (an open transaction's edits) and returns the one it replaces. */
  putOwn(key: string, keyBytes: Uint8Array, value: Uint8Array | undefined): RowVersion | undefined {
    const existing = this.getEntry(key);
    const head: RowVersion = { sequence: 0, value, previous: undefined };
    if (existing === undefined) {
      this.#insert({ key, keyBytes, head });
      return undefined;
    }
    const replaced = existing.head;
    existing.head = head;
    return replaced;
  }

  /** Undoes {@link putOwn}. */
  restoreOwn(key: string, replaced: RowVersion | undefined): void {
    const entry = this.getEntry(key);
    assert(entry !== undefined, "an edit to undo is there");
    if (replaced === undefined) this.#remove(entry);
    else entry.head = replaced;
  }

  /** All entries in order. Packed ones are made for this once and not kept. */
  *entries(): Iterable<RowEntry> {
    for (const block of this.#blocks) {
      const start = this.#packed?.starts.get(block);
      if (start === undefined || this.#packed === undefined) yield* block;
      else yield* unpack(this.#packed, start);
    }
  }

  forEach(visit: (entry: RowEntry) => void): void {
    for (let index = 0; index < this.#blocks.length; index++) {
      const block = this.blockAt(index) as readonly RowEntry[];
      for (let at = 0; at < block.length; at++) visit(block[at] as RowEntry);
    }
  }

  openCursor(range: KeyRange, direction: ScanDirection, sequence: number): DeltaCursor {
    return new DeltaCursor({ delta: this, range, backward: direction === "backward", sequence });
  }

  /** The number of entries in a range, deleted and invisible ones included. */
  countRange(range: KeyRange): number {
    const end = range.upper === undefined ? this.#count : this.#rank(keyToText(range.upper));
    const start = range.lower === undefined ? 0 : this.#rank(keyToText(range.lower));
    return Math.max(0, end - start);
  }

  /** For cursors. */
  get layout(): number {
    return this.#layout;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  blockAt(index: number): readonly RowEntry[] | undefined {
    const block = this.#blocks[index];
    return block === undefined || this.#packed === undefined ? block : this.#whole(block);
  }

  /** The last block whose first key is not above `key`; the first block when there is none. */
  findBlock(key: string): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((blocks[middle] as readonly RowEntry[])[0] as RowEntry).key <= key) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }

  /** The number of entries below `key`. */
  #rank(key: string): number {
    if (this.#count === 0) return 0;
    const last = this.findBlock(key);
    let rank = findInBlock(this.#whole(this.#blocks[last] as RowEntry[]), key);
    for (let index = 0; index < last; index++) rank += this.#lengthOf(this.#blocks[index] as RowEntry[]);
    return rank;
  }

  #lengthOf(block: RowEntry[]): number {
    const start = this.#packed?.starts.get(block);
    if (start === undefined || this.#packed === undefined) return block.length;
    return Math.min(BLOCK_ENTRIES_MAX, this.#packed.edits.count - start);
  }

  /** The block with all its entries. */
  #whole(block: RowEntry[]): RowEntry[] {
    const packed = this.#packed;
    const start = packed?.starts.get(block);
    if (packed === undefined || start === undefined) return block;
    const entries = unpack(packed, start);
    for (let at = 1; at < entries.length; at++) block.push(entries[at] as RowEntry);
    packed.starts.delete(block);
    if (packed.starts.size === 0) this.#packed = undefined;
    return block;
  }

  #find(key: string): RowEntry | undefined {
    const block = this.#whole(this.#blocks[this.findBlock(key)] as RowEntry[]);
    const entry = block[findInBlock(block, key)];
    return entry?.key === key ? entry : undefined;
  }

  #insert(entry: RowEntry): void {
    this.#place(entry);
    if (this.#byKey !== undefined || this.#packed !== undefined) return;
    if (this.#count > UNMAPPED_ENTRIES_MAX) this.#mapEntries();
  }

  #mapEntries(): Map<string, RowEntry> {
    const byKey = new Map<string, RowEntry>();
    for (const block of this.#blocks) for (const entry of block) byKey.set(entry.key, entry);
    this.#byKey = byKey;
    return byKey;
  }

  #place(entry: RowEntry): void {
    this.#count++;
    if (this.#byKey !== undefined) this.#byKey.set(entry.key, entry);
    this.#sizeBytes += ENTRY_OVERHEAD_BYTES + 2 * entry.key.length + (entry.head.value?.length ?? 0);
    this.#layout++;
    const lastBlock = this.#blocks[this.#blocks.length - 1];
    if (lastBlock === undefined) {
      this.#blocks.push([entry]);
      return;
    }
    if (this.#packed !== undefined) this.#whole(lastBlock);
    // Ascending inserts are common: they need no search.
    if ((lastBlock[lastBlock.length - 1] as RowEntry).key < entry.key) {
      if (lastBlock.length < BLOCK_ENTRIES_MAX) lastBlock.push(entry);
      else this.#blocks.push([entry]);
      return;
    }
    const blockIndex = this.findBlock(entry.key);
    const block = this.#whole(this.#blocks[blockIndex] as RowEntry[]);
    const at = findInBlock(block, entry.key);
    if (at === block.length) block.push(entry);
    else block.splice(at, 0, entry);
    if (block.length > BLOCK_ENTRIES_MAX)
      this.#blocks.splice(blockIndex + 1, 0, block.splice(block.length >> 1));
  }

  #remove(entry: RowEntry): void {
    this.#count--;
    this.#byKey?.delete(entry.key);
    this.#layout++;
    const blockIndex = this.findBlock(entry.key);
    const block = this.#whole(this.#blocks[blockIndex] as RowEntry[]);
    const at = findInBlock(block, entry.key);
    assert(block[at] === entry, "the removed entry is in its block");
    block.splice(at, 1);
    if (block.length === 0) this.#blocks.splice(blockIndex, 1);
  }
}

export interface DeltaCursorOptions {
  readonly delta: RowDelta;
  readonly range: KeyRange;
  readonly backward: boolean;
  readonly sequence: number;
}

/** Walks the entries of a delta that are visible at a sequence, deleted ones included. */
export class DeltaCursor {
  keyBytes: Uint8Array = EMPTY_BYTES;
  /** undefined: deleted */
  value: Uint8Array | undefined = undefined;

  readonly #delta: RowDelta;
  readonly #sequence: number;
  readonly #backward: boolean;
  readonly #end: string | undefined;
  readonly #endInclusive: boolean;
  #from: string | undefined;
  #fromInclusive: boolean;
  #layout = -1;
  #block = 0;
  #at = 0;

  constructor(options: DeltaCursorOptions) {
    const { range, backward } = options;
    this.#delta = options.delta;
    this.#sequence = options.sequence;
    this.#backward = backward;
    const from = backward ? range.upper : range.lower;
    const end = backward ? range.lower : range.upper;
    this.#from = from === undefined ? undefined : keyToText(from);
    this.#end = end === undefined ? undefined : keyToText(end);
    const lowerInclusive = range.lowerInclusive ?? true;
    const upperInclusive = range.upperInclusive ?? false;
    this.#fromInclusive = backward ? upperInclusive : lowerInclusive;
    this.#endInclusive = backward ? lowerInclusive : upperInclusive;
  }

  next(): boolean {
    for (;;) {
      const entry = this.#backward ? this.#previousEntry() : this.#nextEntry();
      if (entry === undefined) return false;
      this.#from = entry.key;
      this.#fromInclusive = false;
      const version = visibleVersion(entry, this.#sequence);
      if (version === undefined) continue;
      this.keyBytes = entry.keyBytes;
      this.value = version.value;
      return true;
    }
  }

  #nextEntry(): RowEntry | undefined {
    const delta = this.#delta;
    if (this.#layout !== delta.layout) {
      this.#layout = delta.layout;
      this.#block = 0;
      this.#at = 0;
      if (this.#from !== undefined && delta.count > 0) {
        this.#block = delta.findBlock(this.#from);
        const block = delta.blockAt(this.#block) as readonly RowEntry[];
        this.#at = findInBlock(block, this.#from);
        if (!this.#fromInclusive && block[this.#at]?.key === this.#from) this.#at++;
      }
    } else {
      this.#at++;
    }
    let block = delta.blockAt(this.#block);
    if (block !== undefined && this.#at >= block.length) {
      this.#block++;
      this.#at = 0;
      block = delta.blockAt(this.#block);
    }
    const entry = block?.[this.#at];
    if (entry === undefined || this.#end === undefined) return entry;
    return entry.key < this.#end || (this.#endInclusive && entry.key === this.#end) ? entry : undefined;
  }

  #previousEntry(): RowEntry | undefined {
    const delta = this.#delta;
    if (this.#layout !== delta.layout) {
      this.#layout = delta.layout;
      if (this.#from === undefined || delta.count === 0) {
        this.#block = delta.blockCount - 1;
        this.#at = (delta.blockAt(this.#block)?.length ?? 0) - 1;
      } else {
        this.#block = delta.findBlock(this.#from);
        const block = delta.blockAt(this.#block) as readonly RowEntry[];
        this.#at = findInBlock(block, this.#from);
        if (!(this.#fromInclusive && block[this.#at]?.key === this.#from)) this.#at--;
      }
    } else {
      this.#at--;
    }
    let block = delta.blockAt(this.#block);
    if (block !== undefined && this.#at < 0) {
      this.#block--;
      block = delta.blockAt(this.#block);
      this.#at = (block?.length ?? 0) - 1;
    }
    const entry = block?.[this.#at];
    if (entry === undefined || this.#end === undefined) return entry;
    return entry.key > this.#end || (this.#endInclusive && entry.key === this.#end) ? entry : undefined;
  }
}

const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/** The first place in `block` whose key is not below `key`. */
function findInBlock(block: readonly RowEntry[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] as RowEntry).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entries of a packed block. */
function unpack({ edits, sequence }: PackedBlocks, start: number): RowEntry[] {
  const entries: RowEntry[] = [];
  const end = Math.min(start + BLOCK_ENTRIES_MAX, edits.count);
  for (let at = start; at < end; at++) entries.push(edits.entryAt(at, sequence));
  return entries;
}

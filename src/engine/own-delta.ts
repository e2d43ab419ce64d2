/**
 * The edits of one open transaction on one index: an ordered map in memory whose entries can be taken back. Keys are latin1
 * strings, whose order in JavaScript is the order of the bytes.
 *
 * Entries sit in sorted blocks of bounded size, with a hash map beside them for point look-ups once there are more than
 * a handful: most transactions edit a row or two, and a map costs more than it finds then. A cursor survives changes
 * made between its steps: it then finds its place again by its last key.
 */
import { assert } from "../base/assert.ts";
import type { KeyRange, ScanDirection } from "../prolly/tuple-cursor.ts";
import type { EditCursor, EditLayer } from "./edit-cursor.ts";
import { keyToText } from "./key-text.ts";

export interface OwnEntry {
  readonly key: string;
  readonly keyBytes: Uint8Array;
  /** undefined: the key is deleted */
  value: Uint8Array | undefined;
}

/** What a key was before an edit: not edited by the transaction (undefined), deleted by it (null), or of a value. */
export type Replaced = Uint8Array | null | undefined;

const BLOCK_ENTRIES_MAX = 256;
/** What an entry costs in memory beside its key and value: entry, two byte arrays, map slot, block slot. 450 were measured
 *  when it had an object for its version too. */
const ENTRY_OVERHEAD_BYTES = 400;

/** Up to so many entries are searched one by one. */
const UNMAPPED_ENTRIES_MAX = 8;

export class OwnDelta implements EditLayer {
  /** Undefined while the only block holds few entries. */
  #byKey: Map<string, OwnEntry> | undefined;
  #blocks: OwnEntry[][] = [];
  #count = 0;
  /** Grows whenever entries move, so that cursors know to find their place again. */
  #layout = 0;
  #sizeBytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Approximate memory held. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  getEntry(key: string): OwnEntry | undefined {
    if (this.#byKey !== undefined) return this.#byKey.get(key);
    if (this.#count === 0) return undefined;
    if (this.#count > UNMAPPED_ENTRIES_MAX) return this.#mapEntries().get(key);
    const entries = this.#blocks[0] as OwnEntry[];
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at] as OwnEntry;
      if (entry.key === key) return entry;
    }
    return undefined;
  }

  /** Sets the edit of a key (`value` undefined: deletes it) and returns what it replaces. */
  put(key: string, keyBytes: Uint8Array, value: Uint8Array | undefined): Replaced {
    const existing = this.getEntry(key);
    if (existing === undefined) {
      this.#insert({ key, keyBytes, value });
      return undefined;
    }
    const replaced = existing.value ?? null;
    existing.value = value;
    return replaced;
  }

  /** Undoes {@link put}. */
  restore(key: string, replaced: Replaced): void {
    const entry = this.getEntry(key);
    assert(entry !== undefined, "an edit to undo is there");
    if (replaced === undefined) this.#remove(entry);
    else entry.value = replaced ?? undefined;
  }

  /** Visits all entries in order. */
  forEach(visit: (entry: OwnEntry) => void): void {
    for (const block of this.#blocks) {
      for (let at = 0; at < block.length; at++) visit(block[at] as OwnEntry);
    }
  }

  isEdited(bytes: Uint8Array, start: number, end: number): boolean {
    return this.getEntry(keyToText(bytes.subarray(start, end))) !== undefined;
  }

  openCursor(range: KeyRange, direction: ScanDirection): OwnDeltaCursor {
    return new OwnDeltaCursor({ delta: this, range, backward: direction === "backward" });
  }

  /** For cursors. */
  get layout(): number {
    return this.#layout;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  blockAt(index: number): readonly OwnEntry[] | undefined {
    return this.#blocks[index];
  }

  /** The last block whose first key is not above `key`; the first block when there is none. */
  findBlock(key: string): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((blocks[middle] as readonly OwnEntry[])[0] as OwnEntry).key <= key) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : low - 1;
  }

  #insert(entry: OwnEntry): void {
    this.#place(entry);
    if (this.#byKey === undefined && this.#count > UNMAPPED_ENTRIES_MAX) this.#mapEntries();
  }

  #mapEntries(): Map<string, OwnEntry> {
    const byKey = new Map<string, OwnEntry>();
    for (const block of this.#blocks) for (const entry of block) byKey.set(entry.key, entry);
    this.#byKey = byKey;
    return byKey;
  }

  #place(entry: OwnEntry): void {
    this.#count++;
    if (this.#byKey !== undefined) this.#byKey.set(entry.key, entry);
    this.#sizeBytes += ENTRY_OVERHEAD_BYTES + 2 * entry.key.length + (entry.value?.length ?? 0);
    this.#layout++;
    const lastBlock = this.#blocks[this.#blocks.length - 1];
    if (lastBlock === undefined) {
      this.#blocks.push([entry]);
      return;
    }
    // Ascending inserts are common: they need no search.
    if ((lastBlock[lastBlock.length - 1] as OwnEntry).key < entry.key) {
      if (lastBlock.length < BLOCK_ENTRIES_MAX) lastBlock.push(entry);
      else this.#blocks.push([entry]);
      return;
    }
    const blockIndex = this.findBlock(entry.key);
    const block = this.#blocks[blockIndex] as OwnEntry[];
    const at = findInBlock(block, entry.key);
    if (at === block.length) block.push(entry);
    else block.splice(at, 0, entry);
    if (block.length > BLOCK_ENTRIES_MAX)
      this.#blocks.splice(blockIndex + 1, 0, block.splice(block.length >> 1));
  }

  #remove(entry: OwnEntry): void {
    this.#count--;
    this.#byKey?.delete(entry.key);
    this.#layout++;
    const blockIndex = this.findBlock(entry.key);
    const block = this.#blocks[blockIndex] as OwnEntry[];
    const at = findInBlock(block, entry.key);
    assert(block[at] === entry, "the removed entry is in its block");
    block.splice(at, 1);
    if (block.length === 0) this.#blocks.splice(blockIndex, 1);
  }
}

interface OwnDeltaCursorOptions {
  readonly delta: OwnDelta;
  readonly range: KeyRange;
  readonly backward: boolean;
}

/** Walks the entries of an own delta, deleted ones included. */
export class OwnDeltaCursor implements EditCursor {
  deleted = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  readonly keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  readonly valueStart = 0;
  valueEnd = 0;

  readonly #delta: OwnDelta;
  readonly #backward: boolean;
  readonly #end: string | undefined;
  readonly #endInclusive: boolean;
  #from: string | undefined;
  #fromInclusive: boolean;
  #layout = -1;
  #block = 0;
  #at = 0;

  constructor(options: OwnDeltaCursorOptions) {
    const { range, backward } = options;
    this.#delta = options.delta;
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
    const entry = this.#backward ? this.#previousEntry() : this.#nextEntry();
    if (entry === undefined) return false;
    const { value } = entry;
    this.#from = entry.key;
    this.#fromInclusive = false;
    this.keyBytes = entry.keyBytes;
    this.keyEnd = entry.keyBytes.length;
    this.deleted = value === undefined;
    this.valueBytes = value ?? EMPTY_BYTES;
    this.valueEnd = this.valueBytes.length;
    return true;
  }

  #nextEntry(): OwnEntry | undefined {
    const delta = this.#delta;
    if (this.#layout !== delta.layout) {
      this.#layout = delta.layout;
      this.#block = 0;
      this.#at = 0;
      if (this.#from !== undefined && delta.count > 0) {
        this.#block = delta.findBlock(this.#from);
        const block = delta.blockAt(this.#block) as readonly OwnEntry[];
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

  #previousEntry(): OwnEntry | undefined {
    const delta = this.#delta;
    if (this.#layout !== delta.layout) {
      this.#layout = delta.layout;
      if (this.#from === undefined || delta.count === 0) {
        this.#block = delta.blockCount - 1;
        this.#at = (delta.blockAt(this.#block)?.length ?? 0) - 1;
      } else {
        this.#block = delta.findBlock(this.#from);
        const block = delta.blockAt(this.#block) as readonly OwnEntry[];
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
function findInBlock(block: readonly OwnEntry[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] as OwnEntry).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

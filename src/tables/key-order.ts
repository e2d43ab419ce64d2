/**
 * Sorts byte strings that lie in one array, without moving them and without a call per comparison. The next bytes of the
 * keys become numbers, which are sorted; runs of keys that are equal so far go on with the bytes after those. Long runs are
 * sorted byte by byte by all the bits that differ (key-bits.ts). In shorter ones a few bytes and the key's place make one
 * double, and the engine's sort of doubles does the work. Equal keys keep their order.
 */
import { KeyBits } from "./key-bits.ts";
import { commonKeySize, INSERTION_MAX, insertKeys, type KeyRanges } from "./key-runs.ts";
import { RadixSorter } from "./radix-sort.ts";

/** From this length on it pays to see which bits differ. */
const BITS_MIN = 4096;
/** A double holds so many bits: those of keys and places share them. */
const NUMBER_BITS = 53;

/**
 * The numbers of the keys in the order of the keys. Only the part of it from `from` to `to` need be wanted: before and after
 * it are the keys that belong there, in any order.
 */
export function sortKeys(keys: KeyRanges, from = 0, to: number = keys.count): Int32Array {
  const order = new Int32Array(keys.count);
  for (let i = 0; i < keys.count; i++) order[i] = i;
  const sorter = new RunSorter(keys, order, { from, to });
  // Runs still to be sorted: first, end, bytes that are equal. A stack, because equal beginnings may be long.
  const pending = [0, keys.count, 0];
  while (pending.length > 0) {
    const depth = pending.pop() as number;
    const end = pending.pop() as number;
    const first = pending.pop() as number;
    if (end <= from || first >= to) continue;
    if (end - first <= INSERTION_MAX) insertKeys(keys, order, { first, end, depth });
    else if (end - first < BITS_MIN) sorter.split(first, end, depth, pending);
    else sorter.splitByBits(first, end, depth, pending);
  }
  return order;
}

class RunSorter {
  readonly #keys: KeyRanges;
  readonly #order: Int32Array;
  readonly #from: number;
  readonly #to: number;
  readonly #before: Int32Array;
  #words = new Float64Array(BITS_MIN);
  /** For runs sorted by bits: their numbers, and the second ones before and after sorting by the first ones. */
  readonly #firsts: Uint32Array;
  readonly #seconds: Uint32Array;
  readonly #secondsBefore: Uint32Array;
  readonly #places: Int32Array;
  readonly #bits: KeyBits;
  readonly #radix: RadixSorter;

  constructor(keys: KeyRanges, order: Int32Array, wanted: { readonly from: number; readonly to: number }) {
    const { count } = keys;
    const longCount = count < BITS_MIN ? 0 : count;
    this.#keys = keys;
    this.#order = order;
    this.#from = wanted.from;
    this.#to = wanted.to;
    this.#before = new Int32Array(count > INSERTION_MAX ? count : 0);
    this.#firsts = new Uint32Array(longCount);
    this.#seconds = new Uint32Array(longCount);
    this.#secondsBefore = new Uint32Array(longCount);
    this.#places = new Int32Array(longCount);
    this.#bits = new KeyBits(keys, order);
    this.#radix = new RadixSorter(longCount);
  }

  /**
   * Sorts a long run by the next bits in which its keys differ and leaves what is still equal in `pending`. The keys are read
   * in the order in which they lie, and only here.
   */
  splitByBits(first: number, end: number, depth: number, pending: number[]): void {
    const order = this.#order;
    const before = this.#before;
    const firsts = this.#firsts;
    const seconds = this.#seconds;
    const secondsBefore = this.#secondsBefore;
    const places = this.#places;
    const from = this.#bits.fill({ first, end, depth }, firsts, secondsBefore);
    if (from === undefined) {
      this.split(first, end, depth, pending);
      return;
    }
    for (let i = first; i < end; i++) {
      before[i] = order[i] as number;
      places[i] = i;
    }
    const { firstBits } = this.#bits;
    this.#radix.sort(firsts, places, { first, end, bits: firstBits });
    for (let i = first; i < end; i++) {
      const place = places[i] as number;
      order[i] = before[place] as number;
      seconds[i] = secondsBefore[place] as number;
    }
    let runStart = first;
    for (let i = first + 1; i <= end; i++) {
      if (i < end && firsts[i] === firsts[runStart]) continue;
      if (i - runStart > 1 && this.#isWanted(runStart, i)) this.#sortBySeconds(runStart, i, from, pending);
      runStart = i;
    }
  }

  /** Goes on with the second numbers of a run whose first ones are equal. */
  #sortBySeconds(first: number, end: number, from: number, pending: number[]): void {
    const seconds = this.#seconds;
    if (end - first <= INSERTION_MAX) this.#insertBySeconds(first, end);
    else this.#radix.sort(seconds, this.#order, { first, end, bits: this.#bits.secondBits });
    let runStart = first;
    for (let i = first + 1; i <= end; i++) {
      if (i < end && seconds[i] === seconds[runStart]) continue;
      if (i - runStart > 1) pending.push(runStart, i, from);
      runStart = i;
    }
  }

  #insertBySeconds(first: number, end: number): void {
    const order = this.#order;
    const seconds = this.#seconds;
    for (let i = first + 1; i < end; i++) {
      const key = order[i] as number;
      const second = seconds[i] as number;
      let at = i;
      for (; at > first && (seconds[at - 1] as number) > second; at--) {
        order[at] = order[at - 1] as number;
        seconds[at] = seconds[at - 1] as number;
      }
      order[at] = key;
      seconds[at] = second;
    }
  }

  #isWanted(first: number, end: number): boolean {
    return end > this.#from && first < this.#to;
  }

  /** Sorts a run by its next bytes and leaves what is still equal in `pending`. */
  split(first: number, end: number, depth: number, pending: number[]): void {
    const order = this.#order;
    const from = depth + commonKeySize(this.#keys, order, { first, end, depth });
    const count = end - first;
    const before = this.#before;
    if (this.#words.length < count) this.#words = new Float64Array(count);
    const words = this.#words.subarray(0, count);
    const placeBits = bitsOf(count - 1);
    const places = 2 ** placeBits;
    const share = 1 / places;
    const wordBytes = (NUMBER_BITS - placeBits) >> 3;
    const isOver = this.#fillWords(first, end, from, wordBytes);
    for (let i = 0; i < count; i++) {
      before[i] = order[first + i] as number;
      words[i] = (words[i] as number) * places + i;
    }
    words.sort();
    let runStart = first;
    let runWord = -1;
    for (let i = 0; i < count; i++) {
      const word = Math.floor((words[i] as number) * share);
      order[first + i] = before[(words[i] as number) - word * places] as number;
      if (word === runWord) continue;
      if (!isOver && first + i - runStart > 1) pending.push(runStart, first + i, from + wordBytes);
      runStart = first + i;
      runWord = word;
    }
    if (!isOver && end - runStart > 1) pending.push(runStart, end, from + wordBytes);
  }

  /** The next bytes of each key as a number. When all keys are over, their sizes decide: true. */
  #fillWords(first: number, end: number, from: number, wordBytes: number): boolean {
    const { bytes, starts, ends } = this.#keys;
    const order = this.#order;
    const words = this.#words;
    let isOver = true;
    for (let i = first; i < end; i++) {
      const key = order[i] as number;
      const at = (starts[key] as number) + from;
      const left = (ends[key] as number) - at;
      if (left > 0) isOver = false;
      let word = 0;
      for (let b = 0; b < wordBytes; b++) word = word * 256 + (b < left ? (bytes[at + b] as number) : 0);
      words[i - first] = word;
    }
    if (!isOver) return false;
    for (let i = first; i < end; i++) {
      const key = order[i] as number;
      words[i - first] = (ends[key] as number) - (starts[key] as number);
    }
    return true;
  }
}

/** How many bits a number takes. */
function bitsOf(value: number): number {
  return 32 - Math.clz32(value);
}

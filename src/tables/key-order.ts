/**
 * Sorts byte strings that lie in one array, without moving them and without a call per comparison: four bytes of each
 * key and its place in the run make one double, the engine's sort of doubles does the work, and runs that are equal so
 * far go on with their next bytes. Equal keys keep their order.
 */
import { compareRanges } from "../bytes/compare.ts";

export interface KeyRanges {
  readonly bytes: Uint8Array;
  /** Key i is bytes[starts[i], ends[i]). */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
}

/** Runs up to this length are sorted by insertion. */
const INSERTION_MAX = 24;
/** A double holds 53 bits: word and place share them. */
const WIDE_WORD_COUNT_MAX = 2 ** 21;

/** The numbers of the keys in the order of the keys. */
export function sortKeys(keys: KeyRanges): Int32Array {
  const order = new Int32Array(keys.count);
  for (let i = 0; i < keys.count; i++) order[i] = i;
  const sorter = new RunSorter(keys, order);
  // Runs still to be sorted: first, end, bytes that are equal. A stack, because equal beginnings may be long.
  const pending = [0, keys.count, 0];
  while (pending.length > 0) {
    const depth = pending.pop() as number;
    const end = pending.pop() as number;
    const first = pending.pop() as number;
    if (end - first <= INSERTION_MAX) sorter.insert(first, end, depth);
    else sorter.split(first, end, depth, pending);
  }
  return order;
}

class RunSorter {
  readonly #keys: KeyRanges;
  readonly #order: Int32Array;
  readonly #before: Int32Array;
  readonly #words: Float64Array;

  constructor(keys: KeyRanges, order: Int32Array) {
    this.#keys = keys;
    this.#order = order;
    this.#before = new Int32Array(keys.count > INSERTION_MAX ? keys.count : 0);
    this.#words = new Float64Array(this.#before.length);
  }

  insert(first: number, end: number, depth: number): void {
    const { bytes, starts, ends } = this.#keys;
    const order = this.#order;
    for (let i = first + 1; i < end; i++) {
      const key = order[i] as number;
      const keyStart = (starts[key] as number) + depth;
      const keyEnd = ends[key] as number;
      let at = i;
      while (at > first) {
        const other = order[at - 1] as number;
        const otherStart = (starts[other] as number) + depth;
        if (compareRanges(bytes, otherStart, ends[other] as number, bytes, keyStart, keyEnd) <= 0) break;
        order[at] = other;
        at--;
      }
      order[at] = key;
    }
  }

  /** Sorts a run by its next bytes and leaves what is still equal in `pending`. */
  split(first: number, end: number, depth: number, pending: number[]): void {
    const from = depth + this.#commonSize(first, end, depth);
    const count = end - first;
    const order = this.#order;
    const before = this.#before;
    const words = this.#words.subarray(first, end);
    const wordBytes = count <= WIDE_WORD_COUNT_MAX ? 4 : 3;
    const places = 2 ** (53 - 8 * wordBytes);
    const isOver = this.#fillWords(first, end, from, wordBytes);
    for (let i = 0; i < count; i++) {
      before[i] = order[first + i] as number;
      words[i] = (words[i] as number) * places + i;
    }
    words.sort();
    let runStart = first;
    let runWord = -1;
    for (let i = 0; i < count; i++) {
      const word = Math.floor((words[i] as number) / places);
      order[first + i] = before[(words[i] as number) - word * places] as number;
      if (word === runWord) continue;
      if (!isOver && first + i - runStart > 1) pending.push(runStart, first + i, from + wordBytes);
      runStart = first + i;
      runWord = word;
    }
    if (!isOver && end - runStart > 1) pending.push(runStart, end, from + wordBytes);
  }

  /** How many bytes from `depth` on all keys of the run have in common. */
  #commonSize(first: number, end: number, depth: number): number {
    const { bytes, starts, ends } = this.#keys;
    const order = this.#order;
    const sample = order[first] as number;
    const sampleStart = (starts[sample] as number) + depth;
    let common = (ends[sample] as number) - sampleStart;
    for (let i = first + 1; i < end && common > 0; i++) {
      const key = order[i] as number;
      const start = (starts[key] as number) + depth;
      const size = (ends[key] as number) - start;
      if (size < common) common = size;
      let at = 0;
      while (at < common && bytes[start + at] === bytes[sampleStart + at]) at++;
      common = at;
    }
    return common > 0 ? common : 0;
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
      words[i] = word;
    }
    if (!isOver) return false;
    for (let i = first; i < end; i++) {
      const key = order[i] as number;
      words[i] = (ends[key] as number) - (starts[key] as number);
    }
    return true;
  }
}

/**
 * Sorts byte strings as key-order.ts does, in steps of about a millisecond, so that a long sort holds nobody up. Long runs are
 * dealt out by the next four bytes of their keys, runs that are equal so far go on with the bytes after those, and short
 * ones are sorted in one step. Equal keys keep their order.
 */
import { sortKeys } from "./key-order.ts";
import { commonKeySize, INSERTION_MAX, insertKeys, type KeyRanges } from "./key-runs.ts";

/** Longer runs are dealt out. */
const SHORT_MAX = 8_192;
/** Keys looked at in one step. */
const STEP_SIZE = 8_192;
const DIGIT_BITS = 11;
const DIGIT_COUNT: number = 2 ** DIGIT_BITS;
const DIGIT_MASK: number = DIGIT_COUNT - 1;

/** The numbers of the keys in the order of the keys. Each step is short, unless very many keys are equal. */
export function* sortKeysInSteps(keys: KeyRanges, shortMax: number = SHORT_MAX): Generator<void, Int32Array> {
  const order = new Int32Array(keys.count);
  for (let i = 0; i < keys.count; i++) order[i] = i;
  const sorter = new SteppedSorter(keys, order, keys.count > shortMax);
  // Runs still to be sorted: first, end, bytes that are equal. A stack, because equal beginnings may be long.
  const pending = [0, keys.count, 0];
  let done = 0;
  while (pending.length > 0) {
    const depth = pending.pop() as number;
    const end = pending.pop() as number;
    const first = pending.pop() as number;
    const count = end - first;
    if (count <= INSERTION_MAX) insertKeys(keys, order, { first, end, depth });
    else if (count <= shortMax) sorter.sort(first, end, depth);
    else yield* sorter.deal(first, end, depth, pending);
    done += count;
    if (done < STEP_SIZE) continue;
    done = 0;
    yield;
  }
  return order;
}

/** Keys `from` to `to` of a run, with four bytes of each. */
interface WordsOf {
  readonly keys: Int32Array;
  readonly words: Uint32Array;
  readonly from: number;
  readonly to: number;
}

class SteppedSorter {
  readonly #keys: KeyRanges;
  readonly #order: Int32Array;
  readonly #before: Int32Array;
  /** Room for two words of each key. */
  readonly #words: Uint32Array;

  constructor(keys: KeyRanges, order: Int32Array, deals: boolean) {
    this.#keys = keys;
    this.#order = order;
    this.#before = new Int32Array(deals ? keys.count : 0);
    this.#words = new Uint32Array(deals ? 2 * keys.count : 0);
  }

  /** Sorts a short run by all bytes from `depth` on. */
  sort(first: number, end: number, depth: number): void {
    const { bytes, starts, ends } = this.#keys;
    const run = this.#order.slice(first, end);
    const order = sortKeys({
      bytes,
      starts: run.map((key) => (starts[key] as number) + depth),
      ends: run.map((key) => ends[key] as number),
      count: run.length,
    });
    for (let i = 0; i < run.length; i++) this.#order[first + i] = run[order[i] as number] as number;
  }

  /** Sorts a long run by its next four bytes, dealt out by eleven bits after the other, and leaves what is still equal in `pending`. */
  *deal(first: number, end: number, depth: number, pending: number[]): Generator<void> {
    let common = Number.POSITIVE_INFINITY;
    for (let from = first; from < end && common > 0; from += STEP_SIZE) {
      // Each piece begins with the last key of the one before, so that no difference falls between two.
      const to = Math.min(end, from + STEP_SIZE);
      common = Math.min(
        common,
        commonKeySize(this.#keys, this.#order, { first: Math.max(first, from - 1), end: to, depth }),
      );
      yield;
    }
    const count = end - first;
    let words = this.#words.subarray(2 * first, 2 * first + count);
    let sortedWords = this.#words.subarray(2 * first + count, 2 * end);
    let keys = this.#order.subarray(first, end);
    let sortedKeys = this.#before.subarray(first, end);
    let isOver = true;
    for (let from = 0; from < count; from += STEP_SIZE) {
      const to = Math.min(count, from + STEP_SIZE);
      if (!this.#readWords({ keys, words, from, to }, depth + common)) isOver = false;
      yield;
    }
    // Only keys that are all over are told apart by their sizes, of which there are few.
    if (isOver) {
      this.sort(first, end, depth);
      return;
    }
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      const places = new Int32Array(DIGIT_COUNT);
      for (let from = 0; from < count; from += STEP_SIZE) {
        countDigits(places, { words, from, to: Math.min(count, from + STEP_SIZE), shift });
        yield;
      }
      if (!countsToPlaces(places, count)) continue;
      for (let from = 0; from < count; from += STEP_SIZE) {
        const to = Math.min(count, from + STEP_SIZE);
        moveByDigit(places, { keys, words, from, to, shift }, { keys: sortedKeys, words: sortedWords });
        yield;
      }
      [keys, sortedKeys] = [sortedKeys, keys];
      [words, sortedWords] = [sortedWords, words];
    }
    if (keys.byteOffset !== this.#order.byteOffset + 4 * first || keys.buffer !== this.#order.buffer)
      this.#order.set(keys, first);
    let runStart = 0;
    for (let i = 1; i <= count; i++) {
      if (i % STEP_SIZE === 0) yield;
      if (i < count && words[i] === words[runStart]) continue;
      if (i - runStart > 1) pending.push(first + runStart, first + i, depth + common + 4);
      runStart = i;
    }
  }

  /** Four bytes of each key; zeros after its end. True when none of the keys has a byte left. */
  #readWords({ keys, words, from, to }: WordsOf, at: number): boolean {
    const { bytes, starts, ends } = this.#keys;
    let isOver = true;
    for (let i = from; i < to; i++) {
      const key = keys[i] as number;
      const start = (starts[key] as number) + at;
      const left = (ends[key] as number) - start;
      if (left > 0) isOver = false;
      let word = 0;
      for (let b = 0; b < 4; b++) word = (word << 8) | (b < left ? (bytes[start + b] as number) : 0);
      words[i] = word;
    }
    return isOver;
  }
}

function countDigits(
  counts: Int32Array,
  { words, from, to, shift }: Omit<WordsOf, "keys"> & { readonly shift: number },
): void {
  for (let i = from; i < to; i++) {
    const digit = ((words[i] as number) >>> shift) & DIGIT_MASK;
    counts[digit] = (counts[digit] as number) + 1;
  }
}

/** Where the keys with each digit begin; false when all have the same. */
function countsToPlaces(counts: Int32Array, total: number): boolean {
  let place = 0;
  for (let digit = 0; digit < DIGIT_COUNT; digit++) {
    const count = counts[digit] as number;
    if (count === total) return false;
    counts[digit] = place;
    place += count;
  }
  return true;
}

function moveByDigit(
  places: Int32Array,
  { keys, words, from, to, shift }: WordsOf & { readonly shift: number },
  target: { readonly keys: Int32Array; readonly words: Uint32Array },
): void {
  const { keys: targetKeys, words: targetWords } = target;
  for (let i = from; i < to; i++) {
    const word = words[i] as number;
    const digit = (word >>> shift) & DIGIT_MASK;
    const place = places[digit] as number;
    places[digit] = place + 1;
    targetKeys[place] = keys[i] as number;
    targetWords[place] = word;
  }
}

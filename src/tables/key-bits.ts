/**
 * The next bytes of many keys as two numbers each, in the keys' order, made of only those bits in which the keys differ: text
 * of a few scripts, numbers of a few digits and the markers between parts of a key take little of a number's room that way,
 * so that one pass over the keys goes deep into them. A key that has ended counts as followed by zeros.
 */
import type { KeyRanges, KeyRun } from "./key-runs.ts";

/** How many bytes are looked at. */
const WINDOW_SIZE = 24;
/** So many keys tell how many bytes it takes to fill the numbers, mostly. */
const SAMPLE_COUNT = 256;
/** Bits of each number. */
const NUMBER_BITS = 32;

export class KeyBits {
  readonly #keys: KeyRanges;
  readonly #order: Int32Array;
  readonly #sample = new Uint8Array(WINDOW_SIZE);
  /** The bits that differ, by byte. */
  readonly #masks = new Uint8Array(WINDOW_SIZE);
  /** The bytes that are used: their places, how many of their bits, and what each of their values gives. */
  readonly #places = new Int32Array(WINDOW_SIZE + 1);
  readonly #shifts = new Int32Array(WINDOW_SIZE + 1);
  readonly #values = new Uint8Array((WINDOW_SIZE + 1) * 256);
  #usedCount = 0;
  /** How many of them are in the first number. */
  #firstCount = 0;
  /** How many bytes it looked at, and how many of them are all in the numbers. */
  #looked = 0;
  #passed = 0;
  /** How many bits the numbers took. */
  firstBits = 0;
  secondBits = 0;

  constructor(keys: KeyRanges, order: Int32Array) {
    this.#keys = keys;
    this.#order = order;
  }

  /**
   * Puts the numbers of each key of the run into `firsts` and `seconds`, at the place where the order has the key. Returns
   * how many bytes of two keys are equal when their numbers are; undefined when no bits differ that far.
   */
  fill(run: KeyRun, firsts: Uint32Array, seconds: Uint32Array): number | undefined {
    const { first, end, depth } = run;
    const sampleEnd = Math.min(end, first + SAMPLE_COUNT);
    this.#setSample(first, depth);
    this.#findMasks(first, sampleEnd, depth, WINDOW_SIZE);
    this.#choose(WINDOW_SIZE);
    const window = this.#looked;
    this.#findMasks(sampleEnd, end, depth, window);
    this.#choose(window);
    if (this.#usedCount === 0) return undefined;
    this.#fillNumbers(run, firsts, seconds);
    return depth + this.#passed;
  }

  #setSample(first: number, depth: number): void {
    const { bytes, starts, ends } = this.#keys;
    const key = this.#order[first] as number;
    const at = (starts[key] as number) + depth;
    const left = (ends[key] as number) - at;
    for (let b = 0; b < WINDOW_SIZE; b++) this.#sample[b] = b < left ? (bytes[at + b] as number) : 0;
    this.#masks.fill(0);
  }

  #findMasks(first: number, end: number, depth: number, window: number): void {
    const { bytes, starts, ends } = this.#keys;
    const order = this.#order;
    const sample = this.#sample;
    const masks = this.#masks;
    for (let i = first; i < end; i++) {
      const key = order[i] as number;
      const at = (starts[key] as number) + depth;
      const left = (ends[key] as number) - at;
      const size = left < window ? left : window;
      let b = 0;
      for (; b < size; b++)
        masks[b] = (masks[b] as number) | ((bytes[at + b] as number) ^ (sample[b] as number));
      for (; b < window; b++) masks[b] = (masks[b] as number) | (sample[b] as number);
    }
  }

  /** Takes the first bits that differ, as many as the numbers hold. */
  #choose(window: number): void {
    this.firstBits = 0;
    this.secondBits = 0;
    this.#usedCount = 0;
    this.#firstCount = 0;
    this.#looked = window;
    this.#passed = window;
    for (let place = 0; place < window; place++) {
      const mask = this.#masks[place] as number;
      const bits = countBits(mask);
      const inFirst = Math.min(bits, NUMBER_BITS - this.firstBits);
      if (inFirst > 0) {
        this.#use(place, mask, bits, inFirst);
        this.firstBits += inFirst;
        this.#firstCount = this.#usedCount;
      }
      const rest = bits - inFirst;
      const inSecond = Math.min(rest, NUMBER_BITS - this.secondBits);
      if (inSecond > 0) {
        this.#use(place, lowBits(mask, rest), rest, inSecond);
        this.secondBits += inSecond;
      }
      if (inSecond === rest) continue;
      this.#looked = place + 1;
      this.#passed = place;
      return;
    }
  }

  /** Uses the first `taken` of those `bits` bits of a byte that are in the mask. */
  #use(place: number, mask: number, bits: number, taken: number): void {
    const at = this.#usedCount++;
    this.#places[at] = place;
    this.#shifts[at] = taken;
    const values = this.#values;
    for (let byte = 0; byte < 256; byte++) {
      let value = 0;
      for (let bit = 7; bit >= 0; bit--)
        if (((mask >>> bit) & 1) === 1) value = (value << 1) | ((byte >>> bit) & 1);
      values[at * 256 + byte] = value >>> (bits - taken);
    }
  }

  #fillNumbers({ first, end, depth }: KeyRun, firsts: Uint32Array, seconds: Uint32Array): void {
    const { bytes, starts, ends } = this.#keys;
    const order = this.#order;
    const places = this.#places;
    const shifts = this.#shifts;
    const values = this.#values;
    const firstCount = this.#firstCount;
    const used = this.#usedCount;
    for (let i = first; i < end; i++) {
      const key = order[i] as number;
      const at = (starts[key] as number) + depth;
      const left = (ends[key] as number) - at;
      let number = 0;
      let u = 0;
      for (; u < firstCount; u++) {
        const place = places[u] as number;
        const byte = place < left ? (bytes[at + place] as number) : 0;
        number = (number << (shifts[u] as number)) | (values[u * 256 + byte] as number);
      }
      firsts[i] = number;
      number = 0;
      for (; u < used; u++) {
        const place = places[u] as number;
        const byte = place < left ? (bytes[at + place] as number) : 0;
        number = (number << (shifts[u] as number)) | (values[u * 256 + byte] as number);
      }
      seconds[i] = number;
    }
  }
}

function countBits(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** The mask with only its `count` lowest bits. */
function lowBits(mask: number, count: number): number {
  let low = 0;
  let rest = mask;
  for (let i = 0; i < count; i++) {
    const bit = rest & -rest;
    low |= bit;
    rest ^= bit;
  }
  return low;
}

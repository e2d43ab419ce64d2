/**
 * Sorts many byte strings that lie in buffers, without making an object of any: a radix sort by eight bytes behind what
 * all of them begin with, and comparisons where these are equal.
 */
import { compareRanges } from "../bytes/compare.ts";

/** Numbers that describe one string: its source, where it begins and where it ends there, and two of the caller's. */
export const RANGE_NUMBERS = 5;

export interface ByteRanges {
  readonly sources: readonly Uint8Array[];
  /** {@link RANGE_NUMBERS} for each string. */
  readonly numbers: Uint32Array;
  /** How many strings there are. */
  readonly length: number;
}

/** Below this comparing is quicker than counting. */
const RADIX_LENGTH_MIN = 2048;
const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/** The numbers of the strings in ascending order; of equal strings only the last one is in it. */
export function orderKeys(ranges: ByteRanges): Uint32Array {
  const { length } = ranges;
  const order = new Uint32Array(length);
  for (let at = 0; at < length; at++) order[at] = at;
  const common = commonPrefix(ranges);
  if (common === undefined) return order;
  if (length < RADIX_LENGTH_MIN) {
    sortRun(ranges, order);
    return dropEarlier(ranges, order);
  }
  const high = new Uint32Array(length);
  const low = new Uint32Array(length);
  readPrefixes(ranges, common, { high, low });
  let [from, to]: [Uint32Array, Uint32Array] = [order, new Uint32Array(length)];
  for (const [words, shift] of [
    [low, 0],
    [low, DIGIT_BITS],
    [high, 0],
    [high, DIGIT_BITS],
  ] as const) {
    if (scatter(words, shift, from, to)) [from, to] = [to, from];
  }
  sortEqualPrefixes(ranges, from, { high, low });
  return dropEarlier(ranges, from);
}

/** How many bytes all strings begin with alike; undefined when they ascend as they are, each only once. */
function commonPrefix(ranges: ByteRanges): number | undefined {
  const { length, numbers, sources } = ranges;
  if (length < 2) return undefined;
  let ascending = true;
  const first = sources[numbers[0] as number] as Uint8Array;
  const firstStart = numbers[1] as number;
  let common = (numbers[2] as number) - firstStart;
  for (let at = 1; at < length; at++) {
    if (ascending && compareKeys(ranges, at - 1, at) >= 0) ascending = false;
    const from = at * RANGE_NUMBERS;
    const bytes = sources[numbers[from] as number] as Uint8Array;
    const start = numbers[from + 1] as number;
    const size = (numbers[from + 2] as number) - start;
    if (size < common) common = size;
    for (let i = 0; i < common; i++) if (bytes[start + i] !== first[firstStart + i]) common = i;
  }
  return ascending ? undefined : common;
}

interface Prefixes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Eight bytes of each string from `skip` on, as two numbers; zeros behind its end. */
function readPrefixes({ length, numbers, sources }: ByteRanges, skip: number, { high, low }: Prefixes): void {
  for (let at = 0; at < length; at++) {
    const from = at * RANGE_NUMBERS;
    const bytes = sources[numbers[from] as number] as Uint8Array;
    const start = (numbers[from + 1] as number) + skip;
    const end = numbers[from + 2] as number;
    high[at] = readWord(bytes, start, end);
    low[at] = readWord(bytes, start + 4, end);
  }
}

function readWord(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 <= end) {
    return (
      ((bytes[start] as number) << 24) |
      ((bytes[start + 1] as number) << 16) |
      ((bytes[start + 2] as number) << 8) |
      (bytes[start + 3] as number)
    );
  }
  let word = 0;
  for (let at = start; at < start + 4; at++) word = (word << 8) | (at < end ? (bytes[at] as number) : 0);
  return word;
}

/** One pass of the radix sort, which leaves equal digits in their order. False when all digits are the same: nothing was
 *  moved. */
function scatter(words: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const { length } = from;
  const starts = new Uint32Array(DIGITS);
  for (let at = 0; at < length; at++) {
    const digit = ((words[at] as number) >>> shift) & (DIGITS - 1);
    starts[digit] = (starts[digit] as number) + 1;
  }
  let start = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit] as number;
    if (count === length) return false;
    starts[digit] = start;
    start += count;
  }
  for (let at = 0; at < length; at++) {
    const string = from[at] as number;
    const digit = ((words[string] as number) >>> shift) & (DIGITS - 1);
    const place = starts[digit] as number;
    starts[digit] = place + 1;
    to[place] = string;
  }
  return true;
}

function sortEqualPrefixes(ranges: ByteRanges, order: Uint32Array, { high, low }: Prefixes): void {
  for (let start = 0; start < order.length; ) {
    const string = order[start] as number;
    let end = start + 1;
    for (; end < order.length; end++) {
      const other = order[end] as number;
      if (high[other] !== high[string] || low[other] !== low[string]) break;
    }
    if (end - start > 1) sortRun(ranges, order.subarray(start, end));
    start = end;
  }
}

/** In place; equal strings in the order of their numbers, as which they come. */
function sortRun(ranges: ByteRanges, run: Uint32Array): void {
  for (let at = 1; at < run.length; at++) {
    if (compareKeys(ranges, run[at - 1] as number, run[at] as number) <= 0) continue;
    run.sort((left, right) => compareKeys(ranges, left, right) || left - right);
    return;
  }
}

function dropEarlier(ranges: ByteRanges, order: Uint32Array): Uint32Array {
  let kept = 0;
  for (let at = 0; at < order.length; at++) {
    const string = order[at] as number;
    if (at + 1 < order.length && compareKeys(ranges, string, order[at + 1] as number) === 0) continue;
    order[kept++] = string;
  }
  return order.subarray(0, kept);
}

function compareKeys({ numbers, sources }: ByteRanges, left: number, right: number): number {
  const a = left * RANGE_NUMBERS;
  const b = right * RANGE_NUMBERS;
  return compareRanges(
    sources[numbers[a] as number] as Uint8Array,
    numbers[a + 1] as number,
    numbers[a + 2] as number,
    sources[numbers[b] as number] as Uint8Array,
    numbers[b + 1] as number,
    numbers[b + 2] as number,
  );
}

/** Byte strings that lie in one array, and what sorting does with short runs of them. */
import { compareRanges } from "../bytes/compare.ts";

export interface KeyRanges {
  readonly bytes: Uint8Array;
  /** Key i is bytes[starts[i], ends[i]). */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
}

/** Of the keys in their order so far: those from `first` to `end`, which are equal in their first `depth` bytes. */
export interface KeyRun {
  readonly first: number;
  readonly end: number;
  readonly depth: number;
}

/** Runs up to this length are sorted by insertion. */
export const INSERTION_MAX = 24;

/** Sorts a short run in place. Equal keys keep their order. */
export function insertKeys(keys: KeyRanges, order: Int32Array, { first, end, depth }: KeyRun): void {
  const { bytes, starts, ends } = keys;
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

/** How many bytes from `depth` on all keys of a run have in common. */
export function commonKeySize(keys: KeyRanges, order: Int32Array, { first, end, depth }: KeyRun): number {
  const { bytes, starts, ends } = keys;
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

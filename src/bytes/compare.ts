/** Byte-wise (unsigned, lexicographic) comparison: the order of every key in the system. */

/** Compares `left[leftStart, leftEnd)` with `right[rightStart, rightEnd)`: negative, 0 or positive. */
export function compareRanges(
  left: Uint8Array,
  leftStart: number,
  leftEnd: number,
  right: Uint8Array,
  rightStart: number,
  rightEnd: number,
): number {
  const leftSize = leftEnd - leftStart;
  const rightSize = rightEnd - rightStart;
  const size = leftSize < rightSize ? leftSize : rightSize;
  for (let i = 0; i < size; i++) {
    const difference = (left[leftStart + i] as number) - (right[rightStart + i] as number);
    if (difference !== 0) return difference;
  }
  return leftSize - rightSize;
}

/** Compares two whole byte strings. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return compareRanges(left, 0, left.length, right, 0, right.length);
}

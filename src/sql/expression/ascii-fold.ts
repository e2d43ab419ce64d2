/**
 * Equality of ASCII text under case-insensitive collations without computing weights. Among printable ASCII
 * characters these collations tell apart everything but the case of letters; anything else is left to the caller.
 */
export interface FoldedEquality {
  /** Only printable ASCII, so that the answer of `compare` can be trusted. */
  isPlain(bytes: Uint8Array, start: number, end: number): boolean;
  /** 1 equal, 0 different, -1 can't tell: the text holds something else than printable ASCII. */
  compare(bytes: Uint8Array, start: number, end: number, other: Uint8Array, otherEnd: number): -1 | 0 | 1;
}

/** Collations for which folding is exact on printable ASCII. */
const FOLDING =
  /^(?:utf8mb4_0900_ai_ci|utf8mb4_0900_as_ci|(?:utf8mb4|utf8mb3)_(?:general|unicode|unicode_520)_ci|latin1_swedish_ci|ascii_general_ci)$/;

/** Lower-case letters to upper case; 255 for what is not printable ASCII. */
export const FOLD: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20 || byte > 0x7e) return 255;
  return byte >= 0x61 && byte <= 0x7a ? byte - 32 : byte;
});

export function foldsAscii(collation: string): boolean {
  return FOLDING.test(collation);
}

const EQUALITY: FoldedEquality = {
  isPlain(bytes, start, end) {
    for (let i = start; i < end; i++) if (FOLD[bytes[i] as number] === 255) return false;
    return true;
  },
  compare(bytes, start, end, other, otherEnd) {
    const size = end - start;
    const shared = Math.min(size, otherEnd);
    for (let i = 0; i < shared; i++) {
      const folded = FOLD[bytes[start + i] as number] as number;
      if (folded === 255) return -1;
      if (folded !== FOLD[other[i] as number]) {
        // A combining mark after this character could not make it equal, but an ignorable one before could hide here.
        return 0;
      }
    }
    if (size === otherEnd) return 1;
    for (let i = shared; i < size; i++) if (FOLD[bytes[start + i] as number] === 255) return -1;
    return 0;
  },
};

export function foldedEquality(collation: string): FoldedEquality | undefined {
  return foldsAscii(collation) ? EQUALITY : undefined;
}

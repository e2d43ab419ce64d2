/** The weight functions behind the collations: UTF-8 text to a sequence of weights per level. */
import { inflateRawSync } from "node:zlib";
import { assert } from "../base/assert.ts";
import { encodeText } from "./charset.ts";
import { codePointsOfCharset } from "./code-pages.ts";
import { GENERAL_WEIGHTS } from "./data/general-weights.ts";
import { SINGLE_BYTE_COLLATIONS, SINGLE_BYTE_WEIGHTS } from "./data/single-byte.ts";
import { UCA_0400_WEIGHTS } from "./data/uca-0400-weights.ts";
import { UCA_0520_WEIGHTS } from "./data/uca-0520-weights.ts";
import { UCA_0900_WEIGHTS } from "./data/uca-0900-weights.ts";
import { type WeightBuffer, WeightTable } from "./weight-table.ts";

export interface Weigher {
  readonly levels: number;
  /** Bytes that a weight takes in a key. */
  readonly unitBytes: 1 | 2;
  /** Appends the weights of one level of UTF-8 text. No text's weights depend on what follows it. */
  weigh(bytes: Uint8Array, start: number, end: number, level: number, into: WeightBuffer): void;
}

/** Calls back with each code point of UTF-8 text. A stray byte counts as U+FFFD; stored text has none. */
function eachCodePoint(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (codePoint: number) => void,
): void {
  let at = start;
  while (at < end) {
    const first = bytes[at++] as number;
    if (first < 0x80) visit(first);
    else if (first < 0xe0) visit(((first & 0x1f) << 6) | continuation(bytes, at++));
    else if (first < 0xf0) {
      visit(((first & 0x0f) << 12) | (continuation(bytes, at) << 6) | continuation(bytes, at + 1));
      at += 2;
    } else {
      visit(
        ((first & 0x07) << 18) |
          (continuation(bytes, at) << 12) |
          (continuation(bytes, at + 1) << 6) |
          continuation(bytes, at + 2),
      );
      at += 3;
    }
  }
}

function continuation(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) as number) & 0x3f;
}

/** What a collation does with code points that its table leaves out. */
type ImplicitWeights = (codePoint: number, level: number, into: WeightBuffer) => void;

function tableWeigher(
  packed: string,
  tableLevels: number,
  levels: number,
  implicit: ImplicitWeights,
): Weigher {
  let table: WeightTable | undefined;
  return {
    levels,
    unitBytes: 2,
    weigh(bytes, start, end, level, into) {
      table ??= sharedTable(packed, tableLevels);
      const weights = table;
      eachCodePoint(bytes, start, end, (codePoint) => {
        if (!weights.append(codePoint, level, into)) implicitOf(weights, codePoint, level, into);
      });
    },
  };

  function implicitOf(weights: WeightTable, codePoint: number, level: number, into: WeightBuffer): void {
    if (tableLevels === 3 && codePoint >= 0xac00 && codePoint <= 0xd7a3)
      appendHangul(weights, codePoint, level, into);
    else implicit(codePoint, level, into);
  }
}

const tables = new Map<string, WeightTable>();

function sharedTable(packed: string, levels: number): WeightTable {
  let table = tables.get(packed);
  if (table === undefined) {
    table = new WeightTable(packed, levels);
    tables.set(packed, table);
  }
  return table;
}

/** A Hangul syllable weighs as its two or three jamo. */
function appendHangul(table: WeightTable, codePoint: number, level: number, into: WeightBuffer): void {
  const syllable = codePoint - 0xac00;
  table.append(0x1100 + Math.floor(syllable / 588), level, into);
  table.append(0x1161 + Math.floor((syllable % 588) / 28), level, into);
  if (syllable % 28 !== 0) table.append(0x11a7 + (syllable % 28), level, into);
}

const COMPATIBILITY_IDEOGRAPHS = new Set([
  0xfa0e, 0xfa0f, 0xfa11, 0xfa13, 0xfa14, 0xfa1f, 0xfa21, 0xfa23, 0xfa24, 0xfa27, 0xfa28, 0xfa29,
]);

function appendIdeograph(base: number, codePoint: number, into: WeightBuffer): void {
  into.push(base + (codePoint >> 15));
  into.push((codePoint & 0x7fff) | 0x8000);
}

function implicit0900(codePoint: number, level: number, into: WeightBuffer): void {
  if (level > 0) into.push(level === 1 ? 0x20 : 0x02);
  else if (codePoint >= 0x17000 && codePoint <= 0x18aff) {
    into.push(0xfb00);
    into.push((codePoint - 0x17000) | 0x8000);
  } else appendIdeograph(base0900(codePoint), codePoint, into);
}

function base0900(codePoint: number): number {
  if ((codePoint >= 0x4e00 && codePoint <= 0x9fd5) || COMPATIBILITY_IDEOGRAPHS.has(codePoint)) return 0xfb40;
  const extension =
    (codePoint >= 0x3400 && codePoint <= 0x4db5) ||
    (codePoint >= 0x20000 && codePoint <= 0x2a6d6) ||
    (codePoint >= 0x2a700 && codePoint <= 0x2b734) ||
    (codePoint >= 0x2b740 && codePoint <= 0x2b81d) ||
    (codePoint >= 0x2b820 && codePoint <= 0x2cea1);
  return extension ? 0xfb80 : 0xfbc0;
}

function implicit0520(codePoint: number, _level: number, into: WeightBuffer): void {
  const core = (codePoint >= 0x4e00 && codePoint <= 0x9fcb) || COMPATIBILITY_IDEOGRAPHS.has(codePoint);
  const base = core ? 0xfb40 : codePoint >= 0x3400 && codePoint <= 0x4db5 ? 0xfb80 : 0xfbc0;
  appendIdeograph(base, codePoint, into);
}

function implicit0400(codePoint: number, _level: number, into: WeightBuffer): void {
  if (codePoint > 0xffff) {
    into.push(0xfffd);
    return;
  }
  const extension = codePoint >= 0x3400 && codePoint <= 0x4db5;
  const core = codePoint >= 0x4e00 && codePoint <= 0x9fa5;
  appendIdeograph(extension ? 0xfb80 : core ? 0xfb40 : 0xfbc0, codePoint, into);
}

function implicitGeneral(codePoint: number, _level: number, into: WeightBuffer): void {
  into.push(codePoint > 0xffff ? 0xfffd : codePoint);
}

export function uca0900Weigher(levels: number): Weigher {
  return tableWeigher(UCA_0900_WEIGHTS, 3, levels, implicit0900);
}

export function uca0520Weigher(): Weigher {
  return tableWeigher(UCA_0520_WEIGHTS, 1, 1, implicit0520);
}

export function uca0400Weigher(): Weigher {
  return tableWeigher(UCA_0400_WEIGHTS, 1, 1, implicit0400);
}

export function generalWeigher(): Weigher {
  return tableWeigher(GENERAL_WEIGHTS, 1, 1, implicitGeneral);
}

/** The UTF-8 bytes themselves: code point order. */
export function utf8Weigher(): Weigher {
  return {
    levels: 1,
    unitBytes: 1,
    weigh(bytes, start, end, _level, into) {
      for (let i = start; i < end; i++) into.push(bytes[i] as number);
    },
  };
}

/** The bytes of the text in another character set, for the _bin collations of multi-byte character sets. */
export function encodedWeigher(charset: string): Weigher {
  return {
    levels: 1,
    unitBytes: 1,
    weigh(bytes, start, end, _level, into) {
      for (const byte of encodeText(Buffer.from(bytes.subarray(start, end)).toString("utf8"), charset)) {
        into.push(byte);
      }
    },
  };
}

let singleByteWeights: Uint8Array | undefined;

/** A collation of a one-byte character set; undefined when there are no weights for it. */
export function singleByteWeigher(collation: string, charset: string): Weigher | undefined {
  const index = SINGLE_BYTE_COLLATIONS.indexOf(collation);
  if (index < 0) return undefined;
  let weightOf: Map<number, number> | undefined;
  return {
    levels: 1,
    unitBytes: 1,
    weigh(bytes, start, end, _level, into) {
      weightOf ??= load();
      const weights = weightOf;
      // What the character set cannot hold sorts as its replacement character.
      eachCodePoint(bytes, start, end, (codePoint) =>
        into.push(weights.get(codePoint) ?? weights.get(63) ?? 63),
      );
    },
  };

  function load(): Map<number, number> {
    singleByteWeights ??= inflateRawSync(Buffer.from(SINGLE_BYTE_WEIGHTS, "base64"));
    const codePoints = codePointsOfCharset(charset);
    assert(codePoints !== undefined, `code points of ${charset}`);
    const weights = new Map<number, number>();
    for (let byte = 255; byte >= 0; byte--) {
      weights.set(codePoints[byte] as number, singleByteWeights[index * 256 + byte] as number);
    }
    return weights;
  }
}

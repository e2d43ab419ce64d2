/**
 * Collation weights by code point, unpacked from the data folder on first use.
 *
 * Packed form (all numbers varints, low 7 bits first): the number of entries; the size in bytes of each column; then
 * the columns: gaps between code points; weights per entry and level; and, for each level, the weights as zigzag
 * differences. A code point without an entry has the implicit weights of its collation.
 */
import { inflateRawSync } from "node:zlib";
import { assert } from "../base/assert.ts";

/** Weights of one level, filled by weighers; open fields because it is written per character. */
export class WeightBuffer {
  weights: Uint16Array = new Uint16Array(256);
  size = 0;

  push(weight: number): void {
    if (this.size === this.weights.length) {
      const grown = new Uint16Array(this.size * 2);
      grown.set(this.weights);
      this.weights = grown;
    }
    this.weights[this.size++] = weight;
  }
}

export class WeightTable {
  /** Per 256 code points: 1 + offset into `#pool`, 0 = no entry. */
  readonly #pages: (Uint32Array | undefined)[] = new Array(0x1100);
  /** Per entry: the count of weights of each level, then the weights, level by level. */
  readonly #pool: Uint16Array;
  readonly #levels: number;

  constructor(packed: string, levels: number) {
    const bytes = inflateRawSync(Buffer.from(packed, "base64"));
    let at = 0;
    function varint(): number {
      let value = 0;
      let shift = 0;
      for (;;) {
        const byte = bytes[at++] as number;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
        shift += 7;
      }
    }
    const entries = varint();
    const sizes = Array.from({ length: levels + 2 }, varint);
    const starts: number[] = [];
    let next = at;
    for (const size of sizes) {
      starts.push(next);
      next += size;
    }
    assert(next === bytes.length, "the columns of a weight table fill it");
    this.#levels = levels;

    const codePoints = new Uint32Array(entries);
    let codePoint = -1;
    for (let i = 0; i < entries; i++) {
      codePoint += varint() + 1;
      codePoints[i] = codePoint;
    }
    const counts = new Uint16Array(entries * levels);
    let total = counts.length;
    for (let i = 0; i < counts.length; i++) {
      counts[i] = varint();
      total += counts[i] as number;
    }
    this.#pool = new Uint16Array(total);
    const offsets = this.#layOut(codePoints, counts);
    for (let level = 0; level < levels; level++) {
      at = starts[level + 2] as number;
      let weight = 0;
      for (let i = 0; i < entries; i++) {
        const count = counts[i * levels + level] as number;
        for (let k = 0; k < count; k++) {
          const zigzag = varint();
          weight += zigzag & 1 ? -((zigzag + 1) >> 1) : zigzag >> 1;
          this.#pool[(offsets[i] as number)++] = weight;
        }
      }
    }
  }

  /** Gives each entry its place and writes its counts; returns where each entry's next weight goes. */
  #layOut(codePoints: Uint32Array, counts: Uint16Array): Uint32Array {
    const levels = this.#levels;
    const offsets = new Uint32Array(codePoints.length);
    let offset = 0;
    for (let i = 0; i < codePoints.length; i++) {
      const codePoint = codePoints[i] as number;
      let page = this.#pages[codePoint >> 8];
      if (page === undefined) {
        page = new Uint32Array(256);
        this.#pages[codePoint >> 8] = page;
      }
      page[codePoint & 255] = offset + 1;
      let weights = 0;
      for (let level = 0; level < levels; level++) {
        const count = counts[i * levels + level] as number;
        this.#pool[offset + level] = count;
        weights += count;
      }
      offsets[i] = offset + levels;
      offset += levels + weights;
    }
    return offsets;
  }

  has(codePoint: number): boolean {
    const page = this.#pages[codePoint >> 8];
    return page !== undefined && page[codePoint & 255] !== 0;
  }

  /** Appends the weights of `codePoint` at `level` (0-based); false when the table has no entry for it. */
  append(codePoint: number, level: number, into: WeightBuffer): boolean {
    const page = this.#pages[codePoint >> 8];
    const entry = page === undefined ? 0 : (page[codePoint & 255] as number);
    if (entry === 0) return false;
    const pool = this.#pool;
    let at = entry - 1 + this.#levels;
    for (let before = 0; before < level; before++) at += pool[entry - 1 + before] as number;
    const end = at + (pool[entry - 1 + level] as number);
    for (; at < end; at++) into.push(pool[at] as number);
    return true;
  }
}

/** Randomness, injectable: the system's for names, nonces and salts, a seeded one for simulations and sampling. */
import { randomFillSync } from "node:crypto";
import { assert } from "./assert.ts";

export interface Random {
  /** `size` random bytes in an array of their own. */
  bytes(size: number): Uint8Array;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** A number in [0, 1). */
  fraction(): number;
}

/** Cryptographically strong. */
export const systemRandom: Random = {
  bytes: (size) => randomFillSync(new Uint8Array(size)),
  integer: (bound) => {
    assert(bound > 0, "the bound is positive");
    return Math.floor(systemRandom.fraction() * bound);
  },
  fraction: () => {
    const words = randomFillSync(new Uint32Array(2));
    return ((words[0] as number) * 2 ** 21 + ((words[1] as number) >>> 11)) / 2 ** 53;
  },
};

/** The same sequence for the same seed, on every machine (mulberry32). Not for secrets. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  bytes(size: number): Uint8Array {
    const result = new Uint8Array(size);
    for (let i = 0; i < size; i++) result[i] = this.#next() & 0xff;
    return result;
  }

  integer(bound: number): number {
    assert(bound > 0, "the bound is positive");
    return Math.floor(this.fraction() * bound);
  }

  fraction(): number {
    return this.#next() / 2 ** 32;
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}

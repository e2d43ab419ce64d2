/** The tables of root values that are only read (tags, commits, AS OF); those asked for last stay open. */
import type { Hash } from "../bytes/hash.ts";
import type { Generation } from "./branch-state.ts";

const OPEN_COUNT_MAX = 64;

export class ReadOnlyRoots {
  readonly #open: (address: Hash) => Generation;
  readonly #generations = new Map<Hash, Generation>();

  constructor(open: (address: Hash) => Generation) {
    this.#open = open;
  }

  get(address: Hash): Generation {
    const known = this.#generations.get(address);
    if (known !== undefined) return known;
    const generation = this.#open(address);
    for (const oldest of this.#generations.keys()) {
      if (this.#generations.size < OPEN_COUNT_MAX) break;
      this.#generations.delete(oldest);
    }
    this.#generations.set(address, generation);
    return generation;
  }

  addresses(): Iterable<Hash> {
    return this.#generations.keys();
  }
}

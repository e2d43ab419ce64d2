/** The keys of a row delta in order of their first edit: a few numbers each, which say where the key's bytes are. */
import { compareRanges } from "../bytes/compare.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import { NumberPages } from "./number-pages.ts";

const PIECE = 0;
const START = 1;
const END = 2;
const HASH = 3;
const HEAD = 4;
export const ENTRY_WIDTH = 5;

export class EditEntries {
  readonly #numbers: NumberPages = new NumberPages(ENTRY_WIDTH);
  readonly #pieces: readonly Uint8Array[];

  /** `pieces`: where keys are, by number; it may grow. */
  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
  }

  get count(): number {
    return this.#numbers.length;
  }

  get sizeBytes(): number {
    return this.#numbers.sizeBytes;
  }

  /** Adds a key and answers the entry's number. `head`: the number of its newest version. */
  add(piece: number, start: number, end: number, { hash, head }: { hash: number; head: number }): number {
    const numbers = this.#numbers;
    const id = numbers.add();
    const page = numbers.pageOf(id);
    const at = numbers.startOf(id);
    page[at + PIECE] = piece;
    page[at + START] = start;
    page[at + END] = end;
    page[at + HASH] = hash;
    page[at + HEAD] = head;
    return id;
  }

  headOf(id: number): number {
    return this.#numbers.pageOf(id)[this.#numbers.startOf(id) + HEAD] as number;
  }

  setHead(id: number, head: number): void {
    this.#numbers.pageOf(id)[this.#numbers.startOf(id) + HEAD] = head;
  }

  hashOf(id: number): number {
    return this.#numbers.pageOf(id)[this.#numbers.startOf(id) + HASH] as number;
  }

  /** The entry's key against the one in `bytes`: negative, 0 or positive. */
  compare(id: number, bytes: Uint8Array, start: number, end: number): number {
    const page = this.#numbers.pageOf(id);
    const at = this.#numbers.startOf(id);
    const own = this.#pieces[page[at + PIECE] as number] as Uint8Array;
    return compareRanges(own, page[at + START] as number, page[at + END] as number, bytes, start, end);
  }

  showKey(id: number, into: Pick<TupleSlot, "keyBytes" | "keyStart" | "keyEnd">): void {
    const page = this.#numbers.pageOf(id);
    const at = this.#numbers.startOf(id);
    into.keyBytes = this.#pieces[page[at + PIECE] as number] as Uint8Array;
    into.keyStart = page[at + START] as number;
    into.keyEnd = page[at + END] as number;
  }
}

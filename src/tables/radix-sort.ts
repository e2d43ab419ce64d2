/** Sorts 32-bit numbers and what belongs to each, byte by byte from the last one: without comparing, and stable. */

const BYTE_VALUES = 256;

export class RadixSorter {
  readonly #numbers: Uint32Array;
  readonly #items: Int32Array;
  readonly #starts = new Int32Array(BYTE_VALUES);

  /** For at most `count` numbers at once. */
  constructor(count: number) {
    this.#numbers = new Uint32Array(count);
    this.#items = new Int32Array(count);
  }

  /** Sorts `numbers[first, end)`, all below 2^bits, and moves `items[first, end)` with them. */
  sort(
    numbers: Uint32Array,
    items: Int32Array,
    { first, end, bits }: { readonly first: number; readonly end: number; readonly bits: number },
  ): void {
    const count = end - first;
    let isAway = false;
    for (let shift = 0; shift < bits; shift += 8) {
      if (isAway) this.#pass(this.#numbers, this.#items, 0, numbers, items, first, count, shift);
      else this.#pass(numbers, items, first, this.#numbers, this.#items, 0, count, shift);
      isAway = !isAway;
    }
    if (!isAway) return;
    numbers.set(this.#numbers.subarray(0, count), first);
    items.set(this.#items.subarray(0, count), first);
  }

  #pass(
    fromNumbers: Uint32Array,
    fromItems: Int32Array,
    fromStart: number,
    toNumbers: Uint32Array,
    toItems: Int32Array,
    toStart: number,
    count: number,
    shift: number,
  ): void {
    const starts = this.#starts;
    starts.fill(0);
    const end = fromStart + count;
    for (let i = fromStart; i < end; i++) {
      const byte = ((fromNumbers[i] as number) >>> shift) & 0xff;
      starts[byte] = (starts[byte] as number) + 1;
    }
    let at = toStart;
    for (let byte = 0; byte < BYTE_VALUES; byte++) {
      const size = starts[byte] as number;
      starts[byte] = at;
      at += size;
    }
    for (let i = fromStart; i < end; i++) {
      const number = fromNumbers[i] as number;
      const byte = (number >>> shift) & 0xff;
      const to = starts[byte] as number;
      starts[byte] = to + 1;
      toNumbers[to] = number;
      toItems[to] = fromItems[i] as number;
    }
  }
}

/**
 * A growing list of small records of whole numbers, in pages, so that it grows without copying what is in it. The first
 * page begins small: most lists hold a handful.
 */
const PAGE_SHIFT = 10;
const PAGE_RECORDS = 1 << PAGE_SHIFT;
const FIRST_RECORDS = 8;

export class NumberPages {
  /** For {@link at}: where a record is in its page. */
  readonly width: number;
  /** Records so far. */
  length = 0;
  readonly #pages: Int32Array[] = [];
  #capacity = 0;
  #sizeBytes = 0;

  constructor(width: number) {
    this.width = width;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The page of a record … */
  pageOf(id: number): Int32Array {
    return this.#pages[id >>> PAGE_SHIFT] as Int32Array;
  }

  /** … and where it begins there. */
  startOf(id: number): number {
    return (id & (PAGE_RECORDS - 1)) * this.width;
  }

  /** A new record, all zero. */
  add(): number {
    const id = this.length++;
    if (id === this.#capacity) this.#grow();
    return id;
  }

  #grow(): void {
    const { width } = this;
    const first = this.#pages[0];
    const records = first === undefined ? FIRST_RECORDS : Math.min(this.#capacity, PAGE_RECORDS);
    if (first !== undefined && first.length < PAGE_RECORDS * width) {
      const larger = new Int32Array(first.length * 2);
      larger.set(first);
      this.#pages[0] = larger;
    } else {
      this.#pages.push(new Int32Array(records * width));
    }
    this.#capacity += records;
    this.#sizeBytes += records * width * Int32Array.BYTES_PER_ELEMENT;
  }
}

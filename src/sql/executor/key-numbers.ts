/**
 * Numbers the groups of rows with equal keys. A key is looked up as it lies first; only a spelling not met before is
 * folded by its collation. So grouping a million rows by a few texts folds a few texts.
 */
import { FieldWriter } from "../../values/codec/field-writer.ts";
import { ByteKeyTable, hashOf } from "./byte-key-table.ts";
import type { Frame } from "./frame.ts";
import type { GroupKey } from "./group-key.ts";

const NUMBERS_MIN = 16;

export interface KeyNumbersOptions {
  /** Where keys are written; shared by those that are not used inside one another. */
  readonly writer: FieldWriter;
  /** "few": for one of many that hold a few keys each. */
  readonly expected: "few" | "many";
}

export class KeyNumbers {
  readonly #key: GroupKey;
  readonly #table: ByteKeyTable;
  /** By stored form, for keys that fold; and the group of each. */
  readonly #spellings: ByteKeyTable | undefined;
  #numbers = new Int32Array(NUMBERS_MIN);
  readonly #writer: FieldWriter;
  /** Whether the last {@link numberOf} met a new group. */
  added = false;
  /** Whether the last key had a NULL in it. */
  hasNull = false;

  constructor(key: GroupKey, options: Partial<KeyNumbersOptions> = {}) {
    const { expected = "many" } = options;
    this.#key = key;
    this.#table = new ByteKeyTable(expected);
    this.#spellings = key.folds ? new ByteKeyTable(expected) : undefined;
    this.#writer = options.writer ?? new FieldWriter();
  }

  get count(): number {
    return this.#table.count;
  }

  get sizeBytes(): number {
    return this.#table.sizeBytes + (this.#spellings?.sizeBytes ?? 0) + this.#numbers.byteLength;
  }

  clear(): void {
    this.#table.clear();
    this.#spellings?.clear();
    if (this.#numbers.length > NUMBERS_MIN) this.#numbers = new Int32Array(NUMBERS_MIN);
  }

  /** The group of the current row, a new one when no row before had its key. */
  numberOf(frame: Frame): number {
    const writer = this.#writer;
    const spellings = this.#spellings;
    const table = this.#table;
    this.hasNull = !this.#key.writeStored(frame, writer);
    if (spellings === undefined) {
      const number = table.add(writer.bytes, writer.size);
      this.added = table.added;
      return number;
    }
    const spelling = spellings.add(writer.bytes, writer.size);
    if (!spellings.added) {
      this.added = false;
      return this.#numbers[spelling] as number;
    }
    this.#key.writeFolded(frame, writer);
    const number = table.add(writer.bytes, writer.size);
    this.added = table.added;
    this.#setNumber(spelling, number);
    return number;
  }

  /** The group of the current row by a key of the same types, or -1. Nothing is added. */
  find(frame: Frame, key: GroupKey): number {
    const writer = this.#writer;
    const spellings = this.#spellings;
    this.hasNull = !key.writeStored(frame, writer);
    if (spellings === undefined) return this.#table.find(writer.bytes, writer.size);
    const spelling = spellings.find(writer.bytes, writer.size);
    if (spelling >= 0) return this.#numbers[spelling] as number;
    key.writeFolded(frame, writer);
    return this.#table.find(writer.bytes, writer.size);
  }

  /** The hash of the key that {@link find} has just not found: the same for all spellings. */
  get lastHash(): number {
    return hashOf(this.#writer.bytes, this.#writer.size);
  }

  #setNumber(spelling: number, number: number): void {
    if (spelling >= this.#numbers.length) {
      const grown = new Int32Array(2 * this.#numbers.length);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[spelling] = number;
  }
}

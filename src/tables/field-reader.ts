/**
 * Readers of one column out of a row: they find the field's bytes by offset and decode only when asked. Each reader is
 * for one synchronous user; its fields show the range located last.
 */

import type { Hash } from "../bytes/hash.ts";
import { hashFromBytes } from "../bytes/hash.ts";
import type { TupleSlot } from "../prolly/tuple-cursor.ts";
import type { FieldCodec } from "../values/codec/field-codec.ts";
import type { KeyCodec } from "../values/codec/key-codec.ts";
import type { Value } from "../values/value.ts";
import {
  NARROW_EXTERNAL,
  NARROW_NULL,
  NARROW_OFFSET_MASK,
  readU16,
  readU32,
  TUPLE_COUNT_MASK,
  TUPLE_WIDE,
  WIDE_EXTERNAL,
  WIDE_NULL,
  WIDE_OFFSET_MASK,
} from "./value-tuple.ts";

export type ReadBlob = (hash: Hash) => Uint8Array;

/** What {@link FieldReader.locate} found. */
export const FIELD_NULL = 0;
/** `bytes[start, end)` is the encoded field. */
export const FIELD_INLINE = 1;
/** `bytes[start, end)` is a blob's address (20 bytes) and length (u64 little-endian). */
export const FIELD_EXTERNAL = 2;
export type FieldState = 0 | 1 | 2;

export interface FieldReader {
  /** How `bytes[start, end)` is encoded: by the column's FieldCodec, or as a part of a key (marker included). Key parts
   *  that look like the field (fixed width, ascending) count as fields. */
  readonly encoding: "key" | "field";
  bytes: Uint8Array;
  start: number;
  end: number;
  locate(slot: TupleSlot): FieldState;
  read(slot: TupleSlot, readBlob: ReadBlob): Value;
}

const NO_BYTES = new Uint8Array(0);

/** A field of the value tuple. */
export class ValueFieldReader implements FieldReader {
  readonly encoding = "field";
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  readonly #index: number;
  readonly #codec: FieldCodec;
  /** The encoded value for tuples that end before this field; undefined = NULL. */
  readonly #absent: Uint8Array | undefined;

  constructor(index: number, codec: FieldCodec, absent: Uint8Array | undefined) {
    this.#index = index;
    this.#codec = codec;
    this.#absent = absent;
  }

  locate(slot: TupleSlot): FieldState {
    const bytes = slot.valueBytes;
    const tuple = slot.valueStart;
    const index = this.#index;
    const header = readU16(bytes, tuple);
    const count = header & TUPLE_COUNT_MASK;
    if (index >= count) return this.#locateAbsent();
    if ((header & TUPLE_WIDE) !== 0) return this.#locateWide(bytes, tuple, count);
    const at = tuple + 2 + 2 * index;
    const word = readU16(bytes, at);
    this.bytes = bytes;
    this.start = tuple + (index === 0 ? 2 + 2 * count : readU16(bytes, at - 2) & NARROW_OFFSET_MASK);
    this.end = tuple + (word & NARROW_OFFSET_MASK);
    if (word < NARROW_EXTERNAL) return FIELD_INLINE;
    return word >= NARROW_NULL ? FIELD_NULL : FIELD_EXTERNAL;
  }

  read(slot: TupleSlot, readBlob: ReadBlob): Value {
    const state = this.locate(slot);
    if (state === FIELD_NULL) return null;
    if (state === FIELD_INLINE) return this.#codec.decode(this.bytes, this.start, this.end);
    const blob = readBlob(hashFromBytes(this.bytes, this.start));
    return this.#codec.decode(blob, 0, blob.length);
  }

  #locateWide(bytes: Uint8Array, tuple: number, count: number): FieldState {
    const at = tuple + 2 + 4 * this.#index;
    const word = readU32(bytes, at);
    this.bytes = bytes;
    this.start = tuple + (this.#index === 0 ? 2 + 4 * count : readU32(bytes, at - 4) & WIDE_OFFSET_MASK);
    this.end = tuple + (word & WIDE_OFFSET_MASK);
    if (word < WIDE_EXTERNAL) return FIELD_INLINE;
    return word >= WIDE_NULL ? FIELD_NULL : FIELD_EXTERNAL;
  }

  #locateAbsent(): FieldState {
    if (this.#absent === undefined) return FIELD_NULL;
    this.bytes = this.#absent;
    this.start = 0;
    this.end = this.#absent.length;
    return FIELD_INLINE;
  }
}

/** A fixed-width part at a fixed offset of the key. */
export class FixedKeyReader implements FieldReader {
  readonly encoding: "key" | "field";
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  readonly #offset: number;
  readonly #width: number;
  readonly #codec: KeyCodec;

  constructor(offset: number, width: number, codec: KeyCodec) {
    this.#offset = offset;
    this.#width = width;
    this.#codec = codec;
    this.encoding = codec.options.descending ? "key" : "field";
  }

  locate(slot: TupleSlot): FieldState {
    this.bytes = slot.keyBytes;
    this.start = slot.keyStart + this.#offset;
    this.end = this.start + this.#width;
    return FIELD_INLINE;
  }

  read(slot: TupleSlot): Value {
    const start = slot.keyStart + this.#offset;
    return this.#codec.decode(slot.keyBytes, start, start + this.#width);
  }
}

/** A part of a key behind parts of varying size, or of varying size itself. */
export class KeyPartReader implements FieldReader {
  readonly encoding: "key" | "field";
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  readonly #before: readonly KeyCodec[];
  readonly #codec: KeyCodec;
  readonly #nullable: boolean;
  readonly #nullMark: number;
  /** The marker is no part of what {@link locate} shows. */
  readonly #shown: 0 | 1;

  constructor(before: readonly KeyCodec[], codec: KeyCodec, isFixedWidth: boolean) {
    const { nullable, descending } = codec.options;
    this.#before = before;
    this.#codec = codec;
    this.#nullable = nullable;
    this.#nullMark = descending ? 0xff : 0;
    this.encoding = isFixedWidth && !descending ? "field" : "key";
    this.#shown = nullable && this.encoding === "field" ? 1 : 0;
  }

  locate(slot: TupleSlot): FieldState {
    const bytes = slot.keyBytes;
    let at = slot.keyStart;
    for (const codec of this.#before) at = codec.skip(bytes, at);
    this.bytes = bytes;
    if (this.#nullable && bytes[at] === this.#nullMark) {
      this.start = at;
      this.end = at + 1;
      return FIELD_NULL;
    }
    this.start = at + this.#shown;
    this.end = this.#codec.skip(bytes, at);
    return FIELD_INLINE;
  }

  read(slot: TupleSlot): Value {
    if (this.locate(slot) === FIELD_NULL) return null;
    return this.#codec.decode(this.bytes, this.start - this.#shown, this.end);
  }
}

/** A virtual generated column: it has no stored field. */
export class VirtualFieldReader implements FieldReader {
  readonly encoding = "field";
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;

  locate(): FieldState {
    return FIELD_NULL;
  }

  read(): Value {
    return null;
  }
}

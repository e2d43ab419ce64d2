/**
 * The value tuple: the stored fields of a row, found by offset without decoding their neighbours.
 *
 *   0  u16  bits 0..12: field count; bit 14: some field is external; bit 15: wide
 *   2  per field the end of its bytes, counted from the start of the tuple: u16 (14 bits of offset), or u32 (30 bits)
 *      when wide. The top bit flags NULL, the next one an external field.
 *   …  the fields
 *
 * All numbers are little-endian. An external field is the address of a blob (20 bytes) and its length (u64). A tuple
 * may have fewer fields than the schema: columns added later without rewriting the rows.
 */
import { assert } from "../base/assert.ts";
import { HASH_SIZE, type Hash, hashFromBytes, writeHash } from "../bytes/hash.ts";

export const TUPLE_COUNT_MASK = 0x1fff;
const TUPLE_EXTERNAL = 0x4000;
export const TUPLE_WIDE = 0x8000;
export const NARROW_NULL = 0x8000;
export const NARROW_EXTERNAL = 0x4000;
export const NARROW_OFFSET_MASK = 0x3fff;
export const WIDE_NULL = 0x8000_0000;
export const WIDE_EXTERNAL = 0x4000_0000;
export const WIDE_OFFSET_MASK = 0x3fff_ffff;

const EXTERNAL_FIELD_SIZE: number = HASH_SIZE + 8;

/** Fields longer than this go into blobs … */
const EXTERNAL_FIELD_SIZE_MIN = 2_048;
/** … and when the tuple is still longer than this, the longest ones too … */
const TUPLE_SIZE_TARGET = 8_192;
/** … as long as that saves something worth a look-up. */
const EXTERNAL_FIELD_SIZE_WORTHWHILE = 256;

export type TupleField =
  | { readonly kind: "null" }
  | { readonly kind: "inline"; readonly bytes: Uint8Array; readonly start: number; readonly end: number }
  | { readonly kind: "external"; readonly bytes: Uint8Array; readonly start: number; readonly end: number };

const NULL_FIELD: TupleField = { kind: "null" };

/** Takes a tuple apart. Not for hot paths: those read single fields by offset. */
export function decodeTuple(bytes: Uint8Array, start: number): TupleField[] {
  const header = readU16(bytes, start);
  const count = header & TUPLE_COUNT_MASK;
  const wide = (header & TUPLE_WIDE) !== 0;
  const fields: TupleField[] = [];
  let fieldStart = start + 2 + count * (wide ? 4 : 2);
  for (let index = 0; index < count; index++) {
    const word = wide ? readU32(bytes, start + 2 + 4 * index) : widen(readU16(bytes, start + 2 + 2 * index));
    const end = start + (word & WIDE_OFFSET_MASK);
    if (word >= WIDE_NULL) fields.push(NULL_FIELD);
    else if ((word & WIDE_EXTERNAL) !== 0) fields.push({ kind: "external", bytes, start: fieldStart, end });
    else fields.push({ kind: "inline", bytes, start: fieldStart, end });
    fieldStart = end;
  }
  return fields;
}

export function encodeTuple(fields: readonly TupleField[]): Uint8Array {
  assert(fields.length <= TUPLE_COUNT_MASK, "a row has at most 8191 stored fields");
  let dataSize = 0;
  let external = false;
  for (const field of fields) {
    if (field.kind !== "null") dataSize += field.end - field.start;
    if (field.kind === "external") external = true;
  }
  const wide = 2 + 2 * fields.length + dataSize > NARROW_OFFSET_MASK;
  const headerSize = 2 + fields.length * (wide ? 4 : 2);
  const tuple = new Uint8Array(headerSize + dataSize);
  const view = new DataView(tuple.buffer);
  view.setUint16(0, fields.length | (external ? TUPLE_EXTERNAL : 0) | (wide ? TUPLE_WIDE : 0), true);
  let end = headerSize;
  fields.forEach((field, index) => {
    let flags = 0;
    if (field.kind === "null") {
      flags = WIDE_NULL;
    } else {
      tuple.set(field.bytes.subarray(field.start, field.end), end);
      end += field.end - field.start;
      if (field.kind === "external") flags = WIDE_EXTERNAL;
    }
    if (wide) view.setUint32(2 + 4 * index, end + flags, true);
    else view.setUint16(2 + 2 * index, end | (flags >>> 16), true);
  });
  return tuple;
}

/**
 * Moves long fields into blobs; `eligible(i)` says whether field i may go. The choice depends on the fields alone, so
 * that equal rows give equal tuples.
 */
export function externalizeTuple(
  tuple: Uint8Array,
  eligible: (index: number) => boolean,
  writeBlob: (bytes: Uint8Array) => Hash,
): Uint8Array {
  if (tuple.length <= EXTERNAL_FIELD_SIZE_MIN) return tuple;
  const fields = decodeTuple(tuple, 0);
  const chosen = new Set<number>();
  let size = tuple.length;
  const byLength = fields
    .map((field, index) => ({ index, length: field.kind === "inline" ? field.end - field.start : 0 }))
    .filter(({ index, length }) => length > EXTERNAL_FIELD_SIZE_WORTHWHILE && eligible(index))
    .sort((left, right) => right.length - left.length || left.index - right.index);
  for (const { index, length } of byLength) {
    if (length <= EXTERNAL_FIELD_SIZE_MIN && size <= TUPLE_SIZE_TARGET) break;
    chosen.add(index);
    size -= length - EXTERNAL_FIELD_SIZE;
  }
  if (chosen.size === 0) return tuple;
  return encodeTuple(
    fields.map((field, index) => {
      if (field.kind !== "inline" || !chosen.has(index)) return field;
      return externalField(writeBlob(field.bytes.subarray(field.start, field.end)), field.end - field.start);
    }),
  );
}

function externalField(hash: Hash, length: number): TupleField {
  const bytes = new Uint8Array(EXTERNAL_FIELD_SIZE);
  writeHash(hash, bytes, 0);
  new DataView(bytes.buffer).setBigUint64(HASH_SIZE, BigInt(length), true);
  return { kind: "external", bytes, start: 0, end: EXTERNAL_FIELD_SIZE };
}

/** Visits the blobs that a value tuple refers to. */
export function walkTupleAddresses(
  bytes: Uint8Array,
  start: number,
  _end: number,
  visit: (address: Hash) => void,
): void {
  if ((readU16(bytes, start) & TUPLE_EXTERNAL) === 0) return;
  for (const field of decodeTuple(bytes, start)) {
    if (field.kind === "external") visit(hashFromBytes(field.bytes, field.start));
  }
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}

/** A narrow position word in the form of a wide one. */
function widen(word: number): number {
  return (word & NARROW_OFFSET_MASK) + (((word & ~NARROW_OFFSET_MASK) << 16) >>> 0);
}

/** A growing byte buffer with big-endian writers: how every format of ours is encoded. */
import { assert } from "../base/assert.ts";
import { HASH_SIZE, type Hash, writeHash } from "./hash.ts";

const FIRST_CAPACITY = 256;

export class ByteWriter {
  #bytes: Buffer;
  #size = 0;

  constructor(capacity: number = FIRST_CAPACITY) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size;
  }

  writeUint8(value: number): void {
    assert(value >= 0 && value <= 0xff, "fits in 8 bits");
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  writeUint16(value: number): void {
    this.#reserve(2);
    this.#size = this.#bytes.writeUInt16BE(value, this.#size);
  }

  writeUint32(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeUInt32BE(value, this.#size);
  }

  /** A whole number up to 2^53 - 1 in eight bytes. */
  writeUint64(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, "a safe whole number");
    this.writeUint32(Math.floor(value / 2 ** 32));
    this.writeUint32(value % 2 ** 32);
  }

  /** Seven bits a byte, low bits first, the high bit says "more follows". */
  writeVarint(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, "a safe whole number");
    let rest = value;
    while (rest >= 0x80) {
      this.writeUint8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.writeUint8(rest);
  }

  writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** The size as a varint, then the bytes. */
  writeSizedBytes(bytes: Uint8Array): void {
    this.writeVarint(bytes.length);
    this.writeBytes(bytes);
  }

  /** UTF-8 with its size in bytes as a varint before it. */
  writeString(text: string): void {
    this.writeSizedBytes(Buffer.from(text, "utf8"));
  }

  writeHash(hash: Hash): void {
    this.#reserve(HASH_SIZE);
    writeHash(hash, this.#bytes, this.#size);
    this.#size += HASH_SIZE;
  }

  /** Overwrites four bytes written before. */
  patchUint32(offset: number, value: number): void {
    assert(offset + 4 <= this.#size, "only what was written can be patched");
    this.#bytes.writeUInt32BE(value, offset);
  }

  /** Overwrites eight bytes written before by a whole number up to 2^53 - 1. */
  patchUint64(offset: number, value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, "a safe whole number");
    this.patchUint32(offset, Math.floor(value / 2 ** 32));
    this.patchUint32(offset + 4, value % 2 ** 32);
  }

  /** Forgets what was written from `size` on. */
  cut(size: number): void {
    assert(size <= this.#size, "only what was written can be cut off");
    this.#size = size;
  }

  /** Everything written, without a copy: valid until the next write or {@link reset}. */
  view(start = 0): Buffer {
    return this.#bytes.subarray(start, this.#size);
  }

  /** Everything written, in an array of its own. */
  finish(): Uint8Array {
    return new Uint8Array(this.view());
  }

  /** Starts again with the same memory. */
  reset(): void {
    this.#size = 0;
  }

  #reserve(count: number): void {
    const needed = this.#size + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#size);
    this.#bytes = grown;
  }
}

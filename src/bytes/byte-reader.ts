/**
 * Reads what ByteWriter wrote. Every read checks the bounds: damaged or cut input ends in a DecodeError, never in
 * wrong data or an endless loop.
 */
import { DecodeError } from "./decode-error.ts";
import { HASH_SIZE, type Hash, hashFromBytes } from "./hash.ts";

export class ByteReader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** Goes on at another place. */
  seek(offset: number): void {
    this.#offset = 0;
    this.#take(offset);
  }

  /** Passes over `size` bytes and answers where they begin. */
  skip(size: number): number {
    return this.#take(size);
  }

  readUint8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  readUint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  readUint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  readUint64(): number {
    const start = this.#take(8);
    const value = this.#bytes.readUInt32BE(start) * 2 ** 32 + this.#bytes.readUInt32BE(start + 4);
    if (!Number.isSafeInteger(value)) throw new DecodeError("malformed", "number too large", start);
    return value;
  }

  readVarint(): number {
    const start = this.#offset;
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.readUint8();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw new DecodeError("malformed", "number too large", start);
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** The next `size` bytes, sharing memory with the input. */
  readBytes(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  readSizedBytes(): Uint8Array {
    return this.readBytes(this.readVarint());
  }

  readString(): string {
    const size = this.readVarint();
    const start = this.#take(size);
    return this.#bytes.toString("utf8", start, start + size);
  }

  readHash(): Hash {
    return hashFromBytes(this.#bytes, this.#take(HASH_SIZE));
  }

  /** Throws unless everything was read: trailing bytes mean that format and code disagree. */
  expectEnd(): void {
    if (this.remaining !== 0) {
      throw new DecodeError("malformed", `${this.remaining} bytes too many`, this.#offset);
    }
  }

  #take(size: number): number {
    const start = this.#offset;
    if (size > this.#bytes.length - start) {
      throw new DecodeError("truncated", `${size} bytes expected, ${this.#bytes.length - start} left`, start);
    }
    this.#offset = start + size;
    return start;
  }
}

/** Reads the fields of one message in order. Reading past its end is a `malformed_packet`. */
import { WireError } from "./wire-error.ts";

export class PayloadReader {
  bytes: Buffer;
  at: number;
  end: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  uint8(): number {
    this.#need(1);
    return this.bytes[this.at++] as number;
  }

  uint16(): number {
    this.#need(2);
    this.at += 2;
    return this.bytes.readUInt16LE(this.at - 2);
  }

  uint32(): number {
    this.#need(4);
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  /** A length-encoded integer. Lengths above 2^53 do not occur in a message that fits in memory. */
  length(): number {
    const first = this.uint8();
    if (first < 0xfb) return first;
    if (first === 0xfc) return this.uint16();
    if (first === 0xfd) {
      this.#need(3);
      this.at += 3;
      return this.bytes.readUIntLE(this.at - 3, 3);
    }
    if (first === 0xfe) {
      this.#need(8);
      this.at += 8;
      const value = this.bytes.readBigUInt64LE(this.at - 8);
      if (value > 0xffffffffn) throw new WireError("malformed_packet", "a length is beyond 4 GiB");
      return Number(value);
    }
    throw new WireError("malformed_packet", "a length begins with an invalid byte");
  }

  /** The next `count` bytes; a view, not a copy. */
  take(count: number): Buffer {
    this.#need(count);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  skip(count: number): void {
    this.#need(count);
    this.at += count;
  }

  /** All bytes up to the end. */
  rest(): Buffer {
    return this.take(this.end - this.at);
  }

  lengthBytes(): Buffer {
    return this.take(this.length());
  }

  lengthText(): string {
    return this.lengthBytes().toString("utf8");
  }

  /** The bytes up to a zero byte, which is skipped. Some clients leave out the last zero byte of a message. */
  nulBytes(): Buffer {
    let at = this.at;
    while (at < this.end && this.bytes[at] !== 0) at++;
    const found = this.bytes.subarray(this.at, at);
    this.at = at < this.end ? at + 1 : at;
    return found;
  }

  #need(count: number): void {
    if (this.end - this.at < count) throw new WireError("malformed_packet", "the packet is too short");
  }
}

/**
 * Packets on their way to the client, encoded one after the other into a growing block of bytes. What is taken with
 * {@link PacketWriter.take} is not written again, so that the socket may keep it, until {@link PacketWriter.reuse} says
 * that the socket is done with it: a client that keeps up is served from one block.
 *
 * A packet is `begin()`, any number of `write…`, `end()`. A payload over 16 MiB is split when it ends.
 */
import { assert } from "../base/assert.ts";
import { PACKET_HEADER_SIZE, PACKET_PAYLOAD_MAX } from "./protocol.ts";

const BLOCK_SIZE = 32 * 1024;
/** A block that a large answer made grow is kept up to this size. */
const BLOCK_KEPT_MAX = 4 * BLOCK_SIZE;
/** With less room than this left, the next answer begins in a new block. */
const BLOCK_REST_MIN = 2 * 1024;
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const UTF8_BYTES_PER_UNIT_MAX = 3;
/** Strings up to here are copied by a loop when they are ASCII: quicker than a call into native code. */
const SHORT_TEXT = 40;
/** And bytes up to here: a native copy needs a view of its source. */
const SHORT_BYTES = 40;
const LENGTH_ONE_BYTE_MAX = 0xfa;

export class PacketWriter {
  /** The block; `[takenEnd, size)` of it is not yet taken. */
  bytes: Buffer = Buffer.allocUnsafeSlow(BLOCK_SIZE);
  size = 0;
  /** The sequence number of the next packet. */
  sequence = 0;
  #takenEnd = 0;
  #packetStart = 0;
  #open = false;

  /** Bytes written and not yet taken. */
  get pendingSize(): number {
    return this.size - this.#takenEnd;
  }

  /** The bytes of all packets ended since the last call. */
  take(): Buffer {
    assert(!this.#open, "a packet is ended before its bytes are taken");
    const taken = this.bytes.subarray(this.#takenEnd, this.size);
    if (this.bytes.length - this.size < BLOCK_REST_MIN) {
      this.bytes = Buffer.allocUnsafeSlow(BLOCK_SIZE);
      this.size = 0;
    }
    this.#takenEnd = this.size;
    return taken;
  }

  /** Everything taken so far was sent: its place may be written again. */
  reuse(): void {
    if (this.#open || this.size !== this.#takenEnd) return;
    if (this.bytes.length > BLOCK_KEPT_MAX) this.bytes = Buffer.allocUnsafeSlow(BLOCK_SIZE);
    this.size = 0;
    this.#takenEnd = 0;
  }

  /** Where the present packet's payload begins in `bytes`; moves when the block grows. */
  get payloadStart(): number {
    return this.#packetStart + PACKET_HEADER_SIZE;
  }

  begin(): void {
    assert(!this.#open, "the packet before is ended");
    this.#open = true;
    this.reserve(PACKET_HEADER_SIZE);
    this.#packetStart = this.size;
    this.size += PACKET_HEADER_SIZE;
  }

  end(): void {
    assert(this.#open, "a packet was begun");
    this.#open = false;
    const payloadSize = this.size - this.#packetStart - PACKET_HEADER_SIZE;
    if (payloadSize >= PACKET_PAYLOAD_MAX) this.#split(payloadSize);
    else this.#writeHeader(this.#packetStart, payloadSize);
  }

  /** Forgets the packet begun and not ended, if there is one. */
  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    this.size = this.#packetStart;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.size + count > this.bytes.length) this.#grow(count);
  }

  writeUint8(value: number): void {
    this.reserve(1);
    this.bytes[this.size++] = value;
  }

  writeUint16(value: number): void {
    this.reserve(2);
    this.bytes[this.size++] = value;
    this.bytes[this.size++] = value >>> 8;
  }

  writeUint24(value: number): void {
    this.reserve(3);
    this.bytes[this.size++] = value;
    this.bytes[this.size++] = value >>> 8;
    this.bytes[this.size++] = value >>> 16;
  }

  writeUint32(value: number): void {
    this.reserve(4);
    this.size = this.bytes.writeUInt32LE(value >>> 0, this.size);
  }

  /** Any integer of 8 bytes, signed or not, little-endian. */
  writeInteger64(value: number | bigint): void {
    this.reserve(8);
    if (typeof value === "bigint") {
      this.size = this.bytes.writeBigUInt64LE(BigInt.asUintN(64, value), this.size);
      return;
    }
    const low = value % 0x100000000;
    this.bytes.writeInt32LE(low | 0, this.size);
    this.bytes.writeInt32LE(Math.floor(value / 0x100000000) | 0, this.size + 4);
    this.size += 8;
  }

  writeDouble(value: number): void {
    this.reserve(8);
    this.size = this.bytes.writeDoubleLE(value, this.size);
  }

  writeFloat(value: number): void {
    this.reserve(4);
    this.size = this.bytes.writeFloatLE(value, this.size);
  }

  /** A few zero bytes. */
  writeZeros(count: number): void {
    this.reserve(count);
    const target = this.bytes;
    const end = this.size + count;
    for (let at = this.size; at < end; at++) target[at] = 0;
    this.size = end;
  }

  /** A length-encoded integer. */
  writeLength(value: number | bigint): void {
    this.reserve(9);
    if (value < 0xfb) {
      this.bytes[this.size++] = Number(value);
    } else if (value <= 0xffff) {
      this.bytes[this.size++] = 0xfc;
      this.writeUint16(Number(value));
    } else if (value <= 0xffffff) {
      this.bytes[this.size++] = 0xfd;
      this.writeUint24(Number(value));
    } else {
      this.bytes[this.size++] = 0xfe;
      this.writeInteger64(value);
    }
  }

  writeBytes(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count <= SHORT_BYTES) {
      const target = this.bytes;
      let at = this.size;
      for (let i = start; i < end; i++) target[at++] = source[i] as number;
      this.size = at;
    } else {
      this.bytes.set(source.subarray(start, end), this.size);
      this.size += count;
    }
  }

  /** Bytes after their length. */
  writeLengthBytes(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (count <= LENGTH_ONE_BYTE_MAX) {
      this.reserve(1 + count);
      this.bytes[this.size++] = count;
    } else {
      this.writeLength(count);
    }
    this.writeBytes(source, start, end);
  }

  /** Text in UTF-8, to the end of the packet. */
  writeText(text: string): void {
    this.reserve(text.length * UTF8_BYTES_PER_UNIT_MAX);
    this.size += this.bytes.write(text, this.size, "utf8");
  }

  /** Text in UTF-8 and a zero byte. */
  writeTextNul(text: string): void {
    this.writeText(text);
    this.writeUint8(0);
  }

  /** Text in UTF-8 after its length. */
  writeLengthText(text: string): void {
    const units = text.length;
    if (units <= SHORT_TEXT && this.#writeShortAscii(text, units)) return;
    const sizeMax = units * UTF8_BYTES_PER_UNIT_MAX;
    if (sizeMax < 0xfb) {
      this.reserve(1 + sizeMax);
      const size = this.bytes.write(text, this.size + 1, "utf8");
      this.bytes[this.size] = size;
      this.size += 1 + size;
      return;
    }
    this.writeLength(Buffer.byteLength(text, "utf8"));
    this.writeText(text);
  }

  #writeShortAscii(text: string, units: number): boolean {
    this.reserve(1 + units);
    const target = this.bytes;
    let at = this.size;
    target[at++] = units;
    for (let i = 0; i < units; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return false;
      target[at++] = unit;
    }
    this.size = at;
    return true;
  }

  #writeHeader(at: number, payloadSize: number): void {
    const bytes = this.bytes;
    bytes[at] = payloadSize;
    bytes[at + 1] = payloadSize >>> 8;
    bytes[at + 2] = payloadSize >>> 16;
    bytes[at + 3] = this.sequence;
    this.sequence = (this.sequence + 1) & 0xff;
  }

  /** Puts headers between the parts of a long payload. A payload that is a multiple of the maximum ends with an empty
   *  packet. */
  #split(payloadSize: number): void {
    const extraHeaders = Math.floor(payloadSize / PACKET_PAYLOAD_MAX);
    this.reserve(extraHeaders * PACKET_HEADER_SIZE);
    const start = this.#packetStart;
    const bytes = this.bytes;
    for (let part = extraHeaders; part > 0; part--) {
      const from = start + PACKET_HEADER_SIZE + part * PACKET_PAYLOAD_MAX;
      const partEnd = part === extraHeaders ? this.size : from + PACKET_PAYLOAD_MAX;
      bytes.copyWithin(from + part * PACKET_HEADER_SIZE, from, partEnd);
    }
    for (let part = 0; part <= extraHeaders; part++) {
      const rest = payloadSize - part * PACKET_PAYLOAD_MAX;
      this.#writeHeader(
        start + part * (PACKET_PAYLOAD_MAX + PACKET_HEADER_SIZE),
        Math.min(rest, PACKET_PAYLOAD_MAX),
      );
    }
    this.size += extraHeaders * PACKET_HEADER_SIZE;
  }

  /** Moves what is not yet taken to a new, larger block; the taken part stays with the socket. */
  #grow(count: number): void {
    const pending = this.size - this.#takenEnd;
    let capacity = BLOCK_SIZE;
    while (capacity < pending + count) capacity *= 2;
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.bytes.copy(grown, 0, this.#takenEnd, this.size);
    this.#packetStart -= this.#takenEnd;
    this.bytes = grown;
    this.size = pending;
    this.#takenEnd = 0;
  }
}

/**
 * Cuts the client's byte stream into messages. A packet is 3 bytes of length, 1 byte of sequence number and the payload;
 * a payload of 16,777,215 bytes goes on in the next packet.
 *
 * After {@link PacketReader.next} returns true, the message is `bytes[start, end)`. The bytes are never written
 * again, so parts of them may be kept. No object is made for a message that lies within one chunk of the stream.
 */
import { PACKET_HEADER_SIZE, PACKET_PAYLOAD_MAX } from "./protocol.ts";
import { WireError } from "./wire-error.ts";

const EMPTY: Buffer = Buffer.alloc(0);

export class PacketReader {
  /** The present message. */
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** The sequence number the next packet must have. Answers go on with it, also the one to a wrong packet. */
  sequence = 0;
  /** max_allowed_packet: a longer message throws `packet_too_large` as soon as its header shows it. */
  messageSizeMax: number;

  /** The chunk being read, and where in it. */
  #chunk: Buffer = EMPTY;
  #at = 0;
  /** Chunks after `#chunk`, waiting for a packet that spans them. */
  #queue: Buffer[] = [];
  #queuedSize = 0;
  /** Payloads of the earlier packets of a message of 16 MiB or more. */
  #parts: Buffer[] = [];
  #partsSize = 0;

  constructor(messageSizeMax: number) {
    this.messageSizeMax = messageSizeMax;
  }

  /** Bytes received and not yet given out. */
  get bufferedSize(): number {
    return this.#chunk.length - this.#at + this.#queuedSize + this.#partsSize;
  }

  push(chunk: Buffer): void {
    if (this.#at === this.#chunk.length && this.#queue.length === 0) {
      this.#chunk = chunk;
      this.#at = 0;
    } else {
      this.#queue.push(chunk);
      this.#queuedSize += chunk.length;
    }
  }

  /** Moves to the next whole message; false when its bytes have not all come yet. */
  next(): boolean {
    for (;;) {
      if (!this.#need(PACKET_HEADER_SIZE)) return false;
      const chunk = this.#chunk;
      const at = this.#at;
      const size =
        (chunk[at] as number) | ((chunk[at + 1] as number) << 8) | ((chunk[at + 2] as number) << 16);
      const sequence = chunk[at + 3] as number;
      if (sequence !== this.sequence) {
        this.sequence = (sequence + 1) & 0xff;
        throw new WireError("out_of_order", "Got packets out of order");
      }
      if (this.#partsSize + size > this.messageSizeMax) {
        this.sequence = (sequence + 1) & 0xff;
        throw new WireError("packet_too_large", "Got a packet bigger than 'max_allowed_packet' bytes");
      }
      if (!this.#need(PACKET_HEADER_SIZE + size)) return false;
      this.sequence = (this.sequence + 1) & 0xff;
      const start = this.#at + PACKET_HEADER_SIZE;
      this.#at = start + size;
      if (size < PACKET_PAYLOAD_MAX && this.#parts.length === 0) {
        this.bytes = this.#chunk;
        this.start = start;
        this.end = start + size;
        return true;
      }
      this.#parts.push(this.#chunk.subarray(start, start + size));
      this.#partsSize += size;
      if (size < PACKET_PAYLOAD_MAX) {
        this.bytes = Buffer.concat(this.#parts, this.#partsSize);
        this.start = 0;
        this.end = this.#partsSize;
        this.#parts = [];
        this.#partsSize = 0;
        return true;
      }
    }
  }

  /** Takes all bytes not yet given out, for a socket that goes on as TLS. */
  takeRest(): Buffer {
    const rest = Buffer.concat([this.#chunk.subarray(this.#at), ...this.#queue]);
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#queue = [];
    this.#queuedSize = 0;
    return rest;
  }

  /** Makes the next `size` bytes lie in `#chunk`; false when they have not all come. Chunks are joined only when all
   *  bytes are there, so a long message is copied once. */
  #need(size: number): boolean {
    const available = this.#chunk.length - this.#at;
    if (available >= size) return true;
    if (available + this.#queuedSize < size) return false;
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = Buffer.concat([rest, ...this.#queue]);
    this.#at = 0;
    this.#queue = [];
    this.#queuedSize = 0;
    return true;
  }
}

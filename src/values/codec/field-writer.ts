/** A growing byte buffer with open fields, so that codecs store bytes without a call per byte. */
export class FieldWriter {
  bytes: Buffer;
  size = 0;

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `count` more bytes. Call before storing into `bytes` at `size`. */
  reserve(count: number): void {
    const needed = this.size + count;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.size);
    this.bytes = grown;
  }

  reset(): void {
    this.size = 0;
  }

  writeByte(value: number): void {
    this.reserve(1);
    this.bytes[this.size++] = value;
  }

  writeUint16(value: number): void {
    this.reserve(2);
    this.bytes[this.size] = value >>> 8;
    this.bytes[this.size + 1] = value;
    this.size += 2;
  }

  writeBytes(source: Uint8Array, start = 0, end: number = source.length): void {
    this.reserve(end - start);
    const target = this.bytes;
    let at = this.size;
    for (let i = start; i < end; i++) target[at++] = source[i] as number;
    this.size = at;
  }

  writeUtf8(text: string): void {
    this.reserve(text.length * 3);
    this.size += this.bytes.write(text, this.size, "utf8");
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, 0, this.size);
  }
}

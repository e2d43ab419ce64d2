/** Byte strings inside keys: 00 is written as 00 FF and the end as 00 00, so that order and length survive joining. */
import { assert } from "../../base/assert.ts";
import type { FieldWriter } from "./field-writer.ts";

export function escapeBytes(bytes: Uint8Array, start: number, end: number, into: FieldWriter): void {
  into.reserve((end - start) * 2 + 2);
  const target = into.bytes;
  let at = into.size;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    target[at++] = byte;
    if (byte === 0) target[at++] = 0xff;
  }
  target[at++] = 0;
  target[at++] = 0;
  into.size = at;
}

/** The end of an escaped string at `start`, terminator included; `mask` is ff when the bytes lie inverted. */
export function skipEscaped(bytes: Uint8Array, start: number, mask: number): number {
  let at = start;
  for (;;) {
    assert(at + 1 < bytes.length, "an escaped string ends within its key");
    if (bytes[at] !== mask) at++;
    else if (bytes[at + 1] === mask) return at + 2;
    else at += 2;
  }
}

/** The bytes of an escaped string that lies in [start, end), terminator included. */
export function unescapeBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const plain = new Uint8Array(end - start - 2);
  let size = 0;
  for (let i = start; i < end - 2; i++) {
    const byte = bytes[i] as number;
    plain[size++] = byte;
    if (byte === 0) i++;
  }
  return plain.subarray(0, size);
}

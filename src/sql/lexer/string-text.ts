/** What string tokens, quoted identifiers and digit strings mean: escapes resolved, digits turned into bytes. */

/** Buffer's decoders work on any Uint8Array; their types do not say so. */
interface NativeDecoders {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
}
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as NativeDecoders;

/** Text of a byte range; malformed UTF-8 becomes U+FFFD. */
export function decodeText(text: Uint8Array, start: number, end: number): string {
  if (end <= start) return "";
  return utf8Slice.call(text, start, end);
}

/** One character per byte. */
export function latin1Text(text: Uint8Array, start: number, end: number): string {
  if (end <= start) return "";
  return latin1Slice.call(text, start, end);
}

/** The content of the quoted text from `start` (its opening quote) to `end` (after its closing quote). */
export function unquote(text: Uint8Array, start: number, end: number, backslashEscapes: boolean): Uint8Array {
  const quote = text[start] as number;
  const last = end - 1;
  let i = start + 1;
  while (i < last) {
    const byte = text[i] as number;
    if (byte === quote || (byte === 92 && backslashEscapes)) break;
    i++;
  }
  // A copy: the text's buffer belongs to the connection.
  if (i >= last) return new Uint8Array(text.subarray(start + 1, last));
  const out = new Uint8Array(last - start - 1);
  out.set(text.subarray(start + 1, i));
  let length = i - start - 1;
  while (i < last) {
    const byte = text[i] as number;
    if (byte === 92 && backslashEscapes) {
      const next = text[i + 1] as number;
      // \% and \_ stay as they are: LIKE reads them.
      if (next === 37 || next === 95) out[length++] = 92;
      out[length++] = escapedByte(next);
      i += 2;
    } else {
      out[length++] = byte;
      i += byte === quote ? 2 : 1;
    }
  }
  return out.slice(0, length);
}

function escapedByte(byte: number): number {
  switch (byte) {
    case 48:
      return 0;
    case 98:
      return 8;
    case 116:
      return 9;
    case 110:
      return 10;
    case 114:
      return 13;
    case 90:
      return 26;
    default:
      return byte;
  }
}

/** Bytes of a hex token (0x1F or x'1F'); an odd count of digits gets a leading zero. */
export function hexBytes(text: Uint8Array, start: number, end: number): Uint8Array {
  const from = start + 2;
  const to = text[end - 1] === 39 ? end - 1 : end;
  const out = new Uint8Array((to - from + 1) >> 1);
  let nibble = out.length * 2 - (to - from);
  for (let i = from; i < to; i++, nibble++) {
    const at = nibble >> 1;
    out[at] = ((out[at] as number) << 4) | digit(text[i] as number);
  }
  return out;
}

function digit(byte: number): number {
  return byte <= 57 ? byte - 48 : (byte | 32) - 87;
}

/** Bytes of a bit token (0b101 or b'101'), right-aligned. */
export function bitBytes(text: Uint8Array, start: number, end: number): Uint8Array {
  const from = start + 2;
  const to = text[end - 1] === 39 ? end - 1 : end;
  const out = new Uint8Array((to - from + 7) >> 3);
  let bit = out.length * 8 - (to - from);
  for (let i = from; i < to; i++, bit++) {
    const at = bit >> 3;
    out[at] = ((out[at] as number) << 1) | ((text[i] as number) - 48);
  }
  return out;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether what was decoded to `decoded` is UTF-8: U+FFFD in it may stand for malformed bytes, or for itself. */
export function isValidText(bytes: Uint8Array, decoded: string): boolean {
  if (!decoded.includes("\uFFFD")) return true;
  try {
    strict.decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

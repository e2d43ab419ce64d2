/** The one-byte character sets: which character each byte is, as MySQL has it. Unpacked on first use. */
import { inflateRawSync } from "node:zlib";
import { SINGLE_BYTE_CHARSETS, SINGLE_BYTE_CODE_POINTS } from "./data/single-byte.ts";

let singleByteCodePoints: Uint8Array | undefined;

/** Code points of the 256 bytes of a one-byte character set (FFFD = none), or undefined for other sets. */
export function codePointsOfCharset(charset: string): Uint16Array | undefined {
  const index = SINGLE_BYTE_CHARSETS.indexOf(charset);
  if (index < 0) return undefined;
  singleByteCodePoints ??= inflateRawSync(Buffer.from(SINGLE_BYTE_CODE_POINTS, "base64"));
  const codePoints = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const at = index * 512 + byte * 2;
    codePoints[byte] = ((singleByteCodePoints[at] as number) << 8) | (singleByteCodePoints[at + 1] as number);
  }
  return codePoints;
}

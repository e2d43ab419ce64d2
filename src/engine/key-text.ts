/** Keys as map keys: latin1 strings, whose order in JavaScript is the order of the bytes. */

/** Keys of one or two numbers are common, and calling out of JavaScript costs five times what making them here does. */
export function keyToText(bytes: Uint8Array): string {
  switch (bytes.length) {
    case 4:
      return String.fromCharCode(
        bytes[0] as number,
        bytes[1] as number,
        bytes[2] as number,
        bytes[3] as number,
      );
    case 8:
      return String.fromCharCode(
        bytes[0] as number,
        bytes[1] as number,
        bytes[2] as number,
        bytes[3] as number,
        bytes[4] as number,
        bytes[5] as number,
        bytes[6] as number,
        bytes[7] as number,
      );
    default:
      return Buffer.prototype.latin1Slice.call(bytes, 0, bytes.length);
  }
}

/**
 * Content addresses: SHA-256 truncated to 20 bytes. In memory a `Hash` is a string of 20 latin1 characters (one per
 * byte), because JavaScript maps need strings as keys and such a string is cut from a node's bytes in one native
 * call. People and SQL see the 32-character form of {@link hashToText} (alphabet 0-9a-v, 5 bits a character).
 */
import { hash as digest } from "node:crypto";
import { assert } from "../base/assert.ts";

export const HASH_SIZE = 20;
const HASH_TEXT_SIZE = 32;

declare const hashBrand: unique symbol;
/** A content address as 20 latin1 characters. Never show it: use {@link hashToText}. */
export type Hash = string & { readonly [hashBrand]: true };

/** The address that means "nothing": 20 zero bytes. */
export const EMPTY_HASH: Hash = asHash("\0".repeat(HASH_SIZE));

const ALPHABET = "0123456789abcdefghijklmnopqrstuv";
const DIGIT_OF = new Map([...ALPHABET].map((character, digit) => [character, digit]));

function asHash(value: string): Hash {
  assert(value.length === HASH_SIZE, "a hash has 20 bytes");
  return value as Hash;
}

/** The address of `bytes`. */
export function hashOf(bytes: Uint8Array): Hash {
  return asHash(digest("sha256", bytes, "binary").slice(0, HASH_SIZE));
}

/** Reads the 20-byte address at `offset`. */
export function hashFromBytes(bytes: Uint8Array, offset: number): Hash {
  assert(offset + HASH_SIZE <= bytes.length, "a hash needs 20 bytes");
  const b = bytes;
  const o = offset;
  // Spelled out because that is twice as fast as a loop or a Buffer call, and every tree descent does it.
  return asHash(
    String.fromCharCode(
      b[o] as number,
      b[o + 1] as number,
      b[o + 2] as number,
      b[o + 3] as number,
      b[o + 4] as number,
      b[o + 5] as number,
      b[o + 6] as number,
      b[o + 7] as number,
      b[o + 8] as number,
      b[o + 9] as number,
      b[o + 10] as number,
      b[o + 11] as number,
      b[o + 12] as number,
      b[o + 13] as number,
      b[o + 14] as number,
      b[o + 15] as number,
      b[o + 16] as number,
      b[o + 17] as number,
      b[o + 18] as number,
      b[o + 19] as number,
    ),
  );
}

/** Writes the 20 bytes of `hash` at `offset` of `target`. */
export function writeHash(hash: Hash, target: Uint8Array, offset: number): void {
  for (let i = 0; i < HASH_SIZE; i++) target[offset + i] = hash.charCodeAt(i);
}

/** The 20 bytes of `hash`. */
export function hashToBytes(hash: Hash): Uint8Array {
  return Buffer.from(hash, "latin1");
}

/** The 32-character form that people see, as in `dolt_log.commit_hash`. */
export function hashToText(hash: Hash): string {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < HASH_SIZE; i++) {
    bits = ((bits << 8) | hash.charCodeAt(i)) & 0xffff;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      text += ALPHABET[(bits >> bitCount) & 31];
    }
  }
  return text;
}

/** Reads {@link hashToText}'s form; `undefined` when `text` is not one. */
export function hashFromText(text: string): Hash | undefined {
  if (text.length !== HASH_TEXT_SIZE) return undefined;
  const bytes = new Uint8Array(HASH_SIZE);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const character of text) {
    const digit = DIGIT_OF.get(character);
    if (digit === undefined) return undefined;
    bits = ((bits << 5) | digit) & 0xffff;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[at++] = (bits >> bitCount) & 0xff;
    }
  }
  return hashFromBytes(bytes, 0);
}

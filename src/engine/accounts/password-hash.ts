/**
 * Stored password hashes. caching_sha2_password: `$A$`, rounds in thousands as three hexadecimal digits, `$`, 20 bytes of
 * salt and 43 characters of SHA-crypt (SHA-256). mysql_native_password: `*` and SHA1(SHA1(password)) in hexadecimal.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Random } from "../../base/random.ts";
import type { AuthPlugin } from "./account.ts";

const SALT_SIZE = 20;
const ROUNDS_UNIT = 1000;
/** 5 × 1000 rounds. */
const DEFAULT_ROUNDS_DIGITS = "005";
const DIGEST_SIZE = 32;
const CRYPT_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHA2_FORM = /^\$A\$([0-9A-Fa-f]{3})\$([\s\S]{20})([./0-9A-Za-z]{43})$/;
const NATIVE_FORM = /^\*[0-9A-Fa-f]{40}$/;
/** Salt characters: printable, without `$`, quotes and backslash, so that the hash can be shown and typed. */
const SALT_ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#%&()*+,-./:;<=>?@[]^_{|}~";

/** The stored form of a password; an empty password is stored as an empty text. */
export function hashPassword(plugin: AuthPlugin, password: string, random: Random): string {
  if (password === "") return "";
  const bytes = Buffer.from(password, "utf8");
  if (plugin === "mysql_native_password") {
    return `*${nativeDigest(bytes).toString("hex").toUpperCase()}`;
  }
  const salt = Array.from(random.bytes(SALT_SIZE), (byte) => SALT_ALPHABET[byte % SALT_ALPHABET.length]).join(
    "",
  );
  const rounds = Number.parseInt(DEFAULT_ROUNDS_DIGITS, 16) * ROUNDS_UNIT;
  return `$A$${DEFAULT_ROUNDS_DIGITS}$${salt}${shaCrypt(bytes, Buffer.from(salt, "latin1"), rounds)}`;
}

/** Whether `text` is a hash in the plugin's form. */
export function isPasswordHash(plugin: AuthPlugin, text: string): boolean {
  return text === "" || (plugin === "mysql_native_password" ? NATIVE_FORM : SHA2_FORM).test(text);
}

/** Checks a password in clear against the stored hash of caching_sha2_password. Takes some milliseconds, on purpose. */
export function verifySha2Password(stored: string, password: Uint8Array): boolean {
  const match = SHA2_FORM.exec(stored);
  const [, roundDigits, salt, expected] = match ?? [];
  if (roundDigits === undefined || salt === undefined || expected === undefined) return false;
  const rounds = Number.parseInt(roundDigits, 16) * ROUNDS_UNIT;
  const actual = shaCrypt(Buffer.from(password), Buffer.from(salt, "latin1"), rounds);
  return timingSafeEqual(Buffer.from(actual), Buffer.from(expected));
}

/** SHA1(SHA1(password)) out of the stored hash of mysql_native_password. */
export function nativeDigestOf(stored: string): Uint8Array | undefined {
  return NATIVE_FORM.test(stored) ? Buffer.from(stored.slice(1), "hex") : undefined;
}

function nativeDigest(password: Buffer): Buffer {
  return sha("sha1", sha("sha1", password));
}

function sha(algorithm: "sha1" | "sha256", ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** SHA-crypt with SHA-256, as published by U. Drepper, for any length of salt. */
function shaCrypt(key: Buffer, salt: Buffer, rounds: number): string {
  const alternate = sha("sha256", key, salt, key);
  const keySequence = repeated(sha("sha256", repeated(key, key.length * key.length)), key.length);
  let digest = sha("sha256", key, salt, repeated(alternate, key.length), ...lengthParts(key, alternate));
  const saltRepeats = 16 + (digest[0] as number);
  const saltSequence = repeated(sha("sha256", repeated(salt, salt.length * saltRepeats)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) === 1;
    const parts: Buffer[] = [odd ? keySequence : digest];
    if (round % 3 !== 0) parts.push(saltSequence);
    if (round % 7 !== 0) parts.push(keySequence);
    parts.push(odd ? digest : keySequence);
    digest = sha("sha256", Buffer.concat(parts));
  }
  return cryptBase64(digest);
}

/** For each bit of the key's length, lowest first: the alternate digest for a 1, the key for a 0. */
function lengthParts(key: Buffer, alternate: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let bits = key.length; bits > 0; bits >>>= 1) parts.push((bits & 1) === 1 ? alternate : key);
  return parts;
}

/** `source` again and again, cut at `size` bytes. */
function repeated(source: Buffer, size: number): Buffer {
  return size === 0 ? Buffer.alloc(0) : Buffer.alloc(size, source);
}

/** The order in which SHA-crypt takes the bytes of its digest, three at a time. */
const CRYPT_ORDER: readonly (readonly [number, number, number])[] = [
  [0, 10, 20],
  [21, 1, 11],
  [12, 22, 2],
  [3, 13, 23],
  [24, 4, 14],
  [15, 25, 5],
  [6, 16, 26],
  [27, 7, 17],
  [18, 28, 8],
  [9, 19, 29],
];

function cryptBase64(digest: Buffer): string {
  const groups = CRYPT_ORDER.map(([high, middle, low]) => cryptCharacters(digest, high, middle, low));
  const last = ((digest[DIGEST_SIZE - 1] as number) << 8) | (digest[DIGEST_SIZE - 2] as number);
  return groups.join("") + charactersOf(last, 3);
}

function cryptCharacters(digest: Buffer, high: number, middle: number, low: number): string {
  const bits = ((digest[high] as number) << 16) | ((digest[middle] as number) << 8) | (digest[low] as number);
  return charactersOf(bits, 4);
}

function charactersOf(bits: number, count: number): string {
  let text = "";
  for (let i = 0, rest = bits; i < count; i++, rest >>>= 6) text += CRYPT_ALPHABET[rest & 63];
  return text;
}

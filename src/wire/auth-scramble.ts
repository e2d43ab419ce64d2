/**
 * The arithmetic of the two password plugins: how a client proves that it knows a password without sending it. The
 * server keeps SHA1(SHA1(password)) or SHA256(SHA256(password)); neither is enough to log in with.
 */
import { constants, createHash, type KeyObject, privateDecrypt, timingSafeEqual } from "node:crypto";

const SHA1_SIZE = 20;
const SHA256_SIZE = 32;

/** caching_sha2_password: answer = SHA256(p) xor SHA256(SHA256(SHA256(p)), nonce). */
export function verifySha256Scramble(
  answer: Uint8Array,
  nonce: Uint8Array,
  doubleDigest: Uint8Array,
): boolean {
  if (answer.length !== SHA256_SIZE) return false;
  const mask = createHash("sha256").update(doubleDigest).update(nonce).digest();
  const digest = createHash("sha256").update(xor(answer, mask)).digest();
  return timingSafeEqual(digest, doubleDigest);
}

/** mysql_native_password: answer = SHA1(p) xor SHA1(nonce, SHA1(SHA1(p))). */
export function verifySha1Scramble(answer: Uint8Array, nonce: Uint8Array, doubleDigest: Uint8Array): boolean {
  if (answer.length !== SHA1_SIZE) return false;
  const mask = createHash("sha1").update(nonce).update(doubleDigest).digest();
  const digest = createHash("sha1").update(xor(answer, mask)).digest();
  return timingSafeEqual(digest, doubleDigest);
}

/** What caching_sha2_password remembers of a password that was right. */
export function sha256DoubleDigest(password: Uint8Array): Uint8Array {
  return createHash("sha256").update(createHash("sha256").update(password).digest()).digest();
}

/** The password of a client that had no TLS: RSA-OAEP over the password (with its zero byte) xor the nonce. Undefined
 *  when it was not encrypted with our key. */
export function decryptPassword(
  encrypted: Uint8Array,
  nonce: Uint8Array,
  privateKey: KeyObject,
): Uint8Array | undefined {
  try {
    const masked = privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, encrypted);
    return withoutNul(masked.map((byte, at) => byte ^ (nonce[at % nonce.length] as number)));
  } catch {
    // Whatever OpenSSL says of it, the client did not prove a password: the caller denies access.
    return undefined;
  }
}

/** A password as sent in clear over a secure connection: up to its zero byte. */
export function withoutNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul === -1 ? bytes : bytes.subarray(0, nul);
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] as number));
}

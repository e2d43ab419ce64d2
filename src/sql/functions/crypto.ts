/** Hashes, encryption and compression. */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { systemRandom } from "../../base/random.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, binaryType, displayWidth, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { type Read, readBytes } from "../expression/readers.ts";
import {
  boundCall,
  type FunctionDefinition,
  type ResultShape,
  scalar,
  special,
} from "./function-definition.ts";

function hexText(length: number, nullable?: boolean) {
  return (_: readonly BoundExpression[], environment: BindEnvironment): ResultShape => ({
    type: textType(length, environment.connectionCollation),
    ...(nullable === undefined ? {} : { nullable }),
  });
}

function digest(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

const SHA2_NAMES: Readonly<Record<number, string>> = {
  0: "sha256",
  224: "sha224",
  256: "sha256",
  384: "sha384",
  512: "sha512",
};

interface CipherMode {
  readonly keyBits: number;
  readonly mode: string;
}

/** block_encryption_mode: aes-128-ecb, aes-256-cbc … */
function cipherMode(context: StatementContext): CipherMode {
  const text = String(context.getSystemVariable("block_encryption_mode", "either") ?? "aes-128-ecb");
  const [, bits = "128", mode = "ecb"] = text.split("-");
  return { keyBits: Number(bits), mode };
}

const INITIALIZATION_SIZE = 16;

/** MySQL folds a key of any length into the cipher's by XOR. */
function foldKey(key: Uint8Array, size: number): Uint8Array {
  const folded = new Uint8Array(size);
  key.forEach((byte, at) => {
    folded[at % size] = (folded[at % size] as number) ^ byte;
  });
  return folded;
}

function aes(name: "aes_encrypt" | "aes_decrypt", encrypt: boolean): FunctionDefinition {
  return {
    name,
    minArguments: 2,
    maxArguments: 6,
    bind(args) {
      if (args.length > 3) throw sqlError("ER_NOT_SUPPORTED_YET", `${name} with a key derivation function`);
      const width = displayWidth(args[0] as BoundExpression) * 4;
      return boundCall({
        name,
        args,
        result: { type: binaryType(encrypt ? (Math.floor(width / 16) + 1) * 16 : width), nullable: true },
        build: (evaluators) => {
          const [data, key, vector] = evaluators.map((evaluate, at) =>
            readBytes(args[at] as BoundExpression, evaluate),
          );
          return runCipher({ name, encrypt }, data as Read<Uint8Array>, key as Read<Uint8Array>, vector);
        },
      });
    },
  };
}

function runCipher(
  { name, encrypt }: { readonly name: string; readonly encrypt: boolean },
  data: Read<Uint8Array>,
  key: Read<Uint8Array>,
  vector: Read<Uint8Array> | undefined,
): Evaluator {
  return (frame): Value => {
    const bytes = data(frame);
    const secret = key(frame);
    if (bytes === null || secret === null) return null;
    const { keyBits, mode } = cipherMode(frame.context);
    const start = vectorFor(mode, name, vector?.(frame), vector !== undefined, frame.context);
    if (secret.length > keyBits / 8) warnKeySize(frame.context, keyBits / 8);
    const folded = foldKey(secret, keyBits / 8);
    const cipherName = mode === "cfb128" ? `aes-${keyBits}-cfb` : `aes-${keyBits}-${mode}`;
    if (encrypt) {
      const cipher = createCipheriv(cipherName, folded, start);
      return Buffer.concat([cipher.update(bytes), cipher.final()]);
    }
    const decipher = createDecipheriv(cipherName, folded, start);
    try {
      return Buffer.concat([decipher.update(bytes), decipher.final()]);
    } catch {
      // A wrong key or damaged text is NULL in MySQL, without a warning.
      return null;
    }
  };
}

const AES_KEY_SIZE_WARNING = 3237;

function warnKeySize(context: StatementContext, size: number): void {
  context.warn(
    "Warning",
    AES_KEY_SIZE_WARNING,
    `AES key size should be ${size} bytes length or secure KDF methods hkdf or pbkdf2_hmac should be used, please provide exact AES key size or use KDF methods for better security.`,
  );
}

function vectorFor(
  mode: string,
  name: string,
  given: Uint8Array | null | undefined,
  present: boolean,
  context: StatementContext,
): Uint8Array | null {
  if (mode === "ecb") {
    if (present) context.warn("Warning", 1618, "<IV> option ignored");
    return null;
  }
  if (!present) throw sqlError("ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT", name);
  if (given === null || given === undefined || given.length < INITIALIZATION_SIZE) {
    throw sqlError("ER_AES_INVALID_IV", name, INITIALIZATION_SIZE);
  }
  return given.subarray(0, INITIALIZATION_SIZE);
}

const SIZE_BYTES = 4;
const SIZE_MASK = 0x3fffffff;

/** The length in 4 little-endian bytes, then zlib's stream; a dot behind a final blank. */
function compress(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return new Uint8Array(0);
  const header = Buffer.alloc(SIZE_BYTES);
  header.writeUInt32LE(bytes.length);
  const packed = Buffer.concat([header, deflateSync(bytes)]);
  return packed.at(-1) === 0x20 ? Buffer.concat([packed, Buffer.from(".")]) : packed;
}

function uncompress(bytes: Uint8Array, context: StatementContext): Value {
  if (bytes.length === 0) return new Uint8Array(0);
  try {
    if (bytes.length > SIZE_BYTES) return inflateSync(bytes.subarray(SIZE_BYTES));
  } catch {
    // Falls through to the warning: not a zlib stream.
  }
  warnCorrupted(context);
  return null;
}

function warnCorrupted(context: StatementContext): void {
  const error = sqlError("ER_ZLIB_Z_DATA_ERROR");
  context.warn("Warning", error.errno, error.message);
}

function uncompressedLength(bytes: Uint8Array, context: StatementContext): number {
  if (bytes.length > SIZE_BYTES) return Buffer.from(bytes).readUInt32LE(0) & SIZE_MASK;
  if (bytes.length > 0) warnCorrupted(context);
  return 0;
}

const RANDOM_BYTES_MAX = 1024;

export const CRYPTO_FUNCTIONS: readonly FunctionDefinition[] = [
  scalar("md5", ["bytes"], hexText(32), (_, bytes) => digest("md5", bytes)),
  scalar("sha", ["bytes"], hexText(40), (_, bytes) => digest("sha1", bytes)),
  scalar("sha1", ["bytes"], hexText(40), (_, bytes) => digest("sha1", bytes)),
  scalar("sha2", ["bytes", "count"], hexText(128, true), (context, bytes, bits) => {
    const algorithm = SHA2_NAMES[bits];
    if (algorithm !== undefined) return digest(algorithm, bytes);
    const error = sqlError("ER_WRONG_PARAMETERS_TO_NATIVE_FCT", "sha2");
    context.warn("Warning", error.errno, error.message);
    return null;
  }),
  aes("aes_encrypt", true),
  aes("aes_decrypt", false),
  special(
    "random_bytes",
    [1, 1],
    { type: binaryType(RANDOM_BYTES_MAX), nullable: true },
    ([evaluate]) =>
      (frame) => {
        const size = Number((evaluate as Evaluator)(frame));
        if (!(size >= 1 && size <= RANDOM_BYTES_MAX))
          throw sqlError("ER_DATA_OUT_OF_RANGE", "length", "random_bytes");
        return systemRandom.bytes(size);
      },
    "row",
  ),
  scalar(
    "compress",
    ["bytes"],
    (args) => ({ type: binaryType(displayWidth(args[0] as BoundExpression) * 4 + 120), nullable: true }),
    (_, bytes) => compress(bytes),
  ),
  scalar("uncompress", ["bytes"], { type: binaryType(4294967295), nullable: true }, (context, bytes) =>
    uncompress(bytes, context),
  ),
  scalar(
    "uncompressed_length",
    ["bytes"],
    { type: BIGINT, nullable: true, displayLength: 10 },
    (context, bytes) => uncompressedLength(bytes, context),
  ),
];

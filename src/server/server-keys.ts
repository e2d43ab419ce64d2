/**
 * The server's own keys, made at the first start: an RSA pair that passwords are encrypted with where there is no TLS,
 * and a self-signed certificate for TLS. They lie in `.keys` of the data folder, readable by its owner only. Nothing that is
 * stored depends on them: what is damaged is put aside, with `.damaged` added to its name, and made anew.
 */

import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { promisify } from "node:util";
import { generate } from "selfsigned";
import type { Logger } from "../base/logger.ts";
import type { PasswordKeys } from "./authentication.ts";

const FOLDER = ".keys";
const RSA_FILE = "password-key.pem";
const TLS_KEY_FILE = "server-key.pem";
const TLS_CERTIFICATE_FILE = "server-cert.pem";
const DAMAGED_SUFFIX = ".damaged";
const RSA_BITS = 2048;
const CERTIFICATE_DAYS = 3650;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const MS_PER_DAY = 86_400_000;

export async function openPasswordKeys(dataFolder: string, logger: Logger): Promise<PasswordKeys> {
  const path = join(keyFolder(dataFolder), RSA_FILE);
  const privateKey =
    usable(logger, [path], () => createPrivateKey(readFileSync(path))) ?? (await makePrivateKey(path));
  const publicPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return { privateKey, publicPem };
}

async function makePrivateKey(path: string): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: RSA_BITS });
  writeSecret(path, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  return privateKey;
}

/** The administrator's certificate. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Certificates that clients' certificates are checked with. */
  readonly authority?: string | undefined;
}

/** Throws what the file system or OpenSSL says of the administrator's files. */
export async function openSecureContext(
  dataFolder: string,
  own: TlsFiles | undefined,
  { nowMs, logger }: { readonly nowMs: number; readonly logger: Logger },
): Promise<SecureContext> {
  if (own !== undefined) {
    return createSecureContext({
      cert: readFileSync(own.certificate),
      key: readFileSync(own.key),
      ...(own.authority === undefined ? {} : { ca: readFileSync(own.authority) }),
    });
  }
  const folder = keyFolder(dataFolder);
  const certificatePath = join(folder, TLS_CERTIFICATE_FILE);
  const keyPath = join(folder, TLS_KEY_FILE);
  const open = (): SecureContext =>
    createSecureContext({ cert: readFileSync(certificatePath), key: readFileSync(keyPath) });
  const found = usable(logger, [keyPath, certificatePath], open);
  if (found !== undefined) return found;
  const made = await generate([{ name: "commonName", value: "CairnDB_Auto_Generated_Server_Certificate" }], {
    keySize: RSA_BITS,
    notBeforeDate: new Date(nowMs - MS_PER_DAY),
    notAfterDate: new Date(nowMs + CERTIFICATE_DAYS * MS_PER_DAY),
    algorithm: "sha256",
  });
  writeSecret(keyPath, made.private);
  writeSecret(certificatePath, made.cert);
  return open();
}

/** What `open` makes of the files; undefined when one is not there, or they are of no use and were put aside. */
function usable<Opened>(logger: Logger, paths: readonly string[], open: () => Opened): Opened | undefined {
  if (!paths.every((path) => existsSync(path))) return undefined;
  try {
    return open();
  } catch (error) {
    logger.error("the server's keys cannot be used; they are put aside and made anew", {
      files: paths,
      error: String(error),
    });
    for (const path of paths) renameSync(path, path + DAMAGED_SUFFIX);
    return undefined;
  }
}

function keyFolder(dataFolder: string): string {
  const folder = join(dataFolder, FOLDER);
  mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
  return folder;
}

function writeSecret(path: string, text: string): void {
  writeFileSync(path, text, { mode: OWNER_ONLY });
  chmodSync(path, OWNER_ONLY);
}

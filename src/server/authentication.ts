/**
 * Proves who a client is: the exchange of its account's password plugin. An unknown user goes through the same exchange
 * as a known one and learns no more than "access denied".
 */
import type { KeyObject } from "node:crypto";
import { unreachable } from "../base/assert.ts";
import type { Random } from "../base/random.ts";
import type { Account, AuthPlugin } from "../engine/accounts/account.ts";
import { nativeDigestOf, verifySha2Password } from "../engine/accounts/password-hash.ts";
import { sqlError } from "../values/sql-error.ts";
import {
  decryptPassword,
  sha256DoubleDigest,
  verifySha1Scramble,
  verifySha256Scramble,
  withoutNul,
} from "../wire/auth-scramble.ts";
import { writeAuthMoreData, writeAuthSwitchRequest } from "../wire/handshake.ts";
import { CLIENT_PLUGIN_AUTH, NONCE_SIZE } from "../wire/protocol.ts";
import { WireError } from "../wire/wire-error.ts";
import type { ClientStream } from "./client-stream.ts";

export const DEFAULT_AUTH_PLUGIN: AuthPlugin = "caching_sha2_password";

const FAST_AUTH_OK = Uint8Array.of(0x03);
const FULL_AUTH = Uint8Array.of(0x04);
const PUBLIC_KEY_REQUEST = 0x02;

/** The key pair that passwords are encrypted with when there is no TLS. */
export interface PasswordKeys {
  readonly privateKey: KeyObject;
  readonly publicPem: string;
}

/** Passwords that were proved since the start, by account, as the double digest that a scramble is checked with. */
export class ProvedPasswords {
  readonly #digests = new Map<string, { readonly authentication: string; readonly digest: Uint8Array }>();

  /** Undefined when the account's password was changed since. */
  get(account: Account): Uint8Array | undefined {
    const known = this.#digests.get(keyOf(account));
    return known?.authentication === account.authentication ? known.digest : undefined;
  }

  set(account: Account, digest: Uint8Array): void {
    this.#digests.set(keyOf(account), { authentication: account.authentication, digest });
  }
}

export interface AuthenticationRequest {
  readonly stream: ClientStream;
  readonly account: Account | undefined;
  readonly capabilities: number;
  /** The plugin that the client answered by, and its answer to `nonce`. */
  readonly clientPlugin: string | undefined;
  readonly response: Uint8Array;
  readonly nonce: Uint8Array;
  /** TLS or a Unix socket: the password may come in clear. */
  readonly secureTransport: boolean;
  /** COM_CHANGE_USER always asks again, as MySQL does. */
  readonly alwaysSwitch: boolean;
}

export interface AuthenticationServices {
  readonly random: Random;
  readonly keys: PasswordKeys;
  readonly proved: ProvedPasswords;
}

export interface AuthenticationOutcome {
  readonly granted: boolean;
  /** For the message of a refusal. */
  readonly usedPassword: boolean;
}

/** Bytes for a challenge: without zero, which ends texts in the protocol. */
export function createNonce(random: Random): Uint8Array {
  return random.bytes(NONCE_SIZE).map((byte) => (byte % 127) + 1);
}

/** Ends with the verdict; the caller sends OK or the error. Throws WireError when the client breaks the exchange. */
export async function authenticate(
  request: AuthenticationRequest,
  services: AuthenticationServices,
): Promise<AuthenticationOutcome> {
  const plugin = request.account?.plugin ?? DEFAULT_AUTH_PLUGIN;
  let { response, nonce } = request;
  const answeredBy = request.clientPlugin ?? "mysql_native_password";
  if (request.alwaysSwitch || answeredBy !== plugin) {
    if ((request.capabilities & CLIENT_PLUGIN_AUTH) === 0) throw sqlError("ER_NOT_SUPPORTED_AUTH_MODE");
    nonce = createNonce(services.random);
    writeAuthSwitchRequest(request.stream.writer, plugin, nonce);
    response = await receive(request.stream);
  }
  if (isEmptyResponse(response)) {
    return { granted: request.account?.authentication === "", usedPassword: false };
  }
  switch (plugin) {
    case "mysql_native_password": {
      const digest = nativeDigestOf(request.account?.authentication ?? "");
      const granted = digest !== undefined && verifySha1Scramble(response, nonce, digest);
      return { granted, usedPassword: true };
    }
    case "caching_sha2_password":
      return await authenticateSha2({ ...request, response, nonce }, services);
    default:
      return unreachable(plugin);
  }
}

async function authenticateSha2(
  request: AuthenticationRequest,
  services: AuthenticationServices,
): Promise<AuthenticationOutcome> {
  const { account, stream, nonce } = request;
  const known = account === undefined ? undefined : services.proved.get(account);
  if (known !== undefined && verifySha256Scramble(request.response, nonce, known)) {
    writeAuthMoreData(stream.writer, FAST_AUTH_OK);
    return { granted: true, usedPassword: true };
  }
  writeAuthMoreData(stream.writer, FULL_AUTH);
  const password = await receivePassword(request, services.keys);
  if (password === undefined || account === undefined) return { granted: false, usedPassword: true };
  if (password.length === 0) return { granted: account.authentication === "", usedPassword: false };
  if (!verifySha2Password(account.authentication, password)) return { granted: false, usedPassword: true };
  services.proved.set(account, sha256DoubleDigest(password));
  return { granted: true, usedPassword: true };
}

/** The password itself: in clear over a secure transport, else encrypted with our key, which the client may ask for. */
async function receivePassword(
  request: AuthenticationRequest,
  keys: PasswordKeys,
): Promise<Uint8Array | undefined> {
  const { stream } = request;
  let message = await receive(stream);
  if (request.secureTransport) return withoutNul(message);
  if (message.length === 1 && message[0] === PUBLIC_KEY_REQUEST) {
    writeAuthMoreData(stream.writer, Buffer.from(keys.publicPem));
    message = await receive(stream);
  }
  return decryptPassword(message, request.nonce, keys.privateKey);
}

/** Sends what was written and waits for the client's next message. */
async function receive(stream: ClientStream): Promise<Uint8Array> {
  stream.reader.sequence = stream.writer.sequence;
  stream.flush();
  if (!(await stream.nextMessage())) throw new WireError("handshake", "the client left while logging in");
  const { reader } = stream;
  stream.writer.sequence = reader.sequence;
  return reader.bytes.subarray(reader.start, reader.end);
}

/** Clients say "no password" with nothing, or with a lone zero byte. */
function isEmptyResponse(response: Uint8Array): boolean {
  return response.length === 0 || (response.length === 1 && response[0] === 0);
}

function keyOf(account: Account): string {
  return `${account.name.user}\0${account.name.host}`;
}

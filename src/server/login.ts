/** A client's way in: greeting, TLS when it asks for it, its response and the proof of its password. */

import type { Account } from "../engine/accounts/account.ts";
import { sqlError } from "../values/sql-error.ts";
import {
  decodeHandshakeResponse,
  type HandshakeResponse,
  isSslRequest,
  writeGreeting,
} from "../wire/handshake.ts";
import {
  CLIENT_SSL,
  SERVER_CAPABILITIES,
  SERVER_STATUS_AUTOCOMMIT,
  UTF8MB4_COLLATION_ID,
} from "../wire/protocol.ts";
import { WireError } from "../wire/wire-error.ts";
import { authenticate, createNonce, DEFAULT_AUTH_PLUGIN } from "./authentication.ts";
import type { ClientStream } from "./client-stream.ts";
import type { ServerContext } from "./server-context.ts";

/** Where a client comes from. */
export interface ClientOrigin {
  /** What USER() and messages show. */
  readonly host: string;
  /** The names that account hosts are matched with: `localhost` and the address, for this machine. */
  readonly matchHosts: readonly string[];
  readonly unixSocket: boolean;
}

export interface Login {
  readonly account: Account;
  readonly response: HandshakeResponse;
}

/** Greets the client and logs it in. Throws SqlError for a refusal, WireError for a broken exchange. */
export async function logIn(
  context: ServerContext,
  stream: ClientStream,
  connectionId: number,
  origin: ClientOrigin,
): Promise<Login> {
  const nonce = createNonce(context.random);
  const offered =
    context.secureContext === undefined ? SERVER_CAPABILITIES : SERVER_CAPABILITIES | CLIENT_SSL;
  writeGreeting(stream.writer, {
    serverVersion: context.serverVersion,
    connectionId,
    nonce,
    capabilities: offered,
    collationId: UTF8MB4_COLLATION_ID,
    statusFlags: SERVER_STATUS_AUTOCOMMIT,
    authPlugin: DEFAULT_AUTH_PLUGIN,
  });
  await receive(stream);
  const { reader } = stream;
  if (isSslRequest(reader.bytes, reader.start, reader.end)) {
    if (context.secureContext === undefined) throw new WireError("handshake", "TLS was not offered");
    await stream.startTls(context.secureContext);
    await receive(stream);
  }
  const decoded = decodeHandshakeResponse(reader.bytes, reader.start, reader.end);
  const response = { ...decoded, capabilities: decoded.capabilities & offered };
  const account = await proveAccount(context, { stream, origin, response, nonce, alwaysSwitch: false });
  return { account, response };
}

export interface ProofRequest {
  readonly stream: ClientStream;
  readonly origin: ClientOrigin;
  readonly response: HandshakeResponse;
  readonly nonce: Uint8Array;
  readonly alwaysSwitch: boolean;
}

/** The account of the user a client says it is, once it has proved so. Throws 1045 and its kin. */
export async function proveAccount(context: ServerContext, request: ProofRequest): Promise<Account> {
  const { response, origin, stream } = request;
  const secureTransport = origin.unixSocket || stream.tls !== undefined;
  if (context.requireSecureTransport && !secureTransport) throw sqlError("ER_SECURE_TRANSPORT_REQUIRED");
  const account = context.accounts.findForLogin(response.user, origin.matchHosts);
  const outcome = await authenticate(
    {
      stream,
      account,
      capabilities: response.capabilities,
      clientPlugin: response.authPlugin,
      response: response.authResponse,
      nonce: request.nonce,
      secureTransport,
      alwaysSwitch: request.alwaysSwitch,
    },
    context,
  );
  const tlsMissing = account?.requireTls === true && stream.tls === undefined;
  if (!outcome.granted || account === undefined || tlsMissing) {
    throw sqlError("ER_ACCESS_DENIED_ERROR", response.user, origin.host, outcome.usedPassword ? "YES" : "NO");
  }
  if (account.locked) throw sqlError("ER_ACCOUNT_HAS_BEEN_LOCKED", response.user, origin.host);
  if (account.passwordExpired) throw sqlError("ER_MUST_CHANGE_PASSWORD_LOGIN");
  return account;
}

async function receive(stream: ClientStream): Promise<void> {
  stream.reader.sequence = stream.writer.sequence;
  stream.flush();
  if (!(await stream.nextMessage())) throw new WireError("handshake", "the client left while logging in");
  stream.writer.sequence = stream.reader.sequence;
}

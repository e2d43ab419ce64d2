/** The messages of logging in: greeting, the client's response, and the exchanges of the password plugins. */
import type { PacketWriter } from "./packet-writer.ts";
import { PayloadReader } from "./payload-reader.ts";
import {
  CLIENT_CONNECT_ATTRS,
  CLIENT_CONNECT_WITH_DB,
  CLIENT_PLUGIN_AUTH,
  CLIENT_PLUGIN_AUTH_LENENC_DATA,
  CLIENT_PROTOCOL_41,
  CLIENT_SECURE_CONNECTION,
  NONCE_SIZE,
} from "./protocol.ts";
import { WireError } from "./wire-error.ts";

const PROTOCOL_VERSION = 10;
const NONCE_PART_1_SIZE = 8;
const RESERVED_SIZE = 10;
const RESPONSE_FILLER_SIZE = 23;
/** An SSLRequest is the first fields of a handshake response and ends there. */
const SSL_REQUEST_SIZE = 32;
/** As in MySQL: the connection attributes together. */
const ATTRIBUTES_SIZE_MAX = 65_536;

export interface Greeting {
  readonly serverVersion: string;
  readonly connectionId: number;
  readonly nonce: Uint8Array;
  readonly capabilities: number;
  readonly collationId: number;
  readonly statusFlags: number;
  readonly authPlugin: string;
}

export function writeGreeting(writer: PacketWriter, greeting: Greeting): void {
  writer.begin();
  writer.writeUint8(PROTOCOL_VERSION);
  writer.writeTextNul(greeting.serverVersion);
  writer.writeUint32(greeting.connectionId);
  writer.writeBytes(greeting.nonce, 0, NONCE_PART_1_SIZE);
  writer.writeUint8(0);
  writer.writeUint16(greeting.capabilities & 0xffff);
  writer.writeUint8(greeting.collationId & 0xff);
  writer.writeUint16(greeting.statusFlags);
  writer.writeUint16(greeting.capabilities >>> 16);
  writer.writeUint8(NONCE_SIZE + 1);
  writer.writeZeros(RESERVED_SIZE);
  writer.writeBytes(greeting.nonce, NONCE_PART_1_SIZE, NONCE_SIZE);
  writer.writeUint8(0);
  writer.writeTextNul(greeting.authPlugin);
  writer.end();
}

export interface HandshakeResponse {
  readonly capabilities: number;
  readonly collationId: number;
  readonly user: string;
  /** The answer to the greeting's nonce, by `authPlugin`. */
  readonly authResponse: Buffer;
  readonly database: string | undefined;
  readonly authPlugin: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Whether the first message of a client is the request to go on in TLS. */
export function isSslRequest(bytes: Buffer, start: number, end: number): boolean {
  return end - start === SSL_REQUEST_SIZE && ((bytes[start + 1] as number) & 0x08) !== 0;
}

export function decodeHandshakeResponse(bytes: Buffer, start: number, end: number): HandshakeResponse {
  const reader = new PayloadReader(bytes, start, end);
  const capabilities = reader.uint32();
  if ((capabilities & CLIENT_PROTOCOL_41) === 0) {
    throw new WireError("handshake", "the client speaks a protocol older than 4.1");
  }
  reader.skip(4); // the client's own largest packet, which nothing depends on
  const collationId = reader.uint8();
  reader.skip(RESPONSE_FILLER_SIZE);
  const user = reader.nulBytes().toString("utf8");
  const authResponse = readAuthResponse(reader, capabilities);
  const database = (capabilities & CLIENT_CONNECT_WITH_DB) !== 0 ? nonEmpty(reader.nulBytes()) : undefined;
  const authPlugin = (capabilities & CLIENT_PLUGIN_AUTH) !== 0 ? nonEmpty(reader.nulBytes()) : undefined;
  const attributes = readAttributes(reader, capabilities);
  return { capabilities, collationId, user, authResponse, database, authPlugin, attributes };
}

/** COM_CHANGE_USER, after the command byte: like a response, in another order. */
export function decodeChangeUser(
  bytes: Buffer,
  start: number,
  end: number,
  capabilities: number,
): HandshakeResponse {
  const reader = new PayloadReader(bytes, start, end);
  const user = reader.nulBytes().toString("utf8");
  const authResponse = reader.take(reader.uint8());
  const database = nonEmpty(reader.nulBytes());
  const collationId = reader.remaining >= 2 ? reader.uint16() : 0;
  const withPlugin = (capabilities & CLIENT_PLUGIN_AUTH) !== 0 && reader.remaining > 0;
  const authPlugin = withPlugin ? nonEmpty(reader.nulBytes()) : undefined;
  const attributes = readAttributes(reader, capabilities);
  return { capabilities, collationId, user, authResponse, database, authPlugin, attributes };
}

/** Asks the client to answer again, by another plugin and to a new nonce. */
export function writeAuthSwitchRequest(writer: PacketWriter, plugin: string, nonce: Uint8Array): void {
  writer.begin();
  writer.writeUint8(0xfe);
  writer.writeTextNul(plugin);
  writer.writeBytes(nonce, 0, nonce.length);
  writer.writeUint8(0);
  writer.end();
}

/** A step of a plugin's own exchange. */
export function writeAuthMoreData(writer: PacketWriter, data: Uint8Array): void {
  writer.begin();
  writer.writeUint8(0x01);
  writer.writeBytes(data, 0, data.length);
  writer.end();
}

function readAuthResponse(reader: PayloadReader, capabilities: number): Buffer {
  if ((capabilities & CLIENT_PLUGIN_AUTH_LENENC_DATA) !== 0) return reader.lengthBytes();
  if ((capabilities & CLIENT_SECURE_CONNECTION) !== 0) return reader.take(reader.uint8());
  return reader.nulBytes();
}

function readAttributes(reader: PayloadReader, capabilities: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if ((capabilities & CLIENT_CONNECT_ATTRS) === 0 || reader.remaining === 0) return attributes;
  const size = reader.length();
  if (size > ATTRIBUTES_SIZE_MAX) throw new WireError("malformed_packet", "too many connection attributes");
  const end = reader.at + size;
  if (end > reader.end) throw new WireError("malformed_packet", "the connection attributes are cut off");
  while (reader.at < end) {
    const name = reader.lengthText();
    attributes.set(name, reader.lengthText());
  }
  return attributes;
}

function nonEmpty(bytes: Buffer): string | undefined {
  return bytes.length === 0 ? undefined : bytes.toString("utf8");
}

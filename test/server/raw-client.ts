/** A client that speaks raw packets, to send what no proper client would. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { PacketReader } from "../../src/wire/packet-reader.ts";

const CAPABILITIES = 0x000fa28d & ~0x00000808;

export class RawClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly #reader = new PacketReader(1 << 30);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(port: number, host = "127.0.0.1") {
    this.socket = connect(port, host);
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk: Buffer) => {
      this.#reader.push(chunk);
      this.#wake?.();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** Logs in as a user without a password. */
  static async logIn(port: number, user = "root"): Promise<RawClient> {
    const client = new RawClient(port);
    await client.receive();
    client.send(1, handshakeResponse(user));
    const answer = await client.receive();
    if (answer?.[0] !== 0) throw new Error(`login failed: ${answer?.toString("latin1")}`);
    return client;
  }

  send(sequence: number, payload: Buffer): void {
    this.socket.write(packet(sequence, payload));
  }

  command(code: number, payload: Buffer | string = ""): void {
    this.send(0, Buffer.concat([Buffer.of(code), Buffer.from(payload)]));
  }

  /** The next packet's payload; undefined when the server closed the connection. Any sequence number is accepted. */
  async receive(): Promise<Buffer | undefined> {
    for (;;) {
      const message = this.#take();
      if (message !== undefined) return message;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The error number of the next packet. */
  async receiveError(): Promise<number> {
    const message = await this.receive();
    if (message?.[0] !== 0xff) throw new Error(`no error: ${message?.toString("hex")}`);
    return message.readUInt16LE(1);
  }

  async closed(): Promise<void> {
    this.socket.resume();
    if (!this.#ended) await once(this.socket, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }

  #take(): Buffer | undefined {
    for (let sequence = 0; sequence < 256; sequence++) {
      try {
        if (!this.#reader.next()) return undefined;
        return Buffer.from(this.#reader.bytes.subarray(this.#reader.start, this.#reader.end));
      } catch {
        // Another number than expected: the reader now expects the one after it.
        this.#reader.sequence = (this.#reader.sequence + 255) & 0xff;
      }
    }
    throw new Error("no packet");
  }
}

export function packet(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

export function handshakeResponse(user: string, capabilities = CAPABILITIES): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities, 0);
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 255;
  return Buffer.concat([
    head,
    Buffer.from(`${user}\0`),
    Buffer.of(0),
    Buffer.from("caching_sha2_password\0"),
  ]);
}

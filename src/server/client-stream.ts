/**
 * A client's socket as a stream of messages in and packets out: bytes are gathered and sent in one write, reading stops
 * while too much is waiting, and a socket can go on as TLS.
 */
import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import { assert } from "../base/assert.ts";
import type { Clock, Timer } from "../base/clock.ts";
import type { ServerCounters } from "../engine/process-list.ts";
import { PacketReader } from "../wire/packet-reader.ts";
import { PacketWriter } from "../wire/packet-writer.ts";

/** With more than this received and not yet read, the socket is paused until the next message is asked for. */
const UNREAD_SIZE_MAX = 1024 * 1024;
/** With more than this written and not yet taken by the socket, the producer of rows waits. */
const UNSENT_SIZE_MAX = 512 * 1024;
/** Rows are handed to the socket in pieces of about this size. */
const FLUSH_SIZE = 64 * 1024;
/** How long a client may take to read the last error before its socket is destroyed. */
const LINGER_MS = 5_000;

export interface ClientStreamOptions {
  readonly clock: Clock;
  readonly counters: ServerCounters;
  readonly messageSizeMax: number;
  /** A client that reads nothing for so long while rows wait for it is dropped. */
  readonly writeTimeoutMs: number;
  /** Called once, when the client is gone. */
  readonly onClose: () => void;
}

export class ClientStream {
  readonly reader: PacketReader;
  readonly writer: PacketWriter = new PacketWriter();
  readonly #options: ClientStreamOptions;
  readonly #listeners = {
    data: (chunk: Buffer) => this.#receive(chunk),
    drain: () => this.#finishDraining(),
    end: () => this.#markClosed(),
    // A broken connection or TLS handshake needs no more than being closed, which "close" tells.
    error: () => {},
    close: () => this.#markClosed(),
  };
  #socket: Socket;
  #closed = false;
  #discarding = false;
  #paused = false;
  #wakeReader: (() => void) | undefined;
  #drained: Promise<void> | undefined;
  #resolveDrained: (() => void) | undefined;
  #writeTimer: Timer | undefined;

  constructor(socket: Socket, options: ClientStreamOptions) {
    this.#options = options;
    this.#socket = socket;
    this.reader = new PacketReader(options.messageSizeMax);
    socket.setNoDelay(true);
    this.#listen(socket);
  }

  /** The client is gone, or is being told goodbye. */
  get closed(): boolean {
    return this.#closed;
  }

  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  /** Resolves to true with the next message in `reader`, to false when there will be none. */
  async nextMessage(): Promise<boolean> {
    for (;;) {
      if (this.#closed) return false;
      if (this.reader.next()) return true;
      await new Promise<void>((resolve) => this.whenReceived(resolve));
    }
  }

  /** Calls `listener` once, from the socket's own event: when more bytes are in `reader`, or when the client is gone. It
   *  must not throw, and whoever is listening is the only one. */
  whenReceived(listener: () => void): void {
    assert(this.#wakeReader === undefined, "one listener waits for what a client sends");
    this.#wakeReader = listener;
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** Sends all packets written so far. */
  flush(): void {
    if (this.writer.pendingSize === 0) return;
    const bytes = this.writer.take();
    if (this.#closed) return;
    this.#options.counters.bytesSent += bytes.length;
    const socket = this.#socket;
    const accepted = socket.write(bytes);
    const unsent = socket.writableLength;
    // The rule for an answer of moderate size: the kernel has taken it all.
    if (unsent === 0) this.writer.reuse();
    if (!accepted && this.#drained === undefined && unsent > UNSENT_SIZE_MAX) this.#startDraining();
  }

  /** Sends what has gathered when it is enough for a write of its own. */
  flushWhenFull(): void {
    if (this.writer.pendingSize >= FLUSH_SIZE) this.flush();
  }

  /** Undefined while the client keeps up. */
  backPressure(): Promise<void> | undefined {
    return this.#drained;
  }

  /** Goes on in TLS. What the client sent after its request is the start of the TLS handshake. */
  async startTls(secureContext: SecureContext): Promise<void> {
    const plain = this.#socket;
    // Only our own listeners: the stream's own ones must go on working for the TLS socket to read through it.
    for (const [event, listener] of Object.entries(this.#listeners)) plain.off(event, listener);
    plain.pause();
    // Errors of the plain socket reach the TLS socket, which is listened to.
    plain.on("error", () => {});
    const rest = this.reader.takeRest();
    if (rest.length > 0) plain.unshift(rest);
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.#socket = secure;
    const established = new Promise<void>((resolve) => {
      secure.once("secure", resolve);
      secure.once("close", () => resolve());
    });
    this.#listen(secure);
    await established;
  }

  /** Sends the last packets and closes. Input is discarded meanwhile: closing with unread input would reset the
   *  connection, and the client would not see why. */
  end(): void {
    if (this.#closed) return;
    this.flush();
    this.#discarding = true;
    this.#markClosed();
    this.#socket.resume();
    this.#socket.end();
    const socket = this.#socket;
    const timer = this.#options.clock.startTimer(LINGER_MS, () => socket.destroy());
    socket.once("close", () => timer.cancel());
  }

  /** Closes at once. */
  destroy(): void {
    this.#markClosed();
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener);
  }

  #receive(chunk: Buffer): void {
    this.#options.counters.bytesReceived += chunk.length;
    if (this.#discarding) return;
    this.reader.push(chunk);
    const wake = this.#wakeReader;
    if (wake !== undefined) {
      this.#wakeReader = undefined;
      wake();
    } else if (this.reader.bufferedSize > UNREAD_SIZE_MAX) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  #startDraining(): void {
    this.#drained = new Promise((resolve) => {
      this.#resolveDrained = resolve;
    });
    this.#writeTimer = this.#options.clock.startTimer(this.#options.writeTimeoutMs, () => this.destroy());
  }

  #finishDraining(): void {
    this.#writeTimer?.cancel();
    this.#writeTimer = undefined;
    this.#drained = undefined;
    this.#resolveDrained?.();
    this.#resolveDrained = undefined;
  }

  #markClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#finishDraining();
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
    this.#options.onClose();
  }
}

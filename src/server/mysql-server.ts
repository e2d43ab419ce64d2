/**
 * The MySQL front end: accepts connections, counts and limits them, ends the idle ones, and stops without cutting off
 * running statements.
 */
import type { Server, Socket } from "node:net";
import type { Timer } from "../base/clock.ts";
import { sqlError } from "../values/sql-error.ts";
import { PacketWriter } from "../wire/packet-writer.ts";
import { writeError } from "../wire/response.ts";
import { ClientStream } from "./client-stream.ts";
import { Connection } from "./connection.ts";
import { closeServer, listenTcp, listenUnix } from "./listener.ts";
import type { ClientOrigin } from "./login.ts";
import type { ServerContext } from "./server-context.ts";

const IDLE_CHECK_MS = 1_000;
/** A message before login is small: a client that has not proved anything may not make us buffer more. */
const LOGIN_MESSAGE_SIZE_MAX = 1024 * 1024;
const LOOPBACK = /^(?:127\.|::1$)/;
const MAPPED_IPV4 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;
/** How long running statements may go on after a stop was asked for; then they are interrupted. */
const STOP_GRACE_MS = 10_000;
/** How long interrupted statements may take to notice. */
const STOP_INTERRUPT_MS = 2_000;
const STOP_CHECK_MS = 10;

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | undefined;
}

export class MysqlServer {
  readonly #context: ServerContext;
  readonly #connections = new Set<Connection>();
  #servers: Server[] = [];
  #idleTimer: Timer | undefined;
  #stopping = false;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Resolves to the TCP port. */
  async listen(options: ListenOptions): Promise<number> {
    const accept = (socket: Socket, unixSocket: boolean) => this.#accept(socket, unixSocket);
    const { servers, port } = await listenTcp(options.host, options.port, accept);
    this.#servers.push(...servers);
    try {
      if (options.socketPath !== undefined) this.#servers.push(await listenUnix(options.socketPath, accept));
    } catch (error) {
      await this.#closeServers();
      throw error;
    }
    this.#watchIdle();
    return port;
  }

  /** Takes no more connections, lets running statements end, and resolves when all connections are closed. */
  async close(graceMs: number = STOP_GRACE_MS): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#idleTimer?.cancel();
    const closed = this.#closeServers();
    for (const connection of this.#connections) connection.endFor("shutdown");
    await this.#waitForConnections(graceMs);
    for (const connection of this.#connections) connection.kill("connection");
    await this.#waitForConnections(STOP_INTERRUPT_MS);
    for (const connection of this.#connections) connection.stream.destroy();
    await closed;
  }

  #accept(socket: Socket, unixSocket: boolean): void {
    const { processes, limits } = this.#context;
    processes.counters.connections++;
    if (this.#stopping || this.#connections.size >= limits.maxConnections) {
      processes.counters.abortedConnects++;
      refuse(socket, this.#stopping);
      return;
    }
    const origin = originOf(socket, unixSocket);
    let connection: Connection | undefined;
    const stream = new ClientStream(socket, {
      clock: this.#context.clock,
      counters: processes.counters,
      messageSizeMax: LOGIN_MESSAGE_SIZE_MAX,
      writeTimeoutMs: limits.netWriteTimeoutSeconds * 1000,
      onClose: () => connection?.clientLeft(),
    });
    connection = new Connection(this.#context, stream, origin);
    this.#connections.add(connection);
    void this.#serve(connection);
  }

  async #serve(connection: Connection): Promise<void> {
    try {
      await connection.run();
    } finally {
      this.#connections.delete(connection);
    }
  }

  #watchIdle(): void {
    this.#idleTimer = this.#context.clock.startTimer(IDLE_CHECK_MS, () => {
      const now = this.#context.clock.now();
      for (const connection of this.#connections) {
        if (connection.idle && now - connection.sinceMs > connection.waitTimeoutSeconds * 1000) {
          connection.endFor("inactivity");
        }
      }
      this.#watchIdle();
    });
  }

  async #waitForConnections(limitMs: number): Promise<void> {
    const { clock } = this.#context;
    const deadline = clock.monotonicMs() + limitMs;
    while (this.#connections.size > 0 && clock.monotonicMs() < deadline) await clock.sleep(STOP_CHECK_MS);
  }

  async #closeServers(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    await Promise.all(servers.map(closeServer));
  }
}

/** Before the greeting an error has no SQLSTATE. */
function refuse(socket: Socket, stopping: boolean): void {
  const error = sqlError(stopping ? "ER_SERVER_SHUTDOWN" : "ER_CON_COUNT_ERROR");
  const writer = new PacketWriter();
  writeError(writer, { errno: error.errno, sqlState: undefined, message: error.message });
  socket.on("error", () => socket.destroy());
  socket.end(writer.take());
}

/** A client of this machine is matched both as `localhost` and by its address. */
function originOf(socket: Socket, unixSocket: boolean): ClientOrigin {
  if (unixSocket) return { host: "localhost", matchHosts: ["localhost"], unixSocket };
  const address = (socket.remoteAddress ?? "").replace(MAPPED_IPV4, "");
  if (LOOPBACK.test(address)) return { host: "localhost", matchHosts: ["localhost", address], unixSocket };
  return { host: address, matchHosts: [address], unixSocket };
}

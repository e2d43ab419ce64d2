/** Listening sockets: TCP on one or more addresses of a host, and a Unix socket. */
import { unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

export type AcceptSocket = (socket: Socket, unixSocket: boolean) => void;

const LOOPBACK_4 = "127.0.0.1";
const LOOPBACK_6 = "::1";
/** A machine without IPv6 has no ::1 to listen on. */
const NO_IPV6: ReadonlySet<string> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

export interface TcpListeners {
  readonly servers: readonly Server[];
  readonly port: number;
}

/** `localhost` means both loopback addresses. Port 0 takes a free one. */
export async function listenTcp(host: string, port: number, accept: AcceptSocket): Promise<TcpListeners> {
  const first = await listen({ host: host === "localhost" ? LOOPBACK_4 : host, port }, (socket) =>
    accept(socket, false),
  );
  const address = first.address();
  const actualPort = typeof address === "object" && address !== null ? address.port : port;
  if (host !== "localhost") return { servers: [first], port: actualPort };
  try {
    const second = await listen({ host: LOOPBACK_6, port: actualPort }, (socket) => accept(socket, false));
    return { servers: [first, second], port: actualPort };
  } catch (error) {
    const code = codeOf(error);
    // With a port of the system's choice, another process may have the same one on ::1: then IPv4 alone has to do.
    if (NO_IPV6.has(code) || (port === 0 && code === "EADDRINUSE"))
      return { servers: [first], port: actualPort };
    first.close();
    throw error;
  }
}

/** Takes over the socket file of a server that is gone; fails when one answers. */
export async function listenUnix(path: string, accept: AcceptSocket): Promise<Server> {
  try {
    return await listen({ path }, (socket) => accept(socket, true));
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE" || (await answers(path))) throw error;
    unlinkSync(path);
    return await listen({ path }, (socket) => accept(socket, true));
  }
}

export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

async function listen(
  where: { readonly host: string; readonly port: number } | { readonly path: string },
  onConnection: (socket: Socket) => void,
): Promise<Server> {
  const server = createServer({ noDelay: true, pauseOnConnect: false }, onConnection);
  return await new Promise<Server>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog: 512 }, () => {
      server.off("error", reject);
      // Errors of accepting (no more file descriptors) leave the server listening.
      server.on("error", () => {});
      resolve(server);
    });
  });
}

async function answers(path: string): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

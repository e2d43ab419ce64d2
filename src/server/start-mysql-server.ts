/** Puts a MySQL front end together: keys, certificate, accounts, limits, listeners. */
import { mkdirSync } from "node:fs";
import { type Clock, systemClock } from "../base/clock.ts";
import { type Logger, silentLogger } from "../base/logger.ts";
import { systemRandom } from "../base/random.ts";
import type { Accounts } from "../engine/accounts/accounts.ts";
import type { ProcessList } from "../engine/process-list.ts";
import type { SqlSessionFactory } from "../sql/api.ts";
import { AnswerQueue } from "./answer-queue.ts";
import { ProvedPasswords } from "./authentication.ts";
import { MysqlServer } from "./mysql-server.ts";
import type { ServerLimits } from "./server-context.ts";
import { openPasswordKeys, openSecureContext, type TlsFiles } from "./server-keys.ts";

export const DEFAULT_LIMITS: ServerLimits = {
  maxConnections: 151,
  connectTimeoutSeconds: 10,
  waitTimeoutSeconds: 28_800,
  netWriteTimeoutSeconds: 60,
  maxAllowedPacket: 64 * 1024 * 1024,
  maxPreparedStatements: 16_382,
};

export interface MysqlServerOptions {
  /** Holds the server's keys. */
  readonly dataFolder: string;
  readonly host: string;
  readonly port: number;
  readonly socketPath?: string | undefined;
  readonly serverVersion: string;
  readonly tls: "off" | "self-signed" | TlsFiles;
  readonly requireSecureTransport: boolean;
  readonly limits?: Partial<ServerLimits>;
  readonly accounts: Accounts;
  readonly processes: ProcessList;
  readonly createSession: SqlSessionFactory;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

export interface RunningMysqlServer {
  readonly server: MysqlServer;
  readonly port: number;
}

export async function startMysqlServer(options: MysqlServerOptions): Promise<RunningMysqlServer> {
  const clock = options.clock ?? systemClock;
  mkdirSync(options.dataFolder, { recursive: true });
  const logger = options.logger ?? silentLogger;
  const keys = await openPasswordKeys(options.dataFolder, logger);
  const ownTls = typeof options.tls === "string" ? undefined : options.tls;
  const secureContext =
    options.tls === "off"
      ? undefined
      : await openSecureContext(options.dataFolder, ownTls, { nowMs: clock.now(), logger });
  const server = new MysqlServer({
    serverVersion: options.serverVersion,
    clock,
    random: systemRandom,
    logger,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    accounts: options.accounts,
    processes: options.processes,
    answers: new AnswerQueue(clock),
    keys,
    proved: new ProvedPasswords(),
    secureContext,
    requireSecureTransport: options.requireSecureTransport,
    createSession: options.createSession,
  });
  const port = await server.listen({
    host: options.host,
    port: options.port,
    socketPath: options.socketPath,
  });
  return { server, port };
}

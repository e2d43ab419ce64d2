/**
 * A whole CairnDB server over one data folder: the engine, accounts, procedures and the MySQL front end. What
 * `cairn serve` runs, and what applications and test suites embed.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../base/clock.ts";
import { createLogger, type Logger, type LogLevel } from "../base/logger.ts";
import { systemRandom } from "../base/random.ts";
import { Accounts } from "../engine/accounts/accounts.ts";
import { CairnEngine } from "../engine/cairn-engine.ts";
import { ProcedureRegistry } from "../engine/procedures/registry.ts";
import { ProcessList } from "../engine/process-list.ts";
import type { FileSystem, FolderLock } from "../io/file-system.ts";
import { NodeFileSystem } from "../io/node-file-system.ts";
import { type Configuration, readConfiguration, readDefaultConfiguration } from "./configuration.ts";
import { removeEndpoint, writeEndpoint } from "./endpoint.ts";
import type { MysqlServer } from "./mysql-server.ts";
import type { ServerLimits } from "./server-context.ts";
import type { TlsFiles } from "./server-keys.ts";
import { createSessionFactory } from "./session-factory.ts";
import { DEFAULT_LIMITS, startMysqlServer } from "./start-mysql-server.ts";
import { SERVER_VERSION } from "./version.ts";

const ACCOUNT_FOLDER = ".cairn";
const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = 3306;
/** Beside the compiled (or, in development, the source) folder `src`. */
const PACKAGED_PROCEDURES = fileURLToPath(new URL("../../procedures", import.meta.url));

export interface ServerOptions {
  /** The folder that holds the databases; made when it is not there. */
  readonly dataDir: string;
  /** Default: `localhost`, both loopback addresses. */
  readonly host?: string | undefined;
  /** Default 3306; 0 takes a free one. */
  readonly port?: number | undefined;
  /** Path of a Unix socket to listen on as well. */
  readonly socket?: string | undefined;
  /** Default: `config.yaml` in the data folder, when there is one. Options given here go before its settings. */
  readonly config?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** Where log lines go; default: standard error, as JSON, from `logLevel` on. */
  readonly logger?: Logger | undefined;
  /** Bytes of decoded tree nodes kept, for all databases together. */
  readonly cacheNodes?: number | undefined;
  /** Bytes of chunks kept besides, for all databases together. */
  readonly cacheChunks?: number | undefined;
  /** A folder of procedures besides the packaged ones. */
  readonly procedures?: string | undefined;
  /** What the databases' files are read and written through, so that tests can make disks fail. */
  readonly files?: FileSystem | undefined;
}

export interface RunningServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly socket: string | undefined;
  /** `mysql://root@host:port` */
  readonly url: string;
  /** The first start of this data folder: root@localhost was made, without a password. */
  readonly firstStart: boolean;
  /** Lets running statements end, writes a checkpoint and closes everything. */
  close(): Promise<void>;
}

/** Resolves when connections are accepted. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const dataFolder = resolve(options.dataDir);
  mkdirSync(dataFolder, { recursive: true });
  const files = options.files ?? new NodeFileSystem();
  // One server per data folder, also while it holds no database that would be locked itself.
  const lock = await files.lockFolder(dataFolder);
  const opened: (() => Promise<void>)[] = [() => lock.release()];
  try {
    return await openAll({ options, dataFolder, files, lock, opened });
  } catch (error) {
    await closeInReverse(opened);
    throw error;
  }
}

interface Opening {
  readonly options: ServerOptions;
  readonly dataFolder: string;
  readonly files: FileSystem;
  readonly lock: FolderLock;
  /** What was opened and how to close it, in order. */
  readonly opened: (() => Promise<void>)[];
}

async function openAll({ options, dataFolder, files, opened }: Opening): Promise<RunningServer> {
  const configuration = configurationOf(options, dataFolder);
  const logger = options.logger ?? createLogger(options.logLevel ?? configuration.log_level ?? "info");
  const cacheNodes = options.cacheNodes ?? configuration.cache?.nodes;
  const cacheChunks = options.cacheChunks ?? configuration.cache?.chunks;
  const engine = await CairnEngine.open({
    dataFolder,
    services: { files, clock: systemClock, logger },
    ...(cacheNodes === undefined ? {} : { nodeCacheSizeBytes: cacheNodes }),
    ...(cacheChunks === undefined ? {} : { chunkCacheSizeBytes: cacheChunks }),
    ...(configuration.background?.threads === undefined
      ? {}
      : { backgroundThreads: configuration.background.threads }),
  });
  opened.push(() => engine.close());
  const accountFolder = join(dataFolder, ACCOUNT_FOLDER);
  mkdirSync(accountFolder, { recursive: true });
  const { accounts, created } = await Accounts.open({
    files,
    folder: accountFolder,
    clock: systemClock,
    random: systemRandom,
    logger,
  });
  const extraProcedures = options.procedures ?? configuration.procedures;
  const procedures = await ProcedureRegistry.load(
    extraProcedures === undefined ? [PACKAGED_PROCEDURES] : [PACKAGED_PROCEDURES, resolve(extraProcedures)],
  );
  const processes = new ProcessList(systemClock.now());
  const host = options.host ?? configuration.host ?? DEFAULT_HOST;
  const socket = options.socket ?? configuration.socket;
  const requireSecureTransport = configuration.require_secure_transport ?? false;
  const limits = { ...DEFAULT_LIMITS, ...limitsOf(configuration) };
  let port = options.port ?? configuration.port ?? DEFAULT_PORT;
  const createSession = createSessionFactory(
    { engine, accounts, processes, procedures, clock: systemClock },
    () => ({ host, port, socket, dataFolder, requireSecureTransport, limits }),
  );
  const started = await startMysqlServer({
    dataFolder,
    host,
    port,
    socketPath: socket === undefined ? undefined : resolve(socket),
    serverVersion: SERVER_VERSION,
    tls: tlsOf(configuration),
    requireSecureTransport,
    limits,
    accounts,
    processes,
    createSession,
    clock: systemClock,
    logger,
  });
  const { server } = started;
  port = started.port;
  opened.push(() => server.close());
  writeEndpoint(dataFolder, { host: clientHost(host), port, socket });
  opened.push(() => Promise.resolve(removeEndpoint(dataFolder)));
  logger.info("the server accepts connections", { host, port, socket, dataFolder });
  return running({ host: clientHost(host), port, socket, firstStart: created, server, logger, opened });
}

function running(parts: {
  readonly host: string;
  readonly port: number;
  readonly socket: string | undefined;
  readonly firstStart: boolean;
  readonly server: MysqlServer;
  readonly logger: Logger;
  readonly opened: (() => Promise<void>)[];
}): RunningServer {
  const { host, port, socket, firstStart, logger, opened } = parts;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= closeInReverse(opened).then(() => logger.info("the server has stopped"));
    return closing;
  };
  return {
    host,
    port,
    socket,
    url: `mysql://root@${host.includes(":") ? `[${host}]` : host}:${port}`,
    firstStart,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Closes everything, also when one of them fails, and then throws the first failure. */
async function closeInReverse(opened: (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

function configurationOf(options: ServerOptions, dataFolder: string): Configuration {
  return options.config === undefined
    ? readDefaultConfiguration(dataFolder, process.env)
    : readConfiguration(options.config, process.env);
}

/** Where a client on this machine connects to. */
function clientHost(listenHost: string): string {
  if (listenHost === "localhost" || listenHost === "0.0.0.0") return "127.0.0.1";
  return listenHost === "::" ? "::1" : listenHost;
}

function tlsOf({ tls }: Configuration): "off" | "self-signed" | TlsFiles {
  if (tls === false) return "off";
  return tls === undefined || tls === true ? "self-signed" : tls;
}

function limitsOf({ limits }: Configuration): Partial<ServerLimits> {
  return {
    ...(limits?.max_connections === undefined ? {} : { maxConnections: limits.max_connections }),
    ...(limits?.connect_timeout === undefined ? {} : { connectTimeoutSeconds: limits.connect_timeout }),
    ...(limits?.wait_timeout === undefined ? {} : { waitTimeoutSeconds: limits.wait_timeout }),
    ...(limits?.net_write_timeout === undefined ? {} : { netWriteTimeoutSeconds: limits.net_write_timeout }),
    ...(limits?.max_allowed_packet === undefined ? {} : { maxAllowedPacket: limits.max_allowed_packet }),
  };
}

/** `cairn serve`: runs the server until it is told to stop. */
import { setFlagsFromString } from "node:v8";
import { type Command, InvalidArgumentError, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../../base/logger.ts";
import type { RunningServer } from "../../server/start-server.ts";

interface ServeOptions {
  readonly dataDir?: string;
  readonly host?: string;
  readonly port?: number;
  readonly socket?: string;
  readonly config?: string;
  readonly procedures?: string;
  readonly cacheNodes?: number;
  readonly cacheChunks?: number;
  readonly logLevel?: LogLevel;
}

const PORT_MAX = 65_535;
/** How much garbage may gather before it is collected, as a share of what lives, in percent. By itself V8 lets the heap of a
 *  busy server grow to more than twice what lives, on top of caches that are most of the memory already. */
const HEAP_GROWING_PERCENT = 30;
const DEFAULT_DATA_DIR = "data";

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the server on a data folder")
    .option("--data-dir <folder>", "the folder that holds the databases (default: data)")
    .option(
      "--host <name>",
      "where to listen: localhost, an address, or 0.0.0.0 for all (default: localhost)",
    )
    .option("--port <number>", "the TCP port, 0 for a free one (default: 3306)", parsePort)
    .option("--socket <path>", "a Unix socket to listen on as well")
    .option("--config <file>", "a configuration file (default: config.yaml in the data folder)")
    .option("--procedures <folder>", "a folder of your own procedures")
    .option("--cache-nodes <bytes>", "memory for decoded tree nodes (default: 335544320)", parseBytes)
    .option("--cache-chunks <bytes>", "memory for chunks besides (default: 67108864)", parseBytes)
    .addOption(new Option("--log-level <level>", "what to log (default: info)").choices(LOG_LEVELS))
    .action(async (_own: unknown, command: Command) => {
      await serve(command.optsWithGlobals<ServeOptions>());
    });
}

async function serve(options: ServeOptions): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  // Imported only now, so that the other commands, and --help, start fast.
  const { startServer } = await import("../../server/start-server.ts");
  const server = await startServer({ ...options, dataDir: options.dataDir ?? DEFAULT_DATA_DIR });
  console.log(readyText(server));
  await stopSignal();
  await server.close();
}

function readyText(server: RunningServer): string {
  const lines = [
    `CairnDB is ready. Connect with:  mysql -h ${server.host} -P ${server.port} -u root`,
    ...(server.socket === undefined
      ? []
      : [`or by its socket:               mysql -S ${server.socket} -u root`]),
  ];
  if (server.firstStart) {
    lines.push(
      "This is the first start: the account root@localhost was made, without a password. It can log in from this " +
        "machine only. Give it one with:  ALTER USER root@localhost IDENTIFIED BY '…'",
    );
  }
  return lines.join("\n");
}

/** SIGTERM or Ctrl-C. A second one ends the process at once, by Node's default. */
async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = (): void => {
      process.off("SIGTERM", stop);
      process.off("SIGINT", stop);
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
    throw new InvalidArgumentError("not a port number");
  return port;
}

function parseBytes(text: string): number {
  const bytes = Number(text);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new InvalidArgumentError("not a number of bytes");
  return bytes;
}

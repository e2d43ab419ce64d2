/** The built server as a process of its own, as users run it: `node dist/src/main.js serve`. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Connection, createConnection } from "mysql2/promise";

const MAIN = path.resolve(import.meta.dirname, "../../dist/src/main.js");

export class BuiltServer {
  readonly folder: string;
  readonly dataDir: string;
  readonly #flags: readonly string[];
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(folder: string, flags: readonly string[]) {
    this.folder = folder;
    this.#flags = flags;
    this.dataDir = path.join(folder, "data");
  }

  /** With further options of `cairn serve`. */
  static async start(flags: readonly string[] = []): Promise<BuiltServer> {
    return await BuiltServer.startIn(mkdtempSync(path.join(tmpdir(), "cairn-compat-")), flags);
  }

  /** On `data` in a folder that may hold it already, and which is removed in the end. */
  static async startIn(folder: string, flags: readonly string[] = []): Promise<BuiltServer> {
    const server = new BuiltServer(folder, flags);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  /** Of the process that was started last. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the server's process did not start");
    return pid;
  }

  /** Starts the process (again) on the same data; resolves when it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [MAIN, "serve", "--data-dir", this.dataDir, "--host", "127.0.0.1", "--port", "0", ...this.#flags],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      let output = "";
      const read = (piece: Buffer): void => {
        output += piece.toString();
        const port = /127\.0\.0\.1[: ](?:.*?-P\s*)?(\d{2,5})\b/.exec(output)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", (piece: Buffer) => {
        output += piece.toString();
      });
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
    });
  }

  /** Ends the process with `signal` and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  async connect(database?: string): Promise<Connection> {
    return createConnection({
      host: "127.0.0.1",
      port: this.#port,
      user: "root",
      timezone: "Z",
      multipleStatements: true,
      ...(database === undefined ? {} : { database }),
    });
  }

  /** Runs a client program with the connection's options first. */
  runClient(
    program: string,
    args: readonly string[],
    input?: Buffer,
  ): { readonly stdout: string; readonly stderr: string } {
    const [command = program, ...before] = commandOf(program);
    const run = spawnSync(command, [...before, "-h127.0.0.1", `-P${this.#port}`, "-uroot", ...args], {
      maxBuffer: 1 << 28,
      ...(input === undefined ? {} : { input }),
    });
    const stderr = run.stderr?.toString() ?? "";
    if (run.status !== 0 || run.error !== undefined) {
      const end = run.error?.message ?? `status ${run.status}`;
      throw new Error(`${program} ${args.join(" ")} ended with ${end}: ${stderr}`);
    }
    return { stdout: run.stdout.toString("latin1"), stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * MySQL's own clients are often not installed beside MariaDB's, which come under the same names. `CAIRN_MYSQL` may hold a
 * command that runs them, to which the program's name is added (`chroot /somewhere`).
 */
function commandOf(program: string): readonly string[] {
  const prefix = process.env["CAIRN_MYSQL"];
  return prefix !== undefined && program.startsWith("mysql") ? [...prefix.split(" "), program] : [program];
}

/** Whether a client program is installed; prints why its tests are skipped when not. */
export function hasProgram(program: string): boolean {
  const [command = program, ...before] = commandOf(program);
  const run = spawnSync(command, [...before, "--version"], { encoding: "utf8" });
  const found = run.error === undefined && run.status === 0;
  const real = found && !(program.startsWith("mysql") && run.stdout.includes("MariaDB"));
  if (!real) console.log(`skipped: ${found ? `'${program}' is MariaDB's` : `'${program}' is not installed`}`);
  return real;
}

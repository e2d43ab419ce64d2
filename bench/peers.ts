/**
 * The servers a benchmark compares: CairnDB from this tree's build, MariaDB when `mariadbd` is installed, and any MySQL
 * that already runs (`--mysql HOST:PORT`). Each gets an empty data folder and keeps one fsync per commit.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createConnection } from "mysql2/promise";

export interface Peer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === "object"
          ? resolve(address.port)
          : reject(new Error("no port")),
      );
    });
  });
}

async function waitUntilUp(peer: Omit<Peer, "stop">): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    try {
      const connection = await createConnection({ host: peer.host, port: peer.port, user: peer.user });
      await connection.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error(`${peer.name} does not answer on ${peer.host}:${peer.port}`);
}

async function stopProcess(child: ChildProcess, folder: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
}

export async function startCairn(): Promise<Peer> {
  const folder = mkdtempSync(path.join(tmpdir(), "cairn-bench-"));
  const port = await freePort();
  const main = path.resolve(import.meta.dirname, "../dist/src/main.js");
  const flags = (process.env["CAIRN_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const child = spawn(
    process.execPath,
    [...flags, main, "serve", "--data-dir", folder, "--host", "127.0.0.1", "--port", String(port)],
    {
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const peer = { name: "CairnDB", host: "127.0.0.1", port, user: "root" };
  await waitUntilUp(peer);
  return { ...peer, stop: () => stopProcess(child, folder) };
}

export async function startMariaDb(): Promise<Peer | undefined> {
  try {
    execFileSync("mariadbd", ["--version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  const folder = mkdtempSync(path.join(tmpdir(), "mariadb-bench-"));
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  execFileSync(
    "mariadb-install-db",
    [`--datadir=${folder}`, "--auth-root-authentication-method=normal", ...user],
    { stdio: "ignore" },
  );
  const child = spawn(
    "mariadbd",
    [
      "--no-defaults",
      `--datadir=${folder}`,
      `--port=${port}`,
      `--socket=${path.join(folder, "s.sock")}`,
      "--bind-address=127.0.0.1",
      "--innodb-flush-log-at-trx-commit=1",
      "--innodb-buffer-pool-size=1G",
      ...user,
    ],
    { stdio: "ignore" },
  );
  const peer = { name: "MariaDB", host: "127.0.0.1", port, user: "root" };
  await waitUntilUp(peer);
  return { ...peer, stop: () => stopProcess(child, folder) };
}

/** A MySQL that the caller runs, named `HOST:PORT`; it must accept root without a password. */
export async function useMySql(address: string): Promise<Peer> {
  const [host = "127.0.0.1", port = "3306"] = address.split(":");
  const peer = { name: "MySQL", host, port: Number(port), user: "root" };
  await waitUntilUp(peer);
  return { ...peer, stop: async () => undefined };
}

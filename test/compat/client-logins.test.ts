/** How the real command-line clients log in and move large amounts, against the server with a session of constants. */
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../server/test-server.ts";

interface Client {
  readonly command: readonly string[];
  readonly flavour: "mysql" | "mariadb";
}

/** `MYSQL_CLIENT` names the client of MySQL where it is not in the path (it may be several words). */
function findClients(): readonly Client[] {
  const candidates = [process.env["MYSQL_CLIENT"]?.split(" "), ["mysql"], ["mariadb"]];
  const found = new Map<string, Client>();
  for (const command of candidates) {
    if (command?.[0] === undefined) continue;
    const { status, stdout } = spawnSync(command[0], [...command.slice(1), "--version"], {
      encoding: "utf8",
    });
    if (status !== 0) continue;
    const flavour = /mariadb/i.test(stdout) ? "mariadb" : "mysql";
    if (!found.has(flavour)) found.set(flavour, { command, flavour });
  }
  return [...found.values()];
}

const clients = findClients();
for (const flavour of ["mysql", "mariadb"]) {
  if (!clients.some((client) => client.flavour === flavour)) {
    console.log(`the ${flavour} client is not installed: its logins are not tested`);
  }
}

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await server.createUser("sha", { password: "secret" });
  await server.createUser("native", { password: "secret", plugin: "mysql_native_password" });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each(clients)("$flavour", ({ command, flavour }) => {
  /** Standard output, or the error that the client printed. */
  async function run(args: readonly string[], input?: string): Promise<string> {
    const words = [...command.slice(1), "--no-defaults", "-h127.0.0.1", `-P${server.port}`, "-N", ...args];
    const child = promisify(execFile)(command[0] ?? "", words, { maxBuffer: 1 << 28 });
    if (input !== undefined) child.child.stdin?.end(input);
    try {
      return (await child).stdout.trim();
    } catch (error) {
      const { stderr } = error as { readonly stderr?: string };
      return (stderr ?? String(error)).split("\n").find((line) => line.includes("ERROR")) ?? String(stderr);
    }
  }

  const PLAIN = flavour === "mysql" ? ["--ssl-mode=DISABLED"] : ["--skip-ssl"];
  const TLS = flavour === "mysql" ? ["--ssl-mode=REQUIRED"] : ["--ssl"];

  test("logs in over TLS, and then without it by the proved password", async () => {
    expect(await run([...TLS, "-usha", "-psecret", "-ewhoami"])).toBe("sha@localhost as sha@% tls=TLSv1.3");
    expect(await run([...PLAIN, "-usha", "-psecret", "-ewhoami"])).toBe("sha@localhost as sha@% tls=no");
    expect(await run(["-uroot", "-ewhoami"])).toContain("root@localhost");
  });

  test("logs in without TLS by encrypting its password with the server's key", async () => {
    const user = `rsa_${flavour}`;
    await server.createUser(user, { password: "a longer secret, with é" });
    const key = flavour === "mysql" ? ["--get-server-public-key"] : [];
    const login = [...PLAIN, ...key, `-u${user}`, "-pa longer secret, with é", "-ewhoami"];
    expect(await run(login)).toBe(`${user}@localhost as ${user}@% tls=no`);
  });

  test("is refused with a wrong password, by each plugin", async () => {
    for (const user of ["sha", "native", "nobody"]) {
      if (user === "native" && flavour === "mysql") continue;
      for (const mode of [PLAIN, TLS]) {
        const key = flavour === "mysql" ? ["--get-server-public-key"] : [];
        expect(await run([...mode, ...key, `-u${user}`, "-pwrong", "-ewhoami"])).toBe(
          `ERROR 1045 (28000): Access denied for user '${user}'@'localhost' (using password: YES)`,
        );
      }
    }
  });

  // MySQL 9's client has no mysql_native_password any more.
  test.skipIf(flavour === "mysql")("logs in by mysql_native_password", async () => {
    expect(await run([...TLS, "-unative", "-psecret", "-ewhoami"])).toContain("native@localhost");
    expect(await run([...PLAIN, "-unative", "-psecret", "-ewhoami"])).toContain("native@localhost");
  });

  test("an unknown database is named", async () => {
    expect(await run(["-uroot", "-Dmissing", "-ewhoami"])).toBe(
      "ERROR 1049 (42000): Unknown database 'missing'",
    );
  });

  test("sends and receives 20 MB in one statement and one row", async () => {
    const limit = ["--max-allowed-packet=64M"];
    const size = 20_000_000;
    expect(await run(["-uroot", ...limit], `size ${"x".repeat(size)};\n`)).toBe(String(size + 5));
    expect((await run(["-uroot", ...limit, "-ewide 20000000"])).length).toBe(size);
  });

  test("prints every type alike over text and several result sets", async () => {
    const printed = await run(["-uroot", "-etypes; call x; insert"]);
    expect(printed).toContain("-9223372036854775808\t18446744073709551615");
    expect(printed).toContain("2024-02-29 01:02:03.000004");
    expect(printed.split("\n").at(-1)).toBe("1");
  });

  test("sends a local file", async () => {
    // A file that is there wherever the client runs.
    const printed = await run(["-uroot", "--local-infile=1", "-vvv", "-eload /etc/passwd; load /etc/nosuch"]);
    expect(printed).toMatch(/ERROR 2 .*nosuch|[1-9]\d+ rows affected/);
  });

  test("prints the error of a statement", async () => {
    expect(await run(["-uroot", "-vvv", "-efail"])).toContain("ERROR 1146 (42S02)");
  });
});

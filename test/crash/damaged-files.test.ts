/**
 * Damage on the disk: bytes flipped all over a data folder, in every kind of file. The server starts with everything that
 * is not damaged; what is damaged is an error naming file and place or is not noticed because nothing needs it, and
 * never a wrong row. `CAIRN_FLIPS` sets the flips per kind of file, `CAIRN_SEED` where they are.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { type RunningServer, startServer } from "../../src/index.ts";
import { runCairn } from "../support/cairn-command.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { digestTables, type TableDigest } from "../support/table-digest.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const FLIPS = Number(process.env["CAIRN_FLIPS"] ?? 6);
const SEED = Number(process.env["CAIRN_SEED"] ?? Date.now() % 1_000_000);

type Digests = Readonly<Record<string, TableDigest>>;

async function start(dataDir: string): Promise<RunningServer> {
  // Damage is what these tests are about: nobody needs to hear of it.
  return await startServer({ dataDir, port: 0, logger: silentLogger, host: "127.0.0.1" });
}

async function connect({ host, port }: RunningServer): Promise<Connection> {
  return await createConnection({ host, port, user: "root" });
}

/** A copy of a folder whose server is gone or must be taken for gone. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (source) => !path.basename(source).startsWith("LOCK") });
}

const rowsOf = (first: number, count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `(${first + at}, ${(first + at) % 17}, '${"v".repeat(first % 60)}${first + at}')`,
  ).join();

/** A database with rows in a table file, in a journal and in the log, and others that need nothing of it. */
async function prepare(server: RunningServer): Promise<void> {
  const connection = await connect(server);
  for (const name of ["d", "other"]) {
    await connection.query(`CREATE DATABASE ${name}`);
    await connection.query(`USE ${name}`);
    await connection.query("CREATE TABLE t (id INT PRIMARY KEY, k INT, v VARCHAR(200), KEY (k), KEY (v))");
    await connection.query("CREATE TABLE long_values (id INT PRIMARY KEY, v LONGTEXT)");
    await connection.query(`INSERT INTO t VALUES ${rowsOf(0, 1500)}`);
    await connection.query(
      "INSERT INTO long_values VALUES (1, REPEAT('long', 5000)), (2, REPEAT('text', 7000))",
    );
    await connection.query("CALL dolt_commit('-Am', 'first')");
    await connection.query("CALL dolt_gc('--full')");
    await connection.query(`INSERT INTO t VALUES ${rowsOf(10_000, 500)}`);
    await connection.query("UPDATE t SET k = k + 1 WHERE id % 5 = 0");
    await connection.query("CALL dolt_commit('-am', 'second')");
    await connection.query("INSERT INTO t VALUES (20000, 1, 'in the log')");
    await connection.query("UPDATE t SET v = 'changed in the log' WHERE id < 20");
    await connection.query("DELETE FROM t WHERE id BETWEEN 100 AND 120");
    await connection.query("INSERT INTO t VALUES (20001, 1, 'last in the log')");
  }
  await connection.end();
}

async function digests(connection: Connection, database: string): Promise<Digests> {
  await connection.query(`USE ${database}`);
  return await digestTables(connection);
}

/** Everything a client can read of `d`, each part read or refused by itself. */
async function readAll(connection: Connection): Promise<readonly (readonly [string, unknown])[]> {
  const queries = {
    rows: "SELECT * FROM d.t ORDER BY id",
    "by index": "SELECT id FROM d.t FORCE INDEX (k) WHERE k BETWEEN 3 AND 6 ORDER BY k, id",
    "by text": "SELECT id FROM d.t FORCE INDEX (v) WHERE v > 'v' ORDER BY v, id",
    count: "SELECT COUNT(*) FROM d.t",
    long: "SELECT id, MD5(v) FROM d.long_values ORDER BY id",
    "of the first commit": "SELECT * FROM `d/main~1`.t ORDER BY id",
    log: "SELECT message FROM d.dolt_log",
  };
  const answers: (readonly [string, unknown])[] = [];
  for (const [name, sql] of Object.entries(queries)) {
    try {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      answers.push([name, JSON.stringify(rows)]);
    } catch (error) {
      answers.push([name, error]);
    }
  }
  return answers;
}

describe.sequential(`after ${FLIPS} flips in each kind of file (seed ${SEED})`, () => {
  const intact = new TemporaryFolder();
  const random = seededRandom(SEED);
  let expected: ReadonlyMap<string, unknown>;
  /** The same before the last transaction in the log. */
  let beforeLast: ReadonlyMap<string, unknown>;
  let expectedOther: Digests;

  beforeAll(async () => {
    using folder = new TemporaryFolder();
    await using server = await start(folder.path);
    await prepare(server);
    copyFolder(folder.path, intact.path);
    const connection = await connect(server);
    expected = new Map(await readAll(connection));
    expectedOther = await digests(connection, "other");
    await connection.query("DELETE FROM d.t WHERE id = 20001");
    beforeLast = new Map(await readAll(connection));
    await connection.end();
  }, 60_000);

  afterAll(() => intact[Symbol.dispose]());

  const kinds: Readonly<Record<string, (name: string) => boolean>> = {
    manifest: (name) => name === "manifest",
    journal: (name) => name.startsWith("journal-"),
    "table file": (name) => name.endsWith(".ctf") || name.endsWith(".table"),
    log: (name) => name.endsWith(".log"),
  };

  test.each(Object.keys(kinds))(
    "never answers with wrong rows: %s",
    async (kind) => {
      const isOfKind = kinds[kind] ?? (() => false);
      const names = readdirSync(path.join(intact.path, "d"), { recursive: true, encoding: "utf8" }).filter(
        (name) => isOfKind(path.basename(name)) && statSync(path.join(intact.path, "d", name)).isFile(),
      );
      expect(names.length).toBeGreaterThan(0);
      for (let flip = 0; flip < FLIPS; flip++) {
        using folder = new TemporaryFolder();
        copyFolder(intact.path, folder.path);
        const file = path.join(folder.path, "d", names[Math.floor(random() * names.length)] ?? "");
        const bytes = readFileSync(file);
        const offset = Math.floor(random() * bytes.length);
        bytes[offset] = (bytes[offset] ?? 0) ^ (1 << Math.floor(random() * 8));
        writeFileSync(file, bytes);
        const where = `${path.basename(file)}, byte ${offset} of ${bytes.length}`;

        await using server = await start(folder.path);
        const connection = await connect(server);
        expect(await digests(connection, "other"), where).toEqual(expectedOther);
        const [databases] = await connection.query<RowDataPacket[]>("SHOW DATABASES LIKE 'd'");
        expect(databases.length, where).toBe(1);
        const answers = await readAll(connection);
        // Damage in the last frame of the log cannot be told from a write that a crash has torn.
        const torn = kind === "log" && answers.every(([name, answer]) => answer === beforeLast.get(name));
        if (torn) expect(bytes.length - offset, where).toBeLessThan(120);
        for (const [name, answer] of answers) {
          if (answer instanceof Error) {
            expect(`${name}: ${answer.message}`, where).toMatch(/[\w/]+\/d\/[\w./-]+ at byte \d+/);
          } else if (!torn) {
            expect(answer === expected.get(name), `${name} of ${where} is what it was`).toBe(true);
          }
        }
        await connection.end();
      }
    },
    20_000 + FLIPS * 2000,
  );
});

describe("a database that cannot be opened", () => {
  async function withDamage(folder: TemporaryFolder): Promise<string> {
    {
      await using server = await start(folder.path);
      await prepare(server);
    }
    const manifest = path.join(folder.path, "d", "manifest");
    const bytes = readFileSync(manifest);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    writeFileSync(manifest, bytes);
    return manifest;
  }

  async function errorOf(work: Promise<unknown>): Promise<unknown> {
    try {
      await work;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  test("is listed, refuses every use with file and place, is left as it is, and can be dropped", async () => {
    using folder = new TemporaryFolder();
    const manifest = await withDamage(folder);
    const before = readFileSync(manifest);
    {
      await using server = await start(folder.path);
      const connection = await connect(server);
      const [databases] = await connection.query<RowDataPacket[]>("SHOW DATABASES");
      expect(databases.map((row) => row["Database"])).toContain("d");
      for (const sql of [
        "USE d",
        "USE `d/main`",
        "SELECT * FROM d.t",
        "INSERT INTO d.t VALUES (1, 1, '')",
        "SHOW TABLES FROM d",
        "CREATE TABLE d.u (a INT)",
        "SELECT * FROM information_schema.tables WHERE table_schema = 'd'",
        "SHOW CREATE DATABASE d",
      ]) {
        const error = await errorOf(connection.query(sql));
        expect(error, sql).toMatchObject({
          errno: 1034,
          message: `database 'd' could not be opened: damaged manifest: ${manifest} at byte 0`,
        });
      }
      expect(await errorOf(connection.query("CREATE DATABASE d"))).toMatchObject({ errno: 1007 });
      // What looks at all databases goes on.
      await connection.query("SELECT COUNT(*) FROM information_schema.columns");
      await connection.query("SHOW VARIABLES");
      await connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
      await connection.query("INSERT INTO other.t VALUES (77777, 1, 'in service')");
      await connection.query("COMMIT");
      await connection.end();
    }
    expect(readFileSync(manifest)).toEqual(before);
    await using server = await start(folder.path);
    const connection = await connect(server);
    await connection.query("DROP DATABASE d");
    expect(await errorOf(connection.query("USE d"))).toMatchObject({ errno: 1049 });
    await connection.query("CREATE DATABASE d");
    await connection.query("CREATE TABLE d.t (a INT)");
    await connection.end();
  });

  test("is replaced by a restored one", async () => {
    using folder = new TemporaryFolder();
    using backup = new TemporaryFolder();
    {
      await using server = await start(folder.path);
      await prepare(server);
      const connection = await connect(server);
      await connection.query("USE d");
      await connection.query("CALL dolt_backup('add', 'b', ?)", [`file://${backup.path}/b`]);
      await connection.query("CALL dolt_backup('sync', 'b')");
      await connection.end();
    }
    writeFileSync(path.join(folder.path, "d", "manifest"), "nothing of ours");
    await using server = await start(folder.path);
    const connection = await connect(server);
    expect(await errorOf(connection.query("SELECT * FROM d.t"))).toMatchObject({ errno: 1034 });
    await connection.query("CALL dolt_backup('restore', '--force', ?, 'd')", [`file://${backup.path}/b`]);
    const [[row]] = await connection.query<RowDataPacket[]>("SELECT v FROM d.t WHERE id = 20001");
    expect(row).toEqual({ v: "last in the log" });
    await connection.end();
  });
});

describe("a server whose own files are damaged", () => {
  const PASSWORD = "secret";

  async function withPassword(folder: TemporaryFolder): Promise<void> {
    await using server = await start(folder.path);
    await prepare(server);
    const connection = await connect(server);
    await connection.query(`ALTER USER root@localhost IDENTIFIED BY '${PASSWORD}'`);
    await connection.end();
  }

  function flip(file: string): void {
    const bytes = readFileSync(file);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }

  async function expectService(server: RunningServer): Promise<void> {
    const { host, port } = server;
    const refused = createConnection({ host, port, user: "root" });
    await expect(refused).rejects.toMatchObject({ errno: 1045 });
    const connection = await createConnection({ host, port, user: "root", password: PASSWORD });
    const [rows] = await connection.query<RowDataPacket[]>("SELECT v FROM d.t WHERE id = 20001");
    expect(rows).toEqual([{ v: "last in the log" }]);
    await connection.end();
  }

  test("keeps its accounts when one of their files is damaged or lost, and lets nobody in without password", async () => {
    using folder = new TemporaryFolder();
    await withPassword(folder);
    for (const name of ["accounts", "accounts.copy"]) {
      for (const damage of [flip, rmSync]) {
        damage(path.join(folder.path, ".cairn", name));
        await using server = await start(folder.path);
        await expectService(server);
      }
    }
  });

  test("does not start when both are, says where and what to do, and starts once they are moved away", async () => {
    using folder = new TemporaryFolder();
    await withPassword(folder);
    const both = ["accounts", "accounts.copy"].map((name) => path.join(folder.path, ".cairn", name));
    for (const file of both) flip(file);
    const run = runCairn(folder.path, ["serve", "--data-dir", folder.path, "--port", "0"]);
    expect(run.code).toBe(128);
    expect(run.stderr).toMatch(
      /^fatal: .*accounts at byte \d+; .*accounts\.copy at byte \d+\)\. Put one of .* or move both away/,
    );
    for (const file of both) rmSync(file);
    await using server = await start(folder.path);
    expect(server.firstStart).toBe(true);
    expect(await (await connect(server)).query("SELECT COUNT(*) FROM d.t")).toBeDefined();
  });

  test("makes its keys and its certificate anew, and keeps the damaged ones", async () => {
    using folder = new TemporaryFolder();
    await withPassword(folder);
    for (const name of ["password-key.pem", "server-key.pem", "server-cert.pem"]) {
      const file = path.join(folder.path, ".keys", name);
      writeFileSync(file, "");
      await using server = await start(folder.path);
      await expectService(server);
      const { host, port } = server;
      const tls = { rejectUnauthorized: false };
      const secure = await createConnection({ host, port, user: "root", password: PASSWORD, ssl: tls });
      await secure.end();
      expect(existsSync(`${file}.damaged`)).toBe(true);
      expect(readFileSync(file).length).toBeGreaterThan(500);
    }
  });

  test("starts with a damaged note of where it was reached", async () => {
    using folder = new TemporaryFolder();
    await withPassword(folder);
    writeFileSync(path.join(folder.path, ".server.json"), "{");
    await using server = await start(folder.path);
    await expectService(server);
  });
});

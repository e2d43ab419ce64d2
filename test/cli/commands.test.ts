/** Sessions of real commands: on a folder that no server has open, and through a server. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuiltServer } from "../support/built-server.ts";
import { runCairn } from "../support/cairn-command.ts";
import { TemporaryFolder } from "../support/temporary-folder.ts";

const HASH = /[0-9a-v]{32}/g;

/** What a session prints: each command after `$`, its output, and its exit code unless 0. Hashes are `HASH`. */
function session(folder: string, commands: readonly (readonly string[])[]): string {
  const lines = commands.map((args) => {
    const { code, stdout, stderr } = runCairn(folder, args);
    const text = `$ ${args.join(" ")}\n${stdout}${stderr}${code === 0 ? "" : `[${code}]\n`}`;
    return text.replace(HASH, "HASH").replaceAll(folder, "FOLDER");
  });
  return lines.join("");
}

describe("cairn on a folder", () => {
  let folder: TemporaryFolder;

  beforeAll(() => {
    folder = new TemporaryFolder();
  });

  afterAll(() => folder[Symbol.dispose]());

  test("without a database says how to make one, and ends as git does", () => {
    expect(session(folder.path, [["status"], ["nosuch"], ["log", "-n", "x"]])).toBe(
      `$ status
fatal: there is no database in FOLDER/data; make one with 'cairn init NAME'
[128]
$ nosuch
error: unknown command 'nosuch'
(cairn --help lists the commands)
[129]
$ log -n x
error: option '-n, --number <count>' argument 'x' is invalid. not a number
(cairn --help lists the commands)
[129]
`,
    );
  });

  test("stages and commits", () => {
    const insert = "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(9)); INSERT INTO t VALUES (1,'x'),(2,NULL)";
    expect(
      session(folder.path, [
        ["init", "shop"],
        ["sql", "-q", insert],
        ["status"],
        ["commit", "-m", "early"],
        ["add", "t"],
        ["status"],
        ["commit", "-m", "first"],
        ["log", "--oneline"],
        ["sql", "-r", "csv", "-q", "SELECT * FROM t"],
      ]),
    ).toBe(
      `$ init shop
Initialized database 'shop' in FOLDER/data
$ sql -q ${insert}
$ status
On branch main

Untracked tables:
	new table:    t
$ commit -m early
error: nothing to commit
[1]
$ add t
$ status
On branch main

Changes to be committed:
	new table:    t
$ commit -m first
[main HASH] first
$ log --oneline
HASH first
HASH Initialize data repository
$ sql -r csv -q SELECT * FROM t
a,b
1,x
2,
`,
    );
  });

  test("keeps the branch that was checked out", () => {
    expect(
      session(folder.path, [
        ["checkout", "-b", "feature"],
        ["branch", "feature"],
        ["branch"],
        ["checkout", "main"],
        ["branch", "-d", "feature"],
        ["branch", "-d", "main"],
        ["tag", "v1"],
        ["tag"],
      ]),
    ).toBe(
      `$ checkout -b feature
Switched to branch 'feature'
$ branch feature
fatal: A branch named 'feature' already exists.
[128]
$ branch
* feature
  main
$ checkout main
Switched to branch 'main'
$ branch -d feature
Deleted branch feature
$ branch -d main
error: Cannot delete checked out branch 'main'
[1]
$ tag v1
$ tag
v1
`,
    );
  });

  test("pushes, clones, backs up and restores", () => {
    const remote = `file://${folder.path}/remote`;
    const backup = `file://${folder.path}/backup`;
    const output = session(folder.path, [
      ["push"],
      ["remote", "add", "origin", remote],
      ["remote", "-v"],
      ["push"],
      ["push", "-u", "origin", "main"],
      ["push"],
      ["branch", "-a"],
      ["backup", "add", "nightly", backup],
      ["backup", "sync", "nightly"],
      ["backup", "sync", "nightly"],
      ["backup", "restore", `${backup}x`, "other"],
      ["backup", "restore", backup, "copy"],
      ["clone", remote, "cloned"],
      ["status"],
      ["-d", "cloned", "log", "--oneline", "-n", "1"],
    ]);
    expect(output.replace(/[\d,]+ chunks?, [\d.]+ \w+/g, "SIZE")).toBe(
      `$ push
fatal: No configured push destination. Add one: cairn remote add origin file:///…
[128]
$ remote add origin file://FOLDER/remote
$ remote -v
origin file://FOLDER/remote
$ push
fatal: The current branch main has no upstream branch. To push it and set one: cairn push --set-upstream origin main
[128]
$ push -u origin main
To file://FOLDER/remote
 * [new branch]          main -> main
SIZE
branch 'main' set up to track 'origin/main'.
$ push
Everything up-to-date
$ branch -a
* main
  remotes/origin/main
$ backup add nightly file://FOLDER/backup
$ backup sync nightly
backed up to file://FOLDER/backup: SIZE
$ backup sync nightly
backup at file://FOLDER/backup is up to date
$ backup restore file://FOLDER/backupx other
error: no backup found at file://FOLDER/backupx
[1]
$ backup restore file://FOLDER/backup copy
restored file://FOLDER/backup to 'copy': SIZE
$ clone file://FOLDER/remote cloned
cloned file://FOLDER/remote into 'cloned': SIZE
$ status
fatal: FOLDER/data holds several databases (cloned, copy, shop); name one with --database
[128]
$ -d cloned log --oneline -n 1
HASH first
`,
    );
  });

  test("names the file and the place of damage", () => {
    expect(session(folder.path, [["-d", "copy", "fsck"]])).toBe("$ -d copy fsck\nno problems found\n");
    const database = path.join(folder.path, "data", "copy");
    const journal = readdirSync(database).find((name) => name.startsWith("journal"));
    const file = path.join(database, journal ?? "");
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
    const { code, stderr } = runCairn(folder.path, ["-d", "copy", "fsck"]);
    // The error alone: the command's own server starts in spite of the damage, and its log is nobody's.
    expect(stderr).toMatch(
      /^error: database 'copy' could not be opened: damaged journal record: .*\/data\/copy\/journal-\d+ at byte \d+\n$/,
    );
    expect(code).toBe(1);
    // Nor does a command on another database speak of it.
    expect(runCairn(folder.path, ["-d", "shop", "sql", "-r", "csv", "-q", "SELECT 1"])).toEqual({
      code: 0,
      stdout: "1\n1\n",
      stderr: "",
    });
  });
});

describe("cairn through a server", () => {
  let server: BuiltServer;

  beforeAll(async () => {
    server = await BuiltServer.start();
  });

  afterAll(() => server[Symbol.asyncDispose]());

  test("works on what the server has open", async () => {
    expect(session(server.folder, [["init", "shop"]])).toContain("Initialized database 'shop'");
    const connection = await server.connect("shop");
    try {
      await connection.query("CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (1)");
      expect(session(server.folder, [["commit", "-A", "-m", "by command"]])).toBe(
        "$ commit -A -m by command\n[main HASH] by command\n",
      );
      expect(session(server.folder, [["checkout", "-b", "feature"]])).toContain("Switched");
      const [own] = await connection.query("SELECT active_branch() AS branch");
      expect(own).toEqual([{ branch: "main" }]);
    } finally {
      await connection.end();
    }
    expect(
      session(server.folder, [["sql", "-r", "json", "-q", "SELECT active_branch() AS branch"]]),
    ).toContain('{"rows":[{"branch":"feature"}]}');
  });

  test("carries a script's bytes unchanged, and stops at its first error", () => {
    const script = Buffer.concat([
      Buffer.from(
        "CREATE TABLE bytes (a INT PRIMARY KEY, b VARBINARY(9), `ü` TEXT);\nINSERT INTO bytes VALUES (1, _binary '",
      ),
      Buffer.of(0xd7, 0xff, 0x80, 0x0d, 0x99),
      Buffer.from("', 'é');\nSELECT hex(b), `ü` FROM bytes;\nSELECT * FROM `nö`;\nSELECT 1;\n"),
    ]);
    const { code, stdout, stderr } = runCairn(server.folder, ["sql", "-r", "csv"], script);
    expect(stdout).toBe("hex(b),ü\nD7FF800D99,é\n");
    expect(stderr).toBe("ERROR 1146 (42S02): Table 'shop.nö' doesn't exist (line 4)\n");
    expect(code).toBe(1);
  });

  test("dumps what loads again as the same", () => {
    const dump = runCairn(server.folder, ["dump"]).stdout;
    expect(runCairn(server.folder, ["init", "copy"]).code).toBe(0);
    expect(runCairn(server.folder, ["-d", "copy", "sql"], Buffer.from(dump)).code).toBe(0);
    const again = runCairn(server.folder, ["-d", "copy", "dump"]).stdout;
    expect(again).toBe(dump.replace("`shop`", "`copy`"));
    expect(again).toContain("(1,0xD7FF800D99,'é')");
  });

  test("refuses to dump over a file, unless told to", () => {
    const file = path.join(server.folder, "dump.sql");
    appendFileSync(file, "precious");
    const { code, stderr } = runCairn(server.folder, ["-d", "copy", "dump", "-o", file]);
    expect([code, stderr]).toEqual([128, `fatal: ${file} exists; overwrite it with --force\n`]);
    expect(readFileSync(file, "utf8")).toBe("precious");
  });

  test("tells a wrong password with a hint", () => {
    const { code, stderr } = runCairn(server.folder, ["-u", "nobody", "-d", "shop", "status"]);
    expect(stderr).toContain("Access denied for user 'nobody'@");
    expect(stderr).toContain("CAIRN_PASSWORD");
    expect(code).toBe(1);
  });
});

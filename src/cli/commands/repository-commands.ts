/** The commands that users of git know: status, log, add, commit, branch, checkout, tag, reset. */

import { type Command, InvalidArgumentError } from "commander";
import { CliError } from "../cli-error.ts";
import { type CommandContext, positionalQuery } from "../command-context.ts";
import type { DatabaseClient, Row } from "../database-client.ts";
import { sql } from "../sql-tag.ts";

export function addRepositoryCommands(program: Command, context: CommandContext): void {
  program
    .command("init")
    .description("make a database")
    .argument("[name]", "the database's name")
    .action(async (name: string | undefined) => {
      const target = context.target();
      const database = name ?? target.database;
      if (database === undefined) throw new CliError("name the database: cairn init NAME", 129);
      await context.withServer(async (client) => {
        await client.query(sql`CREATE DATABASE ${sql.ident(database)}`);
        console.log(`Initialized database '${database}' in ${target.dataDir}`);
      });
    });

  program
    .command("status")
    .description("show the branch, and which tables changed since its last commit")
    .action(async () => {
      await context.withDatabase(async (client) => {
        const branch = await activeBranch(client);
        const rows = await client.query(
          sql`SELECT table_name, staged, status FROM dolt_status ORDER BY table_name`,
        );
        printStatus(branch, rows);
      });
    });

  program
    .command("log")
    .description("show the commits of the current branch, newest first")
    .option("-n, --number <count>", "at most this many", parseCount)
    .option("--oneline", "one line a commit")
    .action(async (options: { readonly number?: number; readonly oneline?: boolean }) => {
      await context.withDatabase(async (client) => {
        const limit = options.number === undefined ? sql`` : sql` LIMIT ${options.number}`;
        const rows = await client.query(
          sql`SELECT commit_hash, author, author_email, author_date, message, refs FROM dolt_log${limit}`,
        );
        for (const row of rows) console.log(options.oneline === true ? oneLine(row) : fullCommit(row));
      });
    });

  program
    .command("add")
    .description("stage tables for the next commit")
    .argument("[table...]", "tables, or .")
    .option("-A, --all", "all tables")
    .action(async (tables: readonly string[], options: { readonly all?: boolean }) => {
      const values = options.all === true ? ["-A"] : tables;
      await context.withDatabase((client) => client.query(positionalQuery("dolt_add", values)));
    });

  program
    .command("commit")
    .description("record the staged tables")
    .option("-m, --message <text>", "what the commit does")
    .option("-a, --all", "stage changed and deleted tables first")
    .option("-A, --ALL", "stage all tables first, new ones too")
    .option("--allow-empty", "also when nothing changed")
    .option("--amend", "replace the last commit")
    .option("--author <author>", "Name <email>")
    .option("--date <date>", "the author date")
    .action(async (options: Readonly<Record<string, string | boolean>>) => {
      await context.withDatabase(async (client) => {
        const [row] = await client.query(positionalQuery("dolt_commit", commitArguments(options)));
        const branch = await activeBranch(client);
        const [commit] = await client.query(sql`SELECT message FROM dolt_log LIMIT 1`);
        console.log(`[${branch} ${row?.["hash"] ?? ""}] ${commit?.["message"] ?? ""}`);
      });
    });

  addBranchCommands(program, context);
}

function commitArguments(options: Readonly<Record<string, string | boolean>>): string[] {
  const values: string[] = [];
  for (const [key, flag] of [
    ["all", "-a"],
    ["ALL", "-A"],
    ["allowEmpty", "--allow-empty"],
    ["amend", "--amend"],
  ] as const) {
    if (options[key] === true) values.push(flag);
  }
  for (const [key, flag] of [
    ["message", "-m"],
    ["author", "--author"],
    ["date", "--date"],
  ] as const) {
    const value = options[key];
    if (typeof value === "string") values.push(flag, value);
  }
  return values;
}

function addBranchCommands(program: Command, context: CommandContext): void {
  program
    .command("branch")
    .description("list, make, copy, rename or delete branches")
    .argument("[name...]", "the branch, and where it starts (or its new name)")
    .option("-a, --all", "list remote-tracking branches too")
    .option("-d, --delete", "delete")
    .option("-D", "delete, also when not merged")
    .option("-m, --move", "rename")
    .option("-c, --copy", "copy")
    .option("-f, --force", "also when the branch exists")
    .action(async (names: readonly string[], options: Readonly<Record<string, boolean>>) => {
      await context.withDatabase(async (client) => {
        if (names.length > 0) {
          const flags = (["delete", "D", "move", "copy", "force"] as const).flatMap((key) =>
            options[key] === true ? [key === "D" ? "-D" : `--${key}`] : [],
          );
          await client.query(positionalQuery("dolt_branch", [...flags, ...names]));
          if (options["delete"] === true || options["D"] === true) {
            for (const name of names) console.log(`Deleted branch ${name}`);
          }
          return;
        }
        const current = await activeBranch(client);
        for (const row of await client.query(sql`SELECT name FROM dolt_branches ORDER BY name`)) {
          console.log(`${row["name"] === current ? "*" : " "} ${row["name"] ?? ""}`);
        }
        if (options["all"] !== true) return;
        for (const row of await client.query(sql`SELECT name FROM dolt_remote_branches ORDER BY name`)) {
          console.log(`  ${row["name"] ?? ""}`);
        }
      });
    });

  program
    .command("checkout")
    .description("make a branch the one that new sessions start on, or restore tables as they are staged")
    .argument("<target...>", "a branch (with -b: and where it starts), or tables")
    .option("-b", "make the branch first")
    .action(async (targets: readonly string[], options: { readonly b?: boolean }) => {
      await context.withDatabase(async (client) => {
        const before = await activeBranch(client);
        const values = options.b === true ? ["-b", ...targets] : targets;
        const [row] = await client.query(positionalQuery("dolt_checkout", values));
        const branch = await activeBranch(client);
        if (branch !== before) {
          const variable = sql.ident(`${context.mustHaveDatabase()}_default_branch`);
          await client.query(sql`SET GLOBAL ${variable} = ${branch}`);
        }
        const message = row?.["message"] ?? "";
        if (message !== "") console.log(message);
      });
    });

  program
    .command("reset")
    .description("unstage tables, or move the branch to a revision")
    .argument("[target...]", "tables or one revision")
    .option("--soft", "keep the staged and working tables")
    .option("--hard", "set the staged and working tables to the revision's")
    .action(
      async (targets: readonly string[], options: { readonly soft?: boolean; readonly hard?: boolean }) => {
        const flags = [
          ...(options.soft === true ? ["--soft"] : []),
          ...(options.hard === true ? ["--hard"] : []),
        ];
        await context.withDatabase((client) =>
          client.query(positionalQuery("dolt_reset", [...flags, ...targets])),
        );
      },
    );

  program
    .command("tag")
    .description("list, make or delete tags")
    .argument("[name...]", "the tag, and the revision it names")
    .option("-m, --message <text>", "why")
    .option("-d, --delete", "delete")
    .action(
      async (names: readonly string[], options: { readonly message?: string; readonly delete?: boolean }) => {
        await context.withDatabase(async (client) => {
          if (names.length === 0) {
            for (const row of await client.query(sql`SELECT tag_name FROM dolt_tags`))
              console.log(row["tag_name"]);
            return;
          }
          const flags =
            options.delete === true ? ["-d"] : options.message === undefined ? [] : ["-m", options.message];
          await client.query(positionalQuery("dolt_tag", [...flags, ...names]));
        });
      },
    );
}

async function activeBranch(client: DatabaseClient): Promise<string> {
  const [row] = await client.query(sql`SELECT active_branch() AS branch`);
  return row?.["branch"] ?? "";
}

function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("not a number");
  return Number(text);
}

function printStatus(branch: string, rows: readonly Row[]): void {
  console.log(`On branch ${branch}`);
  const staged = rows.filter((row) => row["staged"] === "1");
  const unstaged = rows.filter((row) => row["staged"] !== "1" && row["status"] !== "new table");
  const untracked = rows.filter((row) => row["staged"] !== "1" && row["status"] === "new table");
  const section = (title: string, part: readonly Row[]): void => {
    if (part.length === 0) return;
    console.log(`\n${title}`);
    for (const row of part)
      console.log(`\t${`${row["status"] ?? ""}:`.padEnd(14)}${row["table_name"] ?? ""}`);
  };
  section("Changes to be committed:", staged);
  section("Changes not staged for commit:", unstaged);
  section("Untracked tables:", untracked);
  if (rows.length === 0) console.log("nothing to commit, working tree clean");
}

function oneLine(row: Row): string {
  return `${row["commit_hash"] ?? ""} ${(row["message"] ?? "").split("\n")[0] ?? ""}`;
}

function fullCommit(row: Row): string {
  const refs = row["refs"] === null || row["refs"] === "" ? "" : ` (${row["refs"] ?? ""})`;
  const message = (row["message"] ?? "").split("\n").map((line) => `\t${line}`);
  return [
    `commit ${row["commit_hash"] ?? ""}${refs}`,
    `Author: ${row["author"] ?? ""} <${row["author_email"] ?? ""}>`,
    `Date:   ${row["author_date"] ?? ""}`,
    "",
    ...message,
    "",
  ].join("\n");
}

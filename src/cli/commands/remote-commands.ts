/** Remotes and backups: remote, push, fetch, pull, clone, backup. Long ones show progress and end with one line. */
import type { Command } from "commander";
import { type CommandContext, positionalQuery } from "../command-context.ts";
import type { DatabaseClient, Row } from "../database-client.ts";
import { withProgress } from "../progress.ts";
import { sql } from "../sql-tag.ts";

export function addRemoteCommands(program: Command, context: CommandContext): void {
  addRemote(program, context);
  addTransfer(program, context);
  addBackup(program, context);
}

/** Calls a procedure with progress; prints its notes, else `done`. */
async function callWithProgress(
  client: DatabaseClient,
  procedure: string,
  values: readonly string[],
  done: string,
): Promise<readonly Row[]> {
  const rows = await withProgress(client, () => client.query(positionalQuery(procedure, values)));
  const notes = await client.notes();
  console.log(notes.length === 0 ? done : notes.join("\n"));
  return rows;
}

function printRegistry(rows: readonly Row[], verbose: boolean): void {
  for (const row of rows) console.log(verbose ? `${row["name"] ?? ""} ${row["url"] ?? ""}` : row["name"]);
}

function addRemote(program: Command, context: CommandContext): void {
  const remote = program
    .command("remote")
    .description("list, add and remove remotes")
    .option("-v, --verbose", "show their addresses")
    .action(async (options: { readonly verbose?: boolean }) => {
      await context.withDatabase(async (client) =>
        printRegistry(
          await client.query(sql`SELECT name, url FROM dolt_remotes ORDER BY name`),
          options.verbose === true,
        ),
      );
    });
  remote
    .command("add <name> <url>")
    .description("name a remote")
    .action(async (name: string, url: string) => {
      await context.withDatabase((client) =>
        client.query(positionalQuery("dolt_remote", ["add", name, url])),
      );
    });
  remote
    .command("remove <name>")
    .alias("rm")
    .description("forget a remote and its tracking branches")
    .action(async (name: string) => {
      await context.withDatabase((client) => client.query(positionalQuery("dolt_remote", ["remove", name])));
    });
}

function addTransfer(program: Command, context: CommandContext): void {
  program
    .command("push")
    .description("send branches to a remote")
    .argument("[remote]")
    .argument("[refspec...]", "branch, source:destination, :destination (delete) or tag")
    .option("-f, --force", "also when the remote has other commits")
    .option("-u, --set-upstream", "remember the remote branch")
    .option("--all", "all branches")
    .action(
      async (
        remote: string | undefined,
        refspecs: readonly string[],
        options: Readonly<Record<string, boolean>>,
      ) => {
        const flags = [
          ...(options["force"] === true ? ["--force"] : []),
          ...(options["setUpstream"] === true ? ["--set-upstream"] : []),
          ...(options["all"] === true ? ["--all"] : []),
        ];
        const values = [...flags, ...(remote === undefined ? [] : [remote]), ...refspecs];
        await context.withDatabase((client) => callWithProgress(client, "dolt_push", values, "pushed"));
      },
    );

  program
    .command("fetch")
    .description("bring a remote's branches here as remote-tracking branches")
    .argument("[remote]")
    .argument("[refspec...]")
    .option("-p, --prune", "forget tracking branches that the remote no longer has")
    .action(
      async (
        remote: string | undefined,
        refspecs: readonly string[],
        options: { readonly prune?: boolean },
      ) => {
        const values = [
          ...(options.prune === true ? ["--prune"] : []),
          ...(remote === undefined ? [] : [remote]),
          ...refspecs,
        ];
        await context.withDatabase((client) => callWithProgress(client, "dolt_fetch", values, "fetched"));
      },
    );

  program
    .command("pull")
    .description("fetch, and bring the current branch up to its remote branch")
    .argument("[remote]")
    .argument("[branch]")
    .option("--ff-only", "refuse anything but a fast-forward")
    .action(
      async (
        remote: string | undefined,
        branch: string | undefined,
        options: { readonly ffOnly?: boolean },
      ) => {
        const values = [
          ...(options.ffOnly === true ? ["--ff-only"] : []),
          ...[remote, branch].filter((given) => given !== undefined),
        ];
        await context.withDatabase(async (client) => {
          const [row] = await withProgress(client, () => client.query(positionalQuery("dolt_pull", values)));
          console.log(row?.["message"] ?? "");
        });
      },
    );

  program
    .command("clone")
    .description("make a database from a remote")
    .argument("<url>")
    .argument("[name]", "the new database's name")
    .option("--remote <name>", "what to call the remote", "origin")
    .option("-b, --branch <name>", "the branch to start on")
    .action(
      async (
        url: string,
        name: string | undefined,
        options: { readonly remote: string; readonly branch?: string },
      ) => {
        const values = [
          "--remote",
          options.remote,
          ...(options.branch === undefined ? [] : ["--branch", options.branch]),
          url,
          ...(name === undefined ? [] : [name]),
        ];
        await context.withServer((client) => callWithProgress(client, "dolt_clone", values, `cloned ${url}`));
      },
    );
}

function addBackup(program: Command, context: CommandContext): void {
  const backup = program
    .command("backup")
    .description("list, add, remove, sync and restore backups")
    .option("-v, --verbose", "show their addresses")
    .action(async (options: { readonly verbose?: boolean }) => {
      await context.withDatabase(async (client) =>
        printRegistry(
          await client.query(sql`SELECT name, url FROM dolt_backups ORDER BY name`),
          options.verbose === true,
        ),
      );
    });
  const call = async (values: readonly string[], done: string): Promise<void> => {
    await context.withDatabase((client) => callWithProgress(client, "dolt_backup", values, done));
  };
  const force = (options: { readonly force?: boolean }): string[] =>
    options.force === true ? ["--force"] : [];

  backup
    .command("add <name> <url>")
    .description("name a backup")
    .action(async (name: string, url: string) => {
      await context.withDatabase((client) =>
        client.query(positionalQuery("dolt_backup", ["add", name, url])),
      );
    });
  backup
    .command("remove <name>")
    .alias("rm")
    .description("forget a backup; its data stays")
    .action(async (name: string) => {
      await context.withDatabase((client) => client.query(positionalQuery("dolt_backup", ["remove", name])));
    });
  backup
    .command("sync <name>")
    .description("make the backup equal to the database")
    .option("-f, --force", "overwrite another database's backup")
    .action((name: string, options: { readonly force?: boolean }) =>
      call(["sync", ...force(options), name], `backup '${name}' is up to date`),
    );
  backup
    .command("sync-url <url>")
    .description("sync to an address without naming it")
    .option("-f, --force", "overwrite another database's backup")
    .action((url: string, options: { readonly force?: boolean }) =>
      call(["sync-url", ...force(options), url], `backup at ${url} is up to date`),
    );
  backup
    .command("restore <url> <database>")
    .description("make a database from a backup")
    .option("-f, --force", "replace a database of that name")
    .action(async (url: string, database: string, options: { readonly force?: boolean }) => {
      await context.withServer((client) =>
        callWithProgress(
          client,
          "dolt_backup",
          ["restore", ...force(options), url, database],
          `restored '${database}'`,
        ),
      );
    });
}

/** Looking after a database: dump, gc, fsck. */
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type CommandContext, positionalQuery } from "../command-context.ts";
import { dumpDatabase } from "../dump.ts";
import { withProgress } from "../progress.ts";

export function addMaintenanceCommands(program: Command, context: CommandContext): void {
  program
    .command("dump")
    .description("write a database as an SQL script")
    .option("-o, --output <file>", "the file to write (default: standard output)")
    .option("-f, --force", "overwrite the file")
    .action(async (options: { readonly output?: string; readonly force?: boolean }) => {
      if (options.output !== undefined && existsSync(options.output) && options.force !== true) {
        throw new CliError(`${options.output} exists; overwrite it with --force`, 128);
      }
      const out = options.output === undefined ? process.stdout : createWriteStream(options.output);
      const write = async (piece: string): Promise<void> => {
        if (!out.write(piece)) await once(out, "drain");
      };
      await context.withDatabase((client) => dumpDatabase(client, context.mustHaveDatabase(), write));
      if (out !== process.stdout) {
        out.end();
        await once(out, "finish");
      }
    });

  program
    .command("gc")
    .description("free the space of data that nothing reaches")
    .option("--full", "look at old data too")
    .action(async (options: { readonly full?: boolean }) => {
      await context.withDatabase(async (client) => {
        await withProgress(client, () =>
          client.query(positionalQuery("dolt_gc", options.full === true ? ["--full"] : [])),
        );
        const notes = await client.notes();
        console.log(notes.length === 0 ? "done" : notes.join("\n"));
      });
    });

  program
    .command("fsck")
    .description("read and check everything: every chunk's hash, every ref, every index against its table")
    .action(async () => {
      await context.withDatabase(async (client) => {
        const problems = await withProgress(client, () => client.query(positionalQuery("dolt_fsck", [])));
        for (const problem of problems)
          console.log(`${problem["subject"] ?? ""}: ${problem["problem"] ?? ""}`);
        if (problems.length > 0) throw new CliError(`${problems.length} problems found`, 1);
        console.log("no problems found");
      });
    });
}

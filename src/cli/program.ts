/** The command line: all commands, the options they share, and how their errors end the process. */
import { Command, CommanderError } from "commander";
import { ConfigurationError } from "../server/configuration.ts";
import { toSqlError } from "../server/to-sql-error.ts";
import { SERVER_VERSION } from "../server/version.ts";
import { CliError } from "./cli-error.ts";
import { createCommandContext } from "./command-context.ts";
import { addMaintenanceCommands } from "./commands/maintenance-commands.ts";
import { addRemoteCommands } from "./commands/remote-commands.ts";
import { addRepositoryCommands } from "./commands/repository-commands.ts";
import { addServeCommand } from "./commands/serve-command.ts";
import { addSqlCommand } from "./commands/sql-command.ts";

/** Git's exit codes: the work could not be done, or the command line is wrong. */
const EXIT_FAILED = 128;
const EXIT_USAGE = 129;

export function createProgram(): Command {
  const program = new Command("cairn")
    .description("A MySQL-compatible SQL database you can branch, push, clone, back up and restore like Git.")
    .version(SERVER_VERSION)
    .option("--data-dir <folder>", "the folder that holds the databases (default: here, or data)")
    .option("--database <name>", "the database to work on")
    .option("-u, --user <name>", "the account to log in as", "root")
    .exitOverride();
  const context = createCommandContext(program);
  addServeCommand(program);
  addSqlCommand(program, context);
  addRepositoryCommands(program, context);
  addRemoteCommands(program, context);
  addMaintenanceCommands(program, context);
  return program;
}

/** Runs a command line; resolves to the exit code. */
export async function runProgram(program: Command, words: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has printed its own message; help and the version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (error instanceof CliError) {
      console.error(error.message);
      return error.exitCode;
    }
    console.error(
      `cairn: ${error instanceof ConfigurationError ? error.message : toSqlError(error).message}`,
    );
    return EXIT_FAILED;
  }
}

/** The `cairn` command: its global options, its commands, and how their errors are told. */
import { Command, CommanderError } from "commander";
import { PACKAGE_VERSION } from "../base/package-file.ts";
import { SERVER_VERSION } from "../server/version.ts";
import { CliError } from "./cli-error.ts";
import { createCommandContext } from "./command-context.ts";
import { addMaintenanceCommands } from "./commands/maintenance-commands.ts";
import { addRemoteCommands } from "./commands/remote-commands.ts";
import { addRepositoryCommands } from "./commands/repository-commands.ts";
import { addServeCommand } from "./commands/serve-command.ts";
import { addSqlCommand } from "./commands/sql-command.ts";
import { addTourCommand } from "./commands/tour-command.ts";
import { isServerError, serverErrorExitCode, serverErrorText } from "./server-error.ts";

/** Exit codes as git's: 1 = no or failed, 128 = could not be done, 129 = wrong usage. */
const EXIT_FATAL = 128;
const EXIT_USAGE = 129;

function createProgram(): Command {
  const program = new Command("cairn")
    .description(
      "A MySQL-compatible database that you branch, push, clone, back up and restore the way you use Git.",
    )
    .version(`cairn ${PACKAGE_VERSION} (as MySQL ${SERVER_VERSION})`)
    .option("--data-dir <folder>", "the folder that holds the databases (default: here, or ./data)")
    .option("-d, --database <name>", "the database (default: the one whose folder this is, or the only one)")
    .option("-u, --user <name>", "the account; its password is read from CAIRN_PASSWORD", "root")
    .showHelpAfterError("(cairn --help lists the commands)")
    .enablePositionalOptions()
    .exitOverride();
  const context = createCommandContext(program);
  addServeCommand(program);
  addSqlCommand(program, context);
  addRepositoryCommands(program, context);
  addRemoteCommands(program, context);
  addMaintenanceCommands(program, context);
  addTourCommand(program);
  return program;
}

/** Runs a command line; resolves to the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (error instanceof CliError) {
      console.error(error.exitCode === EXIT_FATAL ? `fatal: ${error.message}` : error.message);
      return error.exitCode;
    }
    if (isServerError(error)) {
      console.error(serverErrorText(error));
      return serverErrorExitCode(error);
    }
    console.error(`fatal: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_FATAL;
  }
}

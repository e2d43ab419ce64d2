/** `cairn sql`: a shell on a terminal; a script with -q or on standard input. */
import { createInterface } from "node:readline";
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { quoteIdentifier } from "../format-query.ts";
import { RESULT_FORMATS, type ResultFormat } from "../shell/format-result.ts";
import { runScript, runShell } from "../shell/shell.ts";

interface SqlOptions {
  readonly query?: string;
  readonly resultFormat: ResultFormat;
}

export function addSqlCommand(program: Command, context: CommandContext): void {
  program
    .command("sql")
    .description("run SQL: a shell, or statements given with -q or on standard input")
    .option("-q, --query <statements>", "run these statements and leave")
    .addOption(
      new Option("-r, --result-format <format>", "how to print rows")
        .choices(RESULT_FORMATS)
        .default("table"),
    )
    .action(async (options: SqlOptions) => {
      await context.withServer(async (client) => {
        const connection = await client.openWatcher();
        try {
          const { database } = context.target();
          if (database !== undefined) await connection.query(`USE ${quoteIdentifier(database)}`);
          const interactive = options.query === undefined && process.stdin.isTTY === true;
          const runner = {
            format: options.resultFormat,
            chatty: interactive,
            write: (text: string) => void process.stdout.write(text),
          };
          if (options.query !== undefined) await runScript(connection, options.query.split("\n"), runner);
          else if (interactive) await runShell(connection, runner);
          else await runScript(connection, createInterface({ input: process.stdin }), runner);
        } finally {
          await connection.end();
        }
      });
    });
}

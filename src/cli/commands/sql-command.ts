/** `cairn sql`: a shell on a terminal; a script with -q or on standard input. */
import { type Command, Option } from "commander";
import type { CommandContext } from "../command-context.ts";
import { quoteIdentifier } from "../format-query.ts";
import { RESULT_FORMATS, type ResultFormat } from "../shell/format-result.ts";
import { runScript, runShell } from "../shell/shell.ts";
import { toByteText } from "../shell/statement-runner.ts";

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
        const connection = await client.openForBytes();
        try {
          const { database } = context.target();
          if (database !== undefined) await connection.query(toByteText(`USE ${quoteIdentifier(database)}`));
          const interactive = options.query === undefined && process.stdin.isTTY === true;
          const runner = {
            format: options.resultFormat,
            chatty: interactive,
            write: (text: string) => void process.stdout.write(text),
            byteText: true,
          };
          if (options.query !== undefined)
            await runScript(connection, toByteText(options.query).split("\n"), runner);
          else if (interactive) await runShell(connection, runner);
          else await runScript(connection, standardInput(), runner);
        } finally {
          await connection.end();
        }
      });
    });
}

/** Lines with one character a byte. Only a line feed ends a line: a carriage return may be part of a value. */
async function* standardInput(): AsyncIterable<string> {
  let rest = "";
  for await (const piece of process.stdin.setEncoding("latin1")) {
    const lines = (rest + String(piece)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

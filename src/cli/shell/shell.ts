/** The interactive shell, and scripts on standard input. */
import { createInterface } from "node:readline";
import type { Connection } from "mysql2/promise";
import { CliError } from "../cli-error.ts";
import { fromByteText, type RunnerOptions, runStatement, toByteText } from "./statement-runner.ts";
import { StatementSplitter } from "./statement-splitter.ts";

const QUIT = /^\s*(?:quit|exit|\\q)\s*;?\s*$/i;
const HELP = /^\s*(?:help|\\h|\?)\s*;?\s*$/i;
const CLEAR = /\\c\s*$/;

const HELP_TEXT = `Statements end with ; or with \\G to show each row as lines. They may span several lines.
quit, exit, \\q   leave
\\c               forget the statement begun
delimiter //     end statements with // from here on
`;

/** Runs every statement of a text; the first error ends it. */
export async function runScript(
  connection: Connection,
  lines: AsyncIterable<string> | Iterable<string>,
  options: RunnerOptions,
): Promise<void> {
  const splitter = new StatementSplitter();
  let lineNumber = 0;
  const run = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) {
      try {
        await runStatement(connection, statement, options);
      } catch (error) {
        throw new CliError(`${errorText(error, options)} (line ${lineNumber})`, 1, { cause: error });
      }
    }
  };
  for await (const line of lines) {
    lineNumber++;
    await run(splitter.push(line));
  }
  await run(splitter.finish());
}

/** Reads statements from the terminal until the user leaves. Errors are shown and the shell goes on. The connection is one
 *  for bytes. */
export async function runShell(connection: Connection, options: RunnerOptions): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, historySize: 1000 });
  const splitter = new StatementSplitter();
  const prompt = (): void => {
    terminal.setPrompt(splitter.isPending || splitter.inside !== "code" ? "    -> " : "cairn> ");
    terminal.prompt();
  };
  terminal.on("SIGINT", () => {
    splitter.clear();
    options.write("^C\n");
    prompt();
  });
  prompt();
  for await (const line of terminal) {
    const fresh = !splitter.isPending;
    if (fresh && QUIT.test(line)) break;
    if (fresh && HELP.test(line)) options.write(HELP_TEXT);
    else if (CLEAR.test(line)) splitter.clear();
    else await runLine(connection, splitter, toByteText(line), options);
    prompt();
  }
  terminal.close();
  if (process.stdin.isTTY) options.write("Bye\n");
}

async function runLine(
  connection: Connection,
  splitter: StatementSplitter,
  line: string,
  options: RunnerOptions,
): Promise<void> {
  for (const statement of splitter.push(line)) {
    try {
      await runStatement(connection, statement, options);
    } catch (error) {
      options.write(`${errorText(error, options)}\n`);
    }
  }
}

/** As the mysql client prints it. */
function errorText(error: unknown, { byteText }: RunnerOptions): string {
  if (!(error instanceof Error)) return String(error);
  const message = byteText === true ? fromByteText(error.message) : error.message;
  const { errno, sqlState } = error as { readonly errno?: unknown; readonly sqlState?: unknown };
  if (typeof errno !== "number") return `ERROR: ${message}`;
  return `ERROR ${errno} (${typeof sqlState === "string" ? sqlState : "HY000"}): ${message}`;
}

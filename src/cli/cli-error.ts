/** An error a command reports in one line; exit codes as git's: 1 = the answer is no, 128 = it could not be done,
 *  129 = wrong usage. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}

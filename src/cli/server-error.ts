/** What a server answered, told as a command line tells it: without numbers, with commands instead of CALLs. */

export interface ServerError extends Error {
  readonly errno: number;
  readonly sqlState: string;
}

/** An error that the server answered, as mysql2 throws it. */
export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error && "sqlState" in error && typeof error.sqlState === "string" && "errno" in error
  );
}

const ACCESS_DENIED = 1045;

/** As git prints its own: the message begins with `error:` or `fatal:`, unless it is a list of refs. */
export function serverErrorText(error: ServerError): string {
  const message = inCommands(error.message);
  const hint =
    error.errno === ACCESS_DENIED
      ? "\nhint: name the account with --user, its password in CAIRN_PASSWORD"
      : "";
  return (/^(?:error|fatal|To ) ?:?/.test(message) ? message : `error: ${message}`) + hint;
}

/** As git: 128 when it says `fatal`, else 1. */
export function serverErrorExitCode(error: ServerError): number {
  return error.message.startsWith("fatal:") ? 128 : 1;
}

/** `CALL dolt_push('--set-upstream','origin','main')` → `cairn push --set-upstream origin main` */
function inCommands(message: string): string {
  return message.replace(/CALL dolt_(\w+)\(([^()]*)\)/g, (_all, verb: string, list: string) => {
    const words = list.split(",").map((word) => word.trim().replace(/^'(.*)'$/, "$1"));
    return ["cairn", verb, ...words].join(" ").trim();
  });
}

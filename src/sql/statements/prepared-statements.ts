/** PREPARE, EXECUTE and DEALLOCATE as SQL statements. */

import { encodeText } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Deallocate, Execute, Prepare } from "../ast/session.ts";
import { parseStatement } from "../parser/parse.ts";
import { SessionContext } from "../session/session-context.ts";
import { evaluateConstant } from "./literal-default.ts";
import { report, runStatement } from "./run-statement.ts";
import type { StatementRun } from "./statement-run.ts";

const NOTHING = { affectedRows: 0, lastInsertId: 0, info: "" };
const NOT_PREPARABLE: ReadonlySet<string> = new Set(["prepare", "execute", "deallocate"]);

export async function runPrepare(statement: Prepare, run: StatementRun): Promise<void> {
  const { session } = run;
  const name = statement.name.toLowerCase();
  session.prepared.delete(name);
  const context = new SessionContext(session, { signal: run.options.signal });
  const { value } = evaluateConstant(statement.source, { ...run, context });
  const source = value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value ?? "NULL");
  const text = encodeText(source, session.settings.clientCharset);
  const parsed = parseStatement(text, 0, { sqlMode: session.settings.sqlMode });
  if (parsed.statement === undefined) throw sqlError("ER_EMPTY_QUERY");
  if (NOT_PREPARABLE.has(parsed.statement.kind)) throw sqlError("ER_UNSUPPORTED_PS");
  session.prepared.set(name, { text, statement: parsed.statement, parameterCount: parsed.parameterCount });
  report(run, { ...NOTHING, info: "Statement prepared" });
}

export async function runExecute(statement: Execute, run: StatementRun): Promise<void> {
  const { session } = run;
  const prepared = session.prepared.get(statement.name.toLowerCase());
  if (prepared === undefined) throw sqlError("ER_UNKNOWN_STMT_HANDLER", statement.name, "EXECUTE");
  if (prepared.parameterCount !== statement.variables.length) throw sqlError("ER_WRONG_ARGUMENTS", "EXECUTE");
  const given = statement.variables.map(
    (name) =>
      session.userVariables.get(name.toLowerCase()) ?? { type: { kind: "null" as const }, value: null },
  );
  await runStatement(prepared.statement, {
    ...run,
    text: prepared.text,
    parameters: { types: given.map((item) => item.type), values: given.map((item) => item.value) },
  });
}

export async function runDeallocate(statement: Deallocate, run: StatementRun): Promise<void> {
  const found = run.session.prepared.delete(statement.name.toLowerCase());
  if (!found) throw sqlError("ER_UNKNOWN_STMT_HANDLER", statement.name, "DEALLOCATE PREPARE");
  report(run, NOTHING);
}

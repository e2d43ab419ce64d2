/** SET in all its forms. */

import { charsetInfo, collationInfo } from "../../values/charset.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Expression } from "../ast/expression.ts";
import type { SetAssignment, SetStatement } from "../ast/session.ts";
import { bindExpression } from "../binder/bind-expression.ts";
import { ExecutionFrame } from "../executor/execution-frame.ts";
import { compileExpression } from "../expression/compile.ts";
import { CommonTables } from "../planner/derived-table.ts";
import { subqueryPlanner } from "../planner/query-planner.ts";
import { QueryLevel, QueryScope } from "../planner/query-scope.ts";
import { createBuilder } from "../session/select-runner.ts";
import { SessionContext } from "../session/session-context.ts";
import type { VariableWriteScope } from "../session/session-variables.ts";
import { awaitCalls, findWaitingCalls } from "../session/waiting-calls.ts";
import { define, report } from "./run-statement.ts";
import type { StatementRun } from "./statement-run.ts";

const NOTHING = { affectedRows: 0, lastInsertId: 0, info: "" };

export async function runSet(statement: SetStatement, run: StatementRun): Promise<void> {
  const { session } = run;
  try {
    for (const assignment of statement.assignments) {
      if (assignment.kind === "password") {
        await setPassword(assignment, run);
        return;
      }
      await assign(assignment, run);
    }
  } finally {
    session.settingsChanged();
  }
  report(run, NOTHING);
}

async function assign(
  assignment: Exclude<SetAssignment, { readonly kind: "password" }>,
  run: StatementRun,
): Promise<void> {
  const { session } = run;
  switch (assignment.kind) {
    case "user-variable": {
      await awaitFunctions([assignment.value], run);
      const { value, type } = evaluateAnywhere(assignment.value, run);
      session.userVariables.set(assignment.name.toLowerCase(), { type, value });
      return;
    }
    case "system-variable":
      return assignSystemVariable(assignment, run);
    case "names": {
      const charset = assignment.charset === undefined ? "utf8mb4" : charsetInfo(assignment.charset).name;
      const collation = assignment.collation ?? charsetInfo(charset).defaultCollation;
      if (collationInfo(collation).charset !== charset)
        throw sqlError("ER_COLLATION_CHARSET_MISMATCH", collation, charset);
      setText(run, "character_set_client", charset);
      setText(run, "character_set_results", charset);
      setText(run, "character_set_connection", charset);
      setText(run, "collation_connection", collation);
      return;
    }
    case "character-set": {
      const charset = assignment.charset === undefined ? "utf8mb4" : charsetInfo(assignment.charset).name;
      setText(run, "character_set_client", charset);
      setText(run, "character_set_results", charset);
      const collation = String(session.variables.get("collation_database", "session"));
      setText(run, "character_set_connection", collationInfo(collation).charset);
      setText(run, "collation_connection", collation);
      return;
    }
    case "transaction":
      return setTransaction(assignment, run);
  }
}

function setText(run: StatementRun, name: string, value: string): void {
  const { session } = run;
  const type: SqlType = {
    kind: "string",
    name: "varchar",
    length: value.length,
    charset: "utf8mb4",
    collation: "utf8mb4_0900_ai_ci",
  };
  session.variables.set(name, "session", { value, type });
}

async function assignSystemVariable(
  assignment: SetAssignment & { readonly kind: "system-variable" },
  run: StatementRun,
): Promise<void> {
  const { session } = run;
  const { name, value } = assignment;
  const scope: VariableWriteScope =
    assignment.scope === undefined || assignment.scope === "local" ? "session" : assignment.scope;
  const given = value.kind === "default" ? undefined : evaluateAnywhere(value, run);
  const before = session.settings.autocommit;
  if (scope !== "session") requireGlobalSet(run);
  const { databaseVariables } = session.services;
  if (databaseVariables?.get(name) !== undefined) {
    if (scope === "session") throw sqlError("ER_GLOBAL_VARIABLE", name);
    if (typeof given?.value !== "string") throw sqlError("ER_WRONG_TYPE_FOR_VAR", name);
    await databaseVariables.set(name, given.value);
    return;
  }
  session.variables.set(name, scope, given);
  if (scope !== "session") return;
  session.settingsChanged();
  // Switching autocommit on commits what is open.
  if (name === "autocommit" && !before && session.settings.autocommit) await session.transactions.commit();
  if (name === "transaction_isolation")
    session.engineSession.isolation = isolationOf(session.variables.get(name, "session"));
  if (name === "transaction_read_only")
    session.transactions.sessionReadOnly = Number(session.variables.get(name, "session")) !== 0;
}

/** 1227 unless the account may change the server's settings. */
function requireGlobalSet({ session }: StatementRun): void {
  const { accounts } = session.services;
  const { account } = session.connection;
  if (accounts === undefined) return;
  if (accounts.hasGlobal(account, "SYSTEM_VARIABLES_ADMIN") || accounts.hasGlobal(account, "SUPER")) return;
  throw sqlError("ER_SPECIFIC_ACCESS_DENIED_ERROR", "SUPER or SYSTEM_VARIABLES_ADMIN");
}

function isolationOf(
  value: Value,
): "READ-UNCOMMITTED" | "READ-COMMITTED" | "REPEATABLE-READ" | "SERIALIZABLE" {
  switch (value) {
    case "READ-UNCOMMITTED":
    case "READ-COMMITTED":
    case "SERIALIZABLE":
      return value;
    default:
      return "REPEATABLE-READ";
  }
}

function setTransaction(
  assignment: SetAssignment & { readonly kind: "transaction" },
  run: StatementRun,
): void {
  const { session } = run;
  const { scope, isolation, access } = assignment;
  if (scope !== undefined && scope !== "session") requireGlobalSet(run);
  if (scope === undefined) {
    if (session.transactions.isOpen) throw sqlError("ER_CANT_CHANGE_TX_CHARACTERISTICS");
    session.transactions.setNext({
      ...(isolation !== undefined ? { isolation } : {}),
      ...(access !== undefined ? { readOnly: access === "read only" } : {}),
    });
    return;
  }
  const number: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
  const text: SqlType = {
    kind: "string",
    name: "varchar",
    length: 20,
    charset: "utf8mb4",
    collation: "utf8mb4_0900_ai_ci",
  };
  if (isolation !== undefined) {
    session.variables.set("transaction_isolation", scope, { value: isolation, type: text });
    if (scope === "session") session.engineSession.isolation = isolation;
  }
  if (access !== undefined) {
    const readOnly = access === "read only";
    session.variables.set("transaction_read_only", scope, { value: readOnly ? 1 : 0, type: number });
    if (scope === "session") session.transactions.sessionReadOnly = readOnly;
  }
}

/** Waits for the SLEEP() and GET_LOCK() calls in these expressions; undefined when there are none. */
export function awaitFunctions(
  expressions: readonly unknown[],
  run: StatementRun,
): Promise<void> | undefined {
  const calls = findWaitingCalls(expressions);
  if (calls.length === 0) return undefined;
  const evaluate = (argument: Expression): Value => evaluateAnywhere(argument, run).value;
  return awaitCalls(calls, run.session, { signal: run.options.signal, evaluate });
}

/** An expression outside any table, which may hold subqueries. */
export function evaluateAnywhere(
  expression: Expression,
  run: StatementRun,
): { readonly value: Value; readonly type: SqlType } {
  const { session, options, parameters } = run;
  const { transactions } = session;
  const transaction = transactions.forStatement(options.signal);
  try {
    const context = new SessionContext(session, { signal: options.signal });
    const builder = createBuilder(session, transaction, parameters, context);
    const level = new QueryLevel(
      undefined,
      () => builder.addRegister(),
      subqueryPlanner({ builder, outer: undefined, commonTables: new CommonTables() }),
    );
    const scope = new QueryScope(level, {
      clause: "field list",
      aggregates: "forbidden",
      windows: false,
      aliases: "none",
    });
    const bound = bindExpression(expression, scope, builder.environment);
    const evaluate = compileExpression(bound, builder);
    const frame = new ExecutionFrame(builder.tables.length, builder.registerCount, context);
    frame.parameters = parameters.values;
    frame.execution = 1;
    builder.tables.forEach(({ table }, slot) => {
      frame.tables[slot] = transaction.openTable(table.revision, table.name);
    });
    context.frame = frame;
    return { value: evaluate(frame), type: bound.type };
  } finally {
    void transactions.endStatement();
  }
}

function setPassword(
  assignment: SetAssignment & { readonly kind: "password" },
  run: StatementRun,
): Promise<void> {
  return define(run, async ({ session }) => {
    const { accounts } = session.services;
    if (accounts === undefined) throw sqlError("ER_OPTION_PREVENTS_STATEMENT", "--skip-grant-tables");
    const objects = {
      currentDatabase: session.database,
      tableExists: () => true,
      columnExists: () => true,
      routineExists: () => true,
    };
    const warnings = await accounts.execute(session.connection.account, assignment, objects);
    for (const { level, errno, message } of warnings) session.warn(level, errno, message);
    return NOTHING;
  });
}

/** Evaluates lone expressions the way a `SELECT expression` does, for tests: value as text, type and warnings. */

import { bindExpression } from "../../src/sql/binder/bind-expression.ts";
import type { BoundExpression } from "../../src/sql/binder/bound-expression.ts";
import type { BindEnvironment, NameScope } from "../../src/sql/binder/name-scope.ts";
import type { Frame } from "../../src/sql/executor/frame.ts";
import type { StatementContext } from "../../src/sql/executor/statement-context.ts";
import { compileExpression } from "../../src/sql/expression/compile.ts";
import { NO_ROWS } from "../../src/sql/expression/row-layout.ts";
import { textToBytes } from "../../src/sql/expression/text-conversion.ts";
import { parseExpression } from "../../src/sql/parser/parse.ts";
import { SpillSpace } from "../../src/tables/spill-space.ts";
import { SqlError, sqlError } from "../../src/values/sql-error.ts";
import type { SqlType } from "../../src/values/sql-type.ts";
import type { Value } from "../../src/values/value.ts";

const DEFAULT_SQL_MODE: ReadonlySet<string> = new Set([
  "ONLY_FULL_GROUP_BY",
  "STRICT_TRANS_TABLES",
  "NO_ZERO_IN_DATE",
  "NO_ZERO_DATE",
  "ERROR_FOR_DIVISION_BY_ZERO",
  "NO_ENGINE_SUBSTITUTION",
]);

const VARIABLES: Readonly<Record<string, Value>> = {
  max_allowed_packet: 67108864,
  group_concat_max_len: 1024,
  block_encryption_mode: "aes-128-ecb",
  default_week_format: 0,
  version: "9.7.4",
};

export interface Evaluation {
  /** As the text protocol shows it; bytes that are no text as hex. null is NULL. */
  readonly value: string | null;
  readonly type: SqlType;
  readonly bound: BoundExpression;
  readonly warnings: readonly { readonly errno: number; readonly message: string }[];
}

export const environment: BindEnvironment = {
  sqlMode: DEFAULT_SQL_MODE,
  clientCharset: "utf8mb4",
  connectionCharset: "utf8mb4",
  connectionCollation: "utf8mb4_0900_ai_ci",
  database: "test",
  divPrecisionIncrement: 4,
  defaultWeekFormat: 0,
  groupConcatMaxLen: 1024,
  lcTimeNames: "en_US",
  parameterTypes: [],
  userVariableType: () => undefined,
  systemVariableType: (variable) => {
    throw sqlError("ER_UNKNOWN_SYSTEM_VARIABLE", variable.name);
  },
  engineFunctionType: () => undefined,
  warn: () => undefined,
};

export const noColumns: NameScope = {
  resolveColumn(reference) {
    throw sqlError("ER_BAD_FIELD_ERROR", reference.name, "field list");
  },
  aggregateArguments() {
    throw sqlError("ER_INVALID_GROUP_FUNC_USE");
  },
  placeAggregate() {
    throw sqlError("ER_INVALID_GROUP_FUNC_USE");
  },
  placeWindowCall() {
    throw sqlError("ER_WINDOW_INVALID_WINDOW_FUNC_USE", "");
  },
  planSubquery() {
    throw sqlError("ER_NOT_SUPPORTED_YET", "subquery");
  },
  valuesOf() {
    throw sqlError("ER_NOT_SUPPORTED_YET", "values");
  },
  defaultOf() {
    throw sqlError("ER_NOT_SUPPORTED_YET", "default");
  },
};

export interface TestContext extends StatementContext {
  readonly warnings: { errno: number; message: string }[];
}

export function createContext(): TestContext {
  const warnings: { errno: number; message: string }[] = [];
  return {
    warnings,
    // Expressions alone set no rows aside.
    spill: new SpillSpace("", 0),
    nowMicros: Date.UTC(2024, 4, 17, 13, 45, 7) * 1000 + 123456,
    timeZoneOffsetMicros: () => 0,
    sqlMode: DEFAULT_SQL_MODE,
    strict: false,
    connectionId: 7,
    user: "root@127.0.0.1",
    currentUser: "root@127.0.0.1",
    database: "test",
    connectionCharset: "utf8mb4",
    connectionCollation: "utf8mb4_0900_ai_ci",
    getUserVariable: () => null,
    setUserVariable: () => undefined,
    getSystemVariable: (name) => VARIABLES[name] ?? null,
    warn: (_level, errno, message) => warnings.push({ errno, message }),
    lastInsertId: 0,
    setLastInsertId: () => undefined,
    foundRows: 1,
    rowCount: -1,
    readBlob: () => new Uint8Array(0),
    callEngineFunction: () => null,
    signal: new AbortController().signal,
  };
}

export function createFrame(context: StatementContext, parameters: readonly Value[] = []): Frame {
  return {
    slots: [],
    tables: [],
    writers: [],
    registers: [],
    parameters,
    context,
    execution: 1,
    waitFor: undefined,
  };
}

export function shown(value: Value, bound: BoundExpression): string | null {
  if (value === null) return null;
  const bytes = Buffer.from(textToBytes(value, bound));
  if (bound.type.kind === "string" || bound.type.kind === "json") {
    return typeof value === "string" ? value : bytes.toString("utf8");
  }
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : `0x${bytes.toString("hex")}`;
}

function evaluate(text: string): Evaluation {
  const bound = bindExpression(
    parseExpression(Buffer.from(text, "utf8"), { sqlMode: DEFAULT_SQL_MODE }),
    noColumns,
    environment,
  );
  const context = createContext();
  const value = compileExpression(bound, NO_ROWS)(createFrame(context));
  return { value: shown(value, bound), type: bound.type, bound, warnings: context.warnings };
}

/** As {@link evaluate}; an SqlError becomes its number and message. */
export function evaluateOrError(
  text: string,
): Evaluation | { readonly errno: number; readonly message: string } {
  try {
    return evaluate(text);
  } catch (error) {
    if (error instanceof SqlError) return { errno: error.errno, message: error.message };
    throw error;
  }
}

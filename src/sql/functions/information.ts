/** What a session knows about itself, and what a value's type says: VERSION(), DATABASE(), CHARSET(x) … */

import type { Value } from "../../values/value.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { stringTraits } from "../binder/collation-aggregation.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, BIGINT_UNSIGNED, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { readInteger } from "../expression/readers.ts";
import { boundCall, type FunctionDefinition, type ResultShape, special } from "./function-definition.ts";

const IDENTIFIER_LENGTH = 64;
const USER_LENGTH = 288;
const SYSTEM_COLLATION = "utf8mb3_general_ci";

function systemText(length: number, nullable = false): ResultShape {
  return { type: textType(length, SYSTEM_COLLATION), nullable, coercibility: 3 };
}

function fact(
  name: string,
  shape: ResultShape,
  body: (context: StatementContext) => Value,
): FunctionDefinition {
  return special(name, [0, 0], shape, () => (frame) => body(frame.context), "statement");
}

/** Functions of a value's static type. */
function typeFact(
  name: string,
  shape: ResultShape,
  body: (operand: BoundExpression, environment: BindEnvironment) => Value,
): FunctionDefinition {
  return {
    name,
    minArguments: 1,
    maxArguments: 1,
    bind(args, environment) {
      const value = body(args[0] as BoundExpression, environment);
      return boundCall({ name, args, result: shape, build: () => () => value });
    },
  };
}

const LAST_INSERT_ID: FunctionDefinition = {
  name: "last_insert_id",
  minArguments: 0,
  maxArguments: 1,
  bind(args) {
    const [operand] = args;
    return boundCall({
      name: "last_insert_id",
      args,
      volatility: operand === undefined ? "statement" : "row",
      result: { type: BIGINT_UNSIGNED, displayLength: 21, nullable: operand?.nullable ?? false },
      build: ([evaluate]) => {
        if (operand === undefined) return (frame) => frame.context.lastInsertId;
        const read = readInteger(operand, evaluate as Evaluator);
        return (frame) => {
          const value = read(frame);
          frame.context.setLastInsertId(value ?? 0);
          return value;
        };
      },
    });
  },
};

export const INFORMATION_FUNCTIONS: readonly FunctionDefinition[] = [
  fact("version", systemText(60), (context) => context.getSystemVariable("version", "global")),
  fact("database", systemText(IDENTIFIER_LENGTH, true), (context) => context.database ?? null),
  fact("user", systemText(USER_LENGTH), (context) => context.user),
  fact("current_user", systemText(USER_LENGTH), (context) => context.currentUser),
  fact("current_role", systemText(USER_LENGTH), () => "NONE"),
  fact(
    "connection_id",
    { type: BIGINT_UNSIGNED, nullable: false, displayLength: 21 },
    (context) => context.connectionId,
  ),
  fact("row_count", { type: BIGINT, nullable: false, displayLength: 21 }, (context) => context.rowCount),
  fact("found_rows", { type: BIGINT, nullable: false, displayLength: 21 }, (context) => context.foundRows),
  LAST_INSERT_ID,
  typeFact("charset", systemText(IDENTIFIER_LENGTH), (operand, environment) =>
    operand.type.kind === "null"
      ? "binary"
      : (numericAsBinary(operand) ?? stringTraits(operand, environment.connectionCollation).charset),
  ),
  typeFact("collation", systemText(IDENTIFIER_LENGTH), (operand, environment) =>
    operand.type.kind === "null"
      ? "binary"
      : (numericAsBinary(operand) ?? stringTraits(operand, environment.connectionCollation).collation),
  ),
  typeFact(
    "coercibility",
    { type: BIGINT, nullable: false, displayLength: 10 },
    (operand) => operand.coercibility,
  ),
  fact("icu_version", systemText(10), () => "78.2"),
];

/** A number as such (not its text) has the character set binary. */
function numericAsBinary(operand: BoundExpression): string | undefined {
  switch (operand.type.kind) {
    case "string":
    case "enum":
    case "set":
    case "json":
      return undefined;
    default:
      return "binary";
  }
}

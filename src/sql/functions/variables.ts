/** User variables (`@a`, `@a := x`) and system variables (`@@name`). */
import type { SqlType } from "../../values/sql-type.ts";
import type { SystemVariable } from "../ast/expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import { stringTraits } from "../binder/collation-aggregation.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { BIGINT, BIGINT_UNSIGNED, DOUBLE, displayWidth, NULL_TYPE, textType } from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import { readAs } from "../expression/readers.ts";
import { boundCall } from "./function-definition.ts";

export function bindUserVariable(name: string, environment: BindEnvironment): BoundExpression {
  const lower = name.toLowerCase();
  const type = environment.userVariableType(lower) ?? NULL_TYPE;
  return boundCall({
    name: "get_user_var",
    args: [],
    volatility: "row",
    result: { type, nullable: true, coercibility: "collation" in type || type.kind === "binary" ? 2 : 5 },
    build: () => (frame) => frame.context.getUserVariable(lower),
  });
}

/** What a user variable can hold: integer, decimal, double, text or bytes. */
function variableType(value: BoundExpression): SqlType {
  const { type } = value;
  switch (type.kind) {
    case "integer":
      return type.unsigned ? BIGINT_UNSIGNED : BIGINT;
    case "bit":
    case "year":
      return BIGINT_UNSIGNED;
    case "float":
      return DOUBLE;
    case "decimal":
    case "null":
    case "binary":
    case "string":
    case "json":
    case "geometry":
      return type;
    default:
      return textType(displayWidth(value), stringTraits(value, "utf8mb4_0900_ai_ci").collation);
  }
}

export function bindAssignment(name: string, value: BoundExpression): BoundExpression {
  const lower = name.toLowerCase();
  const type = variableType(value);
  return boundCall({
    name: ":=",
    args: [value],
    volatility: "row",
    result: { type, coercibility: value.coercibility },
    build: ([evaluate]) => {
      const read = readAs(type, value, evaluate as Evaluator);
      return (frame) => {
        const result = read(frame);
        frame.context.setUserVariable(lower, result, type);
        return result;
      };
    },
  });
}

export function bindSystemVariable(variable: SystemVariable, environment: BindEnvironment): BoundExpression {
  const type = environment.systemVariableType(variable);
  const { name } = variable;
  const scope = scopeOf(variable);
  return boundCall({
    name: "get_system_var",
    args: [],
    volatility: "statement",
    result: { type, nullable: true, coercibility: 3 },
    build: () => (frame) => frame.context.getSystemVariable(name, scope),
  });
}

function scopeOf(variable: SystemVariable): "session" | "global" | "either" {
  if (variable.scope === undefined) return "either";
  return variable.scope === "session" || variable.scope === "local" ? "session" : "global";
}

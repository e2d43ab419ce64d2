/** An expression whose values are made values of another type: parts of a UNION, virtual generated columns. */
import type { Decimal } from "../../values/decimal.ts";
import { roundDecimal } from "../../values/decimal.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { Evaluator } from "../executor/frame.ts";
import { type ArgumentKind, readerOf } from "../expression/readers.ts";
import { boundCall } from "../functions/function-definition.ts";

export function convertedTo(expression: BoundExpression, type: SqlType): BoundExpression {
  if (!needsConversion(expression.type, type)) return expression;
  const kind = argumentKind(type);
  if (kind === undefined) return expression;
  return boundCall({
    name: "convert",
    args: [expression],
    result: { type, nullable: expression.nullable, coercibility: expression.coercibility },
    build: ([evaluate]) => {
      const read = readerOf(kind, expression, evaluate as Evaluator) as Evaluator;
      if (type.kind !== "decimal") return read;
      const { scale } = type;
      return (frame) => {
        const value = read(frame) as Decimal | null;
        return value === null || value.scale === scale ? value : roundDecimal(value, scale);
      };
    },
  });
}

function needsConversion(from: SqlType, to: SqlType): boolean {
  if (from.kind === "null" || from.kind === to.kind) {
    return from.kind === "decimal" && to.kind === "decimal" && from.scale !== to.scale;
  }
  // Values of these types have one form in JavaScript.
  const dates = new Set(["datetime", "timestamp", "date"]);
  return !(dates.has(from.kind) && (to.kind === "datetime" || to.kind === "timestamp"));
}

function argumentKind(type: SqlType): ArgumentKind | undefined {
  switch (type.kind) {
    case "integer":
    case "bit":
    case "year":
      return "integer";
    case "float":
      return "double";
    case "decimal":
      return "decimal";
    case "string":
      return "text";
    case "binary":
      return "bytes";
    case "datetime":
    case "timestamp":
      return "datetime";
    case "date":
      return "date";
    case "time":
      return "time";
    case "json":
      return "json";
    default:
      return undefined;
  }
}

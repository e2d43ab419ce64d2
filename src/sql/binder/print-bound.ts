/** Bound expressions as text, for error messages that quote an expression: `(1 - 2)`, `` `db`.`t`.`c` ``. */

import { valueToText } from "../expression/text-conversion.ts";
import type { BoundExpression } from "./bound-expression.ts";
import { childrenOf } from "./bound-expression.ts";

const INFIX = /^(?:[-+*/%&|^]|<<|>>|div|xor)$/;

export function printBound(expression: BoundExpression): string {
  switch (expression.kind) {
    case "constant": {
      if (expression.value === null) return "NULL";
      if (expression.binaryLiteral === true && expression.value instanceof Uint8Array) {
        return `0x${Buffer.from(expression.value).toString("hex").toUpperCase()}`;
      }
      const text = valueToText(expression.value, expression);
      if (text.startsWith("-") && expression.type.kind !== "string") return `-(${text.slice(1)})`;
      return expression.type.kind === "string" ? `'${text}'` : text;
    }
    case "parameter":
      return "?";
    case "column": {
      const { origin } = expression;
      return origin === undefined
        ? `\`${expression.name}\``
        : `\`${origin.database}\`.\`${origin.table}\`.\`${expression.name}\``;
    }
    case "register":
      return expression.name === undefined ? "<register>" : `\`${expression.name}\``;
    case "comparison":
      return `(${printBound(expression.left)} ${expression.operator} ${printBound(expression.right)})`;
    case "and":
    case "or":
      return `(${expression.operands.map(printBound).join(` ${expression.kind} `)})`;
    case "call": {
      const args = expression.args.map(printBound);
      if (INFIX.test(expression.name) && args.length === 2) {
        const name = expression.name === "div" ? "DIV" : expression.name;
        return `(${args[0]} ${name} ${args[1]})`;
      }
      if (expression.name === "negate") return `-(${args[0]})`;
      return `${expression.name}(${args.join(",")})`;
    }
    default:
      return `${expression.kind}(${childrenOf(expression).map(printBound).join(",")})`;
  }
}

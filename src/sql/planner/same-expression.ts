/** Structural equality of bound expressions: the same columns under the same operations. */

import { Decimal } from "../../values/decimal.ts";
import { type BoundExpression, childrenOf, volatilityOf } from "../binder/bound-expression.ts";

export function sameExpression(left: BoundExpression, right: BoundExpression): boolean {
  if (left === right) return true;
  if (left.kind !== right.kind) return false;
  switch (left.kind) {
    case "constant":
      return (
        right.kind === "constant" && left.type.kind === right.type.kind && sameValue(left.value, right.value)
      );
    case "parameter":
      return right.kind === "parameter" && left.index === right.index;
    case "column":
      return right.kind === "column" && left.slot === right.slot && left.column === right.column;
    case "register":
      return right.kind === "register" && left.register === right.register;
    case "subquery":
      return false;
    case "call":
      if (right.kind !== "call" || left.name !== right.name) return false;
      // Two calls of RAND() are two values.
      if (left.volatility === "row" || !sameType(left, right)) return false;
      break;
    case "comparison":
      if (right.kind !== "comparison" || left.operator !== right.operator) return false;
      break;
    case "is-null":
    case "between":
    case "in":
      if (!("negated" in right) || left.negated !== right.negated) return false;
      break;
    case "like":
      if (right.kind !== "like" || left.negated !== right.negated || left.escape !== right.escape)
        return false;
      break;
    default:
      break;
  }
  const children = childrenOf(left);
  const others = childrenOf(right);
  return (
    children.length === others.length &&
    children.every((child, at) => sameExpression(child, others[at] as BoundExpression))
  );
}

/** A call's implementation may close over more than its arguments (a unit, a format): its type is compared, and the
 *  text of the closure, which names what it closes over by value only for equal definitions. */
function sameType(
  left: BoundExpression & { kind: "call" },
  right: BoundExpression & { kind: "call" },
): boolean {
  return left.build === right.build || JSON.stringify(left.type) === JSON.stringify(right.type);
}

function sameValue(left: unknown, right: unknown): boolean {
  if (left instanceof Decimal && right instanceof Decimal) {
    return left.digits === right.digits && left.scale === right.scale;
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  return Object.is(left, right);
}

export function isDeterministic(expression: BoundExpression): boolean {
  if (expression.kind === "call" && expression.volatility === "row") return false;
  return childrenOf(expression).every(isDeterministic);
}

export function isRowIndependent(expression: BoundExpression): boolean {
  return volatilityOf(expression) !== "row";
}

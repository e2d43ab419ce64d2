/** Turns an outer join into an inner one when WHERE cannot be true for null-extended rows. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import { groupShape, KnownRows, type RelationGroup } from "./relation.ts";

export function simplifyOuterJoins(group: RelationGroup, where: readonly BoundExpression[]): RelationGroup {
  const result: RelationGroup = {
    relations: [],
    conditions: [...group.conditions],
    fixedOrder: group.fixedOrder,
  };
  const holding = [...where, ...group.conditions];
  for (const relation of group.relations) {
    if (relation.kind !== "left-join") {
      result.relations.push(relation);
      continue;
    }
    const extended = new KnownRows(groupShape(relation.right));
    const left = simplifyOuterJoins(relation.left, holding);
    if (holding.some((condition) => rejectsNull(condition, extended))) {
      const right = simplifyOuterJoins(relation.right, [...holding, ...relation.conditions]);
      result.relations.push(...left.relations, ...right.relations);
      result.conditions.push(...left.conditions, ...right.conditions, ...relation.conditions);
      result.fixedOrder ||= left.fixedOrder || right.fixedOrder;
      continue;
    }
    result.relations.push({ ...relation, left });
  }
  return result;
}

/** A comparison with a plain column of the null-extended side is never true when that column is NULL. */
function rejectsNull(condition: BoundExpression, extended: KnownRows): boolean {
  const isColumn = (expression: BoundExpression) =>
    (expression.kind === "column" || expression.kind === "register") && extended.has(expression);
  switch (condition.kind) {
    case "comparison":
      return condition.operator !== "<=>" && (isColumn(condition.left) || isColumn(condition.right));
    case "between":
    case "in":
    case "like":
      return isColumn(condition.subject);
    case "is-null":
      return condition.negated && isColumn(condition.operand);
    default:
      return false;
  }
}

/** Filters of the plan, and conditions joined by AND. */
import type { BoundExpression } from "../binder/bound-expression.ts";
import { ConstantFilter, Filter } from "../executor/filter.ts";
import { compilePredicate } from "../expression/compile.ts";
import type { PlanBuilder } from "./plan-builder.ts";
import type { PlanNode } from "./plan-node.ts";
import { isRowIndependent } from "./same-expression.ts";

/** The conditions as one. There is at least one. */
export function predicateOf(conditions: readonly BoundExpression[]): BoundExpression {
  const [first] = conditions;
  if (first === undefined) throw new RangeError("a predicate has at least one condition");
  if (conditions.length === 1) return first;
  return {
    kind: "and",
    operands: conditions,
    type: { kind: "integer", name: "bigint", unsigned: false, zerofill: false },
    nullable: true,
    coercibility: 5,
  };
}

const SELECTIVITY = 0.3;

/** The input with the conditions applied; those that no row changes are decided before the input opens. */
export function filterNode(
  input: PlanNode,
  conditions: readonly BoundExpression[],
  builder: PlanBuilder,
): PlanNode {
  if (conditions.length === 0) return input;
  const constant = conditions.filter(isRowIndependent);
  const varying = conditions.filter((condition) => !constant.includes(condition));
  const rows = Math.max(1, input.rows * SELECTIVITY ** varying.length);
  return {
    shape: input.shape,
    rows,
    explain: { text: "Filter", rows, children: [input.explain] },
    build: () => {
      let operator = input.build();
      if (varying.length > 0)
        operator = new Filter(operator, compilePredicate(predicateOf(varying), builder));
      if (constant.length > 0)
        operator = new ConstantFilter(operator, compilePredicate(predicateOf(constant), builder));
      return operator;
    },
  };
}

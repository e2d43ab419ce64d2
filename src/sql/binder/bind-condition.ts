/** Conditions: comparisons of values and rows, AND/OR/NOT, BETWEEN, IN, LIKE, IS, and subqueries in them. */
import { sqlError } from "../../values/sql-error.ts";
import { truthReader } from "../expression/readers.ts";
import { boundCall } from "../functions/function-definition.ts";
import type {
  BoundBase,
  BoundComparison,
  BoundExpression,
  BoundRow,
  ComparisonOperator,
  ComparisonRule,
  SubqueryForm,
  SubqueryPlan,
} from "./bound-expression.ts";
import { aggregateCollations } from "./collation-aggregation.ts";
import { comparisonRule, mirrored } from "./comparison-rule.ts";
import type { BindEnvironment } from "./name-scope.ts";
import { BIGINT } from "./types.ts";

const CONDITION: Pick<BoundBase, "type" | "coercibility" | "displayLength"> = {
  type: BIGINT,
  coercibility: 5,
  displayLength: 1,
};

function itemsOf(expression: BoundExpression): readonly BoundExpression[] {
  return expression.kind === "row" ? expression.items : [expression];
}

/** Every operand must be a single value; 1241 for a row. */
export function requireScalar(expression: BoundExpression): BoundExpression {
  if (expression.kind === "row") throw sqlError("ER_OPERAND_COLUMNS", 1);
  return expression;
}

export function bindComparison(
  operator: ComparisonOperator,
  left: BoundExpression,
  right: BoundExpression,
  environment: BindEnvironment,
): BoundExpression {
  const leftSubquery = rowSubquery(left);
  const rightSubquery = rowSubquery(right);
  if (rightSubquery !== undefined)
    return rowAgainstSubquery(operator, itemsOf(left), rightSubquery, environment);
  if (leftSubquery !== undefined) {
    return rowAgainstSubquery(mirrored(operator), itemsOf(right), leftSubquery, environment);
  }
  if (left.kind === "row" || right.kind === "row")
    return bindRowComparison(operator, left, right, environment);
  return comparison(operator, left, right, environment);
}

/** A scalar-form subquery with more than one column: a row. */
function rowSubquery(expression: BoundExpression): SubqueryPlan | undefined {
  return expression.kind === "subquery" &&
    expression.form.kind === "scalar" &&
    expression.plan.columns.length > 1
    ? expression.plan
    : undefined;
}

function comparison(
  operator: ComparisonOperator,
  left: BoundExpression,
  right: BoundExpression,
  environment: BindEnvironment,
): BoundComparison {
  const rule = comparisonRule(left, right, {
    connectionCollation: environment.connectionCollation,
    operation: operator,
  });
  return {
    kind: "comparison",
    operator,
    left,
    right,
    rule,
    ...CONDITION,
    nullable:
      operator !== "<=>" &&
      (left.nullable || right.nullable || rule.kind === "datetime" || rule.kind === "json"),
  };
}

/** Row equality is AND of its parts; row order is lexicographic: a < c OR (a = c AND b < d). */
function bindRowComparison(
  operator: ComparisonOperator,
  left: BoundExpression,
  right: BoundExpression,
  environment: BindEnvironment,
): BoundExpression {
  const lefts = itemsOf(left);
  const rights = itemsOf(right);
  if (lefts.length !== rights.length) throw sqlError("ER_OPERAND_COLUMNS", lefts.length);
  const pairs = lefts.map((item, at) => [item, rights[at] as BoundExpression] as const);
  const pairwise = (op: ComparisonOperator): BoundExpression[] =>
    pairs.map(([a, b]) => bindComparison(op, a, b, environment));
  if (operator === "=" || operator === "<=>") return bindLogical("and", pairwise(operator));
  if (operator === "<>") return bindLogical("or", pairwise("<>"));
  const strict = operator.startsWith("<") ? "<" : ">";
  const alternatives: BoundExpression[] = pairs.map(([a, b], at) =>
    bindLogical("and", [
      ...pairs.slice(0, at).map(([c, d]) => bindComparison("=", c, d, environment)),
      bindComparison(at === pairs.length - 1 ? operator : strict, a, b, environment),
    ]),
  );
  return bindLogical("or", alternatives);
}

export function bindLogical(kind: "and" | "or", operands: readonly BoundExpression[]): BoundExpression {
  const flat = operands.flatMap((operand) =>
    operand.kind === kind ? operand.operands : [requireScalar(operand)],
  );
  const [only] = flat;
  if (flat.length === 1 && only !== undefined) return only;
  return { kind, operands: flat, ...CONDITION, nullable: flat.some((operand) => operand.nullable) };
}

export function bindNot(operand: BoundExpression): BoundExpression {
  requireScalar(operand);
  if (operand.kind === "subquery" && operand.form.kind === "exists") {
    return { ...operand, form: { kind: "exists", negated: !operand.form.negated } };
  }
  return { kind: "not", operand, ...CONDITION, nullable: operand.nullable };
}

export function bindXor(left: BoundExpression, right: BoundExpression): BoundExpression {
  return boundCall({
    name: "xor",
    args: [requireScalar(left), requireScalar(right)],
    result: { ...CONDITION },
    build: ([a, b]) => {
      const first = truthReader(left, a as NonNullable<typeof a>);
      const second = truthReader(right, b as NonNullable<typeof b>);
      return (frame) => {
        const x = first(frame);
        const y = second(frame);
        return x === null || y === null ? null : x !== y ? 1 : 0;
      };
    },
  });
}

export function bindIs(
  operand: BoundExpression,
  test: "null" | "true" | "false" | "unknown",
  negated: boolean,
): BoundExpression {
  requireScalar(operand);
  if (test === "null" || test === "unknown") {
    return { kind: "is-null", operand, negated, ...CONDITION, nullable: false };
  }
  const wanted = test === "true";
  return boundCall({
    name: "is",
    args: [operand],
    result: { ...CONDITION, nullable: false },
    build: ([evaluate]) => {
      const truth = truthReader(operand, evaluate as NonNullable<typeof evaluate>);
      return (frame) => ((truth(frame) === wanted) !== negated ? 1 : 0);
    },
  });
}

export function bindBetween(
  [subject, low, high]: readonly [BoundExpression, BoundExpression, BoundExpression],
  negated: boolean,
  environment: BindEnvironment,
): BoundExpression {
  if (subject.kind === "row" || low.kind === "row" || high.kind === "row") {
    const inside = bindLogical("and", [
      bindComparison(">=", subject, low, environment),
      bindComparison("<=", subject, high, environment),
    ]);
    return negated ? bindNot(inside) : inside;
  }
  const options = { connectionCollation: environment.connectionCollation, operation: "between" };
  return {
    kind: "between",
    subject,
    low,
    high,
    negated,
    lowRule: comparisonRule(subject, low, options),
    highRule: comparisonRule(subject, high, options),
    ...CONDITION,
    nullable: subject.nullable || low.nullable || high.nullable,
  };
}

export function bindIn(
  subject: BoundExpression,
  items: readonly BoundExpression[],
  negated: boolean,
  environment: BindEnvironment,
): BoundExpression {
  if (subject.kind === "row" || items.some((item) => item.kind === "row")) {
    const any = bindLogical(
      "or",
      items.map((item) => bindComparison("=", subject, item, environment)),
    );
    return negated ? bindNot(any) : any;
  }
  const [first] = items;
  if (items.length === 1 && first !== undefined) {
    return bindComparison(negated ? "<>" : "=", subject, first, environment);
  }
  const options = { connectionCollation: environment.connectionCollation, operation: " IN " };
  return {
    kind: "in",
    subject,
    items,
    negated,
    rules: items.map((item) => comparisonRule(subject, item, options)),
    ...CONDITION,
    nullable: subject.nullable || items.some((item) => item.nullable),
  };
}

export function bindLike(
  parts: {
    readonly subject: BoundExpression;
    readonly pattern: BoundExpression;
    readonly escape: string | undefined;
  },
  negated: boolean,
  environment: BindEnvironment,
): BoundExpression {
  const subject = requireScalar(parts.subject);
  const pattern = requireScalar(parts.pattern);
  const traits = aggregateCollations([subject, pattern], {
    connectionCollation: environment.connectionCollation,
    operation: "like",
    forComparison: true,
  });
  if (parts.escape !== undefined && [...parts.escape].length > 1)
    throw sqlError("ER_WRONG_ARGUMENTS", "ESCAPE");
  return {
    kind: "like",
    subject,
    pattern,
    escape: parts.escape ?? (environment.sqlMode.has("NO_BACKSLASH_ESCAPES") ? "" : "\\"),
    collation: traits.collation,
    negated,
    ...CONDITION,
    nullable: subject.nullable || pattern.nullable,
  };
}

/** The plain `(SELECT …)`: a value, or a row where one is expected. */
export function bindScalarSubquery(plan: SubqueryPlan): BoundExpression {
  const [column] = plan.columns;
  if (column === undefined) throw sqlError("ER_OPERAND_COLUMNS", 1);
  return { ...column, kind: "subquery", form: { kind: "scalar" }, plan, nullable: true };
}

export function bindExists(plan: SubqueryPlan): BoundExpression {
  return { kind: "subquery", form: { kind: "exists", negated: false }, plan, ...CONDITION, nullable: false };
}

/** `left operator ANY|ALL (subquery)`; IN is `= any`, NOT IN is `<> all`. */
export function bindQuantified(
  comparisonForm: { readonly operator: ComparisonOperator; readonly quantifier: "any" | "all" },
  left: BoundExpression,
  plan: SubqueryPlan,
  environment: BindEnvironment,
): BoundExpression {
  const lefts = itemsOf(left);
  if (lefts.length !== plan.columns.length) throw sqlError("ER_OPERAND_COLUMNS", lefts.length);
  const form: SubqueryForm = {
    kind: "quantified",
    left: lefts,
    ...comparisonForm,
    rules: columnRules(lefts, plan, comparisonForm.operator, environment),
  };
  return { kind: "subquery", form, plan, ...CONDITION, nullable: true };
}

function columnRules(
  lefts: readonly BoundExpression[],
  plan: SubqueryPlan,
  operation: string,
  environment: BindEnvironment,
): ComparisonRule[] {
  return lefts.map((left, at) => {
    const column = plan.columns[at] as BoundBase;
    const options = { connectionCollation: environment.connectionCollation, operation };
    return comparisonRule(left, { ...column, kind: "register", register: -1 }, options);
  });
}

function rowAgainstSubquery(
  operator: ComparisonOperator,
  lefts: readonly BoundExpression[],
  plan: SubqueryPlan,
  environment: BindEnvironment,
): BoundExpression {
  if (lefts.length !== plan.columns.length) throw sqlError("ER_OPERAND_COLUMNS", lefts.length);
  const form: SubqueryForm = {
    kind: "row-comparison",
    left: lefts,
    operator,
    rules: columnRules(lefts, plan, operator, environment),
  };
  return { kind: "subquery", form, plan, ...CONDITION, nullable: true };
}

/** `(a, b)` */
export function bindRow(items: readonly BoundExpression[]): BoundRow {
  return { kind: "row", items, type: BIGINT, coercibility: 5, nullable: items.some((item) => item.nullable) };
}

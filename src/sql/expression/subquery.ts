/**
 * Subqueries as values. An uncorrelated one runs at most once per execution: its scalar value, its existence or the
 * set of its rows is remembered.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type {
  BoundBase,
  BoundExpression,
  BoundSubquery,
  ComparisonRule,
  SubqueryForm,
} from "../binder/bound-expression.ts";
import type { Evaluator, Frame } from "../executor/frame.ts";
import { type Comparator, comparator, satisfies } from "./comparison.ts";
import { ExecutionMark } from "./execution-mark.ts";
import { comparisonKeyReader } from "./value-order.ts";

/** `left` are the evaluators of the operand(s) of IN, ANY, ALL and row comparisons. */
export function compileSubquery(bound: BoundSubquery, left: readonly Evaluator[]): Evaluator {
  const { form } = bound;
  switch (form.kind) {
    case "scalar":
      return remembered(bound, scalarValue(bound));
    case "exists":
      return remembered(bound, existence(bound, form.negated));
    case "quantified": {
      if (!bound.plan.correlated && isMembership(form)) {
        const hashed = hashedMembership(bound, form, left);
        if (hashed !== undefined) return hashed;
      }
      return quantified(bound, form, left);
    }
    case "row-comparison":
      return rowComparison(bound, form, left);
  }
}

function remembered(bound: BoundSubquery, evaluate: Evaluator): Evaluator {
  if (bound.plan.correlated) return evaluate;
  const mark = new ExecutionMark();
  let value: Value = null;
  return (frame) => {
    if (!mark.isCurrent(frame)) {
      value = evaluate(frame);
      mark.set(frame);
    }
    return value;
  };
}

function scalarValue(bound: BoundSubquery): Evaluator {
  return (frame) => {
    let value: Value = null;
    let count = 0;
    bound.plan.forEachRow(frame, (row) => {
      if (count++ === 0) value = row[0] as Value;
      return count > 1;
    });
    if (count > 1) throw sqlError("ER_SUBQUERY_NO_1_ROW");
    return value;
  };
}

function existence(bound: BoundSubquery, negated: boolean): Evaluator {
  return (frame) => {
    let found = false;
    bound.plan.forEachRow(frame, () => {
      found = true;
      return true;
    });
    return found === negated ? 0 : 1;
  };
}

type Quantified = Extract<SubqueryForm, { kind: "quantified" }>;
type RowComparison = Extract<SubqueryForm, { kind: "row-comparison" }>;

function isMembership(form: Quantified): boolean {
  return (
    (form.operator === "=" && form.quantifier === "any") ||
    (form.operator === "<>" && form.quantifier === "all")
  );
}

/** A node that stands for a column of the subquery's current row. */
function columnNode(base: BoundBase): BoundExpression {
  return { ...base, kind: "register", register: -1 };
}

interface RowSide {
  row: readonly Value[];
  readonly comparators: readonly Comparator[];
}

function compareWithRow(
  bound: BoundSubquery,
  rules: readonly ComparisonRule[],
  leftNodes: readonly BoundExpression[],
  left: readonly Evaluator[],
): RowSide {
  const side: { row: readonly Value[]; comparators: Comparator[] } = { row: [], comparators: [] };
  bound.plan.columns.forEach((column, at) => {
    side.comparators.push(
      comparator(
        rules[at] as ComparisonRule,
        leftNodes[at] as BoundExpression,
        columnNode(column),
        left[at] as Evaluator,
        () => side.row[at] as Value,
      ),
    );
  });
  return side;
}

/** Row equality: false as soon as one pair differs, NULL when none differs but one is unknown. */
function rowEquality(comparators: readonly Comparator[], frame: Frame): boolean | null {
  let unknown = false;
  for (const compare of comparators) {
    const order = compare(frame);
    if (Number.isNaN(order)) unknown = true;
    else if (order !== 0) return false;
  }
  return unknown ? null : true;
}

function quantified(bound: BoundSubquery, form: Quantified, left: readonly Evaluator[]): Evaluator {
  const side = compareWithRow(bound, form.rules, form.left, left);
  const any = form.quantifier === "any";
  const holds = (frame: Frame): boolean | null => {
    if (form.operator === "=" || form.operator === "<>") {
      const equal = rowEquality(side.comparators, frame);
      return equal === null ? null : form.operator === "=" ? equal : !equal;
    }
    const order = (side.comparators[0] as Comparator)(frame);
    return Number.isNaN(order) ? null : satisfies(form.operator, order);
  };
  return (frame) => {
    let unknown = false;
    let decided = false;
    bound.plan.forEachRow(frame, (row) => {
      side.row = row;
      const result = holds(frame);
      if (result === null) unknown = true;
      else if (result === any) decided = true;
      return decided;
    });
    if (decided) return any ? 1 : 0;
    return unknown ? null : any ? 0 : 1;
  };
}

/** IN over an uncorrelated subquery: its rows hashed at the first look-up. */
function hashedMembership(
  bound: BoundSubquery,
  form: Quantified,
  left: readonly Evaluator[],
): Evaluator | undefined {
  const [node] = form.left;
  const [rule] = form.rules;
  const [column] = bound.plan.columns;
  const [subject] = left;
  if (node === undefined || rule === undefined || column === undefined || subject === undefined)
    return undefined;
  if (form.left.length !== 1) return undefined;
  let current: Value = null;
  const leftKey = comparisonKeyReader(rule, node, subject);
  const rowKey = comparisonKeyReader(rule, columnNode(column), () => current);
  if (leftKey === undefined || rowKey === undefined) return undefined;
  const yes = form.operator === "=" ? 1 : 0;
  const no = 1 - yes;
  const mark = new ExecutionMark();
  let members = new Set<unknown>();
  let hasNull = false;
  const fill = (frame: Frame): void => {
    members = new Set();
    hasNull = false;
    bound.plan.forEachRow(frame, (row) => {
      current = row[0] as Value;
      const key = rowKey(frame);
      if (key === null) hasNull = true;
      else members.add(key);
      return false;
    });
    mark.set(frame);
  };
  return (frame) => {
    if (!mark.isCurrent(frame)) fill(frame);
    if (members.size === 0 && !hasNull) return no;
    const key = leftKey(frame);
    if (key === null) return null;
    return members.has(key) ? yes : hasNull ? null : no;
  };
}

function rowComparison(bound: BoundSubquery, form: RowComparison, left: readonly Evaluator[]): Evaluator {
  const side = compareWithRow(bound, form.rules, form.left, left);
  return (frame) => {
    let answer: Value = null;
    let count = 0;
    bound.plan.forEachRow(frame, (row) => {
      if (count++ > 0) return true;
      side.row = row;
      answer = compareRows(form.operator, side.comparators, frame);
      return false;
    });
    if (count > 1) throw sqlError("ER_SUBQUERY_NO_1_ROW");
    return answer;
  };
}

function compareRows(
  operator: RowComparison["operator"],
  comparators: readonly Comparator[],
  frame: Frame,
): Value {
  if (operator === "=" || operator === "<>") {
    const equal = rowEquality(comparators, frame);
    return equal === null ? null : equal === (operator === "=") ? 1 : 0;
  }
  for (const compare of comparators) {
    const order = compare(frame);
    if (Number.isNaN(order)) return null;
    if (order !== 0) return satisfies(operator, order) ? 1 : 0;
  }
  return satisfies(operator, 0) ? 1 : 0;
}

/**
 * Compiles bound expressions into closures over frames. Conditions have two forms: an evaluator giving 1, 0 or NULL,
 * and a predicate in which NULL counts as false, with byte-wise fast paths for what filters usually are.
 */
import type { Hash } from "../../bytes/hash.ts";
import { type DateTime, dateTimeFromMicros, microsOfDateTime } from "../../values/datetime.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { Value } from "../../values/value.ts";
import type { BoundColumn, BoundExpression, BoundLogical } from "../binder/bound-expression.ts";
import { volatilityOf } from "../binder/bound-expression.ts";
import type { Evaluator, Frame, Predicate, RowSlot } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { compileColumnComparison } from "./column-comparison.ts";
import { compileColumnLike } from "./column-like.ts";
import { comparator, compileComparison, testOf } from "./comparison.ts";
import { ExecutionMark } from "./execution-mark.ts";
import { compileIn } from "./in-list.ts";
import { compileLike } from "./like.ts";
import { truthReader } from "./readers.ts";
import type { RowLayout } from "./row-layout.ts";
import { compileSubquery } from "./subquery.ts";

/** The value of `bound` for the row a frame shows; its JavaScript type follows from `bound.type`. */
export function compileExpression(bound: BoundExpression, layout: RowLayout): Evaluator {
  switch (bound.kind) {
    case "constant": {
      const { value } = bound;
      return () => value;
    }
    case "parameter": {
      const { index } = bound;
      return (frame) => frame.parameters[index] as Value;
    }
    case "column":
      return compileColumn(bound, layout);
    case "register": {
      const { register } = bound;
      return (frame) => frame.registers[register] as Value;
    }
    case "comparison": {
      const left = compileExpression(bound.left, layout);
      return compileComparison(bound, left, compileExpression(bound.right, layout));
    }
    case "and":
    case "or":
      return compileLogical(bound, layout);
    case "not": {
      const truth = compileTruth(bound.operand, layout);
      return (frame) => {
        const value = truth(frame);
        return value === null ? null : value ? 0 : 1;
      };
    }
    case "is-null": {
      const operand = compileExpression(bound.operand, layout);
      return bound.negated
        ? (frame) => (operand(frame) === null ? 0 : 1)
        : (frame) => (operand(frame) === null ? 1 : 0);
    }
    case "between":
      return compileBetween(bound, layout);
    case "in":
      return compileIn(
        bound,
        compileExpression(bound.subject, layout),
        bound.items.map((item) => compileExpression(item, layout)),
      );
    case "like":
      return compileLike(
        bound,
        compileExpression(bound.subject, layout),
        compileExpression(bound.pattern, layout),
      );
    case "call": {
      const evaluator = bound.build(bound.args.map((argument) => compileExpression(argument, layout)));
      return bound.volatility === "constant" && volatilityOf(bound) === "statement"
        ? oncePerStatement(evaluator)
        : evaluator;
    }
    case "subquery":
      return compileSubquery(
        bound,
        "left" in bound.form ? bound.form.left.map((operand) => compileExpression(operand, layout)) : [],
      );
    case "row":
      throw sqlError("ER_OPERAND_COLUMNS", 1);
  }
}

/** Computes what does not change within a statement only once for each execution. */
function oncePerStatement(evaluate: Evaluator): Evaluator {
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

function compileColumn(bound: BoundColumn, layout: RowLayout): Evaluator {
  const { slot } = bound;
  const reader = layout.columnReader(slot, bound.column);
  let current: StatementContext;
  const readBlob = (hash: Hash): Uint8Array => current.readBlob(slot, hash);
  if (bound.type.kind === "timestamp") {
    return (frame) => {
      const row = frame.slots[slot] as RowSlot;
      if (!row.present) return null;
      current = frame.context;
      const value = reader.read(row, readBlob) as DateTime | null;
      return value === null ? null : toSessionTime(value, frame.context);
    };
  }
  return (frame) => {
    const row = frame.slots[slot] as RowSlot;
    if (!row.present) return null;
    current = frame.context;
    return reader.read(row, readBlob);
  };
}

/** A stored TIMESTAMP (UTC) as the session sees it. The zero timestamp has no zone. */
function toSessionTime(value: DateTime, context: StatementContext): DateTime {
  if (value.hasZeroPart) return value;
  const micros = microsOfDateTime(value);
  const offset = context.timeZoneOffsetMicros(micros);
  return offset === 0 ? value : dateTimeFromMicros(micros + offset);
}

type Truth = (frame: Frame) => boolean | null;

/** Three-valued truth of any expression. */
function compileTruth(bound: BoundExpression, layout: RowLayout): Truth {
  return truthReader(bound, compileExpression(bound, layout));
}

function compileLogical(bound: BoundLogical, layout: RowLayout): Evaluator {
  const operands = bound.operands.map((operand) => compileTruth(operand, layout));
  const decisive = bound.kind === "or";
  return (frame) => {
    let unknown = false;
    for (let i = 0; i < operands.length; i++) {
      const value = (operands[i] as Truth)(frame);
      if (value === decisive) return decisive ? 1 : 0;
      if (value === null) unknown = true;
    }
    return unknown ? null : decisive ? 0 : 1;
  };
}

function compileBetween(bound: BoundExpression & { kind: "between" }, layout: RowLayout): Evaluator {
  const subject = compileExpression(bound.subject, layout);
  const low = comparator(
    bound.lowRule,
    bound.subject,
    bound.low,
    subject,
    compileExpression(bound.low, layout),
  );
  const high = comparator(
    bound.highRule,
    bound.subject,
    bound.high,
    subject,
    compileExpression(bound.high, layout),
  );
  const yes = bound.negated ? 0 : 1;
  const no = bound.negated ? 1 : 0;
  return (frame) => {
    const fromLow = low(frame);
    if (fromLow < 0) return no;
    const fromHigh = high(frame);
    if (fromHigh > 0) return no;
    return fromLow >= 0 && fromHigh <= 0 ? yes : null;
  };
}

/** The condition of a WHERE, HAVING, ON or CHECK-like clause: NULL counts as false. */
export function compilePredicate(bound: BoundExpression, layout: RowLayout): Predicate {
  switch (bound.kind) {
    case "and": {
      const operands = bound.operands.map((operand) => compilePredicate(operand, layout));
      const [first, second] = operands;
      if (operands.length === 2 && first !== undefined && second !== undefined) {
        return (frame) => first(frame) && second(frame);
      }
      return (frame) => {
        for (let i = 0; i < operands.length; i++) if (!(operands[i] as Predicate)(frame)) return false;
        return true;
      };
    }
    case "or": {
      const operands = bound.operands.map((operand) => compilePredicate(operand, layout));
      return (frame) => {
        for (let i = 0; i < operands.length; i++) if ((operands[i] as Predicate)(frame)) return true;
        return false;
      };
    }
    case "comparison": {
      const fast = compileColumnComparison(bound, layout);
      if (fast !== undefined) return fast;
      const compare = comparator(
        bound.rule,
        bound.left,
        bound.right,
        compileExpression(bound.left, layout),
        compileExpression(bound.right, layout),
      );
      if (bound.operator === "<=>") break;
      return testOf(bound.operator, compare);
    }
    case "between":
      if (!bound.negated) {
        const low = comparisonOf(bound, ">=", "low");
        const high = comparisonOf(bound, "<=", "high");
        const fromLow = compilePredicate(low, layout);
        const toHigh = compilePredicate(high, layout);
        return (frame) => fromLow(frame) && toHigh(frame);
      }
      break;
    case "is-null": {
      if (bound.operand.kind === "column") return compileNullTest(bound.operand, bound.negated, layout);
      break;
    }
    case "like": {
      const fast = compileColumnLike(bound, layout);
      if (fast !== undefined) return fast;
      break;
    }
    default:
      break;
  }
  const truth = compileTruth(bound, layout);
  return (frame) => truth(frame) === true;
}

function comparisonOf(
  between: BoundExpression & { kind: "between" },
  operator: ">=" | "<=",
  side: "low" | "high",
): BoundExpression {
  return {
    kind: "comparison",
    operator,
    left: between.subject,
    right: between[side],
    rule: side === "low" ? between.lowRule : between.highRule,
    type: between.type,
    nullable: between.nullable,
    coercibility: between.coercibility,
  };
}

function compileNullTest(column: BoundColumn, negated: boolean, layout: RowLayout): Predicate {
  const reader = layout.columnReader(column.slot, column.column);
  const { slot } = column;
  return (frame) => {
    const row = frame.slots[slot] as RowSlot;
    return (row.present && reader.locate(row) !== 0) === negated;
  };
}

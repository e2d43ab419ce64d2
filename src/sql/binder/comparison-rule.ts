/** As what two expressions are compared, decided from their static types as MySQL does. */
import type { SqlType } from "../../values/sql-type.ts";
import type { BoundExpression, ComparisonOperator, ComparisonRule } from "./bound-expression.ts";
import { volatilityOf } from "./bound-expression.ts";
import { aggregateCollations } from "./collation-aggregation.ts";
import { isStringType, isTemporalType } from "./types.ts";

const INTEGER: ComparisonRule = { kind: "integer" };
const DECIMAL: ComparisonRule = { kind: "decimal" };
const FLOATING: ComparisonRule = { kind: "double" };
const BYTES: ComparisonRule = { kind: "bytes" };
const DATETIME: ComparisonRule = { kind: "datetime" };
const DATE: ComparisonRule = { kind: "date" };
const TIME: ComparisonRule = { kind: "time" };
const JSON_RULE: ComparisonRule = { kind: "json" };

function isIntegerLike(type: SqlType): boolean {
  return type.kind === "integer" || type.kind === "year" || type.kind === "bit";
}

/** A column, as against an expression: temporal columns read constants of other types as their own. */
function isColumn(expression: BoundExpression): boolean {
  return expression.kind === "column" || (expression.kind === "register" && expression.origin !== undefined);
}

function isConstant(expression: BoundExpression): boolean {
  return volatilityOf(expression) !== "row";
}

/** The rule for `left operator right`; `operation` is for the text of collation errors. */
export function comparisonRule(
  left: BoundExpression,
  right: BoundExpression,
  options: { readonly connectionCollation: string; readonly operation: string },
): ComparisonRule {
  const a = left.type;
  const b = right.type;
  if (a.kind === "null" || b.kind === "null")
    return comparisonOfOne(a.kind === "null" ? right : left, options);
  if (a.kind === "json" || b.kind === "json") return JSON_RULE;
  const temporal = temporalRule(left, right);
  if (temporal !== undefined) return temporal;
  if (isStringType(a) && isStringType(b)) {
    const traits = aggregateCollations([left, right], { ...options, forComparison: true });
    return traits.collation === "binary" ? BYTES : { kind: "text", collation: traits.collation };
  }
  if (a.kind === "geometry" || b.kind === "geometry") return BYTES;
  if (a.kind === "bit" || b.kind === "bit") {
    if (isIntegerLike(a) && isIntegerLike(b)) return INTEGER;
    if (isStringType(a) || isStringType(b)) return FLOATING;
  }
  // Enumerations and sets compare with numbers by their index or bits.
  const aNumber = a.kind === "enum" || a.kind === "set" ? "integer" : a.kind;
  const bNumber = b.kind === "enum" || b.kind === "set" ? "integer" : b.kind;
  if (isStringType(a) && aNumber !== "integer") return stringAgainstNumber(left, right);
  if (isStringType(b) && bNumber !== "integer") return stringAgainstNumber(right, left);
  if (a.kind === "float" || b.kind === "float") return FLOATING;
  if (a.kind === "decimal" || b.kind === "decimal") return DECIMAL;
  if (temporalNumber(a) === "decimal" || temporalNumber(b) === "decimal") return DECIMAL;
  return INTEGER;
}

function temporalNumber(type: SqlType): "integer" | "decimal" {
  return "fraction" in type && type.fraction > 0 ? "decimal" : "integer";
}

/** Strings against numbers compare as doubles, but a constant string against an integer or decimal column keeps the
 *  column's exact values when it is itself an exact number; the double rule covers it for all safe integers. */
function stringAgainstNumber(_text: BoundExpression, number: BoundExpression): ComparisonRule {
  return number.type.kind === "year" && isConstant(_text) ? INTEGER : FLOATING;
}

function temporalRule(left: BoundExpression, right: BoundExpression): ComparisonRule | undefined {
  const a = left.type;
  const b = right.type;
  const aTemporal = isTemporalType(a);
  const bTemporal = isTemporalType(b);
  if (!aTemporal && !bTemporal) return undefined;
  if (aTemporal && bTemporal) {
    if (a.kind === "date" && b.kind === "date") return DATE;
    if (a.kind === "time" && b.kind === "time") return TIME;
    return DATETIME;
  }
  const [temporal, other] = aTemporal ? [left, right] : [right, left];
  if (isStringType(other.type)) {
    if (temporal.type.kind === "time") return TIME;
    return DATETIME;
  }
  // A constant number is read as a date by a temporal column; otherwise the temporal value is a number.
  if (
    temporal.type.kind !== "time" &&
    isColumn(temporal) &&
    isConstant(other) &&
    other.type.kind !== "float"
  ) {
    return DATETIME;
  }
  if (temporal.type.kind === "time" && isColumn(temporal) && isConstant(other)) return TIME;
  if (other.type.kind === "year") return temporal.type.kind === "time" ? INTEGER : INTEGER;
  return undefined;
}

function comparisonOfOne(
  known: BoundExpression,
  options: { readonly connectionCollation: string; readonly operation: string },
): ComparisonRule {
  switch (known.type.kind) {
    case "string":
    case "enum":
    case "set":
      return { kind: "text", collation: known.type.collation };
    case "binary":
    case "geometry":
      return BYTES;
    case "float":
      return FLOATING;
    case "decimal":
      return DECIMAL;
    case "date":
      return DATE;
    case "time":
      return TIME;
    case "datetime":
    case "timestamp":
      return DATETIME;
    case "json":
      return JSON_RULE;
    case "null":
      return { kind: "text", collation: options.connectionCollation };
    default:
      return INTEGER;
  }
}

/** The operator that holds of `b, a` exactly when `operator` holds of `a, b`. */
export function mirrored(operator: ComparisonOperator): ComparisonOperator {
  switch (operator) {
    case "<":
      return ">";
    case "<=":
      return ">=";
    case ">":
      return "<";
    case ">=":
      return "<=";
    default:
      return operator;
  }
}

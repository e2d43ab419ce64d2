/** `+ - * / DIV %` and unary minus: MySQL's result types and overflow rules. */
import {
  addDecimals,
  canonicalInteger,
  type Decimal,
  decimalFromInteger,
  decimalToInteger,
  divideDecimals,
  integerDigits,
  multiplyDecimals,
  negateDecimal,
  remainderOfDecimals,
  roundDecimal,
  subtractDecimals,
} from "../../values/decimal.ts";
import { sqlError } from "../../values/sql-error.ts";
import type { SqlInteger, Value } from "../../values/value.ts";
import type { ArithmeticOperator } from "../ast/expression.ts";
import type { BoundExpression } from "../binder/bound-expression.ts";
import type { BindEnvironment } from "../binder/name-scope.ts";
import { printBound } from "../binder/print-bound.ts";
import {
  BIGINT,
  BIGINT_UNSIGNED,
  DOUBLE,
  decimalShape,
  decimalType,
  displayWidth,
  isUnsigned,
  type NumericClass,
  numericClass,
} from "../binder/types.ts";
import type { Evaluator } from "../executor/frame.ts";
import type { StatementContext } from "../executor/statement-context.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "../expression/number-conversion.ts";
import { type Read, readDecimal, readDouble, readInteger } from "../expression/readers.ts";
import { boundCall, type ResultShape } from "./function-definition.ts";

type Operator = Extract<ArithmeticOperator, "+" | "-" | "*" | "/" | "div" | "%">;

function classOf(operand: BoundExpression): NumericClass {
  return operand.binaryLiteral === true ? "integer" : numericClass(operand.type);
}

function unsignedOperand(operand: BoundExpression): boolean {
  return operand.binaryLiteral === true || isUnsigned(operand.type);
}

export function bindArithmetic(
  operator: ArithmeticOperator,
  left: BoundExpression,
  right: BoundExpression,
  environment: BindEnvironment,
): BoundExpression {
  const op = operator as Operator;
  const classes = [classOf(left), classOf(right)];
  let joint: NumericClass = classes.includes("double")
    ? "double"
    : classes.includes("decimal")
      ? "decimal"
      : "integer";
  if (op === "/" && joint === "integer") joint = "decimal";
  const result = resultShape(op, joint, left, right, environment);
  const text = { operator: op, left, right };
  return boundCall({
    name: op,
    args: [left, right],
    result: { ...result, nullable: result.nullable ?? (left.nullable || right.nullable) },
    build: ([a, b]) => buildArithmetic(text, joint, result, [a as Evaluator, b as Evaluator]),
  });
}

function resultShape(
  operator: Operator,
  joint: NumericClass,
  left: BoundExpression,
  right: BoundExpression,
  environment: BindEnvironment,
): ResultShape {
  const unsigned = unsignedOperand(left) || unsignedOperand(right);
  if (operator === "div") {
    return { type: unsigned ? BIGINT_UNSIGNED : BIGINT, nullable: true, displayLength: displayWidth(left) };
  }
  if (joint === "integer") {
    const noUnsigned = operator === "-" && environment.sqlMode.has("NO_UNSIGNED_SUBTRACTION");
    const flag = operator === "%" ? unsignedOperand(left) : unsigned && !noUnsigned;
    const widths = [displayWidth(left), displayWidth(right)] as const;
    const width =
      operator === "*"
        ? widths[0] + widths[1]
        : operator === "%"
          ? Math.max(...widths)
          : Math.max(...widths) + 1;
    return {
      type: flag ? BIGINT_UNSIGNED : BIGINT,
      displayLength: Math.min(20, width) + (operator === "%" ? 0 : 1),
      ...(operator === "%" ? { nullable: true } : {}),
    };
  }
  if (joint === "double") {
    const fixed = operator === "/" || operator === "%" ? { nullable: true } : {};
    return { type: DOUBLE, ...fixed, ...doubleDecimals(operator, left, right) };
  }
  const a = decimalShape(left);
  const b = decimalShape(right);
  const allUnsigned = isUnsigned(left.type) && isUnsigned(right.type);
  switch (operator) {
    case "+":
    case "-": {
      const scale = Math.max(a.scale, b.scale);
      const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
      return { type: decimalType(whole + scale + 1, scale, allUnsigned && operator === "+") };
    }
    case "*":
      return { type: decimalType(a.precision + b.precision, Math.min(30, a.scale + b.scale), allUnsigned) };
    case "/": {
      const increment = environment.divPrecisionIncrement;
      const precision = a.precision + b.scale + increment;
      return { type: decimalType(precision, Math.min(30, a.scale + increment), allUnsigned), nullable: true };
    }
    case "%": {
      const scale = Math.max(a.scale, b.scale);
      return {
        type: decimalType(Math.max(a.precision, b.precision), scale, isUnsigned(left.type)),
        nullable: true,
      };
    }
  }
}

/** Digits after the point that an operand surely has at most; 31 when that is not known. */
function fixedDecimals(operand: BoundExpression): number {
  switch (operand.type.kind) {
    case "float":
      return operand.decimals ?? operand.type.scale ?? 31;
    case "integer":
    case "decimal":
    case "year":
    case "bit":
    case "date":
    case "time":
    case "datetime":
    case "timestamp":
      return decimalShape(operand).scale;
    default:
      return 31;
  }
}

function doubleDecimals(
  operator: Operator,
  left: BoundExpression,
  right: BoundExpression,
): { decimals?: number } {
  const [a, b] = [fixedDecimals(left), fixedDecimals(right)];
  if (a >= 31 || b >= 31) return {};
  if (operator === "+" || operator === "-") return { decimals: Math.max(a, b) };
  return operator === "*" && a + b < 31 ? { decimals: a + b } : {};
}

interface ArithmeticText {
  readonly operator: Operator;
  readonly left: BoundExpression;
  readonly right: BoundExpression;
}

function outOfRange(kind: string, { operator, left, right }: ArithmeticText): Error {
  const sign = operator === "div" ? "DIV" : operator;
  return sqlError("ER_DATA_OUT_OF_RANGE", kind, `(${printBound(left)} ${sign} ${printBound(right)})`);
}

/** Division by zero: NULL, and warning 1365 (an error in strict data changes) under ERROR_FOR_DIVISION_BY_ZERO. */
function divisionByZero(context: StatementContext): null {
  if (context.sqlMode.has("ERROR_FOR_DIVISION_BY_ZERO")) {
    const error = sqlError("ER_DIVISION_BY_ZERO");
    if (context.strict) throw error;
    context.warn("Warning", error.errno, error.message);
  }
  return null;
}

function both<T>(
  left: Read<T>,
  right: Read<T>,
  combine: (a: T, b: T, context: StatementContext) => Value,
): Evaluator {
  return (frame) => {
    const a = left(frame);
    if (a === null) return null;
    const b = right(frame);
    return b === null ? null : combine(a, b, frame.context);
  };
}

function buildArithmetic(
  text: ArithmeticText,
  joint: NumericClass,
  result: ResultShape,
  [a, b]: readonly [Evaluator, Evaluator],
): Evaluator {
  const { operator, left, right } = text;
  if (operator === "div") return buildDiv(text, joint, result, [a, b]);
  if (joint === "integer") {
    return buildInteger(text, isUnsigned(result.type), readInteger(left, a), readInteger(right, b));
  }
  if (joint === "double") return buildDouble(text, readDouble(left, a), readDouble(right, b));
  return buildDecimal(text, result, readDecimal(left, a), readDecimal(right, b));
}

function buildInteger(
  text: ArithmeticText,
  unsigned: boolean,
  a: Read<SqlInteger>,
  b: Read<SqlInteger>,
): Evaluator {
  const check = (exact: bigint): SqlInteger => {
    const fits = unsigned ? exact >= 0n && exact <= UINT64_MAX : exact >= INT64_MIN && exact <= INT64_MAX;
    if (!fits) throw outOfRange(unsigned ? "BIGINT UNSIGNED" : "BIGINT", text);
    return canonicalInteger(exact);
  };
  const safe = (value: number): boolean => Number.isSafeInteger(value) && (!unsigned || value >= 0);
  switch (text.operator) {
    case "+":
      return both(a, b, (x, y) => {
        if (typeof x === "number" && typeof y === "number") {
          const sum = x + y;
          if (safe(sum)) return sum;
        }
        return check(BigInt(x) + BigInt(y));
      });
    case "-":
      return both(a, b, (x, y) => {
        if (typeof x === "number" && typeof y === "number") {
          const difference = x - y;
          if (safe(difference)) return difference;
        }
        return check(BigInt(x) - BigInt(y));
      });
    case "*":
      return both(a, b, (x, y) => {
        if (typeof x === "number" && typeof y === "number") {
          const product = x * y;
          if (safe(product)) return product + 0;
        }
        return check(BigInt(x) * BigInt(y));
      });
    default:
      return both(a, b, (x, y, context) => {
        if (y === 0) return divisionByZero(context);
        if (typeof x === "number" && typeof y === "number") return (x % y) + 0;
        return canonicalInteger(BigInt(x) % BigInt(y));
      });
  }
}

function buildDouble(text: ArithmeticText, a: Read<number>, b: Read<number>): Evaluator {
  const check = (value: number): number => {
    if (!Number.isFinite(value)) throw outOfRange("DOUBLE", text);
    return value;
  };
  switch (text.operator) {
    case "+":
      return both(a, b, (x, y) => check(x + y));
    case "-":
      return both(a, b, (x, y) => check(x - y));
    case "*":
      return both(a, b, (x, y) => check(x * y));
    case "/":
      return both(a, b, (x, y, context) => (y === 0 ? divisionByZero(context) : check(x / y)));
    default:
      return both(a, b, (x, y, context) => (y === 0 ? divisionByZero(context) : check(x % y)));
  }
}

/** Intermediate results may be longer than any DECIMAL column: nine words of nine digits. */
const MAX_DIGITS = 81;

function buildDecimal(
  text: ArithmeticText,
  result: ResultShape,
  a: Read<Decimal>,
  b: Read<Decimal>,
): Evaluator {
  const scale = result.type.kind === "decimal" ? result.type.scale : 0;
  const check = (value: Decimal): Decimal => {
    if (typeof value.digits === "bigint" && integerDigits(value) + value.scale > MAX_DIGITS) {
      if (integerDigits(value) > MAX_DIGITS) throw outOfRange("DECIMAL", text);
      return roundDecimal(value, Math.max(0, MAX_DIGITS - integerDigits(value)));
    }
    return value;
  };
  switch (text.operator) {
    case "+":
      return both(a, b, (x, y) => check(addDecimals(x, y)));
    case "-":
      return both(a, b, (x, y) => check(subtractDecimals(x, y)));
    case "*":
      return both(a, b, (x, y) => check(multiplyDecimals(x, y)));
    case "/":
      return both(a, b, (x, y, context) => {
        const quotient = divideDecimals(x, y, scale);
        return quotient === undefined ? divisionByZero(context) : check(quotient);
      });
    default:
      return both(a, b, (x, y, context) => remainderOfDecimals(x, y) ?? divisionByZero(context));
  }
}

function buildDiv(
  text: ArithmeticText,
  joint: NumericClass,
  result: ResultShape,
  [a, b]: readonly [Evaluator, Evaluator],
): Evaluator {
  const unsigned = isUnsigned(result.type);
  const check = (exact: SqlInteger): SqlInteger => {
    const fits = unsigned ? exact >= 0 && exact <= UINT64_MAX : exact >= INT64_MIN && exact <= INT64_MAX;
    if (!fits) throw outOfRange(unsigned ? "BIGINT UNSIGNED" : "BIGINT", text);
    return exact;
  };
  if (joint === "integer") {
    return both(readInteger(text.left, a), readInteger(text.right, b), (x, y, context) => {
      if (y === 0) return divisionByZero(context);
      if (typeof x === "number" && typeof y === "number") return check(Math.trunc(x / y) + 0);
      return check(canonicalInteger(BigInt(x) / BigInt(y)));
    });
  }
  return both(readDecimal(text.left, a), readDecimal(text.right, b), (x, y, context) => {
    const quotient = divideDecimals(x, y, 0, "truncate");
    return quotient === undefined ? divisionByZero(context) : check(decimalToInteger(quotient));
  });
}

/** A minus before a number literal makes a negative literal. */
function negatedLiteral(operand: BoundExpression): BoundExpression | undefined {
  if (operand.kind !== "constant" || operand.binaryLiteral === true || operand.value === null)
    return undefined;
  const { value, type } = operand;
  const displayLength = displayWidth(operand) + 1;
  if (type.kind === "integer" && typeof value === "number") {
    return { ...operand, value: 0 - value, type: BIGINT, displayLength };
  }
  if (type.kind === "integer" && value === INT64_MAX + 1n) {
    return { ...operand, value: INT64_MIN, type: BIGINT, displayLength };
  }
  if (type.kind === "float" && typeof value === "number") return { ...operand, value: -value, displayLength };
  if (type.kind === "decimal") return { ...operand, value: negateDecimal(value as Decimal) };
  return undefined;
}

export function bindNegation(operand: BoundExpression): BoundExpression {
  const literal = negatedLiteral(operand);
  if (literal !== undefined) return literal;
  const kind = classOf(operand);
  const width = displayWidth(operand) + 1;
  if (kind === "integer") {
    // -9223372036854775808 is a literal above the signed range with a minus before it.
    const wide =
      operand.kind === "constant" && typeof operand.value === "bigint" && operand.value > INT64_MAX + 1n;
    if (wide && operand.kind === "constant") {
      return bindNegation({
        ...operand,
        type: decimalType(20, 0),
        value: decimalFromInteger(operand.value as bigint),
      });
    }
    return boundCall({
      name: "negate",
      args: [operand],
      result: { type: BIGINT, displayLength: width },
      build: ([evaluate]) => negateInteger(operand, readInteger(operand, evaluate as Evaluator)),
    });
  }
  if (kind === "decimal") {
    const shape = decimalShape(operand);
    return boundCall({
      name: "negate",
      args: [operand],
      result: { type: decimalType(shape.precision, shape.scale) },
      build: ([evaluate]) => {
        const read = readDecimal(operand, evaluate as Evaluator);
        return (frame) => {
          const value = read(frame);
          return value === null ? null : negateDecimal(value);
        };
      },
    });
  }
  return boundCall({
    name: "negate",
    args: [operand],
    result: { type: DOUBLE, ...(operand.decimals === undefined ? {} : { decimals: operand.decimals }) },
    build: ([evaluate]) => {
      const read = readDouble(operand, evaluate as Evaluator);
      return (frame) => {
        const value = read(frame);
        return value === null ? null : -value;
      };
    },
  });
}

function negateInteger(operand: BoundExpression, read: Read<SqlInteger>): Evaluator {
  return (frame) => {
    const value = read(frame);
    if (value === null) return null;
    if (typeof value === "number") return 0 - value;
    const negated = -value;
    if (negated < INT64_MIN || negated > INT64_MAX)
      throw sqlError("ER_DATA_OUT_OF_RANGE", "BIGINT", `-(${printBound(operand)})`);
    return canonicalInteger(negated);
  };
}

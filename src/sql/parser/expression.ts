/** Expressions by precedence climbing: from OR down to the operators between simple expressions. */
import type { ComparisonOperator, Expression, IntervalUnit } from "../ast/expression.ts";
import { T_RESERVED, T_WORD } from "../lexer/lexer.ts";
import { decodeText } from "../lexer/string-text.ts";
import { parseSubquery } from "./query.ts";
import { parseSimple } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

const INTERVAL_UNITS: ReadonlySet<string> = new Set<IntervalUnit>([
  "microsecond",
  "second",
  "minute",
  "hour",
  "day",
  "week",
  "month",
  "quarter",
  "year",
  "second_microsecond",
  "minute_microsecond",
  "minute_second",
  "hour_microsecond",
  "hour_second",
  "hour_minute",
  "day_microsecond",
  "day_second",
  "day_minute",
  "day_hour",
  "year_month",
]);

function isUnit(name: string): name is IntervalUnit {
  return INTERVAL_UNITS.has(name);
}

/** DAY, HOUR_MINUTE … and the SQL_TSI_ forms */
export function parseUnit(reader: TokenReader): IntervalUnit {
  if (reader.kind !== T_WORD && reader.kind !== T_RESERVED) reader.fail();
  const name = decodeText(reader.text, reader.start, reader.tokenEnd)
    .toLowerCase()
    .replace(/^sql_tsi_/, "");
  if (!isUnit(name)) reader.fail();
  reader.advance();
  return name;
}

export function parseExpression(reader: TokenReader): Expression {
  reader.enter();
  const expression = parseOr(reader);
  reader.leave();
  return expression;
}

export function parseExpressionList(reader: TokenReader): Expression[] {
  return reader.list(() => parseExpression(reader));
}

function logical(
  kind: "and" | "or",
  operands: readonly Expression[],
  start: number,
  end: number,
): Expression {
  return { kind, operands, start, end };
}

function parseOr(reader: TokenReader): Expression {
  const start = reader.start;
  const first = parseXor(reader);
  if (!atOr(reader)) return first;
  const operands = [first];
  while (atOr(reader)) {
    reader.advance();
    operands.push(parseXor(reader));
  }
  return logical("or", flatten("or", operands), start, reader.previousEnd);
}

function atOr(reader: TokenReader): boolean {
  return reader.at("OR") || (reader.at("||") && !reader.options.pipesAsConcat);
}

/** `(a AND b) AND c` is one AND of three, as MySQL makes it. */
function flatten(kind: "and" | "or", operands: readonly Expression[]): Expression[] {
  return operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
}

function parseXor(reader: TokenReader): Expression {
  const start = reader.start;
  let left = parseAnd(reader);
  while (reader.accept("XOR")) {
    const right = parseAnd(reader);
    left = { kind: "binary", operator: "xor", left, right, start, end: reader.previousEnd };
  }
  return left;
}

function parseAnd(reader: TokenReader): Expression {
  const start = reader.start;
  const first = parseNot(reader);
  if (!reader.at("AND") && !reader.at("&&")) return first;
  const operands = [first];
  while (reader.accept("AND") || reader.accept("&&")) operands.push(parseNot(reader));
  return logical("and", flatten("and", operands), start, reader.previousEnd);
}

function parseNot(reader: TokenReader): Expression {
  const start = reader.start;
  if (reader.options.highNotPrecedence || !reader.accept("NOT")) return parseIsTruth(reader);
  reader.enter();
  const operand = parseNot(reader);
  reader.leave();
  return { kind: "unary", operator: "not", operand, start, end: reader.previousEnd };
}

/** `boolean primary [IS [NOT] TRUE | FALSE | UNKNOWN]`: may not be repeated, unlike IS NULL. */
function parseIsTruth(reader: TokenReader): Expression {
  const start = reader.start;
  const operand = parseBooleanPrimary(reader, start);
  if (!reader.at("IS")) return operand;
  reader.advance();
  const negated = reader.accept("NOT");
  const test = reader.word.toLowerCase();
  if (test !== "true" && test !== "false" && test !== "unknown") reader.fail();
  reader.advance();
  return { kind: "is", operand, test, negated, start, end: reader.previousEnd };
}

const COMPARISONS: ReadonlyMap<string, ComparisonOperator> = new Map(
  (["=", "<=>", "<>", "<", "<=", ">", ">="] as const).map((operator) => [operator, operator]),
);

function parseBooleanPrimary(reader: TokenReader, start: number): Expression {
  let left = parsePredicate(reader, start);
  for (;;) {
    if (reader.at("IS")) {
      const negated = reader.wordAt(1) === "NOT";
      if (reader.wordAt(negated ? 2 : 1) !== "NULL") return left;
      reader.moveTo(reader.position + (negated ? 3 : 2));
      left = { kind: "is", operand: left, test: "null", negated, start, end: reader.previousEnd };
      continue;
    }
    const operator = COMPARISONS.get(reader.word);
    if (operator === undefined || !reader.atOperator) return left;
    reader.advance();
    const word = reader.word;
    if (word === "ALL" || ((word === "ANY" || word === "SOME") && reader.wordAt(1) === "(")) {
      if (operator === "<=>") reader.fail();
      reader.advance();
      const query = parseSubquery(reader);
      const quantifier = word === "ALL" ? "all" : "any";
      left = {
        kind: "quantified",
        operator,
        operand: left,
        quantifier,
        query,
        start,
        end: reader.previousEnd,
      };
    } else {
      const right = parsePredicate(reader, reader.start);
      left = { kind: "binary", operator, left, right, start, end: reader.previousEnd };
    }
  }
}

function parsePredicate(reader: TokenReader, start: number): Expression {
  const operand = parseBits(reader);
  const notAhead = reader.at("NOT") ? 1 : 0;
  switch (reader.wordAt(notAhead)) {
    case "IN":
      reader.moveTo(reader.position + notAhead + 1);
      return parseIn(reader, operand, notAhead === 1, start);
    case "BETWEEN": {
      reader.moveTo(reader.position + notAhead + 1);
      const low = parseBits(reader);
      reader.expect("AND");
      reader.enter();
      const high = parsePredicate(reader, reader.start);
      reader.leave();
      return { kind: "between", operand, low, high, negated: notAhead === 1, start, end: reader.previousEnd };
    }
    case "LIKE": {
      reader.moveTo(reader.position + notAhead + 1);
      const pattern = parseSimple(reader);
      const escaped = reader.accept("ESCAPE") ? { escape: parseSimple(reader) } : {};
      const negated = notAhead === 1;
      return { kind: "like", operand, pattern, ...escaped, negated, start, end: reader.previousEnd };
    }
    case "REGEXP":
    case "RLIKE": {
      reader.moveTo(reader.position + notAhead + 1);
      const pattern = parseBits(reader);
      return { kind: "regexp", operand, pattern, negated: notAhead === 1, start, end: reader.previousEnd };
    }
    case "MEMBER": {
      if (notAhead === 1) reader.failAt(reader.start);
      reader.advance();
      reader.accept("OF");
      reader.expect("(");
      const array = parseSimple(reader);
      reader.expect(")");
      return { kind: "member-of", operand, array, start, end: reader.previousEnd };
    }
    case "SOUNDS": {
      if (notAhead === 1) return operand;
      reader.advance();
      reader.expect("LIKE");
      const other = parseBits(reader);
      const end = reader.previousEnd;
      const left = soundex(operand);
      return { kind: "binary", operator: "=", left, right: soundex(other), start, end };
    }
    default:
      if (notAhead === 1) {
        reader.advance();
        reader.fail();
      }
      return operand;
  }
}

function soundex(operand: Expression): Expression {
  const { start, end } = operand;
  return { kind: "function", name: "soundex", writtenName: "SOUNDEX", args: [operand], start, end };
}

function parseIn(reader: TokenReader, operand: Expression, negated: boolean, start: number): Expression {
  if (reader.startsQuery()) {
    const query = parseSubquery(reader);
    return { kind: "in-query", operand, query, negated, start, end: reader.previousEnd };
  }
  const items = reader.parenthesized(() => parseExpression(reader));
  return { kind: "in", operand, items, negated, start, end: reader.previousEnd };
}

/** Binding power of the operators between simple expressions; 0 for other tokens. */
function bitPower(word: string): number {
  switch (word) {
    case "|":
      return 1;
    case "&":
      return 2;
    case "<<":
    case ">>":
      return 3;
    case "+":
    case "-":
      return 4;
    case "*":
    case "/":
    case "%":
    case "DIV":
    case "MOD":
      return 5;
    case "^":
      return 6;
    default:
      return 0;
  }
}

type BitOperator = "+" | "-" | "*" | "/" | "div" | "%" | "|" | "&" | "^" | "<<" | ">>";

function bitOperator(word: string): BitOperator {
  switch (word) {
    case "DIV":
      return "div";
    case "MOD":
      return "%";
    default:
      return word as BitOperator;
  }
}

/** MySQL's bit_expr: everything that may be an operand of a comparison. */
export function parseBits(reader: TokenReader): Expression {
  return parseBitsFrom(reader, 1);
}

function parseBitsFrom(reader: TokenReader, minimum: number): Expression {
  const start = reader.start;
  let left = parseOperand(reader, start);
  for (;;) {
    const word = reader.word;
    const power = bitPower(word);
    if (power === 0 || power < minimum) return left;
    reader.advance();
    if (power === 4 && reader.at("INTERVAL") && !isIntervalFunction(reader)) {
      reader.advance();
      const amount = parseExpression(reader);
      const unit = parseUnit(reader);
      const end = reader.previousEnd;
      left = { kind: "interval", operand: left, amount, unit, subtract: word === "-", start, end };
    } else {
      const right = parseBitsFrom(reader, power + 1);
      left = { kind: "binary", operator: bitOperator(word), left, right, start, end: reader.previousEnd };
    }
  }
}

/** A simple expression, or `INTERVAL amount unit + operand`. */
function parseOperand(reader: TokenReader, start: number): Expression {
  if (!reader.at("INTERVAL") || isIntervalFunction(reader)) return parseSimple(reader);
  reader.advance();
  const amount = parseExpression(reader);
  const unit = parseUnit(reader);
  reader.expect("+");
  const operand = parseBitsFrom(reader, 5);
  return { kind: "interval", operand, amount, unit, subtract: false, start, end: reader.previousEnd };
}

/** INTERVAL(a, b, …) compares numbers; INTERVAL (a) DAY is a span of time. */
function isIntervalFunction(reader: TokenReader): boolean {
  if (reader.wordAt(1) !== "(") return false;
  const position = reader.position;
  const parameterCount = reader.parameterCount;
  reader.moveTo(position + 2);
  const found = reader.attempt(() => {
    parseExpression(reader);
    return reader.at(",");
  });
  reader.moveTo(position);
  reader.parameterCount = parameterCount;
  return found === true;
}

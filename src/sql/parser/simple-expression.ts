/** Simple expressions: literals, names, variables, parentheses, CASE, CAST and everything that starts with a keyword. */
import type { ColumnReference, Expression, VariableScope } from "../ast/expression.ts";
import {
  T_BIT,
  T_HEX,
  T_NATIONAL,
  T_PARAMETER,
  T_QUOTED,
  T_RESERVED,
  T_STRING,
  T_WORD,
} from "../lexer/lexer.ts";
import { parseCall, startsCall } from "./call.ts";
import { parseCast, parseConvert } from "./cast.ts";
import { parseExpression, parseExpressionList } from "./expression.ts";
import { isCharsetIntroducer, isCharsetWord, parseLiteral, parseTemporalLiteral } from "./literal.ts";
import { parseSubquery } from "./query.ts";
import type { TokenReader } from "./token-reader.ts";

/** MySQL's simple_expr, with `||` when it concatenates. */
export function parseSimple(reader: TokenReader): Expression {
  const start = reader.start;
  let left = parseUnary(reader);
  while (reader.options.pipesAsConcat && reader.accept("||")) {
    const right = parseUnary(reader);
    const args = [left, right];
    left = { kind: "function", name: "concat", writtenName: "concat", args, start, end: reader.previousEnd };
  }
  return left;
}

function parseUnary(reader: TokenReader): Expression {
  const start = reader.start;
  const word = reader.word;
  switch (word) {
    case "+":
    case "-":
    case "~":
    case "!":
      return parsePrefixed(reader, word, start);
    case "NOT":
      if (!reader.options.highNotPrecedence) break;
      return parsePrefixed(reader, "!", start);
    case "BINARY": {
      reader.advance();
      const operand = reader.nested(() => parseUnary(reader));
      const type = { name: "char", charset: "binary" } as const;
      return { kind: "cast", operand, type, array: false, start, end: reader.previousEnd };
    }
  }
  let operand = parsePrimary(reader);
  while (reader.accept("COLLATE")) {
    const collation = parseCollationName(reader);
    operand = { kind: "collate", operand, collation, start, end: reader.previousEnd };
  }
  return operand;
}

function parsePrefixed(reader: TokenReader, operator: "+" | "-" | "~" | "!", start: number): Expression {
  reader.advance();
  const operand = reader.nested(() => parseUnary(reader));
  if (operator === "+") return operand;
  return { kind: "unary", operator, operand, start, end: reader.previousEnd };
}

/** An identifier, a string, or BINARY. */
export function parseCollationName(reader: TokenReader): string {
  if (reader.accept("BINARY")) return "binary";
  return reader.identifierOrString().toLowerCase();
}

export function parseCharsetName(reader: TokenReader): string {
  return parseCollationName(reader);
}

function parsePrimary(reader: TokenReader): Expression {
  switch (reader.kind) {
    case T_STRING:
    case T_NATIONAL:
    case T_HEX:
    case T_BIT:
      return parseLiteral(reader);
    case T_PARAMETER:
      return reader.takeParameter();
    case T_QUOTED:
      return startsCall(reader) ? parseCall(reader) : parseColumnWithArrow(reader);
    case T_WORD:
      return parseFromWord(reader);
    case T_RESERVED:
      return parseFromReserved(reader);
  }
  return parseFromPunctuation(reader);
}

/** Numbers, parentheses, variables and ODBC braces. */
function parseFromPunctuation(reader: TokenReader): Expression {
  switch (reader.word) {
    case "(":
      return parseParenthesized(reader);
    case "@":
      return parseUserVariable(reader);
    case "@@":
      return parseSystemVariable(reader);
    case "{":
      return parseBraces(reader);
  }
  return parseLiteral(reader);
}

function parseFromWord(reader: TokenReader): Expression {
  const start = reader.start;
  switch (reader.word) {
    case "DATE":
    case "TIME":
    case "TIMESTAMP":
      if (reader.kindAt(1) === T_STRING) return parseTemporalLiteral(reader);
      break;
    case "ROW":
      if (reader.wordAt(1) !== "(") break;
      reader.advance();
      return rowOf(reader, start);
  }
  if (isCharsetIntroducer(reader)) return parseLiteral(reader);
  if (isCharsetWord(reader)) {
    reader.advance();
    reader.fail();
  }
  return startsCall(reader) ? parseCall(reader) : parseColumnWithArrow(reader);
}

function rowOf(reader: TokenReader, start: number): Expression {
  reader.expect("(");
  const items = parseExpressionList(reader);
  if (items.length < 2) reader.fail();
  reader.expect(")");
  return { kind: "row", items, start, end: reader.previousEnd };
}

function parseFromReserved(reader: TokenReader): Expression {
  const start = reader.start;
  switch (reader.word) {
    case "NULL":
    case "TRUE":
    case "FALSE":
      return parseLiteral(reader);
    case "EXISTS": {
      reader.advance();
      const query = parseSubquery(reader);
      return { kind: "exists", query, start, end: reader.previousEnd };
    }
    case "CASE":
      return parseCase(reader);
    case "CAST":
      return parseCast(reader);
    case "CONVERT":
      return parseConvert(reader);
    case "ROW":
      reader.advance();
      return rowOf(reader, start);
    case "DEFAULT":
    case "VALUES": {
      const kind = reader.word === "DEFAULT" ? "default-of" : "values-of";
      reader.advance();
      reader.expect("(");
      const column = parseColumn(reader);
      reader.expect(")");
      return { kind, column, start, end: reader.previousEnd };
    }
    case "MATCH":
      return parseMatch(reader);
  }
  return parseCall(reader);
}

export function parseColumn(reader: TokenReader): ColumnReference {
  const start = reader.start;
  const first = reader.identifier();
  if (!reader.accept(".")) return { kind: "column", name: first, start, end: reader.previousEnd };
  const second = reader.identifier();
  if (!reader.accept(".")) {
    return { kind: "column", table: first, name: second, start, end: reader.previousEnd };
  }
  const name = reader.identifier();
  return { kind: "column", database: first, table: second, name, start, end: reader.previousEnd };
}

function parseColumnWithArrow(reader: TokenReader): Expression {
  const column = parseColumn(reader);
  const unquote = reader.at("->>");
  if (!unquote && !reader.at("->")) return column;
  reader.advance();
  if (!reader.atString) reader.fail();
  const path = parseLiteral(reader);
  const { start, end } = { start: column.start, end: reader.previousEnd };
  const args = [column, path];
  const extract = { kind: "function", name: "json_extract", writtenName: "->", args, start, end } as const;
  if (!unquote) return extract;
  return { kind: "function", name: "json_unquote", writtenName: "->>", args: [extract], start, end };
}

/** `(query)`, `(expression)` or `(a, b, …)` */
function parseParenthesized(reader: TokenReader): Expression {
  const start = reader.start;
  if (reader.startsQuery()) {
    const query = parseSubquery(reader);
    return { kind: "subquery", query, start, end: reader.previousEnd };
  }
  reader.advance();
  const first = parseExpression(reader);
  if (reader.accept(")")) return { ...first, start, end: reader.previousEnd };
  reader.expect(",");
  const items = [first, ...parseExpressionList(reader)];
  reader.expect(")");
  return { kind: "row", items, start, end: reader.previousEnd };
}

/** The name after `@`. */
export function parseVariableName(reader: TokenReader): string {
  if (reader.kind !== T_WORD && reader.kind !== T_QUOTED && reader.kind !== T_STRING) return "";
  const adjacent = reader.start === reader.previousEnd;
  if (!adjacent) reader.fail();
  const name = reader.currentText();
  reader.advance();
  return name;
}

function parseUserVariable(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  const name = parseVariableName(reader);
  if (!reader.at(":=")) return { kind: "user-variable", name, start, end: reader.previousEnd };
  reader.advance();
  const value = parseExpression(reader);
  return { kind: "assignment", variable: name, value, start, end: reader.previousEnd };
}

const SCOPES: ReadonlyMap<string, VariableScope> = new Map([
  ["GLOBAL", "global"],
  ["SESSION", "session"],
  ["LOCAL", "local"],
]);

function parseSystemVariable(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  // The lexer gives no keyword for a word before a point, so the scope is recognised by its text.
  const scope = reader.wordAt(1) === "." ? SCOPES.get(reader.currentText().toUpperCase()) : undefined;
  if (scope !== undefined && reader.kind !== T_QUOTED) reader.moveTo(reader.position + 2);
  const name = parseDottedName(reader);
  const end = reader.previousEnd;
  const node = { kind: "system-variable", name, start, end } as const;
  return scope === undefined ? node : { ...node, scope };
}

/** `name` or `component.name`, lower case; DEFAULT.key_buffer_size and reserved words are names too. */
export function parseDottedName(reader: TokenReader): string {
  let name = parseVariableWord(reader);
  if (reader.accept(".")) name += `.${parseVariableWord(reader)}`;
  return name;
}

function parseVariableWord(reader: TokenReader): string {
  return reader.kind === T_RESERVED ? reader.fail() : reader.identifier().toLowerCase();
}

/** {d '…'}, {t '…'}, {ts '…'}; any other `{name expression}` is the expression. */
function parseBraces(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  const name = reader.identifier().toLowerCase();
  const type = name === "d" ? "date" : name === "t" ? "time" : name === "ts" ? "timestamp" : undefined;
  if (type !== undefined && reader.atString) {
    const text = reader.stringText();
    reader.expect("}");
    return { kind: "temporal", type, text, start, end: reader.previousEnd };
  }
  const expression = parseExpression(reader);
  reader.expect("}");
  return { ...expression, start, end: reader.previousEnd };
}

function parseCase(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  const operand = reader.at("WHEN") ? undefined : parseExpression(reader);
  const branches: { when: Expression; then: Expression }[] = [];
  do {
    reader.expect("WHEN");
    const when = parseExpression(reader);
    reader.expect("THEN");
    // biome-ignore lint/suspicious/noThenProperty: a node of the tree is data and never awaited.
    branches.push({ when, then: parseExpression(reader) });
  } while (reader.at("WHEN"));
  const otherwise = reader.accept("ELSE") ? parseExpression(reader) : undefined;
  reader.expect("END");
  return {
    kind: "case",
    ...(operand === undefined ? {} : { operand }),
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
    start,
    end: reader.previousEnd,
  };
}

function parseMatch(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  const parenthesis = reader.accept("(");
  const columns = reader.list(() => parseColumn(reader));
  if (parenthesis) reader.expect(")");
  reader.expect("AGAINST", "(");
  const against = reader.nested(() => parseSimple(reader));
  const mode = parseMatchMode(reader);
  reader.expect(")");
  return { kind: "match", columns, against, mode, start, end: reader.previousEnd };
}

function parseMatchMode(
  reader: TokenReader,
): "natural" | "natural with expansion" | "expansion" | "boolean" | undefined {
  if (reader.acceptAll("IN", "BOOLEAN", "MODE")) return "boolean";
  const natural = reader.acceptAll("IN", "NATURAL", "LANGUAGE", "MODE");
  const expansion = reader.acceptAll("WITH", "QUERY", "EXPANSION");
  if (natural) return expansion ? "natural with expansion" : "natural";
  return expansion ? "expansion" : undefined;
}

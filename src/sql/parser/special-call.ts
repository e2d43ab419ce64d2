/** Functions with a syntax of their own between the parentheses. */
import type { CastType } from "../ast/data-type.ts";
import type { Expression, JsonFallback } from "../ast/expression.ts";
import { parseCastType } from "./cast.ts";
import { parseBits, parseExpression, parseExpressionList, parseUnit } from "./expression.ts";
import { isCharsetIntroducer, parseLiteral } from "./literal.ts";
import { parseCharsetName } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

export const SPECIAL_CALLS: ReadonlySet<string> = new Set([
  "ADDDATE",
  "SUBDATE",
  "DATE_ADD",
  "DATE_SUB",
  "EXTRACT",
  "TRIM",
  "SUBSTRING",
  "SUBSTR",
  "MID",
  "POSITION",
  "GET_FORMAT",
  "TIMESTAMPADD",
  "TIMESTAMPDIFF",
  "WEIGHT_STRING",
  "CHAR",
  "JSON_VALUE",
]);

export function parseSpecialCall(reader: TokenReader): Expression {
  const start = reader.start;
  const word = reader.word;
  reader.advance();
  if (!reader.at("(")) reader.fail();
  reader.advance();
  const expression = parseInside(reader, word, start);
  reader.expect(")");
  return { ...expression, end: reader.previousEnd };
}

/** What stands between the parentheses; the caller reads the closing one. */
function parseInside(reader: TokenReader, word: string, start: number): Expression {
  switch (word) {
    case "ADDDATE":
    case "SUBDATE":
    case "DATE_ADD":
    case "DATE_SUB":
      return parseDateArithmetic(reader, word, start);
    case "EXTRACT": {
      const unit = parseUnit(reader);
      reader.expect("FROM");
      const operand = parseExpression(reader);
      return { kind: "extract", unit, operand, start, end: start };
    }
    case "TRIM":
      return parseTrim(reader, start);
    case "POSITION": {
      const needle = parseBits(reader);
      reader.expect("IN");
      const haystack = parseExpression(reader);
      return plain("locate", "POSITION", [needle, haystack], start);
    }
    case "GET_FORMAT": {
      const type = parseFormatType(reader);
      reader.expect(",");
      return { kind: "get-format", type, operand: parseExpression(reader), start, end: start };
    }
    case "TIMESTAMPADD":
    case "TIMESTAMPDIFF": {
      const unit = parseUnit(reader);
      reader.expect(",");
      const first = parseExpression(reader);
      reader.expect(",");
      const second = parseExpression(reader);
      const name = word === "TIMESTAMPADD" ? "timestampadd" : "timestampdiff";
      return { kind: "unit-function", name, unit, args: [first, second], start, end: start };
    }
    case "WEIGHT_STRING":
      return parseWeightString(reader, start);
    case "CHAR": {
      const args = parseExpressionList(reader);
      const charset = reader.accept("USING") ? { charset: parseCharsetName(reader) } : {};
      return { kind: "char", args, ...charset, start, end: start };
    }
    case "JSON_VALUE":
      return parseJsonValue(reader, start);
    default:
      return parseSubstring(reader, start);
  }
}

function plain(name: string, writtenName: string, args: readonly Expression[], start: number): Expression {
  return { kind: "function", name, writtenName, args, start, end: start };
}

/** DATE_ADD(d, INTERVAL n unit); ADDDATE and SUBDATE also take a plain number of days. */
function parseDateArithmetic(reader: TokenReader, word: string, start: number): Expression {
  const subtract = word === "SUBDATE" || word === "DATE_SUB";
  const operand = parseExpression(reader);
  reader.expect(",");
  const shortForm = word === "ADDDATE" || word === "SUBDATE";
  if (shortForm && !(reader.at("INTERVAL") && isSpan(reader))) {
    const amount = parseExpression(reader);
    return { kind: "interval", operand, amount, unit: "day", subtract, start, end: start };
  }
  reader.expect("INTERVAL");
  const amount = parseExpression(reader);
  const unit = parseUnit(reader);
  return { kind: "interval", operand, amount, unit, subtract, start, end: start };
}

/** `INTERVAL amount unit` rather than a call of INTERVAL(…)? */
function isSpan(reader: TokenReader): boolean {
  const position = reader.position;
  const parameterCount = reader.parameterCount;
  const span = reader.attempt(() => {
    reader.expect("INTERVAL");
    parseExpression(reader);
    parseUnit(reader);
    return true;
  });
  reader.moveTo(position);
  reader.parameterCount = parameterCount;
  return span === true;
}

function parseTrim(reader: TokenReader, start: number): Expression {
  let side: "both" | "leading" | "trailing" = "both";
  let explicit = true;
  if (reader.accept("LEADING")) side = "leading";
  else if (reader.accept("TRAILING")) side = "trailing";
  else if (!reader.accept("BOTH")) explicit = false;
  if (explicit && reader.accept("FROM")) {
    return { kind: "trim", side, operand: parseExpression(reader), start, end: start };
  }
  const first = parseExpression(reader);
  if (explicit) reader.expect("FROM");
  else if (!reader.accept("FROM")) return { kind: "trim", side, operand: first, start, end: start };
  const operand = parseExpression(reader);
  return { kind: "trim", side, remove: first, operand, start, end: start };
}

/** SUBSTRING(s, from [, count]) and SUBSTRING(s FROM from [FOR count]) */
function parseSubstring(reader: TokenReader, start: number): Expression {
  const args = [parseExpression(reader)];
  if (reader.accept("FROM")) {
    args.push(parseExpression(reader));
    if (reader.accept("FOR")) args.push(parseExpression(reader));
  } else {
    reader.expect(",");
    args.push(parseExpression(reader));
    if (reader.accept(",")) args.push(parseExpression(reader));
  }
  return plain("substr", "SUBSTRING", args, start);
}

function parseFormatType(reader: TokenReader): "date" | "time" | "datetime" {
  if (reader.accept("DATE")) return "date";
  if (reader.accept("TIME")) return "time";
  if (!reader.accept("TIMESTAMP")) reader.expect("DATETIME");
  return "datetime";
}

function parseWeightString(reader: TokenReader, start: number): Expression {
  const operand = parseExpression(reader);
  if (reader.accept(",")) {
    // The numeric form WEIGHT_STRING(s, n, n, flags) is what MySQL itself writes into views.
    const args = [operand, ...parseExpressionList(reader)];
    return plain("weight_string", "WEIGHT_STRING", args, start);
  }
  if (!reader.accept("AS")) return { kind: "weight-string", operand, start, end: start };
  const type = reader.at("BINARY") ? "binary" : "char";
  if (!reader.accept("BINARY") && !reader.accept("CHAR")) reader.expect("CHARACTER");
  reader.expect("(");
  const length = reader.integer();
  reader.expect(")");
  return { kind: "weight-string", operand, as: { type, length }, start, end: start };
}

function parseJsonValue(reader: TokenReader, start: number): Expression {
  const document = parseExpression(reader);
  reader.expect(",");
  if (!reader.atString && !isCharsetIntroducer(reader)) reader.fail();
  const path = parseLiteral(reader);
  const returning: { readonly returning?: CastType } = reader.accept("RETURNING")
    ? { returning: parseCastType(reader) }
    : {};
  const { onEmpty, onError } = parseJsonFallbacks(reader);
  return {
    kind: "json-value",
    document,
    path,
    ...returning,
    ...(onEmpty === undefined ? {} : { onEmpty }),
    ...(onError === undefined ? {} : { onError }),
    start,
    end: start,
  };
}

/** `[NULL | ERROR | DEFAULT v] ON EMPTY` and the same with ON ERROR, in this order or (deprecated) the other. */
export function parseJsonFallbacks(reader: TokenReader): {
  readonly onEmpty: JsonFallback | undefined;
  readonly onError: JsonFallback | undefined;
} {
  let onEmpty: JsonFallback | undefined;
  let onError: JsonFallback | undefined;
  while (reader.at("NULL") || reader.at("ERROR") || reader.at("DEFAULT")) {
    const fallback = parseJsonFallback(reader);
    reader.expect("ON");
    if (reader.accept("EMPTY")) onEmpty = fallback;
    else {
      reader.expect("ERROR");
      onError = fallback;
    }
  }
  return { onEmpty, onError };
}

function parseJsonFallback(reader: TokenReader): JsonFallback {
  if (reader.accept("NULL")) return { kind: "null" };
  if (reader.accept("ERROR")) return { kind: "error" };
  reader.expect("DEFAULT");
  return { kind: "default", value: parseExpression(reader) };
}

/**
 * Function calls. Which words may be called: any identifier that is not a keyword, and the keywords that MySQL's
 * grammar names as functions. Synonyms become the name that MySQL prints.
 */
import type { Expression } from "../ast/expression.ts";
import { T_QUOTED, T_RESERVED, T_WORD } from "../lexer/lexer.ts";
import { AGGREGATES, parseAggregate } from "./aggregate.ts";
import { parseExpression, parseExpressionList } from "./expression.ts";
import { parseSpecialCall, SPECIAL_CALLS } from "./special-call.ts";
import type { TokenReader } from "./token-reader.ts";
import { parseWindowFunction, WINDOW_FUNCTIONS } from "./window.ts";

/** Keywords that may be called like any function. */
const CALLABLE_KEYWORDS: ReadonlySet<string> = new Set(
  `ASCII CHARSET COALESCE COLLATION DATABASE SCHEMA DATE DAY FORMAT GEOMETRYCOLLECTION GEOMCOLLECTION GROUPING HOUR
  IF INSERT INTERVAL LEFT LINESTRING MICROSECOND MINUTE MOD MONTH MULTILINESTRING MULTIPOINT MULTIPOLYGON POINT
  POLYGON QUARTER REPEAT REPLACE REVERSE RIGHT ROW_COUNT SECOND TIME TIMESTAMP TRUNCATE USER WEEK YEAR
  SESSION_USER SYSTEM_USER CURDATE CURTIME NOW SYSDATE LOG`.split(/\s+/),
);

/** What may be written without parentheses. */
const BARE_CALLS: ReadonlySet<string> = new Set([
  "CURRENT_DATE",
  "CURRENT_TIME",
  "CURRENT_TIMESTAMP",
  "CURRENT_USER",
  "LOCALTIME",
  "LOCALTIMESTAMP",
  "UTC_DATE",
  "UTC_TIME",
  "UTC_TIMESTAMP",
]);

/** Their one argument is a literal number of fraction digits. */
const PRECISE_CALLS: ReadonlySet<string> = new Set(["NOW", "CURTIME", "SYSDATE"]);

/** name as written (upper case) → name as MySQL prints it */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["CURRENT_DATE", "curdate"],
  ["CURRENT_TIME", "curtime"],
  ["CURRENT_TIMESTAMP", "now"],
  ["LOCALTIME", "now"],
  ["LOCALTIMESTAMP", "now"],
  ["MID", "substr"],
  ["SUBSTRING", "substr"],
  ["SESSION_USER", "user"],
  ["SYSTEM_USER", "user"],
  ["SCHEMA", "database"],
  ["CHARACTER_LENGTH", "char_length"],
  ["OCTET_LENGTH", "length"],
  ["POWER", "pow"],
  ["CEILING", "ceiling"],
  ["LCASE", "lower"],
  ["UCASE", "upper"],
  ["DAY", "dayofmonth"],
]);

/** Is the current word the start of a function call (or of a function written without parentheses)? */
export function startsCall(reader: TokenReader): boolean {
  const kind = reader.kind;
  const word = reader.word;
  if (BARE_CALLS.has(word)) return true;
  if (reader.wordAt(1) === "(") {
    if (kind === T_RESERVED) return true;
    return word === "" || word === "AVG" || CALLABLE_KEYWORDS.has(word) || SPECIAL_CALLS.has(word);
  }
  return reader.wordAt(1) === "." && reader.wordAt(3) === "(" && reader.identifierAt(2);
}

export function parseCall(reader: TokenReader): Expression {
  const start = reader.start;
  const kind = reader.kind;
  const word = reader.word;
  if (BARE_CALLS.has(word) || PRECISE_CALLS.has(word)) return parseBareCall(reader);
  // AVG is a keyword that needs no parenthesis directly after it, unlike the other aggregates.
  if (AGGREGATES.has(word) && (kind === T_RESERVED || word === "AVG")) return parseAggregate(reader);
  if (WINDOW_FUNCTIONS.has(word) && kind === T_RESERVED) return parseWindowFunction(reader);
  if (SPECIAL_CALLS.has(word)) return parseSpecialCall(reader);
  if (kind === T_RESERVED && !CALLABLE_KEYWORDS.has(word)) reader.fail();
  const writtenName = reader.currentText();
  reader.advance();
  if (kind !== T_RESERVED && reader.accept(".")) return parseQualifiedCall(reader, writtenName, start);
  if (!reader.at("(")) reader.fail();
  const args = kind === T_WORD || kind === T_QUOTED ? parseLenientArguments(reader) : parseArguments(reader);
  const name = SYNONYMS.get(writtenName.toUpperCase()) ?? writtenName.toLowerCase();
  return { kind: "function", name, writtenName, args, start, end: reader.previousEnd };
}

/** `database.function(…)` is always a stored function. */
function parseQualifiedCall(reader: TokenReader, database: string, start: number): Expression {
  const writtenName = reader.identifier();
  const args = parseArguments(reader);
  const name = writtenName.toLowerCase();
  return { kind: "function", database, name, writtenName, args, start, end: reader.previousEnd };
}

export function parseArguments(reader: TokenReader): readonly Expression[] {
  reader.expect("(");
  if (reader.accept(")")) return [];
  const args = parseExpressionList(reader);
  reader.expect(")");
  return args;
}

/** As {@link parseArguments}; loadable functions allow aliases in their arguments, so MySQL's grammar does for all names. */
function parseLenientArguments(reader: TokenReader): readonly Expression[] {
  reader.expect("(");
  if (reader.accept(")")) return [];
  const args = reader.list(() => {
    const argument = parseExpression(reader);
    if (reader.accept("AS")) reader.identifierOrString();
    else if (reader.atIdentifier || reader.atString) reader.identifierOrString();
    return argument;
  });
  reader.expect(")");
  return args;
}

/** CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP(3) and their kin */
function parseBareCall(reader: TokenReader): Expression {
  const start = reader.start;
  const writtenName = reader.currentText();
  const word = reader.word;
  reader.advance();
  const args: Expression[] = [];
  if (reader.accept("(")) {
    const precise = word !== "CURRENT_DATE" && word !== "UTC_DATE" && word !== "CURRENT_USER";
    if (precise && !reader.at(")")) {
      const literalStart = reader.start;
      const text = String(reader.integer());
      args.push({ kind: "number", form: "integer", text, start: literalStart, end: reader.previousEnd });
    }
    reader.expect(")");
  }
  const name = SYNONYMS.get(word) ?? word.toLowerCase();
  return { kind: "function", name, writtenName, args, start, end: reader.previousEnd };
}

/** The parser's entry points: bytes of SQL text → AST. Text is UTF-8 except within string literals. */
import type { Expression } from "../ast/expression.ts";
import type { Statement } from "../ast/statement.ts";
import { tokenize } from "../lexer/lexer.ts";
import { parseExpression as readExpression } from "./expression.ts";
import { readStatement } from "./statement.ts";
import { TokenReader } from "./token-reader.ts";

export interface ParseOptions {
  /** The session's sql_mode as a set of upper-case names; the lexer and parser look at ANSI_QUOTES,
   *  NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT, HIGH_NOT_PRECEDENCE and IGNORE_SPACE. */
  readonly sqlMode: ReadonlySet<string>;
  /** false: `?` is a syntax error, as in a statement that is not being prepared. */
  readonly allowParameters?: boolean;
  /** Start offsets of literals taken out by the normaliser, ascending: sets `parameter` on those literals. */
  readonly extracted?: readonly number[];
}

export interface ParsedStatement {
  /** undefined: the text held only blanks, comments or `;` (error 1065) */
  readonly statement: Statement | undefined;
  /** number of `?` */
  readonly parameterCount: number;
  /** where the next statement of a multi-statement text starts; the text's length when there is none */
  readonly nextOffset: number;
}

/** Parses the statement that starts at byte `start`. Throws 1064; 1065 is left to the caller. */
export function parseStatement(text: Uint8Array, start: number, options: ParseOptions): ParsedStatement {
  const reader = openReader(text, start, options);
  if (reader.atEnd) return { statement: undefined, parameterCount: 0, nextOffset: reader.nextOffset };
  const statement = readStatement(reader);
  return { statement, parameterCount: reader.parameterCount, nextOffset: reader.nextOffset };
}

/** Parses the text of a lone expression, as stored for defaults, generated columns and checks. */
export function parseExpression(text: Uint8Array, options: ParseOptions): Expression {
  const reader = openReader(text, 0, options);
  const expression = readExpression(reader);
  reader.expectEnd();
  return expression;
}

function openReader(text: Uint8Array, start: number, options: ParseOptions): TokenReader {
  const { sqlMode, extracted } = options;
  const ansi = sqlMode.has("ANSI");
  const noBackslashEscapes = sqlMode.has("NO_BACKSLASH_ESCAPES");
  const tokens = tokenize(text, start, {
    ansiQuotes: ansi || sqlMode.has("ANSI_QUOTES"),
    noBackslashEscapes,
    ignoreSpace: ansi || sqlMode.has("IGNORE_SPACE"),
  });
  return new TokenReader(tokens, {
    backslashEscapes: !noBackslashEscapes,
    pipesAsConcat: ansi || sqlMode.has("PIPES_AS_CONCAT"),
    allowParameters: options.allowParameters ?? true,
    highNotPrecedence: sqlMode.has("HIGH_NOT_PRECEDENCE"),
    extracted:
      extracted === undefined ? undefined : new Map(extracted.map((offset, index) => [offset, index])),
  });
}

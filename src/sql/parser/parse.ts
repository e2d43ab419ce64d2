/** The parser's entry points: bytes of SQL text → AST. */
import type { Expression } from "../ast/expression.ts";
import type { Statement } from "../ast/statement.ts";

export interface ParseOptions {
	/** The session's sql_mode as a set of upper-case names; the lexer and parser look at ANSI_QUOTES,
	 *  NO_BACKSLASH_ESCAPES, PIPES_AS_CONCAT, HIGH_NOT_PRECEDENCE and IGNORE_SPACE. */
	readonly sqlMode: ReadonlySet<string>;
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


	text: Uint8Array,
	start: number,
	options: ParseOptions,
) => ParsedStatement;

	text: Uint8Array,
	options: ParseOptions,
) => Expression;
/** Parses the statement that starts at byte `start`. Throws 1064, 1065 is left to the caller. */
export function parseStatement(_text: Uint8Array, _start: number, _options: ParseOptions): ParsedStatement {
  throw new Error("unreachable: filled in by the parser's next commit");
}
/** Parses the text of a lone expression, as stored for defaults, generated columns and checks. */
export function parseExpression(_text: Uint8Array, _options: ParseOptions): Expression {
  throw new Error("unreachable: filled in by the parser's next commit");
}

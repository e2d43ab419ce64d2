/**
 * The parser's view of the token list: a position, questions about the token there, and MySQL's syntax error. Parsing
 * functions take the reader as their first argument and leave it after what they read.
 */
import { sqlError } from "../../values/sql-error.ts";
import type { Parameter } from "../ast/expression.ts";
import {
  T_BAD,
  T_END,
  T_INTEGER,
  T_OPERATOR,
  T_QUOTED,
  T_RESERVED,
  T_STRING,
  T_WORD,
  type TokenKind,
  type Tokens,
} from "../lexer/lexer.ts";
import { decodeText, unquote } from "../lexer/string-text.ts";

/** How deep expressions, queries and parentheses may nest. */
const NESTING_MAX = 400;
/** How much of the text a syntax error shows, in bytes. */
const NEAR_TEXT_MAX = 80;

export interface ReaderOptions {
  readonly backslashEscapes: boolean;
  readonly pipesAsConcat: boolean;
  readonly highNotPrecedence: boolean;
  readonly allowParameters: boolean;
  /** literal start offset → parameter number */
  readonly extracted: ReadonlyMap<number, number> | undefined;
}

export class TokenReader {
  readonly text: Uint8Array;
  readonly options: ReaderOptions;
  readonly #tokens: Tokens;
  readonly #kinds: readonly TokenKind[];
  readonly #words: readonly string[];
  #position = 0;
  #depth = 0;
  /** number of `?` read so far */
  parameterCount = 0;

  constructor(tokens: Tokens, options: ReaderOptions) {
    this.#tokens = tokens;
    this.#kinds = tokens.kinds;
    this.#words = tokens.words;
    this.text = tokens.text;
    this.options = options;
  }

  get nextOffset(): number {
    return this.#tokens.nextOffset;
  }
  get position(): number {
    return this.#position;
  }
  /** Goes back to (or on to) a position: for the few places that need more than a token of look-ahead. */
  moveTo(position: number): void {
    this.#position = position;
  }
  get kind(): TokenKind {
    return this.#kinds[this.#position] as TokenKind;
  }
  /** The keyword or operator at the position; "" for everything else. */
  get word(): string {
    return this.#words[this.#position] as string;
  }
  kindAt(ahead: number): TokenKind {
    return this.#kinds[this.#position + ahead] ?? T_END;
  }
  wordAt(ahead: number): string {
    return this.#words[this.#position + ahead] ?? "";
  }
  /** Byte offset of the current token. */
  get start(): number {
    return this.#tokens.starts[this.#position] as number;
  }
  /** Byte offset after the current token. */
  get tokenEnd(): number {
    return this.#tokens.ends[this.#position] as number;
  }
  /** Byte offset after the token before the position. */
  get previousEnd(): number {
    return this.#position === 0 ? 0 : (this.#tokens.ends[this.#position - 1] as number);
  }

  /** Counts the `?` here. */
  takeParameter(): Parameter {
    const { start, tokenEnd: end } = this;
    if (!this.options.allowParameters) this.fail();
    this.advance();
    return { kind: "parameter", index: this.parameterCount++, start, end };
  }
  advance(): void {
    if (this.kind === T_BAD) this.fail();
    if (this.kind !== T_END) this.#position++;
  }
  at(word: string): boolean {
    return this.#words[this.#position] === word;
  }
  atAny(words: ReadonlySet<string>): boolean {
    const word = this.word;
    return word !== "" && words.has(word);
  }
  accept(word: string): boolean {
    if (this.#words[this.#position] !== word) return false;
    this.#position++;
    return true;
  }
  /** Accepts the whole sequence or nothing. */
  acceptAll(...words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i++) {
      if (this.#words[this.#position + i] !== words[i]) return false;
    }
    this.#position += words.length;
    return true;
  }
  /** When the first word stands here, the others must follow. */
  acceptClause(first: string, ...rest: readonly string[]): boolean {
    if (!this.accept(first)) return false;
    this.expect(...rest);
    return true;
  }
  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (!this.accept(word)) this.fail();
    }
  }
  get atEnd(): boolean {
    return this.kind === T_END;
  }
  expectEnd(): void {
    if (this.kind !== T_END) this.fail();
  }

  get atIdentifier(): boolean {
    const kind = this.kind;
    return kind === T_WORD || kind === T_QUOTED;
  }
  identifierAt(ahead: number): boolean {
    const kind = this.kindAt(ahead);
    return kind === T_WORD || kind === T_QUOTED;
  }
  identifier(): string {
    const kind = this.kind;
    if (kind !== T_WORD && kind !== T_QUOTED) this.fail();
    const name = this.currentText();
    this.#position++;
    return name;
  }
  /** The text of a word, or the content of a quoted name or string. */
  currentText(): string {
    const kind = this.kind;
    const end = this.tokenEnd;
    if (kind !== T_QUOTED && kind !== T_STRING) return decodeText(this.text, this.start, end);
    const escapes = kind === T_STRING && this.options.backslashEscapes;
    const bytes = unquote(this.text, this.start, end, escapes);
    return decodeText(bytes, 0, bytes.length);
  }
  sourceText(start: number, end: number): string {
    return decodeText(this.text, start, end);
  }
  get atString(): boolean {
    return this.kind === T_STRING;
  }
  stringBytes(): Uint8Array {
    if (this.kind !== T_STRING) this.fail();
    const bytes = unquote(this.text, this.start, this.tokenEnd, this.options.backslashEscapes);
    this.#position++;
    return bytes;
  }
  stringText(): string {
    const bytes = this.stringBytes();
    return decodeText(bytes, 0, bytes.length);
  }
  identifierOrString(): string {
    return this.atString ? this.stringText() : this.identifier();
  }
  integer(): number {
    if (this.kind !== T_INTEGER) this.fail();
    const value = Number(decodeText(this.text, this.start, this.tokenEnd));
    this.#position++;
    return value;
  }
  /** A keyword, reserved or not, in lower case, whatever it is; fails on anything that is not a word. */
  anyWord(): string {
    if (this.kind !== T_WORD && this.kind !== T_RESERVED) this.fail();
    const text = decodeText(this.text, this.start, this.tokenEnd).toLowerCase();
    this.#position++;
    return text;
  }
  /** Skips to the end of the statement; the text skipped, without a blank at either end. */
  takeRest(): string {
    const start = this.start;
    while (!this.atEnd) this.advance();
    return this.sourceText(start, this.previousEnd);
  }
  /** `item , item …` */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(",")) items.push(item());
    return items;
  }
  /** `( item , item … )` */
  parenthesized<T>(item: () => T): T[] {
    this.expect("(");
    const items = this.list(item);
    this.expect(")");
    return items;
  }
  acceptEquals(): void {
    if (!this.accept("=")) this.accept(":=");
  }

  /** Runs `read` one nesting level deeper. */
  nested<T>(read: () => T): T {
    this.enter();
    const result = read();
    this.leave();
    return result;
  }
  enter(): void {
    if (++this.#depth > NESTING_MAX) {
      throw sqlError("ER_STACK_OVERRUN_NEED_MORE", this.#depth, NESTING_MAX, 1);
    }
  }
  leave(): void {
    this.#depth--;
  }

  /** Runs `read`; when it meets a syntax error, goes back and answers undefined. */
  attempt<T>(read: () => T): T | undefined {
    const position = this.#position;
    const depth = this.#depth;
    const parameterCount = this.parameterCount;
    try {
      return read();
    } catch (error) {
      if (!isSyntaxError(error)) throw error;
      this.#position = position;
      this.#depth = depth;
      this.parameterCount = parameterCount;
      return undefined;
    }
  }

  /** Is the `(` at `ahead` the start of a query expression, however many parentheses it stands in? */
  startsQuery(ahead = 0): boolean {
    const words = this.#words;
    const outer = this.#position + ahead;
    let inner = outer;
    while (words[inner] === "(") inner++;
    if (inner === outer || !QUERY_STARTS.has(words[inner] ?? "")) return false;
    if (words[inner] === "VALUES" && words[inner + 1] !== "ROW") return false;
    if (inner - outer === 1) return true;
    let close = this.#matchingParenthesis(inner - 1);
    for (let level = inner - 2; level >= outer; level--) {
      const follower = words[close + 1] ?? "";
      if (follower !== ")") return QUERY_CONTINUATIONS.has(follower);
      close++;
    }
    return true;
  }
  #matchingParenthesis(open: number): number {
    let depth = 0;
    for (let i = open; i < this.#words.length; i++) {
      const word = this.#words[i];
      if (word === "(") depth++;
      else if (word === ")" && --depth === 0) return i;
    }
    return this.#words.length - 1;
  }

  /** Throws MySQL's syntax error at the current token. */
  fail(): never {
    this.failAt(this.start);
  }
  failAt(offset: number): never {
    const text = this.text;
    let line = 1;
    for (let i = text.indexOf(10); i >= 0 && i < offset; i = text.indexOf(10, i + 1)) line++;
    const near = decodeText(text, offset, this.#nearEnd(offset));
    throw sqlError(
      "ER_PARSE_ERROR",
      "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use",
      near,
      line,
    );
  }
  /** Where the text shown ends: before the blanks and `;` at the very end, and never within a character. */
  #nearEnd(offset: number): number {
    const { text } = this;
    let end = text.length;
    while (end > offset && TRAILING.has(text[end - 1] as number)) end--;
    if (end <= offset + NEAR_TEXT_MAX) return end;
    end = offset + NEAR_TEXT_MAX;
    while (end > offset && ((text[end] as number) & 0xc0) === 0x80) end--;
    return end;
  }
  get atOperator(): boolean {
    return this.kind === T_OPERATOR;
  }
}

/** Blanks and `;`. */
const TRAILING: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 32, 59]);
const QUERY_STARTS: ReadonlySet<string> = new Set(["SELECT", "WITH", "VALUES", "TABLE"]);
const QUERY_CONTINUATIONS: ReadonlySet<string> = new Set([
  "UNION",
  "EXCEPT",
  "INTERSECT",
  "ORDER",
  "LIMIT",
  "FOR",
  "LOCK",
  "INTO",
]);

function isSyntaxError(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ER_PARSE_ERROR";
}

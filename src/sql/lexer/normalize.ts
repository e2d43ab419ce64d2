/**
 * The normaliser: statements that differ only in literals share one plan. It takes literals out of the text and gives
 * a key (the text with a placeholder of the literal's type in its place) and the literals' values.
 *
 * Literals stay in the text wherever the plan, the names or the types of the result depend on them: select lists,
 * GROUP BY, HAVING, ORDER BY, function arguments, type lengths, introducers, AS OF. When in doubt, a literal stays:
 * that costs a plan, never a wrong answer.
 */
import { parseDecimalPrefix } from "../../values/decimal.ts";
import type { Value } from "../../values/value.ts";
import {
  type LexerOptions,
  T_DECIMAL,
  T_END,
  T_FLOAT,
  T_INTEGER,
  T_PARAMETER,
  T_QUOTED,
  T_RESERVED,
  T_STRING,
  T_WORD,
  type Tokens,
  tokenize,
} from "./lexer.ts";
import { decodeText, isValidText, latin1Text, unquote } from "./string-text.ts";

export interface NormalizedStatement {
  /** Equal for statements that may share a plan (under the same sql_mode, character set and database). */
  readonly key: string;
  /** Start offsets of the literals taken out: `ParseOptions.extracted`. */
  readonly offsets: readonly number[];
  /** Their values: integers as number or bigint, DECIMAL as Decimal, floats as number, strings as string. */
  readonly values: readonly Value[];
  /** where the next statement starts */
  readonly nextOffset: number;
}

/** Statements beyond this are not worth a place in a cache. */
const TEXT_MAX = 16_384;
/** As many literals as a plan may have parameters. */
const LITERALS_MAX = 1_000;

const NORMALIZED_STATEMENTS: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "REPLACE",
  "UPDATE",
  "DELETE",
  "WITH",
  "(",
]);

/** Words before `(` that do not make it the argument list of a function. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set(
  `AND OR XOR NOT IN LIKE RLIKE REGEXP BETWEEN WHEN THEN ELSE CASE WHERE ON SET VALUES VALUE EXISTS ANY ALL SOME
  SELECT FROM JOIN UNION EXCEPT INTERSECT DIV BY DISTINCT LIMIT OFFSET IS AS = <=> <> < <= > >= + - * / % & | ^ << >> , (
  := && || !`.split(/\s+/),
);
/** Clauses whose literals have a meaning at plan time. */
const FREEZING: ReadonlySet<string> = new Set(["SELECT", "GROUP", "HAVING", "ORDER", "WINDOW", "QUALIFY"]);
/** Clauses whose literals are plain values again. */
const THAWING: ReadonlySet<string> = new Set([
  "FROM",
  "WHERE",
  "LIMIT",
  "SET",
  "VALUES",
  "VALUE",
  "ON",
  "DUPLICATE",
]);
/** A literal directly after one of these belongs to it. */
const BINDING: ReadonlySet<string> = new Set([
  "->",
  "->>",
  "@",
  "@@",
  "OF",
  "ESCAPE",
  "AS",
  "DATE",
  "TIME",
  "TIMESTAMP",
  "{",
  "SEPARATOR",
  "COLLATE",
]);

export interface NormalizeOptions extends LexerOptions {
  /** The client's character set is UTF-8 or its part: else strings stay, for the binder to convert. */
  readonly textIsUtf8?: boolean;
}

/** undefined: not a statement for the plan cache. */
export function normalize(
  text: Uint8Array,
  start: number,
  options: NormalizeOptions,
): NormalizedStatement | undefined {
  if (text.length - start > TEXT_MAX) return undefined;
  const tokens = tokenize(text, start, options);
  const first = tokens.words[0] as string;
  if (!NORMALIZED_STATEMENTS.has(first)) return undefined;
  return new Normalizer(tokens, options).run();
}

class Normalizer {
  readonly #tokens: Tokens;
  readonly #text: Uint8Array;
  /** The statement's bytes as a string of characters 0 to 255; `#origin` is the offset of its first. */
  readonly #source: string;
  readonly #origin: number;
  readonly #backslashEscapes: boolean;
  readonly #textIsUtf8: boolean;
  readonly #offsets: number[] = [];
  readonly #values: Value[] = [];
  #key = "";
  /** End of the text that is in the key already. */
  #copied: number;
  #frozen = false;
  /** What `#frozen` goes back to at this level of parentheses. */
  #base = false;
  readonly #levels: boolean[] = [];

  constructor(tokens: Tokens, options: NormalizeOptions) {
    this.#tokens = tokens;
    this.#text = tokens.text;
    this.#origin = tokens.starts[0] as number;
    this.#source = latin1Text(tokens.text, this.#origin, tokens.ends.at(-1) as number);
    this.#backslashEscapes = !options.noBackslashEscapes;
    this.#textIsUtf8 = options.textIsUtf8 !== false;
    this.#copied = this.#origin;
  }

  run(): NormalizedStatement | undefined {
    const { kinds, words, starts, nextOffset } = this.#tokens;
    for (let i = 0; ; i++) {
      const kind = kinds[i];
      if (kind === T_END) {
        this.#key += this.#slice(this.#copied, starts[i] as number);
        return { key: this.#key, offsets: this.#offsets, values: this.#values, nextOffset };
      }
      if (kind === T_PARAMETER) return undefined;
      if (kind === T_INTEGER || kind === T_STRING || kind === T_DECIMAL || kind === T_FLOAT) {
        if (!this.#frozen && this.#isPlain(i)) this.#extract(i);
        if (this.#offsets.length > LITERALS_MAX) return undefined;
        continue;
      }
      const word = words[i] as string;
      if (word === "") continue;
      if (word === "INTO" && (words[0] === "SELECT" || words[0] === "WITH" || words[0] === "("))
        return undefined;
      this.#follow(word, i);
    }
  }

  #follow(word: string, i: number): void {
    if (word === "(") {
      this.#levels.push(this.#base, this.#frozen);
      this.#frozen ||= this.#isFunction(i);
      this.#base = this.#frozen;
    } else if (word === ")") {
      this.#frozen = this.#levels.pop() ?? false;
      this.#base = this.#levels.pop() ?? false;
    } else if (FREEZING.has(word)) this.#frozen = true;
    else if (THAWING.has(word)) this.#frozen = this.#base;
  }

  #isFunction(i: number): boolean {
    if (i === 0) return false;
    const kind = this.#tokens.kinds[i - 1];
    const word = this.#tokens.words[i - 1] as string;
    if (word === "" || kind === T_WORD || kind === T_RESERVED || kind === T_QUOTED)
      return !NO_FUNCTIONS.has(word);
    return false;
  }

  /** No neighbour gives this literal a special meaning. */
  #isPlain(i: number): boolean {
    const { kinds, words, starts, text } = this.#tokens;
    if (kinds[i] === T_STRING && kinds[i + 1] === T_STRING) return false;
    if (i === 0) return false;
    const before = words[i - 1] as string;
    if (kinds[i - 1] === T_STRING || BINDING.has(before)) return false;
    // An introducer: _utf8mb4'…'
    if (kinds[i - 1] === T_WORD && before === "")
      return text[starts[i - 1] as number] !== 95 && kinds[i] !== T_STRING;
    return kinds[i - 1] !== T_QUOTED || kinds[i] !== T_STRING;
  }

  #extract(i: number): void {
    const { kinds, starts, ends } = this.#tokens;
    const start = starts[i] as number;
    const end = ends[i] as number;
    let value: Value;
    let mark: string;
    switch (kinds[i]) {
      case T_INTEGER: {
        if (end - start > 18) return;
        value = this.#integer(start, end);
        mark = "?i";
        break;
      }
      case T_STRING: {
        const string = this.#string(start, end);
        if (string === undefined) return;
        value = string;
        mark = "?s";
        break;
      }
      case T_FLOAT:
        value = Number(this.#slice(start, end));
        if (!Number.isFinite(value)) return;
        mark = "?f";
        break;
      default: {
        const digits = this.#slice(start, end);
        const point = digits.indexOf(".");
        // Precision and scale are part of the type.
        mark = `?d${point}.${digits.length - point}`;
        value = parseDecimalPrefix(digits).value;
      }
    }
    this.#key += this.#slice(this.#copied, start) + mark;
    this.#copied = end;
    this.#offsets.push(start);
    this.#values.push(value);
  }

  #slice(start: number, end: number): string {
    return this.#source.slice(start - this.#origin, end - this.#origin);
  }

  /** undefined: the bytes are no text; such a literal is a byte string, which has a plan of its own. */
  #string(start: number, end: number): string | undefined {
    if (!this.#textIsUtf8) return undefined;
    const quote = this.#text[start] as number;
    for (let i = start + 1; i < end - 1; i++) {
      const byte = this.#text[i] as number;
      if (byte < 128 && byte !== quote && byte !== 92) continue;
      const bytes = unquote(this.#text, start, end, this.#backslashEscapes);
      const decoded = decodeText(bytes, 0, bytes.length);
      return isValidText(bytes, decoded) ? decoded : undefined;
    }
    return this.#slice(start + 1, end - 1);
  }

  #integer(start: number, end: number): Value {
    if (end - start > 15) {
      const exact = BigInt(this.#slice(start, end));
      return exact <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(exact) : exact;
    }
    let value = 0;
    for (let i = start; i < end; i++) value = value * 10 + (this.#text[i] as number) - 48;
    return value;
  }
}

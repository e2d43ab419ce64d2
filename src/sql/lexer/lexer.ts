/**
 * The lexer: bytes of SQL text → tokens, as MySQL 9.7 reads them. It stops at the `;` that ends the statement.
 *
 * It never throws: what cannot be a token becomes a `bad` token, and the parser reports it when it gets there, so
 * that the first error in the text is the one the user sees. Comments vanish; the content of executable comments
 * (with a version we satisfy) is read as if the comment marks were blanks.
 */
import { FUNCTION_KEYWORDS, findKeyword, RESERVED } from "./keywords.ts";
import { isOpenProgram } from "./program-body.ts";
import { latin1Text } from "./string-text.ts";

export const T_END = 0;
/** An unquoted word that may be an identifier: `word` is its keyword text, or "". */
export const T_WORD = 1;
/** A reserved word, or a function name directly before its parenthesis. */
export const T_RESERVED = 2;
export const T_QUOTED = 3;
export const T_STRING = 4;
/** N'…' */
export const T_NATIONAL = 5;
export const T_INTEGER = 6;
export const T_DECIMAL = 7;
export const T_FLOAT = 8;
export const T_HEX = 9;
export const T_BIT = 10;
/** Operator or punctuation: `word` is its text (`!=` is `<>`). */
export const T_OPERATOR = 11;
export const T_PARAMETER = 12;
/** What MySQL cannot lex: an unclosed string or comment, x'1', a stray byte. */
export const T_BAD = 13;
export type TokenKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13;

/** Parallel arrays of one statement's tokens; the last one is T_END. */
export interface Tokens {
  readonly text: Uint8Array;
  readonly kinds: readonly TokenKind[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly words: readonly string[];
  /** Where the next statement starts: after the `;`, or the text's length. */
  readonly nextOffset: number;
}

export interface LexerOptions {
  readonly ansiQuotes: boolean;
  readonly noBackslashEscapes: boolean;
  readonly ignoreSpace: boolean;
}

/** MySQL's version number as executable comments compare it. */
const SERVER_VERSION = 90704;

/** Byte classes: identifier byte, digit, blank. */
const IDENTIFIER = 1;
const DIGIT = 2;
const BLANK = 4;
const HEX = 8;
const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const letter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
  const digit = byte >= 48 && byte <= 57;
  if (letter || digit || byte === 36 || byte === 95 || byte >= 128) CLASS[byte] = IDENTIFIER;
  if (digit) CLASS[byte] = IDENTIFIER | DIGIT | HEX;
  if ((byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102)) CLASS[byte] = IDENTIFIER | HEX;
  if (byte === 32 || (byte >= 9 && byte <= 13)) CLASS[byte] = BLANK;
}

const COMPARISONS: ReadonlyMap<string, string> = new Map(
  ["=", "<", ">", "<=", ">=", "<>", "<=>", "<<", ">>", "!"].map((word): [string, string] => [word, word]),
).set("!=", "<>");

/** One of `< = > !`. */
function isComparison(byte: number | undefined): boolean {
  return byte === 33 || (byte !== undefined && byte >= 60 && byte <= 62);
}

function isClass(text: Uint8Array, at: number, wanted: number): boolean {
  return at < text.length && ((CLASS[text[at] as number] as number) & wanted) !== 0;
}

const SINGLE: readonly string[] = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte));

/** The tokens of the statement that starts at `start`. */
export function tokenize(text: Uint8Array, start: number, options: LexerOptions): Tokens {
  return new Lexer(text, start, options).run();
}

/** Where a string or quoted identifier that opens at `at` ends (after its closing quote); -1 when it never does. */
export function skipQuoted(text: Uint8Array, at: number, backslashEscapes: boolean): number {
  const quote = text[at] as number;
  let i = at + 1;
  while (i < text.length) {
    const byte = text[i] as number;
    if (byte === quote) {
      if (text[i + 1] !== quote) return i + 1;
      i += 2;
    } else if (byte === 92 && backslashEscapes) {
      i += 2;
    } else {
      i++;
    }
  }
  return -1;
}

class Lexer {
  readonly #text: Uint8Array;
  readonly #options: LexerOptions;
  readonly #kinds: TokenKind[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #words: string[] = [];
  #at: number;
  /** inside an executable comment: its closing mark counts as a blank */
  #inComment = false;
  /** The next word directly follows `.` or `@`: no keyword. */
  #plainWord = false;

  constructor(text: Uint8Array, start: number, options: LexerOptions) {
    this.#text = text;
    this.#at = start;
    this.#options = options;
  }

  run(): Tokens {
    const text = this.#text;
    let nextOffset = text.length;
    for (;;) {
      if (!this.#skipBlanksAndComments()) continue;
      const at = this.#at;
      if (at >= text.length) {
        this.#push(T_END, at, at);
        break;
      }
      if (text[at] === 59 && isOpenProgram(this.#words)) {
        this.#push(T_OPERATOR, at, at + 1, ";");
        continue;
      }
      if (text[at] === 59) {
        this.#push(T_END, at, at);
        nextOffset = at + 1;
        break;
      }
      this.#token(at, text[at] as number);
    }
    return {
      text,
      kinds: this.#kinds,
      starts: this.#starts,
      ends: this.#ends,
      words: this.#words,
      nextOffset,
    };
  }

  /** Answers true, so that callers can end with it. */
  #push(kind: TokenKind, start: number, end: number, word = ""): true {
    this.#kinds.push(kind);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#words.push(word);
    this.#at = end;
    return true;
  }

  /** Returns false when a bad token was pushed. */
  #skipBlanksAndComments(): boolean {
    const text = this.#text;
    for (;;) {
      while (isClass(text, this.#at, BLANK)) this.#at++;
      const at = this.#at;
      const byte = text[at];
      if (byte === 35 || (byte === 45 && text[at + 1] === 45 && this.#endsDashes(at + 2))) {
        const newline = text.indexOf(10, at);
        this.#at = newline < 0 ? text.length : newline + 1;
      } else if (byte === 47 && text[at + 1] === 42) {
        if (!this.#comment(at)) return false;
      } else if (this.#inComment && byte === 42 && text[at + 1] === 47) {
        this.#inComment = false;
        this.#at = at + 2;
      } else {
        if (this.#inComment && at >= text.length) {
          this.#inComment = false;
          this.#push(T_BAD, at, at);
          return false;
        }
        return true;
      }
    }
  }

  #endsDashes(at: number): boolean {
    const byte = this.#text[at];
    return byte === undefined || byte <= 32 || byte === 127;
  }

  #comment(at: number): boolean {
    const text = this.#text;
    if (text[at + 2] === 33) {
      let digits = at + 3;
      while (digits < at + 9 && isClass(text, digits, DIGIT)) digits++;
      const count = digits - at - 3;
      if (count < 5) {
        this.#inComment = true;
        this.#at = at + 3;
        return true;
      }
      let version = 0;
      for (let i = at + 3; i < digits; i++) version = version * 10 + (text[i] as number) - 48;
      if (version <= SERVER_VERSION) {
        this.#inComment = true;
        this.#at = digits;
        return true;
      }
      return this.#skipComment(at, digits, true);
    }
    return this.#skipComment(at, at + 2, false);
  }

  /** An executable comment that is not for us may hold plain comments one level deep. */
  #skipComment(start: number, from: number, nested: boolean): boolean {
    const text = this.#text;
    let depth = 1;
    let at = from;
    while (at < text.length) {
      if (text[at] === 42 && text[at + 1] === 47) {
        at += 2;
        if (--depth === 0) {
          this.#at = at;
          return true;
        }
      } else if (nested && depth === 1 && text[at] === 47 && text[at + 1] === 42) {
        depth++;
        at += 2;
      } else {
        at++;
      }
    }
    this.#push(T_BAD, start, text.length);
    return false;
  }

  #token(at: number, byte: number): boolean {
    const plain = this.#plainWord;
    this.#plainWord = false;
    if (((CLASS[byte] as number) & IDENTIFIER) !== 0) {
      if (plain) return this.#plainIdentifier(at);
      if (byte >= 48 && byte <= 57) return this.#number(at);
      return this.#word(at, byte);
    }
    if (byte === 39 || byte === 34 || byte === 96) return this.#quoted(at, byte);
    const point = byte === 46 && isClass(this.#text, at + 1, DIGIT) && !this.#followsIdentifier(at);
    return point ? this.#real(at, at + 1) : this.#operator(at, byte);
  }

  /** `t.1a`: the point directly after an identifier separates names, it does not start a number. */
  #followsIdentifier(at: number): boolean {
    const last = this.#kinds.length - 1;
    if (last < 0 || this.#ends[last] !== at) return false;
    const kind = this.#kinds[last];
    return kind === T_WORD || kind === T_QUOTED;
  }

  #plainIdentifier(at: number): true {
    let end = at;
    while (isClass(this.#text, end, IDENTIFIER)) end++;
    return this.#push(T_WORD, at, end);
  }

  #word(at: number, byte: number): true {
    const text = this.#text;
    const next = text[at + 1];
    if (next === 39) {
      if ((byte | 32) === 120) return this.#digitString(at, T_HEX);
      if ((byte | 32) === 98) return this.#digitString(at, T_BIT);
      if ((byte | 32) === 110) {
        const end = skipQuoted(text, at + 1, !this.#options.noBackslashEscapes);
        return end < 0 ? this.#push(T_BAD, at, text.length) : this.#push(T_NATIONAL, at, end);
      }
    }
    let end = at + 1;
    while (isClass(text, end, IDENTIFIER)) end++;
    if (text[end] === 46 && isClass(text, end + 1, IDENTIFIER)) return this.#push(T_WORD, at, end);
    const word = findKeyword(text, at, end);
    if (word === "") return this.#push(T_WORD, at, end);
    if (RESERVED.has(word)) return this.#push(T_RESERVED, at, end, word);
    if (!FUNCTION_KEYWORDS.has(word)) return this.#push(T_WORD, at, end, word);
    let paren = end;
    if (this.#options.ignoreSpace) while (isClass(text, paren, BLANK)) paren++;
    return text[paren] === 40 ? this.#push(T_RESERVED, at, end, word) : this.#push(T_WORD, at, end);
  }

  /** x'…' and b'…' */
  #digitString(at: number, kind: typeof T_HEX | typeof T_BIT): true {
    const text = this.#text;
    let end = at + 2;
    if (kind === T_HEX) while (isClass(text, end, HEX)) end++;
    else while (text[end] === 48 || text[end] === 49) end++;
    const whole = text[end] === 39 && (kind === T_BIT || (end - at) % 2 === 0);
    if (whole) return this.#push(kind, at, end + 1);
    return this.#push(T_BAD, at, Math.min(end + 1, text.length));
  }

  #number(at: number): true {
    const text = this.#text;
    if (text[at] === 48 && (text[at + 1] === 120 || text[at + 1] === 98)) {
      const hex = text[at + 1] === 120;
      let end = at + 2;
      if (hex) while (isClass(text, end, HEX)) end++;
      else while (text[end] === 48 || text[end] === 49) end++;
      if (end > at + 2 && !isClass(text, end, IDENTIFIER)) return this.#push(hex ? T_HEX : T_BIT, at, end);
      return this.#identifierFromDigits(at);
    }
    let end = at + 1;
    while (isClass(text, end, DIGIT)) end++;
    if (!isClass(text, end, IDENTIFIER)) {
      if (text[end] === 46) return this.#real(at, end + 1);
      return this.#push(T_INTEGER, at, end);
    }
    if (((text[end] as number) | 32) === 101) {
      const sign = text[end + 1] === 43 || text[end + 1] === 45 ? 1 : 0;
      if (isClass(text, end + 1 + sign, DIGIT)) {
        end += 2 + sign;
        while (isClass(text, end, DIGIT)) end++;
        return this.#push(T_FLOAT, at, end);
      }
    }
    return this.#identifierFromDigits(at);
  }

  #identifierFromDigits(at: number): true {
    let end = at;
    while (isClass(this.#text, end, IDENTIFIER)) end++;
    return this.#push(T_WORD, at, end);
  }

  /** A number whose point was just passed. */
  #real(start: number, afterPoint: number): true {
    const text = this.#text;
    let end = afterPoint;
    while (isClass(text, end, DIGIT)) end++;
    if (end < text.length && ((text[end] as number) | 32) === 101) {
      const sign = text[end + 1] === 43 || text[end + 1] === 45 ? 1 : 0;
      if (!isClass(text, end + 1 + sign, DIGIT)) return this.#push(T_BAD, start, end + 1 + sign);
      end += 2 + sign;
      while (isClass(text, end, DIGIT)) end++;
      return this.#push(T_FLOAT, start, end);
    }
    return this.#push(T_DECIMAL, start, end);
  }

  #quoted(at: number, quote: number): true {
    const identifier = quote === 96 || (quote === 34 && this.#options.ansiQuotes);
    const end = skipQuoted(this.#text, at, !identifier && !this.#options.noBackslashEscapes);
    if (end < 0) return this.#push(T_BAD, at, end < 0 ? this.#text.length : end);
    return this.#push(identifier ? T_QUOTED : T_STRING, at, end);
  }

  #operator(at: number, byte: number): boolean {
    const text = this.#text;
    const next = text[at + 1];
    switch (byte) {
      case 63:
        return this.#push(T_PARAMETER, at, at + 1);
      case 46:
        this.#plainWord = isClass(text, at + 1, IDENTIFIER);
        return this.#push(T_OPERATOR, at, at + 1, ".");
      case 64:
        return this.#variable(at);
      case 33:
      case 60:
      case 61:
      case 62:
        return this.#comparison(at, byte);
      case 58:
        if (next === 61) return this.#push(T_OPERATOR, at, at + 2, ":=");
        break;
      case 38:
        if (next === 38) return this.#push(T_OPERATOR, at, at + 2, "&&");
        break;
      case 124:
        if (next === 124) return this.#push(T_OPERATOR, at, at + 2, "||");
        break;
      case 45:
        if (next === 62) {
          if (text[at + 2] === 62) return this.#push(T_OPERATOR, at, at + 3, "->>");
          return this.#push(T_OPERATOR, at, at + 2, "->");
        }
        break;
    }
    return this.#push(T_OPERATOR, at, at + 1, SINGLE[byte] ?? "");
  }

  /** Comparison signs are read as one run of up to two (three after `<`), which must be an operator: `a=!b` is none. */
  #comparison(at: number, byte: number): true {
    const text = this.#text;
    let end = at + 1;
    if (isComparison(text[end])) end++;
    if (byte === 60 && end === at + 2 && text[end] !== 60 && isComparison(text[end])) end++;
    // `!!a` is NOT NOT a.
    if (byte === 33 && text[at + 1] === 33) end = at + 1;
    const word = COMPARISONS.get(latin1Text(text, at, end));
    return word === undefined ? this.#push(T_BAD, at, end) : this.#push(T_OPERATOR, at, end, word);
  }

  /** `@@name` gives the operator `@@`; `@name` the operator `@` and a word that may hold points (`@a.b`, `u@10.0.0.1`). */
  #variable(at: number): boolean {
    const text = this.#text;
    if (text[at + 1] === 64) return this.#push(T_OPERATOR, at, at + 2, "@@");
    this.#push(T_OPERATOR, at, at + 1, "@");
    const first = text[at + 1];
    if (first === 39 || first === 34 || first === 96) return true;
    let end = at + 1;
    while (isClass(text, end, IDENTIFIER) || text[end] === 46) end++;
    return end === at + 1 || this.#push(T_WORD, at + 1, end);
  }
}

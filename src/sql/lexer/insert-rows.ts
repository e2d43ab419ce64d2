/**
 * The fast reader of `INSERT … VALUES (…),(…)`: literals straight from the bytes, no tokens, no AST. The head (up to
 * VALUES) is read by the lexer and parser as usual; this reads the tuples, and gives up (the parser takes over) at the
 * first thing that is not a literal.
 */
import { Decimal, parseDecimalPrefix } from "../../values/decimal.ts";
import { skipQuoted } from "./lexer.ts";
import { bitBytes, decodeText, hexBytes, isValidText, latin1Text, unquote } from "./string-text.ts";

/** What kind of literal a value was; the conversion to the column depends on it. */
export const LITERAL_NULL = 0;
/** number | bigint */
export const LITERAL_INTEGER = 1;
/** Decimal */
export const LITERAL_DECIMAL = 2;
/** number */
export const LITERAL_FLOAT = 3;
/** string: valid text */
const LITERAL_TEXT = 4;
/** Uint8Array: 0x…, x'…', b'…', _binary '…', or a string that is not valid UTF-8 */
export const LITERAL_BINARY = 5;
/** DEFAULT */
export const LITERAL_DEFAULT = 6;
export type LiteralKind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export type LiteralValue = null | number | bigint | Decimal | string | Uint8Array;

/** Receives the tuples one by one; `values` and `kinds` are reused for the next tuple. */
export type RowReceiver = (
  values: readonly LiteralValue[],
  kinds: readonly LiteralKind[],
  count: number,
) => void;

export interface InsertRowsResult {
  /** Rows handed over. */
  readonly rows: number;
  /** Offset after the last tuple read: of the `;`, of ON DUPLICATE …, or the text's end. */
  readonly end: number;
}

export interface InsertRowsOptions {
  readonly backslashEscapes: boolean;
  /** `"…"` is an identifier, so no literal */
  readonly ansiQuotes: boolean;
}

const BLANK = new Uint8Array(256);
for (const byte of [9, 10, 11, 12, 13, 32]) BLANK[byte] = 1;

/** Where the first tuple of the VALUES clause starts; undefined when this is no plain INSERT … VALUES. `isLiteral…`
 *  is not decided here: reading the rows does. */
export function findValuesStart(text: Uint8Array, start: number): number | undefined {
  // The head is short: names, a column list. Look for VALUES outside quotes and comments.
  let at = start;
  while (at < text.length) {
    const byte = text[at] as number;
    if (byte === 96) {
      const end = skipQuoted(text, at, false);
      if (end < 0) return undefined;
      at = end;
    } else if (byte === 39 || byte === 34 || byte === 59 || byte === 35 || byte === 47 || byte === 61) {
      return undefined;
    } else if (isWordByte(byte)) {
      let end = at + 1;
      while (end < text.length && isWordByte(text[end] as number)) end++;
      if (isWord(text, at, end, "SELECT") || isWord(text, at, end, "SET")) return undefined;
      if (isWord(text, at, end, "VALUES") || isWord(text, at, end, "VALUE")) return skipBlanks(text, end);
      at = end;
    } else {
      at++;
    }
  }
  return undefined;
}

function isWordByte(byte: number): boolean {
  return (
    (byte >= 97 && byte <= 122) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 95 ||
    byte === 36 ||
    byte >= 128
  );
}

function isWord(text: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if (((text[start + i] as number) & ~32) !== (word.charCodeAt(i) & ~32)) return false;
  }
  return true;
}

function skipBlanks(text: Uint8Array, from: number): number {
  let at = from;
  while (at < text.length && BLANK[text[at] as number] === 1) at++;
  return at;
}

/**
 * Reads tuples from `start` (at `(`), handing each to `receive`. Returns undefined when something that is not a
 * literal, a comma or a parenthesis is met: what was handed over then counts for nothing.
 */
export function readInsertRows(
  text: Uint8Array,
  start: number,
  options: InsertRowsOptions,
  receive: RowReceiver,
): InsertRowsResult | undefined {
  const reader = new TupleReader(text, options);
  let at = start;
  let rows = 0;
  for (;;) {
    at = reader.readTuple(at);
    if (at < 0) return undefined;
    receive(reader.values, reader.kinds, reader.count);
    rows++;
    at = skipBlanks(text, at);
    if (text[at] !== 44) return { rows, end: at };
    at = skipBlanks(text, at + 1);
  }
}

class TupleReader {
  readonly values: LiteralValue[] = [];
  readonly kinds: LiteralKind[] = [];
  count = 0;
  readonly #text: Uint8Array;
  readonly #options: InsertRowsOptions;

  constructor(text: Uint8Array, options: InsertRowsOptions) {
    this.#text = text;
    this.#options = options;
  }

  /** Offset after the tuple's `)`, or -1. */
  readTuple(start: number): number {
    const text = this.#text;
    if (text[start] !== 40) return -1;
    this.count = 0;
    let at = skipBlanks(text, start + 1);
    if (text[at] === 41) return at + 1;
    for (;;) {
      at = this.#value(at);
      if (at < 0) return -1;
      this.count++;
      at = skipBlanks(text, at);
      const byte = text[at];
      if (byte === 41) return at + 1;
      if (byte !== 44) return -1;
      at = skipBlanks(text, at + 1);
    }
  }

  #set(kind: LiteralKind, value: LiteralValue): void {
    this.kinds[this.count] = kind;
    this.values[this.count] = value;
  }

  #value(at: number): number {
    const byte = this.#text[at] as number;
    if (byte === 39 || (byte === 34 && !this.#options.ansiQuotes)) return this.#string(at, false);
    if (byte === 45) return this.#number(at + 1, true);
    if ((byte >= 48 && byte <= 57) || byte === 46) return this.#number(at, false);
    return this.#word(at);
  }

  /** One pass finds the end and whether the content is plain ASCII without escapes, which needs no further work. */
  #string(at: number, binary: boolean): number {
    const text = this.#text;
    const quote = text[at] as number;
    const { backslashEscapes } = this.#options;
    let i = at + 1;
    let plain = true;
    let ascii = true;
    for (; ; i++) {
      if (i >= text.length) return -1;
      const byte = text[i] as number;
      if (byte === quote) {
        if (text[i + 1] !== quote) break;
        plain = false;
        i++;
      } else if (byte === 92 && backslashEscapes) {
        plain = false;
        i++;
      } else if (byte >= 128) {
        ascii = false;
      }
    }
    const end = i + 1;
    if (plain && !binary) {
      if (ascii) this.#set(LITERAL_TEXT, latin1Text(text, at + 1, i));
      else this.#setText(text, at + 1, i);
      return end;
    }
    const bytes = unquote(text, at, end, backslashEscapes);
    if (binary) this.#set(LITERAL_BINARY, bytes);
    else this.#setText(bytes, 0, bytes.length);
    return end;
  }

  /** Bytes that may be text. */
  #setText(bytes: Uint8Array, start: number, end: number): void {
    const decoded = decodeText(bytes, start, end);
    if (!isValidText(bytes.subarray(start, end), decoded)) {
      this.#set(LITERAL_BINARY, new Uint8Array(bytes.subarray(start, end)));
    } else this.#set(LITERAL_TEXT, decoded);
  }

  #number(start: number, negative: boolean): number {
    const text = this.#text;
    let at = start;
    let value = 0;
    while (at < text.length) {
      const digit = (text[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    const next = text[at] as number;
    if (next === 46 || next === 101 || next === 69) return this.#real(start, at, negative);
    if (at === start) return -1;
    if (next === 120 || next === 98) return negative || at !== start + 1 ? -1 : this.#digits(start);
    if (isWordByte(next)) return -1;
    if (at - start <= 15) this.#set(LITERAL_INTEGER, negative ? 0 - value : value);
    else if (!this.#bigInteger(start, at, negative)) return -1;
    return at;
  }

  /** More than 15 digits; false when it does not fit 64 bits (then it is a decimal, which the parser makes). */
  #bigInteger(start: number, end: number, negative: boolean): boolean {
    if (end - start > 20) return false;
    const exact = BigInt(decodeText(this.#text, start, end));
    if (exact > (negative ? 9223372036854775808n : 18446744073709551615n)) return false;
    const signed = negative ? -exact : exact;
    const safe = Number.isSafeInteger(Number(signed));
    this.#set(LITERAL_INTEGER, safe ? Number(signed) : signed);
    return true;
  }

  #real(start: number, point: number, negative: boolean): number {
    const text = this.#text;
    const short = this.#shortDecimal(start, point, negative);
    if (short >= 0) return short;
    let at = point;
    if (text[at] === 46) {
      at++;
      while (at < text.length && (text[at] as number) >= 48 && (text[at] as number) <= 57) at++;
    }
    if (at === start + 1 && text[start] === 46) return -1;
    const exponent = text[at] === 101 || text[at] === 69;
    if (exponent) {
      at++;
      if (text[at] === 43 || text[at] === 45) at++;
      const digits = at;
      while (at < text.length && (text[at] as number) >= 48 && (text[at] as number) <= 57) at++;
      if (at === digits) return -1;
    }
    if (isWordByte(text[at] as number)) return -1;
    const source = (negative ? "-" : "") + decodeText(text, start, at);
    if (!exponent) this.#set(LITERAL_DECIMAL, parseDecimalPrefix(source).value);
    else {
      const value = Number(source);
      if (!Number.isFinite(value)) return -1;
      this.#set(LITERAL_FLOAT, value);
    }
    return at;
  }

  /** Up to 15 digits around a point, without an exponent; -1 for all other numbers. */
  #shortDecimal(start: number, point: number, negative: boolean): number {
    const text = this.#text;
    if (text[point] !== 46 || point === start) return -1;
    let digits = 0;
    let at = start;
    for (; at < text.length; at++) {
      if (at === point) continue;
      const digit = (text[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      digits = digits * 10 + digit;
    }
    const scale = at - point - 1;
    if (scale === 0 || at - start > 16 || isWordByte(text[at] as number)) return -1;
    this.#set(LITERAL_DECIMAL, new Decimal(negative ? -digits : digits, scale));
    return at;
  }

  /** 0x… and 0b… */
  #digits(start: number): number {
    const text = this.#text;
    const hex = text[start + 1] === 120;
    let at = start + 2;
    while (at < text.length && isDigitOf(text[at] as number, hex)) at++;
    if (at === start + 2 || text[start] !== 48 || isWordByte(text[at] as number)) return -1;
    this.#set(LITERAL_BINARY, hex ? hexBytes(text, start, at) : bitBytes(text, start, at));
    return at;
  }

  /** NULL, TRUE, FALSE, DEFAULT, x'…', b'…', _binary '…' */
  #word(start: number): number {
    const text = this.#text;
    let end = start;
    while (end < text.length && isWordByte(text[end] as number)) end++;
    if (isWord(text, start, end, "NULL")) this.#set(LITERAL_NULL, null);
    else if (isWord(text, start, end, "TRUE")) this.#set(LITERAL_INTEGER, 1);
    else if (isWord(text, start, end, "FALSE")) this.#set(LITERAL_INTEGER, 0);
    else if (isWord(text, start, end, "DEFAULT")) this.#set(LITERAL_DEFAULT, null);
    else if (isWord(text, start, end, "_BINARY")) {
      const quote = skipBlanks(text, end);
      return text[quote] === 39 ? this.#string(quote, true) : -1;
    } else if (end === start + 1 && text[end] === 39) return this.#digitString(start, end);
    else return -1;
    const after = skipBlanks(text, end);
    return text[after] === 44 || text[after] === 41 ? end : -1;
  }

  #digitString(start: number, quote: number): number {
    const text = this.#text;
    const letter = (text[start] as number) | 32;
    if (letter !== 120 && letter !== 98) return -1;
    let at = quote + 1;
    while (at < text.length && isDigitOf(text[at] as number, letter === 120)) at++;
    if (text[at] !== 39 || (letter === 120 && (at - quote) % 2 === 0)) return -1;
    this.#set(LITERAL_BINARY, letter === 120 ? hexBytes(text, start, at + 1) : bitBytes(text, start, at + 1));
    return at + 1;
  }
}

function isDigitOf(byte: number, hex: boolean): boolean {
  if (byte === 48 || byte === 49) return true;
  return hex && ((byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70));
}

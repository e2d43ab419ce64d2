/** Literals, with character set introducers and joined adjacent strings. */
import type { Literal, StringLiteral } from "../ast/expression.ts";
import {
  T_BIT,
  T_DECIMAL,
  T_FLOAT,
  T_HEX,
  T_INTEGER,
  T_NATIONAL,
  T_STRING,
  T_WORD,
  type TokenKind,
} from "../lexer/lexer.ts";
import { bitBytes, decodeText, hexBytes, unquote } from "../lexer/string-text.ts";
import type { TokenReader } from "./token-reader.ts";

const CHARSETS: ReadonlySet<string> = new Set(
  `armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr gb18030
  gb2312 gbk geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis swe7
  tis620 ucs2 ujis utf16 utf16le utf32 utf8 utf8mb3 utf8mb4`.split(/\s+/),
);

/** Is the token `_charset` before a literal? */
export function isCharsetIntroducer(reader: TokenReader): boolean {
  const next = reader.kindAt(1);
  return (next === T_STRING || next === T_HEX || next === T_BIT) && isCharsetWord(reader);
}

/** `_utf8mb4` and its like are introducers wherever they stand. */
export function isCharsetWord(reader: TokenReader): boolean {
  if (reader.kind !== T_WORD || reader.word !== "" || reader.text[reader.start] !== 95) return false;
  return CHARSETS.has(decodeText(reader.text, reader.start + 1, reader.tokenEnd).toLowerCase());
}

export function parseLiteral(reader: TokenReader): Literal {
  const start = reader.start;
  let introducer: string | undefined;
  if (isCharsetIntroducer(reader)) {
    introducer = decodeText(reader.text, start + 1, reader.tokenEnd).toLowerCase();
    if (introducer === "utf8") introducer = "utf8mb3";
    reader.advance();
  }
  const literal = parseBare(reader);
  if (literal.kind !== "string" && literal.kind !== "hex" && literal.kind !== "bit") return literal;
  return introducer === undefined ? literal : { ...literal, introducer, start };
}

function parseBare(reader: TokenReader): Literal {
  const { kind, start, tokenEnd: end, text } = reader;
  const position = reader.options.extracted?.get(start);
  const extracted = position === undefined ? {} : { parameter: position };
  switch (kind) {
    case T_INTEGER:
    case T_DECIMAL:
    case T_FLOAT: {
      const digits = decodeText(text, start, end);
      reader.advance();
      return { kind: "number", form: numberForm(kind, digits), text: digits, ...extracted, start, end };
    }
    case T_HEX:
      reader.advance();
      return { kind: "hex", bytes: hexBytes(text, start, end), ...extracted, start, end };
    case T_BIT:
      reader.advance();
      return { kind: "bit", bytes: bitBytes(text, start, end), ...extracted, start, end };
    case T_STRING:
      return parseString(reader, extracted);
    case T_NATIONAL: {
      const bytes = unquote(text, start + 1, end, reader.options.backslashEscapes);
      reader.advance();
      return { kind: "string", bytes, introducer: "utf8mb3", start, end };
    }
  }
  switch (reader.word) {
    case "NULL":
      reader.advance();
      return { kind: "null", start, end };
    case "TRUE":
    case "FALSE": {
      const value = reader.word === "TRUE";
      reader.advance();
      return { kind: "boolean", value, start, end };
    }
  }
  return reader.fail();
}

/** Integers that do not fit 64 bits are decimals. */
function numberForm(kind: TokenKind, digits: string): "integer" | "decimal" | "float" {
  if (kind === T_FLOAT) return "float";
  if (kind === T_DECIMAL) return "decimal";
  if (digits.length < 20) return "integer";
  return BigInt(digits) <= 18446744073709551615n ? "integer" : "decimal";
}

/** Adjacent strings are one: 'a' 'b' is 'ab'. */
function parseString(reader: TokenReader, extracted: { readonly parameter?: number }): StringLiteral {
  const start = reader.start;
  let bytes = reader.stringBytes();
  if (!reader.atString) return { kind: "string", bytes, ...extracted, start, end: reader.previousEnd };
  const firstLength = bytes.length;
  while (reader.atString) {
    const next = reader.stringBytes();
    const joined = new Uint8Array(bytes.length + next.length);
    joined.set(bytes);
    joined.set(next, bytes.length);
    bytes = joined;
  }
  return { kind: "string", bytes, ...extracted, firstLength, start, end: reader.previousEnd };
}

/** DATE '…', TIME '…', TIMESTAMP '…' */
export function parseTemporalLiteral(reader: TokenReader): Literal {
  const start = reader.start;
  const type = reader.word === "DATE" ? "date" : reader.word === "TIME" ? "time" : "timestamp";
  reader.advance();
  const text = reader.stringText();
  return { kind: "temporal", type, text, start, end: reader.previousEnd };
}

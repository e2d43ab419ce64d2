/** SELECT … INTO, and the FIELDS and LINES clauses that it shares with LOAD DATA. */
import type { FileFormat, SelectInto } from "../ast/query.ts";
import { T_BIT, T_HEX } from "../lexer/lexer.ts";
import { bitBytes, hexBytes } from "../lexer/string-text.ts";
import { parseCharsetName, parseVariableName } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

export function parseInto(reader: TokenReader): SelectInto {
  reader.expect("INTO");
  if (reader.accept("OUTFILE")) {
    const file = reader.stringText();
    const charset = parseCharsetClause(reader);
    const format = parseFileFormat(reader);
    return { kind: "outfile", file, ...(charset === undefined ? {} : { charset }), format };
  }
  if (reader.accept("DUMPFILE")) return { kind: "dumpfile", file: reader.stringText() };
  const variables = reader.list(() => {
    if (!reader.accept("@")) return { name: reader.identifier(), user: false };
    return { name: parseVariableName(reader), user: true };
  });
  return { kind: "variables", variables };
}

/** CHARACTER SET x | CHARSET x */
export function parseCharsetClause(reader: TokenReader): string | undefined {
  if (
    !reader.acceptAll("CHARACTER", "SET") &&
    !reader.acceptAll("CHAR", "SET") &&
    !reader.accept("CHARSET")
  ) {
    return undefined;
  }
  return parseCharsetName(reader);
}

/** A string, or bytes written as 0x09. */
function separator(reader: TokenReader): Uint8Array {
  const { kind, start, tokenEnd, text } = reader;
  if (kind !== T_HEX && kind !== T_BIT) return reader.stringBytes();
  reader.advance();
  return kind === T_HEX ? hexBytes(text, start, tokenEnd) : bitBytes(text, start, tokenEnd);
}

export function parseFileFormat(reader: TokenReader): FileFormat {
  const format: { -readonly [K in keyof FileFormat]: FileFormat[K] } = { optionallyEnclosed: false };
  if (reader.accept("FIELDS") || reader.accept("COLUMNS")) {
    const position = reader.position;
    for (;;) {
      if (reader.acceptAll("TERMINATED", "BY")) format.fieldsTerminatedBy = separator(reader);
      else if (reader.acceptAll("OPTIONALLY", "ENCLOSED", "BY")) {
        format.fieldsEnclosedBy = separator(reader);
        format.optionallyEnclosed = true;
      } else if (reader.acceptAll("ENCLOSED", "BY")) format.fieldsEnclosedBy = separator(reader);
      else if (reader.acceptAll("ESCAPED", "BY")) format.fieldsEscapedBy = separator(reader);
      else break;
    }
    if (reader.position === position) reader.fail();
  }
  if (reader.accept("LINES")) {
    const position = reader.position;
    for (;;) {
      if (reader.acceptAll("TERMINATED", "BY")) format.linesTerminatedBy = separator(reader);
      else if (reader.acceptAll("STARTING", "BY")) format.linesStartingBy = separator(reader);
      else break;
    }
    if (reader.position === position) reader.fail();
  }
  return format;
}

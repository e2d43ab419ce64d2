/** CAST, CONVERT and the types they convert to. */
import type { CastType } from "../ast/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import { parseExpression } from "./expression.ts";
import { parseCharsetName } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

/** CAST(a AS type [ARRAY]) and CAST(a AT TIME ZONE '…' AS DATETIME) */
export function parseCast(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  reader.expect("(");
  const operand = parseExpression(reader);
  let timeZone: string | undefined;
  if (reader.accept("AT")) {
    reader.expect("TIME", "ZONE");
    reader.accept("INTERVAL");
    timeZone = reader.stringText();
  }
  reader.expect("AS");
  const type = parseCastType(reader);
  const array = reader.accept("ARRAY");
  reader.expect(")");
  const zone = timeZone === undefined ? {} : { timeZone };
  return { kind: "cast", operand, type, array, ...zone, start, end: reader.previousEnd };
}

/** CONVERT(a, type) and CONVERT(a USING charset) */
export function parseConvert(reader: TokenReader): Expression {
  const start = reader.start;
  reader.advance();
  reader.expect("(");
  const operand = parseExpression(reader);
  if (reader.accept("USING")) {
    const charset = reader.accept("DEFAULT") ? "default" : parseCharsetName(reader);
    reader.expect(")");
    return { kind: "convert-charset", operand, charset, start, end: reader.previousEnd };
  }
  reader.expect(",");
  const type = parseCastType(reader);
  reader.expect(")");
  return { kind: "cast", operand, type, array: false, start, end: reader.previousEnd };
}

export function parseCastType(reader: TokenReader): CastType {
  const word = reader.word;
  reader.advance();
  switch (word) {
    case "BINARY":
      return { name: "binary", ...length(reader) };
    case "CHAR":
    case "CHARACTER":
      return { name: "char", ...length(reader), ...charset(reader) };
    case "NCHAR":
      return { name: "char", ...length(reader), charset: "utf8mb3" };
    case "NATIONAL":
      if (!reader.accept("CHAR")) reader.expect("CHARACTER");
      return { name: "char", ...length(reader), charset: "utf8mb3" };
    case "SIGNED":
    case "UNSIGNED":
      if (!reader.accept("INT")) reader.accept("INTEGER");
      return { name: word === "SIGNED" ? "signed" : "unsigned" };
    case "DATE":
    case "YEAR":
    case "JSON":
      return { name: word.toLowerCase() as "date" | "year" | "json" };
    case "TIME":
    case "DATETIME":
      return { name: word === "TIME" ? "time" : "datetime", ...length(reader) };
    case "DECIMAL":
    case "DEC":
    case "FIXED":
    case "NUMERIC":
      return { name: "decimal", ...precision(reader) };
    case "DOUBLE":
      reader.accept("PRECISION");
      return { name: "double" };
    case "REAL":
      return { name: "double" };
    case "FLOAT":
      return { name: "float", ...length(reader) };
    case "POINT":
    case "LINESTRING":
    case "POLYGON":
    case "MULTIPOINT":
    case "MULTILINESTRING":
    case "MULTIPOLYGON":
      return { name: word.toLowerCase() as "point" };
    case "GEOMETRYCOLLECTION":
    case "GEOMCOLLECTION":
      return { name: "geomcollection" };
  }
  reader.moveTo(reader.position - 1);
  return reader.fail();
}

function length(reader: TokenReader): { readonly length?: number } {
  if (!reader.accept("(")) return {};
  const value = reader.integer();
  reader.expect(")");
  return { length: value };
}

function precision(reader: TokenReader): { readonly length?: number; readonly scale?: number } {
  if (!reader.accept("(")) return {};
  const value = reader.integer();
  const scale = reader.accept(",") ? { scale: reader.integer() } : {};
  reader.expect(")");
  return { length: value, ...scale };
}

/** CHARACTER SET x, CHARSET x, ASCII, UNICODE, BYTE, BINARY after CHAR(n) */
function charset(reader: TokenReader): { readonly charset?: string } {
  if (reader.acceptAll("CHARACTER", "SET") || reader.acceptAll("CHAR", "SET") || reader.accept("CHARSET")) {
    return { charset: parseCharsetName(reader) };
  }
  if (reader.accept("ASCII")) return { charset: "latin1" };
  if (reader.accept("UNICODE")) return { charset: "ucs2" };
  if (reader.accept("BYTE")) return { charset: "binary" };
  return {};
}

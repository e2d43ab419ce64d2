/** Column types with their lengths, signs and character sets. */
import type { DataType, DataTypeName } from "../ast/data-type.ts";
import { T_INTEGER } from "../lexer/lexer.ts";
import { parseCharsetClause } from "./into.ts";
import { parseCollationName } from "./simple-expression.ts";
import type { TokenReader } from "./token-reader.ts";

/** Keywords that name one type with nothing special about them. */
const PLAIN_TYPES: ReadonlyMap<string, DataTypeName> = new Map([
  ["TINYINT", "tinyint"],
  ["INT1", "tinyint"],
  ["SMALLINT", "smallint"],
  ["INT2", "smallint"],
  ["MEDIUMINT", "mediumint"],
  ["MIDDLEINT", "mediumint"],
  ["INT3", "mediumint"],
  ["INT", "int"],
  ["INTEGER", "int"],
  ["INT4", "int"],
  ["BIGINT", "bigint"],
  ["INT8", "bigint"],
  ["FLOAT", "float"],
  ["FLOAT4", "float"],
  ["FLOAT8", "double"],
  ["REAL", "double"],
  ["DOUBLE", "double"],
  ["DECIMAL", "decimal"],
  ["DEC", "decimal"],
  ["NUMERIC", "decimal"],
  ["FIXED", "decimal"],
  ["BIT", "bit"],
  ["YEAR", "year"],
  ["DATE", "date"],
  ["TIME", "time"],
  ["DATETIME", "datetime"],
  ["TIMESTAMP", "timestamp"],
  ["BINARY", "binary"],
  ["VARBINARY", "varbinary"],
  ["TINYBLOB", "tinyblob"],
  ["BLOB", "blob"],
  ["MEDIUMBLOB", "mediumblob"],
  ["LONGBLOB", "longblob"],
  ["TINYTEXT", "tinytext"],
  ["TEXT", "text"],
  ["MEDIUMTEXT", "mediumtext"],
  ["LONGTEXT", "longtext"],
  ["ENUM", "enum"],
  ["SET", "set"],
  ["JSON", "json"],
  ["GEOMETRY", "geometry"],
  ["POINT", "point"],
  ["LINESTRING", "linestring"],
  ["POLYGON", "polygon"],
  ["MULTIPOINT", "multipoint"],
  ["MULTILINESTRING", "multilinestring"],
  ["MULTIPOLYGON", "multipolygon"],
  ["GEOMETRYCOLLECTION", "geomcollection"],
  ["GEOMCOLLECTION", "geomcollection"],
  ["VECTOR", "vector"],
]);

const NUMERIC: ReadonlySet<string> = new Set([
  "tinyint",
  "smallint",
  "mediumint",
  "int",
  "bigint",
  "float",
  "double",
  "decimal",
]);
/** May have `(length)`. */
const WITH_LENGTH: ReadonlySet<string> = new Set([
  "tinyint",
  "smallint",
  "mediumint",
  "int",
  "bigint",
  "bit",
  "year",
  "time",
  "datetime",
  "timestamp",
  "binary",
  "blob",
  "text",
  "vector",
]);
const WITH_CHARSET: ReadonlySet<string> = new Set([
  "tinytext",
  "text",
  "mediumtext",
  "longtext",
  "enum",
  "set",
]);

export function parseDataType(reader: TokenReader): DataType {
  const word = reader.word;
  switch (word) {
    case "BOOL":
    case "BOOLEAN":
      reader.advance();
      return { name: "tinyint", length: 1, boolean: true };
    case "SERIAL":
      reader.advance();
      return { name: "bigint", unsigned: true };
    case "CHAR":
    case "CHARACTER":
    case "VARCHAR":
    case "VARCHARACTER":
    case "NATIONAL":
    case "NCHAR":
    case "NVARCHAR":
      return parseCharacterType(reader);
    case "LONG":
      return parseLong(reader);
  }
  const name = PLAIN_TYPES.get(word);
  if (name === undefined) return reader.fail();
  reader.advance();
  if (word === "DOUBLE") reader.accept("PRECISION");
  if (name === "enum" || name === "set") {
    const members = reader.parenthesized(() => reader.stringBytes());
    return { name, members, ...parseCharset(reader) };
  }
  if (name === "varbinary") return { name, length: requiredLength(reader) };
  if (NUMERIC.has(name)) return { name, ...parseNumberLength(reader, name), ...parseSigns(reader) };
  const length = WITH_LENGTH.has(name) && reader.at("(") ? { length: requiredLength(reader) } : {};
  return { name, ...length, ...(WITH_CHARSET.has(name) ? parseCharset(reader) : {}) };
}

function requiredLength(reader: TokenReader): number {
  reader.expect("(");
  const length = reader.integer();
  reader.expect(")");
  return length;
}

function parseNumberLength(reader: TokenReader, name: string): Pick<DataType, "length" | "scale"> {
  if (!reader.at("(") || reader.kindAt(1) !== T_INTEGER) return {};
  reader.advance();
  const length = reader.integer();
  const scaled = name === "float" || name === "double" || name === "decimal";
  const scale = scaled && reader.accept(",") ? { scale: reader.integer() } : {};
  reader.expect(")");
  return { length, ...scale };
}

function parseSigns(reader: TokenReader): Pick<DataType, "unsigned" | "zerofill"> {
  const signs: { unsigned?: boolean; zerofill?: boolean } = {};
  for (;;) {
    if (reader.accept("UNSIGNED")) signs.unsigned = true;
    else if (reader.accept("ZEROFILL")) {
      signs.zerofill = true;
      signs.unsigned = true;
    } else if (!reader.accept("SIGNED")) return signs;
  }
}

/** [NATIONAL] CHAR | CHARACTER [VARYING] | VARCHAR | NCHAR | NVARCHAR */
function parseCharacterType(reader: TokenReader): DataType {
  const word = reader.word;
  reader.advance();
  let national = word === "NCHAR" || word === "NVARCHAR";
  let varying = word === "VARCHAR" || word === "VARCHARACTER" || word === "NVARCHAR";
  if (word === "NATIONAL") {
    national = true;
    if (reader.accept("VARCHAR") || reader.accept("VARCHARACTER")) varying = true;
    else if (!reader.accept("CHAR")) reader.expect("CHARACTER");
  }
  if (national && (reader.accept("VARCHAR") || reader.accept("VARCHARACTER"))) varying = true;
  if (!varying && reader.accept("VARYING")) varying = true;
  const name = varying ? "varchar" : "char";
  const length = varying || reader.at("(") ? { length: requiredLength(reader) } : {};
  const charset = parseCharset(reader);
  return { name, ...length, ...(national ? { charset: "utf8mb3" } : {}), ...charset };
}

/** LONG [VARCHAR] is MEDIUMTEXT, LONG VARBINARY is MEDIUMBLOB. */
function parseLong(reader: TokenReader): DataType {
  reader.advance();
  if (reader.accept("VARBINARY")) return { name: "mediumblob" };
  if (reader.accept("CHAR") || reader.accept("CHARACTER")) reader.expect("VARYING");
  else if (!reader.accept("VARCHAR")) reader.accept("VARCHARACTER");
  return { name: "mediumtext", ...parseCharset(reader) };
}

/** CHARACTER SET x, ASCII, UNICODE, BYTE, BINARY and COLLATE, directly after the type. */
function parseCharset(reader: TokenReader): Pick<DataType, "charset" | "collation" | "binaryCollation"> {
  const found: { charset?: string; collation?: string; binaryCollation?: boolean } = {};
  for (;;) {
    if (reader.accept("ASCII")) found.charset = "latin1";
    else if (reader.accept("UNICODE")) found.charset = "ucs2";
    else if (reader.accept("BYTE")) found.charset = "binary";
    else if (reader.accept("BINARY")) found.binaryCollation = true;
    else {
      const charset = parseCharsetClause(reader);
      if (charset === undefined) break;
      found.charset = charset;
    }
  }
  if (reader.accept("COLLATE")) found.collation = parseCollationName(reader);
  return found;
}

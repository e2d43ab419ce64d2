/** Large `INSERT … VALUES (…), (…)` statements: the head is parsed as usual, the rows are read without an AST. */
import { Decimal } from "../../values/decimal.ts";
import type { SqlType } from "../../values/sql-type.ts";
import type { Value } from "../../values/value.ts";
import type { Insert } from "../ast/data-change.ts";
import {
  findValuesStart,
  LITERAL_BINARY,
  LITERAL_DECIMAL,
  LITERAL_DEFAULT,
  LITERAL_FLOAT,
  LITERAL_INTEGER,
  LITERAL_NULL,
  readInsertRows,
} from "../lexer/insert-rows.ts";
import { parseStatement } from "../parser/parse.ts";
import type { StatementSettings } from "../session/statement-settings.ts";

/** Rows of literals, one after the other. */
export interface LiteralRows {
  readonly count: number;
  readonly width: number;
  readonly values: readonly Value[];
  /** undefined: DEFAULT */
  readonly types: readonly (SqlType | undefined)[];
  /** The first row (from 1) with another number of values; 0 when there is none. */
  readonly wrongRow: number;
}

export interface BulkInsert {
  readonly insert: Insert;
  readonly rows: LiteralRows;
  readonly nextOffset: number;
}

/** Below this size the parser (and the plans kept for its statements) are faster. */
const BULK_SIZE_MIN = 4096;
const INSERT_WORD = 0x49;
const REPLACE_WORD = 0x52;
const SEMICOLON = 0x3b;

const NULL_TYPE: SqlType = { kind: "null" };
const INTEGER_TYPE: SqlType = { kind: "integer", name: "bigint", unsigned: false, zerofill: false };
const UNSIGNED_TYPE: SqlType = { kind: "integer", name: "bigint", unsigned: true, zerofill: false };
const DOUBLE_TYPE: SqlType = { kind: "float", name: "double", unsigned: false, zerofill: false };
const TEXT_TYPE: SqlType = {
  kind: "string",
  name: "longtext",
  length: 4294967295,
  charset: "utf8mb4",
  collation: "utf8mb4_0900_ai_ci",
};
const BINARY_TYPE: SqlType = { kind: "binary", name: "longblob", length: 4294967295 };

/** undefined: not a large INSERT of literals alone, or one in a character set whose text needs converting. */
export function readBulkInsert(
  text: Uint8Array,
  start: number,
  settings: StatementSettings,
): BulkInsert | undefined {
  if (text.length - start < BULK_SIZE_MIN || !settings.clientCharset.startsWith("utf8")) return undefined;
  const first = firstLetter(text, start);
  if (first !== INSERT_WORD && first !== REPLACE_WORD) return undefined;
  const valuesStart = findValuesStart(text, start);
  if (valuesStart === undefined) return undefined;
  const values: Value[] = [];
  const types: (SqlType | undefined)[] = [];
  let width = -1;
  let wrongRow = 0;
  let count = 0;
  const { sqlMode } = settings;
  const options = {
    backslashEscapes: !sqlMode.has("NO_BACKSLASH_ESCAPES"),
    ansiQuotes: sqlMode.has("ANSI_QUOTES") || sqlMode.has("ANSI"),
  };
  const read = readInsertRows(text, valuesStart, options, (row, kinds, length) => {
    count++;
    if (width < 0) width = length;
    else if (width !== length && wrongRow === 0) wrongRow = count;
    for (let i = 0; i < length; i++) {
      const kind = kinds[i] as number;
      const value = row[i] as Value;
      values.push(value);
      types.push(typeOfLiteral(kind, value));
    }
  });
  if (read === undefined) return undefined;
  const end = endOfStatement(text, read.end);
  if (end === undefined) return undefined;
  const head = Buffer.concat([text.subarray(start, valuesStart), Buffer.from("()")]);
  const parsed = parseStatement(head, 0, { sqlMode });
  if (parsed.statement?.kind !== "insert" || parsed.statement.source.kind !== "rows") return undefined;
  return { insert: parsed.statement, rows: { count, width, values, types, wrongRow }, nextOffset: end };
}

function typeOfLiteral(kind: number, value: Value): SqlType | undefined {
  switch (kind) {
    case LITERAL_DEFAULT:
      return undefined;
    case LITERAL_NULL:
      return NULL_TYPE;
    case LITERAL_INTEGER:
      return typeof value === "bigint" && value > 9223372036854775807n ? UNSIGNED_TYPE : INTEGER_TYPE;
    case LITERAL_DECIMAL:
      return decimalType(value instanceof Decimal ? value.scale : 0);
    case LITERAL_FLOAT:
      return DOUBLE_TYPE;
    case LITERAL_BINARY:
      return BINARY_TYPE;
    default:
      return TEXT_TYPE;
  }
}

/** Types of decimal literals by their scale. */
const DECIMAL_TYPES: SqlType[] = [];

function decimalType(scale: number): SqlType {
  const known = DECIMAL_TYPES[scale];
  if (known !== undefined) return known;
  const type: SqlType = { kind: "decimal", precision: 65, scale, unsigned: false, zerofill: false };
  DECIMAL_TYPES[scale] = type;
  return type;
}

function firstLetter(text: Uint8Array, start: number): number {
  let at = start;
  while (at < text.length && (text[at] as number) <= 0x20) at++;
  return ((text[at] ?? 0) as number) & ~0x20;
}

/** The offset after the `;` (or of the text's end) when nothing but blanks follows the rows. */
function endOfStatement(text: Uint8Array, from: number): number | undefined {
  let at = from;
  while (at < text.length && (text[at] as number) <= 0x20) at++;
  if (at >= text.length) return text.length;
  if (text[at] !== SEMICOLON) return undefined;
  at++;
  while (at < text.length && (text[at] as number) <= 0x20) at++;
  return at;
}

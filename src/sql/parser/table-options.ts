/** Table options and database options. */
import type { DatabaseOptionList, TableOption } from "../ast/data-definition.ts";
import { T_DECIMAL, T_FLOAT, T_INTEGER, T_STRING } from "../lexer/lexer.ts";
import { parseCharsetName, parseCollationName } from "./simple-expression.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** Options whose value is a number, or DEFAULT for some. */
const NUMBER_OPTIONS: ReadonlySet<string> = new Set([
  "AUTO_INCREMENT",
  "AVG_ROW_LENGTH",
  "AUTOEXTEND_SIZE",
  "CHECKSUM",
  "TABLE_CHECKSUM",
  "DELAY_KEY_WRITE",
  "KEY_BLOCK_SIZE",
  "MAX_ROWS",
  "MIN_ROWS",
  "PACK_KEYS",
  "STATS_AUTO_RECALC",
  "STATS_PERSISTENT",
  "STATS_SAMPLE_PAGES",
]);
/** Options whose value is a string. */
const STRING_OPTIONS: ReadonlySet<string> = new Set([
  "COMMENT",
  "COMPRESSION",
  "CONNECTION",
  "ENCRYPTION",
  "PASSWORD",
  "ENGINE_ATTRIBUTE",
  "SECONDARY_ENGINE_ATTRIBUTE",
]);
/** Options whose value is a word. */
const WORD_OPTIONS: ReadonlySet<string> = new Set(["ROW_FORMAT", "INSERT_METHOD", "STORAGE"]);
const NAME_OPTIONS: ReadonlySet<string> = new Set(["ENGINE", "SECONDARY_ENGINE", "TABLESPACE"]);

/** One option, or undefined when none starts here. */
export function parseTableOption(reader: TokenReader): TableOption | undefined {
  const word = reader.word;
  if (
    word === "DEFAULT" ||
    word === "CHARACTER" ||
    word === "CHARSET" ||
    word === "CHAR" ||
    word === "COLLATE"
  ) {
    return parseCharsetOption(reader);
  }
  const name = word.toLowerCase();
  if (NUMBER_OPTIONS.has(word)) {
    reader.advance();
    reader.acceptEquals();
    return { name, value: parseNumberValue(reader) };
  }
  if (STRING_OPTIONS.has(word)) {
    reader.advance();
    reader.acceptEquals();
    const text = reader.atString ? reader.currentText() : "";
    return { name, bytes: reader.stringBytes(), value: text };
  }
  if (WORD_OPTIONS.has(word)) {
    reader.advance();
    reader.acceptEquals();
    return { name, value: reader.anyWord() };
  }
  if (NAME_OPTIONS.has(word)) {
    reader.advance();
    reader.acceptEquals();
    return { name, value: reader.accept("NULL") ? "NULL" : reader.identifierOrString() };
  }
  return parseRareOption(reader);
}

function parseRareOption(reader: TokenReader): TableOption | undefined {
  if (reader.acceptAll("DATA", "DIRECTORY") || reader.acceptAll("INDEX", "DIRECTORY")) {
    const name = reader.wordAt(-2) === "DATA" ? "data_directory" : "index_directory";
    reader.acceptEquals();
    return { name, value: reader.stringText() };
  }
  if (reader.accept("UNION")) {
    reader.acceptEquals();
    reader.expect("(");
    const tables = reader.at(")") ? [] : reader.list(() => parseTableName(reader));
    reader.expect(")");
    return { name: "union", value: tables.map((table) => table.name).join(",") };
  }
  if (reader.acceptAll("START", "TRANSACTION")) return { name: "start_transaction", value: "" };
  return undefined;
}

function parseNumberValue(reader: TokenReader): string {
  if (reader.accept("DEFAULT")) return "default";
  const kind = reader.kind;
  if (kind !== T_INTEGER && kind !== T_DECIMAL && kind !== T_FLOAT && !reader.atIdentifier) reader.fail();
  const text = reader.currentText();
  reader.advance();
  return text;
}

/** [DEFAULT] CHARACTER SET [=] x | [DEFAULT] COLLATE [=] x */
function parseCharsetOption(reader: TokenReader): TableOption {
  reader.accept("DEFAULT");
  if (reader.accept("COLLATE")) {
    reader.acceptEquals();
    return { name: "collate", value: reader.accept("DEFAULT") ? "default" : parseCollationName(reader) };
  }
  if (!reader.accept("CHARSET")) {
    if (!reader.accept("CHAR")) reader.expect("CHARACTER");
    reader.expect("SET");
  }
  reader.acceptEquals();
  return { name: "charset", value: reader.accept("DEFAULT") ? "default" : parseCharsetName(reader) };
}

/** Options of CREATE TABLE: separated by blanks or commas. */
export function parseTableOptions(reader: TokenReader): readonly TableOption[] {
  const options: TableOption[] = [];
  for (;;) {
    const option = parseTableOption(reader);
    if (option === undefined) {
      if (options.length > 0 && reader.wordAt(-1) === ",") reader.fail();
      return options;
    }
    options.push(option);
    reader.accept(",");
  }
}

export function parseDatabaseOptions(reader: TokenReader): DatabaseOptionList {
  const options: { -readonly [K in keyof DatabaseOptionList]: DatabaseOptionList[K] } = {};
  for (;;) {
    if (reader.acceptAll("READ", "ONLY")) {
      reader.acceptEquals();
      options.readOnly = reader.accept("DEFAULT") ? false : reader.integer() !== 0;
      continue;
    }
    const position = reader.position;
    reader.accept("DEFAULT");
    if (reader.accept("ENCRYPTION")) {
      reader.acceptEquals();
      if (reader.kind !== T_STRING) reader.fail();
      options.encryption = reader.stringText();
      continue;
    }
    const word = reader.word;
    if (word !== "CHARACTER" && word !== "CHARSET" && word !== "CHAR" && word !== "COLLATE") {
      if (reader.position !== position) reader.fail();
      return options;
    }
    const option = parseCharsetOption(reader);
    if (option.name === "collate") options.collation = option.value;
    else options.charset = option.value;
  }
}

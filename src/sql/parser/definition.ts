/** CREATE, ALTER, DROP and RENAME: which object, then its parser. */
import type {
  AccountName,
  CreateStoredProgram,
  CreateView,
  DropStoredProgram,
  StoredProgramType,
  ViewAttributes,
} from "../ast/data-definition.ts";
import type { Statement } from "../ast/statement.ts";
import {
  parseAlterUser,
  parseCreateRole,
  parseCreateUser,
  parseDropAccounts,
  parseRenameUser,
} from "./account.ts";
import { parseAccountName } from "./account-name.ts";
import { parseAlterTable } from "./alter-table.ts";
import { acceptIfNotExists, parseCreateTable } from "./create-table.ts";
import { parseCreateIndex, parseDropIndex } from "./index-definition.ts";
import { atQuery, parseQuery } from "./query.ts";
import { parseDatabaseOptions } from "./table-options.ts";
import { parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** Objects that we know by name only; the value is the construct's name after CREATE, ALTER or DROP. */
const OTHER_OBJECTS: readonly (readonly string[])[] = [
  ["TABLESPACE"],
  ["UNDO", "TABLESPACE"],
  ["SERVER"],
  ["LOGFILE", "GROUP"],
  ["RESOURCE", "GROUP"],
  ["SPATIAL", "REFERENCE", "SYSTEM"],
  ["OR", "REPLACE", "SPATIAL", "REFERENCE", "SYSTEM"],
  ["INSTANCE"],
  ["AGGREGATE", "FUNCTION"],
  ["LIBRARY"],
];

export function parseCreate(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  switch (reader.word) {
    case "TABLE":
      return parseCreateTable(reader, start, false);
    case "TEMPORARY":
      reader.advance();
      return parseCreateTable(reader, start, true);
    case "DATABASE":
    case "SCHEMA": {
      reader.advance();
      const ifNotExists = acceptIfNotExists(reader);
      const name = reader.identifier();
      const options = parseDatabaseOptions(reader);
      return { kind: "create-database", ifNotExists, name, options, start, end: reader.previousEnd };
    }
    case "INDEX":
    case "UNIQUE":
    case "FULLTEXT":
      return parseCreateIndex(reader, start);
    case "USER":
      return parseCreateUser(reader, start);
    case "ROLE":
      return parseCreateRole(reader, start);
  }
  if (reader.at("SPATIAL") && reader.wordAt(1) === "INDEX") return parseCreateIndex(reader, start);
  const other = parseOther(reader, "CREATE", start);
  return other ?? parseViewOrProgram(reader, start, false);
}

/** `[OR REPLACE] [ALGORITHM = x] [DEFINER = x] [SQL SECURITY x] VIEW | PROCEDURE | FUNCTION | TRIGGER | EVENT` */
function parseViewOrProgram(reader: TokenReader, start: number, alter: boolean): Statement {
  const orReplace = !alter && reader.acceptAll("OR", "REPLACE");
  const attributes = parseAttributes(reader);
  if (reader.at("VIEW")) return parseView(reader, { attributes, start, alter, orReplace });
  if (orReplace || attributes.algorithm !== undefined || attributes.sqlSecurity !== undefined) reader.fail();
  return parseProgram(reader, { definer: attributes.definer, start, alter });
}

function parseAttributes(reader: TokenReader): ViewAttributes {
  const found: { -readonly [K in keyof ViewAttributes]: ViewAttributes[K] } = {};
  if (reader.accept("ALGORITHM")) {
    reader.expect("=");
    const algorithm = reader.anyWord();
    if (algorithm !== "undefined" && algorithm !== "merge" && algorithm !== "temptable") reader.fail();
    found.algorithm = algorithm;
  }
  if (reader.accept("DEFINER")) {
    reader.expect("=");
    found.definer = parseAccountName(reader);
  }
  if (reader.accept("SQL")) {
    reader.expect("SECURITY");
    const invoker = reader.accept("INVOKER");
    if (!invoker) reader.expect("DEFINER");
    found.sqlSecurity = invoker ? "invoker" : "definer";
  }
  return found;
}

interface ViewHead {
  readonly attributes: ViewAttributes;
  readonly start: number;
  readonly alter: boolean;
  readonly orReplace: boolean;
}

function parseView(reader: TokenReader, head: ViewHead): CreateView {
  reader.expect("VIEW");
  const ifNotExists = !head.alter && acceptIfNotExists(reader);
  const view = parseTableName(reader);
  const columns = reader.at("(") ? { columns: reader.parenthesized(() => reader.identifier()) } : {};
  reader.expect("AS");
  if (!atQuery(reader)) reader.fail();
  const queryStart = reader.start;
  const query = parseQuery(reader, false);
  const queryText = reader.sourceText(queryStart, reader.previousEnd);
  const checkOption = parseCheckOption(reader);
  return {
    kind: "create-view",
    alter: head.alter,
    orReplace: head.orReplace,
    ifNotExists,
    ...head.attributes,
    view,
    ...columns,
    query,
    queryText,
    ...(checkOption === undefined ? {} : { checkOption }),
    start: head.start,
    end: reader.previousEnd,
  };
}

function parseCheckOption(reader: TokenReader): "cascaded" | "local" | undefined {
  if (!reader.accept("WITH")) return undefined;
  const local = reader.accept("LOCAL");
  if (!local) reader.accept("CASCADED");
  reader.expect("CHECK", "OPTION");
  return local ? "local" : "cascaded";
}

interface ProgramHead {
  readonly definer: AccountName | undefined;
  readonly start: number;
  readonly alter: boolean;
}

const PROGRAM_TYPES: ReadonlyMap<string, StoredProgramType> = new Map([
  ["PROCEDURE", "procedure"],
  ["FUNCTION", "function"],
  ["TRIGGER", "trigger"],
  ["EVENT", "event"],
]);

function parseProgram(reader: TokenReader, head: ProgramHead): CreateStoredProgram {
  const type = PROGRAM_TYPES.get(reader.word);
  if (type === undefined) return reader.fail();
  reader.advance();
  const ifNotExists = acceptIfNotExists(reader);
  const name = parseTableName(reader);
  const trigger = type === "trigger" ? { trigger: parseTriggerHead(reader) } : {};
  if (reader.atEnd) reader.fail();
  const body = reader.takeRest();
  return {
    kind: "create-program",
    type,
    alter: head.alter,
    ifNotExists,
    ...(head.definer === undefined ? {} : { definer: head.definer }),
    name,
    ...trigger,
    body,
    start: head.start,
    end: reader.previousEnd,
  };
}

function parseTriggerHead(reader: TokenReader): NonNullable<CreateStoredProgram["trigger"]> {
  const before = reader.accept("BEFORE");
  if (!before) reader.expect("AFTER");
  const event = reader.anyWord();
  if (event !== "insert" && event !== "update" && event !== "delete") return reader.fail();
  reader.expect("ON");
  const table = parseTableName(reader);
  reader.expect("FOR", "EACH", "ROW");
  const time = before ? "before" : "after";
  if (!reader.at("FOLLOWS") && !reader.at("PRECEDES")) return { time, event, table };
  const kind = reader.at("FOLLOWS") ? "follows" : "precedes";
  reader.advance();
  return { time, event, table, order: { kind, name: reader.identifierOrString() } };
}

export function parseAlter(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  switch (reader.word) {
    case "TABLE":
      return parseAlterTable(reader, start);
    case "DATABASE":
    case "SCHEMA": {
      reader.advance();
      const optionWord = ["DEFAULT", "CHARACTER", "CHARSET", "COLLATE", "ENCRYPTION", "READ"].includes(
        reader.word,
      );
      const name = !optionWord && reader.atIdentifier ? { name: reader.identifier() } : {};
      const options = parseDatabaseOptions(reader);
      if (Object.keys(options).length === 0) reader.fail();
      return { kind: "alter-database", ...name, options, start, end: reader.previousEnd };
    }
    case "USER":
      return parseAlterUser(reader, start);
  }
  const other = parseOther(reader, "ALTER", start);
  return other ?? parseViewOrProgram(reader, start, true);
}

function acceptIfExists(reader: TokenReader): boolean {
  if (!reader.accept("IF")) return false;
  reader.expect("EXISTS");
  return true;
}

export function parseDrop(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const temporary = reader.accept("TEMPORARY");
  switch (reader.word) {
    case "TABLE":
    case "TABLES": {
      reader.advance();
      const ifExists = acceptIfExists(reader);
      const tables = reader.list(() => parseTableName(reader));
      if (!reader.accept("RESTRICT")) reader.accept("CASCADE");
      return { kind: "drop-table", temporary, ifExists, tables, start, end: reader.previousEnd };
    }
  }
  if (temporary) return reader.fail();
  switch (reader.word) {
    case "DATABASE":
    case "SCHEMA": {
      reader.advance();
      const ifExists = acceptIfExists(reader);
      return { kind: "drop-database", ifExists, name: reader.identifier(), start, end: reader.previousEnd };
    }
    case "VIEW": {
      reader.advance();
      const ifExists = acceptIfExists(reader);
      const views = reader.list(() => parseTableName(reader));
      if (!reader.accept("RESTRICT")) reader.accept("CASCADE");
      return { kind: "drop-view", ifExists, views, start, end: reader.previousEnd };
    }
    case "INDEX":
      return parseDropIndex(reader, start);
    case "USER":
    case "ROLE":
      return parseDropAccounts(reader, start);
    case "PREPARE":
      reader.advance();
      return { kind: "deallocate", name: reader.identifier(), start, end: reader.previousEnd };
  }
  return parseOther(reader, "DROP", start) ?? parseDropProgram(reader, start);
}

function parseDropProgram(reader: TokenReader, start: number): DropStoredProgram {
  const type = PROGRAM_TYPES.get(reader.word);
  if (type === undefined) return reader.fail();
  reader.advance();
  const ifExists = acceptIfExists(reader);
  return {
    kind: "drop-program",
    type,
    ifExists,
    name: parseTableName(reader),
    start,
    end: reader.previousEnd,
  };
}

function parseOther(reader: TokenReader, verb: string, start: number): Statement | undefined {
  for (const words of OTHER_OBJECTS) {
    if (!words.every((word, index) => reader.wordAt(index) === word)) continue;
    reader.takeRest();
    const end = reader.previousEnd;
    const construct = `${verb} ${words.join(" ").replace("OR REPLACE ", "")}`;
    return { kind: "other-definition", construct, text: reader.sourceText(start, end), start, end };
  }
  return undefined;
}

/** RENAME TABLE | USER */
export function parseRename(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.at("USER")) return parseRenameUser(reader, start);
  if (!reader.accept("TABLE")) reader.expect("TABLES");
  const renames = reader.list(() => {
    const from = parseTableName(reader);
    reader.expect("TO");
    return { from, to: parseTableName(reader) };
  });
  return { kind: "rename-table", renames, start, end: reader.previousEnd };
}

/** Transactions, locks, prepared statements, EXPLAIN, DESCRIBE, KILL, FLUSH, RESET and table maintenance. */
import type { IsolationName, LockTables, TableMaintenance } from "../ast/session.ts";
import type { Statement } from "../ast/statement.ts";
import { T_HEX, T_RESERVED, T_STRING, T_WORD } from "../lexer/lexer.ts";
import { parseExpression } from "./expression.ts";
import { parseLiteral } from "./literal.ts";
import { parseVariableName } from "./simple-expression.ts";
import { parseStatementHere } from "./statement.ts";
import { parseTableAlias, parseTableName } from "./table-reference.ts";
import type { TokenReader } from "./token-reader.ts";

/** START TRANSACTION … */
export function parseStart(reader: TokenReader): Statement {
  const start = reader.start;
  if (["REPLICA", "GROUP_REPLICATION"].includes(reader.wordAt(1))) return parseByName(reader, 2);
  if (reader.wordAt(1) !== "TRANSACTION") {
    reader.advance();
    return reader.fail();
  }
  reader.moveTo(reader.position + 2);
  let consistentSnapshot = false;
  let access: "read write" | "read only" | undefined;
  if (reader.at("WITH") || reader.at("READ")) {
    do {
      if (reader.acceptClause("WITH", "CONSISTENT", "SNAPSHOT")) consistentSnapshot = true;
      else access = parseAccess(reader);
    } while (reader.accept(","));
  }
  const accessPart = access === undefined ? {} : { access };
  return {
    kind: "start-transaction",
    begin: false,
    consistentSnapshot,
    ...accessPart,
    start,
    end: reader.previousEnd,
  };
}

export function parseAccess(reader: TokenReader): "read write" | "read only" {
  reader.expect("READ");
  if (reader.accept("WRITE")) return "read write";
  reader.expect("ONLY");
  return "read only";
}

export function parseIsolation(reader: TokenReader): IsolationName {
  reader.expect("ISOLATION", "LEVEL");
  if (reader.accept("READ")) {
    if (reader.accept("UNCOMMITTED")) return "READ-UNCOMMITTED";
    reader.expect("COMMITTED");
    return "READ-COMMITTED";
  }
  if (reader.acceptClause("REPEATABLE", "READ")) return "REPEATABLE-READ";
  reader.expect("SERIALIZABLE");
  return "SERIALIZABLE";
}

export function parseBegin(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  reader.accept("WORK");
  return {
    kind: "start-transaction",
    begin: true,
    consistentSnapshot: false,
    start,
    end: reader.previousEnd,
  };
}

/** COMMIT, ROLLBACK [TO SAVEPOINT] */
export function parseEndTransaction(reader: TokenReader): Statement {
  const start = reader.start;
  const kind = reader.at("COMMIT") ? "commit" : "rollback";
  reader.advance();
  reader.accept("WORK");
  if (kind === "rollback" && reader.accept("TO")) {
    reader.accept("SAVEPOINT");
    return { kind: "rollback-to-savepoint", name: reader.identifier(), start, end: reader.previousEnd };
  }
  const chainPart = parseNoable(reader, "AND", "CHAIN");
  const releasePart = parseNoable(reader, undefined, "RELEASE");
  if (chainPart === true && releasePart === true) reader.failAt(reader.start);
  return {
    kind,
    ...(chainPart === undefined ? {} : { chain: chainPart }),
    ...(releasePart === undefined ? {} : { release: releasePart }),
    start,
    end: reader.previousEnd,
  };
}

/** `[AND] [NO] CHAIN`, `[NO] RELEASE` */
function parseNoable(reader: TokenReader, before: string | undefined, word: string): boolean | undefined {
  if (before !== undefined && !reader.accept(before)) return undefined;
  if (reader.acceptAll("NO", word)) return false;
  if (reader.accept(word)) return true;
  return before === undefined ? undefined : reader.fail();
}

export function parseSavepoint(reader: TokenReader): Statement {
  const start = reader.start;
  if (reader.acceptClause("RELEASE", "SAVEPOINT")) {
    return { kind: "release-savepoint", name: reader.identifier(), start, end: reader.previousEnd };
  }
  reader.expect("SAVEPOINT");
  return { kind: "savepoint", name: reader.identifier(), start, end: reader.previousEnd };
}

export function parseXa(reader: TokenReader): Statement {
  const start = reader.start;
  const verb = reader.wordAt(1);
  if (!["START", "BEGIN", "END", "PREPARE", "COMMIT", "ROLLBACK", "RECOVER"].includes(verb)) {
    reader.advance();
    reader.fail();
  }
  if (verb !== "RECOVER" && reader.kindAt(2) !== T_STRING && reader.kindAt(2) !== T_HEX) {
    reader.moveTo(reader.position + 2);
    reader.fail();
  }
  reader.takeRest();
  const end = reader.previousEnd;
  return { kind: "xa", construct: `XA ${verb}`, text: reader.sourceText(start, end), start, end };
}

/** LOCK TABLES …, LOCK INSTANCE FOR BACKUP */
export function parseLock(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.accept("INSTANCE")) {
    reader.expect("FOR", "BACKUP");
    return { kind: "lock-instance", start, end: reader.previousEnd };
  }
  if (!reader.accept("TABLES")) reader.expect("TABLE");
  const locks = reader.list(() => parseTableLock(reader));
  return { kind: "lock-tables", locks, start, end: reader.previousEnd };
}

function parseTableLock(reader: TokenReader): LockTables["locks"][number] {
  const table = parseTableName(reader);
  const alias = parseTableAlias(reader);
  const aliasPart = alias === undefined ? {} : { alias };
  if (reader.accept("READ")) {
    return { table, ...aliasPart, type: reader.accept("LOCAL") ? "read local" : "read" };
  }
  reader.accept("LOW_PRIORITY");
  reader.expect("WRITE");
  return { table, ...aliasPart, type: "write" };
}

export function parseUnlock(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.accept("INSTANCE")) return { kind: "unlock-instance", start, end: reader.previousEnd };
  if (!reader.accept("TABLES")) reader.expect("TABLE");
  return { kind: "unlock-tables", start, end: reader.previousEnd };
}

/** USE name; a revision may follow its database without quotes: `USE db/branch`. */
export function parseUse(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  let database = reader.identifier();
  while ((reader.at("/") || reader.at("-")) && reader.start === reader.previousEnd) {
    database += reader.word;
    reader.advance();
    if (reader.start !== reader.previousEnd) reader.fail();
    database += reader.kind === T_RESERVED ? reader.anyWord() : reader.identifier();
  }
  return { kind: "use", database, start, end: reader.previousEnd };
}

export function parsePrepare(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const name = reader.identifier();
  reader.expect("FROM");
  const sourceStart = reader.start;
  if (reader.accept("@")) {
    const variable = parseVariableName(reader);
    const source = {
      kind: "user-variable",
      name: variable,
      start: sourceStart,
      end: reader.previousEnd,
    } as const;
    return { kind: "prepare", name, source, start, end: reader.previousEnd };
  }
  if (reader.kind !== T_STRING) reader.fail();
  return { kind: "prepare", name, source: parseLiteral(reader), start, end: reader.previousEnd };
}

export function parseExecute(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const name = reader.identifier();
  const variables = reader.accept("USING")
    ? reader.list(() => {
        reader.expect("@");
        return parseVariableName(reader);
      })
    : [];
  return { kind: "execute", name, variables, start, end: reader.previousEnd };
}

export function parseDeallocate(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  reader.expect("PREPARE");
  return { kind: "deallocate", name: reader.identifier(), start, end: reader.previousEnd };
}

const EXPLAINABLE: ReadonlySet<string> = new Set([
  "SELECT",
  "INSERT",
  "REPLACE",
  "UPDATE",
  "DELETE",
  "WITH",
  "TABLE",
  "VALUES",
  "(",
]);

/** EXPLAIN | DESCRIBE | DESC: of a table, or of a statement */
export function parseExplain(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.atIdentifier && !["ANALYZE", "FORMAT", "EXTENDED"].includes(reader.word)) {
    return parseDescribe(reader, start);
  }
  const analyze = reader.accept("ANALYZE");
  let format: string | undefined;
  if (reader.accept("FORMAT")) {
    reader.expect("=");
    format = reader.identifierOrString().toLowerCase();
  }
  const head = { analyze, ...(format === undefined ? {} : { format }), start };
  let into = {};
  if (reader.accept("INTO")) {
    reader.expect("@");
    into = { into: parseVariableName(reader) };
  }
  if (reader.acceptAll("FOR", "CONNECTION")) {
    return { kind: "explain", ...head, ...into, forConnection: reader.integer(), end: reader.previousEnd };
  }
  let database = {};
  if (reader.accept("FOR")) {
    if (!reader.accept("DATABASE")) reader.expect("SCHEMA");
    database = { forDatabase: reader.identifier() };
  }
  if (!reader.atAny(EXPLAINABLE)) reader.fail();
  const statement = parseStatementHere(reader);
  return { kind: "explain", ...head, ...into, ...database, statement, end: reader.previousEnd };
}

function parseDescribe(reader: TokenReader, start: number): Statement {
  const table = parseTableName(reader);
  const column = reader.atIdentifier || reader.atString ? { column: reader.identifierOrString() } : {};
  return { kind: "describe", table, ...column, start, end: reader.previousEnd };
}

export function parseHelp(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  return { kind: "help", topic: reader.identifierOrString(), start, end: reader.previousEnd };
}

export function parseKill(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  const query = reader.accept("QUERY");
  if (!query) reader.accept("CONNECTION");
  const id = parseExpression(reader);
  return { kind: "kill", type: query ? "query" : "connection", id, start, end: reader.previousEnd };
}

const FLUSH_TARGETS: readonly (readonly string[])[] = [
  ["BINARY", "LOGS"],
  ["ENGINE", "LOGS"],
  ["ERROR", "LOGS"],
  ["GENERAL", "LOGS"],
  ["RELAY", "LOGS"],
  ["SLOW", "LOGS"],
  ["OPTIMIZER_COSTS"],
  ["PRIVILEGES"],
  ["STATUS"],
  ["USER_RESOURCES"],
  ["RESOURCES"],
  ["LOGS"],
];

export function parseFlush(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (!reader.accept("NO_WRITE_TO_BINLOG")) reader.accept("LOCAL");
  if (reader.at("TABLES") || reader.at("TABLE")) return parseFlushTables(reader, start);
  const targets = reader.list(() => {
    for (const words of FLUSH_TARGETS) {
      if (!reader.acceptAll(...words)) continue;
      if (words[0] === "RELAY" && reader.acceptAll("FOR", "CHANNEL")) reader.identifierOrString();
      return words.join(" ").toLowerCase();
    }
    return reader.fail();
  });
  return { kind: "flush", targets, tables: [], start, end: reader.previousEnd };
}

function parseFlushTables(reader: TokenReader, start: number): Statement {
  reader.advance();
  const tables = reader.atIdentifier ? reader.list(() => parseTableName(reader)) : [];
  let target = "tables";
  if (reader.acceptAll("WITH", "READ", "LOCK")) target = "tables with read lock";
  else if (reader.acceptAll("FOR", "EXPORT")) target = "tables for export";
  return { kind: "flush", targets: [target], tables, start, end: reader.previousEnd };
}

export function parseReset(reader: TokenReader): Statement {
  const start = reader.start;
  reader.advance();
  if (reader.accept("PERSIST")) {
    if (reader.acceptAll("IF", "EXISTS")) {
      return { kind: "reset", target: "persist", name: reader.identifier(), start, end: reader.previousEnd };
    }
    const name = reader.atIdentifier ? { name: reader.identifier() } : {};
    return { kind: "reset", target: "persist", ...name, start, end: reader.previousEnd };
  }
  if (!reader.at("BINARY") && !reader.at("REPLICA")) reader.fail();
  const target = reader.takeRest().toLowerCase().replace(/\s+/g, " ");
  return { kind: "reset", target, start, end: reader.previousEnd };
}

const MAINTENANCE: ReadonlyMap<string, TableMaintenance["kind"]> = new Map([
  ["ANALYZE", "analyze-table"],
  ["CHECK", "check-table"],
  ["CHECKSUM", "checksum-table"],
  ["OPTIMIZE", "optimize-table"],
  ["REPAIR", "repair-table"],
]);

export function parseMaintenance(reader: TokenReader): Statement {
  const start = reader.start;
  const kind = MAINTENANCE.get(reader.word);
  if (kind === undefined) return reader.fail();
  reader.advance();
  if (kind !== "check-table" && kind !== "checksum-table" && !reader.accept("NO_WRITE_TO_BINLOG")) {
    reader.accept("LOCAL");
  }
  if (!reader.accept("TABLE")) reader.expect("TABLES");
  const tables = reader.list(() => parseTableName(reader));
  const options: string[] = [];
  if (kind === "analyze-table") {
    if (!reader.atEnd && !reader.at("UPDATE") && !reader.at("DROP")) reader.fail();
    if (!reader.atEnd) options.push(reader.takeRest());
  } else if (kind !== "optimize-table") {
    while (reader.kind === T_WORD || reader.kind === T_RESERVED) {
      if (reader.acceptAll("FOR", "UPGRADE")) options.push("for upgrade");
      else options.push(parseMaintenanceOption(reader));
    }
  }
  return { kind, tables, options, start, end: reader.previousEnd };
}

const MAINTENANCE_OPTIONS: ReadonlySet<string> = new Set([
  "QUICK",
  "FAST",
  "MEDIUM",
  "EXTENDED",
  "CHANGED",
  "USE_FRM",
]);

function parseMaintenanceOption(reader: TokenReader): string {
  if (!reader.atAny(MAINTENANCE_OPTIONS)) reader.fail();
  return reader.anyWord();
}

/** A statement of which only the first words are read: answered by name. */
export function parseByName(reader: TokenReader, wordCount: number): Statement {
  const start = reader.start;
  const names: string[] = [];
  for (let i = 0; i < wordCount && reader.wordAt(i) !== ""; i++) names.push(reader.wordAt(i));
  reader.takeRest();
  const end = reader.previousEnd;
  return { kind: "other", construct: names.join(" "), text: reader.sourceText(start, end), start, end };
}
